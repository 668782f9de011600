// Every limit and deadline with its status, and what node:http lets through: DESIGN section 4, RFC 9110 15.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createServer, type ListenOptions, type ServerOptions } from '../../src/index.ts';
import { CLOSE, chunkedPost, get, post, serve, statuses } from './support.ts';

const echo = async (request: { text(): Promise<string>; path: string; authority: string }) => ({
  body: `${request.path} ${request.authority} ${await request.text()}`,
});

describe('a request that breaks a rule gets its status and a closed connection; the handler does not see it', () => {
  const long = 'x'.repeat(20_000);
  const cases: [status: number, name: string, request: string][] = [
    [400, 'no Host (RFC 9112 3.2)', 'GET / HTTP/1.1\r\n\r\n'],
    [400, 'two Hosts (node:http accepts it)', get('/', 'Host: b')],
    [400, 'a malformed Host (node:http accepts it)', 'GET / HTTP/1.1\r\nHost: user@a\r\n\r\n'],
    [400, 'GET * (node:http accepts it)', get('*')],
    [400, 'another form of target (RFC 9112 3.2.3)', get('a:1')],
    [400, 'characters outside the target grammar (node:http accepts them)', get('/"<>')],
    [400, 'whitespace before the colon (RFC 9112 5.1)', get('/', 'a : b')],
    [400, 'whitespace before the first field (RFC 9112 2.2)', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
    [400, 'a folded line (RFC 9112 5.2)', get('/', 'a: b', ' c')],
    [400, 'a bare CR (RFC 9112 2.2)', get('/', 'a: b\rc')],
    [400, 'a bare LF', get('/', 'a: b\nc: d')],
    [400, 'NUL in a value (RFC 9110 5.5)', get('/', 'a: b\0')],
    [400, 'two spaces in the request line (RFC 9112 3)', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    [400, 'HTTP/0.9 without a version', 'GET /\r\n\r\n'],
    [505, 'HTTP/0.9 by name (node:http accepts it)', 'GET / HTTP/0.9\r\nHost: a\r\n\r\n'],
    [505, 'HTTP/2.0 (node:http accepts it; RFC 9110 15.6.6)', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
    [400, 'a version in lower case (RFC 9112 2.3)', 'GET / http/1.1\r\nHost: a\r\n\r\n'],
    [400, 'Content-Length that is none (RFC 9112 6.3)', get('/', 'Content-Length: +5')],
    [400, 'two Content-Lengths', get('/', 'Content-Length: 5', 'Content-Length: 6')],
    [400, 'a list of Content-Lengths', get('/', 'Content-Length: 5, 5')],
    [400, 'Content-Length beyond 2^53 (RFC 9110 8.6)', get('/', 'Content-Length: 9007199254740992')],
    [
      400,
      'Transfer-Encoding with Content-Length (RFC 9112 6.1)',
      chunkedPost('0\r\n\r\n', 'Content-Length: 5'),
    ],
    [
      400,
      'Transfer-Encoding in HTTP/1.0 (node:http accepts it)',
      'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [400, 'chunked that is not last (RFC 9112 6.3)', get('/', 'Transfer-Encoding: chunked, gzip')],
    [501, 'a transfer coding that is not known (RFC 9112 6.1)', get('/', 'Transfer-Encoding: gzip, chunked')],
    [501, 'a method that is too long (RFC 9112 3)', `${'M'.repeat(100)} / HTTP/1.1\r\nHost: a\r\n\r\n`],
    [414, 'a target that is too long (node:http says 431)', get(`/${long}`)],
    [431, 'fields that are too large (RFC 9110 5.4)', get('/', `a: ${long}`)],
    [431, 'too many fields', get('/', ...Array(101).fill('a: b'))],
    [400, 'chunk extensions that are too large (RFC 9112 7.1.1)', chunkedPost(`1;${long}\r\n`)],
    [431, 'trailers that are too large', chunkedPost(`0\r\na: ${long}\r\n`)],
    [400, 'a chunk size beyond 2^53', chunkedPost('fffffffffffffff\r\n')],
  ];
  for (const [status, name, request] of cases) {
    test(`${status} ${name}`, async () => {
      const { ask, errors } = await serve(echo);
      const received = await ask(request + get());
      expect(statuses(received)).toEqual([status]);
      expect(received).toMatch(/\r\nConnection: close\r\n\r\n.* \(RFC 911[02] [0-9.]+\)\n$/);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({ name: 'HttpError', by: 'peer', status });
    });
  }

  test('limits are inclusive, options change them, and Infinity turns one off', async () => {
    const request = get('/123456789', 'a: b', CLOSE);
    const options = { maxTargetBytes: 10, maxHeadBytes: request.length, maxFields: 3 };
    expect(statuses(await (await serve(echo, options)).ask(request))).toEqual([200]);
    expect(statuses(await (await serve(echo, { ...options, maxTargetBytes: 9 })).ask(request))).toEqual([
      414,
    ]);
    expect(
      statuses(await (await serve(echo, { ...options, maxHeadBytes: request.length - 1 })).ask(request)),
    ).toEqual([431]);
    expect(statuses(await (await serve(echo, { ...options, maxFields: 2 })).ask(request))).toEqual([431]);
    const { ask } = await serve(echo, {
      maxTargetBytes: Infinity,
      maxHeadBytes: Infinity,
      maxFields: Infinity,
    });
    expect(statuses(await ask(get(`/${'x'.repeat(100_000)}`, ...Array(1000).fill('a: b'), CLOSE)))).toEqual([
      200,
    ]);
  });

  test('a request line of 8,000 octets works (RFC 9112 3)', async () => {
    const { ask } = await serve(echo);
    expect(statuses(await ask(get(`/${'x'.repeat(7985)}`, CLOSE)))).toEqual([200]);
  });
});

describe('what must be accepted, is', () => {
  const accepted: [name: string, request: string, answer: RegExp][] = [
    [
      'absolute-form, whose authority overrides Host (RFC 9112 3.2.2)',
      get('http://b:81/p?q', CLOSE),
      /\/p b:81 $/,
    ],
    ['an empty Host', `GET / HTTP/1.1\r\nHost:\r\n${CLOSE}\r\n\r\n`, /\/ {2}$/],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`, /\* a $/],
    [
      'any token as a method (node:http refuses it)',
      `M!x / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`,
      /\/ a $/,
    ],
    [
      'leading zeros in Content-Length',
      `POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nContent-Length: 003\r\n\r\nabc`,
      /\/ a abc$/,
    ],
    [
      'empty list elements in Transfer-Encoding (RFC 9110 5.6.1)',
      `POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nTransfer-Encoding: ,chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
      /\/ a x$/,
    ],
    ['content with GET', `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nContent-Length: 1\r\n\r\nx`, /\/ a x$/],
  ];
  for (const [name, request, answer] of accepted) {
    test(name, async () => {
      const { ask } = await serve(echo);
      expect(await ask(request)).toMatch(answer);
    });
  }
});

describe('allowMethods (RFC 9110 15.5.6)', () => {
  test('405 with Allow for any other, and the connection goes on', async () => {
    const { ask } = await serve(() => ({}), { allowMethods: ['GET', 'HEAD'] });
    const received = await ask(post('abc') + get('/', CLOSE));
    expect(statuses(received)).toEqual([405, 200]);
    expect(received).toContain('\r\nAllow: GET, HEAD\r\n');
  });

  test('methods are case-sensitive (RFC 9110 9.1)', async () => {
    const { ask } = await serve(() => ({}), { allowMethods: ['GET'] });
    expect(statuses(await ask(get('/', CLOSE).replace('GET', 'get')))).toEqual([405]);
  });
});

describe('deadlines', () => {
  test('headTimeout: 408 for a head that does not come to its end, counted from its first byte', async () => {
    const { connect, errors } = await serve(echo, { headTimeout: 30 });
    const client = await connect();
    client.send('GET / HT');
    expect(statuses(await client.closed())).toEqual([408]);
    expect(errors).toMatchObject([{ code: 'request-timeout', by: 'peer' }]);
  });

  test('headTimeout: a head that dribbles gets no more time for it', async () => {
    const { connect } = await serve(echo, { headTimeout: 30 });
    const client = await connect();
    client.send('GET / HTTP/1.1\r\n');
    const dribble = setInterval(() => client.send('a: b\r\n'), 5);
    await client.ended();
    clearInterval(dribble);
    expect(statuses(await client.closed())).toEqual([408]);
  });

  test('requestTimeout: 408 for content that does not come to its end, and the handler is told', async () => {
    let code = '';
    const { connect } = await serve(
      async (request) => ({ body: await request.text().catch((error) => (code = error.code)) }),
      { requestTimeout: 30 },
    );
    const client = await connect();
    client.send(post('abc').slice(0, -1));
    expect(statuses(await client.closed())).toEqual([408]);
    expect(code).toBe('request-timeout');
  });

  test('requestTimeout within a response cuts the connection', async () => {
    const { connect } = await serve((request) => ({ body: request.body }), { requestTimeout: 30 });
    const client = await connect();
    client.send(chunkedPost('3\r\nabc\r\n'));
    const received = await client.closed();
    expect(statuses(received)).toEqual([200]);
    expect(received).not.toContain('0\r\n\r\n');
  });

  test('requestTimeout is for the request: a handler may take longer', async () => {
    const { connect } = await serve(
      async (request) => {
        const text = await request.text();
        await new Promise((resolve) => setTimeout(resolve, 60));
        return { body: text };
      },
      { requestTimeout: 20, headTimeout: 20, idleTimeout: 20 },
    );
    const client = await connect();
    client.send(post('abc', CLOSE));
    expect(await client.closed()).toMatch(/abc$/);
  });

  test('each state has its own time, from its own beginning, though another has been running', async () => {
    let now = 0;
    let sweeps = 0;
    const clock = (): number => {
      sweeps++; // and a Date for each request, which is one more at most
      return now;
    };
    const sweep = (): Promise<unknown> => {
      const enough = sweeps + 3;
      return vi.waitUntil(() => sweeps >= enough, { timeout: 60_000 });
    };
    let answer = (): void => {};
    const handler = (): Promise<object> => new Promise((resolve) => (answer = () => resolve({})));
    // The sweep comes every 5 ms, an eighth of the shortest of the deadlines.
    const { connect } = await serve(handler, {
      clock,
      lingerTimeout: 40,
      idleTimeout: 1000,
      headTimeout: 5000,
    });
    const client = await connect();
    await sweep(); // the connection is idle, and its second has begun
    client.send('GET / HT');
    await sweep();
    now += 4000; // more than it may be idle, less than a head may take
    await sweep();
    client.send(`TP/1.1\r\nHost: a\r\n\r\n`);
    await sweep();
    now += 4000_000; // a handler may take what it likes
    await sweep();
    answer();
    await client.until('\r\n\r\n');
    await sweep();
    now += 999;
    await sweep();
    expect(client.hasEnded).toBe(false);
    now += 1;
    expect(statuses(await client.closed())).toEqual([200]);
  });

  // rfc9112/9.5/timeout-close
  test('idleTimeout: a silent connection is closed without a word, new or used; empty lines are silence too', async () => {
    const { connect, errors } = await serve(echo, { idleTimeout: 30 });
    const fresh = await connect();
    expect(await fresh.closed()).toBe('');
    const used = await connect();
    used.send(get());
    expect(statuses(await used.closed())).toEqual([200]);
    const pretending = await connect();
    const dribble = setInterval(() => pretending.send('\r\n'), 5);
    await pretending.ended();
    clearInterval(dribble);
    expect(pretending.received).toBe('');
    expect(errors).toEqual([]);
  });

  test('Infinity turns deadlines off', async () => {
    const never = {
      headTimeout: Infinity,
      requestTimeout: Infinity,
      idleTimeout: Infinity,
      stallTimeout: Infinity,
    };
    const { ask } = await serve(echo, { ...never, lingerTimeout: Infinity, closeTimeout: Infinity });
    expect(statuses(await ask(get('/', CLOSE)))).toEqual([200]);
  });
});

test.each([
  { idleTimeout: Number.NaN },
  { maxConnections: -1 },
  { maxContentBytes: '1 MiB' as unknown as number },
  { maxHeadBytes: Number.NaN },
])('an option that is no limit is refused before it lets everything through: %o', (options) => {
  expect(() => createServer(() => ({}), options)).toThrow(
    expect.objectContaining({ code: 'invalid-option', by: 'user' }),
  );
});

describe('an option that does not exist is refused by name, with the names that do', () => {
  test.each([
    ['timeout', { timeout: 5 }],
    ['maxHeadbytes', { maxHeadbytes: 1 }],
    ['lenient.bareLinefeed', { lenient: { bareLinefeed: true } }],
  ])('%s of createServer', (name, options) => {
    expect(() => createServer(() => ({}), options as ServerOptions)).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        by: 'user',
        message: expect.stringMatching(`there is no option "${name}"; there are: .*(Timeout|foldedLines)`),
      }),
    );
  });

  test.each([null, 5, 'x'])('%s is no options', (options) => {
    const code = 'invalid-option';
    expect(() => createServer(() => ({}), options as never)).toThrow(expect.objectContaining({ code }));
  });

  test('hostname of listen', async () => {
    const server = createServer(() => ({}));
    onTestFinished(() => server.destroy());
    await expect(server.listen({ port: 0, hostname: '127.0.0.1' } as ListenOptions)).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining('there is no option "hostname"; there are: port, host, backlog'),
    });
    expect(server.address).toBe(null);
  });
});
