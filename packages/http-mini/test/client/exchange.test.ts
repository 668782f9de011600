/** One request and its response: what is refused, what comes before the response, how its content is read, how it ends. */
import { Readable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Client, request } from '../../src/client/client.ts';
import type { ClientOptions, RequestOptions, TargetOptions } from '../../src/client/options.ts';
import { discard } from '../../src/io/body.ts';
import { createServer } from '../../src/server/server.ts';
import { HttpError } from '../../src/wire/errors.ts';
import { answerAll, clientOf, ok, serve } from './peer.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
/** Lets what the event loop has at hand happen. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

const never = (): Promise<void> => new Promise(() => {});

async function* stream(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

// ── What is refused before a byte is written ──

const REFUSED: [code: string, options: TargetOptions][] = [
  ['invalid-method', { method: 'GET /\r\nX:' }],
  ['invalid-target', { target: '/ HTTP/1.1\r\nX: y\r\n\r\n' }],
  ['invalid-target', { target: '/\0' }],
  ['invalid-target-form', { target: 'a' }],
  ['invalid-target-form', { target: '*' }], // rfc9110/7.1/target-form
  ['invalid-target-form', { method: 'CONNECT', target: 'host' }],
  ['invalid-field-name', { headers: { 'A:\r\nB': 'c' } }],
  ['invalid-field-value', { headers: { A: 'b\r\nC: d' } }],
  ['invalid-field-value', { headers: { A: 'b\0' } }],
  ['invalid-field-value', { headers: { A: '\u0100' } }],
  ['invalid-field-value', { headers: { A: null } as never }],
  ['invalid-host', { headers: { Host: 'a/b' } }],
  ['invalid-host', { headers: { Host: 'user@a' } }],
  ['invalid-host', { headers: { Host: 'a', host: 'b' } }],
  ['content-length-mismatch', { method: 'POST', body: 'ab', headers: { 'Content-Length': '3' } }],
  ['content-length-mismatch', { headers: { 'Content-Length': '3' } }],
  ['invalid-content-length', { body: 'ab', headers: { 'Content-Length': ['2', '2'] } }],
  ['invalid-content-length', { body: stream('ab'), headers: { 'Content-Length': '+2' } }],
  // rfc9112/6.1/request-chunked-last, rfc9112/6.1/chunked-twice
  ['invalid-transfer-encoding', { body: 'ab', headers: { 'Transfer-Encoding': 'gzip, chunked' } }],
  ['invalid-transfer-encoding', { headers: { 'Transfer-Encoding': 'chunked' } }],
  [
    'transfer-encoding-with-content-length',
    { body: 'ab', headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': '2' } },
  ],
  ['transfer-encoding-in-http-1.0', { httpVersion: '1.0', method: 'POST', body: stream('ab') }],
  ['transfer-encoding-in-http-1.0', { httpVersion: '1.0', body: 'ab', trailers: { a: 'b' } }],
  ['content-not-allowed', { method: 'TRACE', body: 'x' }], // rfc9110/9.3.8/trace-content
  ['content-not-allowed', { headers: { Expect: '100-continue' } }],
  ['content-not-allowed', { trailers: { a: 'b' } }],
  ['invalid-field-value', { headers: { TE: 'trailers, chunked' } }],
  ['invalid-content', { body: 5 as never }],
  ['invalid-version', { httpVersion: '1.1\r\nA: b' as never }],
  ['invalid-field-value', { body: 'x', trailers: { A: 'b\r\nC: d' } }],
  ['field-not-allowed-in-trailers', { body: 'x', trailers: { Host: 'a' } }],
  ['invalid-option', { totalTimeout: Number.NaN }],
  ['invalid-option', { signal: 5 as never }],
  ['invalid-option', { headers: 5 as never }],
  ['aborted', { signal: AbortSignal.abort() }],
];

test.each(REFUSED)('%s: %o', async (code, options) => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url);
  const error = (await client.request(options).catch((refusal) => refusal)) as HttpError;
  expect(error).toBeInstanceOf(HttpError);
  expect(error).toMatchObject({ code, by: 'user' });
  expect(error.message.split('(RFC ')).toHaveLength(2);
  expect(server.peers).toHaveLength(0);
});

test.each([['ftp://a/'], ['nonsense'], ['http://user:password@a/'], ['http://']])('the origin %s', (url) => {
  expect(() => new Client(url)).toThrow(expect.objectContaining({ code: 'invalid-url', by: 'user' }));
});

test.each([
  ...['http://u:secret@a/', 'http://u:secret@a b/', 'u:secret@a/', 'ftp://u:secret@a/', 'http:u:secret@a/'],
  ...[
    'http:\\\\u:secret@a/',
    'http://u:se@cret/secret@a/',
    'http://u:secret@{a}/',
    `http://${'u'.repeat(60)}:secret@a b/`,
    new URL('ftp://u:secret@a/'),
  ],
])('the message about %s has no password in it (RFC 3986 3.2.1)', (url) => {
  const tell = (): string => {
    try {
      new Client(url);
      return 'it was taken';
    } catch (error) {
      return (error as HttpError).message;
    }
  };
  expect(tell()).toMatch(/URL|neither|host/);
  expect(tell()).not.toContain('secret');
});

// ── What is sent ──

const SENT: [options: TargetOptions, sent: string][] = [
  [{}, 'GET / HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  [
    { headers: { 'x-B': '1', 'X-a': ['2', '3'] } },
    'GET / HTTP/1.1\r\nHost: HOST\r\nx-B: 1\r\nX-a: 2\r\nX-a: 3\r\n\r\n',
  ],
  [
    {
      headers: [
        ['A', 'b'],
        ['host', 'other'],
      ],
    },
    'GET / HTTP/1.1\r\nA: b\r\nhost: other\r\n\r\n',
  ],
  [{ method: 'OPTIONS', target: '*' }, 'OPTIONS * HTTP/1.1\r\nHost: HOST\r\n\r\n'], // rfc9112/3.2.4/send-asterisk
  [{ target: 'http://a/b' }, 'GET http://a/b HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  [{ method: 'PATCH' }, 'PATCH / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n'],
  [{ method: 'DELETE' }, 'DELETE / HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  [{ connection: 'close' }, 'GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n'],
  [{ headers: { Connection: 'close' } }, 'GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n'],
  [{ headers: { TE: 'trailers' } }, 'GET / HTTP/1.1\r\nHost: HOST\r\nTE: trailers\r\nConnection: TE\r\n\r\n'],
  [{ httpVersion: '1.0' }, 'GET / HTTP/1.0\r\nHost: HOST\r\n\r\n'],
  [
    { httpVersion: '1.0', connection: 'keep-alive' },
    'GET / HTTP/1.0\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n',
  ],
  [
    { httpVersion: '1.0', method: 'POST', body: 'ab' },
    'POST / HTTP/1.0\r\nHost: HOST\r\nContent-Length: 2\r\n\r\nab',
  ],
  [
    { method: 'POST', body: stream('ab', 'c'), headers: { 'content-length': '3' } },
    'POST / HTTP/1.1\r\nHost: HOST\r\ncontent-length: 3\r\n\r\nabc',
  ],
  [
    { method: 'POST', body: stream('ab', '', 'c') },
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
  ],
  [
    { method: 'POST', body: 'ab', trailers: { A: 'b' } },
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n2\r\nab\r\n0\r\nA: b\r\n\r\n',
  ],
];

test.each(SENT)('%o is sent as it should be', async (options, sent) => {
  const expected = sent.replace('HOST', '127.0.0.1:0');
  const server = await serve(async (peer) => {
    await peer.hears(expected.slice(expected.lastIndexOf('\r\n\r\n')));
    peer.says(ok());
  });
  await (await clientOf(server.url).request(options)).text();
  expect(server.peers[0]!.heard.replace(String(server.port), '0')).toBe(expected);
});

// rfc9112/6.1/send-only-to-1.1
test('to a server that has answered in HTTP/1.0, nothing is sent chunked (RFC 9112 6.1)', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.socket.end('HTTP/1.0 200 OK\r\n\r\n');
  });
  const client = clientOf(server.url);
  await (await client.request()).text();
  const refused = client.request({ method: 'POST', body: stream('a') });
  await expect(refused).rejects.toMatchObject({ code: 'transfer-encoding-in-http-1.0' });
});

test.each([
  ['shorter', stream('ab')],
  ['longer', stream('ab', 'cd')],
])('a stream that is %s than its Content-Length cuts the connection', async (_, body) => {
  const server = await serve(never);
  const client = clientOf(server.url);
  const options = { method: 'POST', body, headers: { 'Content-Length': '3' } };
  await expect(client.request(options)).rejects.toMatchObject({
    code: 'content-length-mismatch',
    by: 'user',
  });
  await server.peers[0]!.closed();
});

test('a stream that fails cuts the connection', async () => {
  const server = await serve(never);
  const cause = new Error('no more');
  async function* body(): AsyncGenerator<string> {
    yield 'a';
    throw cause;
  }
  const refused = clientOf(server.url).request({ method: 'POST', body: body() });
  await expect(refused).rejects.toMatchObject({ code: 'invalid-content', by: 'user', cause });
  await server.peers[0]!.closed();
});

test('a file that is not there fails its request, and not the process', async () => {
  const server = await serve((peer) => answerAll(peer));
  const file = new Readable({ read() {} });
  const request = clientOf(server.url).request({ method: 'PUT', body: file });
  file.destroy(new Error('gone')); // as it happens to a file while the connection is being opened
  await expect(request).rejects.toMatchObject({
    code: 'invalid-content',
    by: 'user',
    cause: { message: 'gone' },
  });
});

test('a stream is asked for no more than the server takes', async () => {
  const server = await serve((peer) => void peer.socket.pause());
  let given = 0;
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (; ; given++) yield new Uint8Array(1024 * 1024);
  };
  const options = { method: 'POST', body: body() };
  await expect(clientOf(server.url, { contentTimeout: 50 }).request(options)).rejects.toThrow();
  expect(given).toBeLessThan(64); // what the kernel's buffers take on a loopback
});

test('nor of small parts that come all in one turn', async () => {
  const server = await serve((peer) => void peer.socket.pause());
  let given = 0;
  const body = async function* (): AsyncGenerator<string> {
    for (; given < 100_000; given++) yield 'x'.repeat(1000);
  };
  const client = clientOf(server.url, { contentTimeout: 50, pipelining: 2 });
  await expect(client.request({ method: 'POST', body: body() })).rejects.toMatchObject({
    code: 'content-timeout',
  });
  expect(given).toBeLessThan(50_000);
});

// ── 1xx, Expect, early answers ──

test('every 1xx is told of, and is not the response', async () => {
  const server = await serve((peer) =>
    answerAll(peer, () => `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 199 X\r\n\r\n${ok()}`),
  );
  const seen: [number, string | undefined][] = [];
  const response = await clientOf(server.url).request({
    onInformation: ({ status, fields }) => seen.push([status, fields.get('link')]),
  });
  expect(response.status).toBe(200);
  expect(seen).toEqual([
    [103, '</a>'],
    [199, undefined],
  ]);
});

test('an onInformation that throws fails its request', async () => {
  const server = await serve((peer) => answerAll(peer, () => `HTTP/1.1 103 E\r\n\r\n${ok()}`));
  const cause = new Error('mine');
  const onInformation = (): void => {
    throw cause;
  };
  const refused = clientOf(server.url).request({ onInformation });
  await expect(refused).rejects.toMatchObject({ code: 'handler-failed', by: 'user', cause });
});

test('an onInformation that aborts its request: what came with it is not looked at', async () => {
  const server = await serve((peer) => answerAll(peer, () => `HTTP/1.1 103 E\r\n\r\n${ok()}`));
  const events: string[] = [];
  const controller = new AbortController();
  const client = clientOf(server.url, { observe: ({ type }) => events.push(type) });
  const request = client.request({ signal: controller.signal, onInformation: () => controller.abort() });
  await expect(request).rejects.toMatchObject({ code: 'aborted' });
  await client.close();
  expect(events).toEqual(['opened', 'request', 'sent', 'received', 'response', 'error', 'closed']);
});

const EXPECTING = { method: 'POST', body: 'content', expectContinue: true };

test('expectContinue: the content waits for 100', async () => {
  // rfc9110/10.1.1/send-expect
  const server = await serve(async (peer) => {
    await peer.request();
    expect(peer.heard).toMatch(/\r\nExpect: 100-continue\r\n\r\n$/);
    peer.says('HTTP/1.1 100 Continue\r\n\r\n');
    await peer.hears('content');
    peer.says(ok());
  });
  const client = clientOf(server.url, { continueTimeout: Infinity });
  expect((await client.request(EXPECTING)).status).toBe(200);
});

test('expectContinue: the content does not wait for ever', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('content');
    peer.says(ok());
  });
  expect((await clientOf(server.url, { continueTimeout: 10 }).request(EXPECTING)).status).toBe(200);
});

test('expectContinue: a final response instead of 100 means no content', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
  expect((await clientOf(server.url).request(EXPECTING)).status).toBe(403);
  await server.peers[0]!.closed();
  expect(server.peers[0]!.heard).not.toMatch(/content$/);
});

test('expectContinue: after 417 the request goes out again without Expect', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) return peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
    await peer.hears('content');
    peer.says(ok());
  });
  const response = await clientOf(server.url).request({ ...EXPECTING, body: stream('content') });
  expect(response.status).toBe(200);
  expect(server.peers[1]!.heard).not.toContain('Expect');
});

test('expectContinue: a stream that was not begun goes out after 417, and one that was is let go with its request', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) return peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
    await peer.hears('content');
    peer.says(ok());
    await peer.hears('Expect');
    peer.says('HTTP/1.1 100 Continue\r\n\r\n');
  });
  const client = clientOf(server.url, { continueTimeout: Infinity });
  const response = await client.request({ ...EXPECTING, body: Readable.from(['content']) });
  expect([response.status, await response.text()]).toEqual([200, 'ok']);

  const abort = new AbortController();
  const body = new Readable({ read() {} });
  body.push('part');
  const request = client.request({ ...EXPECTING, body, signal: abort.signal });
  request.catch(() => {});
  await server.peers[1]!.hears('part');
  abort.abort();
  await expect(request).rejects.toMatchObject({ code: 'aborted' });
  expect(body.destroyed).toBe(true);
});

test('expectContinue: totalTimeout is for both requests together', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await serve(async (peer, index) => {
    await peer.request();
    vi.advanceTimersByTime(index === 0 ? 600 : 400);
    if (index === 0) peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
  });
  const client = clientOf(server.url, { continueTimeout: Infinity });
  await expect(client.request({ ...EXPECTING, totalTimeout: 1000 })).rejects.toMatchObject({
    code: 'total-timeout',
    message: 'the exchange took longer than totalTimeout, 1000 ms (RFC 9112 9.5)',
  });
  expect(server.peers).toHaveLength(2);
});

test('expectContinue: after 417 to content that was sent, a function makes it again', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('0\r\n\r\n');
    peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
    await peer.hears('0\r\n\r\n', 2);
    peer.says(ok());
  });
  let made = 0;
  const body = (): AsyncGenerator<string | Uint8Array> => stream(`content ${++made}`);
  const response = await clientOf(server.url, { continueTimeout: 0 }).request({ ...EXPECTING, body });
  expect(response.status).toBe(200);
  expect(server.peers[0]!.heard).toMatch(/Expect: [\s\S]*content 1[\s\S]*content 2/);
  expect(server.peers[0]!.heard.match(/Expect/g)).toHaveLength(1);
});

/** A body without end that tells when it is let go. */
function endless(): { body: AsyncGenerator<string>; letGo: Promise<void> } {
  let tell: () => void = () => {};
  const letGo = new Promise<void>((resolve) => {
    tell = resolve;
  });
  async function* parts(): AsyncGenerator<string> {
    try {
      for (;;) {
        yield 'part';
        await new Promise(setImmediate);
      }
    } finally {
      tell();
    }
  }
  return { body: parts(), letGo };
}

test('an error that comes early stops the content, before the response is whole', async () => {
  const { body, letGo } = endless();
  const server = await serve(async (peer) => {
    await peer.hears('part');
    peer.says('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nn');
    await letGo;
    peer.says('o');
  });
  const response = await clientOf(server.url).request({ method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([413, 'no']);
  await server.peers[0]!.closed();
});

test('a response that is whole before its request stops the content, and ends the connection', async () => {
  const { body, letGo } = endless();
  const server = await serve(async (peer) => {
    await peer.hears('part');
    peer.says(ok());
  });
  const response = await clientOf(server.url).request({ method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([200, 'ok']);
  await letGo;
  await server.peers[0]!.closed();
});

test('a file of known length keeps its connection, though its end is told after the answer', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url, { connections: 1 });
  let answered: (value?: unknown) => void = () => {};
  const end = new Promise((resolve) => {
    answered = resolve;
  });
  async function* file(): AsyncGenerator<string> {
    yield 'abc';
    await end;
  }
  const request = { method: 'PUT', headers: { 'Content-Length': '3' }, body: file() };
  expect(await (await client.request(request)).text()).toBe('ok');
  const next = client.request();
  answered();
  expect(await (await next).text()).toBe('ok');
  expect(server.peers).toHaveLength(1);
});

test('content that goes on after the answer to all that was announced ends the connection', async () => {
  const server = await serve((peer) => answerAll(peer));
  let answered: (value?: unknown) => void = () => {};
  const end = new Promise((resolve) => {
    answered = resolve;
  });
  async function* file(): AsyncGenerator<string> {
    yield 'abc';
    await end;
    yield 'd';
  }
  const request = { method: 'PUT', headers: { 'Content-Length': '3' }, body: file() };
  expect(await (await clientOf(server.url).request(request)).text()).toBe('ok');
  answered();
  await server.peers[0]!.closed();
  expect(server.peers[0]!.heard).toMatch(/\r\n\r\nabc$/);
});

test('a success that comes early does not: the server answers while it reads', async () => {
  // rfc9110/7.5/goes-on
  const server = await serve(async (peer) => {
    await peer.hears('1\r\na\r\n');
    peer.says(`${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\n`);
    await peer.hears('0\r\n\r\n');
    peer.says('1\r\nB\r\n0\r\n\r\n');
  });
  let goOn: () => void = () => {};
  const halfway = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* body(): AsyncGenerator<string> {
    yield 'a';
    await halfway;
    yield 'b';
  }
  const response = await clientOf(server.url).request({ method: 'POST', body: body() });
  goOn();
  expect(await response.text()).toBe('AB');
});

// ── Content ──

test('folded lines and whitespace before a colon are forgiven, as a client must (RFC 9112 5.1, 5.2)', async () => {
  const server = await serve((peer) =>
    answerAll(peer, () => ok('ok', 'A: one\r\n  two\r\n\tthree\r\nB : b\r\n')),
  );
  const { headers } = await clientOf(server.url).request();
  expect([headers.get('a'), headers.get('b')]).toEqual(['one two three', 'b']);
});

test('json, bytes, text: limits and faults', async () => {
  const bodies = ['{"a":1}', '{', '\u00ef\u00bb\u00bfx', 'y'.repeat(11)];
  const server = await serve((peer) => answerAll(peer, (count) => ok(bodies[count - 1])));
  const client = clientOf(server.url, { maxContentBytes: 10 });
  expect(await (await client.request()).json()).toEqual({ a: 1 });
  await expect((await client.request()).json()).rejects.toMatchObject({ code: 'invalid-content' });
  expect(await (await client.request()).text()).toBe('x'); // without its byte order mark
  await expect((await client.request()).bytes()).rejects.toMatchObject({ code: 'content-too-large' });
});

test.each([Number.NaN, -1, '10', null])(
  'a limit of %o is refused, and nothing is taken for the whole',
  async (limit) => {
    const server = await serve((peer) => answerAll(peer, () => `${HEAD}Content-Length: 10\r\n\r\nhello`));
    const client = clientOf(server.url);
    for (const read of ['bytes', 'text', 'json'] as const) {
      const response = await client.request();
      await expect(response[read](limit as number)).rejects.toMatchObject({
        code: 'invalid-option',
        by: 'user',
      });
      response.discard();
    }
  },
);

test('content is read once', async () => {
  const server = await serve((peer) => answerAll(peer));
  const response = await clientOf(server.url).request();
  expect(await response.text()).toBe('ok');
  await expect(response.bytes()).rejects.toMatchObject({ code: 'content-already-read', by: 'user' });
});

test('content part by part, with trailers at its end', async () => {
  let goOn: () => void = () => {};
  const isRead = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n`);
    await isRead;
    peer.says('3\r\ntwo\r\n0\r\nDigest: x\r\n\r\n');
  });
  const response = await clientOf(server.url).request();
  const parts: string[] = [];
  expect(response.trailers).toBeUndefined();
  for await (const part of response.body) {
    parts.push(Buffer.from(part).toString());
    goOn();
  }
  expect(parts).toEqual(['one', 'two']);
  expect(response.trailers!.get('digest')).toBe('x');
});

test('content that broke off gives what came, then the error', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.socket.end(`${HEAD}Content-Length: 5\r\n\r\nhel`);
  });
  const response = await clientOf(server.url).request();
  let got = '';
  const reading = (async () => {
    for await (const part of response.body) got += Buffer.from(part).toString();
  })();
  await expect(reading).rejects.toMatchObject({ code: 'incomplete-message', by: 'peer' });
  expect(got).toBe('hel');
});

test('a slow reader holds the server back, and loses nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const size = 32 * 1024 * 1024;
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}Content-Length: ${size}\r\n\r\n`);
    peer.socket.write(Buffer.alloc(size, 'x'));
  });
  const response = await clientOf(server.url, { maxBufferedBytes: 100_000 }).request();
  const reader = response.body[Symbol.asyncIterator]();
  let got = (await reader.next()).value!.length;
  const { socket } = server.peers[0]!;
  for (let last = -1; last !== socket.writableLength; await turns(50)) last = socket.writableLength;
  vi.advanceTimersByTime(60_000); // longer than contentTimeout, which is for the server to keep
  expect(socket.writableLength).toBeGreaterThan(size / 2);
  for (let part = await reader.next(); !part.done; part = await reader.next()) got += part.value.length;
  expect(got).toBe(size);
});

test('a slow reader who comes late, when all is paused, has as much time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const size = 200 * 1024;
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(200)}0\r\n\r\n`,
    );
  });
  const response = await clientOf(server.url, { maxBufferedBytes: 2048 }).request();
  let got = 0;
  for await (const part of response.body) {
    await turns(5);
    vi.advanceTimersByTime(10_000);
    got += part.length;
  }
  expect(got).toBe(size);
});

test('one-byte chunks cost memory in proportion to their bytes', async () => {
  const count = 100_000;
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`);
  });
  const response = await clientOf(server.url, { maxBufferedBytes: Infinity }).request();
  await server.peers[0]!.request(1);
  const parts: Uint8Array[] = [];
  for await (const part of response.body) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('x'.repeat(count));
  // As far as they come together: 64 KiB of a read hold some 10,000 of them.
  expect(parts.length).toBeLessThan(count / 20);
});

test('reads share a buffer: what is kept is copied', async () => {
  const server = await serve((peer, index) => answerAll(peer, () => ok(String(index).repeat(2000))));
  const client = clientOf(server.url);
  const responses = await Promise.all([client.request(), client.request(), client.request()]);
  const bodies = await Promise.all(responses.map((response) => response.text()));
  expect(bodies.sort()).toEqual(['0', '1', '2'].map((digit) => digit.repeat(2000)));
});

test('a reader who leaves early gives the connection up', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}\r\nx`);
  });
  const response = await clientOf(server.url).request();
  for await (const _ of response.body) break;
  await server.peers[0]!.closed();
});

test.each([
  [1000, 1],
  [1_000_000, 2],
])('discard of %i bytes: %i connections for two requests', async (size, connections) => {
  const server = await serve(async (peer) => {
    for (let count = 1; ; count++) {
      await peer.request(count);
      peer.says(`${HEAD}Content-Length: ${size}\r\n\r\n`);
      await new Promise(setImmediate);
      peer.says('x'.repeat(size));
    }
  });
  const client = clientOf(server.url, { connections: 1 });
  (await client.request()).discard();
  (await client.request()).discard();
  expect(server.peers).toHaveLength(connections);
});

test('discard of content without end gives the connection up', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const more = (): void => {
      while (!peer.socket.destroyed && peer.socket.write('4000\r\n'.concat('x'.repeat(0x4000), '\r\n')));
    };
    peer.socket.on('drain', more);
    more();
  });
  (await clientOf(server.url).request()).discard();
  await server.peers[0]!.closed();
});

test('content that is announced as too large is not waited for', async () => {
  const server = await serve((peer) => answerAll(peer, () => `${HEAD}Content-Length: 11\r\n\r\n`));
  const response = await clientOf(server.url, { maxContentBytes: 10 }).request();
  await expect(response.text()).rejects.toMatchObject({ code: 'content-too-large', by: 'peer' });
  await server.peers[0]!.closed();
});

// ── AbortSignal ──

const reason = new Error('enough');

test('abort in line', async () => {
  const server = await serve(never);
  const client = clientOf(server.url, { connections: 1 });
  const controller = new AbortController();
  client.request().catch(() => {});
  const inLine = client.request({ signal: controller.signal });
  controller.abort(reason);
  await expect(inLine).rejects.toMatchObject({ code: 'aborted', by: 'user', cause: reason });
});

const timedOut = new DOMException('late', 'TimeoutError'); // what AbortSignal.timeout aborts with

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test.each<[what: string, name: string, makeReason: () => unknown]>([
  ['no reason', 'AbortError', () => undefined],
  ['an error of its own', 'AbortError', () => reason],
  ['null', 'AbortError', () => null],
  ['a revoked Proxy', 'AbortError', revoked],
  ['the reason of AbortSignal.timeout', 'TimeoutError', () => timedOut],
])('an abort with %s is an %s, as the platform says', async (_, name, makeReason) => {
  const server = await serve(never);
  for (const isEarly of [true, false]) {
    const controller = new AbortController();
    const reason = makeReason();
    if (isEarly) controller.abort(reason);
    const asked = clientOf(server.url).request({ signal: controller.signal });
    controller.abort(reason);
    const error = await asked.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ name, code: 'aborted' });
    expect(String(error)).toMatch(new RegExp(`^${name}: the request was aborted: `));
  }
});

test.each<[code: string, options: ClientOptions & RequestOptions]>([
  ['response-timeout', { responseTimeout: 1 }],
  ['total-timeout', { totalTimeout: 1 }],
])('%s is a TimeoutError', async (code, options) => {
  const server = await serve(never);
  await expect(request(server.url, options)).rejects.toMatchObject({ name: 'TimeoutError', code });
});

test('abort while connecting leaves no socket', async () => {
  const server = await serve(never);
  const client = clientOf(server.url);
  const controller = new AbortController();
  const request = client.request({ signal: controller.signal });
  controller.abort(reason);
  await expect(request).rejects.toMatchObject({ code: 'aborted', cause: reason });
  await client.close(); // resolves when every socket is closed
});

test.each([
  ['before the response', ''],
  ['within the head', HEAD],
])('abort %s', async (_, begin) => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(begin);
    controller.abort(reason);
  });
  const controller = new AbortController();
  const request = clientOf(server.url).request({ signal: controller.signal });
  await expect(request).rejects.toMatchObject({ code: 'aborted', cause: reason });
  await server.peers[0]!.closed();
});

test('abort while the content is sent', async () => {
  const controller = new AbortController();
  const { body, letGo } = endless();
  const server = await serve(async (peer) => {
    await peer.hears('part');
    controller.abort(reason);
  });
  const request = clientOf(server.url).request({ method: 'POST', body, signal: controller.signal });
  await expect(request).rejects.toMatchObject({ code: 'aborted', cause: reason });
  await letGo;
  await server.peers[0]!.closed();
});

test('abort within the content', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(`${HEAD}Content-Length: 5\r\n\r\nhel`);
  });
  const controller = new AbortController();
  const response = await clientOf(server.url).request({ signal: controller.signal });
  const reading = response.text();
  controller.abort(reason);
  await expect(reading).rejects.toMatchObject({ code: 'aborted', cause: reason });
  await server.peers[0]!.closed();
});

test('abort of a pipelined request leaves the one before it alone', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok('first'));
    await peer.request(3);
    peer.says(`${HEAD}Content-Length: 5\r\n\r\nse`);
    controller.abort(reason);
    peer.says(`con${ok('x'.repeat(50_000))}`); // which nobody reads, and which must not hold up the fourth
    await peer.request(4);
    peer.says(ok('fourth'));
  });
  const controller = new AbortController();
  const client = clientOf(server.url, { connections: 1, pipelining: 2, maxBufferedBytes: 1000 });
  await (await client.request()).text();
  const second = client.request();
  const third = client.request({ signal: controller.signal });
  await expect(third).rejects.toMatchObject({ code: 'aborted' });
  expect(await (await second).text()).toBe('secon');
  expect(await (await client.request()).text()).toBe('fourth');
  expect(server.peers).toHaveLength(1);
});

test('a signal that lives on keeps nothing of the requests that are over', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url);
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, args);
  };
  for (let i = 0; i < 3; i++) await (await client.request({ signal })).text();
  expect(listeners).toBe(0);
});

test('one signal for many requests at a time is no leak to be warned of', async () => {
  const server = await serve((peer) => answerAll(peer));
  const warnings: Error[] = [];
  const warn = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const client = clientOf(server.url);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, async () => (await client.request({ signal })).text()));
  await new Promise(setImmediate); // a warning comes in the next turn
  expect(warnings).toEqual([]);
});

// ── Another protocol on the same socket ──

test('Upgrade: socket and leftover are handed over', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    expect(peer.heard).toContain('\r\nUpgrade: echo\r\nConnection: Upgrade\r\n');
    peer.says('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello');
    await peer.hears('ping');
    peer.says('pong');
  });
  const client = clientOf(server.url);
  const response = await client.request({ headers: { Upgrade: 'echo' } });
  expect(response.status).toBe(101);
  expect(Buffer.from(response.leftover!).toString()).toBe('hello');
  const socket = response.socket!;
  onTestFinished(() => void socket.destroy());
  expect(['data', 'drain', 'close'].map((event) => socket.listenerCount(event))).toEqual([0, 0, 0]);
  const pong = new Promise((resolve) => socket.once('data', (bytes) => resolve(String(bytes))));
  socket.write('ping');
  socket.resume();
  expect(await pong).toBe('pong');
  await client.close(); // the socket is not the client's any more
  expect(socket.destroyed).toBe(false);
});

test('Upgrade that the server passes over is an ordinary request', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url);
  for (let i = 0; i < 2; i++) {
    const response = await client.request({ headers: { Upgrade: 'echo' } });
    expect([response.status, await response.text(), response.socket]).toEqual([200, 'ok', undefined]);
  }
});

// rfc9112/6.3/connect-tunnel, rfc9110/9.3.6/connect-target, rfc9112/3.2.3/connect-target
test('CONNECT: a tunnel on 2xx, whatever its fields say', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntunnel');
  });
  const response = await clientOf(server.url).request({ method: 'CONNECT', target: 'host:443' });
  onTestFinished(() => void response.socket!.destroy());
  expect(Buffer.from(response.leftover!).toString()).toBe('tunnel');
});

test('CONNECT: an ordinary response otherwise', async () => {
  const server = await serve((peer) =>
    answerAll(peer, () => 'HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'),
  );
  const response = await clientOf(server.url).request({ method: 'CONNECT', target: 'host:443' });
  expect([response.status, await response.text(), response.socket]).toEqual([403, 'no', undefined]);
});

test.each([
  { connections: 0 },
  { pipelining: Number.NaN },
  { responseTimeout: -1 },
  { maxContentBytes: '1' as never },
  { maxHeadBytes: Number.NaN },
  { tls: { ca: 5 as never } },
  { tls: { servername: 5 as never } },
])('the option %o', (options) => {
  expect(() => new Client('http://a', options)).toThrow(
    expect.objectContaining({ code: 'invalid-option', by: 'user' }),
  );
});

test('bytes whose memory is given away before they are sent fail their request, and not the process', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url);
  const body = new Uint8Array(10);
  const answered = client.request({ method: 'POST', body });
  structuredClone(body.buffer, { transfer: [body.buffer] });
  await expect(answered).rejects.toMatchObject({ code: 'content-length-mismatch', by: 'user' });
  expect(await (await client.request()).text()).toBe('ok');
});

test('a signal of another make than Node, as of a polyfill', async () => {
  const server = await serve((peer) => answerAll(peer));
  const listeners: (() => void)[] = [];
  const signal = {
    aborted: false,
    reason: 'enough',
    addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
    removeEventListener: () => {},
  } as unknown as AbortSignal;
  const answered = clientOf(server.url).request({ signal });
  for (const listener of listeners) listener();
  await expect(answered).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
});

test.each<[name: string, letGo: (body: AsyncIterable<Uint8Array>) => unknown]>([
  ['an iterator', (body) => body[Symbol.asyncIterator]().return!()],
  ['a Readable', (body) => Readable.from(body).destroy()],
  ['the sender of a message', discard],
])('a body that nobody began is let go with its connection: by %s', async (_, letGo) => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'); // the rest never comes
  });
  const response = await clientOf(server.url, { contentTimeout: Infinity }).request();
  await letGo(response.body);
  await server.peers[0]!.closed();
  await expect(response.text()).rejects.toMatchObject({ code: 'content-already-read' });
});

test('a handler that passes on the body of a response lets it go for HEAD', async () => {
  const origin = await serve((peer) =>
    answerAll(peer, () => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'),
  );
  const upstream = clientOf(origin.url, { connections: 1, contentTimeout: Infinity });
  const proxy = createServer(async () => ({ body: (await upstream.request()).body }));
  onTestFinished(() => proxy.destroy());
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  const client = clientOf(`http://127.0.0.1:${port}`);
  expect((await client.request({ method: 'HEAD' })).status).toBe(200);
  expect((await client.request({ method: 'HEAD' })).status).toBe(200); // the only connection was free again
});

test('an upload of many small parts lets other work run, such as an abort', async () => {
  const server = await serve(() => {});
  const abort = new AbortController();
  let made = 0;
  let wasLetGo = false;
  async function* body(): AsyncGenerator<string> {
    setImmediate(() => abort.abort());
    try {
      while (++made <= 100_000) yield 'part\n';
    } finally {
      wasLetGo = true;
    }
  }
  const options = { method: 'POST', body: body(), signal: abort.signal };
  await expect(clientOf(server.url).request(options)).rejects.toMatchObject({ code: 'aborted' });
  await expect.poll(() => wasLetGo).toBe(true);
  expect(made).toBeLessThan(10_000);
});
