// Apps of other people's frameworks, as they are written for fetch-style servers, on http-mini: one app, written with what each
// framework has for it, answers the same in each. Then, what only one of them has.

import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as nodeRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Elysia, sse } from 'elysia';
import {
  EventStream,
  getCookie as getH3Cookie,
  getRequestIP,
  H3,
  handleCacheHeaders,
  setCookie as setH3Cookie,
} from 'h3';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { getCookie, setCookie } from 'hono/cookie';
import { etag } from 'hono/etag';
import { streamSSE } from 'hono/streaming';
import { createServer, type HttpRequest } from 'http-mini';
import { type FetchHandler, toHandler } from 'http-mini/fetch';
import { AutoRouter, type IRequest, withCookies } from 'itty-router';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../src/properties/deferred.ts';

/** @param gone is to be called when a reader of /events goes away, and must be the end of waiting for more to say. */
type App = (gone: Gone) => FetchHandler;
interface Gone {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

const LONG = 'compressible '.repeat(1000);
const TAG = '"v1"';

// For those that have nothing of their own, with the platform's.
const gzipped = (): Response =>
  new Response(new Blob([LONG]).stream().pipeThrough(new CompressionStream('gzip')), {
    headers: { 'content-encoding': 'gzip' },
  });
const tagged = (asked: string | null | undefined): Response =>
  asked === TAG
    ? new Response(null, { status: 304, headers: { etag: TAG } })
    : new Response('the same', { headers: { etag: TAG } });
const described = (form: Record<string, unknown>) => {
  const { name, file } = form as { name: string; file: File };
  return { name, size: file.size, type: file.type };
};

const APPS: Readonly<Record<string, App>> = {
  Hono: (gone) =>
    new Hono<{ Bindings: HttpRequest }>()
      .get('/users/:id', (c) => c.json({ id: c.req.param('id'), q: c.req.query('q') }))
      .get('/me', (c) => c.text(c.env.remote!.address))
      .post('/json', async (c) => c.json({ got: await c.req.json() }))
      .get('/cookies', (c) => {
        setCookie(c, 'a', '1');
        setCookie(c, 'b', '2', { httpOnly: true });
        return c.json(getCookie(c));
      })
      .get('/compressed', compress(), (c) => c.text(LONG))
      .get('/tagged', etag(), (c) => c.text('the same'))
      .get('/events', (c) =>
        streamSSE(c, async (stream) => {
          stream.onAbort(gone.resolve);
          await stream.writeSSE({ event: 'time', data: 'tick', id: '1' });
          await gone.promise;
        }),
      )
      .post('/form', async (c) => c.json(described(await c.req.parseBody())))
      .post('/echo', (c) => c.body(c.req.raw.body!)).fetch,

  h3: (gone) => {
    const app = new H3()
      .get('/users/:id', (e) => ({ id: e.context.params!['id'], q: e.url.searchParams.get('q') }))
      .get('/me', (e) => getRequestIP(e))
      .post('/json', async (e) => ({ got: await e.req.json() }))
      .get('/cookies', (e) => {
        setH3Cookie(e, 'a', '1');
        setH3Cookie(e, 'b', '2', { httpOnly: true });
        return { x: getH3Cookie(e, 'x'), y: getH3Cookie(e, 'y') };
      })
      .get('/compressed', gzipped)
      .get('/tagged', (e) => (handleCacheHeaders(e, { etag: TAG }) ? '' : 'the same'))
      .get('/events', (e) => {
        const stream = new EventStream(e);
        stream.onClosed(gone.resolve);
        void stream.push({ event: 'time', data: 'tick', id: '1' });
        return stream.send();
      })
      .post('/form', async (e) => described(Object.fromEntries(await e.req.formData())))
      .post('/echo', (e) => e.req.body);
    // Where h3 looks for the address.
    return (request, { remote }) => app.fetch(Object.assign(request, { ip: remote?.address }));
  },

  'itty-router': (gone) => {
    const router = AutoRouter<IRequest, [HttpRequest]>();
    router
      .get('/users/:id', ({ params, query }) => ({ id: params['id'], q: query['q'] }))
      .get('/me', (_, { remote }) => new Response(remote!.address))
      .post('/json', async (request) => ({ got: await request.json() }))
      .get('/cookies', withCookies, ({ cookies }) => {
        const response = Response.json(cookies);
        for (const cookie of ['a=1', 'b=2; HttpOnly']) response.headers.append('set-cookie', cookie);
        return response;
      })
      .get('/compressed', gzipped)
      .get('/tagged', ({ headers }) => tagged(headers.get('if-none-match')))
      .get('/events', () => {
        const start = (controller: ReadableStreamDefaultController) =>
          controller.enqueue(new TextEncoder().encode('event: time\ndata: tick\nid: 1\n\n'));
        const headers = { 'content-type': 'text/event-stream' };
        return new Response(new ReadableStream({ start, cancel: gone.resolve }), { headers });
      })
      .post('/form', async (request) => described(Object.fromEntries(await request.formData())))
      .post('/echo', ({ body }) => new Response(body));
    return router.fetch as FetchHandler;
  },

  Elysia: (gone) => {
    const addresses = new WeakMap<Request, string>();
    const app = new Elysia()
      .get('/users/:id', ({ params, query }) => ({ id: params.id, q: query['q'] }))
      .get('/me', ({ request }) => addresses.get(request))
      .post('/json', ({ body }) => ({ got: body }))
      .get('/cookies', ({ cookie: { a, b, x, y } }) => {
        a!.value = '1';
        b!.set({ value: '2', httpOnly: true });
        return { x: x!.value, y: y!.value };
      })
      .get('/compressed', gzipped)
      .get('/tagged', ({ headers }) => tagged(headers['if-none-match']))
      .get('/events', async function* ({ request }) {
        request.signal.addEventListener('abort', gone.resolve);
        yield sse({ event: 'time', data: 'tick', id: '1' });
        await gone.promise;
      })
      .post('/form', ({ body }) => described(body as Record<string, unknown>))
      .post('/echo', ({ request }) => new Response(request.body), { parse: 'none' });
    return (request, { remote }) => {
      addresses.set(request, remote!.address);
      return app.fetch(request);
    };
  },
};

async function serve(app: FetchHandler): Promise<string> {
  const server = createServer(toHandler(app));
  onTestFinished(() => server.destroy());
  return `http://127.0.0.1:${(await server.listen({ port: 0, host: '127.0.0.1' })).port}`;
}

/** With node:http, which shows what comes as it comes. */
async function ask(
  url: string,
  headers: Record<string, string> = {},
): Promise<[IncomingMessage, ClientRequest]> {
  const request = nodeRequest(url, { headers }).end();
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return [response, request];
}

/** Reads the first of an endless answer, then goes away. */
async function leaveAfterFirst(url: string): Promise<string> {
  const [response, request] = await ask(url);
  const [first] = await once(response, 'data');
  request.socket!.resetAndDestroy();
  return String(first);
}

describe.each(Object.entries(APPS))('%s', (_, app) => {
  const start = (gone: Gone = deferred()): Promise<string> => serve(app(gone));
  const post = { method: 'POST' };

  test('routes, parameters, queries; nothing there', async () => {
    const url = await start();
    expect(await (await fetch(`${url}/users/7?q=a%20b`)).json()).toEqual({ id: '7', q: 'a b' });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test('a length that is known is sent', async () => {
    const url = await start();
    const { headers } = await fetch(`${url}/users/7?q=x`);
    expect([headers.get('content-length'), headers.get('transfer-encoding')]).toEqual(['18', null]);
    // What a framework answers to HEAD has a length only if it is that of GET.
    const head = await fetch(`${url}/users/7?q=x`, { method: 'HEAD' });
    expect(head.headers.get('transfer-encoding')).toBe(null);
    expect(head.headers.get('content-length')).not.toBe('0');
  });

  test('the client’s address', async () => {
    expect(await (await fetch(`${await start()}/me`)).text()).toBe('127.0.0.1');
  });

  test('JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${await start()}/json`, { ...post, headers, body: '{"a":[1,"é"]}' });
    expect(await answer.json()).toEqual({ got: { a: [1, 'é'] } });
  });

  test('cookies, both ways', async () => {
    const answer = await fetch(`${await start()}/cookies`, { headers: { cookie: 'x=1; y=2' } });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split(';')[0])).toEqual(['a=1', 'b=2']);
    expect(cookies[1]).toMatch(/HttpOnly/);
    expect(await answer.json()).toEqual({ x: '1', y: '2' });
  });

  test('compressed', async () => {
    const [response] = await ask(`${await start()}/compressed`, { 'Accept-Encoding': 'gzip' });
    expect(response.headers['content-encoding']).toBe('gzip');
    const bytes = await buffer(response);
    expect(bytes.length).toBeLessThan(LONG.length / 10);
    expect(String(gunzipSync(bytes))).toBe(LONG);
  });

  test('ETag: 304 without content, or all of it', async () => {
    const url = `${await start()}/tagged`;
    const tag = (await fetch(url)).headers.get('etag')!;
    const asked = async (tag: string) => {
      const answer = await fetch(url, { headers: { 'if-none-match': tag } });
      return [answer.status, answer.headers.get('etag'), await answer.text()];
    };
    expect(await asked(tag)).toEqual([304, tag, '']);
    expect(await asked('"other"')).toEqual([200, tag, 'the same']);
  });

  test('server-sent events, until the client goes', async () => {
    const gone = deferred();
    const first = await leaveAfterFirst(`${await start(gone)}/events`);
    expect(first.trim().split('\n').sort()).toEqual(['data: tick', 'event: time', 'id: 1']);
    await gone.promise;
  });

  test('multipart', async () => {
    const body = new FormData();
    body.set('name', '한글');
    body.set('file', new File(['x'.repeat(100_000)], 'x.txt', { type: 'text/plain' }));
    const answer = await fetch(`${await start()}/form`, { ...post, body });
    expect(await answer.json()).toEqual({
      name: '한글',
      size: 100_000,
      type: expect.stringMatching('text/plain'),
    });
  });

  test('streams both ways: each part comes back before the next is sent', async () => {
    const request = nodeRequest(`${await start()}/echo`, post);
    request.write('one');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const parts: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
    expect(String((await parts.next()).value)).toBe('one');
    request.write('two');
    expect(String((await parts.next()).value)).toBe('two');
    request.end();
    expect((await parts.next()).done).toBe(true);
  });

  test('a large upload comes back whole', async () => {
    const body = 'x'.repeat(5_000_000);
    expect(await (await fetch(`${await start()}/echo`, { ...post, body })).text()).toBe(body);
  });
});

describe('Hono alone', () => {
  test('the app’s own limit, and its 413', async () => {
    const app = new Hono().post('/', bodyLimit({ maxSize: 10 }), async (c) => c.text(await c.req.text()));
    const url = await serve(app.fetch);
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
    expect(await (await fetch(url, { method: 'POST', body: 'x'.repeat(10) })).text()).toBe('x'.repeat(10));
  });

  test('c.req.raw as the platform’s: clone, and new Request', async () => {
    const app = new Hono().post('/', async (c) => {
      const other = await c.req.raw.clone().text();
      return c.text(`${other} ${await new Request(c.req.raw).text()}`);
    });
    const url = await serve(app.fetch);
    // Where the platform keeps a Request in private fields, the app has the platform's own.
    expect(await (await fetch(url, { method: 'POST', body: 'hi' })).text()).toBe('hi hi');
  });
});

describe('Elysia alone', () => {
  test('a generator streams text, until the client goes', async () => {
    const gone: Gone = deferred();
    const app = new Elysia().get('/', async function* ({ request }) {
      request.signal.addEventListener('abort', gone.resolve);
      yield 'first';
      await gone.promise;
    });
    expect(await leaveAfterFirst(await serve((request) => app.fetch(request)))).toBe('first');
    await gone.promise;
  });
});
