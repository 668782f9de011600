/**
 * The ticker over UDP: whoever sends a datagram gets the current update and every new one, each as a datagram, for as long
 * as it goes on sending. There is no connection that could end, so what ends is the server's patience.
 */
import { createSocket, type Socket } from 'node:dgram';
import { type Endpoint, formatEndpoint } from 'tcp-echo';
import type { Ticker } from '../ticker.ts';
import { listenUdp } from './listen.ts';

/** Milliseconds without a datagram after which a subscriber is forgotten. It should send again every second or so. */
export const LEASE = 5000;
const MOST_SUBSCRIBERS = 1024;

export class UdpTicker {
  readonly #ticker: Ticker;
  readonly #socket: Socket = createSocket('udp4');
  /** By address: until when, in milliseconds of the monotonic clock. */
  readonly #leases = new Map<string, number>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
    this.#socket.on('message', (_, { address, port }) => this.#renew({ host: address, port }));
  }

  /** Rejects with Node's error if it cannot listen. */
  listen(where: Endpoint): Promise<Endpoint> {
    return listenUdp(this.#socket, where);
  }

  /** How many get updates. */
  get subscribers(): number {
    return this.#leases.size;
  }

  close(): Promise<void> {
    this.#leases.clear();
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #renew(client: Endpoint): void {
    const name = formatEndpoint(client);
    const isNew = !this.#leases.has(name);
    if (isNew && this.#leases.size >= MOST_SUBSCRIBERS) return;
    this.#leases.set(name, performance.now() + LEASE);
    if (!isNew) return;
    const unsubscribe = this.#ticker.subscribe((text) => {
      if (performance.now() < (this.#leases.get(name) ?? 0)) return this.#send(text, client);
      this.#leases.delete(name);
      unsubscribe();
    });
    this.#send(this.#ticker.text, client);
  }

  #send(text: string, { host, port }: Endpoint): void {
    this.#socket.send(text, port, host, () => {}); // an error is a loss, which UDP promises nobody to report
  }
}
