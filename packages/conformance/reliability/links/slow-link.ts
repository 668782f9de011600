/**
 * A relay that hands bytes on at a rate and after a delay, as a slow link does: what it has not handed on it does not read,
 * so that the sender's system, and then the sender, must wait. It can also end as links do: hand nothing on any more, or reset.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LinkOptions {
  /** Bytes a second, each way. */
  readonly rate: number;
  /** Milliseconds, each way. */
  readonly delay: number;
}

/** What happens once, when it has handed on so many bytes one way, counted from when it was told. */
export interface Turn {
  readonly after: number;
  /** It hands nothing on any more, it is reset, or somebody does something. */
  readonly what: 'nothing more' | 'reset' | (() => void);
}

/** A piece for each of these many milliseconds: short against what a person would call slow, long against a timer's error. */
const TICK = 20;

export class SlowLink {
  readonly #options: LinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn: Turn | undefined;

  /** @param target the port of the server, on this machine */
  constructor(target: number, options: LinkOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (near) => {
      const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.resetAndDestroy()); // a reset goes through
        socket.on('close', () => this.#sockets.delete(socket));
        void this.#carry(socket, other);
      }
    });
  }

  /** @returns the port that clients connect to */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** May be told while connections are open. */
  expect(turn: Turn): void {
    this.#turn = turn;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #carry(from: Socket, to: Socket): Promise<void> {
    const { rate, delay } = this.#options;
    const piece = Math.max(1, Math.floor((rate * TICK) / 1000));
    let turn: Turn | undefined;
    let passed = 0;
    try {
      for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
        for (let at = 0; at < bytes.length; at += piece) {
          const part = bytes.subarray(at, at + piece);
          if (turn !== this.#turn) passed = 0;
          turn = this.#turn;
          passed += part.length;
          if (turn !== undefined && passed >= turn.after) {
            if (turn.what === 'reset') for (const socket of [from, to]) socket.resetAndDestroy();
            if (typeof turn.what === 'string') return; // what comes is not read any more, and its sender waits
            this.#turn = undefined;
            turn.what();
          }
          await sleep(TICK);
          // Timers of one duration run in the order in which they were set.
          setTimeout(() => to.write(part), delay);
        }
      setTimeout(() => to.end(), delay);
    } catch {
      // Its 'error' has told the other side.
    }
  }
}
