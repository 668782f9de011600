// What is to be sent, until the end of the turn. All frames of a turn leave in one write, which is
// worth more than anything else in this package: a write costs some thousand times what a small
// frame costs. So small frames are written next to each other in a slab of memory, and large
// payloads are passed on by reference between them.

import { allocate, allocateAlike, writeText } from './bytes.ts';
import { encodeText, headerSizeFor, writeHeader } from './frame-encoder.ts';
import { mask } from './mask.ts';

/** Payloads up to here are copied; beyond it the copy costs more than one more buffer in the write. */
export const SMALL = 4096;

// One slab for all connections, filled from the front and never reused: what is cut off it belongs
// to the write it was given to, and an idle connection holds no part of it. (`output.test.ts`,
// "two outputs that take turns", fails if a run of frames is not closed when another has written.)
const SLAB_SIZE = 0x1_0000;
const nothing = new Uint8Array(0);
let slab: Uint8Array = nothing;
let slabEnd = 0;

export class Output {
  readonly #maskKey: (() => number) | undefined;
  /** Finished runs and large payloads, in order. */
  #parts: Uint8Array[] | undefined;
  /** The parts before which no frame ends: payloads, whose header is in the run before, and what is left of a part. */
  #continuing: Set<Uint8Array> | undefined;
  /** The run being written: `#slab[#start, #end)`. */
  #slab: Uint8Array = nothing;
  #start = 0;
  #end = 0;
  #size = 0;

  /** @param maskKey gives a fresh key per frame (5.3); undefined: frames are not masked */
  constructor(maskKey: (() => number) | undefined) {
    this.#maskKey = maskKey;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** @param first FIN, reserved bits and opcode, as in the first byte */
  addText(first: number, text: string): void {
    // rfc6455/5.6/text-utf8
    // Why not count the bytes first: that reads the text twice. Three per UTF-16 unit is the most.
    const most = text.length * 3;
    if (most > SMALL * 3) {
      this.#addLarge(first, encodeText(text));
      return;
    }
    const guess = headerSizeFor(text.length, this.#maskKey !== undefined);
    const at = this.#reserve(guess + 2 + most);
    const length = writeText(this.#slab, at + guess, text);
    const size = headerSizeFor(length, this.#maskKey !== undefined);
    // Text beyond ASCII may need a longer header than its units foretold.
    if (size !== guess) this.#slab.copyWithin(at + size, at + guess, at + guess + length);
    this.#finish(first, at, length);
  }

  /** `payload` must not change until it is written; one that is to be masked is copied. */
  addBytes(first: number, payload: Uint8Array): void {
    const { length } = payload;
    if (length > SMALL) {
      this.#addLarge(first, payload, this.#maskKey && allocateAlike(length, payload.byteOffset));
      return;
    }
    const size = headerSizeFor(length, this.#maskKey !== undefined);
    const at = this.#reserve(size + length);
    this.#slab.set(payload, at + size);
    this.#finish(first, at, length);
  }

  /** A frame that is built already, and shared with other connections (a broadcast). */
  addFrame(frame: Uint8Array): void {
    if (this.#size > 0 && frame.length <= SMALL) {
      const at = this.#reserve(frame.length);
      this.#slab.set(frame, at);
      this.#advance(frame.length);
    } else this.#addPart(frame);
  }

  /** What was taken last ends within a frame. */
  get isInFrame(): boolean {
    return this.#continuing?.has(this.#parts![0]!) === true;
  }

  /**
   * What waits, in order; it is the caller's from here on.
   *
   * @param most at most some so many bytes
   * @param oneFrame no more than what ends the frame that was begun
   */
  take(most: number = Number.POSITIVE_INFINITY, oneFrame: boolean = false): Uint8Array[] {
    this.#closeRun();
    if (this.#size > most || oneFrame) return this.#takeSome(most, oneFrame);
    const parts = this.#parts ?? [];
    this.#parts = this.#continuing = undefined;
    this.#slab = nothing;
    this.#start = this.#end = this.#size = 0;
    return parts;
  }

  #takeSome(most: number, oneFrame: boolean): Uint8Array[] {
    const parts = this.#parts!;
    let size = 0;
    let count = 0;
    let rest: Uint8Array | undefined;
    while (size < most && count < parts.length) {
      const part = parts[count]!;
      if (oneFrame && this.#continuing?.has(part) !== true) break;
      const room = most - size;
      // A run of small frames is no longer than a slab and stays whole, so a cut is always within the one frame.
      if (part.length > room && part.length > SLAB_SIZE) {
        parts[count] = part.subarray(0, room);
        rest = part.subarray(room);
      }
      this.#continuing?.delete(part);
      size += parts[count++]!.length;
    }
    const taken = parts.splice(0, count);
    if (rest !== undefined) {
      parts.unshift(rest);
      this.#continuing = (this.#continuing ?? new Set()).add(rest);
    }
    this.#size -= size;
    return taken;
  }

  /** @param target where `payload` is masked, if at all: in place, unless it is the user's */
  #addLarge(first: number, payload: Uint8Array, target = payload): void {
    const key = this.#maskKey?.();
    const at = this.#reserve(14);
    this.#advance(writeHeader(this.#slab, at, first, payload.length, key) - at);
    if (key !== undefined) mask(payload, 0, payload.length, key, target, 0);
    // A view of its own: the same bytes may be sent twice.
    const part = target.subarray();
    this.#continuing = (this.#continuing ?? new Set()).add(part);
    this.#addPart(part);
  }

  #addPart(bytes: Uint8Array): void {
    this.#closeRun();
    this.#push(bytes);
    this.#size += bytes.length;
  }

  /** Writes the header before a payload of `length` bytes that is in its place, and masks it. */
  #finish(first: number, at: number, length: number): void {
    const key = this.#maskKey?.();
    const start = writeHeader(this.#slab, at, first, length, key);
    if (key !== undefined) mask(this.#slab, start, start + length, key);
    this.#advance(start + length - at);
  }

  /** Makes room for `size` bytes and returns where they go: right behind the run, if that is possible. */
  #reserve(size: number): number {
    const isLastWriter = this.#slab === slab && this.#end === slabEnd;
    if (!isLastWriter || slabEnd + size > slab.length) {
      this.#closeRun();
      if (slabEnd + size > slab.length) {
        slab = allocate(SLAB_SIZE);
        slabEnd = 0;
      }
      this.#slab = slab;
      this.#start = this.#end = slabEnd;
    }
    return this.#end;
  }

  #advance(size: number): void {
    this.#end += size;
    slabEnd = this.#end;
    this.#size += size;
  }

  #closeRun(): void {
    if (this.#end > this.#start) this.#push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #push(part: Uint8Array): void {
    // Mostly there is one; an array that begins empty makes room for sixteen.
    if (this.#parts === undefined) this.#parts = [part];
    else this.#parts.push(part);
  }
}
