// Messages that the consumer reads part by part as they come, so that we never hold a whole one (RFC 6455
// 5.4). The cuts between parts mean nothing: a proxy may cut a message elsewhere. A part is inflated when the
// consumer asks for it; if the consumer does not ask, the peer has to wait.

import { encodeUtf8, type MessagePart, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import type { Item } from './inbox.ts';
import { Loop } from './queue.ts';

type Data = string | Uint8Array;
type Content = AsyncGenerator<Data, undefined>;

/**
 * One message, in at least one part: strings if it is text, else bytes. Reading it throws a WebSocketError if
 * its end never comes (`message-cut-off`) or it breaks a rule. If the loop just ended, the consumer would take
 * half a message for a whole one.
 */
export class MessageStream implements AsyncIterable<string | Uint8Array> {
  readonly type: 'text' | 'binary';
  readonly #content: Content;

  constructor(type: 'text' | 'binary', content: Content) {
    this.type = type;
    this.#content = content;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return new Loop(() => this.#content.next());
  }

  /** Reads on to the end and drops the parts. Why inflate them at all: the messages behind may refer to them. */
  async skip(): Promise<void> {
    while ((await this.#content.next()).done !== true);
  }
}

export class MessageStreams {
  readonly #take: () => Promise<Item | undefined>;
  readonly #deflate: Deflate | undefined;
  readonly #fail: (error: WebSocketError) => void;
  #current: MessageStream | undefined;

  /**
   * @param take gives the next part, or a whole message that came before the user asked for parts; undefined at the end
   * @param fail is called with the rule that a message has broken
   */
  constructor(
    take: () => Promise<Item | undefined>,
    deflate: Deflate | undefined,
    fail: (error: WebSocketError) => void,
  ) {
    this.#take = take;
    this.#deflate = deflate;
    this.#fail = fail;
  }

  /** The next message; skips what is left of the one before it. */
  async next(): Promise<IteratorResult<MessageStream, undefined>> {
    // If it breaks a rule, `#fail` has been called already.
    await this.#current?.skip().catch(() => {});
    this.#current = undefined;
    const first = await this.#take();
    if (first === undefined) return { value: undefined, done: true };
    const part = partOf(first);
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
        // The decoder holds half of a character until the other half comes.
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

/** A whole message is one part. */
function partOf(item: Item): MessagePart {
  const part = { type: 'part', compressed: false, last: true } as const;
  if (typeof item === 'string') return { ...part, of: 'text', data: encodeUtf8(item) };
  if (item instanceof Uint8Array) return { ...part, of: 'binary', data: item };
  return item.type === 'part' ? item : { ...part, of: 'text', data: item.data as Uint8Array };
}

/** Uncompressed text was checked as it came, so this throws only for compressed text. */
function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch (cause) {
    throw new WebSocketError('text-not-utf8', 'a compressed text message is not UTF-8', { cause });
  }
}
