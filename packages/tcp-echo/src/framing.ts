/**
 * TCP carries bytes, not messages (RFC 9293 2.2): two sends may arrive as one `data` event, one send as ten.
 * There are two ways to find messages in a stream: a delimiter after each (lines), or its length before each
 * (DNS over TCP, RFC 1035 4.2.2). Both are here, each with encoder and decoder, pure: bytes in, messages out.
 * However the bytes are cut, the messages are the same (laws/1/messages). The work is linear in the bytes. Memory grows
 * with what has arrived, never with what a prefix announces, and no message is over its limit (laws/4/bounded).
 */
import { EchoError } from './errors.ts';
import { checkBytes, checkNames, limit, wholeNumber } from './limits.ts';

export interface DelimiterOptions {
  /** Default a line feed. A string stands for its UTF-8. */
  readonly delimiter?: string | Uint8Array | undefined;
  /** Largest message without its delimiter, inclusive; default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

/** @throws EchoError `delimiter-in-message`, because the message would arrive as two */
export function encodeDelimited(message: Uint8Array, delimiter: string | Uint8Array = '\n'): Uint8Array {
  checkBytes('a message', message);
  const bytes = delimiterBytes(delimiter);
  const encoded = Buffer.concat([message, bytes]);
  // Search the message together with its delimiter: "a" does not contain "aa", but "a" + "aa" begins with it.
  const at = encoded.indexOf(bytes);
  if (at === message.length) return encoded;
  throw new EchoError('delimiter-in-message', `the message has its delimiter inside, at offset ${at}`);
}

export function delimiterDecoder(options: DelimiterOptions = {}): MessageDecoder {
  checkNames(options, ['delimiter', 'maxMessageBytes']);
  const delimiter = delimiterBytes(options.delimiter ?? '\n');
  const most = limit('maxMessageBytes', options.maxMessageBytes);
  return new MessageDecoder(most, (bytes, start, searched) => {
    // Of the bytes that were searched before, only the last ones can be the beginning of a delimiter. Skip the
    // others: else a message that comes byte by byte takes quadratic time.
    const end = bytes.indexOf(delimiter, Math.max(start, searched - delimiter.length + 1));
    if (end !== -1) return { start, end, next: end + delimiter.length };
    // Even the largest message would have ended by now, with its delimiter.
    return bytes.length - start >= most + delimiter.length
      ? { start, end: bytes.length, next: 0 }
      : undefined;
  });
}

function delimiterBytes(delimiter: string | Uint8Array): Uint8Array {
  if (typeof delimiter !== 'string') checkBytes('a delimiter', delimiter);
  const bytes = Buffer.from(delimiter);
  if (bytes.length > 0) return bytes;
  throw new EchoError('invalid-option', 'a delimiter must have at least one byte');
}

export interface LengthPrefixOptions {
  /** How many bytes the length before each message has, most significant first; 1 to 4, default 4. */
  readonly prefixBytes?: number | undefined;
  /** Largest message, inclusive; default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

/** @throws EchoError `message-over-prefix` if the message's length does not fit into the prefix */
export function encodeLengthPrefixed(message: Uint8Array, prefixBytes = 4): Uint8Array {
  checkBytes('a message', message);
  const most = 256 ** wholeNumber('prefixBytes', prefixBytes, 4) - 1;
  if (message.length > most) {
    throw new EchoError(
      'message-over-prefix',
      `${prefixBytes} bytes say at most ${most}, not ${message.length}`,
    );
  }
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUIntBE(message.length, 0, prefixBytes);
  return Buffer.concat([prefix, message]);
}

export function lengthPrefixDecoder(options: LengthPrefixOptions = {}): MessageDecoder {
  checkNames(options, ['prefixBytes', 'maxMessageBytes']);
  const prefixBytes = wholeNumber('prefixBytes', options.prefixBytes ?? 4, 4);
  const most = limit('maxMessageBytes', options.maxMessageBytes);
  return new MessageDecoder(most, (bytes, at) => {
    const start = at + prefixBytes;
    if (bytes.length < start) return undefined;
    const end = start + bytes.readUIntBE(at, prefixBytes);
    // The prefix already says that the message is too large: refuse it before its bytes come.
    return bytes.length < end && end - start <= most ? undefined : { start, end, next: end };
  });
}

/** Where the next message is in `bytes`, from `at` on; `undefined` until it is complete. */
type Find = (
  bytes: Buffer,
  at: number,
  searched: number,
) => { start: number; end: number; next: number } | undefined;

/** Takes chunks and gives messages: after each `receive`, call `next` until it gives `undefined`. */
export class MessageDecoder {
  readonly #most: number;
  readonly #find: Find;
  /** From `#at` to `#end`: the bytes that have come and are not given out yet. The rest is room to grow. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  /** Up to here, no message ends: the search goes on from here. */
  #searched = 0;
  #failure: EchoError | undefined;

  /** @internal */
  constructor(most: number, find: Find) {
    this.#most = most;
    this.#find = find;
  }

  /** If no bytes wait, the chunk is not copied: do not change it. @throws the error that `next` threw before */
  receive(chunk: Uint8Array): void {
    if (this.#failure) throw this.#failure; // else the bytes behind it would pile up
    checkBytes('a chunk', chunk);
    const waiting = this.#bytes.subarray(this.#at, this.#end);
    if (waiting.length === 0) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      this.#at = this.#end = this.#searched = 0;
    } else if (this.#end + chunk.length > this.#bytes.length) {
      // A chunk that we did not copy has no room behind it, so we write only to our own memory. Doubling keeps the
      // copying linear; `Buffer.concat` for every chunk would not (test: "law 5: tcp-echo delimiter").
      this.#bytes = Buffer.alloc(Math.max(waiting.length + chunk.length, 2 * waiting.length));
      this.#bytes.set(waiting);
      this.#searched -= this.#at;
      this.#at = 0;
      this.#end = waiting.length;
    }
    if (waiting.length > 0) this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole message, a view of the bytes received. @throws EchoError `message-over-limit`, from then on always */
  next(): Uint8Array | undefined {
    const found = this.#find(this.#bytes.subarray(0, this.#end), this.#at, this.#searched);
    if (!found) {
      this.#searched = this.#end;
      return undefined;
    }
    if (found.end - found.start > this.#most) {
      this.#failure = new EchoError('message-over-limit', `a message is larger than ${this.#most} bytes`);
      throw this.#failure;
    }
    this.#at = this.#searched = found.next;
    return this.#bytes.subarray(found.start, found.end);
  }

  /** The stream is over. @throws EchoError `message-incomplete` in the middle of a message */
  end(): void {
    if (this.#at < this.#end) throw new EchoError('message-incomplete', 'the stream ended inside a message');
  }
}

/** The messages in a stream of chunks: the good ones before an error, then the error. */
export async function* messages(
  chunks: AsyncIterable<Uint8Array>,
  decoder: MessageDecoder,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    decoder.receive(chunk);
    for (let message = decoder.next(); message; message = decoder.next()) yield message;
  }
  decoder.end();
}
