/**
 * A range request for bytes, RFC 9110 14. One range is served; several at once are answered with the whole file, as
 * 14.2 allows, and so is what is no range at all.
 */

export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

const ONE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * @param size bytes of the whole
 * @returns undefined where the whole is to be sent; `unsatisfiable` is answered 416
 */
export function parseRange(value: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = ONE_RANGE.exec(value ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    // suffix-range: the last so many bytes, or all where there are fewer (14.1.2)
    if (Number(last) === 0) return 'unsatisfiable';
    return size === 0 ? undefined : { start: Math.max(0, size - Number(last)), end: size };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined; // invalid, and so ignored (14.1.1)
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
}
