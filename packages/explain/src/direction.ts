/**
 * Direction: what one side sends, from its first byte: HTTP messages and, after an upgrade, frames; or frames alone. All of
 * it goes into one ledger. Whether HTTP ends after a message depends on the other side: a whole connection reads it in the
 * answer, one direction alone infers it from the bytes that follow.
 */
import type { HttpError, ParserOptions, RequestHead, ResponseHead } from 'http-mini/wire';
import {
  type ClientHandshake,
  parseExtensions,
  readOpeningRequest,
  readOpeningResponse,
  WebSocketError,
} from 'ws-mini/wire';
import { whyOf } from './broken-rules.ts';
import { DISCARDED } from './frame-terms.ts';
import { Frames } from './frames.ts';
import { type ExplainedField, Ledger } from './ledger.ts';
import { Messages, namesWebSocket } from './messages.ts';
import { octetsOf } from './octets.ts';
import { OTHER_PROTOCOL, unread } from './terms.ts';
import type { Text } from './text.ts';

export type Side = 'client' | 'server';

/** What a client asked for; the answer must fit it. */
export type Offer = Pick<ClientHandshake, 'key' | 'protocols' | 'extensions'>;

/** The options of `explain` and of `explainConnection`. */
export interface CommonOptions extends ParserOptions {
  /** What the bytes begin with. Default: frames if the first byte can begin one, else HTTP. */
  begins?: 'http' | 'frames' | undefined;
  /** permessage-deflate was agreed on (RFC 7692). Default: what the opening handshake in the bytes says. */
  compression?: boolean | undefined;
  /**
   * Makes the function that inflates the compressed messages of one direction, one after the other (RFC 7692 7.2.2), so
   * that their content is shown. No default, since a browser cannot inflate synchronously. On Node: `inflater` of ws-mini.
   */
  inflater?: (() => (deflated: Uint8Array) => Uint8Array) | undefined;
  /** Bytes of the largest WebSocket message, inclusive. Default 16 MiB. */
  maxMessage?: number | undefined;
}

export interface Explanation {
  /** Whose bytes they are. */
  readonly from: Side;
  /** Place of the first byte of `text` in all the bytes of this direction: 0, but for a part of a connection. */
  readonly offset: number;
  /** The bytes, one character for each. */
  readonly text: string;
  /** In order, without a gap and without an overlap. */
  readonly fields: readonly ExplainedField[];
  /** What has to come next, if the bytes end within a message. */
  readonly awaits: string | undefined;
  /** The first rule that the bytes break. What follows is one field called `unread`. */
  readonly error: HttpError | WebSocketError | undefined;
  /** Why there is the rule that `error` names: what would go wrong if a recipient let the fault pass. */
  readonly errorWhy?: string | undefined;
  /** `awaits` and `errorWhy` in Korean; undefined if there is neither. */
  readonly ko?: { readonly awaits: string | undefined; readonly errorWhy: string | undefined } | undefined;
}

/** What follows a message after which HTTP may end. */
export type Sequel = 'http' | 'another protocol' | { readonly frames: { readonly compression: boolean } };

/** What a direction asks of its owner, because its own bytes do not say it. */
export interface Surroundings {
  /** The method of the next request that awaits an answer; undefined if there is none. */
  nextMethod(): string | undefined;
  onHead(head: RequestHead | ResponseHead): void;
  /**
   * @param following the byte after the message, if that has come
   * @param isEnd nothing more will come: decide now
   * @returns undefined if it is not known yet
   * @throws WebSocketError if the handshake is broken
   */
  sequelOf(
    head: RequestHead | ResponseHead,
    following: number | undefined,
    isEnd: boolean,
  ): Sequel | undefined;
}

export class Direction {
  readonly from: Side;
  readonly #options: CommonOptions;
  readonly #surroundings: Surroundings;
  readonly #ledger = new Ledger();
  #messages: Messages | undefined;
  #frames: Frames | undefined;
  #isSwitched = false;
  #failure: WebSocketError | undefined;
  #hasToldError = false;

  constructor(from: Side, options: CommonOptions, surroundings: Surroundings) {
    this.from = from;
    this.#options = options;
    this.#surroundings = surroundings;
  }

  get error(): HttpError | WebSocketError | undefined {
    return this.#failure ?? this.#frames?.error ?? this.#messages?.error;
  }

  /** A request or response has begun and is not complete, or is wrong. */
  get isInside(): boolean {
    return this.#messages !== undefined && (this.error !== undefined || this.#messages.isInside);
  }

  /** Enters what `bytes` complete; they are not changed. */
  receive(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#ledger.text += octetsOf(bytes);
    if (this.#messages === undefined && this.#frames === undefined) this.#begin(bytes[0]!);
    if (this.error !== undefined || this.#isSwitched) return;
    if (this.#frames !== undefined) return this.#frames.receive(bytes);
    this.#messages!.receive(bytes);
    this.settle();
  }

  #begin(first: number): void {
    const { begins = canBeginFrame(first) ? 'frames' : 'http', compression = false } = this.#options;
    if (begins === 'frames') this.#beginFrames(compression);
    else
      this.#messages = new Messages(this.#ledger, {
        ...this.#options,
        kind: this.from === 'client' ? 'request' : 'response',
        nextMethod: () => this.#surroundings.nextMethod(),
        onHead: (head) => this.#surroundings.onHead(head),
      });
  }

  #beginFrames(compression: boolean): void {
    const { inflater, maxMessage } = this.#options;
    this.#frames = new Frames(this.#ledger, {
      from: this.from,
      compression,
      inflate: inflater?.(),
      maxMessage,
    });
  }

  /** Goes on after a message that may be the last of HTTP, as soon as it is known what follows. */
  settle(isEnd = false): void {
    const messages = this.#messages;
    while (
      messages?.paused !== undefined &&
      !this.#isSwitched &&
      this.#frames === undefined &&
      this.error === undefined
    ) {
      const sequel = this.#sequelOf(messages.paused, messages.nextByte, isEnd);
      if (sequel === undefined) return;
      if (sequel === 'http') messages.resume();
      else if (sequel === 'another protocol') this.#isSwitched = true;
      else {
        this.#beginFrames(this.#options.compression ?? sequel.frames.compression);
        this.#frames!.receive(messages.leftover());
      }
    }
  }

  #sequelOf(
    head: RequestHead | ResponseHead,
    following: number | undefined,
    isEnd: boolean,
  ): Sequel | undefined {
    try {
      return this.#surroundings.sequelOf(head, following, isEnd);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      // Without an offset: the head as a whole is wrong, or lacks something.
      this.#failure = new WebSocketError(error.code, error.message);
      return undefined;
    }
  }

  /** Takes out what is entered. Undefined if there is nothing new. */
  take(): Explanation | undefined {
    return this.#take(undefined);
  }

  /** As `take`, and no more bytes come. */
  end(): Explanation | undefined {
    this.settle(true);
    return this.#take(this.#frames !== undefined ? this.#frames.finish() : this.#messages?.finish());
  }

  #take(awaits: Text | undefined): Explanation | undefined {
    const { error } = this;
    const ledger = this.#ledger;
    if (ledger.at < ledger.end) {
      // These bytes have no meaning, so one field takes them all.
      if (error !== undefined) ledger.extend(unread(error.rule), ledger.end);
      else if (this.#isSwitched) ledger.extend(OTHER_PROTOCOL, ledger.end);
      else if (this.#frames?.isClosed) ledger.extend(DISCARDED, ledger.end);
    }
    const told = this.#hasToldError ? undefined : error;
    this.#hasToldError = error !== undefined;
    const taken = ledger.take();
    const isNew = taken.fields.length > 0 || awaits !== undefined || told !== undefined;
    if (!isNew) return undefined;
    const why = told && whyOf(told.code);
    return {
      from: this.from,
      ...taken,
      awaits: awaits?.en,
      error: told,
      errorWhy: why?.en,
      ko: awaits === undefined && why === undefined ? undefined : { awaits: awaits?.ko, errorWhy: why?.ko },
    };
  }
}

/**
 * Hardly any letter can begin a frame: as a frame's first byte it would have a reserved bit, a reserved opcode, or be a
 * fragmented control frame. A and B can (a compressed fragment); of the methods in use only ACL and BIND begin with them.
 */
export function canBeginFrame(first: number): boolean {
  return first > 0x7f || [0x00, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x41, 0x42].includes(first);
}

/** Whether the handshake names permessage-deflate. */
function isCompressed(extensions: readonly { readonly name: string }[]): boolean {
  return extensions.some(({ name }) => name === 'permessage-deflate');
}

/** What follows a request if a 101 answers it. @throws WebSocketError if no 101 could */
export function framesOf(head: RequestHead): Sequel {
  return { frames: { compression: isCompressed(readOpeningRequest(head).extensions) } };
}

/** What follows a response that ends HTTP. @throws WebSocketError if it does not answer the offer */
export function sequelOfResponse(head: ResponseHead, offer: Offer | undefined): Sequel {
  if (head.status !== 101 || !namesWebSocket(head)) return 'another protocol';
  // Without the offer, nobody can judge whether this answers it.
  const extensions =
    offer === undefined
      ? parseExtensions(head.fields.get('sec-websocket-extensions') ?? 'none')
      : readOpeningResponse(head, offer as ClientHandshake).extensions;
  return { frames: { compression: isCompressed(extensions) } };
}

/** What follows a request that may end HTTP, if the answer is not known. @throws WebSocketError as framesOf */
export function sequelOfRequest(
  head: RequestHead,
  following: number | undefined,
  isEnd: boolean,
): Sequel | undefined {
  if (head.method === 'CONNECT') return 'another protocol';
  if (!namesWebSocket(head)) return 'http';
  if (following === undefined && !isEnd) return undefined;
  return following === undefined || canBeginFrame(following) ? framesOf(head) : 'http';
}
