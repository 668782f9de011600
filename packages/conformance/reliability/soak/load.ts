/** Those who use the server meanwhile: requests of every kind, and WebSockets that come and go. They check what comes. */
import { setTimeout as after } from 'node:timers/promises';
import { Client, type HttpError } from 'http-mini';
import { type Connection, connect } from 'ws-mini';
import { content } from '../content.ts';
import type { Random } from '../random.ts';
import { pathOf } from './paths.ts';

const KIB = 1024;

export class Load {
  readonly counts: Record<'requests' | 'aborted' | 'messages' | 'sockets', number> = {
    requests: 0,
    aborted: 0,
    messages: 0,
    sockets: 0,
  };
  readonly wrong: string[] = [];
  /** While the server ended: numbers of the requests that failed, and of those that were answered. */
  readonly failed: number[] = [];
  readonly answered: number[] = [];
  /** By the numbers of the WebSockets that the server closed: the last message that it acknowledged. */
  readonly acknowledged: Map<number, number> = new Map();
  /** How the WebSockets ended that the server has closed while it ended. */
  readonly farewells: Record<string, number> = {};
  readonly #port: number;
  readonly #random: Random;
  readonly #signal: AbortSignal;
  readonly #clients: Client[] = [];
  readonly #workers: Promise<void>[] = [];
  readonly #sockets = new Set<Connection>();
  #number = 0;
  /** `ends`: the server is closing, so a refused connection is no fault, and nobody aborts. */
  #state: 'runs' | 'ends' = 'runs';

  constructor(port: number, random: Random, signal: AbortSignal) {
    this.#port = port;
    this.#random = random;
    this.#signal = signal;
  }

  begin(httpWorkers: number, sockets: number): void {
    for (let i = 0; i < httpWorkers; i++) this.#workers.push(this.#requests());
    for (let i = 0; i < sockets; i++) this.#workers.push(this.#socket());
  }

  /** From now on nobody aborts, and nobody comes again who could not connect. */
  serverEnds(): void {
    this.#state = 'ends';
  }

  /** Fulfilled when everybody has left, once the server has ended. */
  async over(): Promise<void> {
    await Promise.all(this.#workers);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
    for (const client of this.#clients) client.destroy();
  }

  get #runs(): boolean {
    return this.#state === 'runs' && !this.#signal.aborted;
  }

  // ---- HTTP ----

  async #requests(): Promise<void> {
    const client = new Client(`http://127.0.0.1:${this.#port}`, { connections: 2 });
    this.#clients.push(client);
    while (!this.#signal.aborted) {
      const number = this.#number++;
      try {
        await this.#request(client, number);
        this.counts.requests++;
      } catch (error) {
        const { code } = error as HttpError;
        if (this.#signal.aborted) return;
        if (code === 'aborted') this.counts.aborted++;
        else if (this.#state === 'ends') {
          this.failed.push(number);
          return;
        } else this.wrong.push(`request ${number}: ${code}: ${(error as Error).message}`);
      }
    }
  }

  async #request(client: Client, number: number): Promise<void> {
    const random = this.#random;
    const size = random.pick([0, 10, 1000, 1000, 20 * KIB, 200 * KIB]);
    const target = pathOf(number, size);
    const expected = content(size, number);
    const isPost = random.once(2);
    const isChunked = random.once(3);
    const signal = this.#runs && random.once(20) ? abortedAfter(random.below(5)) : undefined;
    const connection = random.once(10) ? 'close' : 'keep-alive';
    const response = await client.request({
      target,
      connection,
      signal,
      method: isPost ? 'POST' : 'GET',
      ...(isPost && { body: isChunked ? inParts(expected, random.between(1, 20_000)) : expected }),
    });
    const bytes = Buffer.from(await response.bytes());
    const isRight = isPost ? bytes.toString() === `${size}` : bytes.equals(expected);
    if (!isRight) this.wrong.push(`request ${number} of ${size} bytes: another answer`);
    if (this.#state === 'ends') this.answered.push(number);
  }

  // ---- WebSocket ----

  async #socket(): Promise<void> {
    while (this.#runs) {
      const id = this.#number++;
      await after(this.#random.below(200));
      try {
        await this.#conversation(id);
      } catch (error) {
        if (!this.#runs) return;
        this.wrong.push(`WebSocket ${id}: ${(error as Error).message}`);
      }
    }
  }

  async #conversation(id: number): Promise<void> {
    const random = this.#random;
    const url = `ws://127.0.0.1:${this.#port}${pathOf(id, 0)}`;
    const socket = await connect(url, { perMessageDeflate: random.once(4) });
    this.#sockets.add(socket);
    this.counts.sockets++;
    const messages = socket[Symbol.asyncIterator]();
    let number = 0;
    let last = -1;
    for (let turns = random.between(1, 20); turns > 0; turns--) {
      const texts = Array.from({ length: random.between(1, 5) }, () => this.#text(number++));
      for (const text of texts) void socket.send(text);
      for (const text of texts) {
        const { done, value } = await messages.next();
        if (done) return this.#gone(id, socket, last);
        if (value !== text)
          this.wrong.push(`WebSocket ${id}: another echo than that of ${text.slice(0, 20)}`);
        last++;
        this.counts.messages++;
      }
      await after(random.below(500));
    }
    await this.#leave(socket, messages, number);
    this.#sockets.delete(socket);
  }

  #text(number: number): string {
    const size = this.#random.pick([1, 10, 100, 2000, 50 * KIB]);
    return `${pathOf(number, size)} ${'a'.repeat(size)}`;
  }

  /** By either end, or without a word. */
  async #leave(socket: Connection, messages: AsyncIterator<unknown>, number: number): Promise<void> {
    const way = this.#random.below(3);
    if (way === 0) void socket.close(1000);
    if (way === 1) void socket.send(`${pathOf(number, 0)} `);
    if (way === 2) socket.terminate();
    while (!(await messages.next()).done); // a loop that does not ask holds up the peer's Close as well
    await socket.closed;
  }

  /** The server closed, though we did not ask for it. */
  async #gone(id: number, socket: Connection, last: number): Promise<void> {
    this.acknowledged.set(id, last);
    const { code, wasClean } = await socket.closed;
    this.#sockets.delete(socket);
    const how = `${code}${wasClean ? '' : ', not clean'}`;
    if (this.#runs) this.wrong.push(`WebSocket ${id}: the server closed it with ${how}`);
    this.farewells[how] = (this.farewells[how] ?? 0) + 1;
  }
}

function abortedAfter(milliseconds: number): AbortSignal {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), milliseconds);
  return stop.signal;
}

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
