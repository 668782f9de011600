/** One end of a connection of ws-mini, which has the same class on both. */
import type { Connection } from 'ws-mini';
import { ignoreMessage, type WebSocketEnd } from './websocket-peer.ts';

export function wsMiniEnd(connection: Connection): WebSocketEnd {
  const end = endOf(connection);
  connection.on('message', (message) => end.onMessage(message));
  return end;
}

/** The same, of messages that are never held as a whole before they are joined here. */
export function wsMiniStreamsEnd(connection: Connection): WebSocketEnd {
  const end = endOf(connection);
  void (async () => {
    for await (const message of connection.streams()) {
      const parts: (string | Uint8Array)[] = [];
      for await (const part of message) parts.push(part);
      end.onMessage(message.type === 'text' ? parts.join('') : Buffer.concat(parts as Uint8Array[]));
    }
  })().catch(() => {}); // what broke a message is told by `closed`
  return end;
}

function endOf(connection: Connection): WebSocketEnd {
  return {
    send: (message) => void connection.send(message),
    ping: () => void connection.ping(),
    onMessage: ignoreMessage,
    close: (code, reason) => void connection.close(code, reason),
    closed: new Promise((resolve) => connection.on('close', resolve)),
    destroy: () => void connection.terminate(),
  };
}
