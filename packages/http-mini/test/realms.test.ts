// Bytes of another realm (a vm, an iframe, a worker) are bytes, though no instance of our Uint8Array.
import { runInNewContext } from 'node:vm';
import { request } from 'http-mini';
import { toHandler } from 'http-mini/fetch';
import { expect, test } from 'vitest';
import { serve } from './server/support.ts';

const foreign = (text: string): Uint8Array =>
  runInNewContext(`Uint8Array.from(${JSON.stringify([...Buffer.from(text)])})`);

test('the content of a response, whole or in parts', async () => {
  const { port, errors } = await serve((req) => ({
    status: 200,
    body: req.path === '/whole' ? foreign('bytes') : [foreign('by'), foreign('tes')],
  }));
  for (const path of ['whole', 'parts']) {
    const response = await request(`http://127.0.0.1:${port}/${path}`);
    expect(await response.text()).toBe('bytes');
    expect(response.headers.get('content-length')).toBe(path === 'whole' ? '5' : undefined);
  }
  expect(errors).toEqual([]);
});

test('the content of a request', async () => {
  const { port } = await serve(async (req) => ({
    status: 200,
    body: `${req.headers.get('content-length')} ${await req.text()}`,
  }));
  const response = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body: foreign('bytes') });
  expect(await response.text()).toBe('5 bytes');
});

test('the parts of the stream behind a Response', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(foreign('bytes'));
      controller.close();
    },
  });
  const { port, errors } = await serve(toHandler(() => new Response(body)));
  expect(await (await request(`http://127.0.0.1:${port}/`)).text()).toBe('bytes');
  expect(errors).toEqual([]);
});
