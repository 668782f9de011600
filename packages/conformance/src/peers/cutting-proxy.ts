/**
 * A proxy that hands the bytes on in the pieces that it is told, each in a write and a turn of its own: it stands between
 * two peers that believe in one `data` event for one message. On this machine each piece then arrives by itself; the
 * test `every piece arrives by itself` shows it. It reads no more before a piece is taken, so with small pieces it is a
 * slow link, and what is sent waits where it comes from (test: `megabytes wait in the sender`).
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Pieces } from '../arbitraries/pieces.ts';

/** From the client to the server, or back. */
export type Way = 'up' | 'down';

export interface Cuts extends Readonly<Record<Way, Pieces>> {
  /** Bytes of each piece after those; as they come, unless told. */
  readonly rest?: number;
}

export interface CuttingProxy {
  readonly port: number;
  /** For connections from now on. */
  cuts: Cuts;
  /** Asked before each piece, with the bytes that a connection has passed on that way; the piece waits for the promise. */
  gate: ((way: Way, passed: number) => Promise<void> | undefined) | undefined;
  /** How many clients have opened. */
  connections: number;
  /** What clients have sent over all connections, if that is kept. */
  readonly sentByClients: Uint8Array[];
  /** The latest connection: the sockets to the client and to the server, to do to them what no cut does. */
  latest: { readonly client: Socket; readonly server: Socket } | undefined;
  close(): Promise<void>;
}

/** @param target the port of the server, on this machine */
export async function startCuttingProxy(target: number, keep = false): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const sentByClients: Uint8Array[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (client) => {
    const { cuts } = proxy;
    proxy.connections++;
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', () => {
        sockets.delete(socket);
        if (socket.readableEnded && socket.writableFinished) return;
        // Node keeps the handle of a socket that is reset after its end, and so the process.
        if (other.writableEnded) other.destroy();
        else other.resetAndDestroy();
      });
    }
    proxy.latest = { client, server: upstream };
    if (keep) client.on('data', (bytes) => sentByClients.push(Uint8Array.from(bytes))).pause();
    pass(upstream, client, 'down', cuts, proxy);
    if (!(await opened(upstream))) return;
    pass(client, upstream, 'up', cuts, proxy);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CuttingProxy = {
    port: (server.address() as AddressInfo).port,
    cuts: { up: [], down: [] },
    gate: undefined,
    connections: 0,
    sentByClients,
    latest: undefined,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Until the server reads; what is sent before it does would arrive in one piece. */
async function opened(socket: Socket): Promise<boolean> {
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  // One turn to accept the connection, one to begin to read.
  await nextTurn();
  await nextTurn();
  return !socket.destroyed;
}

/** Hands on what `from` sends, and its FIN. */
function pass(from: Socket, to: Socket, way: Way, cuts: Cuts, proxy: Pick<CuttingProxy, 'gate'>): void {
  const { [way]: pieces, rest = Infinity } = cuts;
  let passed = 0;
  let next = 0;
  let left = pieces[0] ?? rest;
  const hand = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length; ) {
      await proxy.gate?.(way, passed);
      const piece = bytes.subarray(at, at + Math.min(left, bytes.length));
      at += piece.length;
      passed += piece.length;
      left -= piece.length;
      if (left === 0) left = pieces[++next] ?? rest;
      await new Promise((resolve) => to.write(piece, resolve));
      // The receiver reads in the poll phase between this turn and the next.
      await nextTurn();
    }
    from.resume();
  };
  let handed = Promise.resolve();
  from.on('data', (bytes: Buffer) => {
    from.pause();
    handed = handed.then(() => hand(bytes));
  });
  // 'end' does not wait for a paused socket to be resumed.
  from.on('end', () => {
    const isReset = wasReset(from);
    void handed.then(() => (isReset ? from.resetAndDestroy() : to.end()));
  });
  // A client that only says FIN may have said it before the server was reached (test: `bytes come back as sent`).
  if (from.readableEnded) to.end();
  from.resume(); // it was paused where its bytes are kept
}

/**
 * Asked at an 'end': Node 20 and 22 make one of a reset, too, if that comes behind bytes which are read only then. A socket that is
 * still open on this side has a peer after a FIN, and none after a reset. Nobody may have asked for its address before, as
 * node:net remembers it (test: `a reset behind bytes goes through`).
 */
export function wasReset(socket: Socket): boolean {
  return !socket.writableEnded && socket.remoteAddress === undefined;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
