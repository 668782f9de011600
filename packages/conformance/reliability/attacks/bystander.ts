/** Another client, who means no harm: asks again and again on a connection that it keeps, and counts how long it waits. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Asking } from './attack.ts';

/** Milliseconds after which an answer counts as never. */
const NEVER = 60_000;

export class Bystander {
  readonly #port: number;
  readonly #asking: Asking;
  readonly #isSecure: boolean;
  #socket: Socket | undefined;
  #received = '';
  #changed = (): void => {};

  constructor(port: number, asking: Asking, isSecure: boolean) {
    this.#port = port;
    this.#asking = asking;
    this.#isSecure = isSecure;
  }

  /**
   * Milliseconds until the answer is there, with all that had to be tried again: the server may close an idle connection.
   * @throws Error if it never comes
   */
  async ask(signal: AbortSignal): Promise<number> {
    const began = performance.now();
    const stop = AbortSignal.any([signal, AbortSignal.timeout(NEVER)]);
    const { opening, question, isOpen, isAnswered } = this.#asking;
    while (!stop.aborted) {
      if (this.#socket === undefined) {
        this.#open();
        if (opening !== '' && !(await this.#say(opening, isOpen, stop))) continue;
      }
      if (await this.#say(question, isAnswered, stop)) return performance.now() - began;
    }
    signal.throwIfAborted();
    throw new Error(`another client waited ${NEVER} ms for an answer`);
  }

  #open(): void {
    const to = { port: this.#port, host: '127.0.0.1', rejectUnauthorized: false };
    const socket = this.#isSecure ? connectTls(to) : connect(to);
    this.#socket = socket;
    socket.on('data', (part: Buffer) => {
      this.#received += part.toString('latin1');
      this.#changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#changed();
    });
  }

  /** @returns whether what came is the answer; if not, the connection is gone */
  async #say(bytes: string, isEnough: (received: string) => boolean, stop: AbortSignal): Promise<boolean> {
    this.#received = '';
    const socket = this.#socket;
    socket?.write(bytes, 'latin1');
    const aborted = (): void => this.end();
    stop.addEventListener('abort', aborted);
    while (this.#socket !== undefined && this.#socket === socket && !isEnough(this.#received))
      await new Promise<void>((resolve) => (this.#changed = resolve));
    stop.removeEventListener('abort', aborted);
    return this.#socket === socket && isEnough(this.#received);
  }

  end(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#changed();
  }
}
