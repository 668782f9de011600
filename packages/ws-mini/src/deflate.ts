// permessage-deflate at work (RFC 7692 7.2), on node:zlib. A message is compressed and inflated in one
// go; what a side keeps between two messages ("context takeover") is not a running zlib stream of some
// 120 KiB, but the last bytes of the messages before, handed to zlib as its dictionary: that is what a
// sliding window is. So an idle connection holds a window and nothing else, a message that is dropped or
// goes out uncompressed leaves no trace, and a block with BFINAL set ends nothing but itself.

import { constants as buffers } from 'node:buffer';
import {
  constants,
  deflateRaw,
  deflateRawSync,
  inflateRaw,
  inflateRawSync,
  type ZlibOptions,
} from 'node:zlib';
import { type DeflateAgreement, type DeflateWishes, offerDeflate, WebSocketError } from './wire/index.ts';

export interface DeflateOptions extends DeflateWishes {
  /** Bytes below which a message is sent as it is. Default 1024. */
  threshold?: number | undefined;
  /** zlib's level, 1 (fast) to 9 (small). Default 6. */
  level?: number | undefined;
}

/**
 * The option `perMessageDeflate`; undefined: off.
 *
 * @throws WebSocketError `option-invalid`
 */
export function wishesOf(option: boolean | DeflateOptions | undefined): DeflateOptions | undefined {
  if (option === undefined || option === false) return undefined;
  const wishes = option === true ? {} : option;
  const { level = 6 } = wishes;
  if (!(Number.isInteger(level) && level >= 1 && level <= 9))
    throw new WebSocketError('option-invalid', `level is ${level}, but must be from 1 to 9`);
  // To make an offer is to check what it asks for.
  offerDeflate(wishes);
  return wishes;
}

/** Up to here (in, or out of the inflater) zlib runs at once; beyond it in a thread, off the event loop. */
const AT_ONCE = 0x8000;

/**
 * How much of what was sent before we refer to, which is ours to choose up to the agreed window. zlib has
 * to read all of it for each message: 4 KiB give nearly all there is to gain at a fifth of the time.
 */
const MEMORY = 4096;

/** What both sides leave off at the end of a message: the rest of an empty stored block (7.2.1). */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** Tasks in zlib's threads at a time, in the whole process; each takes up to 300 KiB, and Node has 4 threads. */
const MOST_TASKS = 4;

const nothing = new Uint8Array(0);

/** The compression of one connection, both directions. */
export class Deflate {
  readonly #threshold: number;
  readonly #maxMessage: number;
  readonly #deflateOptions: ZlibOptions;
  /** How much of each direction is kept; 0: no context takeover. */
  readonly #keepSent: number;
  readonly #keepReceived: number;
  #sent: Uint8Array = nothing;
  #received: Uint8Array = nothing;

  /** @param maxMessage bytes of the largest message that is inflated, inclusive */
  constructor(
    role: 'client' | 'server',
    agreement: DeflateAgreement,
    { threshold = 1024, level = 6 }: DeflateOptions = {},
    maxMessage: number = 16 * 1024 * 1024,
  ) {
    const { serverNoContextTakeover, clientNoContextTakeover } = agreement;
    const { serverMaxWindowBits, clientMaxWindowBits } = agreement;
    const isServer = role === 'server';
    const bits = isServer ? serverMaxWindowBits : clientMaxWindowBits;
    const peerBits = isServer ? clientMaxWindowBits : serverMaxWindowBits;
    this.#threshold = threshold;
    this.#maxMessage = maxMessage;
    this.#keepSent = (isServer ? serverNoContextTakeover : clientNoContextTakeover)
      ? 0
      : Math.min(2 ** bits, MEMORY);
    this.#keepReceived = (isServer ? clientNoContextTakeover : serverNoContextTakeover) ? 0 : 2 ** peerBits;
    // zlib has no raw deflate with 8 bits; it would take 9 without saying so. That keeps the agreement
    // all the same: it refers to 2^n - 262 bytes back at most, which for 9 is 250 and within 2^8
    // (`deflate.test.ts`, "a window of 8 bits").
    this.#deflateOptions = { level, windowBits: Math.max(bits, 9), finishFlush: constants.Z_SYNC_FLUSH };
  }

  /** Bytes that are kept from one message to the next. */
  get kept(): number {
    return this.#sent.length + this.#received.length;
  }

  /** Whether a message of so many bytes is worth a try. */
  isWorth(length: number): boolean {
    return length >= this.#threshold;
  }

  /**
   * Deflates a message; the next one must not begin before this one is done.
   *
   * @returns undefined if it would not get smaller; then the peer must not see it compressed
   */
  compress(data: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const options = { ...this.#deflateOptions, ...dictionary(this.#sent) };
    if (data.length > AT_ONCE)
      return inThread<Uint8Array>((done) => deflateRaw(data, options, done)).then((deflated) =>
        this.#compressed(data, deflated),
      );
    const chunkSize = Math.max(64, data.length + TAIL.length);
    return this.#compressed(data, deflateRawSync(data, { ...options, chunkSize }));
  }

  #compressed(data: Uint8Array, deflated: Uint8Array): Uint8Array | undefined {
    const length = deflated.length - TAIL.length;
    if (length >= data.length) return undefined;
    this.#sent = endOf([this.#sent, data], this.#keepSent);
    return deflated.subarray(0, length);
  }

  /**
   * Inflates a message; the next one must not begin before this one is done.
   *
   * @throws WebSocketError `message-not-deflate`, `message-too-big`; rejected with one if it takes a thread
   */
  decompress(deflated: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (deflated.length <= AT_ONCE) {
      const inflation = new Inflation(deflated, this.#received, Math.min(AT_ONCE, this.#maxMessage));
      try {
        while (!inflation.isDone) inflation.take(inflateRawSync(inflation.rest, inflation.options));
        return this.#decompressed(inflation);
      } catch (error) {
        const isLarge = isTooLarge(error) && this.#maxMessage > AT_ONCE;
        if (!isLarge) throw this.#errorFor(error);
      }
    }
    return this.#decompressLater(new Inflation(deflated, this.#received, this.#maxMessage));
  }

  async #decompressLater(inflation: Inflation): Promise<Uint8Array> {
    try {
      while (!inflation.isDone)
        inflation.take(await inThread((done) => inflateRaw(inflation.rest, inflation.options, done)));
    } catch (error) {
      throw this.#errorFor(error);
    }
    return this.#decompressed(inflation);
  }

  #decompressed(inflation: Inflation): Uint8Array {
    this.#received = endOf([this.#received, ...inflation.parts], this.#keepReceived);
    return inflation.parts.length === 1 ? inflation.parts[0]! : Buffer.concat(inflation.parts);
  }

  #errorFor(cause: unknown): WebSocketError {
    if (cause instanceof WebSocketError) return cause;
    if (isTooLarge(cause))
      return new WebSocketError('message-too-big', `inflated, a message has over ${this.#maxMessage} bytes`);
    return new WebSocketError('message-not-deflate', 'a compressed message cannot be inflated', { cause });
  }
}

/** What zlib gives with `info: true`; its types do not know of it. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: how much of the input was taken. */
  readonly engine: { readonly bytesWritten: number };
}

/**
 * One message being inflated. Usually that is one call of zlib, but a block with BFINAL set ends a zlib
 * stream, and other blocks may follow it (7.2.1, 7.2.3.4): then the next stream goes on with the rest.
 */
class Inflation {
  readonly parts: Uint8Array[] = [];
  isDone = false;
  rest: Uint8Array;
  readonly #window: Uint8Array;
  #room: number;
  /** Each stream costs far more than the two bytes it may be sent in, so there is one more per 4 KiB. */
  #streams: number;

  constructor(deflated: Uint8Array, window: Uint8Array, most: number) {
    this.rest = Buffer.concat([deflated, TAIL]);
    this.#window = window;
    this.#room = Math.min(most, buffers.MAX_LENGTH);
    this.#streams = 16 + deflated.length / 4096;
  }

  get options(): ZlibOptions {
    const window = this.parts.length === 0 ? this.#window : endOf([this.#window, ...this.parts], 2 ** 15);
    // Asked while inflating, so that a bomb costs no more than a message of that size. zlib knows no limit
    // of 0; `take` does.
    const maxOutputLength = Math.max(this.#room, 1);
    const chunkSize = Math.min(Math.max(this.rest.length * 4, 1024), 0x1_0000);
    // 15 bits, whatever the peer's window: they fit all (7.1.2).
    return {
      finishFlush: constants.Z_SYNC_FLUSH,
      info: true,
      maxOutputLength,
      chunkSize,
      ...dictionary(window),
    };
  }

  take(result: unknown): void {
    const { buffer, engine } = result as Inflated;
    this.parts.push(buffer);
    this.#room -= buffer.length;
    if (this.#room < 0) throw Object.assign(new Error(), { code: TOO_LARGE });
    this.rest = this.rest.subarray(engine.bytesWritten);
    this.isDone = this.rest.length === 0;
    if (!this.isDone && --this.#streams < 0)
      throw new WebSocketError('message-not-deflate', 'a compressed message has too many final blocks');
  }
}

const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

function isTooLarge(error: unknown): boolean {
  return (error as { code?: string }).code === TOO_LARGE;
}

/** zlib takes no empty dictionary. */
function dictionary(window: Uint8Array): ZlibOptions {
  return window.length === 0 ? {} : { dictionary: window };
}

/** The last `most` bytes of all parts, in memory of their own. */
function endOf(parts: readonly Uint8Array[], most: number): Uint8Array {
  if (most === 0) return nothing;
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.allocUnsafeSlow(Math.min(total, most));
  let at = end.length;
  for (let i = parts.length - 1; i >= 0 && at > 0; i--) {
    const part = parts[i]!;
    const taken = part.subarray(Math.max(0, part.length - at));
    at -= taken.length;
    end.set(taken, at);
  }
  return end;
}

// ---- Threads -----------------------------------------------------------------------------------

let tasks = 0;
const waiting: (() => void)[] = [];

/** Runs one of zlib's asynchronous functions when its turn comes. */
async function inThread<T>(start: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  if (tasks >= MOST_TASKS) await new Promise<void>((resolve) => waiting.push(resolve));
  else tasks++;
  try {
    return await new Promise((resolve, reject) =>
      start((error, result) => (error === null ? resolve(result) : reject(error))),
    );
  } finally {
    // Whoever is next takes the place over; or it is free.
    const next = waiting.shift();
    if (next === undefined) tasks--;
    else next();
  }
}
