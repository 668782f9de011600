/** `minis probe`: the same as `npm run conformance`. It has several help texts, and prints them itself. */
import { conformance } from 'conformance/main';

export const help = '';

export function run(args: string[]): Promise<void> {
  return conformance(args, 'minis probe');
}
