// Whatever a handler does, its client gets exactly one response or a closed connection, and the process lives.
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { HttpError, type HttpResponse, type HttpServer, request } from '../../src/index.ts';
import { serve as servePeer } from '../client/peer.ts';
import {
  CLOSE,
  chunkedPost,
  deferred,
  get,
  post,
  type RawClient,
  serve,
  statuses,
  turns,
} from './support.ts';

const INTERNAL = /\r\n\r\nInternal Server Error\n$/;

describe('a handler that throws', () => {
  const causes: [string, unknown][] = [
    ['an Error', new Error('secret')],
    ['a string', 'secret'],
    ['undefined', undefined],
    ['an HttpError of its own', new HttpError('invalid-url', 'secret', { by: 'user' })],
  ];
  for (const [name, cause] of causes) {
    test(`${name} is answered 500 without the reason, which is reported; at once or later`, async () => {
      for (const handler of [
        () => {
          throw cause;
        },
        async () => {
          await turns(1);
          throw cause;
        },
        () => Promise.reject(cause),
      ]) {
        const { ask, errors } = await serve(handler);
        const received = await ask(get() + get());
        expect(statuses(received)).toEqual([500]);
        expect(received).toMatch(INTERNAL);
        expect(received).not.toContain('secret');
        expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user', message: expect.any(String) }]);
        expect(errors[0]!.cause).toBe(cause);
      }
    });
  }

  test('an HttpError that blames the client is answered with its status and message', async () => {
    const { ask, errors } = await serve(() => {
      throw new HttpError('invalid-content', 'one comma too many');
    });
    const received = await ask(get());
    expect(statuses(received)).toEqual([400]);
    expect(received).toMatch(/one comma too many \(RFC 9110 6.4\)\n$/);
    expect(errors).toMatchObject([{ code: 'invalid-content', by: 'peer' }]);
  });

  const upstreams: Record<string, [answer: string, ask: (url: string) => Promise<unknown>]> = {
    'answers what is no HTTP': ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', (url) => request(url)],
    'cannot be reached': ['', () => request('http://127.0.0.1:1/secret')],
    'breaks off in its content': [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      async (url) => (await request(url)).text(),
    ],
    'sends too much': [
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret',
      async (url) => (await request(url)).bytes(3),
    ],
    'sends no JSON': [
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret',
      async (url) => (await request(url)).json(),
    ],
    'redirects to itself': [
      'HTTP/1.1 302 Found\r\nLocation: /secret\r\nContent-Length: 0\r\n\r\n',
      (url) => request(`${url}/secret`, { redirects: 1 }),
    ],
  };
  for (const [name, [answer, askUpstream]] of Object.entries(upstreams)) {
    test(`another server that ${name} is no fault of the client: 500, without a word of it`, async () => {
      const upstream = await servePeer(async (peer) => {
        await peer.request();
        peer.says(answer);
      });
      const { ask, errors } = await serve(async () => {
        await askUpstream(upstream.url);
        return {};
      });
      const received = await ask(get());
      expect(statuses(received)).toEqual([500]);
      expect(received).toMatch(INTERNAL);
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user', cause: { by: 'peer' } }]);
    });
  }

  test('after its client has gone is reported too, with its request', async () => {
    const told = deferred<[HttpError, string | undefined]>();
    const { connect } = await serve(
      async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw new Error('a bug');
      },
      { onError: (error, request) => told.resolve([error, request?.path]) },
    );
    const client = await connect();
    client.send(get('/here'));
    await turns(5);
    client.socket.resetAndDestroy();
    const [error, path] = await told.promise;
    expect(error).toMatchObject({ code: 'handler-failed', by: 'user', cause: { message: 'a bug' } });
    expect(path).toBe('/here');
  });

  test('only because its client has gone has nothing to report', async () => {
    const threw: unknown[] = [];
    const { connect, errors } = await serve(async ({ signal, path }) => {
      try {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        if (path === '/1') signal.throwIfAborted();
        else await request('http://127.0.0.1:1/', { signal });
        return {};
      } catch (error) {
        threw.push(error);
        throw error;
      }
    });
    for (const path of ['/1', '/2']) {
      const client = await connect();
      client.send(get(path));
      await turns(5);
      client.socket.resetAndDestroy();
    }
    while (threw.length < 2) await turns(1);
    await turns();
    expect(errors).toEqual([]);
  });

  test('is reported with its request; unheard, on the standard error', async () => {
    const path = deferred<string | undefined>();
    const told = await serve(() => Promise.reject('x'), {
      onError: (_, request) => path.resolve(request?.path),
    });
    await told.ask(get('/here'));
    expect(await path.promise).toBe('/here');

    const printed: unknown[] = [];
    const { error } = console;
    console.error = (line: unknown) => printed.push(line);
    try {
      const { ask } = await serve(({ path }) => (path === '/1' ? Promise.reject('said') : {}), {
        onError: undefined,
      });
      await ask(get('/1'));
      await ask('bad\r\n\r\n'); // the client's fault: no log for everybody who sends rubbish
    } finally {
      console.error = error;
    }
    expect(printed).toMatchObject([
      { message: expect.stringContaining('the handler failed: said'), cause: 'said' },
    ]);
  });

  test('onError that throws does no harm', async () => {
    const onError = () => {
      throw new Error('no');
    };
    const { ask } = await serve(() => Promise.reject('x'), { onError });
    expect(statuses(await ask(get()))).toEqual([500]);
    expect(statuses(await ask('bad\r\n\r\n'))).toEqual([400]);
  });
});

describe('a handler that answers oddly', () => {
  test('twice, by a thenable that keeps no promise: the first answer counts, the second is let go', async () => {
    let isLetGo = false;
    const second = Object.assign(['x'], {
      [Symbol.iterator]: () => ({
        next: () => ({ done: true, value: '' }),
        return: () => {
          isLetGo = true;
          return { done: true, value: '' };
        },
      }),
    });
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      then(resolve: (response: HttpResponse) => void) {
        resolve({ body: 'first' });
        resolve({ body: second });
        throw new Error('third');
      },
    };
    const { ask, errors } = await serve(() => twice as unknown as Promise<HttpResponse>);
    expect(await ask(get('/', CLOSE))).toMatch(/first$/);
    expect(isLetGo).toBe(true);
    expect(errors).toEqual([]);
  });

  test('with a getter that throws', async () => {
    const bad = {
      get status(): number {
        throw new Error('no');
      },
    };
    const { ask } = await serve(() => bad);
    expect(statuses(await ask(get()))).toEqual([500]);
    const worse = {
      get body(): string {
        throw new Error('no');
      },
    };
    for (const handler of [() => worse, async () => worse]) {
      expect(statuses(await (await serve(handler)).ask(get()))).toEqual([500]);
    }
  });

  test('never: the client may go, and its connection with it', async () => {
    const aborted = deferred();
    const { connect, server } = await serve(({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => {});
    });
    const client = await connect();
    client.send(get());
    while (server.connections === 0) await turns(1);
    await turns(5);
    client.socket.resetAndDestroy();
    await aborted.promise;
    while (server.connections > 0) await turns(1);
  });

  test('after the client has gone: its answer is let go, streams and all', async () => {
    const gone = deferred();
    const answered = deferred<Readable>();
    const { connect } = await serve(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      gone.resolve();
      const body = new Readable({ read() {} });
      answered.resolve(body);
      return { body };
    });
    const client = await connect();
    client.send(get());
    await turns(5);
    client.socket.resetAndDestroy();
    const body = await answered.promise;
    if (!body.destroyed) await new Promise((resolve) => body.once('close', resolve));
  });
});

describe('iterated content', () => {
  async function* failing(after: number): AsyncGenerator<string> {
    for (let i = 0; i < after; i++) yield `part${i}`;
    throw new Error('secret');
  }

  for (const after of [0, 1, 3]) {
    test(`that throws after ${after} parts cuts the connection: the client sees no whole response`, async () => {
      const { ask, errors } = await serve(() => ({ body: failing(after) }));
      expect(await ask(get())).not.toContain('0\r\n\r\n');
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user', cause: { message: 'secret' } }]);
    });
  }

  test('with a part that is neither text nor bytes cuts the connection', async () => {
    for (const part of [5, null, undefined, {}, new Uint16Array(1)]) {
      const { ask, errors } = await serve(() => ({ body: [part as string] }));
      expect(await ask(get())).not.toContain('0\r\n\r\n');
      expect(errors).toMatchObject([{ cause: { code: 'invalid-content', by: 'user' } }]);
    }
  });

  test('of a client that goes away is let go at its next part', async () => {
    const letGo = deferred();
    const next = deferred();
    const { connect } = await serve(({ signal }) => {
      signal.addEventListener('abort', () => next.resolve());
      return {
        body: (async function* () {
          try {
            yield 'first';
            await next.promise;
            yield 'second';
            throw new Error('asked for a third part');
          } finally {
            letGo.resolve();
          }
        })(),
      };
    });
    const client = await connect();
    client.send(get());
    await client.until('first');
    client.socket.resetAndDestroy();
    await letGo.promise;
  });

  test('that is a stream is destroyed as soon as the client has gone', async () => {
    const body = new Readable({ read() {} });
    const destroyed = new Promise((resolve) => body.once('close', resolve));
    const { connect, errors } = await serve(() => ({ body }));
    const client = await connect();
    body.push('first');
    client.send(get());
    await client.until('first');
    client.socket.resetAndDestroy();
    await destroyed;
    expect(errors).toEqual([]);
  });

  // What is asked for, and does not come; `letGo` is called when it is not waited for any more.
  const pending: Record<string, (letGo: () => void) => HttpResponse['body']> = {
    'a stream of Node': (letGo) => {
      const stream = new Readable({ read() {} }).once('close', letGo);
      stream.push('first');
      return stream;
    },
    'a ReadableStream': (letGo) =>
      new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('first')), cancel: letGo }),
    'an iterator': (letGo) => {
      const parts = ['first'];
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            const value = parts.shift();
            return value === undefined ? new Promise(() => {}) : Promise.resolve({ done: false, value });
          },
          return: () => {
            letGo();
            return new Promise(() => {}); // nor is this waited for
          },
        }),
      };
    },
  };
  const ends: Record<string, (client: RawClient, server: HttpServer) => void> = {
    'the client resets the connection': (client) => void client.socket.resetAndDestroy(),
    'the server is destroyed': (_, server) => server.destroy(),
    'the request breaks a rule': (client) => client.send('zz\r\n'),
  };
  for (const [kind, make] of Object.entries(pending)) {
    for (const [end, cut] of Object.entries(ends)) {
      test(`${kind} whose next part does not come is let go at once when ${end}`, async () => {
        const letGo = deferred();
        let times = 0;
        const { connect, server } = await serve(async (request) => {
          request.text().catch(() => {});
          return { body: make(() => letGo.resolve(void times++)) };
        });
        const client = await connect();
        client.send(chunkedPost(''));
        await client.until('first');
        cut(client, server);
        await letGo.promise;
        while (server.connections > 0) await turns(1);
        await turns();
        expect(times).toBe(1);
      });
    }
  }

  const letGoWays: Record<string, [request: string, response: (body: Readable) => HttpResponse]> = {
    'HEAD closes a stream': ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', (body) => ({ body })],
    'a refused response closes its stream': [get(), (body) => ({ body, headers: { 'a b': '' } })],
    '204 closes a stream': [get(), (body) => ({ body, status: 204 })],
  };
  for (const [name, [request, response]] of Object.entries(letGoWays)) {
    test(name, async () => {
      const body = new Readable({ read() {} });
      const destroyed = new Promise((resolve) => body.once('close', resolve));
      const { connect } = await serve(() => response(body));
      const client = await connect();
      client.send(request);
      await client.until('HTTP/1.1');
      await destroyed;
    });
  }

  test('that does not let itself go does no harm', async () => {
    const stubborn = {
      [Symbol.iterator](): Iterator<string> {
        throw new Error('no');
      },
    };
    const rejecting = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(),
        return: () => Promise.reject(new Error('no')),
      }),
    };
    for (const body of [stubborn, rejecting] as Iterable<string>[]) {
      for (const handler of [() => ({ body }), async () => ({ body })]) {
        const { ask } = await serve(handler);
        expect(statuses(await ask(`HEAD / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`))).toEqual([200]);
      }
    }
  });
});

describe('signal', () => {
  test('is aborted with the reason when the client goes away, asked for early or late', async () => {
    const reasons: unknown[] = [];
    const done = deferred();
    const { connect } = await serve(async (request) => {
      const { signal } = request;
      expect(request.signal).toBe(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason.code);
      done.resolve();
      return {};
    });
    const client = await connect();
    client.send(get());
    await turns(5);
    client.socket.resetAndDestroy();
    await done.promise;
    expect(reasons).toEqual(['connection-closed']);

    const late = deferred<AbortSignal>();
    const other = await serve(async (request) => {
      await request.text().catch(() => {});
      late.resolve(request.signal);
      return {};
    });
    const leaver = await other.connect();
    leaver.send(post('abc').slice(0, -1));
    await turns(5);
    leaver.socket.resetAndDestroy();
    expect((await late.promise).aborted).toBe(true);
  });

  test('is aborted when the client goes away, though nothing is read from it that could tell so', async () => {
    const done = deferred<string>();
    const { connect } = await serve(
      async ({ signal }) => {
        signal.addEventListener('abort', () => done.resolve(signal.reason.code));
        return { body: new Readable({ read() {} }) };
      },
      { maxReadAhead: 1000, lingerTimeout: 40 },
    );
    const client = await connect();
    client.send(post('x'.repeat(1_000_000)));
    await client.until('200 OK');
    await turns();
    client.socket.resetAndDestroy();
    expect(await done.promise).toBe('connection-closed');
  });

  test('is aborted when the client breaks a rule in its content', async () => {
    const reason = deferred<string>();
    const { ask } = await serve(async (request) => {
      request.signal.addEventListener('abort', () => reason.resolve(request.signal.reason.code));
      return { body: await request.text() };
    });
    expect(
      statuses(await ask('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')),
    ).toEqual([400]);
    expect(await reason.promise).toBe('invalid-chunk-size');
  });

  test('is not aborted once the response is out', async () => {
    let signal: AbortSignal | undefined;
    const { ask } = await serve((request) => {
      signal = request.signal;
      return {};
    });
    await ask(get('/', CLOSE));
    await turns(5);
    expect(signal?.aborted).toBe(false);
  });
});
