// The client's way to a Connection: TCP (or TLS), the opening handshake (RFC 6455 4.1), and out comes a
// connection with whatever the server sent right behind its answer. `WebSocket` is built on this; those
// who prefer a Connection to the browser's interface can use it as it is.

import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Fields, type FieldsInit, HttpError, ResponseParser } from 'http-mini/wire';
import { Connection } from './connection/connection.ts';
import { Deflate, type DeflateOptions, wishesOf } from './connection/deflate.ts';
import { type ConnectionOptions, settingsFor } from './connection/options.ts';
import {
  kept,
  own,
  type SocketOwner,
  sharedReads,
  startReceiving,
  stopReceiving,
} from './connection/socket-owner.ts';
import { randomMaskKey } from './mask-keys.ts';
import { Sweep, timerFor } from './sweep.ts';
import { type Observer, tapFor } from './tap.ts';
import {
  agreeOnDeflate,
  type ClientHandshake,
  encodeOpeningRequest,
  keyFrom,
  offerDeflate,
  parseWebSocketUrl,
  readOpeningResponse,
  WebSocketError,
} from './wire/index.ts';

export interface ClientOptions
  extends Pick<
    ConnectionOptions,
    'maskKey' | 'maxMessage' | 'maxQueued' | 'slowConsumer' | 'closeTimeout' | 'heartbeat' | 'clock'
  > {
  /** Subprotocols in order of preference (RFC 6455 4.1). */
  protocols?: readonly string[] | undefined;
  /** More fields for the opening request: Origin, Cookie, Authorization ... */
  headers?: FieldsInit | undefined;
  /** Milliseconds from the call to the open connection. Default 10,000. */
  handshakeTimeout?: number | undefined;
  /** Bytes of the server's answer. Default 16 KiB. */
  maxHandshake?: number | undefined;
  /** Gives up the opening handshake; an open connection has `close` and `terminate`. */
  signal?: AbortSignal | undefined;
  /** For net.connect or tls.connect: localAddress, ca, servername ... */
  socket?: Partial<TcpNetConnectOpts & TlsOptions> | undefined;
  /** Offers compression (RFC 7692). Default: off. */
  perMessageDeflate?: boolean | DeflateOptions | undefined;
  /** Sees the handshake, bytes and frames in both directions. */
  observe?: Observer | undefined;
  /** The 16 bytes behind Sec-WebSocket-Key. Default: random. */
  nonce?: Uint8Array | undefined;
}

/** How an answer other than 101 looked; `body` is its start, as far as it came with the head. */
export interface Refusal {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Uint8Array;
}

/** The server answered, but not with a WebSocket. */
export class HandshakeError extends WebSocketError {
  readonly response: Refusal;

  constructor(response: Refusal) {
    super('status-not-101', `the server answered ${response.status}, not 101`, { status: response.status });
    this.response = response;
  }
}

/**
 * Opens a connection.
 *
 * @param url ws:, wss:, http: or https:
 * @throws WebSocketError `url-invalid`, `header-invalid`, `subprotocols-malformed`, `option-invalid` at once; rejected with
 * one (HandshakeError for an answer other than 101) if the connection cannot be opened
 */
export function connect(url: string | URL, options: ClientOptions = {}): Promise<Connection> {
  const wishes = wishesOf(options.perMessageDeflate);
  const handshake: ClientHandshake = {
    url: parseWebSocketUrl(url),
    key: keyFrom(options.nonce ?? randomBytes(16)),
    protocols: options.protocols ?? [],
    extensions: wishes === undefined ? [] : [offerDeflate(wishes)],
  };
  const head = encodeOpeningRequest(handshake, options.headers);
  return new Promise((resolve, reject) => {
    new Opening(handshake, head, options, resolve, reject);
  });
}

/** One opening handshake under way: it ends in `#succeed` or in `#fail`, and only the first of them counts. */
class Opening implements SocketOwner {
  readonly #handshake: ClientHandshake;
  readonly #options: ClientOptions;
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  /** What has come, for an observer. */
  readonly #received: Uint8Array[] = [];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #resolve: (connection: Connection) => void;
  readonly #reject: (error: WebSocketError) => void;

  constructor(
    handshake: ClientHandshake,
    head: string,
    options: ClientOptions,
    resolve: (connection: Connection) => void,
    reject: (error: WebSocketError) => void,
  ) {
    this.#handshake = handshake;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#parser = new ResponseParser({ maxHeadBytes: options.maxHandshake }).expect('GET');
    const socket = open(handshake, options);
    this.#socket = socket;
    own(socket, this);
    startReceiving(socket);
    const { handshakeTimeout = 10_000, signal } = options;
    if (handshakeTimeout !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => {
        this.#fail(
          new WebSocketError('handshake-timeout', `the connection did not open in ${handshakeTimeout} ms`),
        );
      }, timerFor(handshakeTimeout));
    signal?.addEventListener('abort', this.#aborted);
    if (signal?.aborted === true) this.#aborted();
    else {
      options.observe?.({ type: 'handshake', direction: 'out', bytes: Buffer.from(head, 'latin1') });
      // Written before TCP stands; the socket sends it when it does. Nothing follows before the answer (rfc6455/4.1/wait).
      socket.write(head, 'latin1');
    }
  }

  #aborted = (): void => {
    const cause = this.#options.signal?.reason;
    this.#fail(new WebSocketError('aborted', 'opening the connection was aborted', { cause }));
  };

  broke(cause: Error): void {
    // rfc6455/4.1/cannot-connect
    this.#fail(new WebSocketError('connection-lost', `cannot connect: ${cause.message}`, { cause }));
  }

  socketClosed(): void {
    this.#fail(new WebSocketError('connection-lost', 'the server ended the connection without an answer'));
  }

  /** Followed by `socketClosed`. */
  peerEnded(): void {}

  drained(): void {}

  received(chunk: Uint8Array): void {
    try {
      if (this.#options.observe !== undefined) this.#received.push(kept(chunk));
      this.#parser.receive(chunk);
      for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
        // Interim answers such as 103 come before the one that counts (RFC 9110 15.2).
        if (event.type !== 'head') continue;
        const leftover = kept(this.#parser.leftover());
        this.#observe(leftover.length);
        if (event.status === 101) return this.#succeed(event, leftover);
        const response = { status: event.status, headers: event.fields, body: leftover };
        return this.#fail(new HandshakeError(response));
      }
    } catch (error) {
      if (error instanceof WebSocketError) this.#fail(error);
      else if (error instanceof HttpError)
        this.#fail(new WebSocketError('response-malformed', error.message, { cause: error }));
      else throw error;
    }
  }

  #observe(leftover: number): void {
    const bytes = Buffer.concat(this.#received);
    this.#options.observe?.({
      type: 'handshake',
      direction: 'in',
      bytes: bytes.subarray(0, bytes.length - leftover),
    });
  }

  #succeed(head: { readonly status: number; readonly fields: Fields }, leftover: Uint8Array): void {
    const { protocol, extensions } = readOpeningResponse(head, this.#handshake);
    const wishes = wishesOf(this.#options.perMessageDeflate);
    // The only extension that is offered, and so the only one that can have been taken (rfc6455/9.1/unaccepted).
    const agreement = wishes && extensions[0] && agreeOnDeflate(extensions[0], wishes);
    const deflate = agreement && new Deflate('client', agreement, wishes, this.#options.maxMessage);
    this.#release();
    const { observe, maskKey = randomMaskKey } = this.#options;
    const settings = settingsFor({ ...this.#options, role: 'client', maskKey });
    const tap = observe && tapFor(observe);
    const connection = new Connection(this.#socket, leftover, settings, {
      protocol,
      extensions,
      deflate,
      tap,
    });
    const sweep = new Sweep([settings.heartbeat, settings.closeTimeout], settings.clock);
    sweep.add(connection);
    connection.on('close', () => sweep.delete(connection));
    this.#resolve(connection);
  }

  #fail(error: WebSocketError): void {
    this.#release();
    this.#socket.destroy();
    this.#reject(error);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#aborted);
    stopReceiving(this.#socket);
  }
}

function open({ url }: ClientHandshake, { socket: extra }: ClientOptions): Socket {
  const target = { host: url.hostname, port: url.port };
  if (!url.isSecure) {
    const socket: Socket = connectTcp({ ...extra, ...target, onread: sharedReads(() => socket) });
    return socket;
  }
  // SNI names the host (RFC 6066 3), but an address is no name.
  const servername = /^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname };
  return connectTls({ ...servername, ALPNProtocols: ['http/1.1'], ...extra, ...target });
}
