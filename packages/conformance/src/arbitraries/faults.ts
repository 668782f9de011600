/** A few faults anywhere in a text of sound messages: what means something to HTTP, lost or added. Each character is one byte. */
import fc from 'fast-check';

/** What means something somewhere in the grammar. */
const PIECES = [
  ...['\r\n', '\n', '\r', ' ', '\t', '\0', ':', ';', ',', '"', '%', '[', '0', 'f', '-', '\x7f', '\x80'],
  ...['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: a\r\n', ' folded\r\n', 'HTTP/1.0'],
  ...['0\r\n\r\n', 'ffffffffffffffff', '%%'],
];

interface Fault {
  readonly place: number;
  readonly removed: number;
  readonly inserted: string;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  place: fc.nat(),
  removed: fc.nat({ max: 3 }),
  inserted: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES)),
});

function broken(text: string, { place, removed, inserted }: Fault): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

/** Up to three. */
export function withFaults(messages: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(messages, fc.array(fault, { maxLength: 3 }))
    .map(([text, faults]) => Buffer.from(faults.reduce(broken, text), 'latin1'));
}

/** Some of them end too early. */
export function cutShort(streams: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(streams, fc.option(fc.nat(), { nil: undefined }))
    .map(([bytes, end]) => (end === undefined ? bytes : bytes.subarray(0, end % (bytes.length + 1))));
}
