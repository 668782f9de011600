/** The WebSocket clients: the two under test, and the oracles; two of the four are the WHATWG class. */
import { once } from 'node:events';
import type { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocket as WsWebSocket } from 'ws';
import { type ClientOptions, connect, WebSocket } from 'ws-mini';
import type { DeflateAgreement } from 'ws-mini/wire';
import { undiciWebSocketTo } from './undici.ts';
import { type Closed, ignoreMessage, type WebSocketClientPeer, type WebSocketEnd } from './websocket-peer.ts';
import { wsDeflate, wsEnd } from './ws-end.ts';
import { wsMiniEnd, wsMiniStreamsEnd } from './ws-mini-end.ts';

export const wsClient: WebSocketClientPeer = {
  name: 'ws',
  compresses: true,
  async open(url, deflate) {
    const socket = new WsWebSocket(url, { perMessageDeflate: wsDeflate(deflate) });
    const end = wsEnd(socket);
    await once(socket, 'open');
    return end;
  },
};

export const undiciWebSocket: WebSocketClientPeer = {
  name: 'undici.WebSocket',
  // It offers permessage-deflate always, without parameters, and only inflates.
  compresses: false,
  open: (url) => whatwgEnd(undiciWebSocketTo(url)),
};

export const wsMiniConnect: WebSocketClientPeer = {
  name: 'ws-mini',
  compresses: true,
  open: async (url, deflate) => wsMiniEnd(await connect(url, optionsFor(deflate))),
};

export const wsMiniStreamsConnect: WebSocketClientPeer = {
  name: 'ws-mini streams',
  compresses: true,
  open: async (url, deflate) => wsMiniStreamsEnd(await connect(url, optionsFor(deflate))),
};

export const wsMiniClient: WebSocketClientPeer = {
  name: 'ws-mini.WebSocket',
  compresses: true,
  open: (url, deflate) => whatwgEnd(new WebSocket(url, [], optionsFor(deflate))),
};

function optionsFor(deflate: DeflateAgreement | undefined): ClientOptions {
  return { perMessageDeflate: deflate && { ...deflate, threshold: 0 } };
}

/** Resolves when the connection is open. */
function whatwgEnd(socket: UndiciWebSocket | WebSocket): Promise<WebSocketEnd> {
  socket.binaryType = 'arraybuffer';
  const end: WebSocketEnd = {
    send: (message) => socket.send(message),
    onMessage: ignoreMessage,
    close: (code, reason) => socket.close(code, reason),
    closed: new Promise<Closed>((resolve) => listen(socket, 'close', resolve)),
    // The interface has nothing rougher; the property's proxy cuts the connection.
    destroy: () => socket.close(),
  };
  listen(socket, 'message', ({ data }: { data: string | ArrayBuffer }) =>
    end.onMessage(typeof data === 'string' ? data : new Uint8Array(data)),
  );
  return new Promise((resolve, reject) => {
    listen(socket, 'open', () => resolve(end));
    listen(socket, 'error', () => reject(new Error('the connection did not open')));
  });
}

/** Two declarations of one interface, each with its own event classes: what is used of the events is said here. */
function listen(socket: EventTarget, type: string, listener: (event: never) => void): void {
  socket.addEventListener(type, listener as (event: Event) => void);
}
