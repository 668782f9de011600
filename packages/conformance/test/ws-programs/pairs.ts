// Programs that other people wrote for `ws`, with the server on one package and the client on another. The same tests with `ws`
// on both sides show that they expect what is right. Each program here uses another part of `ws`, and is the one of its kind
// that most people run.

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import * as ws from 'ws';
import * as browsers from 'ws-mini';
import * as ours from 'ws-mini/ws';

/** By the types that the programs ask for. */
const SERVERS = { ws, 'ws-mini/ws': ours } as unknown as Record<string, Pick<typeof ws, 'WebSocketServer'>>;
const CLIENTS: Record<string, { WebSocket: unknown }> = { ws, 'ws-mini/ws': ours, 'ws-mini': browsers };

export interface Pair {
  readonly server: string;
  readonly client: string;
  readonly WebSocketServer: typeof ws.WebSocketServer;
  readonly WebSocket: typeof globalThis.WebSocket;
}

export const PAIRS: readonly Pair[] = Object.entries(SERVERS).flatMap(([server, { WebSocketServer }]) =>
  Object.entries(CLIENTS).map(([client, { WebSocket }]) => {
    return { server, client, WebSocketServer, WebSocket: WebSocket as typeof globalThis.WebSocket };
  }),
);

/** As a title of `describe.each`. */
export const TITLE = 'the server on $server, the client on $client';

/** @returns the port */
export async function listening(
  server: Pick<Server, 'address'> & NodeJS.EventEmitter & { close(): unknown },
): Promise<number> {
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
