// The client's way to a Connection: a transport (TCP, TLS, or the caller's own), then the opening handshake (RFC 6455
// 4.1). The connection also gets the bytes that the server sent right behind its answer. `WebSocket` is built on
// `connect`; call it directly if you prefer a Connection to the browser's interface.

import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import {
  type Fields,
  type FieldsInit,
  HttpError,
  REASONS,
  ResponseParser,
  reasonOf,
  shown,
  shownUrl,
} from 'http-mini/wire';
import {
  aFunction,
  aLimit,
  anObject,
  anything,
  aSwitch,
  checked,
  either,
  type Kind,
  type OptionKinds,
  texts,
} from './connection/checks.ts';
import { Connection } from './connection/connection.ts';
import { Deflate, type DeflateOptions, wishesOf } from './connection/deflate.ts';
import { randomMaskKey } from './connection/mask-keys.ts';
import { bytesObserver, guarded, type Observer } from './connection/observe.ts';
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  type ConnectionSettings,
  settingsFor,
} from './connection/options.ts';
import { Sweep, steady, timerFor } from './connection/sweep.ts';
import {
  checkTransport,
  kept,
  own,
  sharedReads,
  startReceiving,
  stopReceiving,
  type TransportEvents,
} from './connection/transport.ts';
import {
  agreeOnDeflate,
  type ClientHandshake,
  encodeOpeningRequest,
  isWebSocketError,
  keyFrom,
  offerDeflate,
  parseWebSocketUrl,
  readOpeningResponse,
  WebSocketError,
} from './wire/index.ts';

export interface ClientOptions extends Omit<ConnectionOptions, 'role'> {
  /** Subprotocols in order of preference (RFC 6455 4.1). */
  protocols?: readonly string[] | undefined;
  /** Gives up if the server takes none of `protocols`: `subprotocol-missing`. Default false: `protocol` is '' then. */
  needsProtocol?: boolean | undefined;
  /** More fields for the opening request: Origin, Cookie, Authorization ... */
  headers?: FieldsInit | undefined;
  /** Milliseconds from the call to the open connection; progress does not extend them. Default 10,000. */
  handshakeTimeout?: number | undefined;
  /** Bytes of the largest head that the server may answer. Default 16 KiB. */
  maxHandshake?: number | undefined;
  /** How many interim answers (1xx) may come before the server's answer. Default 32. */
  maxInformations?: number | undefined;
  /**
   * Bytes of the content that is kept of an answer other than 101; 0: do not wait for content at all. Default 64 KiB; the
   * rest is dropped.
   */
  maxRefusal?: number | undefined;
  /** Gets the fields of the 101, such as Set-Cookie, just before the connection is there. What it throws is a warning. */
  onSwitch?: ((headers: Fields) => void) | undefined;
  /** Aborts the opening handshake; for an open connection, use `close` or `terminate`. */
  signal?: AbortSignal | undefined;
  /** Options of net.connect or tls.connect: localAddress, ca, servername ... */
  socket?: Partial<TcpNetConnectOpts & TlsOptions> | undefined;
  /**
   * What carries the connection, instead of a TCP (or, for wss:, TLS) socket that we open: a Unix socket, a tunnel through a
   * proxy, one end of a pair in memory ... Either a Duplex of bytes that emits `close` (every stream does unless it is told not to), or a function that opens one. It is used as it is, so
   * for wss: it must be encrypted already. From here on it belongs to the connection, which also ends and destroys it.
   */
  transport?: Duplex | (() => Duplex | Promise<Duplex>) | undefined;
  /** Offers compression (RFC 7692). Default: off. */
  perMessageDeflate?: boolean | DeflateOptions | undefined;
  /** Sees the handshake, bytes and frames in both directions. */
  observe?: Observer | undefined;
  /** The 16 bytes of Sec-WebSocket-Key. Default: random. */
  nonce?: Uint8Array | undefined;
}

const aSignal: Kind = { name: 'an AbortSignal', fits: (value) => value instanceof AbortSignal };
const aNonce: Kind = {
  name: '16 bytes',
  fits: (value) => value instanceof Uint8Array && value.length === 16,
};

const CLIENT_OPTIONS: OptionKinds<ClientOptions> = {
  protocols: texts,
  needsProtocol: aSwitch,
  headers: anything,
  handshakeTimeout: aLimit,
  maxHandshake: aLimit,
  maxInformations: aLimit,
  maxRefusal: aLimit,
  onSwitch: aFunction,
  signal: aSignal,
  socket: anObject,
  transport: either({ name: 'a Duplex', fits: anObject.fits }, aFunction),
  perMessageDeflate: either(aSwitch, anObject),
  observe: aFunction,
  nonce: aNonce,
  maskKey: aFunction,
  ...CONNECTION_OPTIONS,
};

/** An answer other than 101. */
export interface HandshakeResponse {
  readonly status: number;
  readonly headers: Fields;
  /** Its content without the chunked coding: as much as came within a second, and fits into `maxRefusal`. */
  readonly body: Uint8Array;
}

/** The server answered, but did not open a WebSocket. */
export class HandshakeError extends WebSocketError {
  readonly response: HandshakeResponse;

  /** @param server host and port, for the message */
  constructor(response: HandshakeResponse, server = 'the server') {
    const { status, headers } = response;
    const reason = REASONS[status] === undefined ? '' : ` ${REASONS[status]}`;
    const location = headers.get('location');
    const hint =
      location === undefined ? '' : `; it names ${shownUrl(location)}, and redirects are not followed`;
    super('status-not-101', `${server} answered ${status}${reason}, not 101${hint}`, { status });
    this.response = response;
  }
}

/**
 * Opens a connection.
 *
 * @param url ws:, wss:, http: or https:
 * @throws WebSocketError `url-invalid`, `header-invalid`, `subprotocols-malformed`, `option-invalid` at once. If the
 * connection cannot be opened, the promise is rejected with one: a HandshakeError for an answer other than 101;
 * `transport-not-usable`, `transport-taken` for a `transport` of the caller's
 */
export function connect(url: string | URL, options: ClientOptions = {}): Promise<Connection> {
  const settings = settingsOf(options);
  const { protocols = [], nonce, headers, wishes } = settings;
  const handshake: ClientHandshake = {
    url: parseWebSocketUrl(url),
    key: keyFrom(nonce ?? randomBytes(16)),
    protocols,
    extensions: wishes === undefined ? [] : [offerDeflate(wishes)],
  };
  const head = encoded(handshake, headers);
  const opened = open(handshake, settings);
  return new Promise((resolve, reject) => {
    new OpeningHandshake(handshake, head, opened, settings, resolve, reject);
  });
}

function encoded(handshake: ClientHandshake, headers: FieldsInit | undefined): string {
  try {
    return encodeOpeningRequest(handshake, headers);
  } catch (cause) {
    if (isWebSocketError(cause)) throw cause;
    // A getter or an iterator of `headers` threw.
    throw new WebSocketError('header-invalid', `headers cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** The options after checking, with callbacks that do not throw. */
interface Settings extends ClientOptions {
  /** The options of compression; undefined: off. */
  readonly wishes: DeflateOptions | undefined;
  readonly connection: ConnectionSettings;
  /** Checks the deadlines of the connection. */
  readonly sweep: Sweep;
}

function settingsOf(given: ClientOptions): Settings {
  const options = checked(given, CLIENT_OPTIONS);
  const { observe, clock, maskKey, onSwitch } = options;
  if (options.socket !== undefined && options.transport !== undefined)
    throw new WebSocketError('option-invalid', 'socket has options for a transport of ours: leave out one');
  const own = { role: 'client', maskKey: maskKey ? masking(maskKey) : randomMaskKey } as const;
  const settings = { ...options, ...own, clock: clock && steady(clock) };
  const connection = settingsFor(settings, (connection) => sweep.delete(connection));
  const sweep = new Sweep([connection.heartbeat, connection.closeTimeout], connection.clock);
  return {
    ...options,
    wishes: wishesOf(options.perMessageDeflate),
    observe: observe && guarded(observe, warn),
    onSwitch: onSwitch && guarded(onSwitch, warn, 'onSwitch'),
    connection,
    sweep,
  };
}

/** Wraps the user's source of mask keys: if it fails, we use a random key. */
function masking(maskKey: () => number): () => number {
  return () => {
    try {
      const key: unknown = maskKey();
      if (typeof key === 'number') return key;
      // If the source is asynchronous, it may reject later.
      void Promise.resolve(key).catch(() => {});
      throw new TypeError(`a key must be a number, and not ${shown(key)}`);
    } catch (cause) {
      warn(new WebSocketError('callback-failed', `maskKey failed: ${reasonOf(cause)}`, { cause }));
      return randomMaskKey();
    }
  };
}

/** Why a warning: there is no connection with an 'error' event yet, and later that event means the end of the connection. */
function warn(error: WebSocketError): void {
  process.emitWarning(error);
}

/** Milliseconds that the content of a refusal may take: without a length, it lasts until the server ends the connection. */
const REFUSAL_WAIT = 1000;

interface Refusal extends Omit<HandshakeResponse, 'body'> {
  /** The content so far. */
  readonly parts: Uint8Array[];
  /** Its bytes. */
  size: number;
}

/** Ends in `#succeed` or in `#fail`, and only the first call of them counts. */
class OpeningHandshake {
  readonly #handshake: ClientHandshake;
  readonly #settings: Settings;
  readonly #parser: ResponseParser;
  #transport: Duplex | undefined;
  #isOver = false;
  #informations = 0;
  /** The answer was not 101, and its content may still come. */
  #refusal: Refusal | undefined;
  /** All bytes that have come, for an observer. */
  readonly #received: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #resolve: (connection: Connection) => void;
  readonly #reject: (error: WebSocketError) => void;

  /** @param head the request */
  constructor(
    handshake: ClientHandshake,
    head: string,
    opened: Duplex | Promise<Duplex>,
    settings: Settings,
    resolve: (connection: Connection) => void,
    reject: (error: WebSocketError) => void,
  ) {
    this.#handshake = handshake;
    this.#settings = settings;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#parser = new ResponseParser({ maxHeadBytes: settings.maxHandshake }).expect('GET');
    const { handshakeTimeout = 10_000, signal } = settings;
    if (handshakeTimeout !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => {
        const message = `the connection to ${this.#server} did not open in ${handshakeTimeout} ms (handshakeTimeout)`;
        this.#fail(new WebSocketError('handshake-timeout', message));
      }, timerFor(handshakeTimeout));
    signal?.addEventListener('abort', this.#aborted);
    if (signal?.aborted === true) this.#aborted();
    if (opened instanceof Promise)
      opened.then(
        (transport) => this.#ask(transport, head),
        (cause) => this.#notOpened(cause),
      );
    else this.#ask(opened, head);
  }

  #ask(transport: Duplex, head: string): void {
    try {
      checkTransport(transport);
      if (!transport.readable || !transport.writable)
        throw new WebSocketError('transport-not-usable', 'the transport has ended, or was destroyed');
    } catch (error) {
      return this.#fail(error as WebSocketError);
    }
    // The deadline is over, or the caller has given up.
    if (this.#isOver) return void transport.on('error', () => {}).destroy();
    this.#transport = transport;
    own(transport, this, OpeningHandshake.#events);
    startReceiving(transport);
    transport.resume();
    this.#settings.observe?.({ type: 'handshake', direction: 'out', bytes: Buffer.from(head, 'latin1') });
    // A socket sends this as soon as it is connected. We write nothing more until the answer (rfc6455/4.1/wait).
    transport.write(head, 'latin1');
  }

  readonly #aborted = (): void => {
    const cause = this.#settings.signal?.reason;
    this.#fail(new WebSocketError('aborted', 'opening the connection was aborted', { cause }));
  };

  static readonly #events: TransportEvents<OpeningHandshake> = {
    data: (opening, chunk) => opening.#receive(chunk),
    end: (opening) => opening.#ended(),
    close: (opening) => opening.#ended(),
  };

  get #server(): string {
    return this.#handshake.url.host;
  }

  #ended(): void {
    // Content may last until the connection ends; content that is cut off still says something.
    if (this.#refusal !== undefined) return this.#refused(this.#refusal);
    const cause = this.#transport?.errored;
    if (cause) this.#notOpened(cause);
    else
      this.#fail(
        new WebSocketError('connection-lost', `${this.#server} ended the connection without an answer`),
      );
  }

  #notOpened(cause: unknown): void {
    // rfc6455/4.1/cannot-connect
    const message = `cannot connect to ${this.#server}: ${reasonOf(cause)}`;
    this.#fail(new WebSocketError('connection-lost', message, { cause }));
  }

  #receive(chunk: Uint8Array): void {
    try {
      if (this.#refusal !== undefined) return this.#readRefusal(this.#refusal, this.#parser.receive(chunk));
      if (this.#settings.observe !== undefined) this.#received.push(kept(chunk));
      this.#parser.receive(chunk);
      for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
        // Interim answers such as 103 may come before the real one (RFC 9110 15.2), but not without end.
        if (event.type === 'information') this.#countInformation();
        if (event.type !== 'head') continue;
        this.#observe(this.#parser.unread);
        if (event.status === 101) return this.#succeed(event, kept(this.#parser.leftover()));
        return this.#startRefusal({ status: event.status, headers: event.fields, parts: [], size: 0 });
      }
    } catch (error) {
      if (error instanceof WebSocketError) this.#fail(error);
      else if (error instanceof HttpError)
        this.#fail(new WebSocketError('response-malformed', error.message, { cause: error }));
      else throw error;
    }
  }

  #startRefusal(refusal: Refusal): void {
    this.#refusal = refusal;
    clearTimeout(this.#timer);
    const { handshakeTimeout = REFUSAL_WAIT } = this.#settings;
    this.#timer = setTimeout(() => this.#refused(refusal), Math.min(handshakeTimeout, REFUSAL_WAIT));
    this.#readRefusal(refusal, this.#parser);
  }

  /** Why read it: it says what the server has against the request, often in words for people. */
  #readRefusal(refusal: Refusal, parser: ResponseParser): void {
    const { maxRefusal = 64 * 1024 } = this.#settings;
    try {
      while (refusal.size < maxRefusal) {
        const event = parser.next();
        if (event === undefined) return;
        if (event.type === 'end') break;
        if (event.type !== 'content') continue;
        // A copy: the next read may overwrite it.
        const part = Uint8Array.from(event.bytes.subarray(0, maxRefusal - refusal.size));
        refusal.parts.push(part);
        refusal.size += part.length;
      }
    } catch (error) {
      // The chunked coding is broken. What the server has said before it counts all the same.
      if (!(error instanceof HttpError)) throw error;
    }
    this.#refused(refusal);
  }

  #refused({ status, headers, parts }: Refusal): void {
    this.#fail(new HandshakeError({ status, headers, body: Buffer.concat(parts) }, this.#server));
  }

  #countInformation(): void {
    const { maxInformations = 32 } = this.#settings;
    if (++this.#informations <= maxInformations) return;
    const message = `${this.#server} sent more than ${maxInformations} interim answers (maxInformations)`;
    throw new WebSocketError('too-many-informations', message);
  }

  #observe(leftover: number): void {
    const bytes = Buffer.concat(this.#received);
    this.#settings.observe?.({
      type: 'handshake',
      direction: 'in',
      bytes: bytes.subarray(0, bytes.length - leftover),
    });
  }

  #succeed(head: { readonly status: number; readonly fields: Fields }, leftover: Uint8Array): void {
    const { protocol, extensions } = readOpeningResponse(head, this.#handshake);
    const isMissing = protocol === '' && this.#handshake.protocols.length > 0;
    if (isMissing && this.#settings.needsProtocol === true)
      throw new WebSocketError('subprotocol-missing', `${this.#server} took none of the subprotocols`);
    const { wishes, observe, maxMessage, connection: settings, sweep } = this.#settings;
    // We offer only this extension, so the server can have chosen no other (rfc6455/9.1/unaccepted).
    const agreement = wishes && extensions[0] && agreeOnDeflate(extensions[0], wishes);
    const deflate = agreement && new Deflate('client', agreement, wishes, maxMessage);
    const observer = observe && bytesObserver(observe);
    const transport = this.#release()!;
    const connection = new Connection(transport, leftover, settings, {
      protocol,
      extensions,
      deflate,
      observer,
    });
    sweep.add(connection);
    this.#settings.onSwitch?.(head.fields);
    this.#resolve(connection);
  }

  #fail(error: WebSocketError): void {
    this.#release()?.destroy();
    this.#reject(error);
  }

  #release(): Duplex | undefined {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#settings.signal?.removeEventListener('abort', this.#aborted);
    if (this.#transport !== undefined) stopReceiving(this.#transport);
    return this.#transport;
  }
}

/** @throws WebSocketError `option-invalid`: Node cannot use `socket` */
function open(
  { url }: ClientHandshake,
  { socket: extra, transport }: ClientOptions,
): Duplex | Promise<Duplex> {
  if (typeof transport === 'function') return new Promise((resolve) => resolve(transport()));
  if (transport !== undefined) return transport;
  const target = { host: url.hostname, port: url.port };
  try {
    if (!url.isSecure) {
      const socket: Socket = connectTcp({ ...extra, ...target, onread: sharedReads(() => socket) });
      return socket;
    }
    // SNI takes a host's name (RFC 6066 3), not an address.
    const servername = /^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname };
    return connectTls({ ...servername, ALPNProtocols: ['http/1.1'], ...extra, ...target });
  } catch (cause) {
    const message = `the options in socket cannot be used: ${reasonOf(cause)}`;
    throw new WebSocketError('option-invalid', message, { cause });
  }
}
