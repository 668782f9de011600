/**
 * ClientConnection: one transport with one ClientProtocol, which has all the rules. The connection does the rest: it opens the
 * transport; sends the exchanges that the pool gives it; hands over what comes, and stops reading if the reader of a response
 * is slow; keeps the deadlines; and closes.
 *
 *     connecting ─▶ open ─▶ closing ─▶ closed          connecting | open ─▶ closed          open ─▶ switched
 */
import { connect, isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { inUse, isByteStream, TransportWriter } from '../io/writer.ts';
import { ClientProtocol } from '../wire/client-protocol.ts';
import { HttpError, reasonOf, shown } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import type { Exchange } from './exchange.ts';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import { ClientResponse, ReceivedContent } from './response.ts';

/** What a connection needs of its pool. */
export interface ConnectionPool {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  serverVersion: Version;
  /** The connection may have room for another request. */
  available(connection: ClientConnection): void;
  /** The connection takes no more requests. It gives back those that can be sent on another connection. */
  retired(connection: ClientConnection, unanswered: Exchange[]): void;
  /** The transport is closed, or belongs to another protocol. */
  released(connection: ClientConnection): void;
}

/**
 * All sockets that we open read into this one buffer: Node hands over one read at a time, and a connection copies what it
 * keeps. A new buffer for each read would cost more than the read itself (test: `reads share a buffer`).
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** What a connection can wait for, the option that says how long, and the error if that was too long. */
const WAITS = {
  connection: ['connectTimeout', 'connect-timeout', 'there is no connection to'],
  /** Waits for bytes of requests to leave. */
  taking: ['contentTimeout', 'content-timeout', 'nothing of the request was taken by'],
  continue: ['continueTimeout'],
  response: ['responseTimeout', 'response-timeout', 'there is no response from'],
  content: ['contentTimeout', 'content-timeout', 'no content came from'],
  reader: ['contentTimeout', 'content-timeout', 'nobody began to read the content from'],
  /** Waits for another request. */
  use: ['idleTimeout'],
  /** Waits for the server to close, after this side has closed. */
  close: ['lingerTimeout'],
} as const;
type Wait = keyof typeof WAITS;

/**
 * How many milliseconds before the server's own timeout to close an unused connection, but never more than half of that time:
 * the server counts from when it sent the response, and its FIN needs time to come.
 */
const KEEP_ALIVE_MARGIN = 1000;

/** The longest that a timer of Node can run. */
const MAX_DELAY = 2 ** 31 - 1;

let opened = 0;

export class ClientConnection {
  readonly #id = ++opened;
  readonly #pool: ConnectionPool;
  readonly #observe: ClientSettings['observe'];
  readonly #protocol: ClientProtocol;
  #state: 'connecting' | 'open' | 'closing' | 'closed' | 'switched' = 'connecting';
  /** Undefined until `connect` has given it. */
  #transport: Duplex | undefined;
  #writer!: TransportWriter;
  /** Tells `connect` that its transport is not wanted any more. */
  #connecting: AbortController | undefined;
  /** Those whose responses are not complete, in order. */
  readonly #exchanges: Exchange[] = [];
  /** The one whose content is being sent. */
  #sender: Exchange | undefined;
  /** The content of the response that is being received. */
  #content: ReceivedContent | undefined;
  #isPaused = false;
  /** What the connection waits for, and when that has taken too long. */
  #wait: Wait = 'connection';
  #due = Infinity;
  #timer: NodeJS.Timeout | undefined;
  /** Whether it keeps the process alive: it does while it connects, has a request, or closes. */
  #isNeeded = true;
  /** When the timer fires. */
  #firesAt = Infinity;
  /** How long to keep the connection unused. */
  #idleTimeout: number;
  /** How many bytes had left when the deadline was set; undefined if all had. */
  #left: number | undefined;

  /** @param maySwitch whether the transport may be handed over to another protocol */
  constructor(pool: ConnectionPool, maySwitch: boolean) {
    const { settings } = pool;
    this.#pool = pool;
    this.#observe = settings.observe;
    this.#idleTimeout = settings.idleTimeout;
    this.#protocol = new ClientProtocol(settings);
    this.#setDeadline();
    if (settings.connect === undefined)
      this.#attach(this.#openSocket(pool.origin, settings, maySwitch), maySwitch);
    else void this.#openBy(settings.connect);
  }

  // ── Opening ──

  /**
   * Node tries the addresses of a name by Happy Eyeballs (RFC 8305) and verifies the certificate against the name
   * (RFC 9110 4.3.4). A socket that may be handed over does not read into the shared buffer: its new owner wants `data` events.
   */
  #openSocket({ host, port, isSecure }: Origin, { tls, socket }: ClientSettings, maySwitch: boolean): Socket {
    const callback = (size: number): boolean => this.#received(READ_BUFFER.subarray(0, size));
    const reading = maySwitch ? {} : { onread: { buffer: READ_BUFFER, callback } };
    const where = { ...socket, ...reading, host, port, noDelay: true };
    if (!isSecure) return connect(where);
    const { secureContext, rejectUnauthorized, servername } = tls;
    // rfc9110/4.2.2/secured
    return connectSecurely({
      ...where,
      secureContext,
      rejectUnauthorized,
      servername: servername ?? (isIP(host) === 0 ? host : ''), // an address is not a name (RFC 6066 3)
      ALPNProtocols: ['http/1.1'],
    });
  }

  /** Never rejects. */
  async #openBy(open: NonNullable<ClientSettings['connect']>): Promise<void> {
    const { signal } = (this.#connecting = new AbortController());
    try {
      await undefined; // the pool must know this connection before it can fail
      if (this.#state !== 'connecting') return;
      const transport = await open(this.#pool.origin, { signal });
      if (!isByteStream(transport))
        throw new TypeError(`connect gave ${shown(transport)}, and no Duplex of bytes`);
      if (inUse.has(transport)) throw new TypeError('connect gave a transport that another connection has');
      const hasEnded = transport.destroyed || transport.readableEnded || transport.writableEnded;
      if (hasEnded || this.#state !== 'connecting') transport.on('error', () => {}).destroy();
      if (this.#state !== 'connecting') return; // it comes too late
      if (hasEnded) throw transport.errored ?? new Error('connect gave a transport that has ended');
      inUse.add(transport);
      this.#attach(transport, true);
    } catch (cause) {
      this.#cutOff(this.#notConnected(cause));
    }
  }

  /** @param emitsData whether it hands over what comes by `data` events */
  #attach(transport: Duplex, emitsData: boolean): void {
    this.#transport = transport;
    const observe = this.#observe;
    const sent = observe && ((bytes: Uint8Array) => observe({ type: 'sent', connection: this.#id, bytes }));
    this.#writer = new TransportWriter(transport, this.#protocol.output, sent, this.#onTaken);
    transport.on('drain', this.#onDrain).on('finish', this.#onFinish).on('end', this.#onEnd);
    transport.on('error', this.#onError).on('close', this.#onClose);
    // One that was handed over by another client or server is paused, and a listener alone does not resume it.
    if (emitsData) transport.on('data', this.#onData).resume();
    const isSecured = 'encrypted' in transport;
    if ((transport as Partial<Socket>).connecting === true) {
      transport.once(isSecured ? 'secureConnect' : 'connect', this.#onConnect);
    } else this.#onConnect();
  }

  readonly #onConnect = (): void => {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#observe?.({ type: 'opened', connection: this.#id });
    const [exchange] = this.#exchanges;
    if (exchange !== undefined) this.#begin(exchange); // undefined if `observe` has ended the connection
  };

  // ── Requests ──

  /** How many requests have no complete response. */
  get load(): number {
    return this.#exchanges.length;
  }

  get isIdle(): boolean {
    return this.#state === 'open' && this.#protocol.isIdle;
  }

  /** Whether it was unused for so long that the server may be closing it, although the timer could not fire yet. */
  get isStale(): boolean {
    return this.#due <= performance.now();
  }

  canPipeline({ request }: Exchange): boolean {
    // If the server has not taken what we wrote before, more requests would only wait behind it.
    const isFree =
      this.#state === 'open' && this.load < this.#pool.settings.pipelining && !this.#writer.isFull;
    return isFree && this.#protocol.takes(request);
  }

  /** Sends the exchange's request, once the connection is open. */
  send(exchange: Exchange): void {
    exchange.holder = this;
    this.#exchanges.push(exchange);
    if (this.#state === 'open') this.#begin(exchange);
  }

  #begin(exchange: Exchange): void {
    const { request } = exchange;
    if (this.load === 1) this.#keepsProcess(true);
    let isWhole: boolean;
    try {
      isWhole = exchange.sendHead(this.#protocol, this.#writer.atOnce);
    } catch (error) {
      // The bytes have another length than when they were checked (test: `whose memory is given away`).
      return this.#giveUp(exchange, error as HttpError);
    }
    const { method, target } = request;
    this.#observe?.({ type: 'request', connection: this.#id, method, target });
    if (this.#state !== 'open') return; // `observe` has ended the connection
    if (!isWhole) void this.#sendContent(exchange);
    // With pipelining, several requests may come in one turn: join them into one write. Otherwise waiting only costs time.
    if (this.#pool.settings.pipelining > 1) this.#writer.flushSoon();
    else this.#writer.flush();
    if (this.load === 1) this.#setDeadline();
  }

  /** Never rejects. */
  async #sendContent(exchange: Exchange): Promise<void> {
    this.#sender = exchange;
    try {
      await exchange.sendContent(this.#protocol, this.#writer);
    } catch (error) {
      // If the content was stopped, its failure does not matter.
      if (this.#protocol.sending !== 'stopped') this.#giveUp(exchange, error as HttpError);
    }
    if (this.#sender !== exchange || this.#state !== 'open') return;
    this.#sender = undefined;
    this.#writer.flushSoon();
    this.#setDeadline();
    if (this.isIdle) this.#pool.available(this); // the response came before the request was complete
  }

  /** Tells the sender if the protocol has settled what becomes of its content. */
  #directSender(): void {
    const { sending } = this.#protocol;
    if (this.#sender === undefined || sending === 'expecting') return;
    if (sending === 'stopped') this.#sender.stopContent();
    else this.#sender.goOn();
  }

  readonly #onDrain = (): void => {
    this.#setDeadline();
    if (this.#state === 'open' && this.load > 0) this.#pool.available(this); // for pipelining
  };

  // ── Responses ──

  readonly #onData = (bytes: Uint8Array): void => {
    if (!this.#received(bytes)) this.#transport!.pause();
  };

  /** The bytes are valid until it returns. Returns false to pause. */
  #received(bytes: Uint8Array): boolean {
    this.#observe?.({ type: 'received', connection: this.#id, bytes: Buffer.from(bytes) });
    if (this.#state !== 'open') return true; // closing: read and drop, so that TCP sends no reset (RFC 9112 9.6)
    this.#protocol.receive(bytes);
    this.#pump();
    return !this.#isPaused;
  }

  /** Pulls all that has come, because the next read overwrites it. Then takes the next request, or pauses. */
  #pump(): void {
    let hasProgressed = false;
    while (this.#pull()) hasProgressed = true;
    if (this.#state !== 'open') return;
    if (this.#protocol.state === 'closed') return this.#close();
    if (!hasProgressed) return; // a part of a head is no progress
    this.#isPaused = this.#content?.isFull === true;
    if (this.load === 0) this.#keepsProcess(false);
    this.#setDeadline();
    if (this.#content === undefined) this.#pool.available(this);
  }

  /** Returns whether there may be more. */
  #pull(): boolean {
    const event = this.#content === undefined ? this.#protocol.nextResponse() : this.#protocol.nextContent();
    switch (event?.type) {
      case 'content':
        this.#content!.push(event.bytes);
        return true;
      case 'head':
      case 'information':
        this.#headCame(event);
        return true;
      case 'end':
        this.#finish(event.trailers);
        return true;
      case 'failed':
        this.#cutOff(event.error);
        return false;
      default:
        return event !== undefined; // chunk extensions
    }
  }

  #headCame(head: ResponseHead): void {
    const exchange = this.#exchanges[0]!;
    const { maxBufferedBytes, maxContentBytes } = this.#pool.settings;
    if (head.type === 'head') {
      this.#content = new ReceivedContent(this, head.framing, maxBufferedBytes);
      this.#heedKeepAlive(head);
    }
    const content = this.#content;
    this.#pool.serverVersion = head.version;
    this.#observe?.({ type: 'response', connection: this.#id, head }); // which may end the connection
    this.#directSender();
    if (content === undefined) return exchange.inform(head);
    // 100 and the answer may come in one read, before the content that waited has begun (test: `100 and 200 in one read`).
    const isSending = this.#sender === exchange && this.#protocol.sending === 'content';
    exchange.answer(new ClientResponse(head, content, maxContentBytes), isSending);
  }

  /** A request that is sent while the server closes may be lost, and a POST cannot be sent again (RFC 9112 9.3.1). */
  #heedKeepAlive({ keepAliveTimeout }: ResponseHead): void {
    const { idleTimeout } = this.#pool.settings;
    const server = keepAliveTimeout === undefined ? Infinity : 1000 * keepAliveTimeout;
    this.#idleTimeout = Math.min(idleTimeout, Math.max(server - KEEP_ALIVE_MARGIN, server / 2));
  }

  /** A response is complete. */
  #finish(trailers: Fields | undefined): void {
    const exchange = this.#exchanges.shift()!;
    this.#content!.complete(trailers);
    this.#content = undefined;
    exchange.finish();
    this.#directSender();
    if (this.#protocol.state === 'switched') this.#handOver(exchange.response!);
  }

  /** Hands the transport over to the caller, paused (RFC 9110 7.8, 9.3.6). One listener stays, so that an error does not end the process. */
  #handOver(response: ClientResponse): void {
    this.#state = 'switched';
    clearTimeout(this.#timer);
    const transport = this.#transport!;
    inUse.delete(transport);
    transport.pause();
    transport.off('data', this.#onData).off('drain', this.#onDrain).off('finish', this.#onFinish);
    transport.on('error', destroyItself).off('error', this.#onError);
    transport.off('end', this.#onEnd).off('close', this.#onClose);
    response.socket = transport;
    response.leftover = this.#protocol.leftover();
    this.#pool.retired(this, []);
    this.#pool.released(this);
  }

  /** The reader of the content has room again, or has begun to read. */
  resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    this.#setDeadline();
    this.#transport!.resume();
  }

  // ── Deadlines ──

  /**
   * Sets the deadline for what the connection waits for now. The caller may take any time to make content, or to read it: no
   * deadline runs then. It only notes the time; the timer checks whether the deadline has moved when it fires, because to make
   * and clear a timer for each request would cost more than the request's head.
   */
  #setDeadline(): void {
    const wait = this.#awaited();
    this.#due = Infinity;
    if (wait === undefined) return;
    const delay = wait === 'use' ? this.#idleTimeout : this.#pool.settings[WAITS[wait][0]];
    this.#wait = wait;
    this.#left = this.#transport !== undefined && this.#writer.isBehind ? this.#writer.left : undefined;
    this.#due = performance.now() + delay;
    if (this.#due < this.#firesAt) this.#setTimer(delay);
  }

  /**
   * The next wait begins when all bytes have left. That may be later than the write, as it always is over TLS; and `drain`
   * tells it only of a full buffer.
   */
  readonly #onTaken = (): void => {
    if (this.#wait === 'taking' || this.#writer.isBehind) this.#setDeadline();
  };

  #awaited(): Wait | undefined {
    if (this.#state === 'connecting') return 'connection';
    if (this.#state === 'closing') return this.#transport!.writableFinished ? 'close' : 'taking';
    if (this.#state !== 'open') return undefined;
    // Content that the caller has not begun to read counts as stalled; only an active reader may be slow.
    if (this.#isPaused) return this.#content?.hasReader === true ? undefined : 'reader';
    const { waitsFor } = this.#protocol;
    // The caller is making more of the request, and the server may wait for it.
    if (waitsFor === 'caller' && !this.#writer.isFull) return undefined;
    if (this.#writer.isBehind) return 'taking';
    return waitsFor === 'caller' ? undefined : waitsFor;
  }

  #setTimer(delay: number): void {
    clearTimeout(this.#timer);
    const soon = Math.min(Math.ceil(delay), MAX_DELAY);
    this.#firesAt = performance.now() + soon;
    this.#timer = setTimeout(this.#onTimer, soon);
    if (!this.#isNeeded) this.#timer.unref();
  }

  readonly #onTimer = (): void => {
    this.#firesAt = Infinity;
    const left = this.#due - performance.now();
    if (left === Infinity) return;
    // A timer may fire a little before its time.
    if (left > 0) return this.#setTimer(left);
    this.#due = Infinity;
    // No event tells when some of the waiting bytes leave, so look now: that is progress.
    if (this.#left !== undefined && this.#left !== this.#writer.left) return this.#setDeadline();
    this.#expired(this.#wait);
  };

  #expired(wait: Wait): void {
    const [option, code, message] = WAITS[wait];
    if (this.#state === 'closing') this.#transport!.destroy();
    else if (code !== undefined) {
      const { origin, settings } = this.#pool;
      this.cutOff(
        new HttpError(code, `${message} ${origin.authority} within ${option}, ${settings[option]} ms`),
      );
    } else {
      this.#protocol.expire();
      this.#directSender();
      if (this.#protocol.state === 'closed') this.#close();
      else this.#setDeadline();
    }
  }

  // ── The end ──

  readonly #onFinish = (): void => {
    if (this.#state === 'closing') this.#setDeadline();
  };

  readonly #onEnd = (): void => {
    if (this.#state !== 'open') return;
    if (this.#wasReset) return this.#onError(new Error('the server reset the connection'));
    this.#protocol.receiveEnd();
    this.#pump();
  };

  /**
   * Whether an `end` event is really a reset. If a reset comes behind bytes that are still unread, Node 20 and 22 report an
   * end, and content that lasts until close would look complete. But after a reset the system no longer knows the peer, although
   * our side is still open (test: `that ends in a reset`). TLS marks its end by itself.
   */
  get #wasReset(): boolean {
    const transport = this.#transport!;
    if (!(transport instanceof Socket) || 'encrypted' in transport || transport.writableEnded) return false;
    // A Unix socket has no addresses at all. Node asks once and keeps the answer, so do not ask before.
    return transport.localAddress !== undefined && transport.remoteAddress === undefined;
  }

  readonly #onError = (cause: Error): void => {
    if (this.#state === 'connecting') this.#cutOff(this.#notConnected(cause));
    else this.#lost(cause);
    this.#transport!.destroy(); // if TLS fails after the handshake, Node leaves the socket open
  };

  #notConnected(cause: unknown): HttpError {
    const message = `no connection to ${this.#pool.origin.authority}: ${reasonOf(cause)}`;
    return new HttpError('connect-failed', message, { cause });
  }

  readonly #onClose = (): void => {
    this.#lost();
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#observe?.({ type: 'closed', connection: this.#id });
    this.#pool.released(this);
  };

  #lost(cause?: Error): void {
    if (this.#state !== 'connecting' && this.#state !== 'open') return;
    const failed = this.#protocol.lost(cause);
    this.#cutOff(failed?.error ?? ended());
  }

  /** Gives up an exchange: it fails with the error. If it is the current one, or still sends, the connection ends too. */
  drop(exchange: Exchange, error: HttpError): void {
    const isSending = this.#sender === exchange && this.#protocol.sending !== 'idle';
    if (this.#exchanges[0] === exchange || isSending) this.#giveUp(exchange, error);
    // Any other keeps its place, so that its response is matched and dropped when it comes.
    else exchange.fail(error);
  }

  /** Cuts the connection off because of one exchange. Those before it are not at fault: they may be sent again. */
  #giveUp(exchange: Exchange, error: HttpError): void {
    if (this.#exchanges[0] === exchange) return this.cutOff(error);
    exchange.fail(error);
    this.#protocol.fail(error, exchange.request);
    const message = `the connection was cut off because of a later request: ${error.message}`;
    this.#cutOff(new HttpError('connection-closed', message, { cause: error }));
  }

  /** Closes the connection if no request is under way. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#protocol.close();
    if (this.#protocol.state === 'closed') this.#close();
  }

  /**
   * Closes this side and lets the server close its own, so that no reset destroys bytes under way; over TLS it sends
   * close_notify (rfc9112/9.6/client-close, RFC 9112 9.8). The socket keeps the process alive until then, because the program
   * may await the end (test: `the close that it awaits`).
   */
  #close(): void {
    this.#state = 'closing';
    this.#directSender();
    this.#keepsProcess(true);
    this.#writer.flush();
    this.#transport!.end();
    this.#setDeadline();
    this.#retire(ended());
  }

  /** Cuts the connection off: the caller does not want it any more, or it took too long. */
  cutOff(error: HttpError): void {
    if (this.#state === 'connecting' || this.#state === 'open') this.#protocol.fail(error);
    this.#cutOff(error);
  }

  /** @param error of the exchanges that cannot be sent again */
  #cutOff(error: HttpError): void {
    if (this.#state !== 'connecting' && this.#state !== 'open') return;
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#connecting?.abort(error);
    if (this.#transport === undefined) process.nextTick(this.#onClose);
    else this.#transport.destroy();
    this.#directSender();
    if (this.load > 0) this.#observe?.({ type: 'error', connection: this.#id, error });
    this.#retire(error);
  }

  /** Cuts the connection off, even one that is closing. */
  destroy(error: HttpError): void {
    this.cutOff(error);
    this.#transport?.destroy();
  }

  #retire(error: HttpError): void {
    const retriable = new Set(this.#protocol.retriable);
    const unanswered: Exchange[] = [];
    for (const exchange of this.#exchanges.splice(0)) {
      if (retriable.has(exchange.request) && exchange.canBeSentAgain) unanswered.push(exchange);
      else exchange.fail(error);
    }
    this.#content?.fail(error);
    this.#content = undefined;
    this.#pool.retired(this, unanswered);
  }

  /**
   * An unused connection must not keep the process alive. For any other, the transport alone may not: it may have no handle, or
   * be paused, and then the deadline is all that can end the request (test: `a process waits for`).
   */
  #keepsProcess(isNeeded: boolean): void {
    this.#isNeeded = isNeeded;
    const socket = this.#transport as Partial<Socket>;
    if (isNeeded) {
      socket.ref?.();
      this.#timer?.ref();
    } else {
      socket.unref?.();
      this.#timer?.unref();
    }
  }
}

function ended(): HttpError {
  return new HttpError('connection-closed', 'the connection has ended before the response');
}

function destroyItself(this: Duplex): void {
  this.destroy();
}
