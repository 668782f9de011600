// Inflates messages (rfc7692/6.2/inflate), whole or part by part. Usually a message is one zlib stream, but a
// block with BFINAL set ends a stream (rfc7692/7.2.3.4/bfinal), and other blocks may follow it
// (rfc7692/7.2.3/block-types). Then a new stream inflates the rest, with the output so far as its window.

import { constants as buffers } from 'node:buffer';
import { constants, createInflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { WebSocketError } from '../wire/index.ts';

/** The bytes that both sides leave off at the end of a message: the rest of an empty stored block (7.2.1). */
export const TAIL: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** The largest possible window. An inflater with it can read every message, whatever window was agreed on (7.1.2). */
const LARGEST_WINDOW = 2 ** 15;

/** The result of zlib with `info: true`, which Node's types lack. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: how many bytes of the input zlib has read. */
  readonly engine: { readonly bytesWritten: number };
}

/**
 * Inflates a whole message, at once.
 *
 * @param window the last bytes of the messages before
 * @param most bytes that may come out. zlib stops there, so a bomb costs no more than a message of that size
 * @throws WebSocketError `message-too-big`, `message-not-deflate`
 */
export function inflateNow(deflated: Uint8Array, window: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let rest: Uint8Array = Buffer.concat([deflated, TAIL]); // rfc7692/7.2.2/append, rfc7692/7.2.3.6/empty
  let room = Math.min(most, buffers.MAX_LENGTH);
  try {
    for (let streams = streamsFor(deflated.length); rest.length > 0; streams--) {
      if (streams < 0) throw tooManyStreams();
      const { buffer, engine } = inflateRawSync(rest, {
        finishFlush: constants.Z_SYNC_FLUSH,
        info: true,
        // zlib knows no limit of 0.
        maxOutputLength: Math.max(room, 1),
        chunkSize: Math.min(Math.max(rest.length * 4, 1024), 0x1_0000),
        // Why last: an object that grows after a spread is slow, and here that would show.
        ...dictionary(parts.length === 0 ? window : endOf([window, ...parts], LARGEST_WINDOW)),
      }) as unknown as Inflated;
      parts.push(buffer);
      room -= buffer.length;
      if (room < 0) throw tooBig(most);
      rest = rest.subarray(engine.bytesWritten);
    }
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooBig(most) : notDeflate(error);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/**
 * Inflates a message as it comes, in threads, and no faster than the caller takes the output.
 *
 * @param deflated the parts of the message
 * @throws WebSocketError as inflateNow; any error of `deflated` itself
 */
export async function* inflateParts(
  deflated: AsyncIterator<Uint8Array, undefined>,
  window: Uint8Array,
  most: number,
): AsyncGenerator<Uint8Array, void> {
  let input: Uint8Array | undefined = new Uint8Array(0);
  let hasEnded = false;
  let received = 0;
  let size = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    if (hasEnded) return undefined;
    const { value = TAIL, done } = await deflated.next();
    hasEnded = done === true;
    received += value.length;
    return value;
  };
  for (let streams = 0; input !== undefined; streams++) {
    if (streams > streamsFor(received)) throw tooManyStreams();
    const zlib = createInflateRaw({
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: 0x1_0000,
      ...dictionary(window),
    });
    let written = 0;
    const feed = async (): Promise<void> => {
      for (; input !== undefined; input = await next()) {
        const part: Uint8Array = input;
        await new Promise((resolve) => zlib.write(part, resolve));
        // The stream has ended within this part; `bytesWritten` says how far it has read.
        if (zlib.bytesWritten < written + part.length) return;
        written += part.length;
      }
      zlib.end();
    };
    feed().catch((error: Error) => zlib.destroy(error));
    try {
      for await (const part of zlib as AsyncIterable<Uint8Array>) {
        size += part.length;
        if (size > most) throw tooBig(most);
        window = endOf([window, part], LARGEST_WINDOW);
        yield part;
      }
    } catch (error) {
      throw notDeflate(error);
    }
    input = input?.subarray(zlib.bytesWritten - written);
  }
}

/**
 * For observers (`observe`, explain-mini): makes a function that inflates the messages of one side, one after the other,
 * whatever parameters the two sides agreed on.
 *
 * @param most bytes of the largest message, inflated
 */
export function inflater(most: number): (deflated: Uint8Array) => Uint8Array {
  let window: Uint8Array = new Uint8Array(0);
  return (deflated) => {
    const inflated = inflateNow(deflated, window, most);
    // If the sender keeps no context, its messages refer to nothing in this window, and it does no harm.
    window = endOf([window, inflated], LARGEST_WINDOW);
    return inflated;
  };
}

/**
 * How many streams a message may have. A stream costs us far more than the two bytes that it can take on the wire, so a
 * message gets one more only for every 4 KiB.
 */
function streamsFor(bytes: number): number {
  return 16 + bytes / 4096;
}

function tooBig(most: number): WebSocketError {
  return new WebSocketError(
    'message-too-big',
    `inflated, a message has more bytes than maxMessage, which is ${most}`,
  );
}

function tooManyStreams(): WebSocketError {
  return new WebSocketError('message-not-deflate', 'a compressed message has too many final blocks');
}

function notDeflate(cause: unknown): unknown {
  if (cause instanceof WebSocketError) return cause;
  return new WebSocketError('message-not-deflate', 'a compressed message cannot be inflated', { cause });
}

/** zlib's option for a window; zlib refuses an empty dictionary. */
export function dictionary(window: Uint8Array): ZlibOptions {
  return window.length === 0 ? {} : { dictionary: window };
}

/** Copies the last `most` bytes of all parts. */
export function endOf(parts: readonly Uint8Array[], most: number): Uint8Array {
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
