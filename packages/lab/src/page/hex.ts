/** Bytes in hexadecimal: as they are shown, as they are typed, and as JSON carries them to a page. */

/** @param between stands between two bytes */
export function hexOf(bytes: Iterable<number>, between: string = ' '): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(between);
}

/** Spaces may stand anywhere. @returns undefined if it is anything but whole bytes */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
