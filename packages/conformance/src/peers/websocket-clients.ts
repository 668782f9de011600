/** The WebSocket clients: the one under test, and the oracles; two of the three are the WHATWG class. */
import { once } from 'node:events';
import { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocket as WsWebSocket } from 'ws';
import { WebSocket } from 'ws-mini';
import { type Closed, ignoreMessage, type WebSocketClientPeer, type WebSocketEnd } from './websocket-peer.ts';
import { wsEnd } from './ws-end.ts';

export const wsClient: WebSocketClientPeer = {
  name: 'ws',
  async open(url) {
    const socket = new WsWebSocket(url);
    const end = wsEnd(socket);
    await once(socket, 'open');
    return end;
  },
};

export const undiciWebSocket: WebSocketClientPeer = {
  name: 'undici.WebSocket',
  open: (url) => whatwgEnd(new UndiciWebSocket(url)),
};

export const wsMiniClient: WebSocketClientPeer = {
  name: 'ws-mini',
  open: (url) => whatwgEnd(new WebSocket(url)),
};

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
