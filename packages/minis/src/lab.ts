/** `minis lab`: the same as `npm start`. */
export { HELP as help, lab as run } from 'lab/main';
