/**
 * What happened in a conversation, step by step: each call that a program made on a socket, with its descriptor, as strace
 * would print it, and what the kernel says of both ends right after it. A test holds the calls to what strace prints of the same
 * conversation.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { descriptorOf, listedSockets, type TcpState } from '../sockets.ts';
import { listenTcp } from '../ways/listen.ts';
import { type SocketCall, watched } from './watched.ts';

export type Side = 'client' | 'server';

export type Call =
  | 'socket'
  | 'bind'
  | 'listen'
  | 'connect'
  | 'accept'
  | 'read'
  | 'write'
  | 'shutdown'
  | 'close';

export interface Step {
  /** Milliseconds since the conversation began. */
  readonly at: number;
  readonly by: Side;
  readonly call: Call;
  /** The call as strace prints it, without what every call has: `accept4(19) = 21`. */
  readonly text: string;
  /** What was read or written, as hex. A read() without any is the end: it returned 0. */
  readonly bytes?: string;
  /** Of the connection, when the call was done. */
  states: { readonly [side in Side]?: End };
}

/** One end of the connection, as the kernel has it. */
export interface End {
  readonly state: TcpState;
  /** It is established, and no program has it yet: it waits in the listener's queue for accept(). */
  readonly isQueued?: true;
}

/** The ends of the conversation that programs talk over. */
export interface Ends {
  /** Opens the client's end. */
  readonly connect: () => Promise<Duplex>;
  readonly port: number;
}

/**
 * Runs a conversation on a listener of its own. `serve` gets each accepted end, `talk` opens the client's and says when it has
 * heard all that it wants; what is left is closed then.
 */
export async function recordConversation(
  serve: (end: Duplex) => void,
  talk: (ends: Ends) => Promise<void>,
): Promise<readonly Step[]> {
  const recorder = new Recorder();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    serve(recorder.accepted(socket)),
  );
  const { port } = await listenTcp(server, { host: '127.0.0.1', port: 0 });
  recorder.listening(port);
  try {
    await talk({ port, connect: () => recorder.connect(port) });
    await recorder.closed();
  } finally {
    recorder.destroy();
    await new Promise((resolve) => server.close(resolve));
    recorder.listenerClosed();
  }
  return recorder.steps;
}

class Recorder {
  readonly steps: Step[] = [];
  readonly #start = performance.now();
  readonly #open = new Set<Socket>();
  #listenerPort = 0;
  #listener: number | undefined;
  #clientPort = 0;
  #isAccepted = false;
  #whenClosed: (() => void) | undefined;

  /** node:net does these three in one call, so they are told when all three are done. */
  listening(port: number): void {
    this.#listenerPort = port;
    this.#listener = descriptorBetween(port, 0);
    const fd = numberOf(this.#listener);
    this.#tell('server', 'socket', `socket(AF_INET, SOCK_STREAM) = ${fd}`);
    this.#tell('server', 'bind', `bind(${fd}, 127.0.0.1:0) = 0`);
    this.#tell('server', 'listen', `listen(${fd}, ${BACKLOG}) = 0`);
  }

  async connect(port: number): Promise<Duplex> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    let fd = '?';
    // Said right before node:net calls socket() and connect(), so the next tick comes right after them.
    socket.once('connectionAttempt', () =>
      process.nextTick(() => {
        const clientPort = socket.localPort ?? 0; // which connect() has picked, says getsockname()
        fd = numberOf(descriptorBetween(clientPort, port));
        this.#tell('client', 'socket', `socket(AF_INET, SOCK_STREAM) = ${fd}`);
        this.#clientPort = clientPort;
        this.#tell('client', 'connect', `connect(${fd}, 127.0.0.1:${port}) = -1 EINPROGRESS`);
      }),
    );
    const duplex = this.#watch('client', socket, () => fd);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return duplex;
  }

  accepted(socket: Socket): Duplex {
    const fd = numberOf(descriptorBetween(this.#listenerPort, socket.remotePort ?? 0));
    this.#isAccepted = true;
    this.#tell('server', 'accept', `accept4(${numberOf(this.#listener)}) = ${fd}`);
    return this.#watch('server', socket, () => fd);
  }

  listenerClosed(): void {
    this.#tell('server', 'close', `close(${numberOf(this.#listener)}) = 0`);
  }

  /** Resolves when every connection has closed. */
  closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenClosed = resolve;
      if (this.#open.size === 0) resolve();
    });
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #watch(by: Side, socket: Socket, fd: () => string): Duplex {
    this.#open.add(socket);
    socket.on('close', () => {
      this.#open.delete(socket);
      if (this.#open.size === 0) this.#whenClosed?.();
    });
    return watched(socket, (call) => this.#tellCall(by, fd(), call));
  }

  #tellCall(by: Side, fd: string, told: SocketCall): () => void {
    if (told.call === 'read' || told.call === 'write') {
      const hex = Buffer.from(told.bytes).toString('hex');
      return this.#tell(by, told.call, `${told.call}(${fd}) = ${told.bytes.length}`, hex);
    }
    if (told.call === 'end') return this.#tell(by, 'read', `read(${fd}) = 0`);
    if (told.call === 'shutdown') return this.#tell(by, 'shutdown', `shutdown(${fd}, SHUT_WR) = 0`);
    return this.#tell(by, 'close', `close(${fd}) = 0`);
  }

  /** @returns looks at the states once more, for a call that is done later */
  #tell(by: Side, call: Call, text: string, bytes?: string): () => void {
    const at = performance.now() - this.#start;
    const step: Step = { at, by, call, text, ...(bytes !== undefined && { bytes }), states: this.#states() };
    this.steps.push(step);
    return () => {
      step.states = this.#states();
    };
  }

  #states(): Step['states'] {
    if (this.#clientPort === 0) return {};
    const ports = [this.#clientPort, this.#listenerPort] as const;
    const [client, server] = listedSockets(ports, [ports[1], ports[0]]);
    const isQueued = !this.#isAccepted && server !== undefined;
    return {
      ...(client && { client: { state: client.state } }),
      ...(server && { server: { state: server.state, ...(isQueued && { isQueued }) } }),
    };
  }
}

function descriptorBetween(local: number, remote: number): number | undefined {
  const [socket] = listedSockets([local, remote]);
  return socket && descriptorOf(socket);
}

/** What Node asks for, unless told otherwise. */
const BACKLOG = 511;

/** A question mark if this system does not show descriptors. */
function numberOf(descriptor: number | undefined): string {
  return descriptor === undefined ? '?' : `${descriptor}`;
}
