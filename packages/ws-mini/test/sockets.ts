// Real sockets on loopback, without fixed ports and without sleeping: a pair of them, and a peer that
// speaks raw bytes, so that a test can do what no good client does.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Connection } from '../src/connection/connection.ts';
import { type ConnectionAgreement, type ConnectionOptions, settingsFor } from '../src/connection/options.ts';
import { FrameDecoder } from '../src/wire/index.ts';
import { countingKeys, toHex } from './support.ts';

export async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ];
  server.close();
  return [near, far];
}

type Options = Partial<ConnectionOptions> & ConnectionAgreement;

/** A server's connection and a client's, handshake left out. */
export async function connectionPair(
  ofServer: Options = {},
  ofClient: Options = {},
): Promise<[Connection, Connection]> {
  const [near, far] = await socketPair();
  const nothing = new Uint8Array(0);
  return [
    new Connection(far, nothing, settingsFor({ role: 'server', ...ofServer }), ofServer),
    new Connection(
      near,
      nothing,
      settingsFor({ role: 'client', maskKey: countingKeys(), ...ofClient }),
      ofClient,
    ),
  ];
}

/** A connection in one role, and the other end as a peer of raw bytes. */
export async function withPeer(
  options: Options = {},
  leftover: Uint8Array = new Uint8Array(0),
): Promise<[Connection, Peer]> {
  const [near, far] = await socketPair();
  const role = options.role ?? 'server';
  const settings = settingsFor({ role, maskKey: countingKeys(), ...options });
  return [new Connection(far, leftover, settings, options), new Peer(near)];
}

export class Peer {
  readonly socket: Socket;
  /** What was received, chunk by chunk. */
  readonly chunks: Uint8Array[] = [];
  readonly ended: Promise<unknown>;
  readonly closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.chunks.push(chunk));
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => socket.on('end', resolve));
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  get size(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get received(): string {
    return toHex(Buffer.concat(this.chunks));
  }

  /** Fulfilled when `isThere` says so; asked again whenever something comes. */
  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await once(this.socket, 'data');
  }

  /** The frames so far, as "opcode:payload in hex". */
  frames(): string[] {
    const decoder = new FrameDecoder({ rsv: 7 }).receive(Uint8Array.from(Buffer.concat(this.chunks)));
    const frames: string[] = [];
    for (let piece = decoder.next(); piece?.last; piece = decoder.next())
      frames.push(`${piece.header.opcode}:${toHex(piece.bytes.subarray(piece.start, piece.end))}`);
    return frames;
  }
}
