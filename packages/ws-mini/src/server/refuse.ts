// Answers an opening handshake with an error, and ends the transport so that the client can read the answer.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { timerFor } from '../connection/sweep.ts';
import { own } from '../connection/transport.ts';
import type { WebSocketError } from '../wire/index.ts';
import { encodeRefusal } from './negotiation.ts';

/** How many milliseconds a refused peer gets to end too. Why so few: refused transports do not count as connections. */
const LINGER = 5000;

/**
 * Answers with `error` and ends the transport.
 *
 * @param timeout milliseconds that the answer may make no progress
 * @returns the error
 */
export function refuse(
  transport: Duplex,
  error: WebSocketError,
  timeout: number,
  methodIsHead: boolean,
): WebSocketError {
  own(transport, undefined, {});
  const cut = (): void => void transport.destroy();
  // Read nothing until the answer has left, so that only its bytes count as progress. A socket knows when they leave; any
  // other transport only tells when all of them have left.
  const { setTimeout: setIdle } = transport as Partial<Socket>;
  setIdle?.call(transport as Socket, Math.max(1, timerFor(timeout)), cut); // 0 would be no timeout
  let timer = setIdle === undefined ? setTimeout(cut, timerFor(timeout)) : undefined;
  transport.once('close', () => clearTimeout(timer));
  transport.end(encodeRefusal(error, methodIsHead), () => {
    if (transport.destroyed) return;
    setIdle?.call(transport as Socket, 0);
    // From here on read and drop everything: unread bytes would turn our FIN into a reset, and the peer could lose the
    // answer. The timer stops a peer that never stops sending.
    clearTimeout(timer);
    timer = setTimeout(cut, Math.min(timeout, LINGER));
    transport.resume();
  });
  return error;
}
