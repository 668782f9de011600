// A request's content: read, limited, dropped, and its trailers. RFC 9110 6.4, RFC 9112 6, 7, 9.3.
import { describe, expect, test } from 'vitest';
import { HttpError, type HttpRequest } from '../../src/index.ts';
import {
  CLOSE,
  chunkedPost,
  deferred,
  get,
  memoryInUse,
  ok,
  post,
  serve,
  statuses,
  turns,
  undated,
} from './support.ts';

const echo = async (request: HttpRequest) => ({ body: await request.bytes() });

describe('reading', () => {
  test('text, bytes and json take all of it', async () => {
    const { ask } = await serve(async (request) => {
      if (request.path === '/json') return { body: typeof (await request.json()) };
      return { body: request.method === 'PUT' ? await request.bytes() : await request.text() };
    });
    expect(await ask(post('\xed\x95\x9c', CLOSE))).toMatch(/\r\n\r\n\xed\x95\x9c$/);
    expect(await ask(post('\0\xff', CLOSE).replace('POST', 'PUT'))).toMatch(/\r\n\r\n\0\xff$/);
    expect(await ask(post('{}', CLOSE).replace('/', '/json'))).toMatch(/object$/);
  });

  test('content that is not JSON is answered 400', async () => {
    const { ask } = await serve(async (request) => ({ body: String(await request.json()) }));
    expect(statuses(await ask(post('{')))).toEqual([400]);
  });

  test('who gives away the content that there is none of takes it from no other request', async () => {
    const { ask } = await serve(async (request) => {
      const bytes = await request.bytes();
      structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] }); // as to a worker
      return { body: 'given' };
    });
    const none = get();
    const empty = chunkedPost('0\r\n\r\n');
    expect(statuses(await ask(`${none}${none}${empty}${empty}${get('/', CLOSE)}`))).toEqual(
      Array(5).fill(200),
    );
  });

  test.each([
    ['its only part', post('hello')],
    ['its only chunk', chunkedPost('5\r\nhello\r\n0\r\n\r\n')],
  ])('who gives away the memory of the content takes none from what follows: %s', async (_, request) => {
    const { ask, errors } = await serve(async (asked) => {
      const content = await asked.bytes();
      structuredClone(content, { transfer: [content.buffer as ArrayBuffer] });
      return { body: asked.method };
    });
    expect(statuses(await ask(`${request}${get('/', CLOSE)}`))).toEqual([200, 200]);
    expect(errors).toEqual([]);
  });

  test('the parts come as they come', async () => {
    const first = deferred();
    const seen: string[] = [];
    const { connect } = await serve(async (request) => {
      for await (const part of request.body) {
        seen.push(Buffer.from(part).toString());
        first.resolve();
      }
      return { body: seen.join('|') };
    });
    const client = await connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc');
    await first.promise;
    client.send('def');
    await client.until('abc|def');
  });

  test('what comes while a slow reader has taken one part and not the next keeps its place', async () => {
    const first = deferred();
    const second = deferred();
    let read = '';
    let arrived = '';
    const { connect } = await serve(
      async (request) => {
        await first.promise;
        for await (const part of request.body) {
          read += Buffer.from(part).toString();
          await second.promise;
        }
        return { body: read };
      },
      { observe: (event) => event.type === 'received' && (arrived += Buffer.from(event.bytes).toString()) },
    );
    const client = await connect();
    const arrives = async (bytes: string): Promise<void> => {
      client.send(bytes);
      while (!arrived.endsWith(bytes)) await turns(1);
    };
    await arrives(`POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nContent-Length: 9\r\n\r\naaa`);
    await arrives('bbb');
    first.resolve();
    while (read === '') await turns(1);
    await arrives('ccc');
    second.resolve();
    expect(await client.closed()).toMatch(/\r\n\r\naaabbbccc$/);
  });

  test('trailers are known when the content has been read, and are no fields of the head', async () => {
    const { ask } = await serve(async (request) => {
      const before = request.trailers;
      await request.text();
      return { body: `${before} ${request.trailers?.get('X')} ${request.headers.get('X')}` };
    });
    expect(await ask(chunkedPost('1\r\na\r\n0\r\nx: 1\r\n\r\n', CLOSE))).toMatch(/undefined 1 undefined$/);
    expect(await ask(chunkedPost('0\r\n\r\n', CLOSE))).toMatch(/undefined undefined undefined$/);
  });

  test('chunk extensions are ignored (RFC 9112 7.1.1), bad whitespace before ";" too (node:http refuses it)', async () => {
    const { ask } = await serve(echo);
    expect(
      await ask(
        chunkedPost('1 ;a=b\r\nx\r\n0 ; c = "d;\\"" \r\n\r\n'.replace(' \r\n\r\n', '\r\n\r\n'), CLOSE),
      ),
    ).toMatch(/\r\n\r\nx$/);
  });

  test('content can be read once: a second reader is told, and does not wait for ever', async () => {
    const codes: string[] = [];
    const { ask } = await serve(async (request) => {
      const first = request.text();
      await request.text().catch((error: HttpError) => codes.push(`${error.code} ${error.by}`));
      const text = await first;
      await request.bytes().catch((error: HttpError) => codes.push(error.code));
      await (async () => {
        for await (const part of request.body) codes.push(String(part));
      })().catch((error: HttpError) => codes.push(error.code));
      return { body: text };
    });
    const client = ask(post('abc', CLOSE));
    expect(await client).toMatch(/\r\n\r\nabc$/);
    expect(codes).toEqual(['content-already-read user', 'content-already-read', 'content-already-read']);
  });

  test('no content can be read as often as one likes', async () => {
    const { ask } = await serve(async (request) => ({
      body: `<${await request.text()}${await request.text()}>`,
    }));
    expect(await ask(get('/', CLOSE))).toMatch(/<>$/);
  });

  test('tiny chunks cost memory in proportion to their bytes', async () => {
    const count = 100_000;
    const all = chunkedPost('1\r\nx\r\n'.repeat(count), CLOSE);
    let read = 0;
    const { connect } = await serve(async (request) => ({ body: String((await request.bytes()).length) }), {
      observe: (event) => event.type === 'received' && (read += event.bytes.length),
    });
    const client = await connect();
    const before = memoryInUse();
    client.send(all);
    while (read < all.length) await turns(1);
    await turns(5);
    expect(memoryInUse() - before).toBeLessThan(3_000_000); // a list of parts takes 10 MB and more
    client.send('0\r\n\r\n');
    expect(await client.closed()).toMatch(/\r\n\r\n100000$/);
  });
});

describe('limits (RFC 9110 15.5.14)', () => {
  const limit = { maxContentBytes: 10 };

  test('content of exactly the limit is taken, one byte more is answered 413, length known or not', async () => {
    const { ask, errors } = await serve(echo, limit);
    expect(statuses(await ask(post('x'.repeat(10), CLOSE)))).toEqual([200]);
    expect(statuses(await ask(chunkedPost(`a\r\n${'x'.repeat(10)}\r\n0\r\n\r\n`, CLOSE)))).toEqual([200]);
    expect(statuses(await ask(post('x'.repeat(11))))).toEqual([413]);
    expect(statuses(await ask(chunkedPost(`a\r\n${'x'.repeat(10)}\r\n1\r\nx\r\n0\r\n\r\n`)))).toEqual([413]);
    expect(errors.map(({ code, by }) => `${code} ${by}`)).toEqual(Array(2).fill('content-too-large peer'));
  });

  test('a handler may set its own, Infinity among them', async () => {
    const { ask } = await serve(
      async (request) => ({ body: await request.bytes(request.path === '/all' ? Infinity : 2) }),
      limit,
    );
    expect(statuses(await ask(post('x'.repeat(100), CLOSE).replace('/', '/all')))).toEqual([200]);
    expect(statuses(await ask(post('xxx')))).toEqual([413]);
  });

  test('a limit that is none is refused, and is not the same as no limit', async () => {
    const { ask, errors } = await serve(async (request) => ({ body: await request.text(Number.NaN) }));
    expect(statuses(await ask(post('hello')))).toEqual([500]);
    expect(errors[0]).toMatchObject({ code: 'handler-failed', cause: { code: 'invalid-option' } });
  });

  test('the limit is for the helpers: whoever reads part by part counts for himself', async () => {
    const { ask } = await serve((request) => ({ body: request.body }), limit);
    expect(await ask(post('x'.repeat(100), CLOSE))).toContain('x'.repeat(100));
  });
});

describe('content that nobody reads (RFC 9112 9.3)', () => {
  test('is dropped within its limit, and the connection goes on', async () => {
    const { ask } = await serve(() => ({ body: 'x' }), { maxDroppedBytes: 1000 });
    const requests = post('y'.repeat(1000)) + chunkedPost('3\r\nabc\r\n0\r\n\r\n') + get('/', CLOSE);
    expect(statuses(await ask(requests))).toEqual([200, 200, 200]);
  });

  test('beyond its limit the connection closes; where that is known beforehand, the response says so', async () => {
    const { ask } = await serve(() => ({ body: 'x' }), { maxDroppedBytes: 1000 });
    const known = await ask(post('y'.repeat(1001)) + get('/', CLOSE));
    expect(statuses(known)).toEqual([200]);
    expect(known).toContain('\r\nConnection: close\r\n');
    const chunked = await ask(chunkedPost(`3e9\r\n${'y'.repeat(1001)}\r\n0\r\n\r\n`) + get('/', CLOSE));
    expect(undated(chunked)).toBe(ok('x'));
  });

  test('is dropped after the part that was read, too', async () => {
    const { ask } = await serve(async (request) => {
      for await (const part of request.body) return { body: String(part.length > 0) };
      return {};
    });
    const received = await ask(chunkedPost('3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n') + get('/', CLOSE));
    expect(undated(received)).toBe(
      ok('true') + ok('', CLOSE).replace(/(Connection.*\r\n)(Content.*\r\n)/, '$2$1'),
    );
  });

  test('that breaks a rule closes the connection after the answer, without a second one', async () => {
    const { ask, errors } = await serve(() => ({ body: 'x' }));
    expect(undated(await ask(chunkedPost('zz\r\n')))).toBe(ok('x'));
    expect(errors).toMatchObject([{ code: 'invalid-chunk-size' }]);
  });

  test('takes no longer than requestTimeout to come', async () => {
    const { connect } = await serve(() => ({ body: 'x' }), { requestTimeout: 20 });
    const client = await connect();
    client.send(post('abc').slice(0, -1));
    expect(undated(await client.closed())).toBe(ok('x'));
  });

  test('a reader that comes after the answer gets an error, and never the next request', async () => {
    const answered = deferred();
    const late = deferred<unknown>();
    const seen: string[] = [];
    const { connect } = await serve((request) => {
      seen.push(request.path);
      if (request.method === 'POST')
        void answered.promise.then(() => request.text()).then(late.resolve, late.resolve);
      return {};
    });
    const client = await connect();
    client.send(post('abc').slice(0, -1));
    await client.until('200 OK');
    answered.resolve();
    expect(await late.promise).toMatchObject({ name: 'HttpError', by: 'user' });
    client.send(`c${get('/2')}${get('/3', CLOSE)}`);
    expect(statuses(await client.closed())).toEqual([200, 200, 200]);
    expect(seen).toEqual(['/', '/2', '/3']);
  });

  test('a reader that waits when the answer is out gets an error', async () => {
    const late = deferred<unknown>();
    const { connect } = await serve((request) => {
      request.text().then(late.resolve, late.resolve);
      return {};
    });
    const client = await connect();
    client.send(post('abc').slice(0, -1));
    expect(await late.promise).toBeInstanceOf(HttpError);
    client.send(`c${get('/', CLOSE)}`);
    expect(statuses(await client.closed())).toEqual([200, 200]);
  });
});

describe('content while answering', () => {
  test('both flow at once', async () => {
    const { connect } = await serve((request) => ({ body: request.body }));
    const client = await connect();
    client.send(chunkedPost('3\r\nabc\r\n'));
    await client.until('3\r\nabc\r\n');
    client.send('1\r\nd\r\n');
    await client.until('1\r\nd\r\n');
    client.send(`0\r\n\r\n${get('/', CLOSE)}`);
    expect(statuses(await client.closed())).toEqual([200, 200]);
  });

  test('that breaks a rule cuts the connection: half a response must not look whole (RFC 9112 8)', async () => {
    const { connect, errors } = await serve((request) => ({ body: request.body }));
    const client = await connect();
    client.send(chunkedPost('3\r\nabc\r\n'));
    await client.until('abc');
    client.send('zz\r\n');
    expect(await client.closed()).not.toMatch(/0\r\n\r\n$/);
    expect(errors).toMatchObject([{ code: 'invalid-chunk-size', by: 'peer' }]);
  });

  test('that breaks a rule before the answer is refused with its status', async () => {
    const { ask, errors } = await serve(echo);
    expect(statuses(await ask(chunkedPost('zz\r\n')))).toEqual([400]);
    expect(statuses(await ask(chunkedPost('1\r\nab\r\n')))).toEqual([400]);
    expect(errors.map(({ code }) => code)).toEqual(['invalid-chunk-size', 'invalid-chunk-end']);
  });

  test('an asynchronous handler that reads on after such a refusal does no harm', async () => {
    const { ask } = await serve(async (request) => {
      const text = await request.text().catch(() => 'refused');
      await turns(3);
      request.inform(103);
      return { body: text };
    });
    expect(statuses(await ask(chunkedPost('zz\r\n')))).toEqual([400]);
  });
});
