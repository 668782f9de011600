/** Those who attack, on sockets of their own: as many as there should be at any time, until they are called off. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Assault, octetsOf } from './attack.ts';

/** Milliseconds before one that was thrown out comes again. */
const REST = 10;
/** The most that one write takes along. */
const PART = 64 * 1024;

export class Crowd {
  readonly endings: Record<string, number> = {};
  /** Milliseconds until those that ended did. */
  readonly lives: number[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  readonly #assault: Assault;
  readonly #again: Uint8Array;
  #left: number;
  #isOver = false;

  constructor(port: number, assault: Assault, connections: number, bytes: number) {
    this.#port = port;
    this.#assault = assault;
    this.#again = octetsOf(assault.again?.bytes ?? '');
    this.#left = bytes;
    for (let i = 0; i < connections; i++) this.#join();
  }

  #join(): void {
    if (this.#isOver) return;
    const began = performance.now();
    const { renegotiates = false, reads = true } = this.#assault;
    const to = { port: this.#port, host: '127.0.0.1', allowHalfOpen: true };
    const socket = renegotiates
      ? connectTls({ ...to, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
      : connect(to);
    let received = '';
    let error = '';
    let timer: NodeJS.Timeout | undefined;
    this.#sockets.add(socket);
    socket.on(renegotiates ? 'secureConnect' : 'connect', () => {
      if (renegotiates) return renegotiate(socket as TLSSocket);
      timer = this.#act(socket);
    });
    // Its beginning and its end are enough to tell why it ended.
    if (reads)
      socket.on('data', (part: Buffer) => {
        const all = received + part.toString('latin1');
        received = all.length > 2000 ? all.slice(0, 1000) + all.slice(-1000) : all;
      });
    socket.on('end', () => socket.end());
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (error = code ?? 'error'));
    socket.on('close', () => {
      clearInterval(timer);
      this.#sockets.delete(socket);
      if (this.#isOver) return;
      const ending = endingOf(received, error);
      this.endings[ending] = (this.endings[ending] ?? 0) + 1;
      this.lives.push(performance.now() - began);
      setTimeout(() => this.#join(), REST);
    });
  }

  #act(socket: Socket): NodeJS.Timeout | undefined {
    const { first = '', again } = this.#assault;
    if (first.length > 0) socket.write(octetsOf(first));
    if (again === undefined) return undefined;
    const bytes = this.#again;
    if (again.every !== undefined) return setInterval(() => socket.write(bytes), again.every);
    const part = Buffer.concat(Array.from({ length: Math.ceil(PART / bytes.length) }, () => bytes));
    const pump = (): void => {
      if (socket.destroyed || this.#left <= 0) return;
      this.#left -= part.length;
      socket.write(part, (error) => error ?? pump());
    };
    pump();
    return undefined;
  }

  stop(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

function renegotiate(socket: TLSSocket): void {
  socket.renegotiate({ rejectUnauthorized: false }, (error) => {
    if (error === null && !socket.destroyed) renegotiate(socket);
  });
}

/** A status, a Close frame's code, or neither. */
function endingOf(received: string, error: string): string {
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
  const close = /\x88[\x02-\x7d]([\x03-\x0f])(.)/s.exec(received);
  if (statuses[0] === '101' && close !== null)
    return `Close ${close[1]!.charCodeAt(0) * 256 + close[2]!.charCodeAt(0)}`;
  const status = statuses.filter((status) => status !== '101').at(-1);
  if (status !== undefined) return status;
  return error === '' ? 'closed' : error === 'EPIPE' || error === 'ECONNRESET' ? 'reset' : error;
}
