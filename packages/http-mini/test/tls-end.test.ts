/** TLS that ends without an alert, as when somebody cuts the connection (RFC 9112 9.8): what is complete by itself stays so. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  Client,
  type ClientEvent,
  createServer as createHttpServer,
  type HttpError,
  type HttpResponse,
} from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';

let client: Client | undefined;
const tls = { key: KEY, cert: CERTIFICATE };

/** A server over TLS, behind a proxy; `cut` sends FIN both ways where an alert should have come first. */
async function behindProxy(response: () => HttpResponse) {
  const errors: HttpError[] = [];
  const server = createHttpServer(response, { tls, onError: (error) => errors.push(error) });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const ends: Socket[] = [];
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    ends.push(
      client.on('error', () => {}),
      upstream.on('error', () => {}),
    );
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => client.write(bytes));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    proxy.close();
    for (const end of ends) end.destroy();
  });
  await once(proxy, 'listening');
  const cut = (): void => {
    for (const end of ends) end.end();
  };
  return { server, errors, port: (proxy.address() as { port: number }).port, cut };
}

test.each<[name: string, response: HttpResponse]>([
  ['all of its length', { body: 'hello' }],
  ['its last chunk', { body: ['hel', 'lo'] }],
])('a client takes a response for complete that has come with %s', async (_, response) => {
  // rfc9112/9.8/complete
  const { port, cut } = await behindProxy(() => response);
  let received = '';
  const closed = new Promise<void>((resolve) => {
    const observe = (event: ClientEvent): void => {
      if (event.type === 'received') received += Buffer.from(event.bytes).toString('latin1');
      if (/hello$|\r\n0\r\n\r\n$/.test(received)) cut();
      if (event.type === 'closed') resolve();
    };
    client = new Client(`https://localhost:${port}`, { tls: { ca: CERTIFICATE }, observe });
  });
  const answer = await client!.request();
  await closed;
  expect(await answer.text()).toBe('hello');
  await client!.close();
});

test.each([
  ['after its answer', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['before its request', ''],
])('a server is prepared for a client that ends so, %s', async (_, bytes) => {
  // rfc9112/9.8/incomplete-close
  const { server, errors, port, cut } = await behindProxy(() => ({ body: 'hello' }));
  const client = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: CERTIFICATE });
  client.on('error', () => {});
  await once(client, 'secureConnect');
  if (bytes !== '') {
    client.write(bytes);
    await once(client, 'data');
  }
  cut();
  client.resume();
  await once(client, 'close');
  await server.close();
  expect([server.connections, errors]).toEqual([0, []]);
});
