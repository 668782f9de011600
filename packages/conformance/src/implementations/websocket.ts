/** The WebSocket servers and clients that are built in: each echoes, with permessage-deflate switched on. */
import { WebSocket as WsWebSocket } from 'ws';
import { WebSocket } from 'ws-mini';
import { undiciWebSocketTo } from '../peers/undici.ts';
import {
  type EchoingClient,
  visits,
  type WebSocketClientPeer,
} from '../probes/websocket-client/client-peer.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { ws } from '../subjects/ws.ts';
import { wsMini } from '../subjects/ws-mini.ts';
import { server } from './http.ts';
import type { Implementation } from './implementation.ts';
import { UNDICI, WS } from './versions.ts';

export const websocketServers: readonly Implementation<ServerAddress>[] = [
  server('ws-mini', '', wsMini),
  server('ws', WS, ws),
];

export const websocketClients: readonly Implementation<WebSocketClientPeer>[] = [
  client('ws-mini', '', (url, protocols) =>
    echo(new WebSocket(url, [...protocols], { perMessageDeflate: true })),
  ),
  client('ws', WS, (url, protocols) => echo(new WsWebSocket(url, [...protocols]))),
  client('undici.WebSocket', UNDICI, (url, protocols) => echo(undiciWebSocketTo(url, protocols))),
];

function client(name: string, version: string, visit: EchoingClient): Implementation<WebSocketClientPeer> {
  return { name, version, start: async () => ({ peer: visits(visit), close: async () => {} }) };
}

/** What the three have in common: the WHATWG class's handlers. */
interface Echoing {
  binaryType: string;
  onmessage: ((event: { data: never }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(data: never): void;
}

function echo(socket: unknown): Promise<void> {
  const echoing = socket as Echoing;
  echoing.binaryType = 'arraybuffer';
  echoing.onmessage = ({ data }) => echoing.send(data);
  return new Promise((resolve) => {
    echoing.onclose = () => resolve();
    echoing.onerror = () => {}; // close follows
  });
}
