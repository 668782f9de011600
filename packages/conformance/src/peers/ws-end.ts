/** One end of a connection of ws, which has the same class on both. */
import type { PerMessageDeflateOptions, WebSocket } from 'ws';
import type { DeflateAgreement } from 'ws-mini/wire';
import { ignoreMessage, type WebSocketEnd } from './websocket-peer.ts';

export function wsEnd(socket: WebSocket): WebSocketEnd {
  const end: WebSocketEnd = {
    // Told that it is too late, it drops the message; without a callback it would throw.
    send: (message) => socket.send(message, () => {}),
    ping: () => {
      if (socket.readyState === socket.OPEN) socket.ping();
    },
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

/** ws takes false for "refuse it", ws-mini for "do not ask for it". */
export function wsDeflate(wishes: DeflateAgreement | undefined): PerMessageDeflateOptions | false {
  if (wishes === undefined) return false;
  const { serverNoContextTakeover, clientNoContextTakeover, ...windowBits } = wishes;
  return {
    threshold: 0,
    ...windowBits,
    ...(serverNoContextTakeover && { serverNoContextTakeover }),
    ...(clientNoContextTakeover && { clientNoContextTakeover }),
  };
}
