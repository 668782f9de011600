// One socket with one Protocol: its life from the open handshake to the end of TCP (RFC 6455 7), with its
// deadlines. What comes in is receiver.ts's business, and what goes out sender.ts's; a user holds it as a
// Connection, which is told what happens.

import type { Socket } from 'node:net';
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
  #closeBy: number | undefined;
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
    if (leftover.length > 0) this.received(leftover, false);
    // Where there is room for more, this resumes the socket.
    this.receiver.turnAgain();
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    if (this.closeInfo !== undefined) return 'closed';
    return this.sender.isOpen ? 'open' : 'closing';
  }

  received(chunk: Uint8Array, isLent: boolean): void {
    this.#heartbeat.hear();
    this.#tap?.received(chunk);
    this.receiver.receive(chunk, isLent);
  }

  drained(): void {
    this.#outbox.drained();
  }

  receiveMessage(data: string | Uint8Array): void {
    this.#connection.emit('message', data);
  }

  // ---- Ping ------------------------------------------------------------------------------------

  ping(data: Uint8Array = this.#heartbeat.nextPing()): Promise<number | undefined> {
    if (!this.sender.isOpen) return Promise.resolve(undefined);
    this.#wire.ping(data);
    this.#outbox.schedule();
    return this.#heartbeat.pong(data);
  }

  check(now: number): void {
    if (this.#closeBy !== undefined && now >= this.#closeBy)
      this.cut(new WebSocketError('close-timeout', 'the peer did not end the connection in time'));
    // Where the consumer is behind, it is not the peer's fault that nothing is heard.
    if (this.receiver.mustWait) this.#heartbeat.hear();
    if (!this.sender.isOpen) return;
    const todo = this.#heartbeat.check(now);
    if (todo === 'give up')
      this.cut(new WebSocketError('heartbeat-missed', 'the peer was silent and did not answer a Ping'));
    if (todo !== 'ping') return;
    this.#wire.ping(new Uint8Array(0));
    this.#outbox.flush();
  }

  // ---- Closing ---------------------------------------------------------------------------------

  close(code: number | undefined, reason: string | undefined): Promise<CloseInfo> {
    encodeClose(code, reason);
    if (!this.sender.hasClosed && this.#wire.state === 'open') {
      this.#startClosing();
      this.receiver.discard();
      this.sender.close(code, reason);
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
    this.#error ??= new WebSocketError('connection-lost', `the connection broke: ${cause.message}`, {
      cause,
    });
  }

  /** Fails the connection (RFC 6455 7.1.7) for what the Protocol could not know. */
  fail(error: WebSocketError): void {
    this.#wire.fail(error);
    this.#error ??= error;
    this.#finish();
  }

  /** Both Closes are there, or a rule is broken: no message can follow. */
  #finish(): void {
    this.#startClosing();
    this.#outbox.flush();
    // After both Closes (rfc6455/5.5.1/close-tcp) the server ends TCP first, as TIME_WAIT does not hurt it
    // (rfc6455/5.5.1/server-first, rfc6455/7.1.1/server-first, rfc6455/5.5.1/client-waits); a failed connection is
    // ended by whoever failed it (rfc6455/7.1.7/close-tcp). What still comes is read and dropped: bytes left unread
    // would turn our FIN into a reset, and the peer could lose our Close to it (rfc6455/7.1.1/clean).
    if (this.#settings.role === 'server' || this.#wire.state === 'failed') this.socket.end();
  }

  /** The peer's FIN. Without a Close before it, the connection is lost (rfc6455/7.2.1/lost). */
  peerEnded(): void {
    this.#startClosing();
    // A Close may be behind messages that still wait, and is to be answered: `caughtUp` ends TCP.
    this.receiver.turn();
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
      case 'close':
        this.#finish();
        break;
      case 'failed':
        this.#error ??= event.error;
        this.#finish();
    }
  }

  caughtUp(): void {
    const { socket } = this;
    if (socket.closed) this.socketClosed();
    if (this.closeInfo !== undefined) this.receiver.end();
    else if (socket.readableEnded) {
      this.#outbox.flush();
      socket.end();
    } else if (socket.isPaused()) socket.resume();
  }

  /** Counted from the first sign of an end; the second gives no more time. */
  #startClosing(): void {
    const { clock, closeTimeout } = this.#settings;
    this.#closeBy ??= clock() + closeTimeout;
  }

  socketClosed(): void {
    // A message that is still being inflated came before the end.
    if (this.receiver.isInflating || this.closeInfo !== undefined) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean)
      this.#error ??= new WebSocketError('connection-lost', 'the connection ended without a Close');
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.closeInfo = info;
    // What came before the end and was not asked for yet can still be had.
    this.receiver.turn();
    this.sender.end();
    this.#heartbeat.end();
    this.#resolveClosed?.(info);
    // Without a listener, 'error' would end the process (node:events).
    if (error !== undefined && this.#connection.listenerCount('error') > 0)
      this.#connection.emit('error', error);
    this.#connection.emit('close', info);
  }
}
