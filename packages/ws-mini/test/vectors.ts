// The notation of the test vectors, read and run: see vectors/README.md. A run answers lines in the same
// notation, so that a vector that fails shows what it should have said.

import { readdirSync, readFileSync } from 'node:fs';
import { FrameDecoder, mask, Protocol, type ProtocolEvent } from 'ws-mini/wire';
import { concat, describeError, toHex, utf8 } from './support.ts';

export interface FrameVector {
  readonly name: string;
  readonly from: 'client' | 'server';
  readonly compression: boolean;
  readonly maxMessage: number | undefined;
  readonly maxFragments: number | undefined;
  readonly bytes: Uint8Array;
  readonly expected: readonly string[];
  /** In hexadecimal; undefined: not compared. */
  readonly answer: string | undefined;
}

export interface HandshakeVector {
  readonly name: string;
  readonly kind: 'request' | 'response';
  readonly options: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly expected: readonly string[];
}

interface Block {
  readonly name: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

// Space, a comment, the mark, text, a masking key, a byte and how often.
const TOKEN = /\s+|#.*$|(▶)|"([^"]*)"|\[([0-9a-f ]+)\]|([0-9a-f]{2})(?:\*(\d+))?/gy;

const folder = new URL('./vectors/', import.meta.url);

/** All vectors of a file; a `##` without exactly one block of bytes is a mistake in the file. */
function blocksOf(file: string): Block[] {
  const parts = readFileSync(new URL(file, folder), 'utf8').split(/^## /m).slice(1);
  return parts.map((part) => {
    const name = part.slice(0, part.indexOf('\n'));
    const blocks = [...part.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)];
    if (blocks.length !== 1) throw new Error(`${file}: "${name}" has ${blocks.length} blocks of bytes`);
    const [, kind = '', words = '', body = ''] = blocks[0]!;
    const pairs = words
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.replace(/=.*/, ''), word.replace(/^[^=]*=?/, '')]);
    return { name, kind, options: Object.fromEntries(pairs), lines: body.split('\n').slice(0, -1) };
  });
}

const files = readdirSync(folder).filter((file) => file !== 'README.md' && file !== 'handshake.md');

export const frameVectors: Record<string, FrameVector[]> = Object.fromEntries(
  files.map((file) => [file, blocksOf(file).map(readFrames)]),
);

export const handshakeVectors: HandshakeVector[] = blocksOf('handshake.md').map(
  ({ name, kind, options, lines }) => {
    const text = lines.filter((line) => !line.startsWith('=> ')).join('');
    const bytes = Uint8Array.from(Buffer.from(text.replaceAll('\\r\\n', '\r\n'), 'latin1'));
    const expected = lines.filter((line) => line.startsWith('=> ')).map((line) => line.slice(3));
    return { name, kind: kind as 'request' | 'response', options, bytes, expected };
  },
);

function readFrames({ name, kind, options, lines }: Block): FrameVector {
  if (kind !== 'client' && kind !== 'server') throw new Error(`"${name}": client or server, not ${kind}`);
  let offset: number | undefined;
  const parts: Uint8Array[] = [];
  const expected: string[] = [];
  let answer: string | undefined;
  for (const line of lines) {
    if (line.startsWith('=> ')) expected.push(expand(line.slice(3)));
    else if (line.startsWith('<=')) answer = toHex(readBytes(name, line.slice(2)).bytes);
    else {
      const { bytes, mark } = readBytes(name, line);
      const at = parts.reduce((size, part) => size + part.length, 0);
      if (mark !== undefined) offset = at + mark;
      parts.push(bytes);
    }
  }
  const bytes = concat(parts);
  const last = expected.at(-1);
  if (last?.startsWith('failed ')) expected[expected.length - 1] = `${last} at ${offset ?? bytes.length}`;
  const limit = (option: string): number | undefined =>
    options[option] === undefined ? undefined : Number(options[option]);
  const limits = { maxMessage: limit('maxMessage'), maxFragments: limit('maxFragments') };
  return { name, from: kind, compression: 'compression' in options, ...limits, bytes, expected, answer };
}

function readBytes(name: string, line: string): { bytes: Uint8Array; mark: number | undefined } {
  let bytes = new Uint8Array(0);
  let mark: number | undefined;
  let masked: { from: number; key: number } | undefined;
  let at = 0;
  for (const [token, isMark, text, key, byte, times] of line.matchAll(TOKEN)) {
    at += token.length;
    if (isMark !== undefined) mark = bytes.length;
    else if (text !== undefined) bytes = Uint8Array.from([...bytes, ...utf8(text)]);
    else if (key !== undefined) {
      const octets = Buffer.from(key.replaceAll(' ', ''), 'hex');
      bytes = Uint8Array.from([...bytes, ...octets]);
      masked = { from: bytes.length, key: octets.readInt32BE() };
    } else if (byte !== undefined) {
      const run = new Uint8Array(Number(times ?? 1)).fill(Number.parseInt(byte, 16));
      bytes = concat([bytes, run]) as Uint8Array<ArrayBuffer>;
    }
  }
  if (at !== line.length) throw new Error(`"${name}": what is ${JSON.stringify(line.slice(at))}?`);
  if (masked !== undefined) mask(bytes, masked.from, bytes.length, masked.key);
  return { bytes, mark };
}

/** Repeated bytes are written out, as a run writes them. */
function expand(line: string): string {
  return line.replace(/\b([0-9a-f]{2})\*(\d+)/g, (_, byte: string, times: string) =>
    `${byte} `.repeat(Number(times)).trimEnd(),
  );
}

/** What happens when the vector's bytes come in these pieces. */
export function runFrames(
  vector: FrameVector,
  pieces: readonly Uint8Array[],
): { lines: string[]; answer: string } {
  const { from, compression, maxMessage, maxFragments } = vector;
  const role = from === 'client' ? 'server' : 'client';
  const protocol = new Protocol({ role, compression, maxMessage, maxFragments, maskKey: () => 0 });
  const lines: string[] = [];
  for (const piece of pieces) {
    protocol.receive(Uint8Array.from(piece));
    for (let event = protocol.next(); event !== undefined; event = protocol.next())
      lines.push(describe(event));
  }
  const isOver = lines.some((line) => /^(failed|close) /.test(`${line} `));
  return {
    lines: isOver ? lines : [...lines, ...awaited(pieces)],
    answer: toHex(concat(protocol.takeOutput())),
  };
}

/** What would complete the frame, or else the message, that has begun. */
function awaited(pieces: readonly Uint8Array[]): string[] {
  const decoder = new FrameDecoder({ rsv: 7 });
  let isMessageBegun = false;
  for (const piece of pieces) {
    decoder.receive(Uint8Array.from(piece));
    for (let part = decoder.next(); part !== undefined; part = decoder.next())
      if (part.header.opcode < 8) isMessageBegun = !part.header.fin;
  }
  const { missing } = decoder;
  if (missing > 0) return [`waits for ${missing} more byte${missing === 1 ? '' : 's'}`];
  return isMessageBegun ? ['waits for a continuation frame'] : [];
}

function describe(event: ProtocolEvent): string {
  switch (event.type) {
    case 'failed':
      return `failed ${describeError(event.error)}`;
    case 'close':
      return `close ${event.code} ${event.reason}`.trimEnd();
    case 'ping':
    case 'pong':
      return `${event.type} ${spaced(event.data)}`.trimEnd();
    case 'part':
      return `part of ${event.of} ${spaced(event.data)}`;
    case 'message': {
      if (typeof event.data === 'string') return `text ${event.data}`.trimEnd();
      const type = event.compressed === undefined ? 'binary' : `compressed ${event.compressed}`;
      return `${type} ${spaced(event.data)}`.trimEnd();
    }
  }
}

function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, '$& ');
}

/** Whole, byte by byte, in threes and sevens, and in two at each place (at some places of long bytes). */
export function* manyCuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  // Byte by byte, long payloads teach nothing that short ones do not.
  if (bytes.length < 3000) for (const size of [1, 3, 7]) yield every(size, bytes);
  const step = Math.ceil(bytes.length / (bytes.length < 3000 ? 300 : 20));
  for (let at = 1; at < bytes.length; at += step) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

function every(size: number, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
