/**
 * A server made of bare sockets, for answers that no honest server gives. Each connection gets a Peer: it hears what the
 * client sends, as text, and says whatever the test wants.
 */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';

export class Peer {
  readonly socket: Socket;
  /** Everything heard, one character for each octet. */
  heard = '';
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.heard += bytes.toString('latin1');
      this.#wake();
    });
    socket.on('end', () => this.#wake());
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the pattern has been heard `times` times; rejects where the client is gone before that. */
  async hears(pattern: string, times = 1): Promise<void> {
    while (this.heard.split(pattern).length <= times) {
      if (this.#isClosed) throw new Error(`closed; heard ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when a head has come whole. */
  request(times = 1): Promise<void> {
    return this.hears('\r\n\r\n', times);
  }

  says(text: string): void {
    this.socket.write(text, 'latin1');
  }

  async closed(): Promise<void> {
    while (!this.#isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

export interface PeerServer {
  readonly url: string;
  readonly port: number;
  readonly peers: Peer[];
  stop(): Promise<void>;
}

/** @param serve is called for each connection, counted from 0; where it fails because the client has gone, that is all right */
export async function serve(play: (peer: Peer, index: number) => void | Promise<void>): Promise<PeerServer> {
  const peers: Peer[] = [];
  const server = createServer((socket) => {
    const peer = new Peer(socket);
    peers.push(peer);
    Promise.resolve(play(peer, peers.length - 1)).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const stop = async (): Promise<void> => {
    for (const { socket } of peers) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}`, port, peers, stop };
}

/** A client that is cut off when the test is over. */
export function clientOf(url: string, options?: ClientOptions): Client {
  const client = new Client(url, options);
  onTestFinished(() => client.destroy());
  return client;
}

/** A response with its length. */
export function ok(body = 'ok', fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Answers every request that has come on the connection, as often as one comes. */
export async function answerAll(peer: Peer, response: (count: number) => string = () => ok()): Promise<void> {
  for (let count = 1; ; count++) {
    await peer.request(count);
    peer.says(response(count));
  }
}
