// Messages that are read as they come, part by part, so that none is ever held as a whole (RFC 6455 5.4).
// Where the parts are cut says nothing: a proxy may cut a message elsewhere. Parts are inflated when they
// are asked for, and those that nobody asks for make the peer wait.

import { encodeText, type MessagePart, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import { loop } from './loop.ts';

type Data = string | Uint8Array;
type Content = AsyncGenerator<Data, undefined>;

/**
 * One message: strings where it is text, else bytes; at least one part. Reading it throws a WebSocketError
 * if its end never comes (`message-cut-off`) or it is wrong: a loop that just ended would have taken half a
 * message for a whole one.
 */
export class MessageStream implements AsyncIterable<string | Uint8Array> {
  readonly type: 'text' | 'binary';
  readonly #content: Content;

  constructor(type: 'text' | 'binary', content: Content) {
    this.type = type;
    this.#content = content;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return loop(() => this.#content.next());
  }

  /** Reads on to the end: a window may have to slide over what nobody wants. */
  async skip(): Promise<void> {
    while ((await this.#content.next()).done !== true);
  }
}

export class MessageStreams {
  readonly #take: () => Promise<Data | MessagePart | undefined>;
  readonly #deflate: Deflate | undefined;
  readonly #fail: (error: WebSocketError) => void;
  #current: MessageStream | undefined;

  /**
   * @param take gives what came: a part, a message that came before parts were wanted, or undefined at the end
   * @param fail is told which rule a message has broken
   */
  constructor(
    take: () => Promise<Data | MessagePart | undefined>,
    deflate: Deflate | undefined,
    fail: (error: WebSocketError) => void,
  ) {
    this.#take = take;
    this.#deflate = deflate;
    this.#fail = fail;
  }

  /** The next message; what is left of the one before it is passed over. */
  async next(): Promise<IteratorResult<MessageStream, undefined>> {
    // What is wrong with it was told to `#fail`.
    await this.#current?.skip().catch(() => {});
    this.#current = undefined;
    const first = await this.#take();
    if (first === undefined) return { value: undefined, done: true };
    const part = typeof first === 'string' || first instanceof Uint8Array ? partOf(first) : first;
    this.#current = new MessageStream(part.of, this.#contentOf(part));
    return { value: this.#current, done: false };
  }

  async *#contentOf(first: MessagePart): Content {
    const bytes = this.#bytesFrom(first);
    const decoder =
      first.of === 'text' ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) : undefined;
    let isEmpty = true;
    try {
      for await (const part of first.compressed ? this.#deflate!.decompressParts(bytes) : bytes) {
        // A character that is cut in two waits for its other half.
        const data = decoder === undefined ? part : decode(decoder, part);
        if (data.length === 0) continue;
        isEmpty = false;
        yield data;
      }
      const rest = decoder === undefined ? new Uint8Array(0) : decode(decoder);
      if (isEmpty) yield rest;
    } catch (error) {
      if (error instanceof WebSocketError && error.code !== 'message-cut-off') this.#fail(error);
      throw error;
    }
  }

  async *#bytesFrom(first: MessagePart): AsyncGenerator<Uint8Array, undefined> {
    for (let part = first; ; part = (await this.#take()) as MessagePart) {
      if (part === undefined)
        throw new WebSocketError('message-cut-off', 'the connection ended in the middle of a message');
      yield part.data;
      if (part.last) return;
    }
  }
}

function partOf(message: Data): MessagePart {
  const isText = typeof message === 'string';
  const data = isText ? encodeText(message) : message;
  return { type: 'part', of: isText ? 'text' : 'binary', data, compressed: false, last: true };
}

/** What is not compressed was checked as it came, and this throws for what was. */
function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch (cause) {
    throw new WebSocketError('text-not-utf8', 'a compressed text message is not UTF-8', { cause });
  }
}
