/**
 * RequestContent: the content of one request, as a fetch app reads it. As a stream it has no limit: the app decides when it
 * has had enough. What is read whole, by `text()` and its kin, goes into memory and has one. RFC 9110 6.4
 */
import { Readable } from 'node:stream';
import type { UnderlyingByteSource } from 'node:stream/web';
import type { HttpRequest } from '../server/request.ts';
import { HttpError } from '../wire/errors.ts';

export class RequestContent {
  readonly #received: HttpRequest;
  readonly #maxBytes: number;
  #limit = Infinity;
  #stream: ReadableStream<Uint8Array> | undefined;
  #isRead = false;
  /** Set once more than `maxBytes` has come while the app read all of it. */
  tooLarge: HttpError | undefined;

  /** @param maxBytes the most that may be read whole */
  constructor(received: HttpRequest, maxBytes: number) {
    this.#received = received;
    this.#maxBytes = maxBytes;
  }

  /** Whether the content, or a part of it, has been read. */
  get isUsed(): boolean {
    return this.#stream === undefined ? this.#isRead : Readable.isDisturbed(this.#stream as never);
  }

  /** Whether the app holds the stream, so that the content must be read through it. */
  get isStreamed(): boolean {
    return this.#stream !== undefined;
  }

  /**
   * The whole content, which may be a view of memory that is used again.
   * @throws HttpError `content-too-large`, or what breaks the content off; TypeError if it has been read
   */
  async whole(): Promise<Uint8Array> {
    if (this.isUsed) throw new TypeError('the body of this Request has been read');
    this.#isRead = true;
    try {
      return await this.#received.bytes(this.#maxBytes);
    } catch (error) {
      if (error instanceof HttpError && error.code === 'content-too-large') this.tooLarge = error;
      throw error;
    }
  }

  /** From now on the stream has the limit of what is read whole: its reader is going to join the parts. */
  willBeWhole(): void {
    this.#limit = this.#maxBytes;
  }

  get stream(): ReadableStream<Uint8Array> {
    this.#stream ??= this.#isRead ? usedStream() : this.#makeStream();
    return this.#stream;
  }

  #makeStream(): ReadableStream<Uint8Array> {
    let parts: AsyncIterator<Uint8Array> | undefined;
    let size = 0;
    const source: UnderlyingByteSource = {
      type: 'bytes',
      pull: async (controller) => {
        parts ??= this.#received.body[Symbol.asyncIterator]();
        const { done, value } = await parts.next();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0); // otherwise a read into the app's own buffer would never end
          return;
        }
        size += value.length;
        if (size > this.#limit) throw this.#refused();
        // Copy it: a byte stream takes the memory away from its source, and the parser still reads there.
        controller.enqueue(new Uint8Array(value));
      },
      cancel() {
        void parts?.return?.(); // do not await it: a part that was asked for may never come (test: `is let go at once`)
      },
    };
    // Read nothing ahead of the app, so that 100 (Continue) is sent only when the app wants content.
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  #refused(): HttpError {
    const message = `the content is larger than ${this.#limit} bytes`;
    this.tooLarge = new HttpError('content-too-large', message);
    return this.tooLarge;
  }
}

/** The stream of content that `whole` has taken: read, and locked, as the platform leaves it. */
function usedStream(): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>();
  void stream.getReader().cancel();
  return stream;
}
