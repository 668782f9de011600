/**
 * ClientConnection: one socket with one ResponseParser. Requests are written in order, responses are matched to them in
 * the same order (RFC 9112 9.2), and whatever leaves a doubt about where the next response begins ends the connection.
 *
 *     connecting ─▶ open ─▶ closing ─▶ closed          open ─▶ switched
 *
 * Every read is parsed to its end at once, since the next read overwrites it; content is copied into the response,
 * which may pause the socket. Only then is the connection offered for another request: bytes that follow a response in
 * the same read answer nothing, and must not be taken for the next response (9.2).
 */
import type { Socket } from 'node:net';
import { latin1 } from '../wire/characters.ts';
import { HttpError } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import { type ResponseEvent, ResponseParser } from '../wire/parser.ts';
import { type ContentSource, ReceivedContent } from './content.ts';
import { Deadline } from './deadline.ts';
import type { Exchange, ExchangeHolder } from './exchange.ts';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import { ClientResponse } from './response.ts';
import { ContentSender, type ContentSink, contentError, SLICE } from './sender.ts';
import { openSocket } from './socket.ts';

/** What a connection needs of the client above it. */
export interface ConnectionOwner {
  readonly settings: ClientSettings;
  serverVersion: Version;
  /** The connection may have room for another request. */
  available(connection: ClientConnection): void;
  /** The connection takes no more requests; those that were not answered and can be sent again are given back. */
  retired(connection: ClientConnection, unanswered: Exchange[]): void;
  /** Its socket is closed, or another protocol's. */
  released(connection: ClientConnection): void;
}

type Wait = 'connect-timeout' | 'response-timeout' | 'content-timeout' | 'idle' | 'linger';

/** Up to this many bytes, a copy into the text costs less than a buffer of its own in the write. */
const SMALL_PART = 4 * 1024;

let opened = 0;

export class ClientConnection implements ExchangeHolder, ContentSource, ContentSink {
  readonly #id = ++opened;
  readonly #owner: ConnectionOwner;
  readonly #settings: ClientSettings;
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  readonly #deadline = new Deadline<Wait>((wait) => this.#expired(wait));
  #state: 'connecting' | 'open' | 'closing' | 'closed' | 'switched' = 'connecting';
  /** Sent, or about to be, and not answered whole; in order. */
  readonly #exchanges: Exchange[] = [];
  /** Of the response that is being received. */
  #content: ReceivedContent | undefined;
  #sender: ContentSender | undefined;
  /** Whether bytes of the first exchange's response have come. */
  #hasBytes = false;
  #isPersistent = true;
  #isPaused = false;
  /** Responses that came whole. */
  #answered = 0;
  /** Written in this turn and not sent yet. */
  #text = '';

  /** @param isForeign the socket may be handed on to another protocol */
  constructor(origin: Origin, owner: ConnectionOwner, isForeign: boolean) {
    this.#owner = owner;
    this.#settings = owner.settings;
    this.#parser = new ResponseParser(owner.settings);
    const socket = openSocket(origin, owner.settings, (bytes) => this.#receive(bytes), isForeign);
    this.#socket = socket;
    socket.on(origin.isSecure ? 'secureConnect' : 'connect', this.#onConnect);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    socket.on('drain', this.#onDrain);
    if (isForeign) socket.on('data', this.#onData);
    this.#deadline.set(this.#settings.connectTimeout, 'connect-timeout');
  }

  // ── Requests ──

  /** Whether it waits for a request, with none before it. */
  get isIdle(): boolean {
    return this.#state === 'open' && this.#exchanges.length === 0;
  }

  get load(): number {
    return this.#exchanges.length;
  }

  /**
   * Whether the exchange may be sent behind those that are not answered yet (RFC 9112 9.3.2): none of them may change
   * anything if sent twice, nor it; and the connection has shown that it answers.
   */
  canPipeline(exchange: Exchange): boolean {
    return (
      this.#state === 'open' &&
      this.#answered > 0 &&
      this.#isPersistent &&
      this.#sender === undefined &&
      this.#exchanges.length < this.#settings.pipelining &&
      exchange.request.isRepeatable &&
      this.#exchanges.every((before) => before.request.isRepeatable && !before.request.isLast)
    );
  }

  /** Sends the exchange's request, once the connection stands. */
  send(exchange: Exchange): void {
    exchange.holder = this;
    if (this.#exchanges.push(exchange) === 1) this.#socket.ref();
    if (this.#state === 'open') this.#begin(exchange);
  }

  #begin(exchange: Exchange): void {
    const { request } = exchange;
    const { content, framing } = request;
    this.#parser.expect(request.method);
    const { observe } = this.#settings;
    observe?.({ type: 'request', connection: this.#id, method: request.method, target: request.target });
    const isSmall = framing.kind !== 'chunked' && !request.expectsContinue;
    if (content === undefined) {
      this.writeText(request.head);
    } else if (isSmall && typeof content === 'string' && content.length <= SLICE) {
      this.writeText(request.head + content);
    } else if (isSmall && content instanceof Uint8Array && content.length <= SLICE) {
      this.writePart(request.head, content, '');
    } else {
      this.writeText(request.head);
      this.#sender = new ContentSender(this, request);
      void this.#sender.start(this.#settings.continueTimeout);
    }
    if (this.#exchanges.length === 1) this.#arm();
  }

  /** Gives up an exchange: its promise fails with the error, and the connection ends if that is in the midst of it. */
  drop(exchange: Exchange, error: HttpError): void {
    // One that waits behind others keeps its place, so that its response is found, and dropped, when it comes.
    if (this.#exchanges[0] === exchange) this.#end(error, false);
    else exchange.fail(error);
  }

  // ── Responses ──

  #receive(bytes: Uint8Array): boolean {
    this.#settings.observe?.({ type: 'received', connection: this.#id, bytes: Buffer.from(bytes) });
    if (this.#state !== 'open') return true; // closing: read on, so that no reset is sent, and drop it (9.6)
    try {
      this.#hasBytes = true;
      this.#parser.receive(bytes);
      let isProgress = false;
      for (let event = this.#parser.next(); event !== undefined; event = this.#next()) {
        this.#take(event);
        if (event.type !== 'information') isProgress = true;
      }
      if (isProgress) this.#settle();
    } catch (error) {
      this.#end(error as HttpError, false);
    }
    return !this.#isPaused;
  }

  readonly #onData = (bytes: Buffer): void => {
    if (!this.#receive(bytes)) this.#socket.pause();
  };

  #next(): ResponseEvent | undefined {
    return this.#state === 'open' ? this.#parser.next() : undefined;
  }

  #take(event: ResponseEvent): void {
    switch (event.type) {
      case 'content':
        this.#content!.push(event.bytes);
        break;
      case 'head':
        this.#answer(event);
        break;
      case 'information':
        this.#inform(event);
        break;
      case 'end':
        this.#finish(event.trailers);
        break;
    }
  }

  /** Once the whole of a read is parsed: room for the next request, or a reader who has to catch up. */
  #settle(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = this.#content?.isFull === true;
    if (this.#exchanges.length === 0) this.#socket.unref();
    this.#arm();
    if (this.#content === undefined) this.#owner.available(this);
  }

  #inform(head: ResponseHead): void {
    const exchange = this.#exchanges[0]!;
    const { maxInformations, observe } = this.#settings;
    observe?.({ type: 'response', connection: this.#id, head });
    if (++exchange.informations > maxInformations) {
      throw new HttpError('too-many-informations', `more than ${maxInformations} interim responses`);
    }
    if (head.status === 100) this.#sender?.proceed();
    exchange.inform(head);
  }

  #answer(head: ResponseHead): void {
    const exchange = this.#exchanges[0]!;
    this.#settings.observe?.({ type: 'response', connection: this.#id, head });
    if (head.status === 101 && !exchange.request.maySwitch) {
      throw new HttpError('unsolicited-response', 'the server changes to a protocol that nobody asked for');
    }
    this.#owner.serverVersion = head.version;
    if (!head.isPersistent || exchange.request.isLast) this.#isPersistent = false;
    // A server that answers before it has the content, and not with success, does not want the rest (RFC 9112 9.5).
    if (this.#sender !== undefined && (head.status >= 300 || this.#sender.state === 'expecting')) {
      this.#stopSender();
    }
    const { framing } = head;
    const length = framing.kind === 'length' ? framing.length : undefined;
    this.#content = new ReceivedContent(this, length, this.#settings.maxBufferedBytes);
    exchange.answer(new ClientResponse(head, this.#content, this.#settings.maxContentBytes));
  }

  #finish(trailers: Fields | undefined): void {
    const exchange = this.#exchanges.shift()!;
    const response = exchange.response;
    this.#content!.complete(trailers);
    this.#content = undefined;
    this.#hasBytes = this.#parser.unread > 0;
    this.#answered++;
    exchange.finish();
    if (this.#sender !== undefined) this.#stopSender(); // a response that is whole needs no more of its request
    const isSwitched = response !== undefined && switches(exchange.request.method, response.status);
    if (isSwitched) this.#switch(response);
    else if (!this.#isPersistent) this.close();
  }

  /** The request stays incomplete, so nothing can follow it (RFC 9112 9.3). */
  #stopSender(): void {
    this.#sender!.stop();
    this.#sender = undefined;
    this.#isPersistent = false;
  }

  /** Hands the socket over as it is (RFC 9110 7.8, 9.3.6). */
  #switch(response: ClientResponse): void {
    const socket = this.#socket;
    this.#state = 'switched';
    this.#deadline.stop();
    socket.pause();
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain);
    socket.off('error', this.#onError).off('close', this.#onClose).on('error', ignore);
    response.socket = socket;
    response.leftover = this.#parser.leftover();
    this.#owner.retired(this, []);
    this.#owner.released(this);
  }

  // ── Content ──

  resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    this.#arm();
    this.#socket.resume();
  }

  cancel(error: HttpError): void {
    this.#end(error, false);
  }

  senderMoved(sender: ContentSender): void {
    if (sender !== this.#sender) return;
    if (sender.state === 'complete') this.#sender = undefined;
    this.#arm();
  }

  senderFailed(sender: ContentSender, error: unknown): void {
    if (sender === this.#sender) this.#end(contentError(error), false);
  }

  readonly #onDrain = (): void => {
    if (this.#sender?.state !== 'blocked') return;
    this.#sender.drained();
    this.#arm();
  };

  writeText(text: string): void {
    // Several requests may be written in one turn: they leave in one write, which is the dearest part of them.
    if (this.#settings.pipelining === 1) return this.#writeNow(text);
    if (this.#text === '') process.nextTick(this.#flush);
    this.#text += text;
  }

  readonly #flush = (): void => {
    const text = this.#text;
    this.#text = '';
    if (text !== '' && this.#state === 'open') this.#writeNow(text);
  };

  #writeNow(text: string): void {
    if (text === '') return;
    this.#settings.observe?.({ type: 'sent', connection: this.#id, bytes: Buffer.from(text, 'latin1') });
    this.#socket.write(text, 'latin1');
  }

  writePart(before: string, part: Uint8Array, after: string): boolean {
    if (part.length <= SMALL_PART) {
      this.writeText(before + latin1(part, 0, part.length) + after);
    } else {
      this.#flush();
      this.#socket.cork();
      this.#writeNow(before);
      this.#settings.observe?.({ type: 'sent', connection: this.#id, bytes: part });
      this.#socket.write(part);
      this.#writeNow(after);
      this.#socket.uncork();
    }
    return !this.#socket.writableNeedDrain;
  }

  // ── Deadlines ──

  /** Sets the deadline of whatever is waited for now. */
  #arm(): void {
    if (this.#state !== 'open') return;
    const { idleTimeout, responseTimeout, contentTimeout } = this.#settings;
    if (this.#exchanges.length === 0) this.#deadline.set(idleTimeout, 'idle');
    else if (this.#content !== undefined) {
      // How long a reader takes is the reader's business; that there is none is not.
      if (this.#isPaused && this.#content.hasReader) this.#deadline.clear();
      else this.#deadline.set(contentTimeout, 'content-timeout');
    } else if (this.#sender === undefined) this.#deadline.set(responseTimeout, 'response-timeout');
    else if (this.#sender.state === 'blocked') this.#deadline.set(contentTimeout, 'content-timeout');
    else this.#deadline.clear(); // the caller's body takes its time
  }

  #expired(wait: Wait): void {
    if (wait === 'idle') return this.close();
    if (wait === 'linger') return void this.#socket.destroy();
    this.#end(new HttpError(wait, TIMEOUTS[wait](this.#settings)), false);
  }

  // ── The end ──

  readonly #onConnect = (): void => {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#settings.observe?.({ type: 'opened', connection: this.#id });
    for (const exchange of this.#exchanges) this.#begin(exchange);
    this.#arm();
  };

  /** The server has closed its side: no more responses come. */
  readonly #onEnd = (): void => {
    if (this.#state !== 'open') return;
    try {
      const end = this.#parser.end();
      if (end !== undefined) {
        this.#isPersistent = false;
        return this.#finish(undefined);
      }
    } catch (error) {
      if (this.#hasBytes) return this.#end(error as HttpError, true);
    }
    this.#end(gone(), true);
  };

  readonly #onError = (cause: Error): void => {
    if (this.#state === 'connecting') {
      this.#end(new HttpError('connect-failed', `no connection: ${cause.message}`, { cause }), false);
    } else if (this.#state === 'open') {
      const isInside = this.#content !== undefined || this.#hasBytes;
      const error = isInside
        ? new HttpError('incomplete-message', `the response broke off: ${cause.message}`, { cause })
        : gone(cause);
      this.#end(error, true);
    }
  };

  readonly #onClose = (): void => {
    this.#end(gone(), true);
    this.#deadline.stop();
    this.#settings.observe?.({ type: 'closed', connection: this.#id });
    this.#owner.released(this);
  };

  /** Closes the connection, which nobody uses, so that the server can see that all is well (RFC 9112 9.6, 9.8). */
  close(): void {
    if (this.#state === 'connecting') return this.#end(gone(), false);
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#socket.unref();
    this.#socket.end();
    this.#deadline.set(this.#settings.lingerTimeout, 'linger');
    this.#abandonAll(gone(), true);
  }

  /** Cuts the connection off. */
  destroy(error: HttpError): void {
    this.#end(error, false);
    this.#socket.destroy();
  }

  /** @param isPeerGone whether it is the server's doing, so that the first exchange may be sent once more as well */
  #end(error: HttpError, isPeerGone: boolean): void {
    if (this.#state !== 'connecting' && this.#state !== 'open') return;
    this.#state = 'closed';
    this.#deadline.stop();
    this.#socket.destroy();
    if (this.#exchanges.length > 0) this.#settings.observe?.({ type: 'error', connection: this.#id, error });
    this.#abandonAll(error, isPeerGone);
  }

  /**
   * Requests to which nothing was received, on a connection that has served before, have probably met a server that was
   * closing it: those that may be sent twice are, once (RFC 9112 9.3.1, 9.3.2; RFC 9110 9.2.2).
   */
  #abandonAll(error: HttpError, isPeerGone: boolean): void {
    this.#sender?.stop();
    const unanswered: Exchange[] = [];
    for (const [i, exchange] of this.#exchanges.splice(0).entries()) {
      const isUntouched = i > 0 || (isPeerGone && !this.#hasBytes && this.#content === undefined);
      const { isRetried, state, request } = exchange;
      if (isUntouched && this.#answered > 0 && state === 'waiting' && !isRetried && request.isRepeatable) {
        unanswered.push(exchange);
      } else exchange.fail(error);
    }
    this.#content?.fail(error);
    this.#content = undefined;
    this.#owner.retired(this, unanswered);
  }
}

/** Whether what follows this response is another protocol (RFC 9110 15.2.2, 9.3.6). */
function switches(method: string, status: number): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
}

const TIMEOUTS = {
  'connect-timeout': (settings: ClientSettings) => `no connection within ${settings.connectTimeout} ms`,
  'response-timeout': (settings: ClientSettings) => `no response within ${settings.responseTimeout} ms`,
  'content-timeout': (settings: ClientSettings) =>
    `the content stood still for ${settings.contentTimeout} ms`,
};

function gone(cause?: Error): HttpError {
  return new HttpError('connection-closed', 'the server closed the connection without a response', { cause });
}

function ignore(): void {}
