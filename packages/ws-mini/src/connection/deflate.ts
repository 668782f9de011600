// Compresses and inflates for permessage-deflate (RFC 7692 7.2), with node:zlib. Each message is one call.
// Between two messages ("context takeover") we do not keep a running zlib stream, which is large, but the
// last bytes of the messages before, and hand them to zlib as its dictionary: a sliding window is just that.
// So an idle connection holds only a window, a message that is dropped or goes out uncompressed leaves no
// trace, and a block with BFINAL set ends only itself.

import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { type DeflateAgreement, type DeflateWishes, WebSocketError } from '../wire/index.ts';
import { aLimit, aSwitch, checked, integer, type OptionKinds } from './checks.ts';
import { dictionary, endOf, inflateNow, inflateParts, TAIL } from './inflate.ts';

export interface DeflateOptions extends DeflateWishes {
  /** Messages with fewer bytes are sent uncompressed. Default 1024. */
  threshold?: number | undefined;
  /** zlib's level, 1 (fast) to 9 (small). Default 6. */
  level?: number | undefined;
}

const KINDS: OptionKinds<DeflateOptions> = {
  threshold: aLimit,
  level: integer(1, 9),
  serverNoContextTakeover: aSwitch,
  clientNoContextTakeover: aSwitch,
  serverMaxWindowBits: integer(8, 15),
  clientMaxWindowBits: integer(8, 15),
};

/**
 * Reads the option `perMessageDeflate`; the result is undefined if it is off.
 *
 * @throws WebSocketError `option-invalid`
 */
export function wishesOf(option: boolean | DeflateOptions | undefined): DeflateOptions | undefined {
  if (option === undefined || option === false) return undefined;
  return option === true ? {} : checked(option, KINDS, 'perMessageDeflate.');
}

/** Up to this many bytes (of input, and out of the inflater) zlib runs at once; beyond it in a thread, off the event loop. */
const AT_ONCE = 0x8000;

/**
 * How many bytes of earlier messages our compressor may refer to. We may choose any size up to the agreed
 * window, and zlib must read all of it for each message: 4 KiB give nearly all the gain for a part of the time.
 */
const MEMORY = 4096;

/** How many tasks run in zlib's threads at a time, in the whole process: Node has 4 threads, and each task takes memory. */
const MOST_TASKS = 4;

const nothing = new Uint8Array(0);

const deflateLater: (data: Uint8Array, options: ZlibOptions) => Promise<Uint8Array> = promisify(deflateRaw);

/** The compression of one connection, both directions. */
export class Deflate {
  readonly #threshold: number;
  readonly #maxMessage: number;
  readonly #deflateOptions: ZlibOptions;
  /**
   * How many bytes of each direction to keep; 0 without context takeover (rfc7692/7.1.1.1/keep, rfc7692/7.1.1.2/keep,
   * rfc7692/7.2.1/empty-window).
   */
  readonly #keepSent: number;
  readonly #keepReceived: number;
  #sent: Uint8Array = nothing;
  #received: Uint8Array = nothing;

  /** @param maxMessage bytes of the largest message, inflated, inclusive */
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
    // zlib has no raw deflate with 8 bits, and silently uses 9 instead. That still keeps the agreement: with
    // n bits zlib refers back at most 2^n - 262 bytes, which for 9 is 250 and fits in 2^8
    // (`deflate.test.ts`, "a window of 8 bits").
    this.#deflateOptions = { level, windowBits: Math.max(bits, 9), finishFlush: constants.Z_SYNC_FLUSH };
  }

  /** How many bytes are kept from one message to the next. */
  get kept(): number {
    return this.#sent.length + this.#received.length;
  }

  /** Whether to try to compress a message of `length` bytes. */
  isWorth(length: number): boolean {
    return length >= this.#threshold;
  }

  /**
   * Deflates a message; the caller must wait for it before it begins the next.
   *
   * @returns undefined if the message would not get smaller, or zlib has no memory; then the caller must send it
   * uncompressed
   */
  compress(data: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const isLong = data.length > AT_ONCE;
    // For a long message zlib's default of 16 KiB; else enough for the whole result.
    const chunkSize = isLong ? 0x4000 : Math.max(64, data.length + TAIL.length);
    const options = { chunkSize, ...this.#deflateOptions, ...dictionary(this.#sent) };
    if (isLong)
      return inThread(async () => this.#compressed(data, await deflateLater(data, options))).catch(ignore);
    try {
      return this.#compressed(data, deflateRawSync(data, options));
    } catch {
      return undefined;
    }
  }

  #compressed(data: Uint8Array, deflated: Uint8Array): Uint8Array | undefined {
    const length = deflated.length - TAIL.length; // rfc7692/7.2.1/tail
    if (length >= data.length) return undefined; // rfc7692/6/uncompressed
    if (this.#keepSent > 0) this.#sent = endOf([this.#sent, data], this.#keepSent);
    return deflated.subarray(0, length);
  }

  /**
   * Inflates a message; the caller must wait for it before it begins the next.
   *
   * @throws WebSocketError `message-not-deflate`, `message-too-big`; if it runs in a thread, the promise is rejected
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
   * Inflates a message as it comes; the caller must wait for its end before it begins the next.
   *
   * @param deflated the parts of the message
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

function ignore(): undefined {}

/** The user's limit may be larger than the largest possible buffer, or than the memory that is left. */
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

/** Runs a task that uses zlib's threads, as soon as fewer than MOST_TASKS run. */
async function inThread<T>(task: () => Promise<T>): Promise<T> {
  if (tasks >= MOST_TASKS) await new Promise<void>((resolve) => waiting.push(resolve));
  else tasks++;
  try {
    return await task();
  } finally {
    // The next task takes over this one's place, if there is one.
    const next = waiting.shift();
    if (next === undefined) tasks--;
    else next();
  }
}
