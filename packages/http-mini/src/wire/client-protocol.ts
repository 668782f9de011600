/**
 * ClientProtocol: the client's side of an HTTP/1.1 connection (RFC 9112 9), without I/O. It turns requests into text and
 * bytes that wait in one output, and received bytes into responses and their content.
 *
 *     sending:     idle ─ request ─▶ idle
 *                  idle ─ begin ─▶ expecting | content      expecting ─ 100, time over ─▶ content ─ end ─▶ idle
 *                  expecting | content ─ the server does not want the rest ─▶ stopped
 *     receiving:   head ─ final head ─▶ content ─ its end ─▶ head
 *     connection:  open ─ its last response, close, the server's end ─▶ closed
 *                  open ─ 101, or 2xx to CONNECT ─▶ switched
 *                  open ─ a rule broken, time over, given up, cut off ─▶ broken
 *
 * The contract:
 *  1. Responses answer requests in the order in which these were sent (rfc9112/9.2/order). `takes` says whether a request may
 *     be sent now; one may follow unanswered ones only if all of them can be sent again (9.3.2).
 *  2. The caller pulls heads with `nextResponse`, interim ones too, and content with `nextContent`; nothing is read ahead of
 *     it. Neither throws: if the server breaks a rule or ends too early, they return `failed`, once, and the state is `broken`.
 *  3. Content that waits for 100 (Continue) may be sent when `sending` is no longer `expecting`.
 *  4. A final response that is no success, or is complete before its request, stops the request's content: what the caller
 *     sends after that is discarded, and the connection ends with that response.
 *  5. Either side, in either message, can make a response the last on the connection (9.3, 9.6).
 *  6. Bytes that answer no request are never taken for a response (rfc9112/9.2/unsolicited).
 *  7. Content until close is complete only if the server ends the connection (`receiveEnd`), not if it is `lost` (8).
 *  8. At the end, `retriable` has the requests that may be sent again on another connection (9.3.1).
 *  9. `request`, `begin`, `send` and `end` throw only if the caller made a mistake.
 * 10. After `closed`: send what waits, close this half, and read until the server closes its own (9.6). After `broken`: cut
 *     the connection off.
 *
 * Left to a shell: the transport; the clock (`waitsFor` says what to wait for, `expire` reports that it took too long); how
 * many requests to pipeline; which of the `retriable` requests still have their content, and were not sent twice already.
 */
import { utf8, utf8Length } from './characters.ts';
import { type ContentEncoder, type ContentEvent, contentEncoder } from './content.ts';
import { HttpError, reasonOf, userError } from './errors.ts';
import type { FieldsInit } from './fields.ts';
import type { ResponseHead } from './head.ts';
import { limit } from './options.ts';
import { Output } from './output.ts';
import { type ParserOptions, ResponseParser } from './parser.ts';
import type { EncodedRequest } from './request.ts';

export interface ClientProtocolOptions extends ParserOptions {
  /** The most 1xx responses before one final response. 32 unless said otherwise. */
  maxInformations?: number | undefined;
}

export type ClientState =
  | 'open'
  | 'switched'
  /** Nothing more is sent but what waits in the output, and nothing more is expected. */
  | 'closed'
  /** A response will stay incomplete, or cannot be trusted. */
  | 'broken';

/** Comes instead of a response or of content: the current response, or the connection, cannot come to a good end. */
export interface Failed {
  readonly type: 'failed';
  readonly error: HttpError;
}

export class ClientProtocol {
  /** What to send, in order. */
  readonly output: Output = new Output();
  readonly #parser: ResponseParser;
  readonly #maxInformations: number;
  #state: ClientState = 'open';
  #sending: 'idle' | 'expecting' | 'content' | 'stopped' = 'idle';
  #receiving: 'head' | 'content' = 'head';
  /** The requests whose responses are not complete, in order. The request that is being sent is the last of them. */
  readonly #unanswered: EncodedRequest[] = [];
  /** How many responses are complete. */
  #answered = 0;
  /** Whether bytes of the first unanswered request's response have come. */
  #hasBytes = false;
  #informations = 0;
  /** Encodes the content of the request that is being sent. */
  #encoder: ContentEncoder | undefined;
  /** Whether the current response is the last (rfc9112/9.3/read-response, rfc9112/9.3/support). */
  #closes = false;
  /** Whether another protocol follows the current response. */
  #switches = false;
  /** Whether the caller sends no more requests. */
  #isClosing = false;
  #hasEnded = false;
  /** The request that the caller gave up: it does not want it sent again. */
  #givenUp: EncodedRequest | undefined;

  constructor(options: ClientProtocolOptions = {}) {
    this.#parser = new ResponseParser(options);
    this.#maxInformations = limit('maxInformations', options.maxInformations, 32);
  }

  get state(): ClientState {
    return this.#state;
  }

  // ── What is sent ──

  /** Of the request's content: `idle` if none is under way, `stopped` if the rest of it will not be sent. */
  get sending(): 'idle' | 'expecting' | 'content' | 'stopped' {
    return this.#sending;
  }

  /** How many requests have no complete response yet. */
  get unanswered(): number {
    return this.#unanswered.length;
  }

  /** Whether any request may be sent now. */
  get isIdle(): boolean {
    // Bytes that wait now answer nothing, and must not pass for the next response (rfc9112/9.2/unsolicited-close).
    return this.#isFree && this.#unanswered.length === 0 && this.backlog === 0;
  }

  /** Whether this request may be sent now, behind others if need be (RFC 9112 9.3.2). */
  takes(request: EncodedRequest): boolean {
    const last = this.#unanswered.at(-1);
    if (last === undefined) return this.isIdle;
    // If the server does not know pipelining, or closes, all of them have to be sent again.
    // rfc9112/9.3.2/pipeline-unsafe, rfc9112/9.3.2/pipeline-reconnected, rfc9112/9.6/client-sent-close
    const canAllBeSentAgain = this.#answered > 0 && last.isRepeatable && request.isRepeatable;
    return canAllBeSentAgain && this.#isFree && !this.#closes && !last.isLast && !last.maySwitch;
  }

  get #isFree(): boolean {
    return this.#state === 'open' && this.#sending === 'idle' && !this.#isClosing && !this.#hasEnded;
  }

  /**
   * Sends a request, with all of its content; undefined for none.
   * @throws HttpError if it may not be sent now, or its content has not the size that was announced
   */
  request(request: EncodedRequest, content?: string | Uint8Array): void {
    const { framing } = request;
    const size = typeof content === 'string' ? utf8Length(content) : (content?.length ?? 0);
    if (framing.kind !== 'chunked' && size !== (framing.kind === 'length' ? framing.length : 0)) {
      throw userError(
        'content-length-mismatch',
        `the content was announced with another length than ${size}`,
      );
    }
    this.#start(request);
    if (content === undefined) return;
    if (framing.kind !== 'chunked') return this.output.content(content);
    const encoder = contentEncoder(framing);
    this.output.part(encoder, typeof content === 'string' ? utf8(content) : content);
    this.output.text(encoder.end(request.trailers));
  }

  /** Begins a request whose content follows with `send` and `end`. @throws HttpError if it may not be sent now */
  begin(request: EncodedRequest): void {
    this.#start(request);
    this.#encoder = contentEncoder(request.framing);
    this.#sending = request.expectsContinue ? 'expecting' : 'content';
  }

  #start(request: EncodedRequest): void {
    if (!this.takes(request)) {
      throw userError(
        'invalid-request',
        'the connection takes no request now, or not this one behind others',
      );
    }
    this.#unanswered.push(request);
    this.#parser.expect(request.method);
    this.output.text(request.head);
  }

  /** @throws HttpError if the content is longer than announced */
  send(part: Uint8Array): void {
    if (this.#isSending) this.output.part(this.#encoder!, part);
  }

  /**
   * @param trailers those that the request was encoded with, unless said otherwise
   * @throws HttpError if the content is shorter than announced, or a field must not be a trailer
   */
  end(trailers: FieldsInit | undefined = this.#unanswered.at(-1)?.trailers): void {
    if (!this.#isSending) return;
    this.output.text(this.#encoder!.end(trailers));
    this.#encoder = undefined;
    this.#sending = 'idle';
  }

  get #isSending(): boolean {
    if (this.#sending === 'idle')
      throw userError('invalid-request', 'content follows a head: begin a request first');
    if (this.#sending === 'stopped') return false;
    this.#sending = 'content'; // a client need not wait for 100
    return true;
  }

  /**
   * Stops the content: the request stays incomplete, so no other can follow it (RFC 9112 9.3). But not if all announced bytes
   * were sent and only `end` is missing: a server may answer before a file reports its end.
   */
  #stop(): void {
    if (!this.#isMidway) return;
    this.#sending = 'stopped';
    this.#closes = true;
  }

  /** Whether content is still to be sent. */
  get #isMidway(): boolean {
    return this.#sending === 'expecting' || (this.#sending === 'content' && !this.#encoder!.isComplete);
  }

  // ── What comes ──

  /** Takes the next bytes of the stream. Content is views of them, so the caller must not change them before it is used. */
  receive(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (bytes.length > 0) this.#hasBytes = true;
    this.#parser.receive(bytes);
  }

  /** The server will send no more. */
  receiveEnd(): void {
    this.#hasEnded = true;
  }

  /** How many bytes were received and not yet pulled. */
  get backlog(): number {
    return this.#parser.unread;
  }

  /** The next head, interim or final, or a failure; undefined until more bytes come, or while there is content to pull. */
  nextResponse(): ResponseHead | Failed | undefined {
    if (this.#state !== 'open' || this.#receiving === 'content') return undefined;
    try {
      const head = this.#parser.next() as ResponseHead | undefined; // the content of the last response was pulled
      if (head === undefined) return this.#hasEnded ? this.#ended() : undefined;
      if (head.type === 'information') this.#inform(head);
      else this.#answer(head);
      return head;
    } catch (error) {
      return this.#break(error as HttpError);
    }
  }

  #inform({ status }: ResponseHead): void {
    if (++this.#informations > this.#maxInformations) {
      const message = `there are more interim responses than maxInformations, ${this.#maxInformations}`;
      throw new HttpError('too-many-informations', message); // rfc9110/2.3/defensive
    }
    if (status === 100 && this.#unanswered.length === 1) this.#proceed();
  }

  #answer(head: ResponseHead): void {
    const { status } = head;
    const request = this.#unanswered[0]!;
    if (status === 101 && !request.maySwitch) {
      throw new HttpError('unsolicited-response', 'the server changes to a protocol that nobody asked for');
    }
    // "A client cannot begin using an upgraded protocol ... until it has completely sent the request message" (RFC 9110 7.8)
    if (status === 101 && this.#isMidway) {
      throw new HttpError(
        'unsolicited-response',
        'the server changes the protocol before it has the whole request',
      );
    }
    this.#receiving = 'content';
    this.#switches = status === 101 || (request.method === 'CONNECT' && status >= 200 && status < 300); // RFC 9110 15.2.2, 9.3.6
    if (!head.isPersistent || request.isLast) this.#closes = true;
    // A server that answers before it has the content, and not with success, does not want the rest
    // (rfc9112/9.5/early-response, rfc9110/7.5/goes-on).
    if (this.#unanswered.length === 1 && (status >= 300 || this.#sending === 'expecting')) this.#stop();
  }

  /** The next part of the content, its end, or a failure; undefined until more bytes come, or if there is no response. */
  nextContent(): ContentEvent | Failed | undefined {
    if (this.#state !== 'open' || this.#receiving === 'head') return undefined;
    try {
      let event = this.#parser.next() as ContentEvent | undefined; // no head comes before the end of this content
      if (event === undefined && this.#hasEnded) event = this.#parser.end();
      if (event?.type === 'end') this.#finish();
      return event;
    } catch (error) {
      return this.#break(error as HttpError);
    }
  }

  /** The response is complete. */
  #finish(): void {
    this.#unanswered.shift();
    this.#answered++;
    this.#receiving = 'head';
    this.#informations = 0;
    if (this.#unanswered.length === 0) this.#stop(); // it is complete without the rest of its request
    this.#hasBytes = this.backlog > 0 && !this.#closes; // what follows the last response is no response
    if (this.#switches) this.#state = 'switched';
    else if (this.#closes || (this.#isClosing && this.#unanswered.length === 0)) this.#leave('closed'); // rfc9112/9.6/client-close, rfc9112/9.6/client-got-close
  }

  /** All that the server has sent is read. @throws HttpError `incomplete-message` within a head */
  #ended(): Failed | undefined {
    if (this.#unanswered.length > 0) {
      if (!this.#hasBytes) return this.#break(closedByServer());
      this.#parser.end();
    }
    this.#leave('closed');
    return undefined;
  }

  /** Takes the bytes that were received and not pulled: after `switched` they belong to the other protocol. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  // ── The end ──

  /** What must happen next. The client waits for the server in every case but `use` and `caller`, which are the caller's. */
  get waitsFor(): 'use' | 'caller' | 'continue' | 'response' | 'content' | 'close' {
    if (this.#state !== 'open') return 'close';
    if (this.#unanswered.length === 0) return 'use';
    if (this.#sending === 'expecting') return 'continue';
    if (this.#sending === 'content') return 'caller';
    return this.#receiving === 'head' ? 'response' : 'content';
  }

  /**
   * Reports that what the connection waits for took too long. An unused connection closes. Content that waits for 100 may be
   * sent: "a client ... SHOULD NOT wait for an indefinite period" (rfc9110/10.1.1/expect-wait). Everything else fails.
   * @param error for the requests that fail by it
   */
  expire(
    error: HttpError = new HttpError('response-timeout', 'the server took too long'),
  ): Failed | undefined {
    if (this.waitsFor === 'use') this.close();
    else if (this.waitsFor === 'continue') this.#proceed();
    else return this.fail(error);
    return undefined;
  }

  #proceed(): void {
    if (this.#sending === 'expecting') this.#sending = 'content';
  }

  /** Takes no more requests, and closes when those that were sent are answered. */
  close(): void {
    this.#isClosing = true;
    if (this.#unanswered.length === 0) this.#leave('closed');
  }

  /**
   * Gives up: the caller does not want the current response, cannot send what it announced, or found another fault.
   * @param request the unanswered request that is given up; the first unless said otherwise
   */
  fail(error: HttpError, request: EncodedRequest | undefined = this.#unanswered[0]): Failed {
    this.#givenUp = request;
    return this.#break(error);
  }

  #break(error: HttpError): Failed {
    this.#leave('broken');
    return { type: 'failed', error };
  }

  /** Reports that the transport is gone. @param cause the error, if there was one */
  lost(cause?: Error): Failed | undefined {
    if (this.#state !== 'open') return undefined;
    if (this.#unanswered.length === 0) this.#leave('closed');
    else if (!this.#hasBytes) return this.#break(closedByServer(cause));
    else {
      const message = `the response broke off: ${cause === undefined ? 'the connection is gone' : reasonOf(cause)}`;
      return this.#break(new HttpError('incomplete-message', message, { cause })); // RFC 9112 8
    }
    return undefined;
  }

  #leave(state: 'closed' | 'broken'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    if (this.#sending !== 'idle') this.#sending = 'stopped';
    this.#encoder = undefined;
    this.#parser.leftover(); // frees the bytes that will not be read
  }

  /**
   * The unanswered requests that may be sent again on another connection, in order, once this one is `closed` or `broken`.
   * If a connection has answered before and a request on it gets no byte back, the server was probably closing
   * (RFC 9112 9.3.1, 9.3.2) (rfc9112/9.3.1/retry, rfc9112/9.3.2/retry-pipelined).
   */
  get retriable(): readonly EncodedRequest[] {
    const isOver = this.#state === 'closed' || this.#state === 'broken';
    if (!isOver || this.#answered === 0) return [];
    const maySendAgain = (request: EncodedRequest, i: number): boolean =>
      request.isRepeatable && request !== this.#givenUp && (i > 0 || !this.#hasBytes);
    return this.#unanswered.filter(maySendAgain);
  }
}

function closedByServer(cause?: Error): HttpError {
  const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  const message = `the server closed the connection without a response${why}`;
  return new HttpError('connection-closed', message, { cause });
}
