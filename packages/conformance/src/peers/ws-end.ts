/** One end of a connection of ws, which has the same class on both. */
import type { WebSocket } from 'ws';
import { ignoreMessage, type WebSocketEnd } from './websocket-peer.ts';

export function wsEnd(socket: WebSocket): WebSocketEnd {
  const end: WebSocketEnd = {
    send: (message) => socket.send(message),
    onMessage: ignoreMessage,
    close: (code, reason) => socket.close(code, reason),
    closed: new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    ),
    destroy: () => socket.terminate(),
  };
  socket.on('message', (data, isBinary) => end.onMessage(isBinary ? (data as Buffer) : data.toString()));
  socket.on('error', () => {}); // 'close' follows, with 1006
  return end;
}
