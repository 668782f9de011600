// WebSocket, the browser's interface (WHATWG WebSockets 3), on a Connection: the same constructor checks,
// attributes, events in the same order, and exceptions. Code written for a browser runs unchanged; the
// third argument has what a browser would not let you have.

import type { ClientOptions } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import { checkClose } from '../wire/close-info.ts';
import { formatExtensions, type WebSocketError } from '../wire/index.ts';
import { clamp, defineInterface, toText, toTextOrTexts, toUsvText } from '../wire/web-idl.ts';
import { CloseEvent, defineHandlers, ErrorEvent, messageEvent } from './events.ts';
import { bytesOf, type Opening, open } from './opening.ts';
import { MessageTasks } from './tasks.ts';

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
/** The platform's own interface, where it has one: a handler of the one is then a handler of the other. */
type Target = typeof globalThis extends { WebSocket: { prototype: infer Platform } } ? Platform : WebSocket;
type Handler<E extends Event> = ((this: Target, event: E) => unknown) | null;
type Listener<Type extends keyof EventMap> = (this: Target, event: EventMap[Type]) => unknown;
type AnyListener = Parameters<EventTarget['addEventListener']>[1];
type AddOptions = Parameters<EventTarget['addEventListener']>[2];
type RemoveOptions = Parameters<EventTarget['removeEventListener']>[2];

/** EventTarget itself, with types that know which event comes to whom. */
interface SocketEventTarget extends EventTarget {
  addEventListener<T extends keyof EventMap>(type: T, listener: Listener<T>, options?: AddOptions): void;
  addEventListener(type: string, listener: AnyListener, options?: AddOptions): void;
  removeEventListener<T extends keyof EventMap>(
    type: T,
    listener: Listener<T>,
    options?: RemoveOptions,
  ): void;
  removeEventListener(type: string, listener: AnyListener, options?: RemoveOptions): void;
}
const SocketEventTarget: new () => SocketEventTarget = EventTarget;

export class WebSocket extends SocketEventTarget {
  static readonly CONNECTING: 0 = CONNECTING;
  static readonly OPEN: 1 = OPEN;
  static readonly CLOSING: 2 = CLOSING;
  static readonly CLOSED: 3 = CLOSED;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;
  declare onopen: Handler<Event>;
  declare onmessage: Handler<MessageEvent>;
  /** An ErrorEvent comes; but a browser's type of handler takes any Event, and is to be taken here. */
  declare onerror: Handler<Event & Partial<Pick<ErrorEvent, 'error' | 'message'>>>;
  declare onclose: Handler<CloseEvent>;

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

  static {
    defineHandlers(WebSocket.prototype, ['open', 'message', 'error', 'close'], (target) => {
      void (target as WebSocket).#readyState;
    });
  }

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param protocols one subprotocol, or an array of them in order of preference. Anything else is converted as Web IDL has
   * it: an object that cannot be iterated becomes a string
   * @param options what a browser would not let you have. Of two the defaults are other than `connect`'s, as a browser has
   * no such limits: `maxQueued` is Infinity, and `maxMessage` 512 MiB (close code 1009)
   * @throws DOMException SyntaxError; TypeError for what cannot be converted
   */
  constructor(url: string | URL, protocols: string | object = [], options: ClientOptions = {}) {
    super();
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('a WebSocket needs a URL');
    this.#opening = open(toText(url), toTextOrTexts(protocols, 'protocols'), options);
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
    const text = toText(type);
    this.#binaryType = text === 'blob' || text === 'arraybuffer' ? text : this.#binaryType;
  }

  /**
   * @param data bytes that are neither shared nor resizable; what is no bytes and no Blob becomes text
   * @throws DOMException InvalidStateError before the connection is open; TypeError for what cannot be converted
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('send needs a message');
    // All is converted before the state is looked at: `toString` may change it.
    const message = typeof data === 'string' ? data : (bytesOf(data) ?? blobOrText(data));
    if (this.#readyState === CONNECTING)
      throw new DOMException("the connection is not open yet: wait for 'open'", 'InvalidStateError');
    const size = sizeOf(message);
    // Not `this.readyState`: messages may still be delivered when the connection has ended already.
    if (this.#readyState !== OPEN || this.#connection!.readyState !== 'open') {
      this.#lost += size;
      return;
    }
    this.#queued += size;
    if (this.#blobs === undefined && !(message instanceof Blob)) this.#connection!.send(message);
    else this.#sendAfterBlobs(message, size);
  }

  /** A Blob's bytes come later, and what is sent after it must not overtake it. */
  #sendAfterBlobs(message: string | Uint8Array | Blob, size: number): void {
    const before = this.#blobs;
    // A copy, as the caller may change the bytes as soon as `send` returns.
    const now = message instanceof Uint8Array ? Uint8Array.from(message) : message;
    const sent = (async () => {
      const data = now instanceof Blob ? new Uint8Array(await now.arrayBuffer()) : now;
      await before;
      if (this.#connection!.readyState === 'open') return void this.#connection!.send(data);
      this.#queued -= size;
      this.#lost += size;
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
  close(code: number | undefined = undefined, reason: string | undefined = undefined): void {
    void this.#readyState; // a TypeError, where this is no WebSocket
    const clamped = code === undefined ? undefined : clamp(code);
    const content = checkClose(clamped, reason === undefined ? '' : toUsvText(reason));
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
    if (this.#binaryType === 'blob') return new Blob([bytes as Uint8Array<ArrayBuffer>]);
    // A copy: other messages may lie next to this one.
    return new Uint8Array(bytes).buffer;
  }

  #end(error: WebSocketError | undefined, info: { code: number; reason: string; wasClean: boolean }): void {
    this.#readyState = CLOSED;
    // What never left is counted for good: "the number does not reset to zero once the connection closes".
    this.#lost = this.bufferedAmount;
    this.#queued = 0;
    if (error !== undefined) this.dispatchEvent(new ErrorEvent(error));
    const { code, reason, wasClean } = info;
    this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }));
  }
}

defineInterface(WebSocket.prototype, 'WebSocket');

// The constants are on the prototype too, as Web IDL has it, and cannot be changed there.
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED }))
  for (const target of [WebSocket, WebSocket.prototype])
    Object.defineProperty(target, name, { value, enumerable: true, writable: false, configurable: false });

function blobOrText(data: unknown): Blob | string {
  return data instanceof Blob ? data : toText(data);
}

function sizeOf(message: string | Uint8Array | Blob): number {
  if (typeof message === 'string') return Buffer.byteLength(message);
  return message instanceof Uint8Array ? message.length : message.size;
}
