/** What the server's tests share: servers that clean up, raw clients that may lie, and a guard against lost errors. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, onTestFinished } from 'vitest';
import { RawClient } from '../../../../scripts/for-tests/raw-client.ts';
import {
  createServer,
  type Handler,
  type HttpError,
  type HttpServer,
  type ServerOptions,
} from '../../src/index.ts';

export { RawClient };

const lost: unknown[] = [];
process.on('unhandledRejection', (reason) => lost.push(reason));
// Not one error may get past the server to the process: a file that imports this is watched (DESIGN: law 4).
afterEach(() => expect(lost.splice(0)).toEqual([]));

export interface Served {
  server: HttpServer;
  port: number;
  /** What `onError` was told. */
  errors: HttpError[];
  connect(): Promise<RawClient>;
  /** Sends these bytes on a connection of its own, and answers all that comes back until it is closed. */
  ask(bytes: string | Uint8Array): Promise<string>;
}

export async function serve(handler: Handler, options: ServerOptions = {}): Promise<Served> {
  const errors: HttpError[] = [];
  const server = createServer(handler, { onError: (error) => errors.push(error), ...options });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const connect = () => RawClient.connect(port);
  return { server, port, errors, connect, ask: (bytes) => RawClient.ask(port, bytes) };
}

/** A GET of HTTP/1.1; the fields are whole lines. */
export function get(target = '/', ...lines: string[]): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}

export const CLOSE = 'Connection: close';

export function post(content: string, ...lines: string[]): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${[...lines, `Content-Length: ${content.length}`].join('\r\n')}\r\n\r\n${content}`;
}

export function chunkedPost(chunks: string, ...lines: string[]): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${[...lines, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n${chunks}`;
}

/** Without the Date lines, which no test can foresee. */
export function undated(received: string): string {
  return received.replace(/Date: [^\r]*\r\n/g, '');
}

/** The statuses of all responses in these bytes, as far as no content looks like a status line. */
export function statuses(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** The response to a request without keep-alive and with this text. */
export function ok(body: string, ...lines: string[]): string {
  const fields = [...lines, `Content-Length: ${body.length}`];
  return `HTTP/1.1 200 OK\r\n${fields.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(cause: unknown): void;
}

/** Promise.withResolvers, which Node 20 has not. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (cause: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Bytes that are not garbage. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Lets what the event loop has at hand happen: for what must *not* happen, where there is no event to wait for. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

export interface HandClock {
  /** For the server's option. */
  clock(): number;
  /** Resolves when the server, while it has a connection, has looked at all its deadlines. */
  look(): Promise<void>;
  /** Lets time pass, seen from what has begun by now. */
  pass(milliseconds: number): Promise<void>;
}

/** A clock that stands still unless it is told to go. */
export function handClock(): HandClock {
  let now = 0;
  let looks = 0;
  // The second look comes after all that the first one led to.
  const look = async (): Promise<void> => {
    for (const before = looks; looks < before + 2; ) await turns(1);
  };
  return {
    clock: () => {
      looks++;
      return now;
    },
    look,
    async pass(milliseconds) {
      await look();
      now += milliseconds;
    },
  };
}
