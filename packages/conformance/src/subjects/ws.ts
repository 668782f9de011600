/**
 * ws as a WebSocket subject: the oracle for ws-mini. Its options are the defaults but for permessage-deflate, which it
 * leaves off and a suite wants to see.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Subject } from './subject.ts';

const GOING_AWAY = 1001;

export const ws: Subject = {
  what: 'ws, the oracle for ws-mini',
  scheme: 'ws',
  async start(options) {
    const server = new WebSocketServer({ ...options, perMessageDeflate: true });
    server.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on('error', () => {}); // the client broke a rule: ws has answered with a close code
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      port,
      close() {
        for (const socket of server.clients) socket.close(GOING_AWAY);
        return new Promise((resolve) => server.close(() => resolve()));
      },
    };
  },
};
