/**
 * A TCP server that keeps one of the contracts in a few plain lines, and breaks one rule of it if it is told to. Each fault is
 * one that beginners and hurried people make.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Contract } from '../../probes/tcp-server/contract.ts';
import type { ServerAddress } from '../../probes/wire-line.ts';

export type TcpFault =
  // ── any contract ──
  | 'one at a time'
  | 'one and no more'
  | 'dies of a reset'
  // ── echo ──
  | 'as text'
  | 'ends after an answer'
  | 'never pauses'
  | 'resumes once'
  // ── lengths ──
  | 'a read is a message'
  | 'lines of any length'
  // ── total ──
  | 'ends when they end'
  | 'waits for ever'
  | 'leaves bytes unread';

const LONGEST_LINE = 65_536;
const MOST_BYTES = 1_000_000;
/** Milliseconds. */
const IDLE = 2000;

export async function startPlainTcp(
  contract: Contract,
  fault?: TcpFault,
): Promise<{ readonly peer: ServerAddress; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let served = 0;
  const waiting: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      const next = waiting.shift();
      if (next !== undefined) serve[contract](next, fault);
    });
    socket.on('error', () => {
      if (fault === 'dies of a reset') close();
    });
    if (fault === 'one and no more' && served > 0) socket.destroy();
    else if (fault === 'one at a time' && sockets.size > 1) waiting.push(socket);
    else serve[contract](socket, fault);
    served++;
  });
  const close = (): void => {
    if (server.listening) server.close();
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { peer: { host: '127.0.0.1', port, path: `/${contract}` }, close: async () => close() };
}

const serve: Readonly<Record<Contract, (socket: Socket, fault: TcpFault | undefined) => void>> = {
  echo(socket, fault) {
    socket.on('data', (bytes) => {
      const hasRoom = socket.write(fault === 'as text' ? bytes.toString() : bytes);
      if (!hasRoom && fault !== 'never pauses') socket.pause();
      if (fault === 'ends after an answer') socket.end();
    });
    if (fault === 'resumes once') socket.once('drain', () => socket.resume());
    else socket.on('drain', () => socket.resume());
    socket.on('end', () => socket.end());
  },

  lengths(socket, fault) {
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      if (fault === 'a read is a message') return void socket.write(`${bytes.toString().trim().length}\n`);
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
        socket.write(`${end}\n`);
        rest = rest.subarray(end + 1);
      }
      if (rest.length > LONGEST_LINE && fault !== 'lines of any length') socket.destroy();
    });
    socket.on('end', () => socket.end());
  },

  total(socket, fault) {
    let total = 0;
    if (fault !== 'waits for ever') socket.setTimeout(IDLE, () => socket.destroy());
    socket.on('data', (bytes) => {
      total += bytes.length;
      if (total <= MOST_BYTES || socket.writableEnded) return;
      // What still comes is read, and dropped.
      socket.end('too many');
      if (fault === 'leaves bytes unread') socket.destroy();
    });
    socket.on('end', () => {
      if (fault === 'ends when they end') socket.end();
      else if (!socket.writableEnded) socket.end(`${total}`);
    });
  },
};
