/**
 * A UDP link with delay and loss: a datagram that is lost is gone, and those behind it come when they come. One that is
 * larger than a packet is lost with any of its fragments (RFC 791 3.2).
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Endpoint } from 'tcp-echo';
import { type LinkOptions, losses } from './flight.ts';
import { listenUdp } from './listen.ts';

/** Bytes of a datagram in one packet on an Ethernet: 1,500 less 28 for the headers of IP and UDP. */
const PACKET = 1472;

/** One client's datagrams, both ways. */
interface Lane {
  /** Faces the server, which so tells the clients apart. */
  readonly far: Socket;
  readonly lostThere: () => boolean;
}

export class UdpLink {
  readonly #target: Endpoint;
  readonly #options: LinkOptions;
  readonly #near: Socket = createSocket('udp4');
  readonly #lanes = new Map<string, Lane>();
  #isClosed = false;

  constructor(target: Endpoint, options: LinkOptions) {
    this.#target = target;
    this.#options = options;
    this.#near.on('message', (datagram, client) => {
      const { far, lostThere } = this.#laneOf(client);
      this.#pass(datagram, lostThere, () => far.send(datagram, this.#target.port, this.#target.host));
    });
  }

  /** @returns where clients send to */
  listen(host: string): Promise<Endpoint> {
    return listenUdp(this.#near, { host, port: 0 });
  }

  close(): void {
    this.#isClosed = true;
    this.#near.close();
    for (const { far } of this.#lanes.values()) far.close();
  }

  #laneOf(client: RemoteInfo): Lane {
    const name = `${client.address}:${client.port}`;
    const known = this.#lanes.get(name);
    if (known) return known;
    const number = 2 * this.#lanes.size;
    const lane = { far: createSocket('udp4'), lostThere: losses(this.#options, number) };
    const lostBack = losses(this.#options, number + 1);
    lane.far.on('error', () => {}); // a server that is gone is a loss too
    lane.far.on('message', (datagram) => {
      this.#pass(datagram, lostBack, () => this.#near.send(datagram, client.port, client.address));
    });
    this.#lanes.set(name, lane);
    return lane;
  }

  #pass(datagram: Uint8Array, isLost: () => boolean, send: () => void): void {
    let lost = false;
    for (let at = 0; at === 0 || at < datagram.length; at += PACKET) if (isLost()) lost = true;
    if (lost) return;
    if (this.#options.delay === 0) return send();
    setTimeout(() => this.#isClosed || send(), this.#options.delay);
  }
}
