/**
 * A plain TCP socket for the experiments, which says what is done with it: every write and every read becomes a step, with its
 * bytes. `until` waits for what is to come, so that no experiment waits for time.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { listenTcp, listenUdp } from '../ways/listen.ts';
import type { Run, Who } from './experiment.ts';

export const HOST = '127.0.0.1';

export class Talker {
  readonly socket: Socket;
  /** What each read() gave. */
  readonly reads: Buffer[] = [];
  /** The peer's FIN has come: read() gave 0. */
  hasEnded = false;
  /** Why the socket closed, if by an error. */
  error: NodeJS.ErrnoException | undefined;
  readonly #run: Run;
  readonly #who: Who;
  #wake: () => void = () => {};

  constructor(run: Run, who: Who, socket: Socket) {
    this.#run = run;
    this.#who = who;
    this.socket = socket;
    run.after(() => socket.destroy());
    socket.on('data', (bytes) => {
      this.reads.push(bytes);
      run.read(who, bytes);
      this.#wake();
    });
    socket.on('end', () => {
      this.hasEnded = true;
      run.step(who, 'read() = 0', {
        en: 'FIN: the other side sends no more',
        ko: 'FIN: 상대는 더 보내지 않습니다',
      });
      this.#wake();
    });
    socket.on('error', (error) => {
      this.error = error;
      this.#wake();
    });
    socket.on('close', () => this.#wake());
  }

  /** All that came, as Latin-1: one letter is one byte. */
  get text(): string {
    return Buffer.concat(this.reads).toString('latin1');
  }

  /** One write(), as far as the kernel takes it at once. A string is Latin-1. */
  write(bytes: Uint8Array | string): void {
    const octets = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    this.#run.wrote(this.#who, octets);
    this.socket.write(octets);
  }

  /** shutdown(): sends FIN, and goes on reading. */
  end(): void {
    this.#run.step(this.#who, 'shutdown(SHUT_WR)', { en: 'FIN', ko: 'FIN' });
    this.socket.end();
  }

  /** @throws Error if the connection ends first */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.socket.destroyed)
        throw this.error ?? new Error('the connection ended before what was expected came');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** A listening socket on a free port; gone when the run is over, with all its connections. */
export async function listen(
  run: Run,
  onConnection: (socket: Socket) => void,
  options: ServerOpts = {},
): Promise<{ server: Server; port: number }> {
  const server = createServer({ noDelay: true, ...options }, (socket) => {
    run.after(() => socket.destroy());
    onConnection(socket);
  });
  run.after(() => server.close());
  const { port } = await listenTcp(server, { host: HOST, port: 0 });
  run.step('listener', `listen(${HOST}:${port})`);
  return { server, port };
}

/** A UDP socket on a free port; gone when the run is over. */
export async function bound(run: Run): Promise<DatagramSocket> {
  const socket = createSocket('udp4');
  run.after(() => socket.close());
  await listenUdp(socket, { host: HOST, port: 0 });
  return socket;
}

/** @throws the system's error, such as ECONNREFUSED */
export async function dial(run: Run, port: number, who: Who = 'client'): Promise<Talker> {
  const returned = run.call(who, `connect(${HOST}:${port})`);
  const socket = connect({ host: HOST, port, noDelay: true, allowHalfOpen: true });
  const talker = new Talker(run, who, socket);
  try {
    await once(socket, 'connect');
  } catch (error) {
    returned(`-1 ${(error as NodeJS.ErrnoException).code}`);
    throw error;
  }
  returned(0);
  return talker;
}
