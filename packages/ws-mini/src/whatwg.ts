// What WebSocket and WebSocketStream have in common (WHATWG WebSockets 3): how a browser checks what it is
// given, and that it takes no connection without one of the subprotocols it named.

import { type ClientOptions, connect } from './client.ts';
import type { Connection } from './connection/connection.ts';
import { parseWebSocketUrl, WebSocketError } from './wire/index.ts';

export interface Opening {
  /** As the `url` attribute has it. */
  readonly url: string;
  /** Rejected with a WebSocketError. */
  readonly connection: Promise<Connection>;
  /** Gives up. */
  abort(): void;
}

/**
 * Checks at once, and sends the request at once; the answer comes in a later turn.
 *
 * @throws DOMException SyntaxError
 */
export function open(url: string | URL, protocols: readonly string[], options: ClientOptions): Opening {
  const list = Array.from(protocols, String);
  const controller = new AbortController();
  const { signal = controller.signal } = options;
  try {
    // RFC 6455 compares subprotocols as they are; browsers take those that differ in case for the same.
    if (new Set(list.map((name) => name.toLowerCase())).size < list.length)
      throw new WebSocketError('subprotocols-malformed', 'no subprotocol may come twice');
    const { href } = parseWebSocketUrl(url);
    const signals = [controller.signal, signal];
    const opening = connect(href, { ...options, protocols: list, signal: AbortSignal.any(signals) });
    return {
      url: href,
      connection: opening.then((connection) => withProtocol(connection, list)),
      abort: () => controller.abort(),
    };
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    throw new DOMException(error.message, { name: 'SyntaxError', cause: error });
  }
}

/** WHATWG asks for more than RFC 6455: who names subprotocols must get one. */
async function withProtocol(connection: Connection, asked: readonly string[]): Promise<Connection> {
  if (asked.length === 0 || connection.protocol !== '') return connection;
  connection.terminate();
  await connection.closed;
  throw new WebSocketError('subprotocol-missing', 'the server took none of the subprotocols');
}

/**
 * The arguments of `close`: what goes into the Close.
 *
 * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason
 */
export function checkClose(
  code: number | undefined,
  reason = '',
): [code: number | undefined, reason: string] {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
    throw new DOMException(`the close code ${code} is neither 1000 nor 3000 to 4999`, 'InvalidAccessError');
  const text = String(reason);
  if (Buffer.byteLength(text) > 123)
    throw new DOMException('the close reason has more than 123 bytes', 'SyntaxError');
  // A reason without a code has no place in the frame (RFC 6455 5.5.1): it goes with 1000.
  return [text === '' ? code : (code ?? 1000), text];
}
