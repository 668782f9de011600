// What several tests share: how often a property runs, how bytes are cut, and how events are written
// down so that two ways of receiving the same bytes can be compared.

import { once } from 'node:events';
import fc from 'fast-check';
import {
  FrameDecoder,
  type FrameRules,
  Protocol,
  type ProtocolOptions,
  WebSocketError,
} from '../src/wire/index.ts';

/** FC_RUNS and FC_SEED scale and repeat the properties. */
export const runs: fc.Parameters<unknown> = {
  numRuns: Number(process.env['FC_RUNS'] ?? 100),
  ...(process.env['FC_SEED'] === undefined ? {} : { seed: Number(process.env['FC_SEED']) }),
};

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/**
 * A code point that is no surrogate. fast-check's own `unit: 'binary'` is the same, and makes a table of all million of them
 * first: most of a second in each test file.
 */
export const character: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Text with everything in it: ASCII, two to four bytes, U+FFFD, NUL, a byte order mark. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: character, maxLength: 200 }),
  fc.constantFrom(
    '\ufffd',
    '\ufeffbom',
    '\0',
    'x'.repeat(125),
    'x'.repeat(126),
    'é'.repeat(63),
    '한'.repeat(2000),
  ),
  fc.nat({ max: 70_000 }).map((length) => 'ä'.repeat(length)),
);

/** Payloads on both sides of every boundary: 125, 126, 65535, 65536, and those of this code. */
export const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(
      fc.constantFrom(0, 1, 47, 48, 125, 126, 127, 1023, 1024, 4096, 4097, 65_535, 65_536, 70_001),
      fc.nat({ max: 255 }),
    )
    .map(([length, seed]) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff)),
);

/** Where to cut: fractions of the whole, taken as they come. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 20,
});

/** Copies of the pieces, since decoders unmask in place. */
export function cutAt(bytes: Uint8Array, fractions: readonly number[]): Uint8Array[] {
  const ends = fractions.map((fraction) => Math.floor(fraction * bytes.length)).sort((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.slice(start, ends[i] ?? bytes.length));
}

export const byteByByte = (bytes: Uint8Array): Uint8Array[] =>
  Array.from(bytes, (byte) => Uint8Array.of(byte));

/** The error of ours that the call throws. Its message says in words what is wrong: a person reads it in a log. */
export function caught(run: () => unknown): WebSocketError {
  try {
    run();
  } catch (error) {
    if (error instanceof WebSocketError && /^.{8,}$/.test(error.message)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export function describeError(error: unknown): string {
  const { code, offset } = caught(() => {
    throw error;
  });
  return `${code} at ${offset}`;
}

/** Frames as lines, whatever pieces they came in; an error is the last line. */
export function frames(chunks: readonly Uint8Array[], rules?: FrameRules): string[] {
  const decoder = new FrameDecoder(rules);
  const lines: string[] = [];
  let body: Uint8Array[] = [];
  try {
    for (const chunk of chunks) {
      decoder.receive(chunk);
      for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
        if (piece.first) body = [];
        body.push(piece.bytes.slice(piece.start, piece.end));
        if (piece.last) lines.push(`${JSON.stringify(piece.header)} ${toHex(concat(body))}`);
      }
    }
  } catch (error) {
    lines.push(describeError(error));
  }
  return lines;
}

/** Events as lines, and all that the protocol answered as the last one. */
export function events(
  chunks: readonly Uint8Array[],
  options: ProtocolOptions = { role: 'server' },
  protocol: Protocol = new Protocol(options),
): string[] {
  const lines: string[] = [];
  for (const chunk of chunks) {
    protocol.receive(chunk);
    for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
      if (event.type === 'failed') lines.push(`failed: ${describeError(event.error)}`);
      else if (event.type === 'close') lines.push(`close: ${event.code} ${event.reason}`);
      else if (typeof event.data === 'string') lines.push(`text: ${event.data}`);
      else lines.push(`${event.type}: ${toHex(event.data)}`);
    }
  }
  lines.push(`answered: ${toHex(concat(protocol.takeOutput()))}`);
  return lines;
}

/** Mask keys that are neither random nor all alike. */
export function countingKeys(): () => number {
  let key = 0x37fa213d;
  return () => (key = (Math.imul(key, 1664525) + 1013904223) | 0);
}

/** The next error that nobody catches, such as a listener's own: it goes where Node sends those, and not to the runner. */
export async function nextUncaught(): Promise<unknown> {
  const theirs = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const [error] = await once(process, 'uncaughtException');
  for (const listener of theirs) process.on('uncaughtException', listener);
  return error;
}
