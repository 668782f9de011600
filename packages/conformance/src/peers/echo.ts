/** The two ends of RFC 862, each by tcp-echo and by bare `node:net`. */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as netConnect, type Socket } from 'node:net';
import { connect, createEchoServer } from 'tcp-echo';
import { readAll } from './http-peer.ts';

export interface EchoClientPeer {
  readonly name: string;
  /** Sends these, then says that there is no more, and answers all that comes back until the server says so too. */
  converse(port: number, writes: readonly Uint8Array[]): Promise<Uint8Array>;
}

export interface EchoServerPeer {
  readonly name: string;
  start(): Promise<{ port: number; close(): Promise<void> }>;
}

export const tcpEchoClient: EchoClientPeer = {
  name: 'tcp-echo',
  async converse(port, writes) {
    const client = await connect({ port });
    const back = readAll(client);
    for (const bytes of writes) await client.send(bytes);
    client.end();
    return back;
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
};

export const tcpEchoServer: EchoServerPeer = {
  name: 'tcp-echo',
  async start() {
    const server = createEchoServer();
    const { port } = await server.listen();
    return { port, close: () => server.destroy() };
  },
};

export const netEchoServer: EchoServerPeer = {
  name: 'node:net',
  async start() {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        server.close();
        for (const socket of sockets) socket.destroy();
        if (server.listening) await once(server, 'close');
      },
    };
  },
};
