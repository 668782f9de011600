/**
 * The head of an opening handshake as it came, of either side. Read by hand and leniently: what is odd about it is for a
 * probe to judge, and no parser of an implementation under test should have a say in it.
 */

export interface Head {
  /** The request line or status line. */
  readonly start: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** Octets, with the empty line. */
  readonly length: number;
}

/** @returns undefined while it is not complete */
export function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  return {
    start: start!,
    lines: lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
    length: end + 4,
  };
}

/** All lines of a name, joined by commas; undefined where there is none. */
export function fieldOf(head: Head, name: string): string | undefined {
  const values = head.lines.filter(([of]) => of.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Whether `member` is in the list, in any case of letters. */
export function hasMember(head: Head, name: string, member: string): boolean {
  return (fieldOf(head, name) ?? '').split(',').some((value) => value.trim().toLowerCase() === member);
}

/** The status of a response; 0 where the line is none. */
export function statusOf({ start }: Head): number {
  return Number(/^HTTP\/1\.\d (\d{3})(?: |$)/.exec(start)?.[1] ?? 0);
}
