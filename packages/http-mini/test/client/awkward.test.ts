/**
 * Servers that break off, break the rules, or never come to an end: each ends in one typed error, within its limit.
 * Deadlines are short by options; everything that is not about a deadline would fail by the test's own.
 */
import dns from 'node:dns';
import { connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { HttpError, type HttpErrorCode } from '../../src/wire/errors.ts';
import { answerAll, ok, type Peer, serve } from './peer.ts';

function clientOf(url: string, options: ClientOptions = {}): Client {
  const client = new Client(url, options);
  onTestFinished(() => client.close()); // resolves when no socket is left, and so would hang where one was
  return client;
}

/** The error of a request and of reading its response, whichever comes. */
async function failure(client: Client, options: Parameters<Client['request']>[0] = {}): Promise<HttpError> {
  try {
    await (await client.request(options)).bytes();
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError);
    return error as HttpError;
  }
  throw new Error('no error');
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

const FAULTS: [name: string, response: string, code: HttpErrorCode][] = [
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'invalid-version'],
  ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n', 'unsupported-version'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'invalid-status'],
  ['NUL in a field', `${HEAD}A: \0\r\n\r\n`, 'invalid-field-value'],
  ['a field without a colon', `${HEAD}A\r\n\r\n`, 'invalid-field-name'],
  ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 'invalid-content-length'],
  ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n`, 'invalid-content-length'],
  [
    'both framings',
    `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'transfer-encoding-with-content-length',
  ],
  [
    'chunked in HTTP/1.0',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'transfer-encoding-in-http-1.0',
  ],
  ['a chunk size that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 'invalid-chunk-size'],
  [
    'a chunk longer than its size',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`,
    'invalid-chunk-end',
  ],
  ['101 to a request without Upgrade', 'HTTP/1.1 101 OK\r\n\r\n', 'unsolicited-response'],
];

test.each(FAULTS)('%s', async (_, response, code) => {
  const server = await serve((peer) => answerAll(peer, () => response));
  expect((await failure(clientOf(server.url))).code).toBe(code);
  await server.peers[0]!.closed();
  expect(server.peers).toHaveLength(1);
});

test.each(FAULTS)('%s, byte by byte', async (_, response, code) => {
  const server = await serve(async (peer) => {
    await peer.request();
    for (const byte of response) {
      peer.socket.write(byte, 'latin1');
      await new Promise(setImmediate);
    }
  });
  expect((await failure(clientOf(server.url))).code).toBe(code);
});

test('a response that comes byte by byte', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    const response = `HTTP/1.1 103 E\r\n\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n`;
    for (const byte of response) {
      peer.says(byte);
      await new Promise(setImmediate);
    }
  });
  const response = await clientOf(server.url).request();
  expect(await response.text()).toBe('hello');
  expect(response.trailers?.get('x')).toBe('y');
});

const BREAKS: [name: string, response: string, code: HttpErrorCode][] = [
  ['before the response', '', 'connection-closed'],
  ['within the status line', 'HTTP/1.1 2', 'incomplete-message'],
  ['within the head', `${HEAD}Content-`, 'incomplete-message'],
  ['after a 1xx', 'HTTP/1.1 100 Continue\r\n\r\n', 'incomplete-message'],
  ['within content of known length', `${HEAD}Content-Length: 5\r\n\r\nhel`, 'incomplete-message'],
  ['within chunked content', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, 'incomplete-message'],
  ['before the last chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n`, 'incomplete-message'],
  ['within trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n`, 'incomplete-message'],
];

test.each(BREAKS)('the server closes %s', async (_, response, code) => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.socket.end(response, 'latin1');
  });
  const error = await failure(clientOf(server.url));
  expect(error.code).toBe(code);
  expect(error.by).toBe('peer');
});

test.each(BREAKS)('the server resets %s', async (_, response, code) => {
  const server = await serve(async (peer) => {
    await peer.request();
    if (response === '') peer.socket.resetAndDestroy();
    else peer.socket.write(response, 'latin1', () => setImmediate(() => peer.socket.resetAndDestroy()));
  });
  // A reset may overtake what was sent before it.
  expect([code, 'connection-closed']).toContain((await failure(clientOf(server.url))).code);
});

test('the server resets while it is sent content: a stream that would take for ever is let go', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('part');
    peer.socket.resetAndDestroy();
  });
  const body = new Readable({ read() {} });
  body.push('part');
  const error = await failure(clientOf(server.url), { method: 'POST', body });
  expect([error.code, body.destroyed]).toEqual(['connection-closed', true]);
});

// Whether a reset comes as an end is chance: of twenty, a few do.
test.each(['our socket', 'a socket that connect gives'])(
  'content until close that ends in a reset is never whole: %s',
  async (whose) => {
    let turns = 0;
    const server = await serve(async (peer) => {
      await peer.request();
      await new Promise((resolve) => peer.socket.write(`${HEAD}\r\n${'x'.repeat(30_000)}`, resolve));
      for (let turn = turns++ % 4; turn > 0; turn--) await new Promise(setImmediate);
      peer.socket.resetAndDestroy();
    });
    const own = { connect: () => connect(server.port, '127.0.0.1') };
    const client = clientOf(server.url, whose === 'our socket' ? {} : own);
    for (let round = 0; round < 20; round++) {
      // A reset may overtake what was sent before it.
      expect(['incomplete-message', 'connection-closed']).toContain((await failure(client)).code);
    }
  },
);

test('a reset on accept', async () => {
  const server = await serve((peer) => void peer.socket.resetAndDestroy());
  expect((await failure(clientOf(server.url))).code).toMatch(/connect-failed|connection-closed/);
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<unknown>((resolve) => server.close(resolve));
  return port;
}

test('nobody listens', async () => {
  const port = await freePort();
  const events: string[] = [];
  const error = await failure(
    clientOf(`http://127.0.0.1:${port}`, { observe: ({ type }) => events.push(type) }),
  );
  expect(events[0]).toBe('error');
  expect(error.code).toBe('connect-failed');
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  expect(error.message).toContain(`127.0.0.1:${port}`);
});

test('nobody listens on any address of a name: the error says each, and why', async () => {
  const port = await freePort();
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const lookup = vi
    .spyOn(dns, 'lookup')
    .mockImplementation(((_: string, __: object, callback: (error: null, found: object) => void) =>
      callback(null, addresses)) as never);
  onTestFinished(() => void lookup.mockRestore());
  const error = await failure(clientOf(`http://several.test:${port}`));
  expect(error.cause).toBeInstanceOf(AggregateError);
  expect(error.message).toBe(
    `no connection to several.test:${port}: connect ECONNREFUSED 127.0.0.1:${port}; ` +
      `connect ECONNREFUSED 127.0.0.2:${port} (RFC 9112 9.1)`,
  );
});

test('a name that does not exist', async () => {
  expect((await failure(clientOf('http://name.invalid'))).code).toBe('connect-failed');
});

const never = (): Promise<void> => new Promise(() => {});

test('a server that never answers: response-timeout', async () => {
  const server = await serve(never);
  const error = await failure(clientOf(server.url, { responseTimeout: 30 }));
  expect(error.code).toBe('response-timeout');
  await server.peers[0]!.closed();
});

test('a head without end, one field at a time: response-timeout, which no byte puts off', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(HEAD);
    const timer = setInterval(() => peer.says('A: b\r\n'), 5);
    peer.socket.on('close', () => clearInterval(timer));
  });
  expect((await failure(clientOf(server.url, { responseTimeout: 60 }))).code).toBe('response-timeout');
});

test('1xx without end, one at a time: each puts responseTimeout off, and maxInformations ends it', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    const timer = setInterval(() => peer.says('HTTP/1.1 102 Processing\r\n\r\n'), 5);
    peer.socket.on('close', () => clearInterval(timer));
  });
  const client = clientOf(server.url, { maxInformations: 5 });
  expect((await failure(client)).code).toBe('too-many-informations');
});

test('content that stands still: content-timeout', async () => {
  const server = await serve((peer) => answerAll(peer, () => `${HEAD}Content-Length: 5\r\n\r\nhel`));
  expect((await failure(clientOf(server.url, { contentTimeout: 30 }))).code).toBe('content-timeout');
  await server.peers[0]!.closed();
});

test('a server that takes no content: content-timeout', async () => {
  const server = await serve((peer) => void peer.socket.pause());
  const body = new Uint8Array(32 * 1024 * 1024);
  const error = await failure(clientOf(server.url, { contentTimeout: 50 }), { method: 'POST', body });
  expect(error.code).toBe('content-timeout');
});

test('total-timeout, in the head and in the content', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) return;
    peer.says(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const timer = setInterval(() => peer.says('1\r\na\r\n'), 5);
    peer.socket.on('close', () => clearInterval(timer));
  });
  const client = clientOf(server.url);
  expect((await failure(client, { totalTimeout: 30 })).code).toBe('total-timeout');
  expect((await failure(client, { totalTimeout: 60 })).code).toBe('total-timeout');
  for (const peer of server.peers) await peer.closed();
});

test('content that nobody reads does not hold its connection forever', async () => {
  const server = await serve((peer) => answerAll(peer, () => ok('x'.repeat(1024 * 1024))));
  const client = clientOf(server.url, { contentTimeout: 30 });
  const response = await client.request();
  await server.peers[0]!.closed();
  await expect(response.bytes()).rejects.toMatchObject({ code: 'content-timeout' });
});

/** Says the text again and again, as long as it is taken. */
async function flood(peer: Peer, begin: string, again: string): Promise<void> {
  await peer.request();
  peer.says(begin);
  const text = again.repeat(Math.ceil(16_384 / again.length));
  const more = (): void => {
    while (!peer.socket.destroyed && peer.socket.write(text, 'latin1'));
  };
  peer.socket.on('drain', more);
  more();
}

const FLOODS: [name: string, begin: string, again: string, code: HttpErrorCode][] = [
  ['1xx', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', 'too-many-informations'],
  ['field lines', HEAD, 'A: b\r\n', 'too-many-fields'],
  ['a field', `${HEAD}A: `, 'b', 'head-too-large'],
  ['a reason', 'HTTP/1.1 200 ', 'O', 'head-too-large'],
  ['a chunk extension', `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;a=`, 'b', 'chunk-extensions-too-large'],
  [
    'chunk extensions',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    '1;a=b\r\nx\r\n',
    'chunk-extensions-too-large',
  ],
  ['trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`, 'A: b\r\n', 'too-many-fields'],
  ['chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n', 'content-too-large'],
  ['content until close', `${HEAD}\r\n`, 'x', 'content-too-large'],
  ['a long announced length', `${HEAD}Content-Length: 9007199254740991\r\n\r\n`, 'x', 'content-too-large'],
];

test.each(FLOODS)('%s without end', async (_, begin, again, code) => {
  const server = await serve((peer) => flood(peer, begin, again));
  expect((await failure(clientOf(server.url, { maxContentBytes: 100_000 }))).code).toBe(code);
  await server.peers[0]!.closed();
});

test('an answer given twice is taken once, and ends the connection', async () => {
  const server = await serve((peer, index) =>
    answerAll(peer, () => (index === 0 ? ok('one') + ok('two') : ok('three'))),
  );
  const client = clientOf(server.url, { connections: 1 });
  // The second request already waits in line when the surplus comes with the first response.
  const responses = await Promise.all([client.request(), client.request()]);
  expect(await Promise.all(responses.map((response) => response.text()))).toEqual(['one', 'three']);
  await server.peers[0]!.closed();
});

test('bytes that come while nothing was asked end the connection', async () => {
  const server = await serve((peer, index) => answerAll(peer, () => ok(String(index))));
  const client = clientOf(server.url);
  expect(await (await client.request()).text()).toBe('0');
  server.peers[0]!.says(ok('unsolicited'));
  await server.peers[0]!.closed();
  expect(await (await client.request()).text()).toBe('1');
});

test('content beyond Content-Length is not content, and ends the connection', async () => {
  const server = await serve((peer, index) =>
    answerAll(peer, () => (index === 0 ? `${ok('ab')}cd` : ok('next'))),
  );
  const client = clientOf(server.url);
  expect(await (await client.request()).text()).toBe('ab');
  expect(await (await client.request()).text()).toBe('next');
});

test.each([
  ['HEAD', `${HEAD}Content-Length: 5\r\n\r\n`, 200],
  ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 204],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n', 304],
])('%s %o has no content, whatever it says', async (method, response, status) => {
  const server = await serve((peer) => answerAll(peer, () => response));
  const client = clientOf(server.url);
  for (let i = 0; i < 2; i++) {
    const { status: got, ...rest } = await client.request({ method }).then(async (r) => ({
      status: r.status,
      text: await r.text(),
    }));
    expect([got, rest.text]).toEqual([status, '']);
  }
  expect(server.peers).toHaveLength(1);
});

test('content until close', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}\r\nhel`);
    peer.socket.end('lo');
  });
  expect(await (await clientOf(server.url).request()).text()).toBe('hello');
});

test.each([
  ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', 2],
  ['HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 2],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', 1],
  ['HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok', 1],
])('persistence of %o: %i connections for two requests', async (response, connections) => {
  const server = await serve((peer) => answerAll(peer, () => response));
  const client = clientOf(server.url);
  for (let i = 0; i < 2; i++) expect(await (await client.request()).text()).toBe('ok');
  expect(server.peers).toHaveLength(connections);
});

test('101 before the whole request has left: no protocol may begin in the middle of a message (RFC 9110 7.8)', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('part');
    peer.says('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  });
  async function* body() {
    yield 'part';
    await new Promise(() => {});
  }
  const options = { method: 'POST', headers: { Upgrade: 'x' }, body: body() };
  expect(await failure(clientOf(server.url), options)).toMatchObject({ code: 'unsolicited-response' });
});
