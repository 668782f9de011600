// An app written for fetch-style servers runs unchanged: a Hono app, asked through http-mini and asked directly, answers the
// same. What only a connection can show: fetch-apps.test.ts, of more frameworks; here, that the request's signal tells of an end.

import { request as nodeRequest } from 'node:http';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { stream } from 'hono/streaming';
import { createServer, type HttpServer } from 'http-mini';
import { toHandler } from 'http-mini/fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deferred } from '../src/properties/deferred.ts';

const [asked, aborted] = [deferred(), deferred()];

const app = new Hono()
  .get('/', (c) => c.text('hello'))
  .get('/users/:id/posts/:post', (c) => c.json({ ...c.req.param(), q: c.req.queries('q') ?? [] }))
  .post('/json', async (c) => c.json({ got: await c.req.json() }, 201))
  .post('/form', async (c) => c.json(await c.req.parseBody()))
  .get('/headers', (c) => c.json({ agent: c.req.header('x-agent'), two: c.req.header('x-two') }))
  .get('/cookies', (c) => {
    setCookie(c, 'a', '1', { path: '/', httpOnly: true });
    setCookie(c, 'b', '2, 3');
    c.header('X-Answer', 'yes');
    return c.body(null, 204);
  })
  .get('/moved', (c) => c.redirect('/', 308))
  .get('/stream', (c) =>
    stream(c, async (out) => {
      for (const part of ['one ', 'two ', '셋']) await out.write(part);
    }),
  )
  .post('/echo', (c) => c.body(c.req.raw.body!))
  .get('/waits', async (c) => {
    await new Promise((resolve) => {
      c.req.raw.signal.addEventListener('abort', resolve);
      asked.resolve();
    });
    aborted.resolve();
    return c.text('nobody is there');
  })
  .get('/throws', () => {
    throw new Error('oops');
  })
  .onError((error, c) => c.text(`error: ${error.message}`, 500))
  .notFound((c) => c.json({ missing: c.req.path }, 404));

let server: HttpServer;
let port: number;
beforeAll(async () => {
  server = createServer(toHandler((request) => app.fetch(request)));
  ({ port } = await server.listen({ port: 0, host: '127.0.0.1' }));
});
afterAll(() => server.destroy());

/** Fields that belong to the connection, or to the way that one of both frames the content. */
const OF_THE_WAY = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

async function valuesOf(response: Response) {
  const headers = [...response.headers].filter(([name]) => !OF_THE_WAY.has(name));
  return { status: response.status, headers: headers.sort(), body: await response.text() };
}

const json = { 'content-type': 'application/json' };
const form = new URLSearchParams({ a: '1', b: '한 글' });

test.each<[string, string, RequestInit?, number?]>([
  ['a route', '/'],
  ['HEAD of a GET route', '/', { method: 'HEAD' }],
  ['params and a query', '/users/7%20a/posts/b?q=1&q=%2F&r'],
  ['JSON in and out', '/json', { method: 'POST', headers: json, body: '{"a":[1,"é"]}' }, 201],
  ['a form', '/form', { method: 'POST', body: form }],
  ['headers', '/headers', { headers: { 'X-Agent': 'me', 'x-two': '1, 2' } }],
  ['each Set-Cookie by itself', '/cookies', {}, 204],
  ['a redirect', '/moved', { redirect: 'manual' }, 308],
  ['a streamed response', '/stream'],
  ['content sent back as it is', '/echo', { method: 'POST', body: 'x'.repeat(200_000) }],
  ['nothing there', '/nowhere', {}, 404],
  ['a method that the route has not', '/json', { method: 'DELETE' }, 404],
  ['OPTIONS', '/', { method: 'OPTIONS' }, 404],
  ['the error handler', '/throws', {}, 500],
])('%s', async (_, target, init = {}, status = 200) => {
  const url = `http://127.0.0.1:${port}${target}`;
  const direct = await valuesOf(await app.request(url, init));
  expect(await valuesOf(await fetch(url, init))).toEqual(direct);
  expect(direct.status).toBe(status);
});

test('a client that goes away aborts the signal of the request', async () => {
  const request = nodeRequest({ port, path: '/waits' }).end();
  request.on('error', () => {}); // it goes away
  await asked.promise;
  // By a reset: a FIN alone also comes from a client that has sent all and still reads (RFC 9112 9.6).
  request.socket!.resetAndDestroy();
  await aborted.promise;
});
