/**
 * A target: code that reads what a peer may send, and what must hold for it whatever that is. The first byte of an input
 * chooses the options, so that all of them are met; the rest is what is read.
 */
import type { Machine } from '../../src/properties/machine.ts';

export interface Target {
  readonly name: string;
  /** Of the packages, as in `http-mini/src/wire/parser.ts`: whose branches are counted. */
  readonly files: RegExp;
  /** What is worth inserting: words of the grammar. */
  readonly words: readonly string[];
  /** Inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /**
   * Counted branches that one byte may cost at most, cut and whole together. What takes more than linear time passes it long before
   * an input is as large as the largest here.
   */
  readonly mostSteps: number;
  /** How many inputs it gets, beside the others. Default 1; less if each takes long, more if it takes nearly nothing. */
  readonly share?: number;
  /** A reader that has read these bytes, as they come or in pieces, and waits for more; not there for what keeps nothing. */
  open?(input: Uint8Array): object;
  /** @throws if something does not hold, and whatever the code throws that it must not throw */
  run(input: Uint8Array, cut: Cut): void;
}

/** One way to cut bytes into pieces, the same for the same bytes. */
export interface Cut {
  pieces(bytes: Uint8Array): Uint8Array[];
  /** Whether the reader gets all pieces before it is asked for what they hold. */
  readonly isLate: boolean;
}

export function expect(what: string, holds: boolean, told?: () => string): void {
  if (!holds) throw new Broken(told === undefined ? what : `${what}: ${told()}`);
}

/** An oracle says no. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

export function expectEqual(what: string, got: unknown, wanted: unknown): void {
  if (got === wanted) return;
  const [one, other] = [JSON.stringify(got), JSON.stringify(wanted)];
  expect(what, one === other, () => `${one} where ${other} was expected`);
}

export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** An input that chooses the setting of this number. */
export function inputOf(setting: number, bytes: Uint8Array | string): Uint8Array {
  const rest = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const input = new Uint8Array(1 + rest.length);
  input[0] = setting;
  input.set(rest, 1);
  return input;
}

/** The setting that the first byte chooses, and a copy of the rest, which a decoder may change in place. */
export function split<Setting>(
  input: Uint8Array,
  settings: readonly Setting[],
): { setting: Setting; bytes: Uint8Array } {
  return { setting: settings[input[0]! % settings.length]!, bytes: input.slice(1) };
}

/** Laws 1 and 4: any cut gives the same events, and a broken rule is the last of them and lies within what was read. */
export function machineTarget<Options>(
  machine: Machine<Options>,
  settings: readonly Options[],
  parts: Omit<Target, 'run'>,
): Target {
  return {
    ...parts,
    run(input, cut) {
      const { setting, bytes } = split(input, settings);
      const whole = machine.events([Uint8Array.from(bytes)], setting);
      expectSameLines(machine.events(cut.pieces(Uint8Array.from(bytes)), setting, cut.isLate), whole);
      for (const [i, line] of whole.entries()) {
        if (line.startsWith('error ')) expectLast(line, i === whole.length - 1, bytes.length);
        expect('an event beyond the limits', machine.exceeds?.(line, setting) !== true, () => line);
      }
    },
  };
}

function expectLast(line: string, isLast: boolean, length: number): void {
  expect('something after the error', isLast, () => line);
  const offset = / at (.*)$/.exec(line)?.[1];
  if (offset !== undefined)
    expect('an error at a place that is none', Number(offset) <= length, () => `${line} of ${length}`);
}

export function expectSameLines(cut: readonly string[], whole: readonly string[]): void {
  const at = whole.findIndex((line, i) => line !== cut[i]);
  if (at < 0 && cut.length === whole.length) return;
  const i = at < 0 ? whole.length : at;
  throw new Broken(`cut, another event: ${cut[i] ?? 'none'} where ${whole[i] ?? 'none'} was expected`);
}
