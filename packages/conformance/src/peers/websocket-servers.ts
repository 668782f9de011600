/** The WebSocket servers: the one under test, and the oracle. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer as WsServer } from 'ws';
import { WebSocketServer } from 'ws-mini';
import type { WebSocketServerPeer } from './websocket-peer.ts';
import { wsDeflate, wsEnd } from './ws-end.ts';
import { wsMiniEnd, wsMiniStreamsEnd } from './ws-mini-end.ts';

export const wsMiniServer: WebSocketServerPeer = wsMini('ws-mini', wsMiniEnd);
/** Reads each message part by part, as it comes. */
export const wsMiniStreamsServer: WebSocketServerPeer = wsMini('ws-mini streams', wsMiniStreamsEnd);

function wsMini(name: string, endOf: typeof wsMiniEnd): WebSocketServerPeer {
  return {
    name,
    async start(accept, deflate) {
      const perMessageDeflate = deflate && { ...deflate, threshold: 0 };
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
      server.on('connection', (connection) => accept(endOf(connection)));
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
}

export const wsServer: WebSocketServerPeer = {
  name: 'ws',
  async start(accept, deflate) {
    const server = new WsServer({ port: 0, host: '127.0.0.1', perMessageDeflate: wsDeflate(deflate) });
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
