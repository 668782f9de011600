/** Content that brings its type along: FormData, URLSearchParams, Blob and JSON, from both ends; and what the platform reads. */
import { expect, onTestFinished, test } from 'vitest';
import { Client, request } from '../../src/client/client.ts';
import type { RequestOptions, TargetOptions } from '../../src/client/options.ts';
import { type Body, createServer, type Handler, type HttpResponse } from '../../src/index.ts';
import { ok, serve } from './peer.ts';

const NOWHERE = 'http://127.0.0.1:1/';

async function urlOf(handler: Handler): Promise<string> {
  const server = createServer(handler, { onError: () => {} });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${port}/`;
}

/** Says what of a request matters here. */
const mirror: Handler = async (request) => {
  const { headers } = request;
  const content = Buffer.from(await request.bytes()).toString('latin1');
  const [type, length] = [headers.get('content-type'), headers.get('content-length')];
  return { body: JSON.stringify({ method: request.method, type, length, content }) };
};

async function sent(options: RequestOptions): Promise<Record<string, string>> {
  const response = await request(await urlOf(mirror), { method: 'POST', ...options });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, string>;
}

const SIMPLE: [name: string, options: RequestOptions, type: string | undefined, content: string][] = [
  ['json', { json: { a: [1, null] } }, 'application/json', '{"a":[1,null]}'],
  ['json beyond ASCII', { json: 'é' }, 'application/json', '"\xc3\xa9"'],
  ['null is JSON', { json: null }, 'application/json', 'null'],
  [
    'URLSearchParams',
    { body: new URLSearchParams({ a: 'b c', d: 'é' }) },
    'application/x-www-form-urlencoded;charset=UTF-8',
    'a=b+c&d=%C3%A9',
  ],
  [
    'an empty URLSearchParams',
    { body: new URLSearchParams() },
    'application/x-www-form-urlencoded;charset=UTF-8',
    '',
  ],
  ['a Blob', { body: new Blob(['ab', 'c'], { type: 'text/x-y' }) }, 'text/x-y', 'abc'],
  ['a File', { body: new File(['abc'], 'a.txt', { type: 'text/x-y' }) }, 'text/x-y', 'abc'],
  ['a Blob without a type', { body: new Blob(['abc']) }, undefined, 'abc'],
  ['an empty Blob', { body: new Blob([]) }, undefined, ''],
];

test.each(SIMPLE)('%s is sent with its type and length', async (_, options, type, content) => {
  expect(await sent(options)).toEqual({ method: 'POST', type, length: `${content.length}`, content });
  const headers = { 'content-TYPE': 'a/b' };
  expect(await sent({ ...options, headers })).toMatchObject({ type: 'a/b', content });
});

function form(): FormData {
  const form = new FormData();
  form.append('a', '1\n2\r3\r\n4');
  form.append('"q"\n', 'é');
  form.append('file', new File(['\0\xff'], 'n"a\r\nme', { type: 'image/png' }));
  form.append('file', new Blob(['x']), 'y');
  return form;
}

/** What browsers make of it: line ends of names and values are CR LF, those of file names are escaped as they are. */
const FORM = [
  ['a', '1\r\n2\r\n3\r\n4'],
  ['"q"\r\n', 'é'],
  ['file', 'n"a\r\nme', 'image/png', '\0\xc3\xbf'],
  ['file', 'y', 'application/octet-stream', 'x'],
];

async function entriesOf(form: FormData): Promise<unknown[]> {
  const entries: unknown[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') entries.push([name, value]);
    else
      entries.push([name, value.name, value.type, Buffer.from(await value.arrayBuffer()).toString('latin1')]);
  }
  return entries;
}

test("a FormData comes back from the platform's own parser, both ways", async () => {
  const { type, length, content } = await sent({ body: form() });
  expect(length).toBe(`${content!.length}`);
  const platforms = new Response(Buffer.from(content!, 'latin1'), { headers: { 'content-type': type! } });
  expect(await entriesOf(await platforms.formData())).toEqual(FORM);

  const answered = await fetch(await urlOf(() => ({ body: form() })));
  expect(Number(answered.headers.get('content-length'))).toBeGreaterThan(0);
  expect(await entriesOf(await answered.formData())).toEqual(FORM);
});

test('a FormData has the bytes that browsers send', async () => {
  const { type, content } = await sent({ body: form() });
  const [, boundary] = /^multipart\/form-data; boundary=([-\w]{27,70})$/.exec(type!)!;
  const disposition = 'Content-Disposition: form-data; name=';
  expect(content!.split(`--${boundary}`)).toEqual([
    '',
    `\r\n${disposition}"a"\r\n\r\n1\r\n2\r\n3\r\n4\r\n`,
    `\r\n${disposition}"%22q%22%0D%0A"\r\n\r\n\xc3\xa9\r\n`,
    `\r\n${disposition}"file"; filename="n%22a%0D%0Ame"\r\nContent-Type: image/png\r\n\r\n\0\xc3\xbf\r\n`,
    `\r\n${disposition}"file"; filename="y"\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n`,
    '--\r\n',
  ]);
  expect((await sent({ body: new FormData() })).content).toMatch(/^--form-[-\w]+--\r\n$/);
});

test.each<[string, () => Body, RegExp, string]>([
  ['URLSearchParams', () => new URLSearchParams('a=b'), /^application\/x-www-form-urlencoded/, 'a=b'],
  ['a Blob', () => new Blob(['abc'], { type: 'text/x-y' }), /^text\/x-y$/, 'abc'],
])('a server sends %s with type and length', async (_, body, type, content) => {
  const url = await urlOf((request) => {
    const headers = request.path === '/own' ? { 'Content-Type': 'a/b' } : undefined;
    return { headers, body: body() } satisfies HttpResponse;
  });
  const response = await request(url);
  expect(response.headers.get('content-type')).toMatch(type);
  expect(response.headers.get('content-length')).toBe(`${content.length}`);
  expect(await response.text()).toBe(content);
  const head = await request(url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(`${content.length}`);
  expect((await request(`${url}own`)).headers.getAll('content-type')).toEqual(['a/b']);
});

test('large files stream', async () => {
  const file = new Blob([new Uint8Array(3_000_000).fill(97)]);
  const form = new FormData();
  form.append('file', file);
  let size = 0;
  const url = await urlOf(async (request) => {
    for await (const part of request.body) size += part.length;
    return { body: new Blob([file, file]) };
  });
  const response = await request(url, { method: 'POST', body: form, maxContentBytes: 1e7 });
  expect((await response.bytes()).length).toBe(6_000_000);
  expect(size).toBeGreaterThan(3_000_000);
});

test.each<[string, () => RequestOptions]>([
  ['a form', () => ({ body: form() })],
  ['a Blob', () => ({ body: new Blob(['abc']) })],
  ['JSON', () => ({ json: { a: 1 } })],
])('%s is sent again after a redirect, as it was at the call', async (_, make) => {
  const seen: unknown[] = [];
  const url = await urlOf(async (request) => {
    seen.push([request.method, request.headers.get('content-type'), await request.text()]);
    return request.path === '/' ? { status: 307, headers: { Location: '/next' } } : {};
  });
  const options = make();
  const asked = request(url, { method: 'POST', redirects: 1, ...options });
  if (options.body instanceof FormData) options.body.append('late', '1');
  expect((await asked).ok).toBe(true);
  expect(seen).toHaveLength(2);
  expect(seen[1]).toEqual(seen[0]);
});

test('a redirect that drops the content drops its type', async () => {
  const seen: unknown[] = [];
  const url = await urlOf(async (request) => {
    seen.push([request.method, request.headers.get('content-type'), await request.text()]);
    return request.path === '/' ? { status: 303, headers: { Location: '/next' } } : {};
  });
  await request(url, { method: 'POST', redirects: 1, json: {} });
  expect(seen[1]).toEqual(['GET', undefined, '']);
});

test('a form waits for 100, and is sent again after 417', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) return peer.says('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n');
    await peer.hears('--\r\n');
    peer.says(ok());
  });
  const response = await request(server.url, { method: 'POST', body: form(), expectContinue: true });
  expect(response.status).toBe(200);
});

function cycle(): unknown[] {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  return cycle;
}

test.each<[what: string, code: string, options: () => TargetOptions]>([
  ['json beside text', 'invalid-option', () => ({ json: 1, body: 'x' })],
  ['json beside a Blob', 'invalid-option', () => ({ json: 1, body: new Blob([]) })],
  ['a function', 'invalid-content', () => ({ json: () => {} })],
  ['a BigInt', 'invalid-content', () => ({ json: 1n })],
  ['a cycle', 'invalid-content', () => ({ json: cycle() })],
  ['no headers', 'invalid-option', () => ({ json: 1, headers: null as never })],
  ['a field that must not be sent', 'invalid-field-name', () => ({ json: 1, headers: { 'a b': 'c' } })],
  ['another length', 'content-length-mismatch', () => ({ json: 1, headers: { 'Content-Length': 5 } })],
])('%s: %s', async (_, code, options) => {
  const client = new Client(NOWHERE);
  onTestFinished(() => client.destroy());
  const asked = { method: 'POST', ...options() };
  for (const ask of [() => client.request(asked), () => request(NOWHERE, asked)]) {
    await expect(ask()).rejects.toMatchObject({ code, by: 'user' });
  }
});

test('ok tells success', async () => {
  const url = await urlOf((request) => ({ status: Number(request.path.slice(1)) }));
  for (const status of [200, 201, 204, 299, 300, 304, 404, 500]) {
    const response = await request(url + status);
    expect([status, response.ok]).toEqual([status, status < 300]);
  }
});
