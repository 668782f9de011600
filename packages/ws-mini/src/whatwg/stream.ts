// WebSocketStream, as proposed to the WHATWG (github.com/ricea/websocketstream-explainer; pull request 48
// of the WebSockets standard): a connection as a pair of streams, so that a slow reader slows its peer
// down, and a slow peer slows the writer down.

import type { ClientOptions } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import type { CloseInfo } from '../connection/options.ts';
import { readCloseInfo, type WebSocketCloseInfo } from '../wire/close-info.ts';
import { formatExtensions, isWebSocketError, WebSocketError } from '../wire/index.ts';
import { defineInterface, toDictionary, toText, toTexts } from '../wire/web-idl.ts';
import { type Attempt, bytesOf, establish } from './establish.ts';

export interface WebSocketOpenInfo {
  /** Gives strings and Uint8Arrays. If the reader cancels it, the connection is closed. */
  readonly readable: ReadableStream<string | Uint8Array>;
  /**
   * Takes strings and bytes. A write is fulfilled when the connection has taken the message and can take more, and
   * rejected if the message was never sent. `close` is fulfilled when the connection is closed; `abort` closes it too.
   * After both, what the peer still sends can be read.
   */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  readonly protocol: string;
  readonly extensions: string;
}

export class WebSocketStream {
  readonly #attempt: Attempt;
  readonly #opened: Promise<WebSocketOpenInfo>;
  readonly #closed: Promise<Required<WebSocketCloseInfo>>;
  #connection: Connection | undefined;

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param options `protocols` and `signal` as in a browser, and options that browsers do not have. `maxQueued` and
   * `maxFragments` default to Infinity, and `maxMessage` to 512 MiB (close code 1009)
   * @throws DOMException SyntaxError; TypeError if a value cannot be converted
   */
  constructor(url: string | URL, options: ClientOptions = {}) {
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('a WebSocketStream needs a URL');
    const address = toText(url);
    const { protocols, signal } = toDictionary(options, 'WebSocketStreamOptions');
    const names = protocols === undefined ? [] : toTexts(protocols, 'protocols');
    if (signal !== undefined && !(signal instanceof AbortSignal))
      throw new TypeError('signal must be an AbortSignal');
    this.#attempt = establish(address, names, options ?? {});
    const connection = this.#attempt.connection.catch((error: WebSocketError) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    const end = connection.then(endOf);
    this.#opened = connection.then((connection) => this.#run(connection, end));
    this.#closed = end.then(({ error, closeInfo }) => {
      if (error instanceof WebSocketError) throw error;
      return closeInfo;
    });
    // A program may handle only one of the two promises: the other must not end the process.
    for (const promise of [this.#opened, this.#closed]) promise.catch(() => {});
  }

  /** The same as WebSocket's `url`. */
  get url(): string {
    return this.#attempt.url;
  }

  /** Rejected with `signal`'s reason or a WebSocketError. */
  get opened(): Promise<WebSocketOpenInfo> {
    return #opened in this ? this.#opened : Promise.reject(new TypeError('this is no WebSocketStream'));
  }

  /** Rejected even if only the closing handshake is missing, with the same error as both streams. */
  get closed(): Promise<Required<WebSocketCloseInfo>> {
    return #closed in this ? this.#closed : Promise.reject(new TypeError('this is no WebSocketStream'));
  }

  /**
   * Starts the closing handshake, or gives up the opening one. What the peer sends before its Close can still be read.
   *
   * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason; TypeError if a value cannot be
   * converted
   */
  close(closeInfo: WebSocketCloseInfo = {}): void {
    const attempt = this.#attempt;
    const content = readCloseInfo(closeInfo);
    if (this.#connection === undefined) attempt.abort();
    else this.#connection.close(...content, { keepsReceiving: true });
  }

  #run(connection: Connection, end: Promise<End>): WebSocketOpenInfo {
    this.#connection = connection;
    const source = new Source(connection, end, (cause) => this.#closeFor(cause));
    const writable = new WritableStream<string | ArrayBuffer | ArrayBufferView>({
      start: (controller) => void end.then(({ error }) => controller.error(error)),
      write: async (message) => {
        if (await connection.send(bytesOf(message) ?? toText(message))) return;
        // If the connection is still open, `slowConsumer: 'drop'` dropped the message because the peer is too slow.
        if (connection.readyState === 'open')
          throw new WebSocketError('queue-full', 'a message was dropped: maxQueued bytes wait for the peer');
        throw (await end).error;
      },
      close: async () => {
        this.close();
        await this.#closed;
      },
      abort: (cause) => this.#closeFor(cause),
    });
    return {
      // Ask for a message only when the reader reads: asking says that the one before is answered (`answers.test.ts`).
      readable: new ReadableStream(source, { highWaterMark: 0 }),
      writable,
      protocol: connection.protocol,
      extensions: formatExtensions(connection.extensions),
    };
  }

  /** Closes with the code and reason of a WebSocketError, or without them if they are not allowed. */
  #closeFor(cause: unknown): void {
    const { closeCode, reason } = isWebSocketError(cause) ? cause : {};
    try {
      this.close({ closeCode: closeCode ?? undefined, reason });
    } catch {
      this.close();
    }
  }
}
defineInterface(WebSocketStream.prototype, 'WebSocketStream');

/** How a stream has ended. */
interface End {
  /** The error of later writes; a WebSocketError if there was no closing handshake. Always the same object. */
  readonly error: WebSocketError | DOMException;
  readonly closeInfo: Required<WebSocketCloseInfo>;
}

async function endOf(connection: Connection): Promise<End> {
  const info = await connection.closed;
  const error = info.wasClean
    ? new DOMException('the connection is closed: nothing can be written to it', 'InvalidStateError')
    : errorFor(info);
  return { error, closeInfo: { closeCode: info.code, reason: info.reason } };
}

/** The connection's error, but with the peer's code and reason; the error itself has those that we sent. */
function errorFor({ code, reason, error: cause }: CloseInfo): WebSocketError {
  return new WebSocketError(cause?.code ?? 'connection-lost', cause?.message ?? '', {
    closeCode: code,
    reason,
    cause,
  });
}

/** The messages of a connection, each read when the reader asks for it; behind the last one the end, clean or not. */
class Source {
  readonly #connection: Connection;
  readonly #messages: AsyncIterator<string | Uint8Array, undefined>;
  readonly #end: Promise<End>;
  readonly #cancel: (cause: unknown) => void;
  /** The stream has ended, or the reader has cancelled it. */
  #isOver = false;
  /** The next message, if we asked for it ahead of the reader; only after the connection has ended. */
  #ahead: Promise<IteratorResult<string | Uint8Array, undefined>> | undefined;

  constructor(connection: Connection, end: Promise<End>, cancel: (cause: unknown) => void) {
    this.#connection = connection;
    this.#messages = connection[Symbol.asyncIterator]();
    this.#end = end;
    this.#cancel = cancel;
  }

  cancel(cause: unknown): void {
    this.#isOver = true;
    this.#cancel(cause);
    void this.#drop();
  }

  /** Without it, messages that are never read would hold up the peer's Close. */
  async #drop(): Promise<void> {
    while ((await this.#messages.next()).done !== true);
  }

  start(controller: ReadableStreamDefaultController<string | Uint8Array>): void {
    void this.#end.then(() => this.#lookAhead(controller));
  }

  async pull(controller: ReadableStreamDefaultController<string | Uint8Array>): Promise<void> {
    const next = this.#ahead ?? this.#messages.next();
    this.#ahead = undefined;
    const { value, done } = await next;
    if (done === true) return this.#finish(controller);
    // A copy: the reader must own the bytes, because it may transfer them.
    controller.enqueue(typeof value === 'string' ? value : Uint8Array.from(value));
    if (this.#connection.closeInfo !== undefined) await this.#lookAhead(controller);
  }

  /** Ends the stream right behind its last message, instead of when the reader asks for one more. */
  async #lookAhead(controller: ReadableStreamDefaultController<string | Uint8Array>): Promise<void> {
    this.#ahead ??= this.#messages.next();
    if ((await this.#ahead).done === true) await this.#finish(controller);
  }

  async #finish(controller: ReadableStreamDefaultController<string | Uint8Array>): Promise<void> {
    const { error } = await this.#end;
    if (this.#isOver) return;
    this.#isOver = true;
    if (error instanceof WebSocketError) controller.error(error);
    else controller.close();
  }
}
