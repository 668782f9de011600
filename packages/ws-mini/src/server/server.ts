// WebSocketServer takes connections from its own port, from an http-mini server, from a node:http server, or
// as a socket that the user hands over. It keeps them, watches their deadlines, and lets them go.
// negotiation.ts decides how it answers an opening handshake.

import { EventEmitter } from 'node:events';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { encodeResponseHead, reasonOf } from 'http-mini/wire';
import { checked } from '../connection/checks.ts';
import { Connection } from '../connection/connection.ts';
import { Deflate, wishesOf } from '../connection/deflate.ts';
import { bytesObserver, guarded } from '../connection/observe.ts';
import { type ConnectionSettings, settingsFor } from '../connection/options.ts';
import { dataOf, type Part } from '../connection/sender.ts';
import { type Deadlined, Sweep, steady, timerFor } from '../connection/sweep.ts';
import { checkTransport, isOwned } from '../connection/transport.ts';
import {
  encodeClose,
  encodeFrame,
  type HandshakeHead,
  Opcode,
  type OpeningRequest,
  sendableCode,
  WebSocketError,
} from '../wire/index.ts';
import { Arrival, type Arrived, Verification } from './arrival.ts';
import { Handshakes } from './handshakes.ts';
import {
  type Agreement,
  type NegotiationSettings,
  type NodeRequest,
  negotiate,
  type Outcome,
  refusalFor,
} from './negotiation.ts';
import {
  type HttpMiniRequest,
  REQUEST_OPTIONS,
  type RequestOptions,
  SERVER_OPTIONS,
  type SwitchProtocols,
  type WebSocketServerEvents,
  type WebSocketServerOptions,
} from './options.ts';
import { refuse } from './refuse.ts';
import { Untaken } from './untaken.ts';
import { leaveUpgrades, takeUpgrades } from './upgrades.ts';

/** Who has asked, and how. */
interface Client {
  readonly transport: Duplex;
  /** The bytes that came behind the request's head. */
  readonly leftover: Uint8Array;
  readonly methodIsHead: boolean;
  /** The bytes of the head, if there is an observer and we have read it. */
  readonly request?: Uint8Array | undefined;
  /** The user gets the connection from `handleUpgrade`. */
  readonly isTaken?: boolean;
  /** What was decided for this request alone. */
  readonly own?: RequestOptions | undefined;
}

export class WebSocketServer
  extends EventEmitter<WebSocketServerEvents>
  implements AsyncIterable<Connection>
{
  /** The open and the closing connections. */
  readonly connections: Set<Connection> = new Set();
  /** Fulfilled when the server listens, rejected if it cannot. If there is an 'error' listener, one may ignore it. */
  readonly listening: Promise<AddressInfo | undefined>;
  readonly #options: WebSocketServerOptions;
  readonly #negotiation: NegotiationSettings;
  readonly #observe: WebSocketServerOptions['observe'];
  readonly #settings: ConnectionSettings;
  readonly #sweep: Sweep;
  readonly #server: NetServer | undefined;
  readonly #arrivals = new Set<Arrival | Verification>();
  /** One member of the sweep for all connections, so that each connection is in only one set. */
  readonly #all: Deadlined = {
    check: (now) => {
      for (const connection of this.connections) connection.check(now);
    },
  };
  readonly #untaken = new Untaken();
  readonly #handshakes = new Handshakes();
  #isClosing = false;
  #closed: Promise<void> | undefined;

  /** @throws WebSocketError `option-invalid`: an unknown or wrong option; not exactly one of port, server, noServer */
  constructor(given: WebSocketServerOptions) {
    super();
    // Check here: later, a wrong option would end the process as a busy port does, or be an error for each client.
    const options = checked(given, SERVER_OPTIONS);
    const { port, server, noServer, handshakeTimeout = 10_000, observe } = options;
    if ([port !== undefined, server !== undefined, noServer === true].filter(Boolean).length !== 1)
      throw new WebSocketError(
        'option-invalid',
        'a server needs one of these options: port, server, noServer',
      );
    this.#options = options;
    this.#negotiation = { ...options, deflate: wishesOf(options.perMessageDeflate) };
    this.#observe = observe && guarded(observe, (error) => this.#report(error));
    const clock = options.clock && steady(options.clock);
    this.#settings = settingsFor({ ...options, clock, role: 'server' }, (connection) =>
      this.#remove(connection),
    );
    const { heartbeat, closeTimeout } = this.#settings;
    this.#sweep = new Sweep([heartbeat, closeTimeout, handshakeTimeout], this.#settings.clock);
    const arrive = (transport: Duplex): void => this.#arrive(transport);
    if (port !== undefined) this.#server = listenerFor(arrive, options.tls, handshakeTimeout);
    if (this.#server !== undefined && options.tls !== undefined) this.#handshakes.watch(this.#server);
    if (server !== undefined) takeUpgrades(server, options.path, this.#upgraded);
    this.on('newListener', this.#listenerAdded);
    this.listening = this.#server === undefined ? Promise.resolve(undefined) : this.#listen(this.#server);
  }

  #listen(server: NetServer): Promise<AddressInfo> {
    const { port, host } = this.#options;
    return new Promise((resolve, reject) => {
      server.on('error', (error) => {
        // If only accepting failed, the next socket may succeed: go on.
        if (this.address === undefined) {
          // An 'error' listener, a loop and `listening` all get the error. If the program uses none of them, the rejected
          // promise ends the process, because it would wait in vain for a server that never listens
          // (test: "a busy port is not silent").
          reject(error);
          if (this.listenerCount('error') > 0 || this.#untaken.isAwaited) this.listening.catch(ignore);
          this.#untaken.close(this.listening as Promise<never>);
        }
        this.#report(error);
      });
      server.listen({ port, host }, () => {
        const address = server.address() as AddressInfo;
        resolve(address);
        this.emit('listening', address);
      });
    });
  }

  /** The address on which the server listens; undefined before that, and if it has no port of its own. */
  get address(): AddressInfo | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined) ?? undefined;
  }

  // ---- Doors -----------------------------------------------------------------------------------

  /**
   * Serves a transport that somebody else has opened: a socket, with TLS or without, a tunnel, one end of a pair in memory.
   * The server reads the opening handshake from it. From here on it belongs to the server, which ends and destroys it; at
   * once if it has ended already. It must emit `close`, as every stream does unless it is told not to.
   *
   * @param own `protocols`, `verify`, `headers` for this request alone, instead of the server's, and `onOpen`
   * @throws WebSocketError `transport-not-usable`: it is no Duplex of bytes; `transport-taken`: a WebSocket has it, or had
   * it; `option-invalid`
   */
  accept(transport: Duplex, own?: RequestOptions): void {
    checkTransport(transport);
    const decided = own && checked(own, REQUEST_OPTIONS);
    // Its `end` or `close` may have come already.
    if (!transport.readable || !transport.writable) return void transport.on('error', ignore).destroy();
    this.#arrive(transport, decided);
  }

  #arrive(transport: Duplex, own?: RequestOptions): void {
    const { maxHandshake = 16 * 1024, handshakeTimeout = 10_000 } = this.#options;
    const excess = this.#excess(this.#arrivals.size);
    if (excess !== undefined) return this.#refuse(transport, excess, false);
    const deadline = this.#settings.clock() + handshakeTimeout;
    const isObserved = this.#observe !== undefined;
    const arrived = own === undefined ? this.#arrived : this.#arrivedWith(own);
    const arrival = new Arrival(transport, maxHandshake, deadline, isObserved, arrived);
    this.#arrivals.add(arrival);
    this.#sweep.add(arrival);
  }

  #arrivedWith(own?: RequestOptions): Arrived {
    return (arrival, outcome) => {
      this.#sweep.delete(arrival);
      this.#arrivals.delete(arrival);
      const { transport, leftover, methodIsHead, request } = arrival;
      if (outcome instanceof WebSocketError) this.#refuse(transport, outcome, methodIsHead);
      else if (outcome !== undefined)
        void this.#welcome(outcome, { transport, leftover, methodIsHead, request, own });
    };
  }

  /** For all arrivals for which nothing was decided alone. */
  readonly #arrived: Arrived = this.#arrivedWith();

  readonly #upgraded = (request: NodeRequest, transport: Duplex, head: Uint8Array): void => {
    // An earlier listener of the user's may have called `handleUpgrade` already.
    if (!isOwned(transport)) void this.handleUpgrade(request, transport, head);
  };

  /**
   * Answers an opening handshake whose request another server has read.
   *
   * @param request a head of node:http or of http-mini/wire
   * @param transport has no listeners; from here on it belongs to this server
   * @param head the bytes that came behind the request's head
   * @param own `protocols`, `verify`, `headers` for this request alone, instead of the server's, and `onOpen`
   * @returns the connection, or undefined if the handshake was refused or the client has gone
   * @throws (rejected with) WebSocketError as `accept` does
   */
  async handleUpgrade(
    request: HandshakeHead | NodeRequest,
    transport: Duplex,
    head: Uint8Array,
    own?: RequestOptions,
  ): Promise<Connection | undefined> {
    checkTransport(transport);
    const decided = own && checked(own, REQUEST_OPTIONS);
    if (transport.destroyed) return undefined; // as in `accept`
    const methodIsHead = request.method === 'HEAD';
    const excess = this.#excess(this.#arrivals.size);
    const isTaken = this.#options.noServer === true;
    if (excess === undefined)
      return this.#welcome(request, { transport, leftover: head, methodIsHead, isTaken, own: decided });
    this.#refuse(transport, excess, methodIsHead);
    return undefined;
  }

  #welcome(
    head: HandshakeHead | NodeRequest,
    client: Client,
  ): Connection | undefined | Promise<Connection | undefined> {
    const settings = client.own === undefined ? this.#negotiation : { ...this.#negotiation, ...client.own };
    const outcome = negotiate(head, settings, isSecured(client.transport));
    if (!(outcome instanceof Promise)) return this.#answer(outcome, client);
    const verification = new Verification(client.transport, outcome);
    this.#arrivals.add(verification);
    return verification.outcome.then((outcome) => {
      this.#arrivals.delete(verification);
      return outcome && this.#answer(outcome, client);
    });
  }

  #answer(outcome: Outcome, client: Client): Connection | undefined {
    const { transport, methodIsHead, request } = client;
    if (transport.destroyed) return undefined;
    const agreement = this.#admit(outcome);
    if (agreement instanceof WebSocketError) {
      this.#refuse(transport, agreement, methodIsHead);
      return undefined;
    }
    const response = encodeResponseHead(101, undefined, agreement.fields);
    transport.write(response, 'latin1');
    const connection = this.#open(agreement, client);
    const observe = this.#observe;
    if (request !== undefined) observe?.({ type: 'handshake', direction: 'in', bytes: request }, connection);
    observe?.({ type: 'handshake', direction: 'out', bytes: Buffer.from(response, 'latin1') }, connection);
    return connection;
  }

  /**
   * A handler for an http-mini server: `createServer(sockets.handler(switchProtocols))`. Or call it from your own
   * handler, for the requests that open a WebSocket.
   */
  handler<Response>(
    switchProtocols: SwitchProtocols<Response>,
  ): (request: HttpMiniRequest) => Promise<Response | ReturnType<typeof refusalFor>> {
    return async ({ method, target, version, headers }) => {
      const head = { method, target, version, fields: headers };
      const agreement = this.#admit(await negotiate(head, this.#negotiation, true));
      if (agreement instanceof WebSocketError) {
        this.#report(agreement);
        return refusalFor(agreement);
      }
      return switchProtocols(agreement.fields, (transport, leftover) => {
        const connection = this.#open(agreement, { transport, leftover });
        // This may run later, after the answers to earlier requests: the server may be closing by then.
        if (this.#isClosing) void connection.close(1001);
      });
    };
  }

  /** Checks the limit once more: the negotiation may have taken a while. */
  #admit(agreement: Outcome): Outcome {
    return this.#excess(0) ?? agreement;
  }

  /** @param waiting how many arrivals count, beside the connections */
  #excess(waiting: number): WebSocketError | undefined {
    const { maxConnections = 10_000 } = this.#options;
    if (this.#isClosing) return new WebSocketError('too-many-connections', 'the server is closing');
    if (this.connections.size + this.#untaken.ended + waiting < maxConnections) return undefined;
    const message = `${maxConnections} connections are open, and no more may be (maxConnections)`;
    return new WebSocketError('too-many-connections', message);
  }

  #refuse(transport: Duplex, error: WebSocketError, methodIsHead: boolean): void {
    this.#report(refuse(transport, error, this.#settings.closeTimeout, methodIsHead));
  }

  // ---- Connections -----------------------------------------------------------------------------

  #open(
    agreement: Agreement,
    { transport, leftover, isTaken = false, own }: Pick<Client, 'transport' | 'leftover' | 'isTaken' | 'own'>,
  ): Connection {
    const { request, protocol, extensions, deflate } = agreement;
    const observe = this.#observe;
    const wishes = this.#negotiation.deflate;
    const connection: Connection = new Connection(transport, leftover, this.#settings, {
      protocol,
      extensions,
      deflate: deflate && new Deflate('server', deflate, wishes, this.#options.maxMessage),
      observer: observe && bytesObserver((observation) => observe(observation, connection)),
    });
    this.connections.add(connection);
    this.#sweep.add(this.#all);
    const isHeard = this.#introduce(connection, request, own?.onOpen);
    // A loop that waits gets it even if a listener has heard of it; others only if none has.
    if (own?.onOpen === undefined && !this.#untaken.give(connection) && !isHeard)
      this.#untaken.add(connection, request, isTaken);
    return connection;
  }

  /** @returns whether a listener, or the function that this request has for it, has heard of the connection */
  #introduce(connection: Connection, request: OpeningRequest, onOpen?: RequestOptions['onOpen']): boolean {
    try {
      if (onOpen === undefined) return this.emit('connection', connection, request);
      onOpen(connection, request);
      return true;
    } catch (error) {
      // The listener may not have taken the connection: close it, so that the peer does not wait.
      void connection.close(1011);
      // The error is the user's. Thrown here, it might reject a promise instead (`callbacks.test.ts`, "through any door").
      process.nextTick(raise, error);
      return true;
    }
  }

  readonly #listenerAdded = (event: string | symbol): void => {
    // Node emits 'newListener' before it adds the listener, hence the tick.
    if (event === 'connection' && this.#untaken.size > 0) process.nextTick(this.#handOut);
  };

  /** Removes the user's listeners. Ours stays, for the next 'connection' listener. */
  override removeAllListeners(event?: keyof WebSocketServerEvents): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    if (this.listenerCount('newListener') === 0) this.on('newListener', this.#listenerAdded);
    return this;
  }

  /** Gives the connections that came before the first listener to it. */
  readonly #handOut = (): void => {
    if (this.listenerCount('connection') === 0) return;
    const next = this.#untaken.take();
    if (next === undefined) return;
    // Each in its own tick: if the listener throws, it still gets the others.
    process.nextTick(this.#handOut);
    this.#introduce(...next);
  };

  #remove(connection: Connection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.#sweep.delete(this.#all);
    this.#untaken.end(connection);
  }

  /**
   * The connections as they come, first those that came before the loop and have not ended; the loop ends when the server
   * is closed. If a connection ends while the loop is busy, the loop still gets it, with its messages.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Connection, undefined> {
    return this.#untaken.loop();
  }

  /**
   * Sends to many, and builds the frame once. Skips connections that are closing, too slow, or between two fragments.
   *
   * @throws WebSocketError `data-not-supported`; `frame-invalid` if one of `to` is a client's
   */
  broadcast(message: Part, to: Iterable<Connection> = this.connections): void {
    const payload = dataOf(message);
    const opcode = typeof payload === 'string' ? Opcode.text : Opcode.binary;
    const frame = encodeFrame({ opcode, payload });
    // As a Buffer: else every socket would make its own Buffer of it.
    const shared = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    for (const connection of to) connection.sendFrame(shared);
  }

  /**
   * Takes no more connections, closes the open ones, and waits until each has ended, or has made no progress for
   * `closeTimeout`. To wait no longer, `terminate` those that are left in `connections`.
   *
   * @param code default 1001 (going away)
   * @throws (rejected with) WebSocketError `close-code-not-sendable`, `control-data-too-long`; then nothing is closed
   */
  async close(code = 1001, reason = ''): Promise<void> {
    encodeClose(sendableCode(code), reason);
    this.#closed ??= this.#close(code, reason);
    return this.#closed;
  }

  async #close(code: number, reason: string): Promise<void> {
    this.#isClosing = true;
    const { server, path } = this.#options;
    if (server !== undefined) leaveUpgrades(server, path, this.#upgraded);
    // If we close it before that, node:net may still begin to listen.
    await this.listening.catch(ignore);
    const stopped = new Promise((resolve) =>
      this.#server === undefined ? resolve(undefined) : this.#server.close(resolve),
    );
    this.#handshakes.destroy();
    // Clients that have sent their request get a 503; do not wait for the others.
    for (const arrival of this.#arrivals) if (arrival instanceof Arrival) arrival.transport.destroy();
    const deadline = this.#settings.clock() + this.#settings.closeTimeout;
    // A `verify` may take for ever, but `close` must not. This deadline is for arrivals; connections have their own.
    const cutOff: Deadlined = {
      check: (now) => {
        if (now >= deadline) for (const { transport } of this.#arrivals) transport.destroy();
      },
    };
    this.#sweep.add(cutOff);
    await Promise.all([...this.connections].map((connection) => connection.close(code, reason)));
    for (const arrival of this.#arrivals) if (arrival instanceof Verification) await arrival.outcome;
    await stopped;
    this.#sweep.delete(cutOff);
    this.#untaken.close();
    this.emit('close');
  }

  /** Without a listener, 'error' would end the process (node:events). */
  #report(error: Error): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}

/** Makes the server that accepts sockets; with `tls`, after their TLS handshake. */
function listenerFor(
  arrive: (transport: Duplex) => void,
  tls: TlsOptions | undefined,
  deadline: number,
): NetServer {
  if (tls === undefined) return createServer(arrive);
  let server: NetServer;
  try {
    server = createTlsServer({ handshakeTimeout: timerFor(deadline), ...tls }, arrive);
  } catch (cause) {
    throw new WebSocketError('option-invalid', `tls cannot be used: ${reasonOf(cause)}`, { cause });
  }
  // Node reports a failed TLS handshake but keeps its socket open (`tls.test.ts`, "what is no TLS").
  return server.on('tlsClientError', (_, socket) => socket.destroy());
}

function isSecured(transport: Duplex): boolean {
  return (transport as Partial<TLSSocket>).encrypted === true;
}

function ignore(): void {}

function raise(error: unknown): never {
  throw error;
}
