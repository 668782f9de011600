// WebSocket, the browser's interface (WHATWG WebSockets 3), on a Connection: the constructor makes the same
// checks, and the attributes, the order of events and the exceptions are the same. Code that is written for a
// browser runs unchanged; the third argument has options that browsers do not have.

import type { ClientOptions } from '../client.ts';
import type { Connection } from '../connection/connection.ts';
import { checkClose } from '../wire/close-info.ts';
import { formatExtensions, type WebSocketError } from '../wire/index.ts';
import { clamp, defineInterface, toText, toTextOrTexts, toUsvText } from '../wire/web-idl.ts';
import { type Attempt, bytesOf, establish } from './establish.ts';
import { CloseEvent, ErrorEvent } from './events.ts';
import { defineHandlers } from './handlers.ts';
import { messageEvent } from './message-event.ts';
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
/** The platform's own interface, if it has one: then a handler for the one fits the other. */
type Target = typeof globalThis extends { WebSocket: { prototype: infer Platform } } ? Platform : WebSocket;
type Handler<E extends Event> = ((this: Target, event: E) => unknown) | null;
type Listener<Type extends keyof EventMap> = (this: Target, event: EventMap[Type]) => unknown;
type AnyListener = Parameters<EventTarget['addEventListener']>[1];
type AddOptions = Parameters<EventTarget['addEventListener']>[2];
type RemoveOptions = Parameters<EventTarget['removeEventListener']>[2];

/** EventTarget itself, with types that know which listener gets which event. */
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
  /** The event is an ErrorEvent; but a handler that is typed for a browser takes any Event, for Node any Error. Both must fit. */
  declare onerror: Handler<Event & { readonly error?: Error; readonly message?: string }>;
  declare onclose: Handler<CloseEvent>;

  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #binaryType: BinaryType = 'blob';
  #connection: Connection | undefined;
  #messages: MessageTasks | undefined;
  readonly #attempt: Attempt;
  /** Bytes that `send` got since the last time that nothing waited; without frame headers, as WHATWG counts. */
  #queued = 0;
  /** Bytes that `send` got too late: WHATWG counts them, though they are never sent. */
  #lost = 0;
  /** Sends that wait for a Blob before them. */
  #blobs: Promise<unknown> | undefined;

  static {
    defineHandlers(WebSocket.prototype, ['open', 'message', 'error', 'close'], (target) => {
      void (target as WebSocket).#readyState;
    });
  }

  /**
   * @param url ws:, wss:, http: or https:, without a fragment
   * @param protocols one subprotocol, or an array of them in order of preference. Web IDL converts other values: an object
   * that is not iterable becomes a string
   * @param options options that browsers do not have. Three defaults differ from those of `connect`, because browsers have no
   * such limits: `maxQueued` and `maxFragments` are Infinity, and `maxMessage` is 512 MiB (close code 1009)
   * @throws DOMException SyntaxError; TypeError if a value cannot be converted
   */
  constructor(url: string | URL, protocols: string | object = [], options: ClientOptions = {}) {
    super();
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('a WebSocket needs a URL');
    this.#attempt = establish(toText(url), toTextOrTexts(protocols, 'protocols'), options);
    this.#attempt.connection.then(
      (connection) => this.#run(connection),
      (error: WebSocketError) => this.#end(error, { code: 1006, reason: '', wasClean: false }),
    );
  }

  get url(): string {
    return this.#attempt.url;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    // The peer's Close may come before TCP is over. The state is CLOSING then, but only after all earlier messages are
    // delivered.
    const hasAll = this.#messages?.isWaiting === true && this.#connection!.readyState !== 'open';
    return this.#readyState === OPEN && hasAll ? CLOSING : this.#readyState;
  }

  get protocol(): string {
    return this.#connection?.protocol ?? '';
  }

  get extensions(): string {
    return formatExtensions(this.#connection?.extensions ?? []);
  }

  /** Bytes of payload that the user has sent and the network has not taken yet. */
  get bufferedAmount(): number {
    const waiting = this.#connection?.bufferedAmount ?? 0;
    if (waiting === 0 && this.#blobs === undefined) this.#queued = 0;
    return (this.#blobs === undefined ? Math.min(this.#queued, waiting) : this.#queued) + this.#lost;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  /** Ignores a value that is not a BinaryType, as Web IDL does for enumerations. */
  set binaryType(type: BinaryType) {
    const text = toText(type);
    this.#binaryType = text === 'blob' || text === 'arraybuffer' ? text : this.#binaryType;
  }

  /**
   * @param data bytes, which must be neither shared nor resizable, or a Blob; any other value becomes text
   * @throws DOMException InvalidStateError before the connection is open; TypeError if a value cannot be converted
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('send needs a message');
    // Convert before looking at the state: the value's `toString` may change the state.
    const message = typeof data === 'string' ? data : (bytesOf(data) ?? blobOrText(data));
    if (this.#readyState === CONNECTING)
      throw new DOMException("the connection is not open yet: wait for 'open'", 'InvalidStateError');
    const size = sizeOf(message);
    // Why not `this.readyState`: it may still be OPEN, to deliver messages, after the connection has ended.
    if (this.#readyState !== OPEN || this.#connection!.readyState !== 'open') {
      this.#lost += size;
      return;
    }
    this.#queued += size;
    if (this.#blobs === undefined && !(message instanceof Blob)) this.#connection!.send(message);
    else this.#sendAfterBlobs(message, size);
  }

  /** A Blob's bytes come later; messages behind it must not overtake it. */
  #sendAfterBlobs(message: string | Uint8Array | Blob, size: number): void {
    const before = this.#blobs;
    // A copy, because the caller may change the bytes as soon as `send` returns.
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
    void this.#readyState; // throws a TypeError if `this` is not a WebSocket
    const clamped = code === undefined ? undefined : clamp(code);
    const content = checkClose(clamped, reason === undefined ? '' : toUsvText(reason));
    if (this.#readyState === CLOSING || this.#readyState === CLOSED) return;
    const wasConnecting = this.#readyState === CONNECTING;
    this.#readyState = CLOSING;
    if (wasConnecting) this.#attempt.abort();
    else if (this.#blobs === undefined) this.#connection!.close(...content);
    else this.#blobs.then(() => this.#connection!.close(...content));
  }

  async #run(connection: Connection): Promise<void> {
    if (this.#readyState === CLOSING) {
      // The user closed it before it was open, but too late to stop the handshake.
      connection.terminate();
      const info = await connection.closed;
      return this.#end(info.error, info);
    }
    this.#connection = connection;
    this.#readyState = OPEN;
    this.dispatchEvent(new Event('open'));
    const { origin } = new URL(this.url);
    this.#messages = new MessageTasks(connection, (message) => {
      // After `close`, drop messages, even if they and the peer's Close have come already.
      if (this.#readyState !== OPEN) return;
      const data = typeof message === 'string' ? message : this.#binary(message);
      this.dispatchEvent(messageEvent(data, origin));
    });
    const info = await this.#messages.run();
    this.#end(info.error, info);
  }

  #binary(bytes: Uint8Array): Blob | ArrayBuffer {
    if (this.#binaryType === 'blob') return new Blob([bytes as Uint8Array<ArrayBuffer>]);
    // A copy: the message's ArrayBuffer may hold other messages too.
    return new Uint8Array(bytes).buffer;
  }

  #end(error: WebSocketError | undefined, info: { code: number; reason: string; wasClean: boolean }): void {
    this.#readyState = CLOSED;
    // Bytes that never left count for ever: "the number does not reset to zero once the connection closes".
    this.#lost = this.bufferedAmount;
    this.#queued = 0;
    if (error !== undefined) this.dispatchEvent(new ErrorEvent(error));
    const { code, reason, wasClean } = info;
    this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }));
  }
}

defineInterface(WebSocket.prototype, 'WebSocket');

// Web IDL puts the constants on the prototype too, and makes them read-only.
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
