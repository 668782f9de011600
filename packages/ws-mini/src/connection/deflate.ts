// permessage-deflate at work (RFC 7692 7.2), on node:zlib. A message is compressed and inflated in one
// go; what a side keeps between two messages ("context takeover") is not a running zlib stream of some
// 120 KiB, but the last bytes of the messages before, handed to zlib as its dictionary: that is what a
// sliding window is. So an idle connection holds a window and nothing else, a message that is dropped or
// goes out uncompressed leaves no trace, and a block with BFINAL set ends nothing but itself.

import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { type DeflateAgreement, type DeflateWishes, WebSocketError } from '../wire/index.ts';
import { aLimit, aSwitch, checked, integer, type Kinds } from '../wire/options.ts';
import { dictionary, endOf, inflateNow, inflateParts, TAIL } from './inflate.ts';

export interface DeflateOptions extends DeflateWishes {
  /** Bytes below which a message is sent as it is. Default 1024. */
  threshold?: number | undefined;
  /** zlib's level, 1 (fast) to 9 (small). Default 6. */
  level?: number | undefined;
}

const KINDS: Kinds<DeflateOptions> = {
  threshold: aLimit,
  level: integer(1, 9),
  serverNoContextTakeover: aSwitch,
  clientNoContextTakeover: aSwitch,
  serverMaxWindowBits: integer(8, 15),
  clientMaxWindowBits: integer(8, 15),
};

/**
 * The option `perMessageDeflate`; undefined: off.
 *
 * @throws WebSocketError `option-invalid`
 */
export function wishesOf(option: boolean | DeflateOptions | undefined): DeflateOptions | undefined {
  if (option === undefined || option === false) return undefined;
  return option === true ? {} : checked(option, KINDS, 'perMessageDeflate.');
}

/** Up to here (in, or out of the inflater) zlib runs at once; beyond it in a thread, off the event loop. */
const AT_ONCE = 0x8000;

/**
 * How much of what was sent before we refer to, which is ours to choose up to the agreed window. zlib has
 * to read all of it for each message: 4 KiB give nearly all there is to gain at a fifth of the time.
 */
const MEMORY = 4096;

/** Tasks in zlib's threads at a time, in the whole process; each takes up to 300 KiB, and Node has 4 threads. */
const MOST_TASKS = 4;

const nothing = new Uint8Array(0);

const deflateLater: (data: Uint8Array, options: ZlibOptions) => Promise<Uint8Array> = promisify(deflateRaw);

/** The compression of one connection, both directions. */
export class Deflate {
  readonly #threshold: number;
  readonly #maxMessage: number;
  readonly #deflateOptions: ZlibOptions;
  /**
   * How much of each direction is kept; 0: no context takeover (rfc7692/7.1.1.1/keep, rfc7692/7.1.1.2/keep,
   * rfc7692/7.2.1/empty-window).
   */
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
    // rfc7692/7.1.2.1/keep, rfc7692/7.1.2.2/keep, rfc7692/7.2.1/32k
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
    const isLong = data.length > AT_ONCE;
    // zlib's own 16 KiB, or all at once.
    const chunkSize = isLong ? 0x4000 : Math.max(64, data.length + TAIL.length);
    const options = { chunkSize, ...this.#deflateOptions, ...dictionary(this.#sent) };
    if (!isLong) return this.#compressed(data, deflateRawSync(data, options));
    return inThread(async () => this.#compressed(data, await deflateLater(data, options)));
  }

  #compressed(data: Uint8Array, deflated: Uint8Array): Uint8Array | undefined {
    const length = deflated.length - TAIL.length; // rfc7692/7.2.1/tail
    if (length >= data.length) return undefined; // rfc7692/6/uncompressed
    if (this.#keepSent > 0) this.#sent = endOf([this.#sent, data], this.#keepSent);
    return deflated.subarray(0, length);
  }

  /**
   * Inflates a message; the next one must not begin before this one is done.
   *
   * @throws WebSocketError `message-not-deflate`, `message-too-big`; rejected with one if it takes a thread
   */
  decompress(deflated: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (deflated.length <= AT_ONCE) {
      try {
        const inflated = inflateNow(deflated, this.#received, Math.min(AT_ONCE, this.#maxMessage));
        this.#keep([this.#received, inflated]);
        return inflated;
      } catch (error) {
        const isTooBig = error instanceof WebSocketError && error.code === 'message-too-big';
        if (!isTooBig || this.#maxMessage <= AT_ONCE) throw error;
      }
    }
    return inThread(async () => {
      const inflated: Uint8Array[] = [];
      for await (const part of this.decompressParts(only(deflated))) inflated.push(part);
      return joined(inflated);
    });
  }

  /**
   * Inflates a message as it comes; the next one must not begin before this one is done.
   *
   * @param deflated its parts
   * @throws WebSocketError as decompress
   */
  async *decompressParts(deflated: AsyncIterator<Uint8Array, undefined>): AsyncGenerator<Uint8Array, void> {
    for await (const part of inflateParts(deflated, this.#received, this.#maxMessage)) {
      this.#keep([this.#received, part]);
      yield part;
    }
  }

  #keep(received: Uint8Array[]): void {
    // rfc7692/7.2.2/takeover
    if (this.#keepReceived > 0) this.#received = endOf(received, this.#keepReceived);
  }
}

/** A limit may be larger than a buffer can be here, or than there is memory. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  try {
    return Buffer.concat(parts);
  } catch (cause) {
    throw new WebSocketError('message-too-big', 'there is no memory for an inflated message', { cause });
  }
}

async function* only(part: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield part;
}

// ---- Threads -----------------------------------------------------------------------------------

let tasks = 0;
const waiting: (() => void)[] = [];

/** Runs what uses zlib's threads when its turn comes. */
async function inThread<T>(task: () => Promise<T>): Promise<T> {
  if (tasks >= MOST_TASKS) await new Promise<void>((resolve) => waiting.push(resolve));
  else tasks++;
  try {
    return await task();
  } finally {
    // Whoever is next takes the place over; or it is free.
    const next = waiting.shift();
    if (next === undefined) tasks--;
    else next();
  }
}
