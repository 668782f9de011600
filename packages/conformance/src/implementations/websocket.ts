/** The WebSocket servers and clients that are built in: each echoes, with permessage-deflate switched on. */
import { WebSocket } from 'ws-mini';
import {
  type EchoingClient,
  visits,
  type WebSocketClientPeer,
} from '../probes/websocket-client/client-peer.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { wsMini } from '../subjects/ws-mini.ts';
import { server } from './http.ts';
import type { Implementation } from './implementation.ts';
import { UNDICI, WS } from './versions.ts';

export const websocketServers: readonly Implementation<ServerAddress>[] = [
  server('ws-mini', '', async () => wsMini),
  server('ws', WS, async () => (await import('../subjects/ws.ts')).ws),
];

export const websocketClients: readonly Implementation<WebSocketClientPeer>[] = [
  client(
    'ws-mini',
    '',
    async () => (url, protocols) => echo(new WebSocket(url, [...protocols], { perMessageDeflate: true })),
  ),
  client('ws', WS, async () => {
    const { WebSocket: WsWebSocket } = await import('ws');
    return (url, protocols) => echo(new WsWebSocket(url, [...protocols]));
  }),
  client('undici.WebSocket', UNDICI, async () => {
    const { undiciWebSocketTo } = await import('../peers/undici.ts');
    return (url, protocols) => echo(undiciWebSocketTo(url, protocols));
  }),
];

function client(
  name: string,
  version: string | undefined,
  load: () => Promise<EchoingClient>,
): Implementation<WebSocketClientPeer> {
  return { name, version, start: async () => ({ peer: visits(await load()), close: async () => {} }) };
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
