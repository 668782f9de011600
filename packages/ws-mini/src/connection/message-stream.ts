// Messages that the consumer reads part by part as they come, so that we never hold a whole one (RFC 6455
// 5.4). The cuts between parts mean nothing: a proxy may cut a message elsewhere. A part is inflated when the
// consumer asks for it; if the consumer does not ask, the peer has to wait.

import { encodeUtf8, type MessagePart, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import type { Item } from './inbox.ts';
import { Loop, type LoopCalls, Queue } from './queue.ts';

type Data = string | Uint8Array;
type Content = AsyncGenerator<Data, undefined>;
type StreamLoop = Pick<Loop<unknown, MessageStream>, 'state'>;

/**
 * One message, in at least one part: strings if it is text, else bytes. Reading it throws a WebSocketError if
 * its end never comes or a part of it was skipped (`message-cut-off`), or if it breaks a rule. If the loop just
 * ended, the consumer would take half a message for a whole one.
 */
export class MessageStream implements AsyncIterable<string | Uint8Array> {
  readonly type: 'text' | 'binary';
  readonly #content: Content;
  /** Loops that wait for a part, or a part that came when its loop had been left. */
  readonly #parts = new Queue<Data>();
  /** `over`: read to its end. */
  #state: 'read' | 'skipped' | 'over' = 'read';
  /** Fulfilled when no part is wanted any more. */
  #reading: Promise<void> | undefined;
  /** What went wrong with the message itself. */
  #failure: Promise<never> | undefined;
  /** Skipping has dropped a part. */
  #isCut = false;

  constructor(type: 'text' | 'binary', content: Content) {
    this.type = type;
    this.#content = content;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return new Loop(this, MessageStream.#loopCalls);
  }

  static readonly #loopCalls: LoopCalls<MessageStream, Data> = {
    next: (message, loop) => {
      const part = message.#parts.next(loop);
      void message.#read();
      return part;
    },
    left: (message, loop) => void message.#parts.leave(loop),
  };

  /**
   * Reads on to the end and drops the parts for which no loop waits. If it has dropped one, reading the message throws from
   * then on. Why inflate them at all: the messages behind may refer to them.
   */
  async skip(): Promise<void> {
    if (this.#state === 'read') this.#state = 'skipped';
    if (this.#parts.shift() !== undefined) this.#cut();
    await this.#read();
    await this.#failure;
  }

  #read(): Promise<void> {
    if (this.#reading === undefined && this.#isWanted) this.#reading = this.#readOn();
    return this.#reading ?? Promise.resolve();
  }

  get #isWanted(): boolean {
    return this.#state === 'skipped' || (this.#state === 'read' && this.#parts.isAwaited);
  }

  async #readOn(): Promise<void> {
    while (this.#isWanted) {
      try {
        const { value: part, done } = await this.#content.next();
        if (done === true) this.#end();
        else if (this.#state === 'read' || this.#parts.isAwaited) this.#parts.push(part);
        else this.#cut();
      } catch (error) {
        this.#failure = rejected(error);
        this.#end(this.#failure);
      }
    }
    this.#reading = undefined;
  }

  #end(failure?: Promise<never>): void {
    this.#state = 'over';
    if (!this.#isCut) this.#parts.end(failure);
  }

  #cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const message =
      'the rest of the message was skipped, by `skip` or because the next message was asked for';
    this.#parts.end(rejected(new WebSocketError('message-cut-off', message)));
  }
}

export class MessageStreams {
  readonly #take: (by: unknown) => Promise<Item | undefined>;
  readonly #deflate: Deflate | undefined;
  readonly #fail: (error: WebSocketError) => void;
  #current: MessageStream | undefined;
  /** The last call of `next`. */
  #asked: Promise<unknown> = Promise.resolve();

  /**
   * @param take gives the next part, or a whole message that came before the user asked for parts; undefined at the end, or
   * if `by` is a loop that was left meanwhile
   * @param fail is called with the rule that a message has broken
   */
  constructor(
    take: (by: unknown) => Promise<Item | undefined>,
    deflate: Deflate | undefined,
    fail: (error: WebSocketError) => void,
  ) {
    this.#take = take;
    this.#deflate = deflate;
    this.#fail = fail;
  }

  /**
   * The next message; skips what is left of the one before it. Calls wait for each other: else the second would take a part
   * of the first one's message for a message.
   */
  next(loop: StreamLoop): Promise<IteratorResult<MessageStream, undefined>> {
    const next = this.#asked.then(() => this.#next(loop));
    this.#asked = next;
    return next;
  }

  /** Never rejects. */
  async #next(loop: StreamLoop): Promise<IteratorResult<MessageStream, undefined>> {
    // If it breaks a rule, `#fail` has been called already.
    await this.#current?.skip().catch(() => {});
    this.#current = undefined;
    const first = loop.state === 'left' ? undefined : await this.#take(loop);
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
    for (let part = first; ; part = (await this.#take(this)) as MessagePart) {
      if (part === undefined)
        throw new WebSocketError('message-cut-off', 'the connection ended in the middle of a message');
      yield part.data;
      if (part.last) return;
    }
  }
}

/** A promise that nobody has to handle. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
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
