/** The two ends of RFC 862, each by tcp-echo and by bare `node:net`. */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as netConnect, type Socket } from 'node:net';
import { connect, createEchoServer } from 'tcp-echo';
import { readAll } from './http-peer.ts';

export interface EchoClientPeer {
  readonly name: string;
  /** Sends these, then says that there is no more, and answers all that comes back until the server says so too. */
  converse(port: number, writes: readonly Uint8Array[]): Promise<Uint8Array>;
  /** Sends these and closes, all in one turn; fulfilled when the connection is over. */
  sendAndClose(port: number, writes: readonly Uint8Array[]): Promise<void>;
}

export interface EchoServerPeer {
  readonly name: string;
  start(): Promise<RunningEcho>;
}

export interface RunningEcho {
  readonly port: number;
  /** Bytes that it has taken to echo them, over all connections. */
  readonly taken: number;
  /** Closes in peace: sends what it has taken, then says that there is no more. */
  end(): Promise<unknown>;
  /** Cuts what there is. */
  close(): Promise<void>;
}

export const tcpEchoClient: EchoClientPeer = {
  name: 'tcp-echo',
  async converse(port, writes) {
    const client = await connect({ port });
    const back = readAll(client);
    try {
      for (const bytes of writes) await client.send(bytes);
    } catch {} // the server has ended first, and what has come back says where
    client.end();
    return back;
  },
  async sendAndClose(port, writes) {
    const client = await connect({ port });
    for (const bytes of writes) void client.send(bytes);
    await client.close();
  },
};

export const netEchoClient: EchoClientPeer = {
  name: 'node:net',
  async converse(port, writes) {
    const socket = netConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const back = readAll(socket);
    for (const bytes of writes) socket.write(bytes);
    socket.end();
    return back;
  },
  async sendAndClose(port, writes) {
    const socket = netConnect({ port, host: '127.0.0.1' });
    for (const bytes of writes) socket.write(bytes);
    socket.end().resume();
    await once(socket, 'close');
  },
};

export const tcpEchoServer: EchoServerPeer = {
  name: 'tcp-echo',
  async start() {
    let taken = 0;
    const server = createEchoServer({
      observe: ({ stage, bytes = 0 }) => (taken += stage === 'written' ? bytes : 0),
    });
    const { port } = await server.listen();
    return {
      port,
      get taken() {
        return taken;
      },
      end: () => server.close(),
      close: () => server.destroy(),
    };
  },
};

export const netEchoServer: EchoServerPeer = {
  name: 'node:net',
  async start() {
    let taken = 0;
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.on('data', ({ length }) => (taken += socket.writableEnded ? 0 : length));
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ended = (): Promise<unknown> =>
      server.listening ? once(server.close(), 'close') : Promise.resolve();
    return {
      port: (server.address() as AddressInfo).port,
      get taken() {
        return taken;
      },
      end() {
        for (const socket of sockets) socket.unpipe().end().resume();
        return ended();
      },
      async close() {
        for (const socket of sockets) socket.destroy();
        await ended();
      },
    };
  },
};
