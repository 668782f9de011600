/**
 * RequestContent: the content of a request, pulled part by part. What nobody reads is not read from the socket either,
 * and that is the whole of back-pressure on this side. Nothing is made before it is asked for: a request that only wants
 * an answer costs no stream and no promise.
 */
import type { ContentEvent } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';

/** What the content needs of the connection below it. */
export interface ContentSource {
  /**
   * The next event, or undefined where it has not come yet; `arrived` tells when to ask again.
   * @throws HttpError where the client broke a rule
   */
  nextContent(): ContentEvent | undefined;
  /** Tells a client that waits for it that its content is wanted (RFC 9110 10.1.1). */
  sendContinue(): void;
}

type State = 'untouched' | 'reading' | 'complete' | 'failed';

export class RequestContent {
  readonly #source: ContentSource;
  readonly #head: RequestHead;
  #state: State;
  #trailers: Fields | undefined;
  #error: HttpError | undefined;
  /** Wakes the one who reads: there is something to read, or there will not be. */
  #wake: (() => void) | undefined;

  constructor(source: ContentSource, head: RequestHead) {
    this.#source = source;
    this.#head = head;
    this.#state = head.framing.kind === 'none' ? 'complete' : 'untouched';
  }

  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** Whether the client still waits to hear that its content is wanted. */
  get awaitsContinue(): boolean {
    return this.#state === 'untouched' && this.#head.expectsContinue;
  }

  /** Known once the content is complete; never merged into the header section (RFC 9110 6.5.1). */
  get trailers(): Fields | undefined {
    return this.#trailers;
  }

  /** The connection has more bytes. */
  arrived(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The rest will not come. */
  fail(error: HttpError): void {
    if (this.#state === 'complete' || this.#state === 'failed') return;
    this.#state = 'failed';
    this.#error = error;
    this.arrived();
  }

  /** The next part, once it is there; undefined at the end. @throws HttpError where it will not come */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#take();
      if (part !== undefined || this.#state === 'complete') return part;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All of it in one piece. @throws HttpError `content-too-large`, or where the rest will not come */
  async readAll(limit: number): Promise<Uint8Array> {
    const { framing } = this.#head;
    // Refused before a 100 (Continue) has invited the client to send it.
    if (framing.kind === 'length' && framing.length > limit) throw tooLarge(limit);
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let part = await this.read(); part !== undefined; part = await this.read()) {
      size += part.length;
      if (size > limit) throw tooLarge(limit);
      parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (let part = await this.read(); part !== undefined; part = await this.read()) yield part;
  }

  /** The next part as far as it has come. */
  #take(): Uint8Array | undefined {
    if (this.#state === 'untouched') {
      if (this.#head.expectsContinue) this.#source.sendContinue(); // somebody wants it: only now is it asked for
      this.#state = 'reading';
    }
    while (this.#state === 'reading') {
      const event = this.#source.nextContent();
      if (event === undefined) break;
      if (event.type === 'content') return event.bytes;
      if (event.type === 'end') {
        this.#trailers = event.trailers;
        this.#state = 'complete';
      }
    }
    if (this.#state === 'failed') throw this.#error;
    return undefined;
  }
}

function tooLarge(limit: number): HttpError {
  return new HttpError('content-too-large', `the content is larger than ${limit} bytes`);
}
