// The interface of the package `ws` 8, so that a program written for it runs on ws-mini when its import changes. The server,
// the client and the Connection of this package do all the work; here are only the names and shapes that such programs know.
//
// What it does not do throws by its name: a client's `agent` and `finishRequest` (use `createConnection`), `autoPong: false`,
// `protocolVersion: 8`. Without effect is what only tunes ws: `skipUTF8Validation`, `concurrencyLimit`, `mask`, `maxFragments`,
// zlib's options but `level`. Fragments (`fin: false`) are never compressed. `followRedirects` follows nothing: a redirect is
// an unexpected response. There the response is complete, and the request can only be destroyed. A malformed request gets
// this package's status and text.

import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, createServer, type Server as NetServer } from 'node:net';
import { Duplex, type DuplexOptions, Readable } from 'node:stream';
import type { TLSSocket, ConnectionOptions as TlsOptions } from 'node:tls';
import { Fields, REASONS } from 'http-mini/wire';
import { connect, HandshakeError } from './client.ts';
import type { Connection } from './connection/connection.ts';
import type { DeflateOptions } from './connection/deflate.ts';
import type { CloseInfo } from './connection/options.ts';
import type { RequestOptions, Verdict } from './server/negotiation.ts';
import type { UpgradeSource } from './server/options.ts';
import { WebSocketServer as Core } from './server/server.ts';
import {
  acceptFor,
  isWebSocketError,
  type OpeningRequest,
  readOpeningRequest,
  WebSocketError,
} from './wire/index.ts';

export type RawData = Buffer | ArrayBuffer | Buffer[] | Blob;
export type Data = string | number | ArrayBuffer | ArrayBufferView | Blob | readonly number[];
type Callback = (error?: Error) => void;
type Upgraded = (socket: WebSocket, request: IncomingMessage) => void;
type Handler = ((event: Record<string, unknown>) => void) | null;

interface CommonOptions {
  [ofOthers: string]: unknown;
  maxPayload?: number | undefined;
  closeTimeout?: number | undefined;
  /** False: at most one message in a turn. */
  allowSynchronousEvents?: boolean | undefined;
  perMessageDeflate?: boolean | Record<string, unknown> | undefined;
}

/** Beside these, the options of net.connect and tls.connect. */
export interface ClientOptions extends CommonOptions {
  protocols?: string | readonly string[] | undefined;
  headers?: Record<string, string | number | readonly string[] | undefined> | undefined;
  origin?: string | undefined;
  auth?: string | undefined;
  handshakeTimeout?: number | undefined;
  generateMask?: ((mask: Buffer) => void) | undefined;
  createConnection?: ((options: { host: string; port: number } & TlsOptions) => Duplex) | undefined;
}

export interface ServerOptions extends CommonOptions {
  port?: number | undefined;
  host?: string | undefined;
  backlog?: number | undefined;
  server?: (UpgradeSource & EventEmitter & Pick<NetServer, 'address'>) | undefined;
  noServer?: boolean | undefined;
  path?: string | undefined;
  clientTracking?: boolean | undefined;
  WebSocket?: typeof WebSocket | undefined;
  handleProtocols?: ((protocols: Set<string>, request: IncomingMessage) => string | false) | undefined;
  verifyClient?:
    | ((
        info: { origin: string; secure: boolean; req: IncomingMessage },
        answer: (isIn: boolean, status?: number, text?: string, headers?: Record<string, string>) => void,
      ) => unknown)
    | undefined;
}

const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;
const TOO_EARLY = 'WebSocket was closed before the connection was established';
const nothing = Buffer.alloc(0);

/** ws's codes for the rules that a peer can break. */
const CODES: Readonly<Record<string, string>> = {
  'reserved-bit-set': 'WS_ERR_UNEXPECTED_RSV_1',
  'opcode-unknown': 'WS_ERR_INVALID_OPCODE',
  'continuation-unexpected': 'WS_ERR_INVALID_OPCODE',
  'continuation-expected': 'WS_ERR_INVALID_OPCODE',
  'frame-not-masked': 'WS_ERR_EXPECTED_MASK',
  'frame-masked': 'WS_ERR_UNEXPECTED_MASK',
  'length-top-bit-set': 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'message-too-big': 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'control-frame-fragmented': 'WS_ERR_EXPECTED_FIN',
  'control-frame-too-long': 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'close-body-too-short': 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'close-code-not-allowed': 'WS_ERR_INVALID_CLOSE_CODE',
  'text-not-utf8': 'WS_ERR_INVALID_UTF8',
  'close-reason-not-utf8': 'WS_ERR_INVALID_UTF8',
};

/** Gives a WebSocket its connection: set below, because only the class may reach it. */
let attach: (socket: WebSocket, connection: Connection, options: CommonOptions, transport?: Duplex) => void;

export interface WebSocket {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  onopen: Handler;
  onmessage: Handler;
  onclose: Handler;
  onerror: Handler;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export class WebSocket extends EventEmitter {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  binaryType: 'nodebuffer' | 'arraybuffer' | 'fragments' | 'blob' = 'nodebuffer';
  isPaused = false;
  url: string | undefined;
  /** Not documented by ws, and yet widely used: the socket, if a server has it. */
  _socket: Duplex | undefined;
  #connection: Connection | undefined;
  /** The state while there is no connection. */
  #state: number = WebSocket.CONNECTING;
  /** Gives up the opening handshake. */
  readonly #abort = new AbortController();
  /** A fragment was sent, and the last of its message was not. */
  #isWithinMessage = false;
  /** Bytes of messages that came too late to be sent. */
  #unsent = 0;

  static {
    attach = (socket, ...rest) => socket.#attach(...rest);
  }
  static get WebSocket(): typeof WebSocket {
    return WebSocket;
  }
  static get Server(): typeof WebSocketServer {
    return WebSocketServer;
  }
  static get WebSocketServer(): typeof WebSocketServer {
    return WebSocketServer;
  }
  static get createWebSocketStream(): typeof createWebSocketStream {
    return createWebSocketStream;
  }

  /** @param address null: a server's, which gives it a connection */
  constructor(
    address: string | URL | null,
    protocols?: string | readonly string[] | ClientOptions,
    options?: ClientOptions,
  ) {
    super();
    if (address === null) return;
    const hasList = typeof protocols !== 'object' || protocols === null || Array.isArray(protocols);
    const given = (hasList ? options : (protocols as ClientOptions)) ?? {};
    const names = [
      (hasList ? (protocols as string | string[] | undefined) : undefined) ?? given.protocols ?? [],
    ];
    try {
      this.#open(new URL(address), names.flat(), given);
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string };
      if (code !== 'ERR_INVALID_URL' && code !== 'url-invalid' && code !== 'subprotocols-malformed')
        throw cause;
      throw new SyntaxError(message, { cause });
    }
  }

  #open(url: URL, protocols: string[], given: ClientOptions): void {
    refuseWhatIsMissing(given);
    const { headers, origin, auth, handshakeTimeout, generateMask, createConnection } = given;
    const isUnix = url.protocol === 'ws+unix:';
    const [path = '', target = '/'] = isUnix ? (url.pathname + url.search).split(/:(.*)/s) : [];
    const socket = Object.fromEntries(Object.entries(given).filter(([name]) => !OWN_OPTIONS.has(name)));
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = Number(url.port) || (/^(?:wss|https):$/.test(url.protocol) ? 443 : 80);
    const transport = isUnix
      ? () => connectTcp(path)
      : createConnection && (() => createConnection({ ...socket, host, port }));
    const opened = connect(isUnix ? `ws://localhost${target}` : url, {
      ...settingsOf({ perMessageDeflate: true, ...given }),
      protocols,
      headers: {
        Origin: origin,
        Authorization: auth && `Basic ${Buffer.from(auth).toString('base64')}`,
        ...headers,
      },
      handshakeTimeout: handshakeTimeout || Number.POSITIVE_INFINITY,
      signal: this.#abort.signal,
      maskKey: generateMask && (() => maskKeyBy(generateMask)),
      onSwitch: (fields) => void this.emit('upgrade', messageOf(fields, undefined, { statusCode: 101 })),
      ...(transport === undefined ? { socket } : { transport }),
    });
    this.url = url.href.replace(/^http/, 'ws');
    opened.then(
      (connection) => {
        const error = this.#abort.signal.aborted
          ? TOO_EARLY
          : protocols.length > 0 && connection.protocol === '' && 'Server sent no subprotocol';
        if (!error) return this.#attach(connection, given);
        connection.terminate();
        this.#fail(new Error(error));
      },
      (error) => this.#notOpened(error),
    );
  }

  #notOpened(error: WebSocketError): void {
    if (error.code === 'aborted') return this.#fail(new Error(TOO_EARLY));
    if (error.code === 'handshake-timeout') return this.#fail(new Error('Opening handshake has timed out'));
    // Programs look for the system's codes, such as ECONNREFUSED.
    if (!(error instanceof HandshakeError))
      return this.#fail(
        error.code === 'connection-lost' && error.cause instanceof Error ? error.cause : error,
      );
    const { status, headers, body } = error.response;
    const destroy = (cause = new Error('socket hang up')): void => this.#fail(cause);
    // A listener ends the attempt itself, by the request or by `terminate`.
    this.#abort.signal.addEventListener('abort', () => this.#fail(new Error(TOO_EARLY)));
    const response = messageOf(headers, undefined, { statusCode: status }, body);
    if (!this.emit('unexpected-response', { destroy, abort: destroy }, response))
      this.#fail(new Error(`Unexpected server response: ${status}`));
  }

  #fail(error: Error): void {
    if (this.#state === WebSocket.CLOSED) return;
    this.#state = WebSocket.CLOSED;
    // Not within a promise: there, what a listener throws would be a rejection.
    process.nextTick(() => {
      try {
        this.emit('error', error);
      } finally {
        this.emit('close', 1006, nothing);
      }
    });
  }

  #attach(connection: Connection, { allowSynchronousEvents }: CommonOptions, transport?: Duplex): void {
    this.#connection = connection;
    this._socket = transport;
    connection.on('message', (data) => {
      if (allowSynchronousEvents === false) {
        connection.pause();
        setImmediate(() => this.isPaused || connection.resume());
      }
      if (typeof data === 'string') this.emit('message', Buffer.from(data), false);
      else this.emit('message', this.#binary(bufferOf(data)), true);
    });
    connection.on('ping', (data) => this.emit('ping', bufferOf(data)));
    connection.on('pong', (data) => this.emit('pong', bufferOf(data)));
    connection.on('close', (info) => this.#closed(info));
    this.emit('open');
  }

  #binary(data: Buffer): RawData {
    if (this.binaryType === 'fragments') return [data];
    if (this.binaryType === 'blob') return new Blob([data as Uint8Array<ArrayBuffer>]);
    return this.binaryType === 'arraybuffer' ? (Uint8Array.from(data).buffer as ArrayBuffer) : data;
  }

  #closed({ code, reason, wasClean, error }: CloseInfo): void {
    try {
      // ws calls it an error only if the peer broke a rule.
      if (error !== undefined && error.closeCode !== null)
        this.emit(
          'error',
          Object.assign(new RangeError(error.message, { cause: error }), { code: CODES[error.code] }),
        );
    } finally {
      this.emit('close', code, Buffer.from(reason), wasClean);
    }
  }

  get readyState(): 0 | 1 | 2 | 3 {
    const state = this.#connection?.readyState;
    if (state !== undefined) return state === 'open' ? 1 : state === 'closing' ? 2 : 3;
    return (this.#state === 0 && this.#abort.signal.aborted ? 2 : this.#state) as 0 | 2 | 3;
  }

  get protocol(): string {
    return this.#connection?.protocol ?? '';
  }

  get extensions(): string {
    return this.#connection?.extensions.map(({ name }) => name).join() ?? '';
  }

  get bufferedAmount(): number {
    return (this.#connection?.bufferedAmount ?? 0) + this.#unsent;
  }

  /** @param options `binary`, `compress`, `fin` */
  send(
    data: Data,
    options?: { binary?: boolean; compress?: boolean; fin?: boolean; mask?: boolean } | Callback,
    callback?: Callback,
  ): void {
    if (typeof options === 'function') return this.send(data, undefined, options);
    const {
      binary = typeof data !== 'string' && typeof data !== 'number',
      compress,
      fin = true,
    } = options ?? {};
    const connection = this.#needConnection();
    if (connection === undefined || this.readyState !== WebSocket.OPEN) {
      this.#unsent += data instanceof Blob ? data.size : bytesOf(data).length;
      return this.#tell(callback, false);
    }
    const message = messageFrom(data, binary);
    const isWhole = message instanceof ReadableStream || (fin && !this.#isWithinMessage);
    this.#isWithinMessage = !isWhole && !fin;
    const sent = isWhole ? connection.send(message, { compress }) : connection.sendFragment(message, fin);
    if (callback !== undefined) void sent.then((isSent) => this.#tell(callback, isSent));
  }

  ping(data?: Data | Callback, mask?: boolean | Callback, callback?: Callback): void {
    this.#control('ping', data, mask, callback);
  }

  pong(data?: Data | Callback, mask?: boolean | Callback, callback?: Callback): void {
    this.#control('pong', data, mask, callback);
  }

  #control(name: 'ping' | 'pong', ...rest: (Data | Callback | boolean | undefined)[]): void {
    const connection = this.#needConnection();
    const callback = rest.find((one) => typeof one === 'function');
    const data = typeof rest[0] === 'function' ? undefined : (rest[0] as Data | undefined);
    const isOpen = this.readyState === WebSocket.OPEN;
    if (isOpen) void connection?.[name](bytesOf(data ?? nothing));
    this.#tell(callback, isOpen);
  }

  #needConnection(): Connection | undefined {
    if (this.readyState === WebSocket.CONNECTING)
      throw new Error('WebSocket is not open: readyState 0 (CONNECTING)');
    return this.#connection;
  }

  #tell(callback: Callback | undefined, isSent: boolean): void {
    if (callback === undefined) return;
    const { readyState } = this;
    const message = `WebSocket is not open: readyState ${readyState} (${STATES[readyState]})`;
    process.nextTick(callback, isSent ? undefined : new Error(message));
  }

  close(code?: number, reason: string | Uint8Array = ''): void {
    if (this.#connection === undefined) return this.#abort.abort();
    if (this.readyState !== WebSocket.OPEN) return;
    if (code === 1005 || code === 1006)
      throw new TypeError('First argument must be a valid error code number');
    try {
      const text = typeof reason === 'string' ? reason : bufferOf(reason).toString();
      void this.#connection.close(code, text, { keepsReceiving: true });
    } catch (cause) {
      if (!isWebSocketError(cause)) throw cause;
      const ErrorClass = cause.code === 'close-code-not-sendable' ? TypeError : RangeError;
      throw new ErrorClass(cause.message, { cause });
    }
  }

  terminate(): void {
    if (this.#connection === undefined) this.#abort.abort();
    else this.#connection.terminate();
  }

  pause(): void {
    if (this.readyState === WebSocket.CONNECTING || this.readyState === WebSocket.CLOSED) return;
    this.isPaused = true;
    this.#connection?.pause();
  }

  resume(): void {
    if (this.readyState === WebSocket.CONNECTING || this.readyState === WebSocket.CLOSED) return;
    this.isPaused = false;
    this.#connection?.resume();
  }

  addEventListener(type: string, handler: Handler | object, options: { once?: boolean } = {}): void {
    if (!Object.hasOwn(EVENTS, type) || this.listeners(type).some((one) => handlerOf(one) === handler))
      return;
    this[options.once ? 'once' : 'on'](type, listenerFor(this, type, handler));
  }

  removeEventListener(type: string, handler: Handler | object): void {
    const listener = this.listeners(type).find((one) => handlerOf(one) === handler);
    if (listener !== undefined) this.off(type, listener as () => void);
  }
}

/** What an event of the browser's interface has beside `type` and `target`, of what the event of Node has. */
const EVENTS: Readonly<Record<string, (...values: never[]) => object>> = {
  open: () => ({}),
  message: (data: RawData, isBinary: boolean) => ({ data: isBinary ? data : String(data) }),
  close: (code: number, reason: Buffer, wasClean = false) => ({ code, reason: String(reason), wasClean }),
  error: (error: Error) => ({ error, message: error.message }),
};

type Wrapped = { handler?: unknown; isAttribute?: boolean };
const handlerOf = (listener: Wrapped | object): unknown => {
  const { handler, isAttribute } = listener as Wrapped;
  return isAttribute ? undefined : handler;
};

function listenerFor(target: WebSocket, type: string, handler: unknown, isAttribute = false): () => void {
  const listener = (...values: never[]): void => {
    const event = { type, target, ...EVENTS[type]!(...values) };
    if (typeof handler === 'function') handler.call(target, event);
    else (handler as { handleEvent(event: unknown): void }).handleEvent(event);
  };
  return Object.assign(listener, { handler, isAttribute });
}

for (const [value, name] of STATES.entries()) Object.defineProperty(WebSocket.prototype, name, { value });
for (const type of Object.keys(EVENTS)) {
  const current = (socket: WebSocket) =>
    socket.listeners(type).find((one: Wrapped | object) => (one as Wrapped).isAttribute);
  Object.defineProperty(WebSocket.prototype, `on${type}`, {
    get(this: WebSocket) {
      return (current(this) as Wrapped | undefined)?.handler ?? null;
    },
    set(this: WebSocket, handler: unknown) {
      const former = current(this);
      if (former !== undefined) this.off(type, former as () => void);
      if (typeof handler === 'function') this.on(type, listenerFor(this, type, handler, true));
    },
  });
}

export class WebSocketServer extends EventEmitter {
  readonly options: ServerOptions;
  readonly clients: Set<WebSocket> | undefined;
  readonly #core: Core;
  /** Undefined if the program hands the requests over, and after `close`. */
  #server: ServerOptions['server'] | NetServer;
  #state: 'running' | 'closing' | 'closed' = 'running';
  /** Who has asked, until the answer. */
  /** The sockets that were handed over. */
  readonly #taken = new WeakSet<Duplex>();
  readonly #asking = new WeakMap<OpeningRequest, [Duplex, IncomingMessage, Upgraded]>();
  #leaveServer: () => void = () => {};

  constructor(options: ServerOptions, listening?: () => void) {
    super();
    refuseWhatIsMissing(options);
    const { port, host, backlog, server, noServer, clientTracking = true } = options;
    if ([port !== undefined && port !== null, server, noServer].filter(Boolean).length !== 1)
      throw new TypeError(
        'One and only one of the "port", "server", or "noServer" options must be specified',
      );
    // Programs also change these later.
    this.options = { maxPayload: 104_857_600, clientTracking, WebSocket, ...options };
    if (clientTracking) this.clients = new Set();
    this.#core = new Core({
      noServer: true,
      maxConnections: Number.POSITIVE_INFINITY,
      ...settingsOf(options),
    });
    this.#core.on('connection', (connection, opening) => this.#opened(connection, opening));
    const done: Upgraded = (socket, request) => this.emit('connection', socket, request);
    if (server) this.#listenTo(server, done);
    else if (!noServer) {
      const own = createServer((socket) => this.#core.accept(socket, this.#decisions(socket, done)));
      this.#listenTo(own, done);
      own.listen({ port, host, backlog }, listening);
    }
  }

  #listenTo(server: EventEmitter, done: Upgraded): void {
    this.#server = server as NetServer;
    const events = {
      listening: () => this.emit('listening'),
      error: (error: Error) => this.emit('error', error),
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        this.handleUpgrade(request, socket, head, done),
    };
    for (const [name, listener] of Object.entries(events)) server.on(name, listener as () => void);
    this.#leaveServer = () => {
      for (const [name, listener] of Object.entries(events)) server.off(name, listener as () => void);
    };
  }

  address(): ReturnType<NetServer['address']> {
    if (this.options.noServer) throw new Error('The server is operating in "noServer" mode');
    return this.#server?.address() ?? null;
  }

  /** Whether the request is for this server: a program may replace it. */
  shouldHandle({ url = '' }: IncomingMessage): boolean | number {
    return !this.options.path || url.replace(/\?.*/s, '') === this.options.path;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: Upgraded): void {
    if (this.#taken.has(socket))
      throw new Error('server.handleUpgrade() was called more than once with the same socket');
    const error = this.listenerCount('wsClientError') > 0 && objectionTo(request);
    if (error) return void this.emit('wsClientError', error, socket, request);
    this.#taken.add(socket);
    this.#core
      .handleUpgrade(request, socket, head, this.#decisions(socket, done, request))
      // Not within a promise: there, what a listener throws would be a rejection.
      .catch((error) => queueMicrotask(() => raise(error)));
  }

  #decisions(socket: Duplex, done: Upgraded, given?: IncomingMessage): RequestOptions {
    let request: IncomingMessage;
    return {
      verify: (opening) => {
        request = given ?? messageOf(opening.fields, socket, { method: 'GET', url: opening.target });
        this.#asking.set(opening, [socket, request, done]);
        if (this.#state !== 'running') return refusal(503);
        if (!this.shouldHandle(request)) return refusal(400);
        return this.#verdict(opening, request, socket);
      },
      protocols: ({ protocols }) => {
        const { handleProtocols } = this.options;
        if (protocols.length === 0 || !handleProtocols) return protocols[0];
        return handleProtocols(new Set(protocols), request) || undefined;
      },
      headers: ({ key }) => {
        const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
        lines.push(`Sec-WebSocket-Accept: ${acceptFor(key)}`);
        const own = new Set(lines);
        this.emit('headers', lines, request);
        return lines
          .filter((line) => !own.has(line))
          .map((line) => line.split(/: *(.*)/s) as [string, string]);
      },
    };
  }

  #verdict({ origin }: OpeningRequest, req: IncomingMessage, socket: Duplex): Verdict | Promise<Verdict> {
    const { verifyClient } = this.options;
    if (!verifyClient) return true;
    const { encrypted, authorized } = socket as TLSSocket;
    const info = { origin: origin as string, secure: Boolean(authorized || encrypted), req };
    if (verifyClient.length < 2) return verifyClient(info, () => {}) ? true : refusal(401);
    return new Promise((resolve) =>
      verifyClient(info, (isIn, status = 401, text, headers) =>
        resolve(isIn ? true : refusal(status, text, headers)),
      ),
    );
  }

  #opened(connection: Connection, opening: OpeningRequest): void {
    const [transport, request, done] = this.#asking.get(opening)!;
    const socket = new this.options.WebSocket!(null, undefined, this.options);
    attach(socket, connection, this.options, transport);
    this.clients?.add(socket);
    socket.on('close', () => {
      this.clients?.delete(socket);
      if (this.#state === 'closing' && !this.options.port && this.clients?.size === 0) this.#closed();
    });
    done(socket, request);
  }

  /** Takes no more; those that are open stay. */
  close(callback?: Callback): void {
    if (this.#state === 'closed') {
      if (callback) this.once('close', () => callback(new Error('The server is not running')));
      return this.#closed();
    }
    if (callback) this.once('close', callback);
    if (this.#state === 'closing') return;
    this.#state = 'closing';
    const own = this.options.server ? undefined : (this.#server as NetServer | undefined);
    this.#leaveServer();
    this.#server = undefined;
    if (own) own.close(() => this.#closed());
    else if (!this.clients?.size) this.#closed();
  }

  #closed(): void {
    process.nextTick(() => {
      this.#state = 'closed';
      this.emit('close');
    });
  }
}

/** The connection as a stream: each chunk that is written is a message, and each message is a chunk to read. */
export function createWebSocketStream(socket: WebSocket, options?: DuplexOptions): Duplex {
  const whenOpen = (run: () => void): void => {
    if (socket.readyState === WebSocket.CONNECTING) socket.once('open', run);
    else run();
  };
  const stream = new Duplex({
    ...options,
    objectMode: false,
    writableObjectMode: false,
    read: () => socket.resume(),
    write: (chunk: Buffer, _, callback) => whenOpen(() => socket.send(chunk, callback)),
    final: (callback) =>
      whenOpen(() => {
        if (socket.readyState === WebSocket.CLOSED) return callback();
        socket.once('close', () => callback());
        socket.close();
      }),
    destroy: (error, callback) => {
      if (socket.readyState === WebSocket.CLOSED) return callback(error);
      socket.once('close', () => callback(error));
      socket.terminate();
    },
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!stream.push(!isBinary && stream.readableObjectMode ? data.toString() : data)) socket.pause();
  });
  socket.once('error', (error) => stream.destroy(error));
  socket.once('close', () => stream.destroyed || stream.push(null));
  return stream;
}

// ---- Shapes --------------------------------------------------------------------------------------

/** Options of ws; any other option of a client is for its socket. */
const OWN_OPTIONS = new Set(
  (
    'protocols headers origin auth handshakeTimeout generateMask createConnection maxPayload closeTimeout autoPong ' +
    'allowSynchronousEvents perMessageDeflate followRedirects maxRedirects protocolVersion skipUTF8Validation agent ' +
    'finishRequest maxBufferedChunks maxFragments maxPendingAutoPongs host hostname port path method timeout'
  ).split(' '),
);

function refuseWhatIsMissing(options: CommonOptions): void {
  const { agent, finishRequest, autoPong, protocolVersion = 13 } = options;
  const isMissing = {
    agent,
    finishRequest,
    autoPong: autoPong === false,
    protocolVersion: protocolVersion !== 13,
  };
  for (const [name, isAsked] of Object.entries(isMissing))
    if (isAsked)
      throw new WebSocketError('option-invalid', `ws-mini/ws has no ${name}: see the head of ws.ts`);
}

function settingsOf({ maxPayload = 104_857_600, closeTimeout, perMessageDeflate }: CommonOptions) {
  const never = Number.POSITIVE_INFINITY;
  return {
    maxMessage: maxPayload || never,
    closeTimeout,
    maxQueued: never,
    heartbeat: never,
    perMessageDeflate: perMessageDeflate
      ? deflateOptions(perMessageDeflate === true ? {} : perMessageDeflate)
      : false,
  };
}

function deflateOptions(given: Record<string, unknown>): DeflateOptions {
  const { threshold, zlibDeflateOptions, serverNoContextTakeover, clientNoContextTakeover } = given;
  const { level } = (zlibDeflateOptions ?? {}) as { level?: number };
  const bits = (name: string) => (typeof given[name] === 'number' ? (given[name] as number) : undefined);
  const options = {
    threshold: threshold as number | undefined,
    level: level !== undefined && level > 0 ? level : undefined,
    serverNoContextTakeover: Boolean(serverNoContextTakeover),
    clientNoContextTakeover: Boolean(clientNoContextTakeover),
    serverMaxWindowBits: bits('serverMaxWindowBits'),
    clientMaxWindowBits: bits('clientMaxWindowBits'),
  };
  return options as DeflateOptions;
}

function refusal(status: number, text?: string, headers?: Record<string, string>): Verdict {
  const more = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    status,
    headers: { 'Content-Type': 'text/html', ...Object.fromEntries(more) },
    body: text ?? REASONS[status] ?? '',
  };
}

/** An IncomingMessage, as far as it is known outside node:http. */
function messageOf(
  fields: Fields,
  socket: Duplex | undefined,
  its: object,
  body?: Uint8Array,
): IncomingMessage {
  const headers: Record<string, unknown> = {};
  for (const [name] of fields) {
    const lower = name.toLowerCase();
    headers[lower] = lower === 'set-cookie' ? fields.getAll(lower) : fields.get(lower);
  }
  const message = Readable.from(body === undefined || body.length === 0 ? [] : [body], { objectMode: false });
  const { statusCode } = its as { statusCode?: number };
  const more = { ...its, headers, rawHeaders: [...fields].flat(), httpVersion: '1.1', complete: true };
  const statusMessage = statusCode && REASONS[statusCode];
  return Object.assign(message, more, {
    statusMessage,
    socket,
    connection: socket,
  }) as unknown as IncomingMessage;
}

/** What is wrong with the request, if anything is. */
function objectionTo({ method = '', url = '', httpVersion, headers }: IncomingMessage): Error | undefined {
  try {
    const fields = new Fields(headers);
    readOpeningRequest({ method, target: url, version: httpVersion, fields });
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function raise(error: unknown): never {
  throw error;
}

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** What is sent for `data`: text if it is not binary. */
function messageFrom(data: Data, isBinary: boolean): string | Uint8Array | ReadableStream<Uint8Array> {
  if (data instanceof Blob) return data.stream();
  if (typeof data === 'string' && !isBinary) return data;
  return isBinary ? bytesOf(data) : bytesOf(data).toString();
}

function maskKeyBy(generateMask: (mask: Buffer) => void): number {
  const key = Buffer.alloc(4);
  generateMask(key);
  return key.readInt32BE();
}

function bytesOf(data: Data | null | undefined): Buffer {
  if (ArrayBuffer.isView(data)) return bufferOf(data);
  if (data === undefined || data === null) return nothing;
  return Buffer.from((typeof data === 'number' ? String(data) : data) as string);
}

/** `require` gives the class, which has the others as members. */
export { WebSocket as 'module.exports', WebSocketServer as Server };
/** As in ws, which has it by both names. @alias */
export default WebSocket;
