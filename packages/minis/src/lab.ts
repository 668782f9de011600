/** `minis lab`: the same as `npm start`. */
import { lab } from 'lab/main';

/** It has two, one in each language, and prints the right one itself. */
export const help = '';

export function run(args: string[]): Promise<void> {
  return lab(args, 'minis lab');
}
