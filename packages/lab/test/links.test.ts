// The links over real sockets: what TCP is sent comes, all of it and in order, whatever is lost; of UDP what is lost is gone, and
// the same seed loses the same. No test here asks how long something took.
import { createSocket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect as connectRaw, createServer, type Socket } from 'node:net';
import { connect, createEchoServer, type Endpoint } from 'tcp-echo';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LinkOptions } from '../src/ways/flight.ts';
import { TcpLink, WINDOW } from '../src/ways/tcp-link.ts';
import { UdpLink } from '../src/ways/udp-link.ts';

const HOST = '127.0.0.1';
const lossy: LinkOptions = { delay: 1, loss: 20, seed: 5 };

describe('a TCP link', () => {
  async function link(target: Endpoint, options: LinkOptions): Promise<Endpoint> {
    const link = new TcpLink(target, options);
    onTestFinished(() => link.close());
    return link.listen(HOST);
  }

  async function echoServer(): Promise<Endpoint> {
    const server = createEchoServer();
    onTestFinished(() => server.destroy());
    return server.listen();
  }

  /** A server that hands over its next connection. */
  async function acceptor(): Promise<{ target: Endpoint; accepted: Promise<Socket> }> {
    const server = createServer({ allowHalfOpen: true }).listen(0, HOST);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const accepted = once(server, 'connection').then(([socket]) => socket as Socket);
    return { target: { host: HOST, port: (server.address() as { port: number }).port }, accepted };
  }

  test.each([
    { delay: 0, loss: 10, seed: 1 },
    { delay: 2, loss: 2, seed: 2 },
  ])('%j: all that goes comes back, to its end', async (options) => {
    const client = await connect(await link(await echoServer(), options));
    const bytes = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
    void client.send(bytes);
    client.end();
    const come: Uint8Array[] = [];
    for await (const chunk of client) come.push(chunk);
    expect(Buffer.concat(come).equals(bytes)).toBe(true);
  });

  test('a half-close is one: the other direction goes on', async () => {
    const { target, accepted } = await acceptor();
    const client = connectRaw({ ...(await link(target, lossy)), allowHalfOpen: true });
    client.end('over');
    const server = await accepted;
    const [question] = await once(server, 'data');
    await once(server.resume(), 'end');
    server.end('and back');
    const [answer] = await once(client, 'data');
    expect([`${question}`, `${answer}`]).toEqual(['over', 'and back']);
    await once(client.resume(), 'close');
  });

  /** `once` would reject at the error. */
  const reset = (socket: Socket) =>
    new Promise((resolve) => socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)));

  test('a reset of one side is one of the other', async () => {
    const one = await acceptor();
    const client = connectRaw(await link(one.target, lossy));
    const server = await one.accepted;
    client.resetAndDestroy();
    expect(await reset(server)).toBe('ECONNRESET');

    const other = await acceptor();
    const second = connectRaw(await link(other.target, lossy));
    (await other.accepted).resetAndDestroy();
    expect(await reset(second)).toBe('ECONNRESET');
  });

  test('a server that is not there ends the client', async () => {
    const server = createEchoServer();
    const target = await server.listen();
    await server.close();
    expect(await reset(connectRaw(await link(target, lossy)))).toBe('ECONNRESET');
  });

  test('holds no more than a window for a server that does not read', async () => {
    const { target, accepted } = await acceptor();
    const near = await link(target, { delay: 0, loss: 1, seed: 1 });
    const client = connectRaw(near);
    onTestFinished(() => void client.destroy());
    /** The next socket that is announced: the relay's two, the one that it accepts, and the one that it connects. */
    const next = (channel: string) =>
      new Promise<Socket>((resolve) => {
        const take = (message: unknown) => {
          unsubscribe(channel, take);
          resolve((message as { socket: Socket }).socket);
        };
        subscribe(channel, take);
      });
    const [from, to] = await Promise.all([next('net.server.socket'), next('net.client.socket')]);
    const server = (await accepted).pause();
    onTestFinished(() => void server.destroy());
    let most = 0;
    const held = () => from.bytesRead - (to.bytesWritten - to.writableLength);
    from.on('data', () => (most = Math.max(most, held())));
    // More than both kernels take.
    for (let i = 0; i < 64; i++) client.write(Buffer.alloc(1024 * 1024));
    client.end();
    await vi.waitUntil(() => most >= WINDOW, { timeout: 60_000 });
    let received = 0;
    for await (const chunk of server) received += chunk.length;
    expect(received).toBe(64 * 1024 * 1024);
    expect(most).toBeLessThan(WINDOW + 128 * 1024); // a read more
  });
});

describe('a UDP link', () => {
  /** Sends `count` datagrams through a link, and asks for an end of which one is enough. @returns those that came */
  async function through(options: LinkOptions, count: number, size: number): Promise<number[]> {
    const server = createSocket('udp4').bind(0, HOST);
    const client = createSocket('udp4');
    await once(server, 'listening');
    const link = new UdpLink({ host: HOST, port: server.address().port }, options);
    onTestFinished(() => {
      for (const each of [server, client, link]) each.close();
    });
    const near = await link.listen(HOST);
    const come: number[] = [];
    const over = new Promise<void>((resolve) => {
      server.on('message', (datagram) => {
        const number = datagram.readUInt16BE();
        if (number < count) come.push(number);
        else resolve();
      });
    });
    // One after the other, each sent before the next: the kernel drops none of these by itself.
    let number = 0;
    let isOver = false;
    const send = () => {
      if (isOver) return;
      const datagram = Buffer.alloc(number < count ? size : 2);
      datagram.writeUInt16BE(number++);
      client.send(datagram, near.port, near.host, () => setImmediate(send));
    };
    send();
    await over;
    isOver = true;
    return come;
  }

  test('loses, and keeps no place for what is lost', async () => {
    const come = await through({ delay: 0, loss: 20, seed: 3 }, 200, 10);
    expect(come.length).toBeLessThan(200);
    expect(come.length).toBeGreaterThan(100);
    expect(come).toEqual([...come].sort((a, b) => a - b));
  });

  test('loses the same with the same seed, with a delay or without', async () => {
    const come = await through({ delay: 0, loss: 20, seed: 3 }, 100, 10);
    expect(await through({ delay: 2, loss: 20, seed: 3 }, 100, 10)).toEqual(come);
    expect(await through({ delay: 0, loss: 20, seed: 4 }, 100, 10)).not.toEqual(come);
  });

  test('a datagram of several packets is lost with any of them', async () => {
    const small = await through({ delay: 0, loss: 10, seed: 3 }, 200, 1000);
    const large = await through({ delay: 0, loss: 10, seed: 3 }, 200, 14_000);
    expect(large.length).toBeLessThan(small.length / 2);
    expect(large.length).toBeGreaterThan(0);
  });

  test('answers find the client that asked', async () => {
    const server = createSocket('udp4').bind(0, HOST);
    await once(server, 'listening');
    server.on('message', (datagram, { port, address }) => server.send(datagram, port, address));
    const link = new UdpLink({ host: HOST, port: server.address().port }, { delay: 1, loss: 0, seed: 1 });
    const near = await link.listen(HOST);
    const clients = ['a', 'b'].map((name) => {
      const socket = createSocket('udp4');
      socket.send(name, near.port, near.host);
      return socket;
    });
    onTestFinished(() => {
      for (const each of [server, link, ...clients]) each.close();
    });
    const answers = await Promise.all(clients.map((client) => once(client, 'message')));
    expect(answers.map(([datagram]) => `${datagram}`)).toEqual(['a', 'b']);
  });
});
