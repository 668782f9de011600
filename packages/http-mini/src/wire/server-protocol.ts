/**
 * ServerProtocol: an HTTP/1.1 connection as a server has it (RFC 9112 9), without I/O: bytes received become requests and
 * their content, and what is answered becomes text and bytes that wait in one output.
 *
 *     idle ─ head ─▶ asked ─ answer ─▶ idle | dropping | closed
 *                      ├─ begin ─▶ answering ─ end ─▶ idle | dropping | closed
 *                      │               └─ a rule broken, time over, abandoned ─▶ broken
 *                      └─ switchProtocols ─▶ switched
 *     dropping ─ content read ─▶ idle       dropping ─ too much of it, a rule broken, time over ─▶ closed
 *     idle | asked ─ refused ─▶ closed      idle ─ the client's end, close, time over ─▶ closed
 *
 * The contract:
 *  1. Requests are answered one after the other (rfc9112/9.3.2/pipeline-order): there is a next one when the last is done.
 *  2. Two pulls, of requests and of the content of the one at hand, say how far is read. Neither throws: what breaks a rule
 *     comes out of them as `refused`, and the client has been told unless that is too late.
 *  3. A client that waits for 100 (Continue) gets it when its content is first pulled.
 *  4. Content that nobody has pulled by the end of the answer is dropped, as far as `maxDroppedBytes`.
 *  5. Whether the connection persists is decided with the head of each answer, which says so (9.3, 9.6).
 *  6. `inform`, `answer`, `begin`, `send`, `end` and `switchProtocols` throw what the caller did wrong and nothing else, and
 *     after a throw of `answer`, `begin` or `switchProtocols` another answer can still be given.
 *  7. When the client is gone or has been refused, what is answered goes nowhere, silently.
 *  8. After `closed`: send what waits, close this half, and read for a while (9.6). After `broken`: reset the connection.
 *
 * Left to a shell: the transport; the clock (`waitsFor` says what is waited for, `expire` that it took too long); reading no
 * more when `backlog` is large, and pulling no request when `output` is; and that a handler whose request is over does
 * not answer the next one.
 */
import { utf8, utf8Length } from './characters.ts';
import { type ContentEncoder, type ContentEvent, contentEncoder, END } from './content.ts';
import { HttpError, userError } from './errors.ts';
import type { Fields, FieldsInit } from './fields.ts';
import type { RequestHead } from './head.ts';
import { limit } from './limit.ts';
import { Output } from './output.ts';
import { type ParserOptions, RequestParser } from './parser.ts';
import {
  CONTINUE,
  type EncodedResponse,
  encodeInformation,
  encodeRefusal,
  encodeResponse,
  encodeSwitch,
  Openings,
  type OutgoingResponse,
} from './response.ts';

export interface ServerProtocolOptions extends ParserOptions {
  /** Bytes of content that nobody pulled and that are dropped to keep the connection. 256 KiB. */
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
  /** The answer at hand will not be whole: only a reset tells the client so (RFC 9112 8). */
  | 'broken';

/** Instead of a request or of content: a rule was broken, or time is over. */
export interface Refused {
  readonly type: 'refused';
  readonly error: HttpError;
  /** Whether a response that says so is in the output. */
  readonly isTold: boolean;
}

const NO_CLOCK = new Openings();

export class ServerProtocol {
  /** What is to be sent, in order. */
  readonly output: Output = new Output();
  /** Requests so far. */
  requests = 0;
  readonly #parser: RequestParser;
  readonly #openings: Openings;
  readonly #maxDroppedBytes: number;
  #state: ServerState = 'idle';
  /** The request at hand. None is kept while there is none: a head is some hundred bytes, and most connections are idle. */
  #head: RequestHead | undefined;
  #content: 'untouched' | 'pulled' | 'complete' = 'complete';
  /** Of the answer that is being sent; none if it has no content. */
  #encoder: ContentEncoder | undefined;
  #trailers: Fields | undefined;
  /** Whether the answer at hand is the last. */
  #closes = false;
  /** Whether the next one will be. */
  #isClosing = false;
  #hasEnded = false;
  #droppedBytes = 0;

  /** @param openings of all connections of a server; without them no Date is sent */
  constructor(options: ServerProtocolOptions = {}, openings: Openings = NO_CLOCK) {
    this.#parser = new RequestParser(options);
    this.#openings = openings;
    this.#maxDroppedBytes = limit('maxDroppedBytes', options.maxDroppedBytes, 256 * 1024);
  }

  get state(): ServerState {
    return this.#state;
  }

  // ── What comes ──

  /** Takes the next bytes of the stream. They must not be changed before they are pulled, as content is views of them. */
  receive(bytes: Uint8Array): void {
    if (!this.#isOver) this.#parser.receive(bytes); // rfc9112/9.6/server-stops
  }

  /** The client sends no more. It still gets its answers (rfc9112/9.6/half-closed-client). */
  receiveEnd(): void {
    this.#hasEnded = true;
  }

  /** Bytes that were received and not pulled. */
  get backlog(): number {
    return this.#parser.unread;
  }

  /** The next request, or what is refused instead; undefined until more is received, or the last one is answered. */
  nextRequest(): RequestHead | Refused | undefined {
    try {
      while (this.#state === 'idle' || this.#state === 'dropping') {
        const event = this.#parser.next();
        if (event === undefined) return this.#pause();
        if (event.type === 'head') return this.#ask(event);
        if (event.type === 'end') this.#state = 'idle';
        else if (event.type === 'content') this.#drop(event.bytes.length);
      }
    } catch (error) {
      return this.refuse(error as HttpError);
    }
    return undefined;
  }

  #ask(head: RequestHead): RequestHead {
    this.#state = 'asked';
    this.#head = head;
    this.requests++;
    this.#content = 'untouched';
    if (head.framing.kind === 'none') {
      this.#parser.next(); // the end of content that there is none of
      this.#content = 'complete';
    }
    return head;
  }

  /** All that was received is read. */
  #pause(): undefined {
    if (this.#hasEnded) this.#parser.end();
    // A client that has closed its half has its answers, which are all in the output here (RFC 9112 9.6).
    if (this.#hasEnded || (this.#isClosing && this.#parser.isBetweenRequests)) this.#close('closed');
  }

  /** "A server MUST read the entire request content or close the connection" (rfc9112/9.3/read-body). */
  #drop(bytes: number): void {
    this.#droppedBytes += bytes;
    if (this.#droppedBytes > this.#maxDroppedBytes) this.#close('closed');
  }

  /** The next part of the content, its end, or what is refused instead; undefined until more is received, or if it is over. */
  nextContent(): ContentEvent | Refused | undefined {
    if (this.#state !== 'asked' && this.#state !== 'answering') return undefined;
    if (this.#content === 'complete') return END;
    this.invite(); // somebody wants it: only now is it asked for
    try {
      const event = this.#parser.next() as ContentEvent | undefined; // within a request, content is all there is
      if (event === undefined && this.#hasEnded) this.#parser.end();
      if (event?.type === 'end') this.#content = 'complete';
      return event;
    } catch (error) {
      return this.refuse(error as HttpError);
    }
  }

  /** Tells a client that waits for it that its content is wanted (rfc9110/10.1.1/continue, rfc9110/10.1.1/continue-first). */
  invite(): void {
    if (this.#content !== 'untouched') return;
    this.#content = 'pulled';
    if (this.#state === 'asked' && this.#head!.expectsContinue) this.output.text(CONTINUE);
  }

  // ── What is answered ──

  /**
   * Sends an interim response; nothing to an HTTP/1.0 client (rfc9110/15.2/1xx-to-1.0), and none follows a final one.
   * @param status 102 to 199
   */
  inform(status: number, fields: FieldsInit = []): void {
    const information = encodeInformation(status, fields);
    if (this.#state === 'asked' && this.#head!.version === '1.1') this.output.text(information);
  }

  /** Answers with content that is at hand; undefined for none. Trailers that are known later need `begin`. */
  answer(response: OutgoingResponse, body?: string | Uint8Array): void {
    if (!this.#isAsked) return;
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
   * @param size bytes of the content, if that is known
   */
  begin(response: OutgoingResponse, size?: number): void {
    if (!this.#isAsked) return;
    const wantsContent = this.#head!.method !== 'HEAD';
    const { framing } = this.#start(response, size);
    if (wantsContent) this.#encoder = contentEncoder(framing);
    this.#state = 'answering';
  }

  /** Whether the answer that was begun has content: to HEAD, only its head is sent. */
  get wantsContent(): boolean {
    return this.#encoder !== undefined;
  }

  /** @throws HttpError where that is more than was announced */
  send(part: Uint8Array): void {
    if (this.#isAnswering && this.#encoder !== undefined) this.output.part(this.#encoder, part);
  }

  /**
   * @param trailers those of `begin` unless given
   * @throws HttpError where the content is less than was announced, or a field has no place in trailers
   */
  end(trailers: FieldsInit | undefined = this.#trailers): void {
    if (!this.#isAnswering) return;
    if (this.#encoder !== undefined) this.output.text(this.#encoder.end(trailers));
    this.#finish();
  }

  /** The content that the answer has promised will not come (RFC 9112 8). */
  abandon(): void {
    if (this.#state === 'answering') this.#close('broken');
  }

  /**
   * Ends HTTP: 101, or 200 to CONNECT. The content comes first, and a client that waits for 100 gets it before 101
   * (rfc9110/7.8/continue-first): answers whether it is done; if not, call again when the content has been pulled.
   */
  switchProtocols(fields: Fields): boolean {
    if (!this.#isAsked) return true;
    const head = encodeSwitch(this.#head!, fields);
    if (this.#content !== 'complete') return false;
    this.output.text(head);
    this.#state = 'switched';
    this.#head = undefined;
    return true;
  }

  /** What was received and not pulled: after `switched` it belongs to another protocol. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  #start(response: OutgoingResponse, size: number | undefined | null): EncodedResponse {
    const encoded = encodeResponse(this.#head!, response, size, this.#openings, this.#mustClose);
    this.output.text(encoded.head);
    this.#closes = encoded.closes;
    this.#trailers = encoded.trailers;
    return encoded;
  }

  /** Whether no request can follow this one, whatever the answer says. */
  get #mustClose(): boolean {
    if (this.#isClosing) return true;
    if (this.#content !== 'untouched') return false;
    const { expectsContinue, framing } = this.#head!;
    // A client that waits to be invited may send its content all the same, or not (rfc9110/10.1.1/final-close).
    return expectsContinue || (framing.kind === 'length' && framing.length > this.#maxDroppedBytes);
  }

  #finish(): void {
    this.#head = undefined;
    this.#encoder = undefined;
    this.#trailers = undefined;
    this.#droppedBytes = 0;
    // rfc9112/9.6/server-close
    if (this.#closes) this.#close('closed');
    else this.#state = this.#content === 'complete' ? 'idle' : 'dropping';
  }

  get #isAsked(): boolean {
    if (this.#state === 'asked') return true;
    if (this.#state === 'switched' || this.#isOver) return false;
    throw userError('invalid-response', 'there is no request that waits for an answer');
  }

  get #isAnswering(): boolean {
    if (this.#state === 'answering') return true;
    if (this.#state === 'switched' || this.#isOver) return false;
    throw userError('invalid-response', 'content follows a head: begin an answer first');
  }

  // ── The end ──

  /**
   * Refuses the request at hand, or the one that is coming: its sender is told so, unless an answer is under way, and
   * nothing more is read (rfc9112/2.2/no-match, rfc9112/6.1/te-and-cl-close).
   */
  refuse(error: HttpError): Refused {
    const isTold = this.#state === 'idle' || this.#state === 'asked';
    if (isTold) {
      const isHead = this.#head === undefined ? this.#parser.methodIsHead : this.#head.method === 'HEAD';
      this.output.text(encodeRefusal(error, this.#openings.dateLine, isHead));
    }
    // Half a response followed by another would be taken for one.
    if (!this.#isOver) this.#close(this.#state === 'answering' ? 'broken' : 'closed');
    return { type: 'refused', error, isTold };
  }

  /** What the client has to do next: nobody waits for it while `answer` is what is missing. */
  get waitsFor(): 'request' | 'head' | 'content' | 'answer' | 'close' {
    switch (this.#state) {
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

  /** What is waited for took too long (rfc9112/9.5/timeout-close). */
  expire(): Refused | undefined {
    const isMidway = this.waitsFor === 'head' || (this.waitsFor === 'content' && this.#state !== 'dropping');
    if (isMidway) return this.refuse(new HttpError('request-timeout', 'the request took too long to come'));
    if (this.#state === 'idle' || this.#state === 'dropping') this.#close('closed');
    return undefined;
  }

  /** The next answer is the last; without a request, `nextRequest` closes. */
  close(): void {
    this.#isClosing = true;
  }

  /** The transport is gone (rfc9112/9.5/watch, rfc9112/9.8/incomplete-close). */
  lost(): void {
    this.#close('closed');
  }

  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'broken';
  }

  #close(state: 'closed' | 'broken'): void {
    this.#state = state;
    this.#head = undefined;
    this.#encoder = undefined;
    this.#parser.leftover(); // kept by nobody
  }
}
