/** `minis lab`: what `npm start` is. */
export { HELP as help, lab as run } from 'lab/main';
