// WebSocketServer: brings connections in, by whichever door (a port of its own, an http-mini server, a
// node:http server, or a socket that is handed over), keeps them, watches their deadlines, and lets
// them go. What it says to an opening handshake is decided in negotiation.ts.

import { EventEmitter } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { encodeResponseHead, type RequestHead } from 'http-mini/wire';
import { Connection } from '../connection/connection.ts';
import { Deflate, wishesOf } from '../connection/deflate.ts';
import { type ConnectionSettings, settingsFor } from '../connection/options.ts';
import { Queue } from '../connection/queue.ts';
import { dataOf, type Part } from '../connection/sender.ts';
import { isOwned } from '../connection/socket-owner.ts';
import { type Deadlined, Sweep, steady } from '../connection/sweep.ts';
import { guarded, tapFor } from '../connection/tap.ts';
import {
  encodeClose,
  encodeFrame,
  type HandshakeHead,
  Opcode,
  type OpeningRequest,
  sendableCode,
  WebSocketError,
} from '../wire/index.ts';
import { checked } from '../wire/options.ts';
import { Arrival, type ArrivalOwner, HandedOver, listenerFor, refuse } from './arrival.ts';
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
  SERVER_OPTIONS,
  type SwitchProtocols,
  type WebSocketServerEvents,
  type WebSocketServerOptions,
} from './options.ts';
import { leaveUpgrades, takeUpgrades } from './upgrades.ts';

export class WebSocketServer
  extends EventEmitter<WebSocketServerEvents>
  implements AsyncIterable<Connection>
{
  /** Open and closing ones. */
  readonly connections: Set<Connection> = new Set();
  /** Fulfilled when the server listens. Rejected if it cannot; not looking at it is fine. */
  readonly listening: Promise<AddressInfo | undefined>;
  readonly #options: WebSocketServerOptions;
  readonly #negotiation: NegotiationSettings;
  readonly #observe: WebSocketServerOptions['observe'];
  readonly #settings: ConnectionSettings;
  readonly #sweep: Sweep;
  readonly #server: NetServer | undefined;
  readonly #arrivals = new Set<Arrival | HandedOver>();
  /** In the sweep while there are connections, so that they need stand in one set only. */
  readonly #all: Deadlined = {
    check: (now) => {
      for (const connection of this.connections) {
        connection.check(now);
        // It was told of no 'close', if the user took away all listeners, or one of the user's threw.
        if (connection.readyState === 'closed') this.#remove(connection);
      }
    },
  };
  /** One listener for all connections: see socket-owner.ts. */
  readonly #left = listenerWith((connection) => this.#remove(connection));
  /** Those that no listener and no loop has been given, with their requests. */
  readonly #untaken = new Map<Connection, OpeningRequest>();
  /** How many of them have ended. */
  #untakenEnded = 0;
  /** Loops that have begun and were not left. */
  #loops = 0;
  /** Loops that wait for a connection, and the end for all. */
  readonly #queue = new Queue<Connection>();
  #isClosing = false;
  #closed: Promise<void> | undefined;

  /** @throws WebSocketError `option-invalid`: one that does not exist or is wrong; not exactly one of port, server, noServer */
  constructor(given: WebSocketServerOptions) {
    super();
    // Said here and not in `listening`, where a wrong option would end the process as if the port were busy; nor to each client.
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
    this.#settings = settingsFor({ ...options, clock, role: 'server', maskKey: undefined });
    const { heartbeat, closeTimeout } = this.#settings;
    this.#sweep = new Sweep([heartbeat, closeTimeout, handshakeTimeout], this.#settings.clock);
    const arrive = (socket: Socket): void => this.#arrive(socket);
    if (port !== undefined) this.#server = listenerFor(arrive, options.tls, handshakeTimeout);
    if (server !== undefined) takeUpgrades(server, options.path, this.#upgraded);
    this.on('newListener', this.#listenerAdded);
    this.listening = this.#server === undefined ? Promise.resolve(undefined) : this.#listen(this.#server);
  }

  #listen(server: NetServer): Promise<AddressInfo> {
    const { port, host } = this.#options;
    return new Promise((resolve, reject) => {
      server.on('error', (error) => {
        // If accepting failed once, the next may do.
        if (this.address === undefined) {
          // Told to whoever asks: a listener, a loop, `listening`; and if nobody does, the process ends with it,
          // since a server that never listened would be waited for in vain (test: "a busy port is not silent").
          reject(error);
          if (this.listenerCount('error') > 0 || this.#queue.isAwaited) this.listening.catch(ignore);
          this.#queue.end(this.listening as Promise<never>);
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

  /** Where the server listens; undefined before that, and for one without a port of its own. */
  get address(): AddressInfo | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined) ?? undefined;
  }

  // ---- Doors -----------------------------------------------------------------------------------

  #arrive(socket: Socket): void {
    const { maxHandshake = 16 * 1024, handshakeTimeout = 10_000 } = this.#options;
    const excess = this.#excess(this.#arrivals.size);
    if (excess !== undefined) return this.#refuse(socket, excess, false);
    const deadline = this.#settings.clock() + handshakeTimeout;
    const isObserved = this.#observe !== undefined;
    const arrival = new Arrival(socket, maxHandshake, deadline, isObserved, this.#doorkeeper);
    this.#arrivals.add(arrival);
    this.#sweep.add(arrival);
  }

  readonly #doorkeeper: ArrivalOwner = {
    arrived: (arrival, outcome) => {
      this.#sweep.delete(arrival);
      if (outcome instanceof WebSocketError) this.#refuse(arrival.socket, outcome, arrival.methodIsHead);
      else this.#welcome(arrival, outcome);
    },
    left: (arrival) => {
      this.#arrivals.delete(arrival);
      this.#sweep.delete(arrival);
    },
  };

  #welcome(arrival: Arrival, head: RequestHead): void {
    const outcome = negotiate(head, this.#negotiation, isSecured(arrival.socket));
    if (outcome instanceof Promise) void outcome.then((outcome) => this.#letIn(arrival, outcome));
    else this.#letIn(arrival, outcome);
  }

  #letIn(arrival: Arrival, outcome: Outcome): void {
    this.#arrivals.delete(arrival);
    const { socket, leftover, request, methodIsHead } = arrival;
    if (!socket.destroyed) this.#answer(outcome, socket, leftover, methodIsHead, request);
  }

  readonly #upgraded = (request: NodeRequest, socket: Socket, head: Uint8Array): void => {
    // A listener of the user's that came first may have handed it over already.
    if (!isOwned(socket)) void this.handleUpgrade(request, socket, head);
  };

  /**
   * Answers an opening handshake that somebody else has read.
   *
   * @param request a head of node:http or of http-mini/wire
   * @param socket without listeners; it belongs to the server from here on
   * @param head what came behind the request's head
   * @returns the connection, or undefined if the handshake was refused or the client has gone
   * @throws (rejected with) WebSocketError `socket-taken`: the socket was handed over before, to this server or another
   */
  async handleUpgrade(
    request: HandshakeHead | NodeRequest,
    socket: Socket,
    head: Uint8Array,
  ): Promise<Connection | undefined> {
    if (isOwned(socket))
      throw new WebSocketError('socket-taken', 'this socket was handed over before: call handleUpgrade once');
    const excess = this.#excess(this.#arrivals.size);
    const outcome = excess ?? negotiate(request, this.#negotiation, isSecured(socket));
    const agreement = outcome instanceof Promise ? await this.#awaited(socket, outcome) : outcome;
    if (agreement === undefined || socket.destroyed) return undefined;
    return this.#answer(agreement, socket, head, request.method === 'HEAD');
  }

  async #awaited(socket: Socket, outcome: Promise<Outcome>): Promise<Outcome | undefined> {
    const arrival = new HandedOver(socket, outcome);
    this.#arrivals.add(arrival);
    const result = await arrival.outcome;
    this.#arrivals.delete(arrival);
    return result;
  }

  /** @param bytes of the request, where they were kept */
  #answer(
    outcome: Outcome,
    socket: Socket,
    leftover: Uint8Array,
    methodIsHead: boolean,
    bytes?: Uint8Array,
  ): Connection | undefined {
    const agreement = this.#admit(outcome);
    if (agreement instanceof WebSocketError) {
      this.#refuse(socket, agreement, methodIsHead);
      return undefined;
    }
    const response = encodeResponseHead(101, undefined, agreement.fields);
    socket.write(response, 'latin1');
    // Without a door of our own somebody has called `handleUpgrade`, and is given the connection.
    const connection = this.#open(agreement, socket, leftover, this.#options.noServer === true);
    const observe = this.#observe;
    if (bytes !== undefined) observe?.({ type: 'handshake', direction: 'in', bytes }, connection);
    observe?.({ type: 'handshake', direction: 'out', bytes: Buffer.from(response, 'latin1') }, connection);
    return connection;
  }

  /**
   * A handler for an http-mini server: `createServer(sockets.handler(switchProtocols))`, or call it for
   * the requests that are for it.
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
      return switchProtocols(agreement.fields, (socket, leftover) => {
        const connection = this.#open(agreement, socket, leftover, false);
        // This may be later, when what was asked before is answered.
        if (this.#isClosing) void connection.close(1001);
      });
    };
  }

  /** Asked when there is an agreement: that may have taken a while. */
  #admit(agreement: Outcome): Outcome {
    return this.#excess(0) ?? agreement;
  }

  /** @param waiting those that count, beside the connections */
  #excess(waiting: number): WebSocketError | undefined {
    const { maxConnections = 10_000 } = this.#options;
    if (this.#isClosing) return new WebSocketError('too-many-connections', 'the server is closing');
    if (this.connections.size + this.#untakenEnded + waiting < maxConnections) return undefined;
    const message = `${maxConnections} connections are open, and no more may be (maxConnections)`;
    return new WebSocketError('too-many-connections', message);
  }

  #refuse(socket: Socket, error: WebSocketError, methodIsHead: boolean): void {
    this.#report(refuse(socket, error, this.#settings.closeTimeout, methodIsHead));
  }

  // ---- Connections -----------------------------------------------------------------------------

  #open(agreement: Agreement, socket: Socket, leftover: Uint8Array, isTaken: boolean): Connection {
    const { request, protocol, extensions, deflate } = agreement;
    const observe = this.#observe;
    const wishes = this.#negotiation.deflate;
    const connection: Connection = new Connection(socket, leftover, this.#settings, {
      protocol,
      extensions,
      deflate: deflate && new Deflate('server', deflate, wishes, this.#options.maxMessage),
      tap: observe && tapFor((observation) => observe(observation, connection)),
    });
    this.connections.add(connection);
    this.#sweep.add(this.#all);
    connection.on('close', this.#left);
    const isHeard = this.#introduce(connection, request);
    if (this.#queue.isAwaited) this.#queue.push(connection);
    // Without a listener, it waits for the first one, or for a loop.
    else if (!isHeard && (!isTaken || this.#loops > 0)) this.#untaken.set(connection, request);
    return connection;
  }

  #introduce(connection: Connection, request: OpeningRequest): boolean {
    try {
      return this.emit('connection', connection, request);
    } catch (error) {
      // The listener may not have taken it: tell the peer instead of letting it wait. What was thrown is the program's own.
      void connection.close(1011);
      throw error;
    }
  }

  readonly #listenerAdded = (event: string | symbol): void => {
    // This comes before the listener is there, hence the tick.
    if (event === 'connection' && this.#untaken.size > 0) process.nextTick(this.#handOut);
  };

  /** Of the user's. Ours stays, for the next 'connection' listener. */
  override removeAllListeners(event?: keyof WebSocketServerEvents): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    if (this.listenerCount('newListener') === 0) this.on('newListener', this.#listenerAdded);
    return this;
  }

  /** What came before there was a listener is for the first one. */
  readonly #handOut = (): void => {
    const [next] = this.#untaken;
    if (next === undefined || this.listenerCount('connection') === 0) return;
    this.#take(next[0]);
    // Each in a tick of its own: a listener that throws keeps none from the others.
    process.nextTick(this.#handOut);
    this.#introduce(...next);
  };

  #take(connection: Connection): Connection {
    this.#untaken.delete(connection);
    if (!this.connections.has(connection)) this.#untakenEnded--;
    return connection;
  }

  #remove(connection: Connection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.#sweep.delete(this.#all);
    // What it has said may still be read, but only a loop that is under way is sure to come back for it.
    if (!this.#untaken.has(connection)) return;
    if (this.#loops > 0) this.#untakenEnded++;
    else this.#untaken.delete(connection);
  }

  /**
   * The connections as they come, those included that came before and are not over; it ends when the server is closed.
   * A connection that ends while the loop is busy is still given to it, with what it has said.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Connection, undefined> {
    this.#loops++;
    let isLeft = false;
    const next = async (): Promise<IteratorResult<Connection, undefined>> => {
      const [connection] = this.#untaken.keys();
      return connection === undefined ? this.#queue.next() : { value: this.#take(connection), done: false };
    };
    const leave = async (): Promise<IteratorResult<Connection, undefined>> => {
      if (!isLeft) this.#leaveLoop();
      isLeft = true;
      return { value: undefined, done: true };
    };
    const iterator = { next, return: leave, [Symbol.asyncIterator]: () => iterator };
    return iterator;
  }

  #leaveLoop(): void {
    if (--this.#loops > 0) return;
    for (const connection of this.#untaken.keys())
      if (!this.connections.has(connection)) this.#take(connection);
  }

  /** Sends to many; the frame is built once. Who is closing, too slow or between two fragments is passed over. */
  broadcast(message: Part, to: Iterable<Connection> = this.connections): void {
    const payload = dataOf(message);
    const opcode = typeof payload === 'string' ? Opcode.text : Opcode.binary;
    const frame = encodeFrame({ opcode, payload });
    // As a Buffer, or every socket would make one of its own out of it.
    const shared = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    for (const connection of to) connection.sendFrame(shared);
  }

  /**
   * Takes no more connections, closes those there are, and waits for them: for each, until nothing has moved for
   * `closeTimeout`. To wait no longer, `terminate` those that are left in `connections`.
   *
   * @param code 1001 (going away) by default
   * @throws (rejected with) WebSocketError `close-code-not-sendable`, `control-data-too-long`; and nothing is closed
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
    // Closed before that, node:net may still begin to listen.
    await this.listening.catch(ignore);
    const stopped = new Promise((resolve) =>
      this.#server === undefined ? resolve(undefined) : this.#server.close(resolve),
    );
    // Who has asked is told (503), and who has not is not waited for.
    for (const arrival of this.#arrivals) if (!arrival.hasAsked) arrival.socket.destroy();
    const deadline = this.#settings.clock() + this.#settings.closeTimeout;
    // A `verify` may take for ever; `close` does not. Connections are not among these: they see to their own end.
    const cutOff: Deadlined = {
      check: (now) => {
        if (now >= deadline) for (const { socket } of this.#arrivals) socket.destroy();
      },
    };
    this.#sweep.add(cutOff);
    await Promise.all([...this.connections].map((connection) => connection.close(code, reason)));
    for (const arrival of this.#arrivals) if (arrival instanceof HandedOver) await arrival.outcome;
    await stopped;
    this.#sweep.delete(cutOff);
    this.#queue.end();
    this.emit('close');
  }

  /** Without a listener, 'error' would end the process (node:events). */
  #report(error: Error): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}

/** A listener that is told whose it is by `this`, as node:events has it. */
function listenerWith(listener: (connection: Connection) => void): (this: Connection) => void {
  return function (this: Connection) {
    listener(this);
  };
}

function isSecured(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

function ignore(): void {}
