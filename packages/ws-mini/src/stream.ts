// WebSocketStream, as proposed to the WHATWG (github.com/ricea/websocketstream-explainer, and pull request
// 48 of the WebSockets standard): a connection as a pair of streams, so that a slow reader slows its peer
// down, and a slow peer its writer.

import { type ClientOptions, connect } from './client.ts';
import type { Connection } from './connection/connection.ts';
import { checkClose, syntaxErrors } from './idl.ts';
import { formatExtensions, isCloseCode, parseWebSocketUrl, WebSocketError } from './wire/index.ts';

export interface WebSocketStreamOptions extends ClientOptions {
  protocols?: readonly string[] | undefined;
  /** Gives up the opening handshake; `opened` and `closed` are rejected with its reason. */
  signal?: AbortSignal | undefined;
}

export interface WebSocketOpenInfo {
  /** Strings and Uint8Arrays. To cancel it closes the connection. */
  readonly readable: ReadableStream<string | Uint8Array>;
  /** To close or to abort it closes the connection; a WebSocketError as the reason gives code and reason. */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  readonly protocol: string;
  readonly extensions: string;
}

export interface WebSocketCloseInfo {
  /** 1000, or 3000 to 4999; none: no code in the Close, unless there is a reason. */
  closeCode?: number | undefined;
  /** At most 123 bytes of UTF-8. */
  reason?: string | undefined;
}

export class WebSocketStream {
  readonly #url: string;
  readonly #opening = new AbortController();
  readonly #opened: Promise<WebSocketOpenInfo>;
  readonly #closed: Promise<Required<WebSocketCloseInfo>>;
  #connection: Connection | undefined;

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @throws DOMException SyntaxError
   */
  constructor(url: string | URL, options: WebSocketStreamOptions = {}) {
    const { signal, protocols = [] } = options;
    this.#url = syntaxErrors(() => parseWebSocketUrl(url).href);
    const signals = signal === undefined ? [this.#opening.signal] : [this.#opening.signal, signal];
    const opening = syntaxErrors(() =>
      connect(url, { ...options, protocols: [...protocols].map(String), signal: AbortSignal.any(signals) }),
    ).catch((error: WebSocketError) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    this.#opened = opening.then((connection) => {
      this.#connection = connection;
      return this.#openInfo(connection);
    });
    this.#closed = opening.then(closeInfoOf);
    // Whoever waits for one of them need not wait for both.
    this.#opened.catch(() => {});
    this.#closed.catch(() => {});
  }
