// WebSocketStream, as proposed to the WHATWG (github.com/ricea/websocketstream-explainer; pull request 48
// of the WebSockets standard): a connection as a pair of streams, so that a slow reader slows its peer
// down, and a slow peer its writer.

import type { ClientOptions } from './client.ts';
import type { Connection } from './connection/connection.ts';
import type { CloseInfo } from './connection/options.ts';
import { checkClose, type Opening, open } from './whatwg.ts';
import { formatExtensions, WebSocketError } from './wire/index.ts';

export interface WebSocketOpenInfo {
  /** Strings and Uint8Arrays. To cancel it closes the connection. */
  readonly readable: ReadableStream<string | Uint8Array>;
  /** Strings and bytes. To close it is fulfilled when the connection is closed; to abort it closes too. */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  readonly protocol: string;
  readonly extensions: string;
}

export interface WebSocketCloseInfo {
  /** 1000, or 3000 to 4999. None: no code in the Close, or 1000 with a reason. */
  closeCode?: number | undefined;
  /** At most 123 bytes of UTF-8. */
  reason?: string | undefined;
}

export class WebSocketStream {
  /** Rejected with `signal`'s reason or a WebSocketError. */
  readonly opened: Promise<WebSocketOpenInfo>;
  /** Rejected also where there was no closing handshake. */
  readonly closed: Promise<Required<WebSocketCloseInfo>>;
  readonly #opening: Opening;
  #connection: Connection | undefined;

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param options `protocols` and `signal` as in a browser, and what a browser would not let you have
   * @throws DOMException SyntaxError
   */
  constructor(url: string | URL, options: ClientOptions = {}) {
    const { protocols = [], signal } = options;
    this.#opening = open(url, protocols, options);
    const connection = this.#opening.connection.catch((error: WebSocketError) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    this.opened = connection.then((open) => this.#run(open));
    this.closed = connection.then(async (open) => closeInfoOf(await open.closed));
    // Whoever looks at one of them need not look at both.
    for (const promise of [this.opened, this.closed]) promise.catch(() => {});
  }

  /** As WebSocket has it. */
  get url(): string {
    return this.#opening.url;
  }

  /**
   * Starts the closing handshake, or gives up the opening one.
   *
   * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason
   */
  close({ closeCode, reason }: WebSocketCloseInfo = {}): void {
    const content = checkClose(closeCode === undefined ? undefined : Math.trunc(closeCode), reason);
    if (this.#connection === undefined) this.#opening.abort();
    else this.#connection.close(...content);
  }

  #run(connection: Connection): WebSocketOpenInfo {
    this.#connection = connection;
    const messages = connection[Symbol.asyncIterator]();
    const readable = new ReadableStream<string | Uint8Array>(
      {
        // Cancelled, there is nobody to tell.
        start: (controller) => void finish(controller, connection, messages).catch(() => {}),
        pull: async (controller) => {
          const { value, done } = await messages.next();
          if (done !== true) controller.enqueue(chunkOf(value));
        },
        cancel: (cause) => this.#closeFor(cause),
      },
      // The connection reads ahead; no more than that.
      { highWaterMark: 0 },
    );
    const writable = new WritableStream<string | ArrayBuffer | ArrayBufferView>({
      start: (controller) =>
        void connection.closed.then((info) =>
          controller.error(info.wasClean ? closedError() : errorFor(info)),
        ),
      // What comes after the Close is dropped without a word, as the proposal has it.
      write: async (message) => {
        await connection.send(isBytes(message) ? message : String(message));
      },
      close: async () => void closeInfoOf(await connection.close()),
      abort: (cause) => this.#closeFor(cause),
    });
    return {
      readable,
      writable,
      protocol: connection.protocol,
      extensions: formatExtensions(connection.extensions),
    };
  }

  /** A WebSocketError says with which code and reason; what it may not say is left out. */
  #closeFor(cause: unknown): void {
    const { closeCode, reason } = cause instanceof WebSocketError ? cause : {};
    try {
      this.close({ closeCode, reason });
    } catch {
      this.close();
    }
  }
}

/** The end of the connection is the end of `readable`: behind the messages that have come, or, if it broke, at once. */
async function finish(
  controller: ReadableStreamDefaultController<string | Uint8Array>,
  connection: Connection,
  messages: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const info = await connection.closed;
  if (!info.wasClean) return controller.error(errorFor(info));
  for await (const message of messages) controller.enqueue(chunkOf(message));
  controller.close();
}

/** @throws WebSocketError if there was no closing handshake */
function closeInfoOf(info: CloseInfo): Required<WebSocketCloseInfo> {
  if (!info.wasClean) throw errorFor(info);
  return { closeCode: info.code, reason: info.reason };
}

/** With the code and reason of the connection, where the error itself has those that we sent. */
function errorFor({ code, reason, error: cause }: CloseInfo): WebSocketError {
  return new WebSocketError(cause?.code ?? 'connection-lost', cause?.message ?? '', {
    closeCode: code,
    reason,
    cause,
  });
}

/** Bytes that are the reader's alone, to be transferred if it likes. */
function chunkOf(message: string | Uint8Array): string | Uint8Array {
  return typeof message === 'string' ? message : Uint8Array.from(message);
}

function closedError(): DOMException {
  return new DOMException('the connection is closed: nothing can be written to it', 'InvalidStateError');
}

function isBytes(message: unknown): message is ArrayBuffer | ArrayBufferView {
  return message instanceof ArrayBuffer || ArrayBuffer.isView(message);
}
