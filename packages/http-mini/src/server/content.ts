/**
 * RequestContent: the content of a request, pulled part by part. What nobody reads is not read from the socket either,
 * and that is the whole of back-pressure on this side (rfc9112/9.5/flow-control). Nothing is made before it is asked for:
 * a request that only wants an answer costs no stream and no promise.
 */
import type { ContentEvent } from '../wire/content.ts';
import { HttpError, userError } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';

/** What the content needs of the connection below it. */
export interface ContentSource {
  /**
   * The next event, or undefined where it has not come yet; `arrived` tells when to ask again.
   * @throws HttpError where the client broke a rule
   */
  nextContent(): ContentEvent | undefined;
  /** Tells a client that waits for it that its content is wanted (rfc9110/10.1.1/continue, rfc9110/10.1.1/continue-first). */
  sendContinue(): void;
}

type State = 'untouched' | 'reading' | 'complete' | 'failed';

export class RequestContent {
  readonly #source: ContentSource;
  readonly #head: RequestHead;
  #state: State;
  #isTaken = false;
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

  /** Whether its reader waits for the client to send more. */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether it is known to be more than so many bytes, none of which has been asked for. */
  isLongerThan(bytes: number): boolean {
    const { framing } = this.#head;
    return this.#state === 'untouched' && framing.kind === 'length' && framing.length > bytes;
  }

  /** Known once the content is complete; never merged into the header section (rfc9112/7.1.2/merge). */
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
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * All of it in one piece.
   * @throws HttpError `content-too-large`, `content-already-read`, or where the rest will not come
   */
  async readAll(limit: number): Promise<Uint8Array> {
    this.#beginReading();
    const { framing } = this.#head;
    const length = framing.kind === 'length' ? framing.length : undefined;
    // Refused before a 100 (Continue) has invited the client to send it.
    if (length !== undefined && length > limit) throw tooLarge(limit);
    let whole: Uint8Array = NOTHING;
    let size = 0;
    // Not by `read`: of a small content all is at hand, and a promise for each part makes a POST of 1 KiB a tenth slower.
    for (;;) {
      const part = this.#take();
      if (this.#state === 'complete' && part === undefined) return whole.subarray(0, size);
      if (part === undefined) {
        await this.#more();
        continue;
      }
      const end = size + part.length;
      if (end > limit) throw tooLarge(limit);
      if (size === 0) {
        whole = part; // the only one, mostly: not copied
      } else {
        // Not a list of parts: each of a thousand tiny chunks would cost a hundred times its size (test: `tiny chunks`).
        if (end > whole.length) whole = enlarged(whole, size, Math.min(2 * end, length ?? Infinity));
        whole.set(part, size);
      }
      size = end;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.#beginReading();
    for (let part = await this.read(); part !== undefined; part = await this.read()) yield part;
  }

  /** Two readers would each get half of it, and one of them would wait for ever. */
  #beginReading(): void {
    if (this.#isTaken) throw userError('content-already-read', 'the content can be read once');
    this.#isTaken = this.#head.framing.kind !== 'none';
  }

  /** Lets a client that waits for it know that its content is wanted. */
  invite(): void {
    if (this.awaitsContinue) this.#source.sendContinue();
    if (this.#state === 'untouched') this.#state = 'reading';
  }

  /** The next part as far as it has come. */
  #take(): Uint8Array | undefined {
    this.invite(); // somebody wants it: only now is it asked for
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

const NOTHING = new Uint8Array(0);

function enlarged(bytes: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = Buffer.allocUnsafe(capacity);
  larger.set(bytes.subarray(0, size));
  return larger;
}

function tooLarge(limit: number): HttpError {
  return new HttpError('content-too-large', `the content is larger than ${limit} bytes`);
}
