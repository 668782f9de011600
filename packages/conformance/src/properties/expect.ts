/** Says what differs, in one line that a person can read. */

export function expectSame(name: string, seen: unknown, planned: unknown): void {
  const [left, right] = [show(seen), show(planned)];
  if (left !== right) throw new Error(`${name}: got ${short(left, right)}, expected ${short(right, left)}`);
}

export function expectSameBytes(name: string, seen: Uint8Array, planned: Uint8Array): void {
  if (Buffer.compare(seen, planned) === 0) return;
  let at = 0;
  while (seen[at] === planned[at]) at++;
  const lengths =
    seen.length === planned.length ? `${planned.length}` : `${seen.length} of ${planned.length}`;
  throw new Error(
    `${name}: ${lengths} bytes, different from byte ${at} on (${seen[at]}, not ${planned[at]})`,
  );
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'nothing');
}

/** The part around the first difference. */
function short(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  const start = Math.max(0, at - 30);
  const part = text.slice(start, at + 60);
  return `${start > 0 ? '...' : ''}${part}${start + part.length < text.length ? '...' : ''}`;
}
