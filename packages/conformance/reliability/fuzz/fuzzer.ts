/**
 * The fuzzer of one target. An input that takes a branch that no other took, or takes one more often than any other, is kept
 * and changed further; that is all that leads it. What does not hold is made shorter, as long as it fails alike.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Random } from '../random.ts';
import { type Instrumented, NO_END } from './instrument.ts';
import { mutate } from './mutate.ts';
import { Broken, type Cut, type Target } from './target.ts';

export interface Finding {
  readonly what: string;
  readonly input: Uint8Array;
  /** For `cutFor`. */
  readonly cut: number;
}

/** Findings of one target, after which it is left: they are one fault, or there is enough to do. */
const ENOUGH = 5;
/** So that what one keeps is more than what V8's heap differs by. */
const READERS = 16;
/** Bytes. A head or a message that is not complete, up to its limit (16 KiB, 1000 bytes), as memory that grows, and objects. */
const MOST_KEPT = 64 * 1024;

export class Fuzzer {
  readonly #target: Target;
  readonly #counters: Uint32Array;
  readonly #random: Random;
  readonly #words: readonly Uint8Array[];
  readonly #corpus: Uint8Array[] = [];
  /** Of each counter, a bit for each of the ways in which it was met: see `wayOf`. */
  readonly #seen: Uint8Array;
  /** Of the target's own files. */
  readonly #own: readonly (readonly [start: number, end: number])[];
  /** One past the last counter of any file. */
  readonly #used: number;
  readonly #findings = new Map<string, Finding>();
  #hasHung = false;
  /** The most counted branches that a byte has cost, in inputs of at least 64 bytes. */
  mostSteps = 0;
  /** The most bytes that a reader has kept. */
  mostKept = 0;
  inputs = 0;

  constructor(target: Target, { counters, ranges }: Instrumented, random: Random) {
    this.#target = target;
    this.#counters = counters;
    this.#random = random;
    this.#words = target.words.map((word) => Uint8Array.from(Buffer.from(word, 'latin1')));
    this.#seen = new Uint8Array(counters.length);
    this.#used = Math.max(...[...ranges.values()].map(([, end]) => end));
    this.#own = [...ranges].flatMap(([file, range]) => (target.files.test(file) ? [range] : []));
  }

  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  /** There is no more to find, or each time would take seconds. */
  get isDone(): boolean {
    return this.#findings.size >= ENOUGH || this.#hasHung;
  }

  /** Branches that some input took, of those there are. */
  get branches(): { readonly reached: number; readonly all: number } {
    let reached = 0;
    let all = 0;
    for (const [start, end] of this.#own) {
      all += end - start;
      for (let i = start; i < end; i++) if (this.#seen[i] !== 0) reached++;
    }
    return { reached, all };
  }

  /** Whether some input took the branch of this counter. */
  hasSeen(counter: number): boolean {
    return this.#seen[counter] !== 0;
  }

  /** Runs an input as it is, and keeps it if it is new. */
  try(input: Uint8Array): void {
    if (this.#run(input)) this.#corpus.push(input);
  }

  /** Runs one input that is made of those kept. */
  step(): void {
    const random = this.#random;
    if (this.#corpus.length === 0) this.#corpus.push(Uint8Array.of(0));
    const [one, other] = [this.#pick(), this.#pick()];
    const input = one.length < other.length ? one : other; // short ones are faster, and say as much
    this.try(mutate(input, random.pick(this.#corpus), this.#words, random));
  }

  /** Half of the time one of the newest: they are where the unknown begins. */
  #pick(): Uint8Array {
    const { length } = this.#corpus;
    const random = this.#random;
    return this.#corpus[
      random.once(2) ? random.below(length) : length - 1 - random.below(Math.min(length, 32))
    ]!;
  }

  /** Runs a part of an input again and again, up to `length` bytes: what takes more than linear time shows here. */
  stretch(length: number): void {
    const long = this.#stretched(length);
    const began = process.cpuUsage();
    this.#run(long);
    const { user, system } = process.cpuUsage(began);
    // Regular expressions and copies are native and take no branch of ours: seconds for kilobytes say enough.
    if (user + system > 5e6)
      this.#found(new Broken(`${length} bytes took ${(user + system) / 1e6} s of CPU time`), long, 0);
  }

  /** Measures what a reader keeps of a stretched input, all that it has read and may still need. */
  keep(length: number): void {
    const { open } = this.#target;
    if (open === undefined) return;
    const long = this.#stretched(length);
    const before = memoryInUse();
    const readers = Array.from({ length: READERS }, () => open(long));
    const each = (memoryInUse() - before) / READERS;
    if (readers.length === READERS && each > this.mostKept) this.mostKept = each; // they are still there
    if (each > MOST_KEPT) this.#found(new Broken(`a reader keeps ${Math.round(each)} bytes`), long, 0);
  }

  #stretched(length: number): Uint8Array {
    const random = this.#random;
    const input = this.#pick();
    const start = random.below(input.length);
    const end = Math.min(input.length, start + 1 + random.below(64));
    const part = input.subarray(start, end);
    const long = new Uint8Array(Math.max(length, input.length));
    long.set(input.subarray(0, end));
    let at = end;
    for (; at + part.length <= length; at += part.length) long.set(part, at);
    long.set(input.subarray(end, end + long.length - at), at);
    return long;
  }

  /** @returns whether it took a branch in a new way */
  #run(input: Uint8Array): boolean {
    this.inputs++;
    const cut = this.#random.next();
    const error = this.#errorOf(input, cut);
    if (error !== undefined) {
      this.#found(error, input, cut);
      return false;
    }
    let steps = 0;
    let isNew = false;
    for (const [start, end] of this.#own)
      for (let i = start; i < end; i++) {
        const count = this.#counters[i]!;
        if (count === 0) continue;
        steps += count;
        const way = wayOf(count);
        if ((this.#seen[i]! & way) !== 0) continue;
        this.#seen[i]! |= way;
        isNew = true;
      }
    if (input.length >= 64) this.#checkSteps(steps, input);
    return isNew;
  }

  #checkSteps(steps: number, input: Uint8Array): void {
    const each = steps / input.length;
    if (each > this.mostSteps) this.mostSteps = each;
    if (each > this.#target.mostSteps)
      this.#found(new Broken(`more than ${this.#target.mostSteps} branches for each byte`), input, 0);
  }

  #errorOf(input: Uint8Array, cut: number): Error | undefined {
    // Most inputs break a rule, and the places in the stack would take a fifth of the time.
    Error.stackTraceLimit = 0;
    // Those of other files as well: they say what does not end.
    this.#counters.fill(0, 0, this.#used);
    try {
      this.#target.run(input, cutFor(cut));
      return undefined;
    } catch (error) {
      return error as Error;
    } finally {
      Error.stackTraceLimit = 10;
    }
  }

  #found(error: Error, input: Uint8Array, cut: number): void {
    const kind = kindOf(error);
    if (this.#findings.has(kind)) return;
    if (error.message === NO_END) this.#hasHung = true;
    // Found again and again, these would take minutes.
    const isCost = this.#hasHung || /^more than|of CPU time$|keeps/.test(error.message);
    const shortest = isCost ? input : this.#shortened(input, cut, kind);
    this.#findings.set(kind, { what: `${this.#target.name}: ${describe(error)}`, input: shortest, cut });
  }

  /** Leaves out parts as long as the same kind of error comes. */
  #shortened(input: Uint8Array, cut: number, kind: string): Uint8Array {
    let best = input;
    for (let size = input.length >> 1; size > 0; size >>= 1)
      for (let at = 1; at < best.length; ) {
        const one = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]);
        const error = this.#errorOf(one, cut);
        if (error !== undefined && kindOf(error) === kind) best = one;
        else at += size;
      }
    return best;
  }

  /** The fewest of the inputs that were kept which together take all branches in all ways, the short ones first. */
  smallCorpus(): Uint8Array[] {
    this.#seen.fill(0);
    const sorted = [...this.#corpus].sort((one, other) => one.length - other.length);
    return sorted.filter((input) => this.#run(input));
  }
}

function memoryInUse(): number {
  // The memory of buffers is given back behind a collection, and at the latest by the next.
  for (let times = 0; times < 3; times++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How often: each of these counts as another way to take a branch. */
function wayOf(count: number): number {
  return count === 1 ? 1 : count < 4 ? 2 : count < 16 ? 4 : count < 64 ? 8 : 16;
}

/** The same fault has the same words but for what it quotes. */
function kindOf({ name, message }: Error): string {
  return `${name} ${message}`.replace(/\d+|".*"|: .*$/g, '');
}

function describe(error: Error): string {
  return error.name === 'Broken' ? error.message : `${error.name} was thrown: ${error.message}`;
}

/** The same for the same seed: in two, which finds most and costs least, in a few, or byte by byte. */
export function cutFor(seed: number): Cut {
  const kind = seed & 15;
  return {
    isLate: (seed & 16) !== 0,
    pieces(bytes) {
      const { length } = bytes;
      if (kind === 0) return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
      const first = (seed >>> 8) % (length + 1);
      if (kind > 3) return [bytes.subarray(0, first), bytes.subarray(first)];
      const pieces: Uint8Array[] = [];
      let state = seed;
      for (let at = 0; at < length || pieces.length === 0; ) {
        state = (Math.imul(state, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
        const size = (state >>> 8) % (kind * 8); // 0 as well: an empty piece
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      return pieces;
    },
  };
}
