// One transport with one Protocol: the object that a server's user holds, and that the client's WebSocket is built on. It
// has everything that one can do with an open connection, its events, and its life from the end of the opening handshake
// to the end of the transport (RFC 6455 7), with its deadlines. Bytes come in through the Receiver and messages go out
// through the Sender; messages that wait for a consumer are in the Inbox.
//
// A peer cannot make anything here throw or reject: `send` says false, loops end, and `closeInfo` tells why.
// The one exception is a message that is read in parts: if its end never comes, reading it throws.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { reasonOf } from 'http-mini/wire';
import {
  type Extension,
  encodeClose,
  type Message,
  Protocol,
  sendableCode,
  WebSocketError,
} from '../wire/index.ts';
import { Inbox, type Item } from './inbox.ts';
import { type MessageStream, MessageStreams } from './message-stream.ts';
import type {
  BytesObserver,
  CloseInfo,
  CloseOptions,
  ConnectionAgreement,
  ConnectionEvents,
  ConnectionSettings,
  SendOptions,
} from './options.ts';
import { Pings } from './pings.ts';
import { Loop, type LoopCalls } from './queue.ts';
import { Receiver, type ReceiverEvent } from './receiver.ts';
import { type Part, Sender } from './sender.ts';
import { own, ownsMemory, startReceiving, type TransportEvents } from './transport.ts';

const noExtensions: readonly Extension[] = [];

const nothing = new Uint8Array(0);

/** Stands for the inboxes of all connections that have held no message yet: most never do. */
const empty = new Inbox();

export class Connection extends EventEmitter<ConnectionEvents> {
  /** The subprotocol that both sides agreed on, or ''. */
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** The peer's address, if the transport has one. Read at once: after a reset the system does not know it any more. */
  readonly remoteAddress: string | undefined;
  readonly #transport: Duplex;
  readonly #settings: ConnectionSettings;
  readonly #observer: BytesObserver | undefined;
  readonly #wire: Protocol;
  readonly #receiver: Receiver;
  readonly #sender: Sender;
  /** Read it here; to change it, use `#ownInbox`. */
  #inbox = empty;
  /** `waiting`: for a consumer; loops may take messages. `flowing`: messages go to the listeners. `paused`: by `pause`. */
  #mode: 'waiting' | 'flowing' | 'paused' = 'waiting';
  /** Made late, as are the inbox and the Pings: few connections need them. */
  #streams: MessageStreams | undefined;
  #pings: Pings | undefined;
  /** The peer lives: bytes came. Why a flag and not a time: it is set for every chunk, and read only now and then. */
  #hasHeard = true;
  /** We have sent a Ping since the peer was last heard. */
  #hasPinged = false;
  /** When the silence has lasted for `heartbeat`. */
  #silentAt = 0;
  /** Until this is set, nothing is handled, and the transport stays paused. */
  #hasBegun = false;
  /** Some of what came is not handled yet: it had to wait, or a listener threw. */
  #isBehind = false;
  /** A consumer has asked for a message since the last check. */
  #wasAsked = false;
  /** The deadline for the end of the connection; set at the first sign of an end. */
  #closeBy: number | undefined;
  /**
   * The state of our own end, after the peer has sent its Close or its FIN, or has broken a rule. It is held until the
   * consumers of earlier messages have had their chance to answer, or `closeTimeout` is over.
   */
  #end: 'none' | 'held' | 'done' = 'none';
  #error: WebSocketError | undefined;
  #closeInfo: CloseInfo | undefined;
  #closed: Promise<CloseInfo> | undefined;
  #resolveClosed: ((info: CloseInfo) => void) | undefined;

  /**
   * @param transport has the opening handshake behind it, and no listeners
   * @param leftover the bytes that came behind the handshake
   */
  constructor(
    transport: Duplex,
    leftover: Uint8Array,
    settings: ConnectionSettings,
    { protocol = '', extensions = noExtensions, deflate, observer }: ConnectionAgreement = {},
  ) {
    super();
    const { role, maskKey, maxMessage, maxFragments, textAs } = settings;
    // What only some transports have: those of TCP, also inside TLS.
    const socket: Partial<Pick<Socket, 'remoteAddress' | 'setNoDelay' | 'setTimeout'>> = transport as Socket;
    this.protocol = protocol;
    this.extensions = extensions;
    this.remoteAddress = socket.remoteAddress;
    this.#transport = transport;
    this.#settings = settings;
    this.#observer = observer;
    const compression = deflate !== undefined;
    this.#wire = new Protocol({ role, maskKey, maxMessage, maxFragments, textAs, compression });
    this.#wire.holdsClose = true;
    this.#receiver = new Receiver(this.#wire, deflate);
    this.#sender = new Sender(transport, this.#wire, settings, deflate, observer);
    // Paused until `begin`: without a 'data' listener, bytes would be lost.
    transport.pause();
    socket.setTimeout?.(0);
    // We gather the frames of a turn ourselves; Nagle's algorithm would only delay the last packet of them.
    socket.setNoDelay?.(true);
    // A FIN may come while we still have to answer a Close (`connection.test.ts`, "a FIN behind messages").
    transport.allowHalfOpen = true;
    own(transport, this, Connection.#events);
    this.on('newListener', Connection.#listenerAdded);
    // Begin in a later turn, after all promises that settle in this one: the caller, which may await this
    // connection, can add its listeners first (`connection.test.ts`, "who awaits `connect`").
    setImmediate(Connection.#begin, this, ownsMemory(transport) ? leftover : Buffer.from(leftover));
  }

  // Why static, here and below: these functions exist once, and a closure would exist once for each connection.

  static readonly #events: TransportEvents<Connection> = {
    data: (connection, chunk, isLent) => connection.#received(chunk, isLent),
    end: (connection) => connection.#peerEnded(),
    close: (connection) => connection.#transportClosed(),
    drain: (connection) => connection.#sender.drained(),
  };

  static #begin(connection: Connection, leftover: Uint8Array): void {
    connection.#hasBegun = true;
    startReceiving(connection.#transport);
    try {
      if (leftover.length > 0) connection.#received(leftover, false);
    } finally {
      // Resumes the transport if there is room for more, even if a listener threw.
      connection.#turnAgain();
    }
  }

  // An emitter calls its listeners on itself, so `this` is no class here; and Node emits 'newListener' before it adds the
  // listener, hence the tick.
  static #listenerAdded(this: Connection, event: string | symbol): void {
    if (event !== 'message') return;
    // biome-ignore lint/complexity/noThisInStatic: see above
    if (this.listenerCount('message') === 0) process.nextTick(Connection.#startFlow, this);
  }

  /** The first listener has come. If the program has paused meanwhile, it waits for `resume`. */
  static #startFlow(connection: Connection): void {
    if (connection.#mode === 'waiting') connection.resume();
  }

  /** Removes the user's listeners. Ours stays: without it, no later 'message' listener would start the flow. */
  override removeAllListeners(event?: keyof ConnectionEvents): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    if (this.listenerCount('newListener') === 0) this.on('newListener', Connection.#listenerAdded);
    return this;
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    if (this.#closeInfo !== undefined) return 'closed';
    return this.#sender.isOpen ? 'open' : 'closing';
  }

  /** How the connection ended; set once the transport is closed. */
  get closeInfo(): CloseInfo | undefined {
    return this.#closeInfo;
  }

  /** Bytes that the user has sent and the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#sender.size;
  }

  // ---- Bytes in --------------------------------------------------------------------------------

  #received(chunk: Uint8Array, isLent: boolean): void {
    this.#hasHeard = true;
    this.#observer?.received(chunk);
    if (this.#end === 'done') return;
    // If the consumer is behind, we keep this chunk and read no other until the consumer has caught up.
    if (this.#mustWait) this.#transport.pause();
    this.#receiver.receive(chunk, isLent);
    try {
      this.#turn();
    } finally {
      if (isLent) this.#receiver.endLoan();
      // Even if a listener threw: send what was sent before that.
      this.#sender.flush();
    }
  }

  /** Whether to stop reading: the consumer is behind, or we are. */
  get #mustWait(): boolean {
    return this.#receiver.isAtWork || this.#inbox.isFull;
  }

  /** Handles what has come, as far as there is room. */
  #turn(): void {
    // Inside a turn, its own loop goes on; nested turns could be as deep as there are messages.
    if (this.#sender.isInTurn || !this.#hasBegun) return;
    this.#sender.isInTurn = true;
    this.#isBehind = true;
    try {
      this.#pump();
    } finally {
      this.#sender.isInTurn = false;
      // A listener threw: what is behind its message must not wait for a chunk that may never come.
      if (this.#isBehind && !this.#mustWait) setImmediate(Connection.#goOn, this);
    }
  }

  static #goOn(connection: Connection): void {
    connection.#receiver.refresh();
    connection.#turnAgain();
  }

  /** The same, but the write waits for the end of the turn, so that the consumer's answers can join it. */
  #turnAgain(): void {
    this.#turn();
    this.#sender.schedule();
  }

  /** Handles all events that were read, even if the consumer is behind: a Ping or the peer's Close may be among them. */
  #pump(): void {
    this.#deliverHeld();
    for (;;) {
      const event = this.#receiver.next(this.#inbox);
      if (event === undefined) break;
      if (event.type === 'message') this.#deliver(event);
      else this.#handle(event);
    }
    if (this.#receiver.isAtWork) return;
    // Our end was held while we were at work.
    this.#endSoon();
    this.#isBehind = this.#inbox.isFull;
    if (this.#transport.closed) {
      // First, because a listener that hears of the end may throw.
      if (!this.#isBehind) this.#ownInbox.end();
      this.#transportClosed();
    } else if (this.#transport.readableEnded) {
      if (this.#receiver.state !== 'held up') this.#peerIsDone();
    } else if (!this.#isBehind && this.#transport.isPaused()) this.#transport.resume();
  }

  #handle(event: Exclude<ReceiverEvent, { type: 'message' }>): void {
    switch (event.type) {
      case 'part':
        this.#ownInbox.push(event);
        break;
      case 'ping':
        this.emit('ping', event.data);
        break;
      case 'pong':
        this.#pings?.receivePong(event.data);
        this.emit('pong', event.data);
        break;
      case 'failed':
        this.#error ??= event.error;
        this.#peerIsDone();
        break;
      case 'close':
        this.#peerIsDone();
        break;
      case 'busy':
        // After the end we read on, whatever comes (`#finish`).
        if (this.#end !== 'done') this.#transport.pause();
        if (event.until === undefined) setImmediate(Connection.#goOn, this);
        else {
          // Not in a microtask: an error that a listener throws would become a rejected promise.
          void event.until.then(() => setImmediate(Connection.#goOn, this));
        }
    }
  }

  // ---- Messages in -----------------------------------------------------------------------------

  #deliver(message: Message): void {
    const { data, isText } = message;
    // If a listener threw, held messages may remain: deliver them first.
    if (this.#mode === 'flowing' && this.#inbox.size === 0) {
      if (this.emit('message', data, typeof data !== 'string' && isText !== true)) return;
      // The last listener has gone: messages wait for the next consumer.
      this.#mode = 'waiting';
    }
    this.#ownInbox.push(isText ? message : data);
    this.#deliverHeld();
  }

  #deliverHeld(): void {
    // Check each time: a listener may call `pause`, end the connection, or remove itself.
    while (this.#mode === 'flowing' && this.#inbox.size > 0) {
      if (this.listenerCount('message') === 0) this.#mode = 'waiting';
      else {
        const item = this.#inbox.shift()!;
        this.emit('message', messageIn(item), item instanceof Uint8Array);
      }
    }
  }

  get #ownInbox(): Inbox {
    if (this.#inbox === empty) this.#inbox = new Inbox();
    return this.#inbox;
  }

  /**
   * Stops 'message' events, also those that a first listener would start. The connection still reads about 64 KiB of
   * messages ahead, and up to 256 KiB to see whether the connection ends behind them. If the end is behind more than that,
   * it shows after `resume`; if the peer is gone, the heartbeat finds out.
   */
  pause(): void {
    this.#mode = 'paused';
  }

  /** Starts 'message' events again. */
  resume(): void {
    // If messages are read in parts, there is nothing for listeners.
    const mayFlow = this.#streams === undefined && !this.#inbox.isDiscarding;
    this.#mode = mayFlow ? 'flowing' : 'waiting';
    try {
      this.#deliverHeld();
    } finally {
      // Even if a listener threw: else we would never read again.
      if (this.#isBehind) this.#turnAgain();
      if (this.#mode === 'flowing' && this.#inbox.size > 0) setImmediate(Connection.#goOn, this);
      this.#consumerMoved();
    }
  }

  /**
   * The messages, each read when the loop asks for it. The loop ends when the connection has ended, cleanly or
   * not; `closeInfo` says how. Leaving the loop closes nothing; another loop goes on from there.
   *
   * @throws WebSocketError `messages-in-parts`, after `streams`
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    if (this.#streams !== undefined)
      throw new WebSocketError('messages-in-parts', 'messages are being read in parts: go on with `streams`');
    return new Loop(this, Connection.#messageLoop);
  }

  static readonly #messageLoop: LoopCalls<Connection, string | Uint8Array> = {
    next: (connection, loop) => {
      if (loop.state === 'new') connection.#ownInbox.startLoop();
      const taken = connection.#take(loop) as Promise<IteratorResult<string | Uint8Array, undefined>>;
      return connection.#settings.textAs === 'string' ? taken : taken.then(withMessage);
    },
    left: (connection, loop) => connection.#leave(loop),
  };

  /**
   * The messages, each of which the caller reads part by part as it comes: for messages that are too large to
   * hold in memory. `maxMessage` still limits them. When the caller asks for the next message, the rest of the
   * one before is skipped, and reading that one throws from then on: await what reads it. There is no way back: no
   * 'message' events come any more. One can pass such a message to `send` as it is.
   */
  streams(): AsyncIterableIterator<MessageStream, undefined> {
    this.#mode = 'waiting';
    this.#wire.receiveInParts();
    this.#streams ??= new MessageStreams(
      async (by) => (await this.#take(by)).value,
      this.#receiver.deflate,
      (error) => {
        // Nothing behind a broken rule counts (RFC 6455 7.1.7), even if it has come already.
        this.#discard();
        this.#wire.fail(error);
        this.#handle({ type: 'failed', error });
      },
    );
    return new Loop(this, Connection.#streamLoop);
  }

  static readonly #streamLoop: LoopCalls<Connection, MessageStream> = {
    next: (connection, loop) => connection.#streams!.next(loop),
    left: (connection, loop) => connection.#leave(loop),
  };

  /** @param by see `#leave` */
  #take(by: unknown): Promise<IteratorResult<Item, undefined>> {
    // A consumer that asks ends an earlier `pause`.
    if (this.#mode === 'paused') this.#mode = 'waiting';
    const result = this.#ownInbox.next(by);
    // There may be room to read on.
    if (this.#isBehind) this.#turnAgain();
    this.#consumerMoved();
    return result;
  }

  #leave(by: unknown): void {
    this.#ownInbox.leave(by);
    this.#consumerMoved();
  }

  /** Drops the messages that came, and those that still come. */
  #discard(): void {
    this.#mode = 'waiting';
    this.#ownInbox.discard();
  }

  /** A consumer asks for the next message, or has left its loop: it may have answered the last one that came. */
  #consumerMoved(): void {
    this.#wasAsked = true;
    this.#endSoon();
  }

  // ---- Messages out ----------------------------------------------------------------------------

  /**
   * Sends a message: a string as text, bytes as binary. A server does not copy messages of more than 4 KiB of bytes: do
   * not change them until the promise is fulfilled.
   *
   * An async iterable is a message in parts, all strings or all bytes, unless `type` says what they become. Each part is a
   * fragment, sent as it comes and as fast as the peer takes them, never compressed; messages that are sent meanwhile wait
   * behind it. If the iterable throws, or mixes strings and bytes, the connection fails with 1011 and the promise says
   * false. If not all of it is sent, the iterable is told: by `return` of its iterator, or by `destroy` of a Readable.
   *
   * @returns fulfilled when the peer can take more: with true, or with false if the connection is
   * closing or closed, or the message was dropped (`slowConsumer`). Never rejected.
   * @throws WebSocketError `data-not-supported`; `fragment-unexpected` between two fragments
   */
  send(message: Part | AsyncIterable<Part>, options?: SendOptions): Promise<boolean> {
    if (typeof message === 'object' && message !== null && Symbol.asyncIterator in message)
      return this.#sender
        .sendParts(message, options?.type)
        .catch((error: WebSocketError) => this.#failAtOnce(error));
    return this.#sender.send(message, options);
  }

  /**
   * Sends a part of a message. Send no other message until `last`.
   *
   * @param options `type`, with the first part: what the message is sent as. Default: a string makes it text, bytes binary.
   * Bytes that are parts of a text may be cut within a character
   * @returns as `send` does
   * @throws WebSocketError `data-not-supported`
   */
  sendFragment(part: Part, last: boolean, options?: Pick<SendOptions, 'type'>): Promise<boolean> {
    return this.#sender.sendFragment(part, last, options?.type);
  }

  /**
   * Sends a frame that the caller built once for many connections: see `WebSocketServer.broadcast`.
   *
   * @returns as `send` does; also false between two fragments
   * @throws WebSocketError `frame-invalid` for a client, which masks each frame anew (RFC 6455 5.3)
   */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    return this.#sender.sendFrame(frame);
  }

  /** We cannot finish a message that we have begun, and the Protocol has failed the connection (RFC 6455 7.1.7). */
  #failAtOnce(error: WebSocketError): false {
    this.#error ??= error;
    this.#startClosing();
    this.#finish();
    return false;
  }

  // ---- Is the peer there? ----------------------------------------------------------------------

  /**
   * Sends a Ping (RFC 6455 5.5.2).
   *
   * @param data at most 125 bytes. Default: data that no other Ping of this connection has
   * @returns fulfilled with the milliseconds until its Pong; or with undefined if the connection ended first, or nothing was
   * read for `heartbeat` because the consumer of the messages is behind. A loop that awaits the Pong of its own connection
   * is such a consumer, and the Pong may stand behind more messages than are read ahead
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  ping(data?: Uint8Array): Promise<number | undefined> {
    if (!this.#sender.isOpen) return Promise.resolve(undefined);
    this.#pings ??= new Pings(this.#settings.clock, this.#settings.heartbeat);
    const sent = data ?? this.#pings.nextData();
    this.#wire.ping(sent);
    this.#sender.schedule();
    return this.#pings.pong(sent);
  }

  /**
   * Sends a Pong that answers no Ping: a heartbeat in one direction (RFC 6455 5.5.3). Every Ping is answered without it.
   *
   * @param data at most 125 bytes. Default: none
   * @returns false if the connection is closing or closed
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  pong(data: Uint8Array = nothing): boolean {
    if (!this.#sender.isOpen) return false;
    this.#wire.pong(data);
    this.#sender.schedule();
    return true;
  }

  /**
   * Checks the deadlines. The server or client that made this connection calls it regularly.
   *
   * A connection can be dead for hours before TCP says so. After some silence we send a Ping, and after as much silence
   * again we give the peer up. Every byte that comes counts as a sign of life, not only the Pong; so does every byte that
   * the peer takes.
   */
  check(now: number): void {
    const hasMoved = this.#sender.hasMoved();
    if (this.#closeBy !== undefined) return this.#checkClosing(hasMoved, now);
    if (!this.#wasAsked) this.#lookFurther();
    this.#wasAsked = false;
    const hasRead = this.#takeHeard();
    this.#pings?.check(now, hasRead, this.#mustWait);
    if (hasRead || hasMoved) this.#hasPinged = false;
    else if (now < this.#silentAt) return;
    // If our own consumer is behind, silence is not the peer's fault. But we go on sending Pings: if the peer is gone,
    // writing them fails, which shows an end that is further behind than `lookFurther` may read.
    else if (this.#hasPinged && !this.#mustWait) {
      const message = 'the peer was silent and did not answer a Ping';
      return void this.#transport.destroy(new WebSocketError('heartbeat-missed', message));
    } else this.#hasPinged = true;
    this.#silentAt = now + this.#settings.heartbeat;
    if (!this.#hasPinged) return;
    this.#wire.ping(nothing);
    this.#sender.flush();
  }

  /** Whether `#hasHeard` was set since the last call. */
  #takeHeard(): boolean {
    const hasHeard = this.#hasHeard;
    this.#hasHeard = false;
    return hasHeard;
  }

  /** If the consumer has not asked for a while: reads once more, because the end may be behind the waiting messages. */
  #lookFurther(): void {
    const { isFull, isCrammed } = this.#inbox;
    if (this.#receiver.state === 'ready' && isFull && !isCrammed) this.#transport.resume();
  }

  /** The deadline counts time without progress: bytes that leave, or that come while we wait for the peer's Close, reset it. */
  #checkClosing(hasMoved: boolean, now: number): void {
    const { closeTimeout } = this.#settings;
    const hasHeard = this.#takeHeard() && this.#wire.state === 'closing';
    const isAtWork = this.#sender.takeProgress() || this.#receiver.isAtWork || this.#wasAsked;
    this.#wasAsked = false;
    if (hasMoved || hasHeard || isAtWork) this.#closeBy = now + closeTimeout;
    if (now < this.#closeBy!) return;
    if (this.#end !== 'held')
      return void this.#transport.destroy(
        new WebSocketError('close-timeout', 'the peer did not end the connection in time'),
      );
    this.#closeBy = now + closeTimeout;
    this.#finish();
  }

  // ---- Closing ---------------------------------------------------------------------------------

  /**
   * Starts the closing handshake (RFC 6455 7.1.2). From here on the connection drops incoming messages, as in
   * the WHATWG interface, and only waits for the peer's Close behind them.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999. Default: no code, and the peer sees 1005. A relay may
   * pass on any `closeInfo.code`: 1005 sends no code, and 1006 (the other connection was lost) sends 1011
   * @param reason at most 123 bytes of UTF-8
   * @param options `keepsReceiving`: messages that come before the peer's Close still go to the listeners, or to a loop
   * @returns fulfilled when the transport is closed: when everything sent before has arrived and the peer has answered, or
   * nothing has moved for `closeTimeout`. Never rejected
   * @throws WebSocketError `close-code-not-sendable`, `control-data-too-long`
   */
  close(code?: number, reason?: string, options?: CloseOptions): Promise<CloseInfo> {
    const sent = sendableCode(code);
    encodeClose(sent, reason);
    if (!this.#sender.hasClosed && this.#wire.canSend) {
      this.#startClosing();
      if (options?.keepsReceiving !== true) this.#discard();
      this.#sender.close(sent, reason);
      if (this.#end === 'held') this.#sender.endWith(() => this.#finish());
      this.#turnAgain();
    }
    return this.closed;
  }

  /** Fulfilled when the transport is closed; never rejected. */
  get closed(): Promise<CloseInfo> {
    if (this.#closeInfo !== undefined) return Promise.resolve(this.#closeInfo);
    this.#closed ??= new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    return this.#closed;
  }

  /** Ends the connection at once, without a Close: the peer sees 1006. */
  terminate(): void {
    // rfc6455/7.2.2/abort
    this.#transport.destroy(new WebSocketError('aborted', 'the connection was terminated on this side'));
  }

  /** The peer's FIN. Without a Close before it, the connection is lost (rfc6455/7.2.1/lost). */
  #peerEnded(): void {
    // Behind messages that are still to be inflated there may be a Close, which we must answer: `#pump` goes on.
    this.#turn();
  }

  /** Nothing that the peer still sends counts. */
  #peerIsDone(): void {
    this.#startClosing();
    if (this.#end === 'none') this.#end = 'held';
    // After our own Close there is nothing to wait for.
    if (this.#wire.canSend && this.#end === 'held') this.#endSoon();
    else this.#finish();
  }

  /** Ends in a later turn: a listener, or a loop that has the last message, may still answer after an `await`. */
  #endSoon(): void {
    if (this.#end === 'held' && this.#mayEnd) setImmediate(Connection.#endIfSettled, this);
  }

  static #endIfSettled(connection: Connection): void {
    if (connection.#end === 'held' && connection.#mayEnd)
      connection.#sender.endWith(() => connection.#finish());
  }

  /**
   * Whether no consumer is about to answer what came: no loop holds a message, and none waits for listeners. Messages for
   * which no consumer has come yet can still be read, but do not hold our Close: the program may never want them. When a
   * listener is done with a message, we cannot know.
   */
  get #mayEnd(): boolean {
    // After our own `close`, no answer is possible.
    if (this.#inbox.isDiscarding) return true;
    if (this.#receiver.isAtWork || this.#inbox.isInHands || this.#mode === 'paused') return false;
    return this.#mode === 'waiting' || this.#inbox.size === 0;
  }

  #finish(): void {
    this.#end = 'done';
    this.#wire.releaseClose();
    this.#sender.stop();
    this.#sender.flush();
    // After both Closes (rfc6455/5.5.1/close-tcp) the server ends TCP first, because TIME_WAIT does not hurt it
    // (rfc6455/5.5.1/server-first, rfc6455/7.1.1/server-first, rfc6455/5.5.1/client-waits); the side that failed a
    // connection ends it (rfc6455/7.1.7/close-tcp). We read and drop what still comes: unread bytes would turn our FIN
    // into a reset, and the peer could lose our Close (rfc6455/7.1.1/clean); and if reading has stopped for a slow
    // consumer, we would never see the peer's FIN behind them.
    this.#transport.resume();
    const isServer = this.#settings.role === 'server';
    if (isServer || this.#wire.state === 'failed' || this.#transport.readableEnded)
      this.#sender.endTransport();
  }

  #startClosing(): void {
    if (this.#closeBy !== undefined) return;
    // What came before does not count as progress of the closing.
    this.#takeHeard();
    this.#wasAsked = false;
    this.#closeBy = this.#settings.clock() + this.#settings.closeTimeout;
  }

  #transportClosed(): void {
    // Messages that came with the handshake, or are still being inflated, came before the end: deliver them first.
    if (!this.#hasBegun || this.#receiver.isAtWork || this.#closeInfo !== undefined) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean) this.#error ??= lossOf(this.#transport.errored);
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.#closeInfo = info;
    // Each of these may call a listener that throws; the others must still run.
    try {
      // The consumer can still ask for messages that came before the end.
      this.#turn();
    } finally {
      this.#sender.end();
      this.#pings?.end();
      this.#resolveClosed?.(info);
      this.#settings.closed?.(this);
      this.#tellClosed(info);
    }
  }

  #tellClosed(info: CloseInfo): void {
    try {
      // Without a listener, 'error' would end the process (node:events).
      if (info.error !== undefined && this.listenerCount('error') > 0) this.emit('error', info.error);
    } finally {
      this.emit('close', info);
    }
  }
}

/** The message of an item that is no part of one. */
function messageIn(item: Item): string | Uint8Array {
  return typeof item === 'string' || item instanceof Uint8Array ? item : item.data;
}

function withMessage(
  result: IteratorResult<Item, undefined>,
): IteratorResult<string | Uint8Array, undefined> {
  return result.done === true ? result : { value: messageIn(result.value), done: false };
}

/** Why a connection ended without both Closes. */
function lossOf(cause: Error | null): WebSocketError {
  if (cause instanceof WebSocketError) return cause;
  const message = cause ? `the connection broke: ${reasonOf(cause)}` : 'the connection ended without a Close';
  return new WebSocketError('connection-lost', message, { cause: cause ?? undefined });
}
