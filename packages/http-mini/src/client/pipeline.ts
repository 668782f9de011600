/**
 * Pipeline: the requests that were sent on one connection and the responses that are matched to them in the same order
 * (RFC 9112 9.2, 9.3.2). It knows nothing of the socket: bytes go in, exchanges are answered.
 *
 * Every read is parsed to its end at once, since the next read overwrites it; content is copied into the response.
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
  /** A response has come whole. Answers whether the connection still speaks HTTP after it. */
  exchangeEnded(exchange: Exchange): boolean;
}

export class Pipeline {
  readonly #owner: PipelineOwner;
  readonly #settings: ClientSettings;
  readonly #parser: ResponseParser;
  /** Not answered whole yet. */
  readonly #exchanges: Exchange[] = [];
  /** Of the response that is being received. */
  content: ReceivedContent | undefined;
  /** Whether bytes of the first exchange's response have come. */
  hasBytes = false;
  /** Whether another request may follow (rfc9112/9.3/read-response, rfc9112/9.3/support). */
  isPersistent = true;
  /** Responses that came whole. */
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

  /** A request was sent. */
  add(exchange: Exchange): void {
    this.#exchanges.push(exchange);
    this.#parser.expect(exchange.request.method);
  }

  /**
   * Whether the exchange may be sent behind those that are not answered yet: neither they nor it may change anything if
   * sent twice, and the server has shown that it answers (rfc9112/9.3.2/pipeline-reconnected).
   */
  canTake(exchange: Exchange): boolean {
    if (this.#answered === 0 || !this.isPersistent || this.length >= this.#settings.pipelining) return false;
    if (!exchange.request.isRepeatable) return false; // rfc9112/9.3.2/pipeline-unsafe
    return this.#exchanges.every(({ request }) => request.isRepeatable && !request.isLast); // rfc9112/9.6/client-sent-close
  }

  /**
   * Takes what was read. Answers whether more than a part of a head came of it: that is not progress yet.
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
   * The server sends no more. Answers whether that completes a response, whose content lasts until close.
   * @throws HttpError `incomplete-message`
   */
  end(): boolean {
    const end = this.#parser.end();
    return end !== undefined && !this.#take(end);
  }

  /** What came after the last response. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  /** Answers whether to go on. */
  #take(event: ResponseEvent): boolean {
    if (event.type === 'content') this.content!.push(event.bytes);
    else if (event.type === 'head') this.#answer(event);
    else if (event.type === 'information') this.#inform(event);
    else if (event.type === 'end') return this.#finish(event.trailers);
    return this.length > 0; // what is told of an event may have ended everything
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
    this.#owner.headCame(head, exchange); // which whoever observes may take as a reason to end everything
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
   * Ends all exchanges, and gives back those that can be sent on another connection: requests to which nothing was
   * received, on a connection that has answered before, have probably met a server that was closing it; those that may
   * be sent twice are, once (RFC 9112 9.3.1, 9.3.2; RFC 9110 9.2.2) (rfc9112/9.3.1/retry, rfc9112/9.3.2/retry-pipelined).
   * @param isServerGone whether that is the reason; if not, the first exchange is to blame
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

/** Whether what follows this response is another protocol (RFC 9110 15.2.2, 9.3.6). */
export function isSwitch(method: string, status: number): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
}

export function closedByServer(cause?: Error): HttpError {
  const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  const message = `the server closed the connection without a response${why}`;
  return new HttpError('connection-closed', message, { cause });
}
