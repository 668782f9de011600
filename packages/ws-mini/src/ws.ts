// The interface of the package `ws` 8, so that a program written for it runs on ws-mini when its import changes. The server,
// the client and the Connection of this package do all the work; here are only the names and shapes that such programs know.
//
// What it does not do throws by its name: a client's `agent` and `finishRequest` (use `createConnection`), `autoPong: false`,
// `protocolVersion: 8`, an option of `perMessageDeflate` that is not in ws's documentation, bytes sent as text that are not
// UTF-8. Without effect is what only tunes ws: `skipUTF8Validation`, `concurrencyLimit`, `mask`, `maxBufferedChunks`, zlib's
// options but `level`. `maxFragments` counts small ones. Fragments (`fin: false`) are never compressed. `followRedirects`
// follows nothing: a redirect is an unexpected response. There the response is complete, and the request can only be
// destroyed. A malformed request gets this package's status and text; if a callback throws, the client gets 500. `pause`
// holds messages; what is behind some of them, as a Ping or the peer's Close, is still read and answered. Of `headers`, a
// client leaves out those that the handshake sets itself, and Sec-WebSocket-Protocol: use `protocols`.

import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import { Duplex, type DuplexOptions } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { REASONS } from 'http-mini/wire';
import { checkTransport, isOwned } from './connection/transport.ts';
import { fromNode, type Refusal, type Verdict } from './server/negotiation.ts';
import type { RequestOptions } from './server/options.ts';
import { WebSocketServer as Core } from './server/server.ts';
import { acceptFor, type OpeningRequest, readOpeningRequest } from './wire/index.ts';
import { MAX_PAYLOAD, messageOf, raiseLater, type ServerOptions, settingsOf } from './ws/terms.ts';
import { attach, type Callback, WebSocket } from './ws/websocket.ts';

type Upgraded = (socket: WebSocket, request: IncomingMessage) => void;

interface ServerEvents {
  listening: [];
  connection: [socket: WebSocket, request: IncomingMessage];
  headers: [lines: string[], request: IncomingMessage];
  close: [];
  error: [error: Error];
  wsClientError: [error: Error, socket: Duplex, request: IncomingMessage];
}

export class WebSocketServer extends EventEmitter<ServerEvents> {
  readonly options: ServerOptions;
  readonly clients: Set<WebSocket> | undefined;
  readonly #core: Core;
  /** For `port`; else the program has the server, or hands the requests over. */
  readonly #own: NetServer | undefined;
  #state: 'running' | 'closing' | 'closed' = 'running';
  #leaveServer: () => void = () => {};

  constructor(options: ServerOptions, listening?: () => void) {
    super();
    const { port, host, backlog, server, noServer, clientTracking = true } = options;
    if ([port !== undefined && port !== null, server, noServer].filter(Boolean).length !== 1)
      throw new TypeError(
        'One and only one of the "port", "server", or "noServer" options must be specified',
      );
    // Programs also change these later.
    this.options = { maxPayload: MAX_PAYLOAD, clientTracking, WebSocket, ...options };
    if (clientTracking) this.clients = new Set();
    this.#core = new Core({
      noServer: true,
      maxConnections: Number.POSITIVE_INFINITY,
      ...settingsOf(options),
    }).on('error', heardIfThrown);
    const done: Upgraded = (socket, request) => this.emit('connection', socket, request);
    if (noServer) return;
    if (!server) this.#own = createServer((socket) => this.#core.accept(socket, this.#rules(socket, done)));
    this.#listenTo(server ?? this.#own!, done);
    this.#own?.listen({ port, host, backlog }, listening);
  }

  #listenTo(server: EventEmitter, done: Upgraded): void {
    const listeners = Object.entries({
      listening: () => this.emit('listening'),
      error: (error: Error) => this.emit('error', error),
      // Another listener may have taken the socket: then there is nothing left to do.
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        isOwned(socket) || this.handleUpgrade(request, socket, head, done),
    });
    for (const [name, listener] of listeners) server.on(name, listener as () => void);
    this.#leaveServer = () => {
      for (const [name, listener] of listeners) server.off(name, listener as () => void);
    };
  }

  address(): ReturnType<NetServer['address']> {
    if (this.options.noServer) throw new Error('The server is operating in "noServer" mode');
    return this.#state === 'running' ? (this.#own ?? this.options.server)!.address() : null;
  }

  /** Whether the request is for this server: a program may replace it. */
  shouldHandle({ url = '' }: IncomingMessage): boolean | number {
    return !this.options.path || url.replace(/\?.*/s, '') === this.options.path;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: Upgraded): void {
    if (isOwned(socket))
      throw new Error('server.handleUpgrade() was called more than once with the same socket');
    checkTransport(socket);
    const error = this.listenerCount('wsClientError') > 0 && objectionTo(request);
    if (error) this.emit('wsClientError', error, socket, request);
    else
      this.#core.handleUpgrade(request, socket, head, this.#rules(socket, done, request)).catch(raiseLater);
  }

  /** @param given the request, if node:http has read it */
  #rules(socket: Duplex, done: Upgraded, given?: IncomingMessage): RequestOptions {
    let request: IncomingMessage;
    return {
      verify: (opening) => {
        request = given ?? messageOf(opening.fields, { method: 'GET', url: opening.target }, socket);
        if (this.#state !== 'running') return refusal(503);
        return this.shouldHandle(request) ? this.#verdict(opening, request, socket) : refusal(400);
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
        const added = lines.filter((line) => !own.has(line));
        return added.map((line) => line.split(/: *(.*)/s) as [string, string]);
      },
      onOpen: (connection) => {
        const made = new this.options.WebSocket!(null, undefined, this.options);
        attach(made, connection, this.options, socket);
        this.#track(made);
        done(made, request);
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

  #track(socket: WebSocket): void {
    this.clients?.add(socket);
    socket.on('close', () => {
      this.clients?.delete(socket);
      if (this.#state === 'closing' && this.#own === undefined && this.clients?.size === 0) this.#closed();
    });
  }

  /** Takes no more; those that are open stay. */
  close(callback?: Callback): void {
    const isLate = this.#state === 'closed';
    if (callback)
      this.once('close', isLate ? () => callback(new Error('The server is not running')) : callback);
    if (isLate) return this.#closed();
    if (this.#state === 'closing') return;
    this.#state = 'closing';
    this.#leaveServer();
    // It waits for its connections.
    if (this.#own !== undefined) this.#own.close(() => this.#closed());
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
  socket.on('message', (data, isBinary) => {
    if (!stream.push(!isBinary && stream.readableObjectMode ? String(data) : data)) socket.pause();
  });
  socket.once('error', (error) => stream.destroy(error));
  socket.once('close', () => stream.destroyed || stream.push(null));
  return stream;
}

/** What is wrong with the request, if anything is. */
function objectionTo(request: IncomingMessage): Error | undefined {
  try {
    readOpeningRequest(fromNode(request));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** What `verifyClient`, `handleProtocols` and the listeners of 'headers' throw. Other refusals are of the clients' making. */
function heardIfThrown(error: Error & { code?: string }): void {
  if (error.code === 'handshake-not-checked') raiseLater(error.cause);
}

function refusal(status: number, text?: string, headers?: Refusal['headers']): Verdict {
  const body = text ?? REASONS[status] ?? '';
  return { status, headers: { 'Content-Type': 'text/html', ...headers }, body };
}

Object.assign(WebSocket, { WebSocket, WebSocketServer, Server: WebSocketServer, createWebSocketStream });

export type { RawData } from './ws/listeners.ts';
export type { ClientOptions, Data, ServerOptions } from './ws/terms.ts';
export { WebSocket } from './ws/websocket.ts';
/** `require` gives the class, which has the others as members. */
export { WebSocket as 'module.exports', WebSocketServer as Server };
/** As in ws, which has it by both names. @alias */
export default WebSocket;
