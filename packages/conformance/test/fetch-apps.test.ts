// Apps of other people's frameworks, as they are written for fetch-style servers, on http-mini: what each of them does with a
// request and a connection of its own kind.
import { once } from 'node:events';
import { type IncomingMessage, request as nodeRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Elysia } from 'elysia';
import { H3 } from 'h3';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { getCookie, setCookie } from 'hono/cookie';
import { etag } from 'hono/etag';
import { streamSSE } from 'hono/streaming';
import { createServer, type HttpRequest } from 'http-mini';
import { type FetchHandler, toHandler } from 'http-mini/fetch';
import { AutoRouter } from 'itty-router';
import { describe, expect, onTestFinished, test } from 'vitest';

async function serve(app: FetchHandler): Promise<number> {
  const server = createServer(toHandler(app));
  onTestFinished(() => server.destroy());
  return (await server.listen({ port: 0, host: '127.0.0.1' })).port;
}

/** Resolves when `told` is called. */
function event(): { come: Promise<void>; told: () => void } {
  let told!: () => void;
  const come = new Promise<void>((resolve) => {
    told = resolve;
  });
  return { come, told };
}

/** Reads the first of an endless answer, then goes away. */
async function leaveAfterFirst(port: number, path: string, first: string): Promise<void> {
  const request = nodeRequest({ port, path }).end();
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(String((await once(response, 'data'))[0])).toContain(first);
  response.on('error', () => {});
  request.socket!.resetAndDestroy();
}

const upload = (): FormData => {
  const form = new FormData();
  form.set('name', '한글');
  form.set('file', new File(['x'.repeat(100_000)], 'x.txt', { type: 'text/plain' }));
  return form;
};

describe('Hono', () => {
  test('cookies, both ways', async () => {
    const app = new Hono().get('/', (c) => {
      setCookie(c, 'a', '1');
      setCookie(c, 'b', '2');
      return c.json(getCookie(c));
    });
    const answer = await fetch(`http://127.0.0.1:${await serve(app.fetch)}/`, {
      headers: { cookie: 'x=1; y=2' },
    });
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    expect(await answer.json()).toEqual({ x: '1', y: '2' });
  });

  test('compress', async () => {
    const app = new Hono().use(compress()).get('/', (c) => c.text('compressible '.repeat(1000)));
    const request = nodeRequest({
      port: await serve(app.fetch),
      headers: { 'Accept-Encoding': 'gzip' },
    }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.headers['content-encoding']).toBe('gzip');
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    expect(String(gunzipSync(Buffer.concat(parts)))).toBe('compressible '.repeat(1000));
  });

  test('ETag: 304 without content', async () => {
    const app = new Hono().use(etag()).get('/', (c) => c.text('the same'));
    const url = `http://127.0.0.1:${await serve(app.fetch)}/`;
    const first = await fetch(url);
    const tag = first.headers.get('etag')!;
    expect(await first.text()).toBe('the same');
    const second = await fetch(url, { headers: { 'if-none-match': tag } });
    expect([second.status, await second.text()]).toEqual([304, '']);
  });

  test('server-sent events, until the client goes', async () => {
    const gone = event();
    const app = new Hono().get('/', (c) =>
      streamSSE(c, async (stream) => {
        stream.onAbort(gone.told);
        await stream.writeSSE({ data: 'tick', event: 'time', id: '1' });
        await gone.come;
      }),
    );
    await leaveAfterFirst(await serve(app.fetch), '/', 'event: time\ndata: tick\nid: 1\n\n');
    await gone.come;
  });

  test('multipart', async () => {
    const app = new Hono().post('/', async (c) => {
      const { name, file } = await c.req.parseBody();
      return c.json({ name, size: (file as File).size, type: (file as File).type });
    });
    const init = { method: 'POST', body: upload() };
    const answer = await fetch(`http://127.0.0.1:${await serve(app.fetch)}/`, init);
    expect(await answer.json()).toEqual({ name: '한글', size: 100_000, type: 'text/plain' });
  });

  test('the app’s own limit, and its 413', async () => {
    const app = new Hono().post('/', bodyLimit({ maxSize: 10 }), async (c) => c.text(await c.req.text()));
    const url = `http://127.0.0.1:${await serve(app.fetch)}/`;
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
    expect(await (await fetch(url, { method: 'POST', body: 'x'.repeat(10) })).text()).toBe('x'.repeat(10));
  });

  test('the client’s address, as c.env', async () => {
    const app = new Hono<{ Bindings: HttpRequest }>().get('/', (c) => c.text(c.env.remote!.address));
    expect(await (await fetch(`http://127.0.0.1:${await serve(app.fetch)}/`)).text()).toBe('127.0.0.1');
  });

  test('c.req.raw as the platform’s: clone, and new Request', async () => {
    const app = new Hono().post('/', async (c) => {
      const other = await c.req.raw.clone().text();
      return c.text(`${other} ${await new Request(c.req.raw).text()}`);
    });
    const url = `http://127.0.0.1:${await serve(app.fetch)}/`;
    // Where the platform keeps a Request in private fields, the app has the platform's own.
    expect(await (await fetch(url, { method: 'POST', body: 'hi' })).text()).toBe('hi hi');
  });
});

describe('h3', () => {
  const app = new H3()
    .get('/users/:id', (e) => ({ id: e.context.params!.id, agent: e.req.headers.get('x-agent') }))
    .post('/json', async (e) => ({ got: await e.req.json() }))
    .post('/form', async (e) => [...(await e.req.formData()).keys()])
    .post('/echo', (e) => e.req.body);

  test('routes, JSON, multipart, content sent back', async () => {
    const url = `http://127.0.0.1:${await serve((request) => app.fetch(request))}`;
    const get = await fetch(`${url}/users/7`, { headers: { 'x-agent': 'me' } });
    expect(await get.json()).toEqual({ id: '7', agent: 'me' });
    const post = (path: string, body: string | FormData) => fetch(url + path, { method: 'POST', body });
    expect(await (await post('/json', '{"a":1}')).json()).toEqual({ got: { a: 1 } });
    expect(await (await post('/form', upload())).json()).toEqual(['name', 'file']);
    expect(await (await post('/echo', 'x'.repeat(200_000))).text()).toBe('x'.repeat(200_000));
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });
});

describe('itty-router', () => {
  test('routes, JSON, the second argument', async () => {
    const router = AutoRouter();
    router
      .get('/users/:id', ({ params, query }) => ({ id: params.id, q: query.q }))
      .get('/me', (_, received: HttpRequest) => received.remote!.address)
      .post('/json', async (request) => ({ got: await request.json() }));
    const url = `http://127.0.0.1:${await serve(router.fetch as FetchHandler)}`;
    expect(await (await fetch(`${url}/users/7?q=a%20b`)).json()).toEqual({ id: '7', q: 'a b' });
    expect(await (await fetch(`${url}/me`)).json()).toBe('127.0.0.1');
    expect(await (await fetch(`${url}/json`, { method: 'POST', body: '[1]' })).json()).toEqual({ got: [1] });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });
});

describe('Elysia', () => {
  test('routes, JSON, cookies, multipart', async () => {
    const app = new Elysia()
      .get('/users/:id', ({ params, query }) => ({ id: params.id, q: query.q }))
      .get('/cookie', ({ cookie }) => {
        cookie.a!.value = '1';
        return 'baked';
      })
      .post('/json', ({ body }) => ({ got: body }))
      .post('/form', ({ body }) => Object.keys(body as object));
    const url = `http://127.0.0.1:${await serve((request) => app.fetch(request))}`;
    expect(await (await fetch(`${url}/users/7?q=x`)).json()).toEqual({ id: '7', q: 'x' });
    const baked = await fetch(`${url}/cookie`);
    expect([baked.headers.getSetCookie().length, await baked.text()]).toEqual([1, 'baked']);
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await (await fetch(`${url}/json`, init)).json()).toEqual({ got: { a: 1 } });
    const form = await fetch(`${url}/form`, { method: 'POST', body: upload() });
    expect(await form.json()).toEqual(['name', 'file']);
  });

  test('a generator streams text, until the client goes', async () => {
    const gone = event();
    const app = new Elysia().get('/', async function* ({ request }) {
      request.signal.addEventListener('abort', gone.told);
      yield 'first';
      await gone.come;
    });
    await leaveAfterFirst(await serve((request) => app.fetch(request)), '/', 'first');
    await gone.come;
  });
});
