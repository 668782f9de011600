// WebSocketServer: brings connections in, by whichever door (a port of its own, an http-mini server, a
// node:http server, or a socket that is handed over), keeps them, watches their deadlines, and lets
// them go. What it says to an opening handshake is decided in negotiation.ts.

import { EventEmitter } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { encodeResponseHead, type RequestHead } from 'http-mini/wire';
import { Arrival, type ArrivalOwner, HandedOver, listenerFor, refuse } from './arrival.ts';
import { Connection } from './connection/connection.ts';
import { Deflate, wishesOf } from './connection/deflate.ts';
import { loop } from './connection/loop.ts';
import { type ConnectionSettings, settingsFor } from './connection/options.ts';
import { Queue } from './connection/queue.ts';
import { isOwned } from './connection/socket-owner.ts';
import { type Agreement, type NodeRequest, negotiate, type Outcome, refusalFor } from './negotiation.ts';
import type {
  HttpMiniRequest,
  SwitchProtocols,
  WebSocketServerEvents,
  WebSocketServerOptions,
} from './server-options.ts';
import { type Deadlined, Sweep } from './sweep.ts';
import { tapFor } from './tap.ts';
import { leaveUpgrades, takeUpgrades } from './upgrades.ts';
import { encodeFrame, type HandshakeHead, Opcode, WebSocketError } from './wire/index.ts';

export class WebSocketServer
  extends EventEmitter<WebSocketServerEvents>
  implements AsyncIterable<Connection>
{
  /** Open and closing ones. */
  readonly connections: Set<Connection> = new Set();
  /** Fulfilled when the server listens. Rejected if it cannot; not looking at it is fine. */
  readonly listening: Promise<AddressInfo | undefined>;
  readonly #options: WebSocketServerOptions;
  readonly #settings: ConnectionSettings;
  readonly #sweep: Sweep;
  readonly #server: NetServer | undefined;
  readonly #arrivals = new Set<Arrival | HandedOver>();
  /** In the sweep while there are connections, so that they need stand in one set only. */
  readonly #all: Deadlined = {
    check: (now) => {
      for (const connection of this.connections) connection.check(now);
    },
  };
  /** One listener for all connections: see socket-owner.ts. */
  readonly #left = listenerWith((connection) => {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.#sweep.delete(this.#all);
  });
  readonly #queue = new Queue<Connection>();
  #isClosing = false;

  /** @throws WebSocketError `option-invalid`: not exactly one of port, server, noServer; port; perMessageDeflate */
  constructor(options: WebSocketServerOptions) {
    super();
    const { port, server, noServer, handshakeTimeout = 10_000 } = options;
    if ([port !== undefined, server !== undefined, noServer === true].filter(Boolean).length !== 1)
      throw new WebSocketError(
        'option-invalid',
        'a server needs one of these options: port, server, noServer',
      );
    // Said here and not in `listening`, where a wrong option would end the process as if the port were busy.
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
      throw new WebSocketError('option-invalid', `port is ${port}, but must be from 0 to 65535`);
    // Said here and not to each client.
    wishesOf(options.perMessageDeflate);
    this.#options = options;
    this.#settings = settingsFor({ ...options, role: 'server', maskKey: undefined });
    const { heartbeat, closeTimeout, clock } = this.#settings;
    this.#sweep = new Sweep([heartbeat, closeTimeout, handshakeTimeout], clock);
    if (server !== undefined) takeUpgrades(server, options.path, this.#upgraded);
    const arrive = (socket: Socket): void => this.#arrive(socket);
    if (port !== undefined) this.#server = listenerFor(arrive, options.tls, handshakeTimeout);
    this.listening = this.#server === undefined ? Promise.resolve(undefined) : this.#listen(this.#server);
  }

  #listen(server: NetServer): Promise<AddressInfo> {
    const { port, host } = this.#options;
    return new Promise((resolve, reject) => {
      server.on('error', (error) => {
        const isHeard = this.#report(error);
        if (this.address !== undefined) return; // accepting failed once: the next may do
        // Told to whoever asks: a listener, a loop, `listening`; and if nobody does, the process ends with it,
        // since a server that never listened would be waited for in vain (test: "a busy port is not silent").
        reject(error);
        if (isHeard || this.#queue.isAwaited) this.listening.catch(ignore);
        this.#queue.end(this.listening as Promise<never>);
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
    const isObserved = this.#options.observe !== undefined;
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
    const outcome = negotiate(head, this.#options);
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
    const outcome = excess ?? negotiate(request, this.#options);
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
    const connection = this.#open(agreement, socket, leftover);
    const { observe } = this.#options;
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
      const agreement = this.#admit(await negotiate(head, this.#options));
      if (agreement instanceof WebSocketError) {
        this.#report(agreement);
        return refusalFor(agreement);
      }
      return switchProtocols(agreement.fields, (socket, leftover) => this.#open(agreement, socket, leftover));
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
    if (this.connections.size + waiting < maxConnections) return undefined;
    const message = `${maxConnections} connections are open, and no more may be (maxConnections)`;
    return new WebSocketError('too-many-connections', message);
  }

  #refuse(socket: Socket, error: WebSocketError, methodIsHead: boolean): void {
    this.#report(refuse(socket, error, this.#settings.closeTimeout, methodIsHead));
  }

  // ---- Connections -----------------------------------------------------------------------------

  #open(agreement: Agreement, socket: Socket, leftover: Uint8Array): Connection {
    const { request, protocol, extensions, deflate } = agreement;
    const { observe, maxMessage, perMessageDeflate } = this.#options;
    const connection: Connection = new Connection(socket, leftover, this.#settings, {
      protocol,
      extensions,
      deflate: deflate && new Deflate('server', deflate, wishesOf(perMessageDeflate), maxMessage),
      tap: observe && tapFor((observation) => observe(observation, connection)),
    });
    this.connections.add(connection);
    this.#sweep.add(this.#all);
    connection.on('close', this.#left);
    const isHeard = this.emit('connection', connection, request);
    // Nobody listens: somebody will iterate, perhaps a little later. But who calls `handleUpgrade` has it.
    if (this.#queue.isAwaited || (!isHeard && this.#options.noServer !== true)) this.#queue.push(connection);
    return connection;
  }

  /** The connections as they come, those included that came before; it ends when the server is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Connection, undefined> {
    return loop(() => this.#queue.next());
  }

  /** Sends to many; the frame is built once. Who is closing, too slow or between two fragments is passed over. */
  broadcast(message: string | Uint8Array, to: Iterable<Connection> = this.connections): void {
    const opcode = typeof message === 'string' ? Opcode.text : Opcode.binary;
    const frame = encodeFrame({ opcode, payload: message });
    // As a Buffer, or every socket would make one of its own out of it.
    const shared = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    for (const connection of to) connection.sendFrame(shared);
  }

  /**
   * Takes no more connections, closes those there are, and waits for them: for each, until nothing has moved for
   * `closeTimeout`. To wait no longer, `terminate` those that are left in `connections`.
   *
   * @param code 1001 (going away) by default
   */
  async close(code = 1001, reason = ''): Promise<void> {
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
    // A `verify` may take for ever; `close` does not.
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
  #report(error: Error): boolean {
    return this.listenerCount('error') > 0 && this.emit('error', error);
  }
}

/** A listener that is told whose it is by `this`, as node:events has it. */
function listenerWith(listener: (connection: Connection) => void): (this: Connection) => void {
  return function (this: Connection) {
    listener(this);
  };
}

function ignore(): void {}
