/** A client that says what it is told to, and keeps what it hears: for servers, whatever they speak. */
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A bare socket, or another transport: it sends what it is told to, and keeps what comes, one character for each octet. */
export class RawClient<Transport extends Duplex = Socket> {
  readonly socket: Transport;
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

  /** Sends these bytes on a connection of its own, and answers all that comes back until it is closed. */
  static async ask(port: number, bytes: string | Uint8Array): Promise<string> {
    const client = await RawClient.connect(port);
    client.send(bytes);
    return client.closed();
  }

  constructor(socket: Transport) {
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
