import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createEchoServer } from 'tcp-echo';
import { expect, onTestFinished, test } from 'vitest';
import { SocketCounter } from '../src/ways/socket-counter.ts';

async function echo(port: number, bytes: number): Promise<void> {
  const client = await connect({ port });
  client.send(Buffer.alloc(bytes));
  client.end();
  for await (const _chunk of client);
}

test('two actions at the same time are counted apart, and who runs in none is not counted', async () => {
  const server = createEchoServer();
  onTestFinished(() => server.destroy());
  const { port } = await server.listen();
  const [one, two] = [new SocketCounter(), new SocketCounter()];
  const twice = async () => {
    await echo(port, 1000);
    await echo(port, 500);
  };
  await Promise.all([one.run(twice), two.run(() => echo(port, 70_000)), echo(port, 9)]);
  expect([one.connections, one.sent, one.received]).toEqual([2, 1500, 1500]);
  expect([two.connections, two.sent, two.received]).toEqual([1, 70_000, 70_000]);
});

test('an open socket is counted as far as it has come', async () => {
  const server = createEchoServer();
  onTestFinished(() => server.destroy());
  const { port } = await server.listen();
  const counter = new SocketCounter();
  const client = await counter.run(() => connect({ port }));
  await client.send('hello');
  await client[Symbol.asyncIterator]().next();
  expect([counter.connections, counter.sent, counter.received]).toEqual([1, 5, 5]);
  await client.close();
  expect([counter.sent, counter.received]).toEqual([5, 5]);
});

test('a connection that is refused is none', async () => {
  const server = createEchoServer();
  const { port } = await server.listen();
  await server.close();
  const counter = new SocketCounter();
  await expect(counter.run(() => connect({ port }))).rejects.toMatchObject({ code: 'connection-refused' });
  expect(counter.connections).toBe(0);
});

test('datagrams are counted as they are sent and received, those before the socket had its address once', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  server.on('message', (datagram, { port, address }) => server.send(datagram, port, address));
  const { port } = server.address();
  const counter = new SocketCounter();
  const client = counter.run(() => createSocket('udp4'));
  onTestFinished(() => void client.close());
  client.send('too early', port, '127.0.0.1');
  await once(client, 'message');
  client.send(Buffer.alloc(1000), port, '127.0.0.1');
  await once(client, 'message');
  expect([counter.connections, counter.sent, counter.received]).toEqual([0, 1009, 1009]);
});
