/** `request`: URLs, redirects, TLS. */
import { once } from 'node:events';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { Client, request } from '../../src/client/client.ts';
import { answerAll, ok, type Peer, serve } from './peer.ts';

test.each([
  ['', '/'],
  ['?a=b', '/?a=b'],
  ['/a b', '/a%20b'],
  ['/a|b[]^`{}\\?x=[]{}|^`', '/a%7Cb%5B%5D%5E%60%7B%7D/?x=%5B%5D%7B%7D%7C%5E%60'],
  ['/100%/%zz/%41', '/100%25/%25zz/%41'],
  ['/ü#fragment', '/%C3%BC'],
  ['/a/../b', '/b'],
])('the URL ...%s asks for %s', async (path, target) => {
  const server = await serve((peer) => answerAll(peer, () => `${ok()}`));
  const response = await request(server.url + path);
  expect(await response.text()).toBe('ok');
  expect(server.peers[0]!.heard).toMatch(/^GET (\S+) HTTP/);
  expect(server.peers[0]!.heard.split(' ')[1]).toBe(target);
});

test.each([
  ['nonsense'],
  ['ftp://a/'],
  ['http://user@a/'],
  ['http://a:99999/'],
  ['http:///'],
  ['http://{a}/'],
  ['http://`:80/'],
])(
  // rfc9110/4.2.1/empty-host
  'no URL for a request: %s',
  async (url) => {
    await expect(request(url)).rejects.toMatchObject({ code: 'invalid-url', by: 'user' });
  },
);

test('requests to one origin share its connections', async () => {
  const server = await serve((peer) => answerAll(peer));
  for (let i = 0; i < 3; i++) await (await request(`${server.url}/${i}`)).text();
  expect(server.peers).toHaveLength(1);
});

test('so do those with options of their own', async () => {
  const server = await serve((peer) => answerAll(peer));
  const signal = new AbortController().signal;
  const said = { method: 'POST', headers: { a: 'b' }, body: 'x', trailers: undefined, signal } as const;
  const more = { connection: 'keep-alive', httpVersion: '1.1', expectContinue: false } as const;
  const options = { ...said, ...more, onInformation() {}, totalTimeout: 10_000, redirects: 1 };
  for (let i = 0; i < 2; i++) await (await request(`${server.url}/${i}`, options)).text();
  expect(server.peers).toHaveLength(1);
});

test('options of a client make connections of their own, which do not outlive the call', async () => {
  const server = await serve((peer) => answerAll(peer));
  for (let i = 0; i < 2; i++) await (await request(server.url, { idleTimeout: Infinity })).text();
  expect(server.peers).toHaveLength(2);
  for (const peer of server.peers) await peer.closed();
});

describe('redirects', () => {
  /** Answers each target with the response that belongs to it. */
  async function site(responses: Record<string, string>): Promise<{ url: string; heads: () => string[] }> {
    const peers: Peer[] = [];
    const server = await serve((peer) => {
      peers.push(peer);
      return answerAll(peer, (count) => {
        const target = peer.heard.split('\r\n\r\n')[count - 1]!.match(/(?:GET|POST|PUT|HEAD) (\S+)/)![1]!;
        return responses[target] ?? ok(target);
      });
    });
    const heads = (): string[] =>
      peers.flatMap(({ heard }) => heard.match(/(GET|POST|PUT|HEAD) [\s\S]*?\r\n\r\n/g) ?? []);
    return { url: server.url, heads };
  }
  const to = (status: number, location: string): string =>
    `HTTP/1.1 ${status} X\r\nLocation: ${location}\r\nContent-Length: 5\r\n\r\nmoved`;

  test('are responses like any other, unless asked for', async () => {
    const { url } = await site({ '/a': to(302, '/b') });
    expect((await request(`${url}/a`)).status).toBe(302);
  });

  // rfc9110/10.2.2/fragment
  test('are followed on the same connection, and the fragment is inherited (RFC 9110 10.2.2)', async () => {
    const { url } = await site({ '/a': to(302, 'b?c'), '/b?c': to(308, '//HOST/d') });
    const response = await request(`${url}/a#here`, { redirects: 5 }).catch((error) => error);
    // "//HOST" is another host; what matters is where it would have gone
    expect(response.code).toBe('connect-failed');
    const other = await site({ '/a': to(302, '/b'), '/b': to(307, '/c#there') });
    expect((await request(`${other.url}/a#here`, { redirects: 5 })).url).toBe(`${other.url}/c#there`);
    const third = await site({ '/a': to(302, '/b') });
    expect((await request(`${third.url}/a#here`, { redirects: 5 })).url).toBe(`${third.url}/b#here`);
  });

  test('options are taken at the call, those of a prototype as well', async () => {
    const { url, heads } = await site({ '/a': to(307, '/b') });
    const options = Object.create({ method: 'PUT', headers: { Accept: 'x' } });
    const answered = request(`${url}/a`, Object.assign(options, { redirects: 1 }));
    Object.assign(options, { method: 'HEAD', headers: { Accept: 'y' } });
    await answered;
    expect(heads().map((head) => head.split(' ')[0])).toEqual(['PUT', 'PUT']);
    for (const head of heads()) expect(head).toContain('Accept: x');
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
  ])('%i after %s: %s', async (status, method, then) => {
    const { url, heads } = await site({
      '/a': to(status, '/b').replace(/(\r\n\r\n)moved/, method === 'HEAD' ? '$1' : '$1moved'),
    });
    const body = method === 'HEAD' ? undefined : 'content';
    const headers = { 'Content-Type': 'text/plain', Accept: 'x' };
    await request(`${url}/a`, { method, body, headers, redirects: 1 });
    const second = heads()[1]!;
    expect(second.startsWith(`${then} /b `)).toBe(true);
    expect(second).toContain('Accept: x');
    expect(second.includes('Content-Length: 7')).toBe(then === method && body !== undefined);
    expect(second.includes('Content-Type')).toBe(then === method);
  });

  test('take no secrets to another origin', async () => {
    const elsewhere = await site({});
    const { url, heads } = await site({ '/a': to(302, '/b'), '/b': to(302, `${elsewhere.url}/c`) });
    const headers = {
      Authorization: 'secret',
      Cookie: 'secret',
      'Proxy-Authorization': 'secret',
      Accept: 'x',
    };
    const response = await request(`${url}/a`, { headers, redirects: 5 });
    expect(await response.text()).toBe('/c');
    expect(heads()[1]).toContain('Authorization: secret');
    expect(elsewhere.heads()[0]).not.toContain('secret');
    expect(elsewhere.heads()[0]).toContain('Accept: x');
  });

  test.each([[Number.NaN], [-1], ['1']])('%o of them', async (redirects) => {
    const refused = request('http://127.0.0.1:1/', { redirects: redirects as number });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-option', by: 'user' });
  });

  test('have a limit', async () => {
    const { url } = await site({ '/a': to(302, '/b'), '/b': to(302, '/c') });
    await expect(request(`${url}/a`, { redirects: 1 })).rejects.toMatchObject({ code: 'too-many-redirects' });
    expect(await (await request(`${url}/a`, { redirects: 2 })).text()).toBe('/c');
  });

  test('in a circle', async () => {
    const { url } = await site({ '/a': to(302, '/b'), '/b': to(302, '/a#x') });
    await expect(request(`${url}/a`, { redirects: 9 })).rejects.toMatchObject({ code: 'redirect-loop' });
  });

  test.each([
    ['redirect-loop', 9],
    ['too-many-redirects', 1],
  ])('to a long URL fill no log: %s', async (code, redirects) => {
    const long = `/${'x'.repeat(10_000)}`;
    const { url } = await site({
      '/a': to(302, long),
      [long]: to(302, code === 'redirect-loop' ? long : `${long}y`),
    });
    const error = await request(`${url}/a`, { redirects }).catch((failure) => failure);
    expect(error).toMatchObject({ code });
    expect(error.message.length).toBeLessThan(300);
  });

  test.each([['ftp://a/'], ['http://user@a/'], ['http://['], ['http://{a}/']])(
    'to %s lead nowhere',
    async (location) => {
      // rfc9110/4.2.4/reject-userinfo
      const { url } = await site({ '/a': to(302, location) });
      const refused = request(`${url}/a`, { redirects: 1 });
      await expect(refused).rejects.toMatchObject({ code: 'invalid-url', by: 'peer' });
    },
  );

  test.each(['http://u:secret@[/', 'http://u:secret@{a}/', 'http://u:secret@a/', 'ftp://u:secret@a/'])(
    'to %s are refused by an error that has no password in it (RFC 3986 3.2.1)',
    async (location) => {
      const { url } = await site({ '/a': to(302, location) });
      const error = await request(`${url}/a`, { redirects: 1 }).catch((failure) => failure);
      expect(error).toMatchObject({ code: 'invalid-url', by: 'peer' });
      expect(inspect(error)).not.toContain('secret');
    },
  );

  /** One character for each octet, as a Location comes. */
  const octets = (text: string): string => Buffer.from(text).toString('latin1');

  // https://github.com/whatwg/fetch/issues/883, and its web platform test
  test.each([
    ['UTF-8 in a path', octets('/ünï'), '/%C3%BCn%C3%AF'],
    ['UTF-8 in a query', octets('/b?q=日本'), '/b?q=%E6%97%A5%E6%9C%AC'],
    ['UTF-8 beside escapes', octets('/ü%C3%BC'), '/%C3%BC%C3%BC'],
    ['octets that are no UTF-8', '/b\xff?\xfc', '/b%FF?%FC'],
  ])('to %s', async (_, location, target) => {
    const { url } = await site({ '/a': to(302, location) });
    const response = await request(`${url}/a`, { redirects: 1 });
    expect([await response.text(), response.url]).toEqual([target, url + target]);
  });

  test('to a host in UTF-8 ask for that host', async () => {
    const { url } = await site({ '/a': to(302, octets('http://münchen.invalid/')) });
    const error = await request(`${url}/a`, { redirects: 1 }).catch((failure) => failure);
    expect(error).toMatchObject({ code: 'connect-failed', cause: { hostname: 'xn--mnchen-3ya.invalid' } });
  });

  test('that ask for a stream again', async () => {
    const { url } = await site({ '/a': to(307, '/b') });
    const body = new Blob(['x']).stream();
    const refused = request(`${url}/a`, { method: 'POST', body, redirects: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'content-already-read', by: 'user' });
  });

  test('that ask for content again that can be made again', async () => {
    const { url, heads } = await site({ '/a': to(307, '/b') });
    const body = async function* (): AsyncGenerator<string> {
      yield 'x';
    };
    const headers = { 'Content-Length': '1' };
    expect((await request(`${url}/a`, { method: 'PUT', body, headers, redirects: 1 })).status).toBe(200);
    expect(heads().map((head) => head.slice(0, 7))).toEqual(['PUT /a ', 'PUT /b ']);
  });

  test('that are refused free their connection', async () => {
    const server = await serve((peer) => answerAll(peer, () => to(307, 'ftp://a/')));
    for (let i = 0; i < 2; i++) await expect(request(server.url, { redirects: 1 })).rejects.toThrow();
    expect(server.peers).toHaveLength(1);
  });

  test('share one totalTimeout', async () => {
    const server = await serve(async (peer) => {
      for (let count = 1; ; count++) {
        await peer.request(count);
        setTimeout(() => peer.says(to(302, `/${count}`)), 10);
      }
    });
    const late = request(`${server.url}/a`, { redirects: 50, totalTimeout: 60 });
    await expect(late).rejects.toMatchObject({ code: 'total-timeout' });
  });
});

describe('TLS', () => {
  async function secure(
    answer = ok('x'.repeat(200_000)),
  ): Promise<{ port: number; names: (string | false)[] }> {
    const names: (string | false)[] = [];
    const server = createServer(
      { key: KEY, cert: CERTIFICATE, ALPNProtocols: ['h2', 'http/1.1'] },
      (socket) => {
        names.push((socket as { servername?: string | false }).servername ?? false, socket.alpnProtocol!);
        socket.on('error', () => {});
        socket.on('data', () => socket.write(answer));
      },
    );
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return { port: (server.address() as { port: number }).port, names };
  }

  test('a certificate that nobody vouches for is refused', async () => {
    const { port } = await secure();
    const error = await request(`https://localhost:${port}/`).catch((refusal) => refusal);
    expect(error).toMatchObject({ code: 'connect-failed', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
  });

  test('a certificate for another name is refused', async () => {
    const { port } = await secure();
    const error = await request(`https://127.0.0.1:${port}/`, { tls: { ca: CERTIFICATE } }).catch((e) => e);
    expect(error).toMatchObject({ code: 'connect-failed', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  });

  test('a server that ends in the midst of the handshake is let go at once', async () => {
    const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).once('data', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const error = await request(`https://127.0.0.1:${port}/`, { connectTimeout: Infinity }).catch((e) => e);
    expect(error).toMatchObject({ code: 'connect-failed', cause: { code: 'ECONNRESET' } });
  });

  test('with its authority, the name in SNI, and http/1.1 in ALPN', async () => {
    // rfc9110/4.2.2/secured
    const { port, names } = await secure();
    const client = new Client(`https://localhost:${port}`, { tls: { ca: CERTIFICATE } });
    for (let i = 0; i < 2; i++) expect(await (await client.request()).text()).toHaveLength(200_000);
    expect(names).toEqual(['localhost', 'http/1.1']);
    await client.close();
  });

  test('unverified, when told so', async () => {
    const { port } = await secure();
    const response = await request(`https://127.0.0.1:${port}/`, { tls: { rejectUnauthorized: false } });
    expect(response.status).toBe(200);
    await response.text();
  });

  /** A connection through a proxy that can slip in a record that no key opens; then Node reports an error, and goes on. */
  async function tampered(answer: string, close: boolean) {
    const { port } = await secure(answer);
    let clientSide!: Socket;
    const proxy = createTcpServer({ allowHalfOpen: true }, (socket) => {
      clientSide = socket.on('error', () => {});
      const serverSide = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
      socket.on('data', (bytes) => serverSide.write(bytes));
      serverSide.on('data', (bytes) => socket.write(bytes));
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const { port: proxyPort } = proxy.address() as { port: number };
    const tls = { ca: CERTIFICATE };
    const options = { tls, idleTimeout: Infinity, lingerTimeout: Infinity };
    const client = new Client(`https://localhost:${proxyPort}`, options);
    onTestFinished(() => client.destroy());
    const response = await client.request({ headers: { Upgrade: 'echo' } });
    if (response.status !== 101) await response.text();
    const closed = close ? client.close() : undefined;
    if (close) await new Promise(setImmediate);
    const isCut = Promise.race([once(clientSide, 'end'), once(clientSide, 'close')]);
    clientSide.write('\x17\x03\x03\x00\x05wrong', 'latin1');
    return { response, isCut, closed };
  }

  test('an error after the handshake ends an idle connection', async () => {
    const { isCut } = await tampered(ok(), false);
    await isCut;
  });

  test('an error after the handshake ends a connection that is closing', async () => {
    const { closed } = await tampered(ok(), true);
    await closed;
  });

  test('an error after the handshake ends a socket that was handed over', async () => {
    const upgraded = 'HTTP/1.1 101 X\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n';
    const { response, isCut } = await tampered(upgraded, false);
    response.socket!.resume();
    await isCut;
    expect(response.socket!.destroyed).toBe(true);
  });

  test('a server that never shakes hands: connect-timeout', async () => {
    const server = await serve(() => new Promise(() => {}));
    const late = request(server.url.replace('http:', 'https:'), { connectTimeout: 30 });
    await expect(late).rejects.toMatchObject({ code: 'connect-timeout' });
    for (const peer of server.peers) await peer.closed(); // none, if the time was over before TCP was there
  });
});
