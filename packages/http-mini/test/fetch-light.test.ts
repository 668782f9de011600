// With useLightObjects a Response is one in every respect, however little of it was made: each case asks a light one, and one
// of the platform, for the same. This file has a process of its own, since the globals are changed for good.
import { toHandler, useLightObjects } from 'http-mini/fetch';
import { expect, test } from 'vitest';
import { serve } from './server/support.ts';

const NativeResponse = globalThis.Response;
useLightObjects();
useLightObjects(); // a second call does nothing

type Make = (R: typeof Response) => Response;

const made: Record<string, Make> = {
  text: (R) => new R('hi'),
  'no text': (R) => new R(''),
  nothing: (R) => new R(),
  null: (R) => new R(null, { status: 204 }),
  'a status and fields': (R) =>
    new R('hi', { status: 404, headers: { 'X-A': '1', 'Content-Type': 'text/html' } }),
  'fields of a Headers': (R) =>
    new R('hi', {
      headers: new Headers([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ]),
    }),
  'fields of pairs': (R) =>
    new R('hi', {
      headers: [
        ['a', '1'],
        ['a', '2'],
      ],
    }),
  'a value that is trimmed': (R) => new R('hi', { headers: { a: ' 1 ' } }),
  'a value that is a number': (R) => new R('hi', { headers: { a: 1 } as never }),
  'a value that cannot be sent': (R) => new R('hi', { headers: { a: '1\n2' } }),
  'a name that is none': (R) => new R('hi', { headers: { 'a b': '1' } }),
  'a status that is none': (R) => new R('hi', { status: 99 }),
  'content where there is none': (R) => new R('hi', { status: 204 }),
  'a reason': (R) => new R('hi', { statusText: 'Well' }),
  'a reason that is null': (R) => new R('hi', { statusText: null as never }),
  'a reason that is no number': (R) => new R('hi', { statusText: Number.NaN as never }),
  'an init that is null': (R) => new R('hi', null as never),
  'an init that is none': (R) => new R('hi', 5 as never),
  bytes: (R) => new R(Buffer.from('hi')),
  'another as init': (R) => new R('ho', new R('hi', { status: 201, headers: { a: '1' } })),
  'Response.json': (R) => R.json({ a: 1 }),
  'Response.redirect': (R) => R.redirect('http://a/', 302),
};

const looks: Record<string, (response: Response) => unknown> = {
  properties: (r) => [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, r.bodyUsed, [...r.headers]],
  'instanceof, constructor, tag, keys': (r) => {
    const keys = [];
    for (const key in r) keys.push(key);
    return [
      r instanceof Response,
      r instanceof NativeResponse,
      r.constructor === Response,
      String(r),
      keys.sort(),
    ];
  },
  'text, then bodyUsed': async (r) => [await r.text(), r.bodyUsed],
  'text twice': async (r) => [await r.text(), await r.text()],
  'arrayBuffer, blob': async (r) => [(await r.clone().arrayBuffer()).byteLength, (await r.blob()).type],
  'clone after a change of its headers': async (r) => {
    r.headers.set('x-b', '1');
    const first = [...r.clone().headers];
    r.headers.set('x-b', '2');
    return [first, [...r.clone().headers], await r.clone().text(), await r.text()];
  },
  body: async (r) => {
    const parts = [];
    for await (const part of r.body ?? []) parts.push(new TextDecoder().decode(part));
    return [parts, r.bodyUsed, r.body === null];
  },
  'a Response of its body': async (r) => new Response(r.body, r).text(),
};

async function seen(make: Make, R: typeof Response, look: (response: Response) => unknown): Promise<string> {
  try {
    return JSON.stringify({ seen: await look(make(R)) });
  } catch (error) {
    return JSON.stringify({ threw: error instanceof Error ? error.constructor.name : typeof error });
  }
}

for (const [what, make] of Object.entries(made)) {
  test.each(Object.entries(looks))(`${what}: %s`, async (_, look) => {
    expect(await seen(make, Response, look)).toBe(await seen(make, NativeResponse, look));
  });

  test(`${what}: is sent as one of the platform`, async () => {
    const ask = async (R: typeof Response, change: (response: Response) => void) => {
      const served = await serve(
        toHandler(() => {
          const response = make(R);
          change(response);
          return response;
        }),
        { date: () => 0 },
      );
      const received = await served.ask('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      const lines = received.split('\r\n');
      return [
        lines[0],
        lines
          .slice(1)
          .map((line) => line.replace(/^[\w-]+:/, (name) => name.toLowerCase()))
          .sort(),
      ];
    };
    const changes: ((response: Response) => void)[] = [
      () => {},
      (r) => r.headers.set('x-b', '1'),
      (r) => void r.clone(),
    ];
    for (const change of changes)
      expect(await ask(Response, change)).toEqual(await ask(NativeResponse, change));
  });
}

test('a subclass, and what fetch answers', async () => {
  class Own extends Response {
    own = 1;
  }
  const own = new Own('hi');
  expect([own.own, own instanceof Own, own instanceof Response, await own.text()]).toEqual([
    1,
    true,
    true,
    'hi',
  ]);
  const { port } = await serve(toHandler(() => new Response('hi')));
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect([answer instanceof Response, await answer.text()]).toEqual([true, 'hi']);
});

test('a Response that is answered twice has been read', async () => {
  const once = new Response('hi');
  const { ask } = await serve(toHandler(() => once));
  expect(await ask('GET / HTTP/1.0\r\n\r\n')).toMatch(/ 200 /);
  expect(await ask('GET / HTTP/1.0\r\n\r\n')).toMatch(/ 500 /);
  await expect(once.text()).rejects.toThrow(TypeError);
});

test('new Request and fetch take the Request of an app', async () => {
  const behind = await serve(toHandler(async (request) => new Response(`[${await request.text()}]`)));
  const front = await serve(
    toHandler((request) => fetch(new Request(`http://127.0.0.1:${behind.port}/`, new Request(request)))),
  );
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi';
  const client = await front.connect();
  client.send(post);
  await client.until('[hi]');
});
