/**
 * Transport: the socket of one client connection. `net.connect` and `tls.connect` open it: they try the addresses of a name by
 * Happy Eyeballs (RFC 8305) and verify the certificate against the name (RFC 9110 4.3.4). The transport reads into a shared
 * buffer, and knows nothing of HTTP.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { SocketWriter, type Tap } from '../io/writer.ts';
import { Output } from '../wire/output.ts';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import type { Destination } from './outgoing.ts';

/** What the transport tells the connection. */
export interface TransportOwner {
  /** The bytes are valid until it returns; false pauses the socket. */
  received(bytes: Uint8Array): boolean;
  connected(): void;
  /** The server has taken what was written. */
  drained(): void;
  /** Some written bytes have not left yet. */
  behind(): void;
  /** Everything that was written has left, and the end of this side too. */
  finished(): void;
  /** The server sends no more. */
  ended(): void;
  /** Followed by `closed`. */
  failed(cause: Error): void;
  closed(): void;
}

/**
 * All connections read into this one buffer: Node hands over one read at a time, and a connection copies what it keeps. A new
 * buffer for each read would cost more than the read itself (test: `reads share a buffer`).
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

export class Transport {
  readonly writer: SocketWriter;
  readonly #socket: Socket;
  readonly #owner: TransportOwner;
  readonly #tap: Tap | undefined;

  /** @param isForeign whether the socket may be handed over to another protocol, which wants its `data` events */
  constructor(id: number, to: Destination, owner: TransportOwner, isForeign: boolean) {
    const { origin, settings } = to;
    this.#owner = owner;
    const callback = (size: number): boolean => this.#receive(READ_BUFFER.subarray(0, size));
    const options = isForeign ? {} : { onread: { buffer: READ_BUFFER, callback } };
    const socket = openSocket(origin, settings, options);
    this.#socket = socket;
    const { observe } = settings;
    const tap = (type: 'received' | 'sent') =>
      observe && ((bytes: Uint8Array) => observe({ type, connection: id, bytes }));
    this.#tap = tap('received');
    this.writer = new SocketWriter(socket, new Output(), tap('sent'), () => owner.behind());
    socket.on(origin.isSecure ? 'secureConnect' : 'connect', this.#onConnect);
    socket
      .on('drain', this.#onDrain)
      .on('finish', this.#onFinish)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose);
    if (isForeign) socket.on('data', this.#onData);
  }

  // ── Reading ──

  #receive(bytes: Uint8Array): boolean {
    this.#tap?.(Buffer.from(bytes));
    return this.#owner.received(bytes);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    if (!this.#receive(bytes)) this.#socket.pause();
  };

  resume(): void {
    this.#socket.resume();
  }

  // ── The life of the socket ──

  /** Whether the socket keeps the process alive. */
  set isNeeded(isNeeded: boolean) {
    if (isNeeded) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Whether everything has left, and the end of this side too. */
  get isFinished(): boolean {
    return this.#socket.writableFinished;
  }

  /**
   * Closes this side and lets the server close its own, so that no reset destroys bytes under way; over TLS it sends
   * close_notify (RFC 9112 9.6, 9.8). The socket keeps the process alive until then, because the program may await the end
   * (test: `the close that it awaits`).
   */
  close(): void {
    this.#socket.ref();
    this.writer.flush();
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Hands over the socket, paused. One listener stays, so that an error ends the socket and not the process. */
  handOver(): Socket {
    const socket = this.#socket;
    socket.pause();
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('finish', this.#onFinish);
    socket.on('error', destroyed).off('error', this.#onError);
    return socket.off('end', this.#onEnd).off('close', this.#onClose);
  }

  readonly #onConnect = (): void => this.#owner.connected();
  readonly #onDrain = (): void => this.#owner.drained();
  readonly #onFinish = (): void => this.#owner.finished();
  readonly #onEnd = (): void => {
    if (wasReset(this.#socket)) this.#onError(new Error('the server reset the connection'));
    else this.#owner.ended();
  };
  readonly #onError = (cause: Error): void => {
    this.#owner.failed(cause);
    this.#socket.destroy(); // if TLS fails after the handshake, Node leaves the socket open
  };
  readonly #onClose = (): void => this.#owner.closed();
}

function openSocket({ host, port, isSecure }: Origin, settings: ClientSettings, options: object): Socket {
  const where = { ...options, host, port, noDelay: true };
  if (!isSecure) return connect(where);
  const { secureContext, rejectUnauthorized, servername } = settings.tls;
  // rfc9110/4.2.2/secured
  return connectSecurely({
    ...where,
    secureContext,
    rejectUnauthorized,
    servername: servername ?? (isIP(host) === 0 ? host : ''), // an address is not a name (RFC 6066 3)
    ALPNProtocols: ['http/1.1'],
  });
}

/**
 * Whether an `end` event is really a reset. If a reset comes behind bytes that are still unread, Node 20 and 22 report an end,
 * and content that lasts until close would look complete. But after a reset the system no longer knows the peer, although our
 * side is still open (test: `that ends in a reset`). TLS marks its end by itself.
 */
function wasReset(socket: Socket): boolean {
  return !('encrypted' in socket) && !socket.writableEnded && socket.remoteAddress === undefined;
}

function destroyed(this: Socket): void {
  this.destroy();
}
