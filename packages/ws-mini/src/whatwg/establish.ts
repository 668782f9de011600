// Establishes a connection as WHATWG says (WebSockets 3), for WebSocket and WebSocketStream: the checks of their
// arguments, and what differs from `connect`. Also what counts as bytes.

import { types } from 'node:util';
import { type ClientOptions, connect } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import { parseWebSocketUrl, WebSocketError } from '../wire/index.ts';

/**
 * Bytes of the largest message that WebSocket and WebSocketStream accept: about what a string of V8 can hold. Browsers
 * have no smaller limit.
 */
const MAX_MESSAGE = 512 * 1024 * 1024;

/** An attempt to open a connection. */
export interface Attempt {
  /** The value of the `url` attribute. */
  readonly url: string;
  /** Rejected with a WebSocketError. */
  readonly connection: Promise<Connection>;
  /** Gives up the handshake. */
  abort(): void;
}

/**
 * Checks the arguments and sends the request, both at once; the answer comes in a later turn.
 *
 * @throws DOMException SyntaxError for the URL and the subprotocols; WebSocketError as `connect` does for other options
 */
export function establish(url: string, protocols: readonly string[], options: ClientOptions): Attempt {
  const controller = new AbortController();
  const {
    signal,
    maxMessage = MAX_MESSAGE,
    maxFragments = Number.POSITIVE_INFINITY,
    maxQueued = Number.POSITIVE_INFINITY,
  } = options;
  try {
    // RFC 6455 compares subprotocols exactly; browsers ignore the case of letters.
    if (new Set(protocols.map((name) => name.toLowerCase())).size < protocols.length)
      throw new WebSocketError('subprotocols-malformed', 'no subprotocol may come twice');
    const { href } = parseWebSocketUrl(url);
    const opened = connect(href, {
      ...options,
      maxMessage,
      maxFragments,
      maxQueued,
      textAs: 'string',
      protocols,
      // WHATWG is stricter than RFC 6455.
      needsProtocol: true,
      // If it is no signal, `connect` says so.
      signal: signal === undefined || signal instanceof AbortSignal ? controller.signal : signal,
    });
    if (signal !== undefined) follow(signal, controller, opened);
    return { url: href, connection: opened, abort: () => controller.abort() };
  } catch (error) {
    const { code } = error as Partial<WebSocketError>;
    // Options that a browser does not have, such as headers, throw our own error.
    if (code !== 'url-invalid' && code !== 'subprotocols-malformed') throw error;
    throw Object.assign(new DOMException((error as Error).message, 'SyntaxError'), { cause: error });
  }
}

/** Until the attempt is settled. Why not AbortSignal.any: in Node 20, `signal` then keeps a reference for ever. */
function follow(signal: AbortSignal, controller: AbortController, opened: Promise<unknown>): void {
  const abort = (): void => controller.abort(signal.reason);
  const letGo = (): void => signal.removeEventListener('abort', abort);
  if (signal.aborted) return abort();
  signal.addEventListener('abort', abort);
  opened.then(letGo, letGo);
}

/**
 * The bytes of a BufferSource of any realm, without a copy; undefined for any other value.
 *
 * @throws TypeError if another thread may change the memory, or its size may change (Web IDL)
 */
export function bytesOf(data: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(data)) {
    checkBuffer(data.buffer);
    return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (!types.isAnyArrayBuffer(data)) return undefined;
  checkBuffer(data);
  return new Uint8Array(data);
}

function checkBuffer(buffer: ArrayBufferLike & { readonly resizable?: boolean }): void {
  if (!(buffer instanceof ArrayBuffer) && types.isSharedArrayBuffer(buffer))
    throw new TypeError('bytes to be sent must not be shared: send a copy');
  if (buffer.resizable === true) throw new TypeError('bytes to be sent must not be resizable: send a copy');
}
