import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ClientEvent } from '../../src/client/options.ts';
import { answerAll, clientOf, ok, serve } from './peer.ts';

/** node:http as an oracle: it tells what it understood. */
async function oracle(): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const { method, url, httpVersion, rawHeaders, rawTrailers } = request;
    response.end(JSON.stringify({ method, url, httpVersion, rawHeaders, rawTrailers, body }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test('GET: what is sent, and what comes back', async () => {
  // rfc9110/9.3.1/get-content, rfc9110/5.6.3/send-bad-space
  const server = await serve((peer) => answerAll(peer, () => ok('hello', 'X-One: 1\r\n')));
  const response = await clientOf(server.url).request({ target: '/a?b', headers: { Accept: '*/*' } });
  expect(response.status).toBe(200);
  expect(response.reason).toBe('OK');
  expect([...response.headers]).toEqual([
    ['X-One', '1'],
    ['Content-Length', '5'],
  ]);
  expect(await response.text()).toBe('hello');
  expect(server.peers[0]!.heard).toBe(
    `GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAccept: */*\r\n\r\n`,
  );
});

test.each([
  ['text', 'hello', ['Content-Length', '5'], 'hello'],
  ['text beyond ASCII', 'hellö', ['Content-Length', '6'], 'hellö'],
  ['bytes', new Uint8Array([104, 105]), ['Content-Length', '2'], 'hi'],
  ['large bytes', new Uint8Array(200_000).fill(97), ['Content-Length', '200000'], 'a'.repeat(200_000)],
  ['large text', 'ö'.repeat(100_000), ['Content-Length', '200000'], 'ö'.repeat(100_000)],
  ['an empty text', '', ['Content-Length', '0'], ''],
  ['nothing', undefined, ['Content-Length', '0'], ''],
])('POST of %s', async (_, body, field, understood) => {
  const url = await oracle();
  const response = await clientOf(url).request({ method: 'POST', body });
  const { rawHeaders, body: heard } = (await response.json()) as { rawHeaders: string[]; body: string };
  expect(rawHeaders.slice(2)).toEqual(field);
  expect(heard).toBe(understood);
});

test('a stream is sent chunked, with trailers', async () => {
  async function* parts(): AsyncGenerator<string | Uint8Array> {
    yield 'hel';
    yield '';
    yield new Uint8Array([108, 111]);
  }
  const response = await clientOf(await oracle()).request({
    method: 'PUT',
    body: parts(),
    trailers: () => ({ Digest: 'x' }),
  });
  const understood = (await response.json()) as Record<string, unknown>;
  expect(understood).toMatchObject({ method: 'PUT', body: 'hello', rawTrailers: ['Digest', 'x'] });
});

test('a web ReadableStream is a body', async () => {
  const response = await clientOf(await oracle()).request({
    method: 'POST',
    body: new Blob(['stream']).stream(),
  });
  expect(await response.json()).toMatchObject({ body: 'stream' });
});

test('one connection serves one request after the other', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url);
  for (let i = 0; i < 5; i++) expect(await (await client.request()).text()).toBe('ok');
  expect(server.peers).toHaveLength(1);
});

test('connection: close uses one connection for each request', async () => {
  // rfc9112/9.6/client-close
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok()); // and leaves it to the client to close (RFC 9112 9.6)
  });
  const client = clientOf(server.url, { connection: 'close' });
  for (let i = 0; i < 3; i++) await (await client.request()).text();
  expect(server.peers).toHaveLength(3);
  for (const peer of server.peers) {
    await peer.closed();
    expect(peer.heard).toContain('\r\nConnection: close\r\n');
  }
});

test('the tap sees every byte in both directions', async () => {
  const server = await serve((peer) => answerAll(peer));
  const events: ClientEvent[] = [];
  const client = clientOf(server.url, { observe: (event) => events.push(event) });
  await (await client.request({ method: 'POST', body: 'x'.repeat(10_000) })).text();
  await client.close();
  const bytes = (type: string) =>
    Buffer.concat(
      events.flatMap((event) => (event.type === type && 'bytes' in event ? [event.bytes] : [])),
    ).toString();
  expect(bytes('sent')).toBe(server.peers[0]!.heard);
  expect(bytes('received')).toBe(ok());
  expect(events[0]!.type).toBe('opened');
  expect(events.at(-1)!.type).toBe('closed');
});

test('a tap that throws does no harm, and is told of', async () => {
  const server = await serve((peer) => answerAll(peer));
  const cause = new Error('mine');
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => void warn.mockRestore());
  const observe = (): void => {
    throw cause;
  };
  const client = clientOf(server.url, { observe });
  for (let i = 0; i < 2; i++) expect(await (await client.request()).text()).toBe('ok');
  await client.close();
  expect(server.peers).toHaveLength(1);
  expect(warn.mock.calls[0]![0]).toMatchObject({ code: 'handler-failed', by: 'user', cause });
});
