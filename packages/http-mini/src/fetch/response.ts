/**
 * Makes an answer of a fetch app's Response. The platform gives its content as a stream even if the app gave a text. So this
 * file first looks at what the stream has at hand: if that is all, it goes out at once with its Content-Length
 * (rfc9110/8.6/known); else the stream is sent as it comes.
 */
import type { ReadableStreamReadResult } from 'node:stream/web';
import { types } from 'node:util';
import type { HttpResponse } from '../server/exchange.ts';
import { LightResponse, sendable } from './light.ts';
import { textOf } from './text.ts';

/** The answer, at once if the whole of it is known. @throws TypeError if it is no Response that can be sent */
export function answerOf(response: Response): HttpResponse | Promise<HttpResponse> {
  // Not instanceof: it may come from another realm or a polyfill.
  if (typeof response?.status !== 'number' || response.status === 0) {
    throw new TypeError('the app answered without a Response');
  }
  const light = LightResponse.answer(response);
  if (light !== undefined) return light;
  if (response.bodyUsed || response.body?.locked) throw new TypeError("the Response's body has been read");
  const answer: HttpResponse = {
    status: response.status,
    reason: response.statusText || undefined,
    headers: sendable(response.headers),
    body: textOf(response),
  };
  if (response.body === null || answer.body !== undefined) return answer;
  const content = new ResponseContent(response.body);
  return content.look().then((whole) => {
    answer.body = whole ?? content;
    return answer;
  });
}

/** The most bytes and parts to look at before the head goes out, and the most turns of the event loop that may take. */
const MOST_BYTES = 64 * 1024;
const MOST_PARTS = 64;
const MOST_TURNS = 8;

type Part = Uint8Array | string;

/**
 * The content of a Response. Unlike the stream's own iterator, its `return` does not wait for a part: an app that has nothing
 * to send yet learns at once that the client is gone (test: `a client that goes away cancels`).
 */
class ResponseContent implements AsyncIterableIterator<Part> {
  readonly #reader: ReadableStreamDefaultReader<Part>;
  /** What the look has found, and the read that it has left open. */
  readonly #parts: Part[] = [];
  #open: Promise<ReadableStreamReadResult<Part>> | undefined;

  constructor(stream: ReadableStream<unknown>) {
    this.#reader = stream.getReader() as ReadableStreamDefaultReader<Part>;
  }

  /**
   * The whole content if the stream has it at hand, else undefined. Waits for no event: each turn of the event loop has to
   * bring a part, as it does of a Blob, and only the first may bring none.
   * @throws what the stream throws
   */
  look(): Promise<Part | undefined> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      let size = 0;
      const end = (whole: Part | undefined): void => {
        isOver = true;
        resolve(whole);
      };
      const fail = (error: unknown): void => {
        isOver = true;
        this.#reader.cancel(error).catch(() => {}); // the first error is the one to report
        reject(error);
      };
      const ask = (): void => {
        this.#open = this.#reader.read();
        this.#open.then(take, fail);
      };
      const take = ({ done, value }: ReadableStreamReadResult<Part>): void => {
        if (isOver) return; // it belongs to `next`
        this.#open = undefined;
        if (done) return end(joined(this.#parts));
        if (!isPart(value)) return fail(notPart(value));
        this.#parts.push(value);
        size += value.length;
        if (size > MOST_BYTES || this.#parts.length === MOST_PARTS) end(undefined);
        else ask();
      };
      ask();
      let turns = 0;
      let seen = -1;
      const look = (): void => {
        if (isOver) return;
        if (this.#parts.length === seen || turns++ === MOST_TURNS) return end(undefined);
        seen = this.#parts.length;
        setImmediate(look);
      };
      // By a microtask, since before the first one of a turn a tick would come too early.
      queueMicrotask(() => process.nextTick(look));
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Part, undefined>> {
    const part = this.#parts.shift();
    if (part !== undefined) return { done: false, value: part };
    const open = this.#open ?? this.#reader.read();
    this.#open = undefined;
    const { done, value } = await open;
    if (done) return { done: true, value: undefined };
    if (isPart(value)) return { done: false, value };
    throw notPart(value);
  }

  /** @param reason given to the app's `cancel` */
  async return(reason?: unknown): Promise<IteratorResult<Part, undefined>> {
    await this.#reader.cancel(reason);
    return { done: true, value: undefined };
  }
}

/** The standard asks for Uint8Array; apps also stream text, and other servers send it. */
function isPart(part: unknown): part is Part {
  return typeof part === 'string' || types.isUint8Array(part);
}

function notPart(part: unknown): TypeError {
  return new TypeError(
    `the body of a Response is made of Uint8Array or text, and this one has a ${typeof part}`,
  );
}

function joined(parts: Part[]): Part {
  if (parts.length === 1) return parts[0]!;
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
