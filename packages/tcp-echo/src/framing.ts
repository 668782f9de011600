/**
 * TCP carries bytes, not messages (RFC 9293 2.2): two sends may arrive as one `data` event, one send as ten.
 * There are two ways to find messages in a stream: a delimiter after each (lines), or its length before each
 * (DNS over TCP, RFC 1035 4.2.2). Both are here, encoder and decoder, pure: bytes in, messages out. Any cut
 * of the same bytes gives the same messages; each byte costs the same; memory grows with what has arrived,
 * never with what was announced.
 */
import { EchoError } from './errors.ts';
import { limit, wholeNumber } from './limits.ts';

export interface DelimiterOptions {
  /** Default a line feed. A string stands for its UTF-8. */
  readonly delimiter?: string | Uint8Array | undefined;
  /** Largest message without its delimiter, inclusive; default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

/** @throws EchoError `delimiter-in-message`, because it would arrive as two */
export function encodeDelimited(message: Uint8Array, delimiter: string | Uint8Array = '\n'): Uint8Array {
  const encoded = Buffer.concat([message, delimiterBytes(delimiter)]);
  // Searched with its delimiter behind it: "a" has no "aa" inside, yet "a" + "aa" begins with one.
  const at = encoded.indexOf(delimiterBytes(delimiter));
  if (at === message.length) return encoded;
  throw new EchoError('delimiter-in-message', `the message has its delimiter inside, at offset ${at}`);
}

export function delimiterDecoder(options: DelimiterOptions = {}): MessageDecoder {
  const delimiter = delimiterBytes(options.delimiter ?? '\n');
  const most = limit('maxMessageBytes', options.maxMessageBytes);
  return new MessageDecoder(most, (bytes, start, searched) => {
    // Of what was searched before, only the last bytes can begin a delimiter that now ends: not to search
    // the rest again is what makes a message that comes byte by byte linear.
    const end = bytes.indexOf(delimiter, Math.max(start, searched - delimiter.length + 1));
    if (end !== -1) return { start, end, next: end + delimiter.length };
    // A message of the largest size would have ended by now, delimiter and all.
    return bytes.length - start >= most + delimiter.length
      ? { start, end: bytes.length, next: 0 }
      : undefined;
  });
}

function delimiterBytes(delimiter: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(delimiter);
  if (bytes.length > 0) return bytes;
  throw new EchoError('invalid-option', 'a delimiter must have at least one byte');
}

export interface LengthPrefixOptions {
  /** Bytes of the length before each message, most significant first; 1 to 4, default 4. */
  readonly prefixBytes?: number | undefined;
  /** Largest message, inclusive; default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

/** @throws EchoError `message-over-prefix` for a message whose length does not fit */
export function encodeLengthPrefixed(message: Uint8Array, prefixBytes = 4): Uint8Array {
  const most = 256 ** wholeNumber('prefixBytes', prefixBytes, 1, 4) - 1;
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
  const prefixBytes = wholeNumber('prefixBytes', options.prefixBytes ?? 4, 1, 4);
  const most = limit('maxMessageBytes', options.maxMessageBytes);
  return new MessageDecoder(most, (bytes, at) => {
    const start = at + prefixBytes;
    if (bytes.length < start) return undefined;
    const end = start + bytes.readUIntBE(at, prefixBytes);
    // Too large is known from the prefix alone: refuse it now, before its bytes come.
    return bytes.length < end && end - start <= most ? undefined : { start, end, next: end };
  });
}

/** Where the next message lies in `bytes`, looking from `at`; `undefined` while it is not all there. */
type Find = (
  bytes: Buffer,
  at: number,
  searched: number,
) => { start: number; end: number; next: number } | undefined;

export class MessageDecoder {
  readonly #most: number;
  readonly #find: Find;
  /** The first `#length` bytes of `#unfinished` are a message that is not all there yet. */
  #unfinished: Buffer = Buffer.alloc(0);
  #length = 0;
  /** How many of them hold no end of a message, as far as we know. */
  #searched = 0;
  #failure: EchoError | undefined;

  /** @internal */
  constructor(most: number, find: Find) {
    this.#most = most;
    this.#find = find;
  }

  /**
   * Calls `onMessage` for each message that `chunk` completes; a message is a view, of `chunk` where it can be.
   * @throws EchoError `message-over-limit`, after the good messages before it; and then at every call
   */
  receive(chunk: Uint8Array, onMessage: (message: Uint8Array) => void): void {
    if (this.#failure) throw this.#failure;
    const bytes = this.#join(chunk);
    let at = 0;
    let searched = this.#searched;
    this.#searched = 0;
    try {
      for (let found = this.#find(bytes, at, searched); found; found = this.#find(bytes, at, searched)) {
        if (found.end - found.start > this.#most) {
          this.#failure = new EchoError('message-over-limit', `a message is larger than ${this.#most} bytes`);
          throw this.#failure;
        }
        at = searched = found.next;
        onMessage(bytes.subarray(found.start, found.end));
      }
    } finally {
      // Also when onMessage throws: the rest of the chunk is then there at the next call.
      this.#keep(bytes, at);
    }
    this.#searched = this.#length;
  }

  /** The stream is over. @throws EchoError `message-incomplete` in the middle of a message */
  end(): void {
    if (this.#failure) throw this.#failure;
    if (this.#length > 0) throw new EchoError('message-incomplete', 'the stream ended inside a message');
  }

  /** Doubling keeps the copying linear; `Buffer.concat` for every chunk would not. */
  #join(chunk: Uint8Array): Buffer {
    if (this.#length === 0) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const length = this.#length + chunk.length;
    if (length > this.#unfinished.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#unfinished.length));
      larger.set(this.#unfinished.subarray(0, this.#length));
      this.#unfinished = larger;
    }
    this.#unfinished.set(chunk, this.#length);
    this.#length = length;
    return this.#unfinished.subarray(0, length);
  }

  #keep(bytes: Buffer, from: number): void {
    const alreadyKept = from === 0 && this.#length > 0;
    // A copy: the chunk is its owner's, and messages given away may be views of the old memory.
    if (!alreadyKept) this.#unfinished = Buffer.from(bytes.subarray(from));
    this.#length = bytes.length - from;
  }
}

/** The messages in a stream of chunks: the good ones before an error, then the error. */
export async function* messages(
  chunks: AsyncIterable<Uint8Array>,
  decoder: MessageDecoder,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    const whole: Uint8Array[] = [];
    let failure: unknown;
    try {
      decoder.receive(chunk, (message) => whole.push(message));
    } catch (error) {
      failure = error;
    }
    yield* whole;
    if (failure) throw failure;
  }
  decoder.end();
}
