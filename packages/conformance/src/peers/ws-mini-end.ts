/** One end of a connection of ws-mini, which has the same class on both. */
import type { Connection } from 'ws-mini';
import { ignoreMessage, type WebSocketEnd } from './websocket-peer.ts';

export function wsMiniEnd(connection: Connection): WebSocketEnd {
  const end = endOf(connection);
  connection.on('message', (message) => end.onMessage(message));
  return end;
}

/** The same, by messages that are never held as a whole: they are read part by part, and sent in fragments. */
export function wsMiniStreamsEnd(connection: Connection): WebSocketEnd {
  const end: WebSocketEnd = {
    ...endOf(connection),
    send: (message) => void connection.send(partsOf(message)).catch(() => {}),
  };
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

/** Of growing size, the first of them empty. */
async function* partsOf(message: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  const characters = typeof message === 'string' ? [...message] : message;
  for (let start = 0, size = 0; start <= characters.length; start += size, size = 2 * size + 1) {
    const part = characters.slice(start, start + size);
    yield part instanceof Uint8Array ? part : part.join('');
    if (size > 0 && start + size >= characters.length) return;
  }
}
