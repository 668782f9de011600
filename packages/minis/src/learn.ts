/** `minis learn`: the same as `npm run learn`. Its help is in two languages, and it prints the right one itself. */
import { learn } from 'learn/main';

export const help = '';

export function run(args: string[]): Promise<void> {
  return learn(args, 'minis learn');
}
