/** What is sent in a soak: content that follows from its number, and the paths and messages that name the two. */

/** Both ends make it, and compare. */
export function content(number: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (Math.imul(i + number, 2654435761) >>> 16) & 0xff;
  return bytes;
}

/** `/NUMBER/SIZE`: a target, and the beginning of a message. */
export const pathOf = (number: number, size: number): string => `/${number}/${size}`;
export const numberIn = (path: string): number => Number(path.split('/', 3)[1]);
export const sizeIn = (path: string): number => Number(path.split('/', 3)[2]!.split(' ', 1)[0]);
