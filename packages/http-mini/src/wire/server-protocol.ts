/**
 * ServerProtocol: the server's side of an HTTP/1.1 connection (RFC 9112 9), without I/O. It turns received bytes into
 * requests and their content, and answers into text and bytes that wait in one output.
 *
 *     idle ─ head ─▶ asked ─ answer ─▶ idle | dropping | closed
 *                      ├─ begin ─▶ answering ─ end ─▶ idle | dropping | closed
 *                      │               └─ a rule broken, time over, abandoned ─▶ broken
 *                      └─ switchProtocols ─▶ switched
 *     dropping ─ content read ─▶ idle       dropping ─ too much of it, a rule broken, time over ─▶ closed
 *     idle | asked ─ refused ─▶ closed      idle ─ the client's end, close, time over ─▶ closed
 *
 * The contract:
 *  1. Requests are answered one after the other (rfc9112/9.3.2/pipeline-order): the next one comes out when the last is done.
 *  2. The caller pulls requests with `nextRequest`, and the content of the current one with `nextContent`; nothing is read
 *     ahead of it. Neither throws: if the client breaks a rule, they return `refused`, and the output tells the client
 *     unless it is too late for that.
 *  3. A client that waits for 100 (Continue) gets it when the caller first pulls its content.
 *  4. Content that the caller has not pulled by the end of the answer is dropped, up to `maxDroppedBytes`.
 *  5. Each answer settles with its head whether the connection persists, and the head says so (9.3, 9.6).
 *  6. `inform`, `answer`, `begin`, `send`, `end` and `switchProtocols` throw only if the caller made a mistake. After a throw
 *     from `answer`, `begin` or `switchProtocols`, the caller can still give another answer.
 *  7. If the client is gone or has been refused, answers are discarded silently.
 *  8. After `closed`: send what waits, close this half, and read for a while (9.6). After `broken`: reset the connection.
 *
 * Left to a shell: the transport; the clock (`waitsFor` says what to wait for, `expire` reports that it took too long); to
 * stop reading while `backlog` is large, and to pull no request while `output` is; and to keep a handler whose request is
 * over from answering the next one.
 */
import { utf8, utf8Length } from './characters.ts';
import { type ContentEncoder, type ContentEvent, contentEncoder, END } from './content.ts';
import { HttpError, userError } from './errors.ts';
import type { Fields, FieldsInit } from './fields.ts';
import type { RequestHead } from './head.ts';
import { limit } from './options.ts';
import { Output } from './output.ts';
import { type ParserOptions, RequestParser } from './parser.ts';
import {
  CONTINUE,
  type EncodedResponse,
  encodeInformation,
  encodeRefusal,
  encodeResponse,
  encodeSwitch,
  type OutgoingResponse,
  StatusLines,
} from './response.ts';

export interface ServerProtocolOptions extends ParserOptions {
  /** The most bytes of unpulled content to drop; if more come, the connection closes. 256 KiB unless said otherwise. */
  maxDroppedBytes?: number | undefined;
}

export type ServerState =
  | 'idle'
  | 'asked'
  | 'answering'
  | 'dropping'
  | 'switched'
  /** The last answer is in the output, or there was none. */
  | 'closed'
  /** The current answer will stay incomplete: only a reset tells the client so (RFC 9112 8). */
  | 'broken';

/** Comes instead of a request or of content: the client broke a rule, or its time is over. */
export interface Refused {
  readonly type: 'refused';
  readonly error: HttpError;
  /** Whether the output holds a response that says so. */
  readonly isTold: boolean;
}

const NO_CLOCK = new StatusLines();

export class ServerProtocol {
  /** What to send, in order. */
  readonly output: Output = new Output();
  /** Only the protocol sets it. */
  state: ServerState = 'idle';
  /** Requests so far. */
  requests = 0;
  readonly #parser: RequestParser;
  readonly #statusLines: StatusLines;
  readonly #maxDroppedBytes: number;
  /** The current request. It is released with its answer, because most connections are idle and a head takes memory. */
  #head: RequestHead | undefined;
  #content: 'untouched' | 'pulled' | 'complete' = 'complete';
  /** Encodes the content of the current answer; undefined if it has none. */
  #encoder: ContentEncoder | undefined;
  #trailers: Fields | undefined;
  /** Whether the current answer is the last. */
  #closes = false;
  /** Whether the next answer will be the last. */
  #isClosing = false;
  #hasEnded = false;
  #droppedBytes = 0;

  /** @param statusLines shared by all connections of a server; without them no Date is sent */
  constructor(options: ServerProtocolOptions = {}, statusLines: StatusLines = NO_CLOCK) {
    this.#parser = new RequestParser(options);
    this.#statusLines = statusLines;
    this.#maxDroppedBytes = limit('maxDroppedBytes', options.maxDroppedBytes, 256 * 1024);
  }

  // ── What comes ──

  /** Takes the next bytes of the stream. Content is views of them, so the caller must not change them before it is used. */
  receive(bytes: Uint8Array): void {
    this.#parser.receive(bytes); // which takes no more after the end (rfc9112/9.6/server-stops)
  }

  /** The client will send no more. It still gets its answers (rfc9112/9.6/half-closed-client). */
  receiveEnd(): void {
    this.#hasEnded = true;
  }

  /** How many bytes were received and not yet pulled. */
  get backlog(): number {
    return this.#parser.unread;
  }

  /** The next request, or a refusal; undefined until more bytes come or the current request is answered. */
  nextRequest(): RequestHead | Refused | undefined {
    try {
      while (this.state === 'idle' || this.state === 'dropping') {
        const event = this.#parser.next();
        if (event?.type === 'head') return this.#ask(event);
        if (event?.type === 'content') this.#drop(event.bytes.length);
        else if (event?.type === 'end') this.state = 'idle';
        else if (event === undefined) {
          if (this.#hasEnded) this.#parser.end();
          // All answers are in the output, so a client that has closed its half needs nothing more (RFC 9112 9.6).
          if (this.#hasEnded || (this.#isClosing && this.#parser.isBetweenRequests)) this.#close('closed');
          break;
        }
      }
    } catch (error) {
      return this.refuse(error as HttpError);
    }
    return undefined;
  }

  #ask(head: RequestHead): RequestHead {
    this.state = 'asked';
    this.#head = head;
    this.requests++;
    this.#content = 'untouched';
    if (head.framing.kind === 'none') {
      this.#parser.next(); // the `end` event, which says nothing here
      this.#content = 'complete';
    }
    return head;
  }

  /** "A server MUST read the entire request content or close the connection" (rfc9112/9.3/read-body). */
  #drop(bytes: number): void {
    this.#droppedBytes += bytes;
    if (this.#droppedBytes > this.#maxDroppedBytes) this.#close('closed');
  }

  /** The next part of the content, its end, or a refusal; undefined until more bytes come, or if the request is over. */
  nextContent(): ContentEvent | Refused | undefined {
    if (this.state !== 'asked' && this.state !== 'answering') return undefined;
    if (this.#content === 'complete') return END;
    this.invite(); // the caller wants the content, so ask for it now
    try {
      const event = this.#parser.next() as ContentEvent | undefined; // no head comes before the end of this content
      if (event === undefined && this.#hasEnded) this.#parser.end();
      if (event?.type === 'end') this.#content = 'complete';
      return event;
    } catch (error) {
      return this.refuse(error as HttpError);
    }
  }

  /** Sends 100 to a client that waits for it (rfc9110/10.1.1/continue, rfc9110/10.1.1/continue-first). */
  invite(): void {
    if (this.#content !== 'untouched') return;
    this.#content = 'pulled';
    if (this.state === 'asked' && this.#head!.expectsContinue) this.output.text(CONTINUE);
  }

  // ── What is answered ──

  /**
   * Sends an interim response; nothing if the client is HTTP/1.0 (rfc9110/15.2/1xx-to-1.0) or the final answer has begun.
   * @param status 102 to 199
   */
  inform(status: number, fields: FieldsInit = []): void {
    const information = encodeInformation(status, fields);
    if (this.state === 'asked' && this.#head!.version === '1.1') this.output.text(information);
  }

  /** Answers at once, with the whole content; undefined for none. For trailers that are known only later, use `begin`. */
  answer(response: OutgoingResponse, body?: string | Uint8Array): void {
    if (this.state !== 'asked') return this.#tooLate('there is no request that waits for an answer');
    const wantsContent = this.#head!.method !== 'HEAD'; // rfc9110/9.3.2/head-content, rfc9110/9.3.2/head-fields
    const size = typeof body === 'string' ? utf8Length(body) : (body?.length ?? null);
    const { framing } = this.#start(response, size);
    if (wantsContent && body !== undefined) {
      if (framing.kind !== 'chunked') {
        this.output.content(body);
      } else {
        const encoder = contentEncoder(framing);
        this.output.part(encoder, typeof body === 'string' ? utf8(body) : body);
        this.output.text(encoder.end(this.#trailers));
      }
    }
    this.#finish();
  }

  /**
   * Begins an answer whose content follows with `send` and `end`.
   * @param size bytes of the content, if the caller knows it
   */
  begin(response: OutgoingResponse, size?: number): void {
    if (this.state !== 'asked') return this.#tooLate('there is no request that waits for an answer');
    const wantsContent = this.#head!.method !== 'HEAD';
    const { framing } = this.#start(response, size);
    if (wantsContent) this.#encoder = contentEncoder(framing);
    this.state = 'answering';
  }

  /** Whether the answer that was begun has content; an answer to HEAD has none. */
  get wantsContent(): boolean {
    return this.#encoder !== undefined;
  }

  /** @throws HttpError if the content is longer than announced */
  send(part: Uint8Array): void {
    if (this.state !== 'answering') return this.#tooLate('content follows a head: begin an answer first');
    if (this.#encoder !== undefined) this.output.part(this.#encoder, part);
  }

  /**
   * @param trailers those given to `begin`, unless said otherwise
   * @throws HttpError if the content is shorter than announced, or a field must not be a trailer
   */
  end(trailers: FieldsInit | undefined = this.#trailers): void {
    if (this.state !== 'answering') return this.#tooLate('content follows a head: begin an answer first');
    if (this.#encoder !== undefined) this.output.text(this.#encoder.end(trailers));
    this.#finish();
  }

  /** Gives up the answer that was begun: the rest of its content will not come (RFC 9112 8). */
  abandon(): void {
    if (this.state === 'answering') this.#close('broken');
  }

  /**
   * Ends HTTP with 101, or with 200 to CONNECT. The request's content must be pulled first, so that a client that waits for
   * 100 gets it before 101 (rfc9110/7.8/continue-first). Returns whether it is done; if not, pull the content and call again.
   */
  switchProtocols(fields: Fields): boolean {
    if (this.state !== 'asked') {
      this.#tooLate('there is no request that waits for an answer');
      return true;
    }
    const head = encodeSwitch(this.#head!, fields);
    if (this.#content !== 'complete') return false;
    this.output.text(head);
    this.state = 'switched';
    this.#head = undefined;
    return true;
  }

  /** Takes the bytes that were received and not pulled: after `switched` they belong to the other protocol. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  #start(response: OutgoingResponse, size: number | undefined | null): EncodedResponse {
    const head = this.#head!;
    // If the client still waits for 100, it may send its content or leave it out: we cannot know (rfc9110/10.1.1/final-close).
    // And if more is coming than may be dropped, we close anyway: say so now.
    const cannotSkipContent =
      this.#content === 'untouched' &&
      (head.expectsContinue ||
        (head.framing.kind === 'length' && head.framing.length > this.#maxDroppedBytes));
    const mustClose = this.#isClosing || cannotSkipContent;
    const encoded = encodeResponse(head, response, size, this.#statusLines, mustClose);
    this.output.text(encoded.head);
    this.#closes = encoded.closes;
    this.#trailers = encoded.trailers;
    return encoded;
  }

  #finish(): void {
    this.#head = undefined;
    this.#encoder = undefined;
    this.#trailers = undefined;
    this.#droppedBytes = 0;
    // rfc9112/9.6/server-close
    if (this.#closes) this.#close('closed');
    else this.state = this.#content === 'complete' ? 'idle' : 'dropping';
  }

  /** An answer for which the client is gone is discarded; one that nobody asked for is the caller's mistake. */
  #tooLate(message: string): void {
    if (this.state !== 'switched' && !this.#isOver) throw userError('invalid-response', message);
  }

  // ── The end ──

  /**
   * Refuses the current request, or the one that is coming. Tells the client, unless an answer has begun, and reads nothing
   * more (rfc9112/2.2/no-match, rfc9112/6.1/te-and-cl-close).
   */
  refuse(error: HttpError): Refused {
    const isTold = this.state === 'idle' || this.state === 'asked';
    if (isTold) {
      const isHead = this.#head === undefined ? this.#parser.methodIsHead : this.#head.method === 'HEAD';
      this.output.text(encodeRefusal(error, this.#statusLines.dateLine, isHead));
    }
    // The client would take a refusal after half an answer for part of that answer.
    if (!this.#isOver) this.#close(this.state === 'answering' ? 'broken' : 'closed');
    return { type: 'refused', error, isTold };
  }

  /** What must happen next. The server waits for the client in every case but `answer`, which the caller has to give. */
  get waitsFor(): 'request' | 'head' | 'content' | 'answer' | 'close' {
    switch (this.state) {
      case 'idle':
        return this.#parser.isBetweenRequests ? 'request' : 'head';
      case 'asked':
      case 'answering':
        return this.#content === 'complete' ? 'answer' : 'content';
      case 'dropping':
        return 'content';
      default:
        return 'close';
    }
  }

  /** Reports that what the connection waits for took too long (rfc9112/9.5/timeout-close). */
  expire(): Refused | undefined {
    const isMidway = this.waitsFor === 'head' || (this.waitsFor === 'content' && this.state !== 'dropping');
    if (isMidway) return this.refuse(new HttpError('request-timeout', 'the request took too long to come'));
    if (this.state === 'idle' || this.state === 'dropping') this.#close('closed');
    return undefined;
  }

  /** Makes the next answer the last. If no request has come, `nextRequest` closes. */
  close(): void {
    this.#isClosing = true;
  }

  /** Reports that the transport is gone (rfc9112/9.5/watch, rfc9112/9.8/incomplete-close). */
  lost(): void {
    this.#close('closed');
  }

  get #isOver(): boolean {
    return this.state === 'closed' || this.state === 'broken';
  }

  #close(state: 'closed' | 'broken'): void {
    this.state = state;
    this.#head = undefined;
    this.#encoder = undefined;
    this.#parser.stop();
  }
}
