/**
 * `npm run bench -- growth`: whether cost grows in a straight line. Each work is done at sizes that double; the slope of the
 * line through log(CPU time) over log(size) is the exponent: 1 is a straight line, 2 is a square.
 */
import { octets, type ParserOptions, RequestParser } from 'http-mini/wire';
import { encodeFrame, Opcode, Protocol } from 'ws-mini/wire';
import { UsageError } from '../src/usage.ts';
import { connectionWorks } from './growth-connections.ts';

/** Above it the command fails. What is constant bends the exponent below 1, caches and the collector bend it above. */
const LIMIT = 1.3;
const SIZES = 6;
/** Of each size. The fastest counts, since whatever disturbs makes slower. */
const TRIES = 5;
/** Microseconds that a try takes at least, by doing it again: a clock has its limits. */
const LEAST = 3000;

/** Something that grows: how often it does what it should say is given back, so that no work is left out unseen. */
export interface Work {
  readonly name: string;
  /** The smallest size. */
  readonly from: number;
  prepare(size: number): { run(): number | Promise<number>; expected: number };
}

export interface Growth {
  readonly name: string;
  readonly exponent: number;
  readonly sizes: readonly number[];
  /** Microseconds of CPU time, one for each size. */
  readonly costs: readonly number[];
}

export async function measureGrowth({ name, from, prepare }: Work): Promise<Growth> {
  const sizes = Array.from({ length: SIZES }, (_, i) => from * 2 ** i);
  const works = sizes.map(prepare);
  const costs = sizes.map(() => Infinity);
  for (let i = 0; i < TRIES * SIZES; i++) {
    const { run, expected } = works[i % SIZES]!;
    const had = await run(); // also warms up
    if (had !== expected) throw new Error(`${name}: ${had} events came where ${expected} were expected`);
    costs[i % SIZES] = Math.min(costs[i % SIZES]!, await costOf(run));
  }
  return { name, exponent: slope(sizes.map(Math.log), costs.map(Math.log)), sizes, costs };
}

async function costOf(run: () => number | Promise<number>): Promise<number> {
  const start = process.cpuUsage();
  for (let times = 1; ; times++) {
    await run();
    const { user, system } = process.cpuUsage(start);
    if (user + system >= LEAST) return (user + system) / times;
  }
}

/** Of the line with the least squares. */
export function slope(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  return mean(xs.map((value, i) => (value - x) * (ys[i]! - y))) / mean(xs.map((value) => (value - x) ** 2));
}

const UNLIMITED: ParserOptions = {
  maxHeadBytes: Infinity,
  maxFields: Infinity,
  maxChunkExtensionBytes: Infinity,
};

/** @param expected how many events the stream of this size should be */
function http(
  name: string,
  from: number,
  stream: (size: number) => string,
  expected = (size: number): number => size,
): Work[] {
  return bothWays(`http ${name}`, from, (size, isCut) => {
    const pieces = cut(octets(stream(size)), isCut);
    const run = (): number => {
      const parser = new RequestParser(UNLIMITED);
      return count(pieces, parser, (event) => {
        if (event.type === 'head') event.fields.get('nothing'); // so that all fields are looked at
      });
    };
    return { run, expected: expected(size) };
  });
}

function webSocket(
  name: string,
  from: number,
  stream: (size: number) => Uint8Array[],
  messages: number,
): Work[] {
  return bothWays(`ws ${name}`, from, (size, isCut) => {
    const pieces = cut(Buffer.concat(stream(size)), isCut);
    const run = (): number =>
      count(pieces, new Protocol({ role: 'server', maxMessage: Infinity, maxFragments: Infinity }));
    return { run, expected: messages || size };
  });
}

/** In one piece, and byte by byte. */
function bothWays(
  name: string,
  from: number,
  prepare: (size: number, isCut: boolean) => ReturnType<Work['prepare']>,
): Work[] {
  return [
    { name, from, prepare: (size) => prepare(size, false) },
    { name: `${name}, byte by byte`, from, prepare: (size) => prepare(size, true) },
  ];
}

function cut(bytes: Uint8Array, isCut: boolean): Uint8Array[] {
  return isCut ? Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)) : [bytes];
}

interface Machine<Event> {
  receive(bytes: Uint8Array): unknown;
  next(): Event | undefined;
}

function count<Event>(
  pieces: readonly Uint8Array[],
  machine: Machine<Event>,
  look?: (event: Event) => void,
): number {
  let events = 0;
  for (const piece of pieces) {
    machine.receive(piece);
    for (let event = machine.next(); event !== undefined; event = machine.next()) {
      look?.(event);
      events++;
    }
  }
  return events;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const lines = (size: number): string =>
  Array.from({ length: size }, (_, i) => `name-${i}: value\r\n`).join('');

// With a mask key of 0, unmasking in place changes nothing: the same bytes serve every time.
const frame = (fin: boolean, opcode: number, length: number): Uint8Array =>
  encodeFrame({ fin, opcode, payload: Buffer.alloc(length, 'a'), maskKey: 0 });
const fragments = (size: number): Uint8Array[] => [
  frame(false, Opcode.text, 1),
  ...Array<Uint8Array>(size - 2).fill(frame(false, Opcode.continuation, 1)),
  frame(true, Opcode.continuation, 1),
];

export const works: readonly Work[] = [
  ...http(
    'bytes of a head',
    16 * 1024,
    (size) => `${GET}a: ${'b'.repeat(size)}\r\n\r\n`,
    () => 2,
  ),
  ...http(
    'fields',
    400,
    (size) => `${GET}${lines(size)}\r\n`,
    () => 2,
  ),
  ...http(
    'chunks',
    2000,
    (size) => `${CHUNKED}${'1\r\na\r\n'.repeat(size)}0\r\n\r\n`,
    (size) => size + 2,
  ),
  ...http(
    'requests in a pipeline',
    500,
    (size) => `${GET}\r\n`.repeat(size),
    (size) => 2 * size,
  ),
  ...webSocket('bytes of a message', 64 * 1024, (size) => [frame(true, Opcode.text, size)], 1),
  ...webSocket('fragments', 2000, fragments, 1),
  ...webSocket('messages', 2000, (size) => Array<Uint8Array>(size).fill(frame(true, Opcode.text, 1)), 0),
  ...connectionWorks,
];

/** @returns whether all of them grow in a straight line */
export async function runGrowth(pattern: string): Promise<boolean> {
  const chosen = works.filter(({ name }) => name.includes(pattern));
  if (chosen.length === 0) throw new UsageError(`nothing that grows has "${pattern}" in its name`);
  process.stdout.write(`cost grows as size to the power of (1 is a straight line, above ${LIMIT} fails)\n\n`);
  let isStraight = true;
  for (const work of chosen) {
    const { name, exponent, sizes, costs } = await measureGrowth(work);
    const range = `${sizes[0]} to ${sizes.at(-1)}, ${(costs.at(-1)! / 1000).toFixed(1)} ms`;
    process.stdout.write(
      `${name.padEnd(44)}${exponent.toFixed(2).padStart(6)}   ${range}${exponent > LIMIT ? '  FAILED' : ''}\n`,
    );
    isStraight &&= exponent <= LIMIT;
  }
  return isStraight;
}
