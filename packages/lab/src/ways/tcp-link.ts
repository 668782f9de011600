/**
 * A TCP link with delay and loss, between a client and a server that know nothing of it: a relay that hands bytes on when
 * they would have come. It never drops one. What it cannot do is bend the kernel's own handshake, so the round trip of
 * opening is added to the first bytes in its place.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from 'tcp-echo';
import { Flight, handshake, type LinkOptions, losses } from './flight.ts';
import { listenTcp } from './listen.ts';

/** Bytes in flight in one direction, as a receive window would allow; then the relay reads no more. */
export const WINDOW: number = 256 * 1024;

export class TcpLink {
  readonly #target: Endpoint;
  readonly #options: LinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  /** @param target where the server listens */
  constructor(target: Endpoint, options: LinkOptions) {
    this.#target = target;
    this.#options = options;
    const socketOptions = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    this.#server = createServer(socketOptions, (near) => this.#accept(near));
  }

  /** @returns where clients connect to */
  listen(host: string): Promise<Endpoint> {
    return listenTcp(this.#server, { host, port: 0 });
  }

  /** Cuts what is still open. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    const options = this.#options;
    const lane = 2 * this.#connections++;
    const [lostThere, lostBack] = [losses(options, lane), losses(options, lane + 1)];
    this.#sockets.add(near);
    near.on('close', () => this.#sockets.delete(near));
    near.on('error', () => {}); // 'close' follows
    const opened = performance.now() + handshake(options, lostThere);
    // The server hears of it when the client's acknowledgement has come.
    const opening = setTimeout(
      () => {
        const far = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
        this.#sockets.add(far);
        far.on('close', () => this.#sockets.delete(far)).on('error', () => {});
        cutTogether(near, far);
        carry(near, far, new Flight(options, lostThere), opened);
        carry(far, near, new Flight(options, lostBack), opened);
      },
      opened - performance.now() + options.delay,
    );
    near.on('close', () => clearTimeout(opening));
  }
}

/** Carries one direction, to its end. */
function carry(from: Socket, to: Socket, flight: Flight, opened: number): void {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const deliver = () => {
    clearTimeout(timer);
    for (const bytes of flight.receive(performance.now())) to.write(bytes);
    if (flight.next !== undefined) timer = setTimeout(deliver, Math.ceil(flight.next - performance.now()));
    else if (hasEnded) to.end();
    if (flight.size + to.writableLength < WINDOW) from.resume();
    else from.pause();
  };
  from.on('data', (bytes) => {
    flight.send(bytes, Math.max(opened, performance.now()));
    deliver();
  });
  from.on('end', () => {
    hasEnded = true;
    deliver();
  });
  to.on('drain', deliver);
  to.on('close', () => clearTimeout(timer));
  from.resume();
}

/** A reset of one side resets the other, as if there were no relay. */
function cutTogether(one: Socket, other: Socket): void {
  one.on('close', () => isCut(one) && other.resetAndDestroy());
  other.on('close', () => isCut(other) && one.resetAndDestroy());
}

function isCut(socket: Socket): boolean {
  return !socket.readableEnded || !socket.writableFinished;
}
