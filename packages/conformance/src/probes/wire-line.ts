/**
 * WireLine: a raw connection to a server, for a probe that lies. It sends exactly the bytes that it is given, keeps every
 * byte of both ways with the time, and waits for what comes: until it is enough, until the server is silent, or until the
 * connection has ended. Nothing that the server does is an error here, for it is what the probe wants to see.
 */
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Passage, Terms } from './probe.ts';
import { afterSilence } from './silence.ts';

/** Whom a probe of a server asks: the address that the user named, and nobody else. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** What is asked for, with its query: `/`, `/chat`. */
  readonly path: string;
  /** Over TLS. The certificate is not verified: the question is what the server says, not who it is. */
  readonly isSecure?: boolean;
  /** What every request says in Host; else host and port. */
  readonly authority?: string;
  /** What every request says beside what a probe says. What looks like a secret no report tells. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /**
   * The server keeps a contract, so nothing has to be found out first, and it may be far from complete: over HTTP it answers
   * GET with 200 and POST with 200 and the same content, at any path, again and again on one connection and to many at
   * once; over a WebSocket it sends each message back; over TCP it keeps the contract that a probe is about, whatever its path
   * names. What it cannot be asked for lack of that is broken then.
   */
  readonly keepsContract?: boolean;
}

/** The value of Host, with the brackets that an address of IPv6 has in a URI. RFC 9110 7.2, RFC 3986 3.2.2 */
export function hostOf({
  host,
  port,
  authority,
}: Pick<ServerAddress, 'host' | 'port' | 'authority'>): string {
  return authority ?? `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** How the server ended the connection: `closed` by a FIN, `reset` by a RST; `open` until then. */
export type LineEnd = 'open' | 'closed' | 'reset';

/** Bytes that a line receives before it is cut: a server that never stops must not fill the memory. */
const MAX_RECEIVED = 64 * 1024 * 1024;

export class WireLine {
  /** What the server has done to the connection so far. */
  end: LineEnd = 'open';
  readonly #socket: Socket;
  readonly #terms: Terms;
  readonly #transcript: Passage[];
  readonly #number: number;
  readonly #opened = performance.now();
  readonly #parts: Buffer[] = [];
  #receivedLength = 0;
  #wake: () => void = () => {};

  /** @param transcript where all lines of a probe write what passes; its end is the finding's */
  static async open(
    { host, port, isSecure = false }: Pick<ServerAddress, 'host' | 'port' | 'isSecure'>,
    terms: Terms,
    transcript: Passage[] = [],
    number = 0,
  ): Promise<WireLine> {
    terms.signal.throwIfAborted();
    // Half open, so that a server's FIN ends one way only: whether it goes on to read is for the probe to find out.
    const to = { host, port, allowHalfOpen: true, noDelay: true };
    const servername = isIP(host) === 0 ? host : ''; // an address is not a name (RFC 6066 3)
    const socket = isSecure
      ? connectTls({ ...to, servername, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connect(to);
    const cut = (): void => void socket.destroy(new Error('the probe was ended'));
    terms.signal.addEventListener('abort', cut, { once: true });
    socket.once('close', () => terms.signal.removeEventListener('abort', cut));
    await once(socket, isSecure ? 'secureConnect' : 'connect');
    return new WireLine(socket, terms, transcript, number);
  }

  constructor(socket: Socket, terms: Terms, transcript: Passage[], number: number) {
    this.#socket = socket;
    this.#terms = terms;
    this.#transcript = transcript;
    this.#number = number;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => this.#ended('closed'));
    socket.on('error', () => this.#ended('reset')); // ECONNRESET, or EPIPE where a write came to know of it
    socket.on('close', () => this.#ended('closed')); // our own, too: nothing comes any more
  }

  get transcript(): readonly Passage[] {
    return this.#transcript;
  }

  /** All bytes received so far. */
  get received(): Buffer {
    if (this.#parts.length > 1) this.#parts.splice(0, this.#parts.length, Buffer.concat(this.#parts));
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  get receivedLength(): number {
    return this.#receivedLength;
  }

  // ── Out ──

  /** Sends in one write. Text is sent as latin1: one character, one byte. To a connection that has ended, nothing. */
  send(bytes: string | Uint8Array): void {
    const sent = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (!this.#socket.writable) return;
    this.#note('sent', sent);
    this.#socket.write(sent);
  }

  /** Sends each byte in a write and a turn of its own, until the server ends the connection. */
  async sendByteByByte(bytes: string | Uint8Array): Promise<void> {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (this.#socket.writable) this.#note('sent', all); // one passage: a row for each byte shows nobody anything
    for (let i = 0; i < all.length && this.#socket.writable && this.end === 'open'; i++) {
      this.#socket.write(all.subarray(i, i + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Sends piece by piece, each once the system has taken the one before: a client that writes first and reads then.
   * @returns how it came to an end: all taken, the connection ended, or nothing taken for `quiet` milliseconds
   */
  async sendWholly(
    bytes: string | Uint8Array,
    quiet: number = this.#terms.quiet,
  ): Promise<'sent' | 'ended' | 'silent'> {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (this.#socket.writable) this.#note('sent', all);
    for (let at = 0; at < all.length && this.#socket.writable; at += PIECE) {
      const piece = all.subarray(at, at + PIECE);
      const isTaken = await new Promise<boolean>((resolve) => {
        const stop = afterSilence(quiet, () => resolve(false));
        this.#socket.write(piece, () => {
          stop();
          resolve(true);
        });
      });
      this.#terms.signal.throwIfAborted();
      if (!isTaken) return 'silent';
    }
    return this.#socket.writable ? 'sent' : 'ended';
  }

  /** Says that nothing more will be sent: FIN. */
  halfClose(): void {
    if (!this.#socket.writable) return;
    this.#note('sent', EMPTY, 'half-closed');
    this.#socket.end();
  }

  /** Cuts the connection off: RST. */
  reset(): void {
    if (this.#socket.destroyed) return;
    this.#note('sent', EMPTY, 'reset');
    // What is under TLS cannot be reached from here: it is cut off by whatever the system sends.
    if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Lets the connection go, whatever state it is in. To be called at the end of every probe. */
  close(): void {
    if (this.#socket.destroyed) return;
    this.#note('sent', EMPTY, 'closed');
    this.#socket.destroy();
  }

  // ── In ──

  /** Reads nothing until `readOn`: what the server sends stays in its buffers and in the system's. */
  readLate(): void {
    this.#socket.pause();
  }

  /** Reads again, once the server takes no more of what is sent, or has taken all of it. */
  async readOn(): Promise<void> {
    for (let written = -1; written < this.#socket.bytesWritten && this.#socket.writable; ) {
      written = this.#socket.bytesWritten;
      await new Promise<void>((resolve) => void afterSilence(STALLED, resolve));
      this.#terms.signal.throwIfAborted();
    }
    this.#socket.resume();
  }

  /**
   * Waits until `isEnough` says so of what was received, or until the server ends the connection, or until it has been
   * silent for `quiet` milliseconds; it is asked at once and after each arrival.
   * @throws the signal's reason, where the runner ends the probe
   */
  async receive(
    isEnough: (line: WireLine) => boolean,
    quiet: number = this.#terms.quiet,
  ): Promise<'enough' | 'ended' | 'silent'> {
    for (;;) {
      this.#terms.signal.throwIfAborted();
      if (isEnough(this)) return 'enough';
      if (this.end !== 'open') return 'ended';
      if (!(await this.#arrival(quiet))) return 'silent';
    }
  }

  /** Waits until the server has ended the connection, or is silent. */
  receiveEnd(quiet?: number): Promise<'enough' | 'ended' | 'silent'> {
    return this.receive(() => false, quiet);
  }

  /** Whether something came before the time was up. */
  #arrival(quiet: number): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = afterSilence(quiet, () => resolve(false));
      this.#wake = () => {
        stop();
        resolve(true);
      };
    });
  }

  #receive(bytes: Buffer): void {
    this.#note('received', bytes);
    this.#parts.push(bytes);
    this.#receivedLength += bytes.length;
    if (this.#receivedLength > MAX_RECEIVED) this.#socket.destroy();
    this.#wake();
  }

  #ended(end: 'closed' | 'reset'): void {
    if (this.end === 'open') {
      this.end = end;
      if (!this.#socket.destroyed || end === 'reset') this.#note('received', EMPTY, end);
    }
    this.#wake();
  }

  #note(way: Passage['way'], bytes: Uint8Array, end?: NonNullable<Passage['end']>): void {
    const at = performance.now() - this.#opened;
    const connection = this.#number;
    this.#transcript.push({ at, way, bytes, connection, ...(end && { end }) });
  }
}

/** Bytes of a write of many. */
const PIECE = 65_536;
/** Milliseconds in which nothing leaves: the other side has stopped to read. */
const STALLED = 50;
const EMPTY = new Uint8Array();
