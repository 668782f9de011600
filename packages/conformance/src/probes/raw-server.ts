/**
 * A raw server: it knows no protocol, it plays one script for each connection, so that it can say what no server would.
 * A script takes bytes and sends bytes; it ends, wherever it is, when its connection does. Every byte is kept, with the time.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Passage } from './probe.ts';

export interface RawServer {
  readonly port: number;
  /** In the order in which they were opened. */
  readonly connections: readonly RawConnection[];
  /** Of all connections, in order. */
  readonly transcript: readonly Passage[];
  /** Cuts every connection off. */
  close(): Promise<void>;
}

export interface RawServerOptions {
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** Any free one unless told otherwise. */
  readonly port?: number;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** Where a connection is over before its script is; the server takes it for the script's end. */
export class ConnectionOver extends Error {
  override readonly name = 'ConnectionOver';
}

/** More than any probe asks for: a peer that sends without end is cut off, and memory stays bounded. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** @param play the script; where it returns the connection stays open, until the peer or `close` ends it */
export async function startRawServer(
  play: (connection: RawConnection) => Promise<void>,
  { host = '127.0.0.1', port = 0, signal }: RawServerOptions = {},
): Promise<RawServer> {
  const connections: RawConnection[] = [];
  const transcript: Passage[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new RawConnection(socket, connections.length, transcript);
    connections.push(connection);
    play(connection).catch((error: unknown) => {
      socket.destroy();
      if (!(error instanceof ConnectionOver)) throw error; // a fault in the script, which nothing should hide
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.destroy();
    return closing;
  };
  const onAbort = (): void => void close();
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  server.once('close', () => signal?.removeEventListener('abort', onAbort));
  return { port: (server.address() as AddressInfo).port, connections, transcript, close };
}

export class RawConnection {
  /** Counts from 0. */
  readonly index: number;
  /** Resolves when the peer sends no more: by FIN, by a reset, or because this side has cut it off. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #transcript: Passage[];
  readonly #opened: number = performance.now();
  #unread: Buffer = Buffer.alloc(0);
  #kept = 0;
  #isOver = false;
  /** Whoever waits for bytes. */
  #wake: () => void = () => {};

  constructor(socket: Socket, index: number, transcript: Passage[]) {
    this.index = index;
    this.#socket = socket;
    this.#transcript = transcript;
    socket.on('data', (bytes: Buffer) => this.#received(bytes));
    this.ended = new Promise((resolve) => {
      const over = (end: Passage['end']): void => {
        if (!this.#isOver && end !== undefined) this.#note('received', NONE, end);
        this.#isOver = true;
        this.#wake();
        resolve();
      };
      socket.on('end', () => over('half-closed'));
      socket.on('error', () => over('reset'));
      socket.on('close', () => over(undefined));
    });
  }

  /** Whether the peer sends no more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  // ── Taking: every one rejects with ConnectionOver where the peer ends before ──

  take(length: number): Promise<Buffer> {
    return this.#takeWhen((unread) => (unread.length >= length ? length : -1));
  }

  /** Up to the end of `mark`, and with it. */
  takeThrough(mark: string): Promise<Buffer> {
    return this.#takeWhen((unread) => {
      const at = unread.indexOf(mark, 0, 'latin1');
      return at < 0 ? -1 : at + mark.length;
    });
  }

  /** A message's head, as one character for each octet. */
  async takeHead(): Promise<string> {
    return (await this.takeThrough('\r\n\r\n')).toString('latin1');
  }

  // ── Sending: resolves when the system has taken it ──

  /** @param bytes a string has one character for each octet */
  send(bytes: string | Uint8Array): Promise<void> {
    if (!this.#socket.writable) return Promise.reject(new ConnectionOver('nothing can be sent any more'));
    const octets = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    this.#note('sent', octets);
    return new Promise((resolve, reject) => {
      this.#socket.write(octets, (error) => (error ? reject(new ConnectionOver(error.message)) : resolve()));
    });
  }

  /** Each octet in a write and a turn of its own, so that a peer nearby reads it by itself. */
  async sendByteByByte(bytes: string | Uint8Array): Promise<void> {
    const octets = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    for (const octet of octets) {
      await this.send(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends FIN, and reads on. */
  halfClose(): void {
    if (this.#socket.writable) this.#note('sent', NONE, 'half-closed');
    this.#socket.end();
  }

  /** Sends RST: what the peer has not read yet is lost. */
  reset(): void {
    this.#note('sent', NONE, 'reset');
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #takeWhen(lengthIn: (unread: Buffer) => number): Promise<Buffer> {
    for (;;) {
      const length = lengthIn(this.#unread);
      if (length >= 0) {
        const taken = this.#unread.subarray(0, length);
        this.#unread = this.#unread.subarray(length);
        return taken;
      }
      if (this.#isOver) throw new ConnectionOver('the peer sends no more');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #received(bytes: Buffer): void {
    this.#kept += bytes.length;
    if (this.#kept > MAX_KEPT_BYTES) return this.reset();
    this.#note('received', bytes);
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    this.#wake();
  }

  #note(way: Passage['way'], bytes: Uint8Array, end?: Passage['end']): void {
    const at = Math.round(performance.now() - this.#opened);
    this.#transcript.push({ at, way, bytes, connection: this.index, ...(end === undefined ? {} : { end }) });
  }
}

const NONE = new Uint8Array(0);
