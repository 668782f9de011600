// Persistence, pipelining and closing: RFC 9112 9.3, 9.3.2, 9.6.
import { describe, expect, test } from 'vitest';
import { CLOSE, chunkedPost, deferred, get, ok, post, serve, statuses, turns, undated } from './support.ts';

const echoPath = (request: { path: string }) => ({ body: request.path });

describe('persistence (RFC 9112 9.3)', () => {
  test('HTTP/1.1 stays open, and says nothing about it', async () => {
    const { connect } = await serve(echoPath);
    const client = await connect();
    client.send(get('/1'));
    expect(undated(await client.until('/1'))).toBe(ok('/1'));
    client.send(get('/2'));
    expect(undated(await client.until('/2'))).toBe(ok('/1') + ok('/2'));
    expect(client.hasEnded).toBe(false);
  });

  // rfc9112/9.3/send-close
  test('Connection: close ends HTTP/1.1 with its response, which says so; what follows is not processed (9.6)', async () => {
    const seen: string[] = [];
    const { ask } = await serve((request) => {
      seen.push(request.path);
      return { body: 'x' };
    });
    expect(undated(await ask(get('/1', 'Connection: x, CLOSE') + get('/2')))).toBe(
      ok('x', CLOSE).replace(/(Connection: close\r\n)(Content-Length: 1\r\n)/, '$2$1'),
    );
    expect(seen).toEqual(['/1']);
  });

  test('HTTP/1.0 closes, unless it asks for keep-alive, which is granted in words', async () => {
    const { ask, connect } = await serve(echoPath);
    expect(await ask('GET /1 HTTP/1.0\r\n\r\n')).toContain('\r\nConnection: close\r\n');
    const client = await connect();
    client.send('GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n');
    expect(await client.until('/1')).toContain('\r\nConnection: keep-alive\r\n');
    client.send('GET /2 HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n');
    expect(await client.closed()).toMatch(/Connection: close\r\n\r\n\/2$/);
  });

  test('a handler may close: Connection: close is passed on, other options too, keep-alive is not its business', async () => {
    const { ask, connect } = await serve(({ path }) => ({
      headers: { Connection: path === '/close' ? 'x-hop, close' : 'keep-alive, x-hop' },
    }));
    expect(await ask(get('/close') + get('/'))).toMatch(/Connection: x-hop, close\r\n\r\n$/);
    const client = await connect();
    client.send(get('/'));
    expect(await client.until('\r\n\r\n')).toContain('\r\nConnection: x-hop\r\n\r\n');
    client.send(get('/close'));
    expect(statuses(await client.closed())).toEqual([200, 200]);
  });

  test('HTTP/1.2 and later 1.x are treated as 1.1 (RFC 9110 2.5; node:http refuses them)', async () => {
    const { connect } = await serve(({ version }) => ({ body: version }));
    const client = await connect();
    client.send('GET / HTTP/1.2\r\nHost: a\r\n\r\nGET / HTTP/1.9\r\nHost: a\r\n\r\n');
    expect(undated(await client.until('\r\n\r\n1.1', 2))).toBe(ok('1.1') + ok('1.1'));
  });

  test('an empty line before a request is ignored (RFC 9112 2.2)', async () => {
    const { connect } = await serve(echoPath);
    const client = await connect();
    client.send(`\r\n${get('/1')}\r\n\r\n${get('/2')}`);
    expect(undated(await client.until('/2'))).toBe(ok('/1') + ok('/2'));
  });
});

describe('pipelining (RFC 9112 9.3.2)', () => {
  const requests = Array.from({ length: 100 }, (_, i) => get(`/${i}`)).join('');
  const responses = Array.from({ length: 100 }, (_, i) => ok(`/${i}`)).join('');

  test('synchronous handlers answer in order', async () => {
    const { connect } = await serve(echoPath);
    const client = await connect();
    client.send(requests);
    await client.until('\r\n\r\n/99');
    expect(undated(client.received)).toBe(responses);
  });

  test('asynchronous handlers answer in order, one at a time', async () => {
    let running = 0;
    let atOnce = 0;
    const { connect } = await serve(async ({ path }) => {
      atOnce = Math.max(atOnce, ++running);
      await turns(Number(path.slice(1)) % 3);
      running--;
      return { body: path };
    });
    const client = await connect();
    client.send(requests);
    await client.until('\r\n\r\n/99');
    expect(undated(client.received)).toBe(responses);
    expect(atOnce).toBe(1);
  });

  test('responses of one turn leave in one write', async () => {
    const sent: number[] = [];
    const { connect } = await serve(echoPath, {
      observe: (event) => event.type === 'sent' && sent.push(event.bytes.length),
    });
    const client = await connect();
    client.send(requests);
    await client.until('\r\n\r\n/99');
    expect(sent.length).toBeLessThan(5);
  });

  test('contents of all kinds keep their places', async () => {
    const { connect } = await serve(async (request) => ({ body: `<${await request.text()}>` }));
    const client = await connect();
    client.send(post('one') + chunkedPost('3\r\ntwo\r\n0\r\n\r\n') + get() + post('four') + get('/', CLOSE));
    const bodies = [...(await client.closed()).matchAll(/<(.*?)>/g)].map((match) => match[1]);
    expect(bodies).toEqual(['one', 'two', '', 'four', '']);
  });

  test('a valid request is answered although what follows it is bad (node:http loses it)', async () => {
    for (const handler of [echoPath, async (request: { path: string }) => echoPath(request)]) {
      const { ask } = await serve(handler);
      const received = await ask(`${get('/good')}GET /bad HTTP/1.1\r\nHost : a\r\n\r\n`);
      expect(statuses(received)).toEqual([200, 400]);
      expect(received).toContain('\r\n\r\n/good');
    }
  });

  test('nothing is read beyond maxReadAhead while a request is being answered', async () => {
    const answer = deferred();
    const maxReadAhead = 100_000;
    let read = 0;
    const { connect } = await serve(
      async () => {
        await answer.promise;
        return {};
      },
      { maxReadAhead, observe: (event) => event.type === 'received' && (read += event.bytes.length) },
    );
    const client = await connect();
    const count = 400_000;
    client.send(get().repeat(count)); // 14 MB: more than sockets hold
    while (read <= maxReadAhead) await turns(1);
    const before = read;
    await turns(50);
    expect(read).toBe(before);
    expect(read).toBeLessThan(maxReadAhead + 2 * 65_536 + 1);
    client.socket.destroy();
    answer.resolve();
  });

  test('10,000 requests on one connection', async () => {
    const { connect, server } = await serve(echoPath);
    const client = await connect();
    for (let i = 0; i < 100; i++) client.send(get('/x').repeat(100));
    await client.until('\r\n\r\n/x', 10_000);
    expect(undated(client.received)).toBe(ok('/x').repeat(10_000));
    expect(server.connections).toBe(1);
  });
});

describe('closing (RFC 9112 9.6)', () => {
  test('a half-closed client still gets its answers', async () => {
    const { connect } = await serve(async ({ path }) => {
      await turns(3);
      return { body: path };
    });
    const client = await connect();
    client.socket.end(get('/1') + get('/2'));
    expect(undated(await client.closed())).toBe(ok('/1') + ok('/2'));
  });

  test('a client that closes without a request, or after empty lines, gets nothing', async () => {
    const { ask, connect } = await serve(echoPath);
    const client = await connect();
    client.socket.end();
    expect(await client.closed()).toBe('');
    const other = await connect();
    other.socket.end('\r\n\r\n');
    expect(await other.closed()).toBe('');
    expect(await ask(get('/', CLOSE))).not.toBe('');
  });

  test('a client that closes within a head, or within its content, is told so', async () => {
    const { connect, errors } = await serve(async (request) => ({ body: await request.text() }));
    for (const bytes of ['GET / HT', 'GET / HTTP/1.1\r\nHost: a\r\n', post('abc').slice(0, -1)]) {
      const client = await connect();
      client.socket.end(bytes);
      expect(statuses(await client.closed())).toEqual([400]);
    }
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('incomplete-message'));
  });

  // rfc9112/9.6/lingering
  test('this half is closed first: the client can go on sending, read its response, and close in its own time', async () => {
    const { connect, server } = await serve(() => ({ body: 'bye' }), { lingerTimeout: Infinity });
    const client = await connect();
    client.send(get('/', CLOSE));
    expect(await client.ended()).toContain('bye');
    client.send(Buffer.alloc(20_000_000)); // a reset, had the server closed for good; for ever under way, did it not read
    await new Promise((resolve) => client.socket.write('', resolve));
    expect([server.connections, client.isClosed]).toEqual([1, false]);
    client.socket.end();
    await client.when(() => client.isClosed);
  });

  test('a big upload that is refused with 413 can still read that it was', async () => {
    const { connect } = await serve(async (request) => ({ body: await request.text() }), {
      maxContentBytes: 1000,
    });
    const client = await connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n');
    client.send('x'.repeat(8_000_000));
    expect(statuses(await client.closed())).toEqual([413]);
    expect(client.received).toContain('\r\nConnection: close\r\n');
  });

  test('a client that does not close after the server did is cut off after lingerTimeout', async () => {
    const { connect } = await serve(() => ({}), { lingerTimeout: 20 });
    const client = await connect();
    client.send(get('/', CLOSE));
    await client.ended();
    const dribble = setInterval(() => client.send('x'), 5);
    await client.when(() => client.isClosed);
    clearInterval(dribble);
    expect(statuses(client.received)).toEqual([200]);
  });
});
