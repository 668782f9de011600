/** One end of a connection of ws-mini, which has the same class on both. */
import type { Connection } from 'ws-mini';
import { ignoreMessage, type WebSocketEnd } from './websocket-peer.ts';

export function wsMiniEnd(connection: Connection): WebSocketEnd {
  const end: WebSocketEnd = {
    send: (message) => void connection.send(message),
    ping: () => void connection.ping(),
    onMessage: ignoreMessage,
    close: (code, reason) => void connection.close(code, reason),
    closed: new Promise((resolve) => connection.on('close', resolve)),
    destroy: () => void connection.terminate(),
  };
  connection.on('message', (message) => end.onMessage(message));
  return end;
}
