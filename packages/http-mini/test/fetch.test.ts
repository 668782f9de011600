// toHandler on real sockets: what an app written for the Fetch standard is given, and what becomes of its answer.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer, type ServerOptions } from 'http-mini';
import { type FetchHandler, type FetchOptions, toHandler } from 'http-mini/fetch';
import { describe, expect, test } from 'vitest';
import { type Served, serve, turns } from './server/support.ts';

const start = (app: FetchHandler, options?: FetchOptions, serverOptions?: ServerOptions): Promise<Served> =>
  serve(toHandler(app, options), serverOptions);

/** Head and content of a response that came whole. */
function parts(received: string): { head: string; content: string } {
  const at = received.indexOf('\r\n\r\n');
  return { head: received.slice(0, at), content: received.slice(at + 4) };
}

const get = (target: string, lines = 'Host: a.example:8080') =>
  `GET ${target} HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`;

describe('the request that the app is given', () => {
  const urls: [string, string, string][] = [
    ['a path and a query', get('/a/b?c=%20d'), 'http://a.example:8080/a/b?c=%20d'],
    ['an empty query', get('/?'), 'http://a.example:8080/?'],
    ['a path that begins with //', get('//evil.example/x'), 'http://a.example:8080//evil.example/x'],
    ['an absolute target, which wins over Host', get('http://b.example/x?y'), 'http://b.example/x?y'],
    ['an absolute target without a path', get('HTTP://b.example'), 'http://b.example/'],
    ['OPTIONS *', get('*').replace('GET', 'OPTIONS'), 'http://a.example:8080/'],
    ['HTTP/1.0 without Host', 'GET /x HTTP/1.0\r\n\r\n', 'http://localhost/x'],
  ];
  test.each(urls)('url: %s', async (_, bytes, url) => {
    const { ask } = await start((request) => new Response(request.url));
    expect(await ask(bytes)).toContain(url);
    expect((await ask(bytes)).split(url)[1]).toBe('');
  });

  test('url: https behind TLS', async () => {
    const { ask } = await start((request) => new Response(request.url), { scheme: 'https' });
    expect(await ask(get('/'))).toMatch(/\r\nhttps:\/\/a\.example:8080\/$/);
  });

  test('a Host that no URL can hold is the client’s fault', async () => {
    const { ask } = await start(() => new Response('never'));
    expect(await ask(get('/', 'Host: [v1.a]'))).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('method and headers, repeated ones and bytes above 0x7f included', async () => {
    const { ask } = await start(({ method, headers }) => Response.json([method, headers.get('x-a')]));
    const bytes = 'PURGE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-A: 1\r\nx-a: \xe4\r\n\r\n';
    expect(await ask(bytes)).toContain('["PURGE","1, \xc3\xa4"]');
  });

  test.each(['CONNECT a:1', 'TRACE /'])('%s cannot be a Request: 501', async (line) => {
    const { ask, errors } = await start(() => new Response('never'));
    const host = line === 'TRACE /' ? 'a' : 'a:1';
    expect(await ask(`${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 501 /,
    );
    expect(errors).toEqual([]);
  });

  test('GET with content: no body, and the connection goes on', async () => {
    const { connect } = await start((request) => new Response(`${request.body}.`));
    const client = await connect();
    client.send('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
    await client.until('null.');
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    await client.until('null.', 2);
  });
});

test('the second argument is the request behind it, with the address of the client', async () => {
  const { connect } = await start((_, { remote, version }) => Response.json({ remote, version }));
  const client = await connect();
  client.send(get('/'));
  const remote = { address: '127.0.0.1', port: client.socket.localPort };
  await client.until(JSON.stringify({ remote, version: '1.1' }));
});

test('Cookie lines of a request are one Cookie of the Request (RFC 9113 8.2.3)', async () => {
  const { ask } = await start((request) => new Response(`[${request.headers.get('cookie')}]`));
  const answer = await ask(
    'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toContain('[a=1; b=2]');
});

describe('content from the client', () => {
  const post = (rest: string) => `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`;

  test('with Content-Length, and chunked', async () => {
    const { ask } = await start(async (request) => new Response(`[${await request.text()}]`));
    expect(await ask(post('Content-Length: 5\r\n\r\nhello'))).toContain('[hello]');
    expect(await ask(post('Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'))).toContain(
      '[hello]',
    );
  });

  test('comes while it is sent: each part is echoed before the next one exists', async () => {
    const { connect } = await start((request) => new Response(request.body));
    const client = await connect();
    client.send(post('Transfer-Encoding: chunked\r\n\r\n'));
    await client.until('\r\n\r\n');
    for (const part of ['one', 'two']) {
      client.send(`3\r\n${part}\r\n`);
      await client.until(`3\r\n${part}\r\n`);
    }
    client.send('0\r\n\r\n');
    await client.until('\r\n0\r\n\r\n');
  });

  test('100 (Continue) goes out when the app reads, and not before', async () => {
    let read = (): void => {};
    let ask: () => void;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const { connect } = await start(async (request) => {
      if (request.headers.has('x-no')) return new Response('no', { status: 403 });
      ask();
      await new Promise<void>((resolve) => (read = resolve));
      return new Response(await request.text());
    });
    const client = await connect();
    client.send(post('Expect: 100-continue\r\nContent-Length: 2\r\n\r\n'));
    await asked;
    expect(client.received).toBe('');
    read();
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hi');
    await client.until('Connection: close\r\n\r\nhi');
    const refused = await connect();
    refused.send(post('X-No: 1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'));
    expect(await refused.closed()).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('is a byte stream: a reader may bring its own memory', async () => {
    const { ask } = await start(async (request) => {
      const reader = request.body!.getReader({ mode: 'byob' });
      let text = '';
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(2));
        if (done) return new Response(`[${text}]`);
        text += Buffer.from(value).toString();
      }
    });
    expect(await ask(post('Content-Length: 5\r\n\r\nhello'))).toContain('[hello]');
  });

  test('a part that the app gives away takes nothing from the parser', async () => {
    const { ask } = await start(async (request) => {
      const parts: Uint8Array[] = [];
      for await (const part of request.body!) parts.push(structuredClone(part, { transfer: [part.buffer] }));
      return new Response(Buffer.concat(parts));
    });
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';
    expect(parts(await ask(post(chunked))).content).toContain('hello');
  });

  test('is let go at once, though a part that has been asked for does not come', async () => {
    const { connect } = await start(async (request) => {
      const reader = request.body!.getReader();
      await reader.read();
      void reader.read();
      await turns(); // now it has been asked for
      await reader.cancel();
      return new Response('enough');
    });
    const client = await connect();
    client.send(post('Content-Length: 9\r\n\r\nhell'));
    expect(await client.until('enough')).toMatch(/^HTTP\/1\.1 200 /);
  });

  describe('over the limit', () => {
    const small = { maxContentBytes: 4 };
    const contents: [string, string, string][] = [
      ['Content-Length', 'Content-Length: 4\r\n\r\nhell', 'Content-Length: 5\r\n\r\nhello'],
      [
        'chunked',
        'Transfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n0\r\n\r\n',
        'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ],
    ];
    for (const read of ['text', 'json', 'arrayBuffer', 'blob', 'formData'] as const) {
      test.each(contents)(
        `413 for ${read}, whether the app fails or answers 500: %s`,
        async (_, __, large) => {
          const fails = await start(async (request) => new Response(String(await request[read]())), small);
          expect(await fails.ask(post(large))).toMatch(/^HTTP\/1\.1 413 /);
          const answers = await start(
            (request) =>
              request[read]().then(
                () => new Response(),
                () => new Response('oops', { status: 500 }),
              ),
            small,
          );
          expect(await answers.ask(post(large))).toMatch(/^HTTP\/1\.1 413 /);
        },
      );
    }

    test('a 500 that gives way to 413 is let go', async () => {
      let isLetGo = false;
      const { ask } = await start(async (request) => {
        await request.text().catch(() => {});
        const body = new ReadableStream({ cancel: () => void (isLetGo = true) });
        return new Response(body, { status: 500 });
      }, small);
      expect(await ask(post(contents[0]![2]))).toMatch(/^HTTP\/1\.1 413 /);
      expect(isLetGo).toBe(true);
    });

    test.each(contents)('the limit itself is fine: %s', async (_, fits) => {
      const { ask } = await start(async (request) => new Response(await request.text()), small);
      expect(await ask(post(fits))).toMatch(/^HTTP\/1\.1 200 [\s\S]*hell$/);
    });

    test.each(contents)('the app’s own answer stands: %s', async (_, __, large) => {
      const app: FetchHandler = (request) =>
        request.text().then(
          () => new Response(),
          () => new Response('too much for me', { status: 422 }),
        );
      const { ask } = await start(app, small);
      expect(await ask(post(large))).toMatch(/^HTTP\/1\.1 422 [\s\S]*too much for me$/);
    });

    test.each(contents)(
      'what is read as a stream has no limit but the app’s own: %s',
      async (_, __, large) => {
        const { ask } = await start(async (request) => {
          let size = 0;
          for await (const part of request.body!) size += part.length;
          return new Response(`${size} bytes`);
        }, small);
        expect(await ask(post(large))).toMatch(/5 bytes$/);
      },
    );
  });

  test('that breaks a rule fails the app’s read, and the client hears which', async () => {
    const { ask } = await start(async (request) => new Response(await request.text()));
    expect(await ask(post('Transfer-Encoding: chunked\r\n\r\nxyz'))).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*RFC 9112 7\.1/,
    );
  });
});

describe('the response of the app', () => {
  test('status, reason, headers; each Set-Cookie on a line of its own', async () => {
    const { ask } = await start(() => {
      const headers = new Headers([
        ['x-a', '1'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2, 3'],
      ]);
      return new Response('hi', { status: 201, statusText: 'Made', headers });
    });
    const { head, content } = parts(await ask(get('/')));
    expect(head).toMatch(/^HTTP\/1\.1 201 Made\r\n/);
    expect(head).toContain('\r\nset-cookie: a=1\r\nset-cookie: b=2, 3');
    expect(content).toBe('hi');
  });

  const parts3 = () =>
    new ReadableStream({
      start(controller) {
        for (const part of ['o', Buffer.from('n'), 'e']) controller.enqueue(part);
        controller.close();
      },
    });
  test.each<[string, () => ConstructorParameters<typeof Response>[0]]>([
    ['text', () => 'one'],
    ['bytes', () => Buffer.from('one')],
    ['an ArrayBuffer', () => new TextEncoder().encode('one').buffer],
    ['a Blob', () => new Blob(['one'])],
    ['URLSearchParams', () => new URLSearchParams('one')],
    ['a stream that has all of it', parts3],
    ['no bytes', () => ''],
  ])('of a known length goes out with Content-Length, also to HEAD: %s', async (_, body) => {
    const { ask, errors } = await start(() => new Response(body()));
    const whole = await new Response(body()).text().catch(() => 'one');
    for (const method of ['GET', 'HEAD']) {
      const { head, content } = parts(await ask(get('/').replace('GET', method)));
      expect(head).toMatch(new RegExp(`\r\nContent-Length: ${whole.length}(\r|$)`, 'i'));
      expect(content).toBe(method === 'GET' ? whole : '');
    }
    expect(errors).toEqual([]);
  });

  test('keeps the connection of an HTTP/1.0 client that asks for that', async () => {
    const { connect } = await start(() => new Response('hi'));
    const client = await connect();
    for (const count of [1, 2]) {
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      await client.until('Connection: keep-alive\r\n\r\nhi', count);
    }
  });

  test('that comes as text later is sent as UTF-8', async () => {
    const body = () =>
      new ReadableStream({
        async start(controller) {
          await turns();
          controller.enqueue('é');
          controller.close();
        },
      });
    const { ask } = await start(() => new Response(body()));
    expect(parts(await ask(get('/'))).content).toBe('2\r\n\xc3\xa9\r\n0\r\n\r\n');
  });

  test('the head goes out before a part that comes late, and a part before the next', async () => {
    let started: (controller: ReadableStreamDefaultController) => void;
    const controlled = new Promise<ReadableStreamDefaultController>((resolve) => (started = resolve));
    const { connect } = await start(
      () => new Response(new ReadableStream({ start: (controller) => started(controller) })),
    );
    const client = await connect();
    client.send(get('/'));
    await client.until('\r\n\r\n');
    const controller = await controlled;
    for (const part of ['one', 'two']) {
      controller.enqueue(Buffer.from(part));
      await client.until(`3\r\n${part}\r\n`);
    }
    controller.close();
    await client.until('\r\n0\r\n\r\n');
  });

  test('with Content-Length where the app says so', async () => {
    const { ask } = await start(() => new Response('hi', { headers: { 'content-length': '2' } }));
    const { head, content } = parts(await ask(get('/')));
    expect(head).toMatch(/content-length: 2/i);
    expect(content).toBe('hi');
  });

  test.each([204, 205, 304])('%i has no content', async (status) => {
    const { ask } = await start(() => new Response(null, { status, headers: { etag: '"a"' } }));
    const { head, content } = parts(await ask(get('/')));
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('etag: "a"');
    expect(head).toContain('etag: "a"');
    expect(content).toBe('');
  });

  test('to HEAD: the head alone, and the stream is let go', async () => {
    let cancelled = false;
    const body = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1)),
        cancel: () => void (cancelled = true),
      });
    const { ask } = await start(() => new Response(body()));
    expect(parts(await ask(get('/').replace('GET', 'HEAD'))).content).toBe('');
    expect(cancelled).toBe(true);
  });

  test('to HEAD without content: no length, which would have to be that of GET', async () => {
    const { ask } = await start(() => new Response(null, { headers: { etag: '"1"' } }));
    const received = await ask(get('/').replace('GET', 'HEAD'));
    expect(received).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\netag: "1"\r\n[\s\S]*\r\n\r\n$/);
    expect(received).not.toMatch(/content-length|transfer-encoding/i);
  });

  test('no faster than the client takes it', async () => {
    let pulled = 0;
    let pull: () => void;
    const body = new ReadableStream({
      pull(controller) {
        pulled++;
        pull?.();
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const { connect, server } = await start(() => new Response(body));
    const client = await connect();
    client.socket.pause();
    client.send(get('/'));
    // An endless body: as long as it is pulled, within 200 ms of the last time, it has not been stopped.
    for (let isPulled = true; isPulled; ) {
      isPulled = await Promise.race([
        new Promise<boolean>((resolve) => (pull = () => resolve(true))),
        new Promise<boolean>((resolve) => setTimeout(resolve, 200, false)),
      ]);
      expect(pulled).toBeLessThan(64);
    }
    server.destroy();
  });

  test.each<[string, () => Response]>([
    [
      'throws',
      () => {
        throw new Error('oops');
      },
    ],
    ['answers nothing', () => undefined as unknown as Response],
    ['answers Response.error()', () => Response.error()],
    [
      'answers a body that was read',
      () => {
        const response = new Response('x');
        void response.text();
        return response;
      },
    ],
  ])('an app that %s: 500, and a report', async (_, app) => {
    const { ask, errors } = await start(app);
    expect(await ask(get('/'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
  });

  test.each<[string, () => ReadableStream]>([
    [
      'fails',
      () =>
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(1)),
          pull: (controller) => controller.error(new Error('oops')),
        }),
    ],
    ['is not bytes', () => new ReadableStream({ start: (controller) => controller.enqueue(1) })],
  ])('a body that %s before the head has gone: 500', async (_, body) => {
    const { ask, errors } = await start(() => new Response(body()));
    expect(await ask(get('/'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors).toMatchObject([{ code: 'handler-failed' }]);
  });

  test.each<[string, (controller: ReadableStreamDefaultController) => void]>([
    ['fails', (controller) => controller.error(new Error('oops'))],
    ['is not bytes', (controller) => controller.enqueue(1)],
  ])('a body that %s later: the connection is cut, so that nobody takes it for whole', async (_, go) => {
    let started: (controller: ReadableStreamDefaultController) => void;
    const controlled = new Promise<ReadableStreamDefaultController>((resolve) => (started = resolve));
    const { connect, errors } = await start(
      () => new Response(new ReadableStream({ start: (controller) => started(controller) })),
    );
    const client = await connect();
    client.send(get('/'));
    const controller = await controlled;
    controller.enqueue(new Uint8Array(1));
    await client.until('\r\n\r\n1\r\n');
    go(controller);
    expect(await client.closed()).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(errors).toMatchObject([{ code: 'handler-failed' }]);
  });
});

describe('a client that goes away', () => {
  test('cancels the body, even while the app has nothing to say', async () => {
    let cancelled: (reason: unknown) => void;
    const cancel = new Promise((resolve) => (cancelled = resolve));
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel: (reason) => cancelled(reason),
    });
    const { connect } = await start(() => new Response(body));
    const client = await connect();
    client.send(get('/'));
    await client.until('data: 1');
    client.socket.resetAndDestroy();
    expect(await cancel).toMatchObject({ code: 'connection-closed' });
  });

  test('aborts request.signal, which survives garbage collection', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    let aborted: () => void;
    const abort = new Promise<void>((resolve) => (aborted = resolve));
    const { connect } = await start(async (request) => {
      await new Promise<void>((resolve) => {
        request.signal.addEventListener('abort', () => resolve(aborted()));
        connected();
      });
      return new Response('nobody is there');
    });
    let connected = (): void => {};
    const asked = new Promise<void>((resolve) => (connected = resolve));
    const client = await connect();
    client.send(get('/'));
    await asked;
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    client.socket.resetAndDestroy();
    await abort;
  });

  test('aborts request.signal, and the body of an answer that comes too late is let go', async () => {
    let cancelled: () => void;
    const cancel = new Promise<void>((resolve) => (cancelled = resolve));
    let asked: () => void;
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const { connect } = await start(async (request) => {
      asked();
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      return new Response(new ReadableStream({ cancel: () => cancelled() }));
    });
    const client = await connect();
    client.send(get('/'));
    await arrived;
    client.socket.resetAndDestroy();
    await cancel;
  });
});

test.each([
  [{ schema: 'https' }, 'there is no option "schema"; there are: scheme, maxContentBytes'],
  [{ scheme: 'ftp' }, 'scheme is http or https, and not "ftp"'],
  [{ maxContentBytes: Number.NaN }, 'maxContentBytes is a number'],
])('an option that is none is refused: %o', (options, message) => {
  const error = { code: 'invalid-option', message: expect.stringContaining(message) };
  expect(() => toHandler(() => new Response(), options as FetchOptions)).toThrow(
    expect.objectContaining(error),
  );
});

test('the native path makes no web object', async () => {
  const made: string[] = [];
  for (const name of ['Request', 'Response', 'Headers', 'ReadableStream', 'URL'] as const) {
    const original = globalThis[name];
    const watched = new Proxy(original as new () => object, {
      construct(target, args, newTarget) {
        made.push(name);
        return Reflect.construct(target, args, newTarget);
      },
    });
    Object.assign(globalThis, { [name]: watched });
  }
  const server = createServer(async (request) => ({ body: await request.text() }));
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const { RawClient } = await import('./server/support.ts');
  const client = await RawClient.connect(port);
  client.send('POST /?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi');
  expect(await client.closed()).toMatch(/hi$/);
  await server.close();
  expect(made).toEqual([]);
});
