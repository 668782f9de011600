// A client of ws, or a server's connection in it, on a Connection: the same one that `connect` and WebSocketServer give.

import type { Duplex } from 'node:stream';
import { connect, HandshakeError } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import { encodeClose, parseWebSocketUrl, type WebSocketError } from '../wire/index.ts';
import type { createWebSocketStream, WebSocketServer } from '../ws.ts';
import { EmitterTarget, type RawData } from './listeners.ts';
import {
  brokenRule,
  bytesOf,
  type ClientOptions,
  type CommonOptions,
  type Data,
  FAILURES,
  fieldsOf,
  hangUp,
  messageOf,
  NOTHING,
  settingsOf,
  translating,
  unguarded,
} from './terms.ts';

export type Callback = (error?: Error) => void;

const BINARY_TYPES = ['nodebuffer', 'arraybuffer', 'fragments', 'blob'] as const;
type BinaryType = (typeof BINARY_TYPES)[number];

const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;

/** Gives a server's WebSocket its connection: set below, because only the class may reach it. */
export let attach: (
  socket: WebSocket,
  connection: Connection,
  options: CommonOptions,
  transport: Duplex,
) => void;

export class WebSocket extends EmitterTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  declare static readonly WebSocket: typeof WebSocket;
  declare static readonly WebSocketServer: typeof WebSocketServer;
  declare static readonly Server: typeof WebSocketServer;
  declare static readonly createWebSocketStream: typeof createWebSocketStream;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;
  isPaused = false;
  url: string | undefined;
  /** Not documented by ws, and yet widely used: the socket, if a server has it. */
  _socket: Duplex | undefined;
  #binaryType: BinaryType = 'nodebuffer';
  #connection: Connection | undefined;
  /** Gives up the opening handshake of a client. */
  #attempt: AbortController | undefined;
  #hasFailed = false;
  /** Bytes that waited when the program closed: the Close behind them does not count. */
  #waitingAtClose: number | undefined;
  /** The program gets its 'close', behind the last message. */
  #isClosed = false;
  /** From here on, `pause` holds no messages that came before the end. */
  #isReleased = false;
  /** Ends the wait of those that it has held. */
  #goOn: (() => void) | undefined;
  /** A fragment was sent, and the last of its message was not. */
  #isWithinMessage = false;
  /** Bytes that came too late to be sent. */
  #unsent = 0;

  static {
    attach = (socket, ...rest) => socket.#attach(...rest);
  }

  /** @param address null: a server's, which gives it a connection */
  constructor(
    address: string | URL | null,
    protocols?: string | readonly string[] | ClientOptions,
    options?: ClientOptions,
  ) {
    super();
    if (address === null) return;
    const isList = typeof protocols === 'string' || Array.isArray(protocols);
    const given = (isList ? options : (protocols as ClientOptions | undefined)) ?? options ?? {};
    const names = (isList ? (protocols as string | string[]) : given.protocols) ?? [];
    translating(() => this.#open(new URL(address), [names].flat(), given));
  }

  #open(url: URL, protocols: string[], given: ClientOptions): void {
    const { handshakeTimeout, generateMask, createConnection } = given;
    const isUnix = url.protocol === 'ws+unix:';
    const [path, target = '/'] = isUnix ? (url.pathname + url.search).split(/:(.*)/s) : [];
    const to = isUnix ? `ws://localhost${target}` : url;
    const { hostname, port } = parseWebSocketUrl(to);
    const socket = { ...given, host: hostname, port, path, timeout: undefined };
    const attempt = new AbortController();
    const opened = connect(to, {
      ...settingsOf({ perMessageDeflate: true, ...given }),
      protocols,
      needsProtocol: true,
      headers: fieldsOf(given),
      handshakeTimeout: handshakeTimeout || Number.POSITIVE_INFINITY,
      signal: attempt.signal,
      maskKey: generateMask && (() => maskKeyBy(generateMask)),
      onSwitch: (fields) =>
        void unguarded(() => this.emit('upgrade', messageOf(fields, { statusCode: 101 }))),
      ...(createConnection === undefined
        ? { socket: socket as object }
        : { transport: () => createConnection(socket) }),
    });
    this.url = url.href.replace(/^http/, 'ws');
    this.#attempt = attempt;
    opened.then(
      (connection) => {
        if (!attempt.signal.aborted) return this.#attach(connection, given);
        connection.terminate();
        this.#fail(new Error(FAILURES.aborted));
      },
      (error: WebSocketError) => this.#notOpened(error, attempt.signal),
    );
  }

  #notOpened(error: WebSocketError, signal: AbortSignal): void {
    if (error instanceof HandshakeError) {
      const { status, headers, body } = error.response;
      const destroy = (cause: Error = hangUp()): void => this.#fail(cause);
      // A listener ends the attempt itself, by the request or by `terminate`.
      signal.addEventListener('abort', () => destroy(new Error(FAILURES.aborted)));
      const response = messageOf(headers, { statusCode: status }, undefined, body);
      const request = { destroy, abort: destroy };
      if (unguarded(() => this.emit('unexpected-response', request, response)) === false)
        destroy(new Error(`Unexpected server response: ${status}`));
      return;
    }
    const message = FAILURES[error.code];
    if (message !== undefined) return this.#fail(new Error(message));
    if (error.code !== 'connection-lost') return this.#fail(error);
    // Programs look for the system's codes, such as ECONNREFUSED.
    this.#fail(error.cause instanceof Error ? error.cause : hangUp(error));
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    // Not within a promise: there, what a listener throws would be a rejection.
    process.nextTick(() => this.#end(error, 1006, '', false));
  }

  #attach(connection: Connection, options: CommonOptions, transport?: Duplex): void {
    this.#connection = connection;
    this._socket = transport;
    const isOnePerTurn = options.allowSynchronousEvents === false;
    let waitsForTurn = false;
    connection.on('message', (message, isBinary) => {
      if (isOnePerTurn) {
        waitsForTurn = true;
        connection.pause();
        setImmediate(() => {
          waitsForTurn = false;
          if (!this.isPaused) connection.resume();
        });
      }
      this.#deliver(bytesOf(message), isBinary);
    });
    connection.on('ping', (data) => this.emit('ping', bytesOf(data)));
    connection.on('pong', (data) => this.emit('pong', bytesOf(data)));
    connection.on('close', ({ error, code, reason, wasClean }) => {
      const end = (broken = brokenRule(error)): void => this.#end(broken, code, reason, wasClean);
      if (!waitsForTurn && (!this.isPaused || this.#isReleased)) return end();
      void this.#deliverRest(connection, options.closeTimeout).then((broken) =>
        process.nextTick(end, broken),
      );
    });
    unguarded(() => this.emit('open'));
  }

  /**
   * Delivers what came before the end and was held by `pause`, one message in a turn.
   *
   * @returns the rule that one of them breaks, if it does
   */
  async #deliverRest(connection: Connection, closeTimeout?: number): Promise<Error | undefined> {
    connection.removeAllListeners('message');
    // After its own `close`, a program may wait only for the end, and never resume.
    const release =
      this.#waitingAtClose !== undefined
        ? setTimeout(() => this.#release(), closeTimeout ?? 30_000)
        : undefined;
    try {
      // Why parts: they tell text from binary, which a loop over messages does not.
      for await (const message of connection.streams()) {
        const parts: Buffer[] = [];
        for await (const part of message) parts.push(bytesOf(part));
        while (this.isPaused && !this.#isReleased)
          await new Promise<void>((resolve) => (this.#goOn = resolve));
        await inLaterTurn(() => this.#deliver(Buffer.concat(parts), message.type === 'binary'));
      }
      return undefined;
    } catch (error) {
      return brokenRule(error as WebSocketError);
    } finally {
      clearTimeout(release);
    }
  }

  #release(): void {
    this.#isReleased = true;
    this.#goOn?.();
  }

  #deliver(data: Buffer, isBinary: boolean): void {
    this.emit('message', isBinary ? this.#binary(data) : data, isBinary);
  }

  #binary(data: Buffer): RawData {
    if (this.binaryType === 'fragments') return [data];
    if (this.binaryType === 'blob') return new Blob([data as Uint8Array<ArrayBuffer>]);
    return this.binaryType === 'arraybuffer' ? (Uint8Array.from(data).buffer as ArrayBuffer) : data;
  }

  #end(error: Error | undefined, code: number, reason: string, wasClean: boolean): void {
    try {
      if (error !== undefined) this.emit('error', error);
    } finally {
      this.#isClosed = true;
      this.emit('close', code, Buffer.from(reason), wasClean);
    }
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  /** Ignores any other value. */
  set binaryType(type: BinaryType) {
    if (BINARY_TYPES.includes(type)) this.#binaryType = type;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    const state = this.#connection?.readyState;
    if (state !== undefined) return state === 'open' ? 1 : this.#isClosed ? 3 : 2;
    if (this.#hasFailed) return 3;
    return this.#attempt?.signal.aborted ? 2 : 0;
  }

  get protocol(): string {
    return this.#connection?.protocol ?? '';
  }

  get extensions(): string {
    return this.#connection?.extensions.map(({ name }) => name).join() ?? '';
  }

  get bufferedAmount(): number {
    const waiting = this.#connection?.bufferedAmount ?? 0;
    return Math.min(waiting, this.#waitingAtClose ?? waiting) + this.#unsent;
  }

  /** @param options `binary`, `compress`, `fin` */
  send(
    data: Data,
    options?: { binary?: boolean; compress?: boolean; fin?: boolean; mask?: boolean } | Callback,
    callback?: Callback,
  ): void {
    if (typeof options === 'function') return this.send(data, undefined, options);
    const connection = this.#openConnection();
    if (connection === undefined) return this.#notSent(data, callback);
    const isText = typeof data === 'string' || typeof data === 'number';
    const { binary = !isText, compress, fin = true } = options ?? {};
    const type = binary ? 'binary' : 'text';
    const message = typeof data === 'string' ? data : data instanceof Blob ? data.stream() : bytesOf(data);
    const isWhole = message instanceof ReadableStream || (fin && !this.#isWithinMessage);
    const sent = isWhole
      ? connection.send(message, { compress, type })
      : connection.sendFragment(message, fin, { type });
    this.#isWithinMessage = !isWhole && !fin;
    if (callback !== undefined)
      void sent.then((isSent) => (isSent ? process.nextTick(callback) : this.#notSent(NOTHING, callback)));
  }

  ping(data?: Data | Callback, mask?: boolean | Callback, callback?: Callback): void {
    this.#control('ping', data, mask, callback);
  }

  pong(data?: Data | Callback, mask?: boolean | Callback, callback?: Callback): void {
    this.#control('pong', data, mask, callback);
  }

  #control(name: 'ping' | 'pong', ...given: (Data | Callback | boolean | undefined)[]): void {
    const connection = this.#openConnection();
    const callback = given.find((one) => typeof one === 'function');
    const data = typeof given[0] === 'function' ? NOTHING : (given[0] as Data | undefined);
    if (connection === undefined) return this.#notSent(data, callback);
    translating(() => void connection[name](bytesOf(data)));
    if (callback !== undefined) process.nextTick(callback);
  }

  /** Undefined if it is too late to send. */
  #openConnection(): Connection | undefined {
    const { readyState } = this;
    if (readyState === 0) throw new Error('WebSocket is not open: readyState 0 (CONNECTING)');
    return readyState === 1 ? this.#connection : undefined;
  }

  #notSent(data: Data | undefined, callback: Callback | undefined): void {
    this.#unsent += data instanceof Blob ? data.size : bytesOf(data).length;
    const { readyState } = this;
    const error = new Error(`WebSocket is not open: readyState ${readyState} (${STATES[readyState]})`);
    if (callback !== undefined) process.nextTick(callback, error);
  }

  close(code?: number, reason: string | Uint8Array = ''): void {
    if (this.#connection === undefined) return this.#attempt?.abort();
    if (this.readyState !== WebSocket.OPEN) return;
    const text = code === undefined ? '' : String(typeof reason === 'string' ? reason : bytesOf(reason));
    translating(() => encodeClose(code, text)); // 1005 and 1006, too, unlike the connection's `close`
    this.#waitingAtClose = this.#connection.bufferedAmount;
    void this.#connection.close(code, text, { keepsReceiving: true });
  }

  terminate(): void {
    if (this.#connection === undefined) return this.#attempt?.abort();
    this.#release();
    this.#connection.terminate();
  }

  pause(): void {
    if (this.#connection === undefined || this.readyState === WebSocket.CLOSED) return;
    this.isPaused = true;
    this.#connection.pause();
  }

  resume(): void {
    if (this.#connection === undefined || this.readyState === WebSocket.CLOSED) return;
    this.isPaused = false;
    this.#goOn?.();
    this.#connection.resume();
  }
}

for (const [value, name] of STATES.entries()) Object.defineProperty(WebSocket.prototype, name, { value });

/** Not within the promise, as in `#fail`. */
function inLaterTurn(run: () => void): Promise<void> {
  return new Promise((resolve) =>
    setImmediate(() => {
      resolve();
      run();
    }),
  );
}

function maskKeyBy(generateMask: (mask: Buffer) => void): number {
  const key = Buffer.alloc(4);
  generateMask(key);
  return key.readInt32BE();
}
