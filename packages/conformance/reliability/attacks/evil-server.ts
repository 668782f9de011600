/** An attacker that is a server, and a harmless one beside it. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Assault, octetsOf } from './attack.ts';

const PART = 64 * 1024;

export interface Servers {
  readonly evil: number;
  readonly harmless: number;
  stop(): void;
}

/** @param limit the most bytes that it sends, over all connections */
export async function startServers({ first = '', again }: Assault, limit: number): Promise<Servers> {
  let left = limit;
  const sockets = new Set<Socket>();
  const bytes = octetsOf(again?.bytes ?? '');
  const part = Buffer.alloc(again === undefined ? 0 : Math.ceil(PART / bytes.length) * bytes.length, bytes);
  const evil = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const pump = (): void => {
      if (socket.destroyed || part.length === 0 || left <= 0) return;
      left -= part.length;
      socket.write(part, (error) => error ?? pump());
    };
    socket.once('data', () => {
      if (first.length > 0) socket.write(first);
      pump();
    });
  }).listen(0, '127.0.0.1');
  const harmless = createHttpServer((_, response) => response.end('hello\n')).listen(0, '127.0.0.1');
  await Promise.all([once(evil, 'listening'), once(harmless, 'listening')]);
  return {
    evil: (evil.address() as AddressInfo).port,
    harmless: (harmless.address() as AddressInfo).port,
    stop() {
      evil.close();
      for (const socket of sockets) socket.destroy();
      harmless.close();
      harmless.closeAllConnections();
    },
  };
}
