// One socket with one Protocol: its life from the open handshake to the end of TCP (RFC 6455 7), with its
// deadlines. What comes in is receiver.ts's business, and what goes out sender.ts's; a user holds it as a
// Connection, which is told what happens.

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
  /** When time is over; set from the first sign of an end on. */
  #closeBy: number | undefined;
  /**
   * What becomes of our end once the peer has sent its Close or its FIN, or has broken a rule: it waits until those who
   * have messages from before that have said what they have to say, or `closeTimeout` is over.
   */
  #end: 'none' | 'waiting' | 'done' = 'none';
  /** Since the last check, somebody has asked for a message. */
  #wasAsked = false;
  #error: WebSocketError | undefined;
  #closed: Promise<CloseInfo> | undefined;
  #resolveClosed: ((info: CloseInfo) => void) | undefined;

  /** @param connection is told what happens */
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
    // Until `begin`: what came without a 'data' listener would be lost.
    socket.pause();
    socket.setTimeout(0);
    // Frames of a turn are gathered here; Nagle would only hold the last packet of them back.
    socket.setNoDelay(true);
    // A FIN may come while there is still a Close to be answered (`connection.test.ts`, "a FIN behind messages").
    socket.allowHalfOpen = true;
    own(socket, this);
  }

  /** @param leftover what came behind the handshake */
  begin(leftover: Uint8Array): void {
    this.receiver.hasBegun = true;
    startReceiving(this.socket);
    try {
      if (leftover.length > 0) this.received(leftover, false);
    } finally {
      // If there is room for more, this resumes the socket; also if a listener threw.
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
    // If our consumer is behind, it is not the peer's fault that nothing is heard. But Pings go on: to a peer that is
    // gone they cannot be written, and so one learns of an end that stands behind more than `lookFurther` may read.
    const todo = this.#heartbeat.check(now, this.receiver.mustWait);
    if (todo === 'give up')
      this.cut(new WebSocketError('heartbeat-missed', 'the peer was silent and did not answer a Ping'));
    if (todo !== 'ping') return;
    this.#wire.ping(new Uint8Array(0));
    this.#outbox.flush();
  }

  /** The deadline counts time without progress: bytes that leave, or come while the peer's Close is waited for, put it off. */
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

  /** A message that was begun cannot be finished (RFC 6455 7.1.7): there is nothing to wait for. */
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
    // A Close may be behind what waits to be inflated, and is to be answered: `caughtUp` goes on.
    this.receiver.turn();
  }

  heldUp(): void {
    // TCP may have ended while the message before was being inflated.
    if (this.socket.closed) this.socketClosed();
  }

  caughtUp(hasRoom: boolean): void {
    const { socket } = this;
    if (socket.closed) {
      // First, as a listener that is told of the end may throw.
      if (hasRoom) this.receiver.end();
      this.socketClosed();
    } else if (socket.readableEnded) this.#peerIsDone();
    else if (hasRoom && socket.isPaused()) socket.resume();
  }

  /** Nothing that counts comes any more. */
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

  /** Not at once: a listener, or a loop whose message was the last, may go on after an `await`. */
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
    // After both Closes (rfc6455/5.5.1/close-tcp) the server ends TCP first, as TIME_WAIT does not hurt it
    // (rfc6455/5.5.1/server-first, rfc6455/7.1.1/server-first, rfc6455/5.5.1/client-waits); a failed connection is
    // ended by whoever failed it (rfc6455/7.1.7/close-tcp). What still comes is read and dropped: bytes left unread
    // would turn our FIN into a reset, and the peer could lose our Close to it (rfc6455/7.1.1/clean). Nor would the
    // peer's FIN be seen behind them, if reading has stopped for a consumer.
    this.socket.resume();
    const isServer = this.#settings.role === 'server';
    if (isServer || this.#wire.state === 'failed' || this.socket.readableEnded) this.#outbox.endTcp();
  }

  #startClosing(): void {
    if (this.#closeBy !== undefined) return;
    // What was before is no progress of this.
    this.#heartbeat.takeHeard();
    this.#wasAsked = false;
    this.#closeBy = this.#settings.clock() + this.#settings.closeTimeout;
  }

  socketClosed(): void {
    // What is still at work on came before the end.
    if (this.receiver.isAtWork || this.closeInfo !== undefined) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean)
      this.#error ??= new WebSocketError('connection-lost', 'the connection ended without a Close');
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.closeInfo = info;
    // Each of these may call a listener that throws, and the others are told all the same.
    try {
      // What came before the end and was not asked for yet can still be had.
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
