/**
 * ws-mini as a WebSocket subject, on default options but for permessage-deflate, which a suite wants to see. It reads
 * the next message when the peer has taken the last one, so a client that sends and does not read costs it bounded
 * memory.
 */
import { type Connection, WebSocketServer } from 'ws-mini';
import type { Subject } from './subject.ts';

export const wsMini: Subject = {
  what: "ws-mini's server",
  scheme: 'ws',
  async start(options) {
    const server = new WebSocketServer({ ...options, perMessageDeflate: true });
    server.on('connection', (connection) => void echo(connection));
    const address = await server.listening;
    return { port: address!.port, close: () => server.close() };
  },
};

async function echo(connection: Connection): Promise<void> {
  for await (const message of connection) await connection.send(message);
}
