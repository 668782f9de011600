/** Ends of ws-mini that send megabytes through a proxy, in either role, by either interface, to somebody else's end. */
import { once } from 'node:events';
import { WebSocket as WsWebSocket } from 'ws';
import { type ClientOptions, type Connection, connect, WebSocket } from 'ws-mini';
import { type Through, throughToClient, throughToServer } from './through-proxy.ts';
import { undiciWebSocket } from './websocket-clients.ts';
import type { WebSocketEnd } from './websocket-peer.ts';
import { wsEnd } from './ws-end.ts';

/** What is asked of an end of ws-mini. */
export interface Sender {
  /** Whether it was accepted, and is to arrive; undefined if only `waiting` tells, when all is over. */
  send(message: Uint8Array): Promise<boolean> | undefined;
  /** Bytes that were sent and have not left. */
  readonly waiting: number;
  close(code: number): void;
  /** Cuts, where there is a way to. */
  destroy(): void;
  readonly closed: Promise<{ readonly code: number; readonly wasClean: boolean }>;
}

type Options = Pick<ClientOptions, 'closeTimeout' | 'heartbeat' | 'clock'> & { perMessageDeflate?: boolean };

export interface Sending {
  readonly pair: string;
  /** The peer hears what comes behind its own Close; a browser does not (WHATWG WebSockets 4). */
  readonly hearsAll: boolean;
  open(options: Options, rest: number): Promise<Through<Sender, WebSocketEnd>>;
}

function ofConnection(connection: Connection): Sender {
  return {
    send: (message) => connection.send(message),
    get waiting() {
      return connection.bufferedAmount;
    },
    close: (code) => void connection.close(code),
    destroy: () => connection.terminate(),
    closed: connection.closed,
  };
}

function ofWebSocket(socket: WebSocket): Sender {
  return {
    send(message) {
      socket.send(message);
      return undefined;
    },
    get waiting() {
      return socket.bufferedAmount;
    },
    close: (code) => socket.close(code),
    destroy: () => socket.close(),
    closed: once(socket, 'close').then(([{ code, wasClean }]) => ({ code, wasClean })),
  };
}

const LIMITS = { maxQueued: Infinity };

async function openWs(url: string): Promise<WebSocketEnd> {
  const socket = new WsWebSocket(url, { perMessageDeflate: { threshold: 0 } });
  const end = wsEnd(socket);
  await once(socket, 'open');
  return end;
}

function server(name: string, hearsAll: boolean, openPeer: (url: string) => Promise<WebSocketEnd>): Sending {
  return {
    pair: `${name} → ws-mini`,
    hearsAll,
    async open(options, pace) {
      const through = await throughToClient({ ...LIMITS, ...options }, openPeer, pace);
      return { ...through, ours: ofConnection(through.ours) };
    },
  };
}

function client(name: string, openOurs: (url: string, options: Options) => Promise<Sender>): Sending {
  return {
    pair: `${name} → ws`,
    hearsAll: true,
    async open(options, pace) {
      const through = await throughToServer((url) => openOurs(url, options), pace);
      return { ...through, peer: wsEnd(through.peer) };
    },
  };
}

/** Where undici still inflates a message when the connection ends, it has not seen the Close behind it. */
function withoutCompression(sending: Sending): Sending {
  return {
    ...sending,
    open: (options, pace) => sending.open({ ...options, perMessageDeflate: false }, pace),
  };
}

export const senders: readonly Sending[] = [
  server('ws', true, openWs),
  withoutCompression(server('undici.WebSocket', false, (url) => undiciWebSocket.open(url))),
  client('ws-mini', async (url, options) => ofConnection(await connect(url, { ...LIMITS, ...options }))),
  client('ws-mini.WebSocket', async (url, options) => {
    const socket = new WebSocket(url, [], options);
    await once(socket, 'open');
    return ofWebSocket(socket);
  }),
];
