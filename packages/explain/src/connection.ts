/**
 * A whole connection: what both sides send, in the order in which it passed. Each direction learns from the other what it
 * cannot know by itself: which method a response answers, whether an upgrade was granted, and what was agreed on.
 */
import type { RequestHead, ResponseHead } from 'http-mini/wire';
import { readOpeningRequest, WebSocketError } from 'ws-mini/wire';
import {
  type CommonOptions,
  Direction,
  type Explanation,
  framesOf,
  type Offer,
  type Sequel,
  type Side,
  sequelOfRequest,
  sequelOfResponse,
} from './direction.ts';

/** Bytes that one side sent. */
export interface Passage {
  readonly from: Side;
  readonly bytes: Uint8Array;
}

/**
 * Explains a whole connection, in parts that alternate as the sides did: a field stands in the turn in which it ends. The
 * last part of a side has the rule that the side broke, or what its bytes wait for. Never throws for what is in the bytes,
 * and does not change them.
 *
 * @param passages in the order in which they passed; it makes no difference how a turn is cut
 */
export function explainConnection(passages: Iterable<Passage>, options: CommonOptions = {}): Explanation[] {
  const explainer = new ConnectionExplainer(options);
  const turns: { readonly from: Side; end: number }[] = [];
  const sizes = { client: 0, server: 0 };
  for (const { from, bytes } of passages) {
    if (bytes.length === 0) continue;
    explainer.receive(from, bytes);
    sizes[from] += bytes.length;
    const turn = turns.at(-1);
    if (turn?.from === from) turn.end = sizes[from];
    else turns.push({ from, end: sizes[from] });
  }
  // Cut into turns only now that all is known: a parser may report a wrong line before its end, or at its end.
  const wholes = explainer.end();
  const entered = { client: 0, server: 0 };
  return turns.flatMap(({ from, end }) => {
    const whole = wholes.find((one) => one.from === from)!;
    const fields = whole.fields.slice(entered[from]).filter((field) => field.end <= end);
    entered[from] += fields.length;
    const isLast = end === sizes[from];
    if (fields.length === 0 && !isLast) return [];
    const offset = fields[0]?.start ?? end;
    const text = whole.text.slice(offset, fields.at(-1)?.end ?? end);
    return {
      from,
      offset,
      text,
      fields,
      awaits: isLast ? whole.awaits : undefined,
      error: isLast ? whole.error : undefined,
      errorWhy: isLast ? whole.errorWhy : undefined,
      ko: isLast ? whole.ko : undefined,
    };
  });
}

/** The same for a connection that still goes on: bytes in, and out what they complete. It keeps only what is not complete. */
export class ConnectionExplainer {
  readonly #client: Direction;
  readonly #server: Direction;
  /** Requests that are not answered yet, in order. */
  readonly #requests: RequestHead[] = [];
  /** Responses that came before the head of their request was complete: that head is not to be answered again. */
  #answeredEarly = 0;
  /** By request that asked to upgrade: what the answer makes of the connection. */
  readonly #sequels = new WeakMap<RequestHead, Sequel>();
  /** The request that the coming response answers. */
  #answered: RequestHead | undefined;

  constructor(options: CommonOptions = {}) {
    this.#client = new Direction('client', options, {
      nextMethod: () => undefined,
      onHead: (head) => this.#asked(head as RequestHead),
      sequelOf: (head, following, isEnd) => this.#sequelOfRequest(head as RequestHead, following, isEnd),
    });
    this.#server = new Direction('server', options, {
      nextMethod: () => this.#nextMethod(),
      onHead: (head) => this.#answer(head as ResponseHead),
      sequelOf: (head) => sequelOfResponse(head as ResponseHead, offerOf(this.#answered)),
    });
  }

  receive(from: Side, bytes: Uint8Array): void {
    (from === 'client' ? this.#client : this.#server).receive(bytes);
  }

  /** What has been completed since the last call. An answer may complete what the client sent before it. */
  take(): Explanation[] {
    return [this.#client.take(), this.#server.take()].filter((part) => part !== undefined);
  }

  /** As `take`, and no more bytes come. */
  end(): Explanation[] {
    return [this.#client.end(), this.#server.end()].filter((part) => part !== undefined);
  }

  #asked(head: RequestHead): void {
    if (this.#answeredEarly === 0) this.#requests.push(head);
    else this.#answeredEarly--;
  }

  #nextMethod(): string | undefined {
    this.#answered = this.#requests[0];
    if (this.#answered !== undefined) return this.#answered.method;
    // A server may answer half a request, or something that is no request to our parser.
    if (!this.#client.isInside) return undefined;
    this.#answeredEarly++;
    return 'GET';
  }

  #answer(head: ResponseHead): void {
    const request = this.#requests.shift();
    if (request === undefined) return;
    this.#sequels.set(request, sequelOfAnswer(request, head));
    this.#client.settle();
  }

  #sequelOfRequest(head: RequestHead, following: number | undefined, isEnd: boolean): Sequel | undefined {
    const sequel = this.#sequels.get(head);
    if (sequel === undefined) return isEnd ? sequelOfRequest(head, following, isEnd) : undefined;
    if (typeof sequel === 'object') framesOf(head); // throws if it is broken
    return sequel;
  }
}

/** What the client sends next, once its request is answered. */
function sequelOfAnswer({ method }: RequestHead, head: ResponseHead): Sequel {
  if (head.status === 101) return sequelOr('another protocol', () => sequelOfResponse(head, undefined));
  return method === 'CONNECT' && head.status < 300 ? 'another protocol' : 'http';
}

/** What the client asked for; undefined if that was no WebSocket. */
function offerOf(request: RequestHead | undefined): Offer | undefined {
  if (request === undefined) return undefined;
  return sequelOr(undefined, () => readOpeningRequest(request));
}

/** The value, or `other` if the handshake is broken: the side that broke it reports that. */
function sequelOr<Value, Other>(other: Other, read: () => Value): Value | Other {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    return other;
  }
}
