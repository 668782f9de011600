// One socket with one Protocol: the life of a connection from the end of the opening handshake to the end of
// TCP (RFC 6455 7), with its deadlines. receiver.ts handles what comes in, sender.ts what goes out. The user
// holds a Connection, which emits the events.

import type { Socket } from 'node:net';
import { reasonOf } from 'http-mini/wire';
import { encodeClose, Protocol, WebSocketError } from '../wire/index.ts';
import type { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import type { CloseInfo, ConnectionAgreement, ConnectionSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import { Receiver, type ReceiverOwner } from './receiver.ts';
import { Sender, type SenderOwner } from './sender.ts';
import { own, type SocketOwner, startReceiving } from './socket-owner.ts';

export class Endpoint implements ReceiverOwner, SenderOwner, SocketOwner {
  readonly socket: Socket;
  readonly receiver: Receiver;
  readonly sender: Sender;
  /** Set once TCP is over. */
  closeInfo: CloseInfo | undefined;
  readonly #connection: Connection;
  readonly #settings: ConnectionSettings;
  readonly #tap: ConnectionAgreement['tap'];
  readonly #wire: Protocol;
  readonly #outbox: Outbox;
  readonly #heartbeat: Heartbeat;
  /** The deadline for the end of the connection; set at the first sign of an end. */
  #closeBy: number | undefined;
  /**
   * The state of our own end, after the peer has sent its Close or its FIN, or has broken a rule. It waits until the
   * consumers of earlier messages have had their chance to answer, or `closeTimeout` is over.
   */
  #end: 'none' | 'waiting' | 'done' = 'none';
  /** A consumer has asked for a message since the last check. */
  #wasAsked = false;
  #error: WebSocketError | undefined;
  #closed: Promise<CloseInfo> | undefined;
  #resolveClosed: ((info: CloseInfo) => void) | undefined;

  /** @param connection emits the events */
  constructor(
    connection: Connection,
    socket: Socket,
    settings: ConnectionSettings,
    { deflate, tap }: ConnectionAgreement,
  ) {
    const { role, maskKey, maxMessage } = settings;
    this.socket = socket;
    this.#connection = connection;
    this.#settings = settings;
    this.#tap = tap;
    this.#wire = new Protocol({ role, maskKey, maxMessage, compression: deflate !== undefined });
    this.#wire.holdsAnswer = true;
    this.#outbox = new Outbox(socket, this.#wire, tap);
    this.receiver = new Receiver(socket, this.#wire, this.#outbox, deflate, this);
    this.sender = new Sender(socket, this.#wire, this.#outbox, settings, deflate, this);
    this.#heartbeat = new Heartbeat(settings);
    // Paused until `begin`: without a 'data' listener, bytes would be lost.
    socket.pause();
    socket.setTimeout(0);
    // We gather the frames of a turn ourselves; Nagle's algorithm would only delay the last packet of them.
    socket.setNoDelay(true);
    // A FIN may come while we still have to answer a Close (`connection.test.ts`, "a FIN behind messages").
    socket.allowHalfOpen = true;
    own(socket, this);
  }

  /** @param leftover the bytes that came behind the handshake */
  begin(leftover: Uint8Array): void {
    this.receiver.hasBegun = true;
    startReceiving(this.socket);
    try {
      if (leftover.length > 0) this.received(leftover, false);
    } finally {
      // Resumes the socket if there is room for more, even if a listener threw.
      this.receiver.turnAgain();
    }
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    if (this.closeInfo !== undefined) return 'closed';
    return this.sender.isOpen ? 'open' : 'closing';
  }

  received(chunk: Uint8Array, isLent: boolean): void {
    this.#heartbeat.hear();
    this.#tap?.received(chunk);
    if (this.#end === 'done') return;
    this.receiver.receive(chunk, isLent);
  }

  drained(): void {
    this.#outbox.drained();
  }

  get hasListeners(): boolean {
    return this.#connection.listenerCount('message') > 0;
  }

  receiveMessage(data: string | Uint8Array): boolean {
    return this.#connection.emit('message', data);
  }

  // ---- Ping ------------------------------------------------------------------------------------

  ping(data: Uint8Array = this.#heartbeat.nextPing()): Promise<number | undefined> {
    if (!this.sender.isOpen) return Promise.resolve(undefined);
    this.#wire.ping(data);
    this.#outbox.schedule();
    return this.#heartbeat.pong(data);
  }

  check(now: number): void {
    const hasMoved = this.#outbox.hasMoved();
    if (this.#closeBy !== undefined) return this.#checkClosing(hasMoved, now);
    if (hasMoved) this.#heartbeat.hear();
    if (!this.#wasAsked) this.receiver.lookFurther();
    this.#wasAsked = false;
    // If our own consumer is behind, silence is not the peer's fault. But we go on sending Pings: if the peer is gone,
    // writing them fails, which shows an end that is further behind than `lookFurther` may read.
    const todo = this.#heartbeat.check(now, this.receiver.mustWait);
    if (todo === 'give up')
      this.cut(new WebSocketError('heartbeat-missed', 'the peer was silent and did not answer a Ping'));
    if (todo !== 'ping') return;
    this.#wire.ping(new Uint8Array(0));
    this.#outbox.flush();
  }

  /** The deadline counts time without progress: bytes that leave, or that come while we wait for the peer's Close, reset it. */
  #checkClosing(hasMoved: boolean, now: number): void {
    const { closeTimeout } = this.#settings;
    const hasHeard = this.#heartbeat.takeHeard() && this.#wire.state === 'closing';
    const isAtWork = this.sender.takeProgress() || this.receiver.isAtWork || this.#wasAsked;
    this.#wasAsked = false;
    if (hasMoved || hasHeard || isAtWork) this.#closeBy = now + closeTimeout;
    if (now < this.#closeBy!) return;
    if (this.#end !== 'waiting')
      return this.cut(new WebSocketError('close-timeout', 'the peer did not end the connection in time'));
    this.#closeBy = now + closeTimeout;
    this.#finish();
  }

  // ---- Closing ---------------------------------------------------------------------------------

  close(code: number | undefined, reason: string | undefined): Promise<CloseInfo> {
    encodeClose(code, reason);
    if (!this.sender.hasClosed && this.#wire.canSend) {
      this.#startClosing();
      this.receiver.discard();
      this.sender.close(code, reason);
      if (this.#end === 'waiting') this.sender.endWith(() => this.#finish());
      this.receiver.turnAgain();
    }
    return this.closed;
  }

  get closed(): Promise<CloseInfo> {
    if (this.closeInfo !== undefined) return Promise.resolve(this.closeInfo);
    this.#closed ??= new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    return this.#closed;
  }

  cut(error: WebSocketError): void {
    this.#error ??= error;
    this.socket.destroy();
  }

  broke(cause: Error): void {
    this.#error ??= new WebSocketError('connection-lost', `the connection broke: ${reasonOf(cause)}`, {
      cause,
    });
  }

  /** Fails the connection (RFC 6455 7.1.7) because we cannot finish a message that we have begun; waits for nothing. */
  fail(error: WebSocketError): void {
    this.#wire.fail(error);
    this.#error ??= error;
    this.#startClosing();
    this.#finish();
  }

  receiveControl(event: Parameters<ReceiverOwner['receiveControl']>[0]): void {
    switch (event.type) {
      case 'ping':
        this.#connection.emit('ping', event.data);
        break;
      case 'pong':
        this.#heartbeat.receivePong(event.data);
        this.#connection.emit('pong', event.data);
        break;
      case 'failed':
        this.#error ??= event.error;
        this.#peerIsDone();
        break;
      case 'close':
        this.#peerIsDone();
    }
  }

  /** The peer's FIN. Without a Close before it, the connection is lost (rfc6455/7.2.1/lost). */
  peerEnded(): void {
    // Behind messages that are still to be inflated there may be a Close, which we must answer: `caughtUp` goes on.
    this.receiver.turn();
  }

  heldUp(): void {
    // TCP may have ended while the message before was inflated.
    if (this.socket.closed) this.socketClosed();
  }

  caughtUp(hasRoom: boolean): void {
    const { socket } = this;
    if (socket.closed) {
      // First, because a listener that hears of the end may throw.
      if (hasRoom) this.receiver.end();
      this.socketClosed();
    } else if (socket.readableEnded) this.#peerIsDone();
    else if (hasRoom && socket.isPaused()) socket.resume();
  }

  /** Nothing that the peer still sends counts. */
  #peerIsDone(): void {
    this.#startClosing();
    if (this.#end === 'none') this.#end = 'waiting';
    // After our own Close there is nothing to wait for.
    if (this.#wire.canSend && this.#end === 'waiting') this.#endSoon();
    else this.#finish();
  }

  settled(): void {
    this.#wasAsked = true;
    this.#endSoon();
  }

  /** Ends in a later turn: a listener, or a loop that has the last message, may still answer after an `await`. */
  #endSoon(): void {
    if (this.#end === 'waiting' && this.receiver.isSettled) setImmediate(Endpoint.#endIfSettled, this);
  }

  static #endIfSettled(endpoint: Endpoint): void {
    if (endpoint.#end === 'waiting' && endpoint.receiver.isSettled)
      endpoint.sender.endWith(() => endpoint.#finish());
  }

  #finish(): void {
    this.#end = 'done';
    this.#wire.answer();
    this.sender.stop();
    this.#outbox.flush();
    // After both Closes (rfc6455/5.5.1/close-tcp) the server ends TCP first, because TIME_WAIT does not hurt it
    // (rfc6455/5.5.1/server-first, rfc6455/7.1.1/server-first, rfc6455/5.5.1/client-waits); the side that failed a
    // connection ends it (rfc6455/7.1.7/close-tcp). We read and drop what still comes: unread bytes would turn our FIN
    // into a reset, and the peer could lose our Close (rfc6455/7.1.1/clean); and if reading has stopped for a slow
    // consumer, we would never see the peer's FIN behind them.
    this.socket.resume();
    const isServer = this.#settings.role === 'server';
    if (isServer || this.#wire.state === 'failed' || this.socket.readableEnded) this.#outbox.endTcp();
  }

  #startClosing(): void {
    if (this.#closeBy !== undefined) return;
    // What came before does not count as progress of the closing.
    this.#heartbeat.takeHeard();
    this.#wasAsked = false;
    this.#closeBy = this.#settings.clock() + this.#settings.closeTimeout;
  }

  socketClosed(): void {
    // Messages that are still being inflated came before the end: deliver them first.
    if (this.receiver.isAtWork || this.closeInfo !== undefined) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean)
      this.#error ??= new WebSocketError('connection-lost', 'the connection ended without a Close');
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.closeInfo = info;
    // Each of these may call a listener that throws; the others must still run.
    try {
      // The consumer can still ask for messages that came before the end.
      this.receiver.turn();
    } finally {
      this.sender.end();
      this.#heartbeat.end();
      this.#resolveClosed?.(info);
      this.#tellClosed(info);
    }
  }

  #tellClosed(info: CloseInfo): void {
    try {
      // Without a listener, 'error' would end the process (node:events).
      if (info.error !== undefined && this.#connection.listenerCount('error') > 0)
        this.#connection.emit('error', info.error);
    } finally {
      this.#connection.emit('close', info);
    }
  }
}
