/** `minis probe`: what `npm run conformance` is; it has several texts of help, and tells them itself. */
import { conformance } from 'conformance/main';

export const help = '';

export function run(args: string[]): Promise<void> {
  return conformance(args, 'minis probe');
}
