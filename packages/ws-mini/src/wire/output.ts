// Frames that wait for the end of the turn. All frames of a turn leave in one write, because a write
// costs far more than a small frame: this matters more for speed than anything else in this package.
// So the output writes small frames next to each other in a slab of memory, and passes large payloads
// on by reference between them.

import { allocate, allocateAlike, encodeUtf8, writeText } from './bytes.ts';
import { headerSizeFor, writeHeader } from './frame.ts';
import { mask } from './mask.ts';

/** Bytes up to which a payload is copied; beyond it, the copy costs more than one more buffer in the write. */
export const SMALL = 4096;

// One slab for all connections, filled from the front and never reused: a part that is cut off belongs
// to its write, and an idle connection holds no part of it. (`output.test.ts`,
// "two outputs that take turns", fails if an output does not close its run when another has written.)
const SLAB_SIZE = 0x1_0000;
const nothing = new Uint8Array(0);
let slab: Uint8Array = nothing;
let slabEnd = 0;

export class Output {
  readonly #maskKey: (() => number) | undefined;
  /** Finished runs and large payloads, in order. */
  #parts: Uint8Array[] | undefined;
  /** Parts that continue a frame: a payload, whose header is in the run before it, and the rest of a part that was cut. */
  #continuing: Set<Uint8Array> | undefined;
  /** The run being written: `#slab[#start, #end)`. */
  #slab: Uint8Array = nothing;
  #start = 0;
  #end = 0;
  /** How many bytes wait; only the output itself changes it. */
  size = 0;

  /** @param maskKey gives a fresh key for each frame (5.3); undefined: frames are not masked */
  constructor(maskKey: (() => number) | undefined) {
    this.#maskKey = maskKey;
  }

  /** @param firstByte FIN, reserved bits and opcode */
  addText(firstByte: number, text: string): void {
    // rfc6455/5.6/text-utf8
    // Why not count the bytes first: that reads the text twice. Three per UTF-16 unit is the most.
    const most = text.length * 3;
    if (most > SMALL * 3) {
      this.#addLarge(firstByte, encodeUtf8(text));
      return;
    }
    const guess = headerSizeFor(text.length, this.#maskKey !== undefined);
    const at = this.#reserve(guess + 2 + most);
    const length = writeText(this.#slab, at + guess, text);
    const size = headerSizeFor(length, this.#maskKey !== undefined);
    // Text beyond ASCII may need a longer header than its number of UTF-16 units suggests.
    if (size !== guess) this.#slab.copyWithin(at + size, at + guess, at + guess + length);
    this.#finish(firstByte, at, size, length);
  }

  /** The caller must not change `payload` until it is written. If frames are masked, the payload is copied. */
  addBytes(firstByte: number, payload: Uint8Array): void {
    const { length } = payload;
    if (length > SMALL) {
      this.#addLarge(firstByte, payload, this.#maskKey && allocateAlike(length, payload.byteOffset));
      return;
    }
    const size = headerSizeFor(length, this.#maskKey !== undefined);
    const at = this.#reserve(size + length);
    this.#slab.set(payload, at + size);
    this.#finish(firstByte, at, size, length);
  }

  /** Adds a frame that is built already, and shared with other connections (a broadcast). */
  addFrame(frame: Uint8Array): void {
    if (this.size > 0 && frame.length <= SMALL) {
      const at = this.#reserve(frame.length);
      this.#slab.set(frame, at);
      this.#end = slabEnd = at + frame.length;
      this.size += frame.length;
    } else this.#addPart(frame);
  }

  /** What was taken last ends within a frame. */
  get isInFrame(): boolean {
    return this.#continuing?.has(this.#parts![0]!) === true;
  }

  /**
   * Gives what waits to the caller, in order.
   *
   * @param most about how many bytes to take
   * @param oneFrame take only the rest of the frame that was begun
   */
  take(most: number = Number.POSITIVE_INFINITY, oneFrame: boolean = false): Uint8Array[] {
    this.#closeRun();
    if (this.size > most || oneFrame) return this.#takeSome(most, oneFrame);
    const parts = this.#parts ?? [];
    this.#parts = this.#continuing = undefined;
    this.#slab = nothing; // what has nothing to send holds no memory
    this.#start = this.#end = this.size = 0;
    return parts;
  }

  #takeSome(most: number, oneFrame: boolean): Uint8Array[] {
    const parts = this.#parts!;
    let size = 0;
    let count = 0;
    let rest: Uint8Array | undefined;
    // Parts do not run out: more than `most` wait, or the frame ends first.
    while (size < most) {
      const part = parts[count]!;
      if (oneFrame && this.#continuing?.has(part) !== true) break;
      const room = most - size;
      // A run of small frames is never longer than a slab, and is not cut: a cut is always within one large frame.
      if (part.length > room && part.length > SLAB_SIZE) {
        parts[count] = part.subarray(0, room);
        rest = part.subarray(room);
      }
      this.#continuing?.delete(part);
      size += parts[count++]!.length;
    }
    if (size === this.size) return this.take();
    const taken = parts.splice(0, count);
    if (rest !== undefined) {
      parts.unshift(rest);
      this.#continuing = (this.#continuing ?? new Set()).add(rest);
    }
    this.size -= size;
    return taken;
  }

  /** @param target where to mask `payload`, if at all. Default: in place; the caller must own it then */
  #addLarge(firstByte: number, payload: Uint8Array, target = payload): void {
    const key = this.#maskKey?.();
    const size = headerSizeFor(payload.length, key !== undefined);
    const at = this.#reserve(size);
    writeHeader(this.#slab, at, size, firstByte, payload.length, key);
    this.#end = slabEnd = at + size;
    this.size += size;
    if (key !== undefined) mask(payload, 0, payload.length, key, target, 0);
    // A new view each time: `#continuing` tells parts apart by identity, and the same array may be sent twice.
    const part = target.subarray();
    this.#continuing = (this.#continuing ?? new Set()).add(part);
    this.#addPart(part);
  }

  #addPart(bytes: Uint8Array): void {
    this.#closeRun();
    this.#push(bytes);
    this.size += bytes.length;
  }

  /** Writes the header, of `size` bytes, before a payload that is already in its place, and masks the payload. */
  #finish(firstByte: number, at: number, size: number, length: number): void {
    const key = this.#maskKey?.();
    const end = at + size + length;
    writeHeader(this.#slab, at, size, firstByte, length, key);
    if (key !== undefined) mask(this.#slab, at + size, end, key);
    this.#end = slabEnd = end;
    this.size += size + length;
  }

  /** Makes room for `size` bytes and returns where they go: right behind the run, if there is room. */
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

  #closeRun(): void {
    if (this.#end > this.#start) this.#push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #push(part: Uint8Array): void {
    // Usually there is only one part; V8 gives an array that begins empty room for many at its first push.
    if (this.#parts === undefined) this.#parts = [part];
    else this.#parts.push(part);
  }
}
