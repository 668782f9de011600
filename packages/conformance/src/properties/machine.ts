/**
 * Laws 1, 4 and 5 for whatever reads bytes: a machine gets a stream in pieces and says, a line for each event, what it has
 * made of it. It has no socket.
 */
import fc from 'fast-check';
import { anyPieces, cut } from '../arbitraries/pieces.ts';
import { expectSame } from './expect.ts';
import { type Property, property, pureProperty } from './property.ts';

export interface Stream<Options> {
  readonly bytes: Uint8Array;
  readonly options: Options;
}

export interface Machine<Options> {
  readonly name: string;
  /** Sound, broken, cut short, and nothing like it. */
  readonly streams: fc.Arbitrary<Stream<Options>>;
  /** Sound ones of thousands of bytes, each long in another way. Not all machines have some: see the README. */
  readonly longStreams?: fc.Arbitrary<Stream<Options>>;
  /**
   * What it makes of the bytes, the same lines in whatever pieces they come. A broken rule is the last of them, as
   * `errorLine` writes it; whatever else is thrown passes.
   *
   * @param isLate whether it is handed all of the pieces before it is asked for the first event, where it can be
   */
  events(pieces: readonly Uint8Array[], options: Options, isLate?: boolean): string[];
  /** Whether the event is larger than the options allow. */
  exceeds?(line: string, options: Options): boolean;
}

/** @param offset of the byte that breaks the rule, where the machine promises to name it */
export function errorLine(code: string, offset?: number): string {
  return offset === undefined ? `error ${code}` : `error ${code} at ${offset}`;
}

/** Law 1. */
export function anyCutIsTheSame<Options>(machine: Machine<Options>): Property {
  const inputs = fc.record({ stream: machine.streams, pieces: anyPieces });
  return pureProperty(1, 'any cut gives the same events', machine.name, inputs, ({ stream, pieces }) => {
    const { bytes, options } = stream;
    // A copy, since a decoder may unmask in place.
    const whole = machine.events([Uint8Array.from(bytes)], options);
    for (const sizes of [pieces, Array<number>(bytes.length).fill(1)])
      for (const isLate of [false, true])
        expectSame('events', machine.events(cut(bytes, sizes), options, isLate), whole);
  });
}

/** Law 4. */
export function garbageEnds<Options>(machine: Machine<Options>): Property {
  const what = 'garbage ends in events or one error';
  return pureProperty(4, what, machine.name, machine.streams, ({ bytes, options }) => {
    const lines = machine.events([Uint8Array.from(bytes)], options);
    const errors = lines.filter((line) => line.startsWith('error '));
    if (errors.length > 0) expectSame('what comes last', lines.slice(lines.indexOf(errors[0]!)), [errors[0]]);
    const offset = / at (.*)$/.exec(errors[0] ?? '')?.[1];
    if (offset !== undefined) expectSame('a place within', Number(offset) <= bytes.length, true);
    const tooMuch = lines.find((line) => machine.exceeds?.(line, options));
    expectSame('an event beyond the limits', tooMuch, undefined);
  });
}

/**
 * Law 5. Time is no honest measure beside other tests, so the bytes that are copied and searched are counted. However
 * small the pieces are, that is a few times the length: where what waits were copied, or searched, for each new piece, it
 * would be hundreds of times.
 */
export function costIsLinear<Options>(machine: Machine<Options>): Property {
  const inputs = fc.record({
    stream: machine.longStreams!,
    size: fc.constantFrom(1, 1, 2, 3, 7, 100),
    isLate: fc.boolean(),
  });
  type Input = { stream: Stream<Options>; size: number; isLate: boolean };
  const check = ({ stream, size, isLate }: Input): void => {
    const { bytes, options } = stream;
    const pieces = cut(bytes, Array<number>(bytes.length).fill(size));
    const work = workOf(() => machine.events(pieces, options, isLate));
    if (work > 8 * bytes.length + 1000)
      throw new Error(`${bytes.length} bytes in pieces of ${size} cost ${work}: copied or searched`);
  };
  return property(5, 'cost grows in a straight line', machine.name, inputs, async () => ({ check }));
}

/** Bytes copied and searched while `run` runs: what Node's arrays of bytes are asked to do is asked of these instead. */
function workOf(run: () => unknown): number {
  let work = 0;
  const array = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const counted: [object, string, (self: Uint8Array, args: unknown[]) => number][] = [
    [array, 'set', (_, [source]) => (source as Uint8Array).length],
    [array, 'slice', (self, [start = 0, end = self.length]) => Number(end) - Number(start)],
    [Buffer.prototype, 'indexOf', (self, [, from = 0]) => self.length - Number(from)],
    [Buffer, 'concat', (_, [parts]) => (parts as Uint8Array[]).reduce((sum, { length }) => sum + length, 0)],
  ];
  const originals = counted.map(([owner, name, costOf]) => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    Reflect.set(owner, name, function (this: Uint8Array, ...args: unknown[]) {
      work += costOf(this, args);
      return original.apply(this, args);
    });
    return original;
  });
  try {
    run();
  } finally {
    counted.forEach(([owner, name], i) => {
      Reflect.set(owner, name, originals[i]);
    });
  }
  return work;
}
