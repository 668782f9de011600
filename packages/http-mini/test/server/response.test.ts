// What a handler answers, and what goes on the wire: RFC 9110 6.6.1, 8.6, 9.3, 15; RFC 9112 4, 6.
import { describe, expect, test, vi } from 'vitest';
import { type HttpResponse, switchProtocols } from '../../src/index.ts';
import { CLOSE, get, ok, post, serve, statuses, undated } from './support.ts';

/** What one response looks like on the wire, to a request for it that ends the connection. */
async function answerTo(request: string, response: () => HttpResponse): Promise<string> {
  const { ask } = await serve(response);
  return undated(await ask(request)).replace('Connection: close\r\n', '');
}
const answer = (response: () => HttpResponse) => answerTo(get('/', CLOSE), response);

async function* parts(...all: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* all;
}

describe('framing (RFC 9112 6, RFC 9110 8.6)', () => {
  test('content of known length has Content-Length, in bytes', async () => {
    // rfc9110/8.6/known
    expect(await answer(() => ({ body: 'abc' }))).toBe(ok('abc'));
    expect(await answer(() => ({ body: '한' }))).toBe(ok('\xed\x95\x9c'));
    expect(await answer(() => ({ body: new Uint8Array([0, 255]) }))).toBe(ok('\0\xff'));
    expect(await answer(() => ({}))).toBe(ok(''));
    expect(await answer(() => ({ body: null }))).toBe(ok(''));
  });

  // rfc9112/7/send-chunk
  test('iterated content is chunked: asynchronous or not, strings or bytes, empty parts left out', async () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\n\xed\x95\x9c\r\n0\r\n\r\n';
    expect(await answer(() => ({ body: parts('ab', '', '한', new Uint8Array(0)) }))).toBe(chunked);
    expect(await answer(() => ({ body: ['ab', '한'] }))).toBe(chunked);
    expect(await answer(() => ({ body: [] }))).toBe(
      `${ok('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    );
  });

  test('large parts and small ones keep their order', async () => {
    const all = Array.from({ length: 60 }, (_, i) =>
      String.fromCharCode(97 + (i % 26)).repeat(1 + ((i * 7919) % 20_000)),
    );
    const length = all.join('').length;
    const received = await answer(() => ({ headers: { 'Content-Length': length }, body: parts(...all) }));
    expect(received).toBe(ok(all.join('')));
    for (const body of ['x'.repeat(100_000), Buffer.alloc(100_000, 'x')]) {
      expect(await answer(() => ({ body }))).toBe(ok('x'.repeat(100_000)));
    }
  });

  test('a Content-Length that the handler gives frames iterated content', async () => {
    const body = () => parts('ab', 'c');
    expect(await answer(() => ({ headers: { 'content-length': '3' }, body: body() }))).toBe(ok('abc'));
    expect(await answer(() => ({ headers: { 'Content-Length': 0 }, body: [] }))).toBe(ok(''));
  });

  test('to HTTP/1.0, content of unknown length lasts until close, keep-alive or not (RFC 9112 6.1)', async () => {
    const request = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
    const response = () => ({ body: parts('ab', 'c'), trailers: { x: '1' } });
    expect(await answerTo(request, response)).toBe('HTTP/1.1 200 OK\r\n\r\nabc');
  });

  test('a Content-Length that is not the size of the content is refused with 500', async () => {
    for (const body of ['abc', new Uint8Array(3)]) {
      for (const length of [2, 4]) {
        expect(statuses(await answer(() => ({ headers: { 'content-length': length }, body })))).toEqual([
          500,
        ]);
        const trailers = { x: '1' };
        expect(
          statuses(await answer(() => ({ headers: { 'content-length': length }, body, trailers }))),
        ).toEqual([500]);
      }
    }
  });

  for (const [name, all, sent] of [
    ['short', ['ab', 'c'], 'abc'],
    ['long', ['abc', 'def'], 'abc'],
  ] as const) {
    test(`iterated content that is ${name} of its Content-Length cuts the connection, and is reported`, async () => {
      const { ask, errors } = await serve(() => ({ headers: { 'content-length': 4 }, body: parts(...all) }));
      const received = await ask(get('/1') + get('/2'));
      expect(statuses(received).length).toBeLessThan(2);
      expect(ok(sent).startsWith(undated(received).replace('Content-Length: 4', 'Content-Length: 3'))).toBe(
        true,
      );
      expect(errors).toMatchObject([
        { code: 'handler-failed', by: 'user', cause: { code: 'content-length-mismatch' } },
      ]);
    });
  }
});

describe('responses without content', () => {
  test('HEAD gets the fields of GET and no content (RFC 9110 9.3.2)', async () => {
    const head = `HEAD / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`;
    expect(await answerTo(head, () => ({ body: 'abc' }))).toBe(ok('abc').slice(0, -3));
    expect(await answerTo(head, () => ({ body: parts('abc') }))).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    expect(await answerTo(head, () => ({ headers: { 'Content-Length': 5 } }))).toBe(ok('12345').slice(0, -5));
    expect(await answerTo(head, () => ({ headers: { 'Content-Length': 5 }, body: parts('12345') }))).toBe(
      ok('12345').slice(0, -5),
    );
    expect(statuses(await answerTo(head, () => ({ headers: { 'Content-Length': 5 }, body: '123' })))).toEqual(
      [500],
    );
  });

  test('HEAD without a body says no length, which would have to be that of GET (RFC 9110 8.6)', async () => {
    const head = `HEAD / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`;
    for (const body of [undefined, null]) {
      expect(await answerTo(head, () => ({ body, headers: { a: 'b' } }))).toBe(
        'HTTP/1.1 200 OK\r\na: b\r\n\r\n',
      );
      expect(await answerTo(head, () => ({ body, headers: { 'Content-Length': 0 } }))).toBe(ok(''));
      expect(await answerTo(head, () => ({ body, trailers: { a: 'b' } }))).toContain(
        'Transfer-Encoding: chunked',
      );
    }
    expect(await answerTo(head, () => ({ body: '' }))).toBe(ok('')); // GET's is empty as well
  });

  test('the connection goes on after HEAD', async () => {
    const { ask } = await serve(() => ({ body: 'abc' }));
    expect(await ask(`HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${get('/', CLOSE)}`)).toMatch(
      /3\r\n\r\nHTTP[\s\S]*abc$/,
    );
  });

  test('204 has neither Content-Length nor Transfer-Encoding (RFC 9110 8.6, RFC 9112 6.1)', async () => {
    expect(await answer(() => ({ status: 204 }))).toBe('HTTP/1.1 204 No Content\r\n\r\n');
    expect(await answer(() => ({ status: 204, headers: { 'content-length': 0 } }))).toBe(
      'HTTP/1.1 204 No Content\r\n\r\n',
    );
  });

  test('205 has Content-Length: 0 (RFC 9110 15.3.6)', async () => {
    // rfc9110/15.3.6/205
    expect(await answer(() => ({ status: 205 }))).toBe(
      'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n',
    );
  });

  test('304 has the length that the handler knows, or none (RFC 9110 8.6)', async () => {
    expect(await answer(() => ({ status: 304, headers: { ETag: '"1"' } }))).toBe(
      'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
    );
    const known = await answer(() => ({ status: 304, headers: { 'Content-Length': 7 } }));
    expect(known).toBe('HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n');
  });

  test('205 to HEAD says so too: undici and node:http give up a connection that lacks it', async () => {
    const { ask } = await serve(() => ({ status: 205 }));
    const received = await ask(`HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${get('/', CLOSE)}`);
    expect(statuses(received)).toEqual([205, 205]);
    expect(received.match(/Content-Length: 0/g)).toHaveLength(2);
  });

  test('content with 204, 205 or 304 is refused with 500', async () => {
    for (const status of [204, 205, 304]) {
      for (const body of ['x', parts('x')]) {
        expect(statuses(await answer(() => ({ status, body })))).toEqual([500]);
      }
    }
  });
});

describe('status line and fields', () => {
  test('the reason is the usual one, or the given one; its space stays where there is none (RFC 9112 4)', async () => {
    const line = async (response: HttpResponse) => (await answer(() => response)).split('\r\n')[0];
    expect(await line({ status: 404 })).toBe('HTTP/1.1 404 Not Found');
    expect(await line({ status: 299 })).toBe('HTTP/1.1 299 ');
    expect(await line({ status: 999, reason: 'Done' })).toBe('HTTP/1.1 999 Done');
    expect(await line({ reason: '' })).toBe('HTTP/1.1 200 ');
  });

  test('fields go out in order and case as given, an array as a line each', async () => {
    const headers = { 'X-b': '1', 'x-A': ['2', '3'], n: 4, none: undefined };
    expect(await answer(() => ({ headers }))).toBe(ok('', 'X-b: 1', 'x-A: 2', 'x-A: 3', 'n: 4'));
    const pairs = [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
    ] as const;
    expect(await answer(() => ({ headers: pairs }))).toBe(ok('', 'b: 1', 'a: 2', 'b: 3'));
  });

  test('Date is on every response, from the clock, even at its first second; a handler may send its own (RFC 9110 6.6.1)', async () => {
    const { connect } = await serve(({ path }) => (path === '/own' ? { headers: { date: 'x' } } : {}), {
      date: () => 0,
    });
    const client = await connect();
    client.send(get());
    await client.until('Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n');
    client.send(get('/own', CLOSE));
    expect((await client.closed()).match(/date: .*/gi)).toHaveLength(2);
    const now = 784111777000;
    const { ask } = await serve(() => ({}), { date: () => now });
    expect(await ask('x x x\r\n\r\n')).toContain('Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n'); // a 400 too
  });

  test('Date goes on, on a connection that stays and on the first one after a while without any', async () => {
    // rfc9110/6.6.1/date-of-now
    let now = 0;
    // The sweep comes every 5 ms, an eighth of the shortest of the deadlines.
    const { server, connect } = await serve(() => ({}), { date: () => now, lingerTimeout: 40 });
    const client = await connect();
    client.send(get());
    await client.until('Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n');
    now = 1000;
    while (!client.received.includes('Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n')) {
      client.received = '';
      client.send(get());
      await client.until('\r\n\r\n');
    }
    client.send(get('/', CLOSE));
    await client.closed();
    await vi.waitUntil(() => server.connections === 0, { timeout: 60_000 });
    now = 2000;
    const next = await connect();
    next.send(get());
    await next.until('Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n');
  });

  // rfc9110/7.6.1/hop-by-hop, rfc9110/5.6.1/send-empty-element
  test('Upgrade is named in Connection, as every hop-by-hop field has to be (RFC 9110 7.6.1, 7.8)', async () => {
    const { ask } = await serve(() => ({ status: 426, headers: { Upgrade: 'websocket' } }));
    expect(await ask(get('/', CLOSE))).toContain('\r\nConnection: Upgrade, close\r\n');
    const said = await serve(() => ({
      status: 426,
      headers: { Connection: 'upgrade', Upgrade: 'websocket' },
    }));
    expect(await said.ask(get('/', CLOSE))).toContain('\r\nConnection: upgrade, close\r\n');
  });

  test('fields may come from what can be iterated once', async () => {
    function* once(): Generator<[string, string]> {
      yield ['a', '1'];
      yield ['b', '2'];
    }
    function* upgrading(): Generator<[string, string]> {
      yield ['Upgrade', 'x'];
      yield* once();
    }
    expect(await answer(() => ({ headers: once() }))).toBe(ok('', 'a: 1', 'b: 2'));
    for (const trailers of [once(), once]) {
      const received = await answer(() => ({ body: ['x'], trailers }));
      expect(received.endsWith('\r\n1\r\nx\r\n0\r\na: 1\r\nb: 2\r\n\r\n')).toBe(true);
      expect(received.includes('\r\nTrailer: a, b\r\n')).toBe(typeof trailers !== 'function');
    }
    const { ask } = await serve((request) => {
      request.inform(103, once());
      return {};
    });
    expect(await ask(get('/', CLOSE))).toMatch(/^HTTP\/1\.1 103 Early Hints\r\na: 1\r\nb: 2\r\n\r\nHTTP/);
    const switching = await serve(() => switchProtocols(upgrading(), (socket) => socket.end()));
    expect(await switching.ask(get('/', 'Connection: upgrade', 'Upgrade: x'))).toMatch(
      /\r\nUpgrade: x\r\na: 1\r\nb: 2\r\n\r\n$/,
    );
  });

  test('each part of a response is read once: a getter may make it anew each time', async () => {
    const reads: string[] = [];
    const made = <T>(name: string, value: T): T => {
      reads.push(name);
      return value;
    };
    const { ask } = await serve(() => ({
      get status() {
        return made('status', 201);
      },
      get reason() {
        return made('reason', 'Made');
      },
      get headers() {
        return made('headers', { a: 'b' });
      },
      get body() {
        return made('body', 'x');
      },
      get trailers() {
        return made('trailers', { c: 'd' });
      },
    }));
    expect(await ask(post('unread', CLOSE))).toMatch(
      /^HTTP\/1\.1 201 Made\r\n[\s\S]*x\r\n0\r\nc: d\r\n\r\n$/,
    );
    expect(reads.sort()).toEqual(['body', 'headers', 'reason', 'status', 'trailers']);
  });

  const bad: Record<string, HttpResponse> = {
    'a name with a line end': { headers: { 'a\r\nb': '1' } },
    'a value with a line end': { headers: { a: '1\r\nSet-Cookie: evil=1' } },
    'a value with a bare LF': { headers: { a: '1\n2' } },
    'a value with NUL': { headers: { a: '1\0' } },
    'a value beyond one octet a character': { headers: { a: '한' } },
    'a name that is no token': { headers: { 'a b': '1' } },
    'an empty name': { headers: { '': '1' } },
    'a value that is no text': { headers: { a: { b: 1 } as unknown as string } },
    'headers that are no fields': { headers: 5 as unknown as Record<string, string> },
    'a reason with a line end': { reason: 'OK\r\nSet-Cookie: evil=1' },
    'a trailer name with a line end': { body: 'x', trailers: { 'a\r\nevil: 1': '' } },
    'a trailer value with a line end': { body: 'x', trailers: { a: '1\r\nevil: 1' } },
    'a trailer that frames': { body: 'x', trailers: { 'Content-Length': '1' } },
    'trailers beside Content-Length': { headers: { 'content-length': 1 }, body: 'x', trailers: { a: '1' } },
    'Transfer-Encoding': { headers: { 'transfer-encoding': 'chunked' } },
    'two Content-Lengths': { headers: { 'content-length': ['0', '0'] } },
    'a Content-Length that is none': { headers: { 'content-length': '+0' } },
    'status 100': { status: 100 },
    'status 101': { status: 101 },
    'status 1000': { status: 1000 },
    'status 200.5': { status: 200.5 },
    'a status that is no number': { status: '200' as unknown as number },
    'status NaN': { status: Number.NaN },
    'content that is neither text, bytes nor iterable': { body: 5 as unknown as string },
    'content that is an object': { body: {} as unknown as string },
    'content that is an ArrayBuffer': { body: new ArrayBuffer(1) as unknown as string },
    'no object': 'hello' as unknown as HttpResponse,
    nothing: undefined as unknown as HttpResponse,
    null: null as unknown as HttpResponse,
  };
  for (const [name, response] of Object.entries(bad)) {
    test(`${name} is refused with 500, and nothing of it is written`, async () => {
      const { ask, errors } = await serve(() => response);
      const received = await ask(get());
      expect(undated(received)).toBe(
        'HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 22\r\nConnection: close\r\n\r\nInternal Server Error\n',
      );
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
      expect(errors[0]!.cause).toHaveProperty('by', 'user');
    });
  }
});

describe('trailers (RFC 9110 6.5, RFC 9112 7.1.2)', () => {
  // rfc9110/6.6.2/trailer
  test('are sent after chunked content and announced (RFC 9110 6.6.2); known length or not', async () => {
    const expected =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x, y\r\n\r\n1\r\na\r\n0\r\nx: 1\r\ny: 2\r\n\r\n';
    expect(await answer(() => ({ body: 'a', trailers: { x: '1', y: '2' } }))).toBe(expected);
    const once = [
      ['x', '1'],
      ['y', '2'],
    ][Symbol.iterator]() as IterableIterator<[string, string]>;
    expect(await answer(() => ({ body: parts('a'), trailers: once }))).toBe(expected);
  });

  test('a function may answer later', async () => {
    const trailers = async () => ({ a: 'b' });
    expect((await answer(() => ({ body: 'x', trailers }))).endsWith('\r\n1\r\nx\r\n0\r\na: b\r\n\r\n')).toBe(
      true,
    );
  });

  test('a function is asked when the content has been sent', async () => {
    let sum = 0;
    const body = (function* () {
      for (const part of ['ab', 'c']) {
        sum += part.length;
        yield part;
      }
    })();
    const received = await answer(() => ({ body, trailers: () => ({ 'x-length': sum }) }));
    expect(received).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nx-length: 3\r\n\r\n',
    );
  });

  test('a function that throws, or gives what must not be sent, cuts the connection', async () => {
    const throws = (): never => {
      throw new Error('no');
    };
    for (const trailers of [throws, () => ({ 'a\r\nb': '1' }), () => ({ host: 'x' })]) {
      const { ask, errors } = await serve(() => ({ body: ['abc'], trailers }));
      expect(await ask(get())).not.toContain('0\r\n');
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
    }
  });
});

const locked = (): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  return stream;
};
const throwing = (): AsyncIterable<string> => ({
  [Symbol.asyncIterator]() {
    throw new Error('no');
  },
});

test.each([
  ['a locked stream', locked],
  ['an iterable whose method throws', throwing],
])('a body that cannot be begun is answered 500: %s', async (_, make) => {
  const { ask, errors } = await serve(() => ({ body: make() }));
  expect(statuses(await ask(get()))).toEqual([500]);
  expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
});

test('a stream is let go if the head that comes before it must not be sent', async () => {
  let isCancelled = false;
  const cancel = (): void => void (isCancelled = true);
  const headers = { 'Content-Length': 'x' };
  const { ask } = await serve(() => ({ body: new ReadableStream({ cancel }), headers }));
  expect(statuses(await ask(get()))).toEqual([500]);
  expect(isCancelled).toBe(true);
});
