// WebSocket, the browser's interface (WHATWG WebSockets 3), on a Connection: the same constructor checks,
// attributes, events in the same order, and exceptions. Code written for a browser runs unchanged; the
// third argument has what a browser would not let you have.

import type { ClientOptions } from './client.ts';
import type { Connection } from './connection/connection.ts';
import { CloseEvent, defineHandlers, ErrorEvent, messageEvent } from './events.ts';
import { MessageTasks } from './tasks.ts';
import { checkClose, type Opening, open } from './whatwg.ts';
import { formatExtensions, type WebSocketError } from './wire/index.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export type BinaryType = 'blob' | 'arraybuffer';

interface EventMap {
  open: Event;
  message: MessageEvent;
  error: ErrorEvent;
  close: CloseEvent;
}
type Handler<Type extends keyof EventMap> = ((this: WebSocket, event: EventMap[Type]) => unknown) | null;

export class WebSocket extends EventTarget {
  static readonly CONNECTING: 0 = CONNECTING;
  static readonly OPEN: 1 = OPEN;
  static readonly CLOSING: 2 = CLOSING;
  static readonly CLOSED: 3 = CLOSED;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;
  declare onopen: Handler<'open'>;
  declare onmessage: Handler<'message'>;
  declare onerror: Handler<'error'>;
  declare onclose: Handler<'close'>;

  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #binaryType: BinaryType = 'blob';
  #connection: Connection | undefined;
  #messages: MessageTasks | undefined;
  readonly #opening: Opening;
  /** Bytes given to `send` since nothing was left waiting; without headers, as WHATWG counts. */
  #queued = 0;
  /** Bytes given to `send` when it was too late; they are counted and never sent. */
  #lost = 0;
  /** Sends that have to wait for a Blob before them. */
  #blobs: Promise<unknown> | undefined;

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param protocols subprotocols in order of preference
   * @throws DOMException SyntaxError
   */
  constructor(url: string | URL, protocols: string | readonly string[] = [], options: ClientOptions = {}) {
    super();
    this.#opening = open(url, typeof protocols === 'string' ? [protocols] : [...protocols], options);
    this.#opening.connection.then(
      (connection) => this.#run(connection),
      (error: WebSocketError) => this.#end(error, { code: 1006, reason: '', wasClean: false }),
    );
  }

  get url(): string {
    return this.#opening.url;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    // The peer's Close may be in before TCP is over; but what came before it is delivered while OPEN.
    const hasAll = this.#messages?.isWaiting === true && this.#connection!.readyState !== 'open';
    return this.#readyState === OPEN && hasAll ? CLOSING : this.#readyState;
  }

  get protocol(): string {
    return this.#connection?.protocol ?? '';
  }

  get extensions(): string {
    return formatExtensions(this.#connection?.extensions ?? []);
  }

  /** Bytes of payload that were sent and not yet given to the network. */
  get bufferedAmount(): number {
    const waiting = this.#connection?.bufferedAmount ?? 0;
    if (waiting === 0 && this.#blobs === undefined) this.#queued = 0;
    return (this.#blobs === undefined ? Math.min(this.#queued, waiting) : this.#queued) + this.#lost;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  /** What is no BinaryType is ignored, as Web IDL has it for enumerations. */
  set binaryType(type: BinaryType) {
    if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
  }

  /** @throws DOMException InvalidStateError before the connection is open */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    if (this.#readyState === CONNECTING)
      throw new DOMException('the connection is not open yet', 'InvalidStateError');
    const message = viewOf(data);
    const size = typeof message === 'string' ? Buffer.byteLength(message) : sizeOf(message);
    if (this.readyState !== OPEN) {
      this.#lost += size;
      return;
    }
    this.#queued += size;
    if (message instanceof Blob || this.#blobs !== undefined) this.#sendAfterBlobs(message);
    else this.#connection!.send(message);
  }

  /** A Blob's bytes come later, and what is sent after it must not overtake it. */
  #sendAfterBlobs(message: string | Uint8Array | Blob): void {
    const before = this.#blobs;
    // A copy, as the caller may change the bytes as soon as `send` returns.
    const now = message instanceof Uint8Array ? Uint8Array.from(message) : message;
    const sent = (async () => {
      const data = now instanceof Blob ? new Uint8Array(await now.arrayBuffer()) : now;
      await before;
      this.#connection!.send(data);
    })().catch(() => this.#connection!.terminate());
    const last = sent.then(() => {
      if (this.#blobs === last) this.#blobs = undefined;
    });
    this.#blobs = last;
  }

  /**
   * Starts the closing handshake, or gives up the opening one.
   *
   * @param code 1000, or 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason
   */
  close(code?: number, reason?: string): void {
    const content = checkClose(code === undefined ? undefined : clamp(code), reason);
    if (this.#readyState === CLOSING || this.#readyState === CLOSED) return;
    const wasConnecting = this.#readyState === CONNECTING;
    this.#readyState = CLOSING;
    if (wasConnecting) this.#opening.abort();
    else if (this.#blobs === undefined) this.#connection!.close(...content);
    else this.#blobs.then(() => this.#connection!.close(...content));
  }

  async #run(connection: Connection): Promise<void> {
    if (this.#readyState === CLOSING) {
      // Closed before it was open, and too late to stop the handshake.
      connection.terminate();
      const info = await connection.closed;
      return this.#end(info.error, info);
    }
    this.#connection = connection;
    this.#readyState = OPEN;
    this.dispatchEvent(new Event('open'));
    const { origin } = new URL(this.url);
    this.#messages = new MessageTasks(connection, (message) => {
      // After `close` no message is wanted, though all may have come, and the peer's Close behind them.
      if (this.#readyState !== OPEN) return;
      const data = typeof message === 'string' ? message : this.#binary(message);
      this.dispatchEvent(messageEvent(data, origin));
    });
    const info = await this.#messages.run();
    this.#end(info.error, info);
  }

  #binary(bytes: Uint8Array): Blob | ArrayBuffer {
    if (this.#binaryType === 'blob') return new Blob([bytes]);
    // A copy: other messages may lie next to this one.
    return new Uint8Array(bytes).buffer;
  }

  #end(error: WebSocketError | undefined, info: { code: number; reason: string; wasClean: boolean }): void {
    this.#readyState = CLOSED;
    if (error !== undefined) this.dispatchEvent(new ErrorEvent(error));
    const { code, reason, wasClean } = info;
    this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }));
  }
}

defineHandlers(WebSocket.prototype, ['open', 'message', 'error', 'close']);

// What Web IDL makes of an interface: its members can be enumerated, and it has a name.
for (const name of Object.getOwnPropertyNames(WebSocket.prototype))
  if (name !== 'constructor') Object.defineProperty(WebSocket.prototype, name, { enumerable: true });
Object.defineProperty(WebSocket.prototype, Symbol.toStringTag, { value: 'WebSocket', configurable: true });

// The constants are on the prototype too, as Web IDL has it, and cannot be changed there.
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED }))
  for (const target of [WebSocket, WebSocket.prototype])
    Object.defineProperty(target, name, { value, enumerable: true, writable: false, configurable: false });

/** Not a copy: what is sent at once is copied where it is masked. */
function viewOf(data: unknown): string | Uint8Array | Blob {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (data instanceof Blob) return data;
  return String(data);
}

function sizeOf(data: Uint8Array | Blob): number {
  return data instanceof Blob ? data.size : data.length;
}

/** Web IDL's [Clamp] unsigned short: the nearest integer, even where two are as near. */
function clamp(value: number): number {
  const number = Math.min(Math.max(Number(value), 0), 65_535) || 0;
  const floor = Math.floor(number);
  const rest = number - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
