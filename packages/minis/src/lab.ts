/** `minis lab`: the same as `npm start`. */
export { lab as run } from 'lab/main';

/** It has two, one in each language, and prints the right one itself. */
export const help = '';
