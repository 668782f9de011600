// Expect: 100-continue, and interim responses: RFC 9110 10.1.1, 15.2.
import { describe, expect, test } from 'vitest';
import { HttpError } from '../../src/index.ts';
import { CLOSE, get, serve, statuses, turns, undated } from './support.ts';

const EXPECTING = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

describe('Expect (RFC 9110 10.1.1)', () => {
  test('100 is sent when the content is first read, and not before', async () => {
    // rfc9110/10.1.1/final
    let read = (): void => {};
    const wanted = new Promise<void>((resolve) => (read = resolve));
    const { connect } = await serve(async (request) => {
      await wanted;
      return { body: await request.text() };
    });
    const client = await connect();
    client.send(EXPECTING);
    await turns(20);
    expect(client.received).toBe('');
    read();
    await client.until(CONTINUE);
    client.send('abc');
    expect(undated(await client.until('abc'))).toBe(
      `${CONTINUE}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc`,
    );
    client.send(get('/', CLOSE));
    expect(statuses(await client.closed())).toEqual([100, 200, 200]);
  });

  test('a streamed answer that is made of the content invites it first', async () => {
    async function* upper(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
      for await (const part of parts) yield String(part).toUpperCase();
    }
    const { connect } = await serve((request) => ({ body: upper(request.body) }));
    const client = await connect();
    client.send(EXPECTING);
    await client.until(CONTINUE);
    client.send('abc');
    expect(undated(await client.until('0\r\n\r\n'))).toBe(
      `${CONTINUE}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nABC\r\n0\r\n\r\n`,
    );
  });

  // rfc9110/10.1.1/final-close
  test('a final answer without a look at the content comes alone, and says that the connection closes', async () => {
    const { connect } = await serve(() => ({ status: 403 }));
    const client = await connect();
    client.send(EXPECTING);
    const received = await client.closed();
    expect(statuses(received)).toEqual([403]);
    expect(received).toContain('\r\nConnection: close\r\n');
  });

  test('a Content-Length over the limit is refused before 100 has invited it', async () => {
    const { ask } = await serve(async (request) => ({ body: await request.text() }), { maxContentBytes: 2 });
    expect(statuses(await ask(EXPECTING))).toEqual([413]);
  });

  test('an unknown expectation is answered 417, and the handler is not asked', async () => {
    let asked = false;
    const { ask } = await serve(() => {
      asked = true;
      return {};
    });
    expect(statuses(await ask(get('/', 'Expect: 200-ok', CLOSE)))).toEqual([417]);
    expect(statuses(await ask(get('/', 'Expect: 100-continue, x', CLOSE)))).toEqual([417]);
    expect(asked).toBe(false);
  });

  test('417 keeps the connection: the content that follows is dropped', async () => {
    const { connect } = await serve(() => ({}));
    const client = await connect();
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 3\r\n\r\nabc${get('/', CLOSE)}`,
    );
    expect(statuses(await client.closed())).toEqual([417, 200]);
  });

  test("an HTTP/1.0 client's Expect is ignored", async () => {
    const { ask } = await serve(async (request) => ({ body: await request.text() }));
    for (const expectation of ['100-continue', 'magic']) {
      const received = await ask(`POST / HTTP/1.0\r\nExpect: ${expectation}\r\nContent-Length: 3\r\n\r\nabc`);
      expect(statuses(received)).toEqual([200]);
    }
  });

  test('there is no 100 where there is no content', async () => {
    const { ask } = await serve(async (request) => ({ body: await request.text() }));
    expect(statuses(await ask(get('/', 'Expect: 100-continue', CLOSE)))).toEqual([200]);
  });

  test('a response made of the content itself asks for it first', async () => {
    const { connect } = await serve((request) => ({ body: request.body }));
    const client = await connect();
    client.send(EXPECTING);
    expect((await client.until(CONTINUE)).startsWith(CONTINUE)).toBe(true);
    client.send(`abc${get('/', CLOSE)}`);
    expect(undated(await client.closed())).toContain('3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK');
  });
});

describe('interim responses (RFC 9110 15.2)', () => {
  test('inform sends 103 with its fields at once, as often as wanted', async () => {
    const { connect } = await serve(async (request) => {
      request.inform(103, { Link: '</a.css>; rel=preload' });
      request.inform(103, [['Link', '</b.css>; rel=preload']]);
      request.inform(102);
      await client.until('102');
      return {};
    });
    const client = await connect();
    client.send(get('/', CLOSE));
    const received = await client.closed();
    expect(statuses(received)).toEqual([103, 103, 102, 200]);
    expect(received.startsWith('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')).toBe(true);
  });

  test('an HTTP/1.0 client gets none', async () => {
    const { ask } = await serve((request) => {
      request.inform(103);
      return {};
    });
    expect(statuses(await ask('GET / HTTP/1.0\r\n\r\n'))).toEqual([200]);
  });

  test('none follows the final response', async () => {
    const { ask } = await serve((request) => ({
      body: (function* () {
        request.inform(103);
        yield 'x';
      })(),
    }));
    expect(statuses(await ask(get('/', CLOSE)))).toEqual([200]);
  });

  test('100, 101 and final statuses are refused; so are fields that would break a line or frame content', async () => {
    const caught: unknown[] = [];
    const { ask } = await serve((request) => {
      const attempts: [number, Record<string, string>?][] = [
        [100],
        [101],
        [200],
        [Number.NaN],
        [103.5],
        [103, { 'x\r\ny': '' }],
        [103, { x: 'a\r\nb: c' }],
        [103, { 'Content-Length': '5' }],
        [103, { 'transfer-encoding': 'chunked' }],
      ];
      for (const [status, fields] of attempts) {
        try {
          request.inform(status, fields);
        } catch (error) {
          caught.push(error);
        }
      }
      return {};
    });
    expect(statuses(await ask(get('/', CLOSE)))).toEqual([200]);
    expect(caught.map((error) => error instanceof HttpError && error.by)).toEqual(Array(9).fill('user'));
  });
});
