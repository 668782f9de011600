/** The paths and messages of a soak, which name the content that is to come: its number and its size. */

/** `/NUMBER/SIZE`: a target, and the beginning of a message. */
export const pathOf = (number: number, size: number): string => `/${number}/${size}`;
export const numberIn = (path: string): number => Number(path.split('/', 3)[1]);
export const sizeIn = (path: string): number => Number(path.split('/', 3)[2]!.split(' ', 1)[0]);
