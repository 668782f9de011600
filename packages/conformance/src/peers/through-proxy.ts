/** An open connection through a proxy, between an end of ws-mini, in either role, and somebody else's. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer as WsServer, type WebSocket as WsWebSocket } from 'ws';
import { type Connection, WebSocketServer, type WebSocketServerOptions } from 'ws-mini';
import { type CuttingProxy, startCuttingProxy, type Way } from './cutting-proxy.ts';

export interface Through<Ours, Peer> {
  readonly ours: Ours;
  readonly peer: Peer;
  readonly proxy: CuttingProxy;
  /** What ours sends travels this way. */
  readonly way: Way;
  stop(): Promise<void>;
}

const HERE = { port: 0, host: '127.0.0.1' };
/** Messages here are larger than what either would take by itself. */
const LARGEST = 256 * 1024 * 1024;

/** @param rest the size of the pieces that the proxy hands on */
export async function throughToClient<Peer>(
  options: WebSocketServerOptions,
  openPeer: (url: string) => Promise<Peer>,
  rest: number = Infinity,
): Promise<Through<Connection, Peer>> {
  const server = new WebSocketServer({ ...HERE, maxMessage: LARGEST, ...options });
  const accepted = once(server, 'connection') as Promise<[Connection]>;
  const proxy = await startCuttingProxy((await server.listening)!.port);
  proxy.cuts = { up: [], down: [], rest };
  const [peer, [ours]] = await Promise.all([openPeer(`ws://127.0.0.1:${proxy.port}/`), accepted]);
  const stop = async (): Promise<void> => {
    await proxy.close();
    await server.close();
  };
  return { ours, peer, proxy, way: 'down', stop };
}

/** @param rest the size of the pieces that the proxy hands on */
export async function throughToServer<Ours>(
  openOurs: (url: string) => Promise<Ours>,
  rest: number = Infinity,
): Promise<Through<Ours, WsWebSocket>> {
  const server = new WsServer({ ...HERE, perMessageDeflate: { threshold: 0 }, maxPayload: LARGEST });
  const accepted = once(server, 'connection') as Promise<[WsWebSocket]>;
  await once(server, 'listening');
  const proxy = await startCuttingProxy((server.address() as AddressInfo).port);
  proxy.cuts = { up: [], down: [], rest };
  const [ours, [peer]] = await Promise.all([openOurs(`ws://127.0.0.1:${proxy.port}/`), accepted]);
  const stop = async (): Promise<void> => {
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ours, peer, proxy, way: 'up', stop };
}
