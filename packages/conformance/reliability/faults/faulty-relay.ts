/**
 * A relay that does something wrong at one byte of one direction of its first connection. What comes on further
 * connections it hands on as it is: a client that tries again must not meet the same fault.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Way = 'up' | 'down';

/** Before it hands on the byte at `at`, of those that travel `way`. */
export interface Fault {
  /**
   * - `cut`: FIN both ways, and nothing is read any more.
   * - `reset`: RST both ways.
   * - `half-close`: FIN this way; the other goes on.
   * - `stall`: nothing is handed on any more, either way, and nobody is told.
   * - `slow`: from here on a byte a millisecond, both ways.
   */
  readonly kind: (typeof faultKinds)[number];
  readonly way: Way;
  readonly at: number;
}

export const faultKinds = ['cut', 'reset', 'half-close', 'stall', 'slow'] as const;

export class FaultyRelay {
  /** Bytes handed on over the first connection. */
  readonly passed: Record<Way, number> = { up: 0, down: 0 };
  readonly #target: number;
  readonly #fault: Fault | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #pace: 'as it comes' | 'slow' | 'nothing' = 'as it comes';

  /** @param target the port of the server, on this machine */
  constructor(target: number, fault: Fault | undefined) {
    this.#target = target;
    this.#fault = fault;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (near) =>
      this.#accept(near),
    );
  }

  /** @returns the port that clients connect to */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(near: Socket): void {
    const isFirst = this.#sockets.size === 0;
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket); // and kept, so that only one is the first
      socket.on('error', () => reset(other)); // a reset goes through
    }
    void this.#carry(near, far, isFirst ? 'up' : undefined);
    void this.#carry(far, near, isFirst ? 'down' : undefined);
  }

  async #carry(from: Socket, to: Socket, way: Way | undefined): Promise<void> {
    const fault = way !== undefined && this.#fault?.way === way ? this.#fault : undefined;
    try {
      for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (way === undefined) to.write(bytes);
        else if (fault === undefined) await this.#hand(bytes, to, way);
        else {
          const left = Math.max(0, fault.at - this.passed[way]);
          await this.#hand(bytes.subarray(0, left), to, way);
          if (bytes.length <= left) continue;
          if (this.#pace === 'as it comes') this.#begin(fault, from, to);
          if (fault.kind !== 'slow') return;
          await this.#hand(bytes.subarray(left), to, way);
        }
      }
      if (this.#pace !== 'nothing') to.end();
    } catch {
      // Its 'error' has told the other side.
    }
  }

  #begin({ kind }: Fault, from: Socket, to: Socket): void {
    if (kind === 'half-close') {
      to.end();
      from.resume(); // so that nothing waits in its sender
      return;
    }
    this.#pace = kind === 'slow' ? 'slow' : 'nothing';
    if (kind === 'cut') for (const socket of [from, to]) socket.end();
    if (kind === 'reset') for (const socket of [from, to]) reset(socket);
  }

  async #hand(bytes: Buffer, to: Socket, way: Way): Promise<void> {
    for (let at = 0; at < bytes.length && this.#pace !== 'nothing'; ) {
      const end = this.#pace === 'slow' ? at + 1 : bytes.length;
      if (this.#pace === 'slow') await sleep(1);
      to.write(bytes.subarray(at, end));
      this.passed[way] += end - at;
      at = end;
    }
  }
}

/** Node keeps the handle of a socket that is reset after its own end. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
