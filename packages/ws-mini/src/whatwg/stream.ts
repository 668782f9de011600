// WebSocketStream, as proposed to the WHATWG (github.com/ricea/websocketstream-explainer; pull request 48
// of the WebSockets standard): a connection as a pair of streams, so that a slow reader slows its peer
// down, and a slow peer its writer.

import type { ClientOptions } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import type { CloseInfo } from '../connection/options.ts';
import { readCloseInfo, type WebSocketCloseInfo } from '../wire/close-info.ts';
import { formatExtensions, WebSocketError } from '../wire/index.ts';
import { defineInterface, toDictionary, toText, toTexts } from '../wire/web-idl.ts';
import { bytesOf, type Opening, open } from './opening.ts';

export interface WebSocketOpenInfo {
  /** Strings and Uint8Arrays. To cancel it closes the connection. */
  readonly readable: ReadableStream<string | Uint8Array>;
  /**
   * Strings and bytes. A write is fulfilled when the connection has taken the message and can take more, and rejected if
   * the message was never sent. To close it is fulfilled when the connection is closed; to abort it closes too.
   */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  readonly protocol: string;
  readonly extensions: string;
}

export class WebSocketStream {
  readonly #opening: Opening;
  readonly #opened: Promise<WebSocketOpenInfo>;
  readonly #closed: Promise<Required<WebSocketCloseInfo>>;
  #connection: Connection | undefined;

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param options `protocols` and `signal` as in a browser, and what a browser would not let you have. `maxQueued` is
   * Infinity unless given, and `maxMessage` 512 MiB (close code 1009)
   * @throws DOMException SyntaxError; TypeError for what cannot be converted
   */
  constructor(url: string | URL, options: ClientOptions = {}) {
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('a WebSocketStream needs a URL');
    const address = toText(url);
    const { protocols, signal } = toDictionary(options, 'WebSocketStreamOptions');
    const names = protocols === undefined ? [] : toTexts(protocols, 'protocols');
    if (signal !== undefined && !(signal instanceof AbortSignal))
      throw new TypeError('signal must be an AbortSignal');
    this.#opening = open(address, names, options ?? {});
    const connection = this.#opening.connection.catch((error: WebSocketError) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    const end = connection.then(endOf);
    this.#opened = connection.then((connection) => this.#run(connection, end));
    this.#closed = end.then(({ error, closeInfo }) => {
      if (error instanceof WebSocketError) throw error;
      return closeInfo;
    });
    // Whoever looks at one of them need not look at both.
    for (const promise of [this.#opened, this.#closed]) promise.catch(() => {});
  }

  /** As WebSocket has it. */
  get url(): string {
    return this.#opening.url;
  }

  /** Rejected with `signal`'s reason or a WebSocketError. */
  get opened(): Promise<WebSocketOpenInfo> {
    return #opened in this ? this.#opened : Promise.reject(new TypeError('this is no WebSocketStream'));
  }

  /** Rejected also where there was no closing handshake, with the error that both streams end with. */
  get closed(): Promise<Required<WebSocketCloseInfo>> {
    return #closed in this ? this.#closed : Promise.reject(new TypeError('this is no WebSocketStream'));
  }

  /**
   * Starts the closing handshake, or gives up the opening one.
   *
   * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason; TypeError for what is neither
   */
  close(closeInfo: WebSocketCloseInfo = {}): void {
    const opening = this.#opening;
    const content = readCloseInfo(closeInfo);
    if (this.#connection === undefined) opening.abort();
    else this.#connection.close(...content);
  }

  #run(connection: Connection, end: Promise<End>): WebSocketOpenInfo {
    this.#connection = connection;
    const source = new Source(connection, end, (cause) => this.#closeFor(cause));
    const writable = new WritableStream<string | ArrayBuffer | ArrayBufferView>({
      start: (controller) => void end.then(({ error }) => controller.error(error)),
      write: async (message) => {
        if (await connection.send(bytesOf(message) ?? toText(message))) return;
        // Dropped, as nothing else ends a stream that is open: its peer was too slow for `slowConsumer: 'drop'`.
        if (connection.readyState === 'open')
          throw new WebSocketError('queue-full', 'a message was dropped: maxQueued bytes wait for the peer');
        throw (await end).error;
      },
      close: async () => {
        void connection.close();
        await this.#closed;
      },
      abort: (cause) => this.#closeFor(cause),
    });
    return {
      // A message is asked for when somebody reads: to ask says that the one before is answered (`answers.test.ts`).
      readable: new ReadableStream(source, { highWaterMark: 0 }),
      writable,
      protocol: connection.protocol,
      extensions: formatExtensions(connection.extensions),
    };
  }

  /** A WebSocketError says with which code and reason; what it may not say is left out. */
  #closeFor(cause: unknown): void {
    const { closeCode, reason } = cause instanceof WebSocketError ? cause : {};
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
  /** What nothing can be written after: a WebSocketError if there was no closing handshake. One object for all who ask. */
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

/** With the code and reason of the connection, where the error itself has those that we sent. */
function errorFor({ code, reason, error: cause }: CloseInfo): WebSocketError {
  return new WebSocketError(cause?.code ?? 'connection-lost', cause?.message ?? '', {
    closeCode: code,
    reason,
    cause,
  });
}

/** The messages of a connection, each read when it is asked for; behind the last one its end, clean or not. */
class Source {
  readonly #connection: Connection;
  readonly #messages: AsyncIterator<string | Uint8Array, undefined>;
  readonly #end: Promise<End>;
  readonly #cancel: (cause: unknown) => void;
  /** The stream has ended, or nobody wants it any more. */
  #isOver = false;
  /** Asked for already, once the connection has ended. */
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
  }

  start(controller: ReadableStreamDefaultController<string | Uint8Array>): void {
    void this.#end.then(() => this.#lookAhead(controller));
  }

  async pull(controller: ReadableStreamDefaultController<string | Uint8Array>): Promise<void> {
    const next = this.#ahead ?? this.#messages.next();
    this.#ahead = undefined;
    const { value, done } = await next;
    if (done === true) return this.#finish(controller);
    // A copy: bytes that are the reader's alone, to be transferred if it likes.
    controller.enqueue(typeof value === 'string' ? value : Uint8Array.from(value));
    if (this.#connection.closeInfo !== undefined) await this.#lookAhead(controller);
  }

  /** The stream ends with its last message, and not when one more is asked for. */
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
