/** The WebSocket servers: the one under test, and the oracle. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer as WsServer } from 'ws';
import { type Connection, WebSocketServer } from 'ws-mini';
import { ignoreMessage, type WebSocketEnd, type WebSocketServerPeer } from './websocket-peer.ts';
import { wsEnd } from './ws-end.ts';

export const wsMiniServer: WebSocketServerPeer = {
  name: 'ws-mini',
  async start(accept) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (connection) => accept(connectionEnd(connection)));
    const address = await server.listening;
    return {
      port: address!.port,
      async close() {
        for (const connection of server.connections) connection.terminate();
        await server.close();
      },
    };
  },
};

function connectionEnd(connection: Connection): WebSocketEnd {
  const end: WebSocketEnd = {
    send: (message) => void connection.send(message),
    onMessage: ignoreMessage,
    close: (code, reason) => void connection.close(code, reason),
    closed: new Promise((resolve) => connection.on('close', resolve)),
    destroy: () => void connection.terminate(),
  };
  connection.on('message', (message) => end.onMessage(message));
  return end;
}

export const wsServer: WebSocketServerPeer = {
  name: 'ws',
  async start(accept) {
    const server = new WsServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => accept(wsEnd(socket)));
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      close() {
        for (const socket of server.clients) socket.terminate();
        return new Promise((resolve) => server.close(() => resolve()));
      },
    };
  },
};
