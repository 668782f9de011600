/**
 * Pipeline: matches responses to the requests that were sent on one connection, in the same order (RFC 9112 9.2, 9.3.2). It
 * does not know the socket: it takes bytes and answers exchanges.
 *
 * It parses every read to its end at once and copies content into the response, because the next read overwrites the bytes.
 */
import { HttpError, reasonOf } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { ResponseHead } from '../wire/head.ts';
import { type ResponseEvent, ResponseParser } from '../wire/parser.ts';
import { type ContentSource, ReceivedContent } from './content.ts';
import type { Exchange } from './exchange.ts';
import type { ClientSettings } from './options.ts';
import { ClientResponse } from './response.ts';

/** What the pipeline tells the connection. */
export interface PipelineOwner extends ContentSource {
  /** A head has come, interim or final. */
  headCame(head: ResponseHead, exchange: Exchange): void;
  /** A response is complete. Returns whether the connection still speaks HTTP after it. */
  exchangeEnded(exchange: Exchange): boolean;
}

export class Pipeline {
  readonly #owner: PipelineOwner;
  readonly #settings: ClientSettings;
  readonly #parser: ResponseParser;
  /** The exchanges whose responses are not complete yet. */
  readonly #exchanges: Exchange[] = [];
  /** The content of the response that is being received. */
  content: ReceivedContent | undefined;
  /** Whether bytes of the first exchange's response have come. */
  hasBytes = false;
  /** Whether another request may follow (rfc9112/9.3/read-response, rfc9112/9.3/support). */
  isPersistent = true;
  /** How many responses are complete. */
  #answered = 0;

  constructor(owner: PipelineOwner, settings: ClientSettings) {
    this.#owner = owner;
    this.#settings = settings;
    this.#parser = new ResponseParser(settings);
  }

  get length(): number {
    return this.#exchanges.length;
  }

  isFirst(exchange: Exchange): boolean {
    return this.#exchanges[0] === exchange;
  }

  /** Notes that a request is sent. */
  add(exchange: Exchange): void {
    this.#exchanges.push(exchange);
    this.#parser.expect(exchange.request.method);
  }

  /**
   * Whether the exchange may be sent behind unanswered ones: all of them must be repeatable, and the server must have answered
   * on this connection before (rfc9112/9.3.2/pipeline-reconnected).
   */
  canTake(exchange: Exchange): boolean {
    if (this.#answered === 0 || !this.isPersistent || this.length >= this.#settings.pipelining) return false;
    if (!exchange.request.isRepeatable) return false; // rfc9112/9.3.2/pipeline-unsafe
    return this.#exchanges.every(({ request }) => request.isRepeatable && !request.isLast); // rfc9112/9.6/client-sent-close
  }

  /**
   * Takes the bytes of a read. Returns whether they made progress; a part of a head is none.
   * @throws HttpError of the parser, and `too-many-informations`
   */
  receive(bytes: Uint8Array): boolean {
    this.hasBytes = true;
    this.#parser.receive(bytes);
    let isProgress = false;
    for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
      isProgress = true;
      if (!this.#take(event)) break;
    }
    return isProgress;
  }

  /**
   * The server sends no more. Returns whether that completes a response, if its content lasts until close.
   * @throws HttpError `incomplete-message`
   */
  end(): boolean {
    const end = this.#parser.end();
    return end !== undefined && !this.#take(end);
  }

  /** The bytes after the last response. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  /** Returns whether to go on. */
  #take(event: ResponseEvent): boolean {
    if (event.type === 'content') this.content!.push(event.bytes);
    else if (event.type === 'head') this.#answer(event);
    else if (event.type === 'information') this.#inform(event);
    else if (event.type === 'end') return this.#finish(event.trailers);
    return this.length > 0; // a callback may have ended the connection
  }

  #inform(head: ResponseHead): void {
    const exchange = this.#exchanges[0]!;
    const { maxInformations } = this.#settings;
    if (++exchange.informations > maxInformations) {
      const message = `there are more interim responses than maxInformations, ${maxInformations}`;
      throw new HttpError('too-many-informations', message); // rfc9110/2.3/defensive
    }
    this.#owner.headCame(head, exchange);
    exchange.inform(head);
  }

  #answer(head: ResponseHead): void {
    const exchange = this.#exchanges[0]!;
    if (head.status === 101 && !exchange.request.maySwitch) {
      throw new HttpError('unsolicited-response', 'the server changes to a protocol that nobody asked for');
    }
    if (!head.isPersistent || exchange.request.isLast) this.isPersistent = false;
    const { maxBufferedBytes, maxContentBytes } = this.#settings;
    const length = head.framing.kind === 'length' ? head.framing.length : undefined;
    const content = new ReceivedContent(this.#owner, length, maxBufferedBytes);
    this.content = content;
    this.#owner.headCame(head, exchange); // `observe` may end the connection here
    exchange.answer(new ClientResponse(head, content, maxContentBytes));
  }

  #finish(trailers: Fields | undefined): boolean {
    const exchange = this.#exchanges.shift()!;
    this.content!.complete(trailers);
    this.content = undefined;
    this.hasBytes = this.#parser.unread > 0;
    this.#answered++;
    exchange.finish();
    return this.#owner.exchangeEnded(exchange);
  }

  /**
   * Ends all exchanges, and returns those that can be sent on another connection. If a connection has answered before and a
   * request on it gets no byte back, the server was probably closing; such a request is sent once more if it is repeatable
   * (RFC 9112 9.3.1, 9.3.2; RFC 9110 9.2.2) (rfc9112/9.3.1/retry, rfc9112/9.3.2/retry-pipelined).
   * @param isServerGone whether the server ended the connection; if not, the first exchange is the cause and is not sent again
   */
  abandon(error: HttpError, isServerGone: boolean): Exchange[] {
    const isFirstUntouched = isServerGone && !this.hasBytes;
    const unanswered: Exchange[] = [];
    for (const [i, exchange] of this.#exchanges.splice(0).entries()) {
      const isUntouched = this.#answered > 0 && (i > 0 || isFirstUntouched);
      if (isUntouched && exchange.canBeSentAgain) unanswered.push(exchange);
      else exchange.fail(error);
    }
    this.content?.fail(error);
    this.content = undefined;
    return unanswered;
  }
}

/** Whether another protocol follows this response (RFC 9110 15.2.2, 9.3.6). */
export function isSwitch(method: string, status: number): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
}

export function closedByServer(cause?: Error): HttpError {
  const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  const message = `the server closed the connection without a response${why}`;
  return new HttpError('connection-closed', message, { cause });
}
