/** Under which scheme a request comes, and what is refused because it came over the wrong connection (RFC 9112 3.3, RFC 9110 7.4). */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { toHandler } from '../../src/fetch.ts';
import { createServer, type ServerOptions } from '../../src/index.ts';
import { CLOSE, get, RawClient, serve, statuses } from './support.ts';

const tls = { key: KEY, cert: CERTIFICATE };
const url = toHandler((request) => new Response(request.url));

/** What is answered on a connection of its own, over TLS where the server speaks it. */
async function ask(options: ServerOptions, bytes: string): Promise<string> {
  const { port, connect } = await serve(url, options);
  if (options.tls === undefined) {
    const client = await connect();
    client.send(bytes);
    return client.closed();
  }
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: CERTIFICATE });
  await once(socket, 'secureConnect');
  const client = new RawClient(socket);
  client.send(bytes);
  return client.closed();
}

describe('an https: target over a connection without TLS (RFC 9110 7.4)', () => {
  // rfc9110/7.4/https-secured
  test.each(['https://a/', 'HTTPS://a:443/b?c', 'https://other.example'])(
    '%s: 421, and the end',
    async (target) => {
      const request = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const received = await ask({}, request + get('/', CLOSE));
      expect(statuses(received)).toEqual([421]);
      expect(received).toMatch(/RFC 9110 7.4/);
    },
  );

  test('is reported, and never reaches the handler', async () => {
    const { ask, errors } = await serve(() => {
      throw new Error('it was served');
    });
    expect(statuses(await ask(`GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n`))).toEqual([421]);
    expect(errors).toMatchObject([{ code: 'misdirected-request', status: 421, by: 'peer' }]);
  });

  test('HEAD gets no content, and what is sent with it is dropped', async () => {
    expect(await ask({}, 'HEAD https://a/ HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/ 421 [\s\S]*\r\n\r\n$/);
    const post =
      'POST https://a/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello';
    expect(statuses(await ask({}, post))).toEqual([421]);
  });

  test('is served over TLS, and behind a gateway that has kept the rules of https', async () => {
    const request = `GET https://a/b HTTP/1.1\r\nHost: c\r\n${CLOSE}\r\n\r\n`;
    expect(await ask({ tls }, request)).toMatch(/ 200 [\s\S]*https:\/\/a\/b/);
    expect(await ask({ scheme: 'https' }, request)).toMatch(/ 200 [\s\S]*https:\/\/a\/b/);
    expect(await ask({ tls, scheme: 'http' }, request)).toMatch(/ 200 [\s\S]*https:\/\/a\/b/);
  });

  test('an http: target is served over either: no rule of that scheme asks for less security', async () => {
    const request = `GET http://a/b HTTP/1.1\r\nHost: c\r\n${CLOSE}\r\n\r\n`;
    for (const options of [{}, { tls }, { scheme: 'https' }] as const)
      expect(await ask(options, request)).toMatch(/ 200 [\s\S]*http:\/\/a\/b/);
  });
});

// rfc9112/3.3/scheme
test('a target without a scheme has that of the connection, or the one that the server is told (RFC 9112 3.3)', async () => {
  const request = get('/b', CLOSE);
  expect(await ask({}, request)).toContain('http://a/b');
  expect(await ask({ tls }, request)).toContain('https://a/b');
  expect(await ask({ scheme: 'https' }, request)).toContain('https://a/b');
  expect(await ask({ tls, scheme: 'http' }, request)).toContain('http://a/b');
  const { ask: asked } = await serve((request) => ({ body: request.scheme }), { scheme: 'https' });
  expect(await asked(request)).toMatch(/\r\n\r\nhttps$/);
});

test('what a proxy says of the client is a field like any other', async () => {
  const { ask } = await serve((request) => ({
    body: [request.scheme, request.authority, request.remote?.address].join(' '),
  }));
  const forwarded = ['X-Forwarded-For: 9.9.9.9', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: b'];
  const received = await ask(get('/', ...forwarded, 'Forwarded: for=9.9.9.9;proto=https;host=b', CLOSE));
  expect(received).toMatch(/\r\n\r\nhttp a 127\.0\.0\.1$/);
});

test('a scheme that no server has is refused', () => {
  const make = (): unknown => createServer(url, { scheme: 'ftp' } as unknown as ServerOptions);
  expect(make).toThrow('scheme is http or https, and not "ftp" (RFC 9110 5.4)');
});
