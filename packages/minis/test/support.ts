/** What the tests share: the commands run as a user does, servers that clean up, and raw clients. */
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type Handler, type ServerOptions } from 'http-mini';
import { onTestFinished } from 'vitest';
import {
  bundled,
  finish,
  ON_A_TERMINAL,
  type Outcome,
  type Start,
} from '../../../scripts/for-tests/commands.ts';

export { finish, ON_A_TERMINAL };

const startFile = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts');

/** Starts `minis` with these arguments. */
export const start = (args: readonly string[], env?: Record<string, string>): ReturnType<Start> =>
  startFile('src/cli.ts', args, env);

/** Runs `minis` with these arguments to its end. */
export function run(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  return finish(start(args), input);
}

export interface Served {
  port: number;
  connect(): Promise<RawClient>;
  /** Sends these bytes on a connection of its own, and answers all that comes back until it is closed. */
  ask(bytes: string | Uint8Array): Promise<string>;
}

export async function serve(handler: Handler, options: ServerOptions = {}): Promise<Served> {
  const server = createServer(handler, { onError: () => {}, ...options });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const connect = () => RawClient.connect(port);
  return {
    port,
    connect,
    async ask(bytes) {
      const client = await connect();
      client.send(bytes);
      return client.closed();
    },
  };
}

/** A bare socket: it sends what it is told to, and keeps what comes, one character for each octet. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  /** The server has sent its FIN. */
  hasEnded = false;
  isClosed = false;
  /** The connection ended in a reset. */
  wasReset = false;
  readonly #looks = new Set<() => void>();

  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient(
      connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }),
    );
    await once(client.socket, 'connect');
    return client;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    onTestFinished(() => void socket.destroy());
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (this.wasReset ||= code === 'ECONNRESET'));
    socket.on('data', (bytes: Buffer) => this.#note(() => (this.received += bytes.toString('latin1'))));
    socket.on('end', () => this.#note(() => (this.hasEnded = true)));
    socket.on('close', () => this.#note(() => (this.isClosed = true)));
  }

  #note(change: () => void): void {
    change();
    for (const look of [...this.#looks]) look();
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Resolves once it is so; looks again at each event of the socket. */
  when(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isSo() && !this.isClosed) return;
        this.#looks.delete(look);
        if (isSo()) resolve();
        else reject(new Error(`closed after ${JSON.stringify(this.received.slice(-500))}`));
      };
      this.#looks.add(look);
      look();
    });
  }

  /** All that was received, once it holds this text (so many times). */
  async until(text: string, times = 1): Promise<string> {
    await this.when(() => this.received.split(text).length > times);
    return this.received;
  }

  /** All that was received, once the server has sent its FIN; this side stays open. */
  async ended(): Promise<string> {
    await this.when(() => this.hasEnded || this.isClosed);
    return this.received;
  }

  /** All that was received, once the connection is closed: this side closes when the other has. */
  async closed(): Promise<string> {
    await this.ended();
    this.socket.end();
    await this.when(() => this.isClosed);
    return this.received;
  }
}

/** A bare client that never says goodbye by itself. */
export async function rawPeer(port: number): Promise<Socket> {
  const { socket } = await RawClient.connect(port);
  socket.removeAllListeners('data').removeAllListeners('end');
  return socket;
}

/** Bytes of which no two stretches look alike. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) | 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}
