// The Request that an app is given is one in every respect, however little of it was made: each case asks it, and a Request of
// the platform, for the same.
import fc from 'fast-check';
import { type FetchHandler, toHandler } from 'http-mini/fetch';
import { describe, expect, test } from 'vitest';
import { urlOf } from '../src/fetch/url.ts';
import type { HttpRequest } from '../src/server/request.ts';
import { serve } from './server/support.ts';

const POST =
  'POST /a?b HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';
const GET = 'GET /a HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nConnection: close\r\n\r\n';

const native = (bytes: string) =>
  bytes === POST
    ? new Request('http://a.example/a?b', {
        method: 'POST',
        headers: {
          Host: 'a.example',
          'X-A': '1',
          'Content-Type': 'application/json',
          'Content-Length': '2',
          Connection: 'close',
        },
        body: new Blob(['{}']).stream(),
        duplex: 'half',
      } as RequestInit)
    : new Request('http://a.example/a', { headers: { Host: 'a.example', 'X-A': '1', Connection: 'close' } });

/** What `look` sees, as JSON; of an error, its class. */
async function seen(request: Request, look: (request: Request) => unknown): Promise<string> {
  try {
    return JSON.stringify({ seen: await look(request) });
  } catch (error) {
    return JSON.stringify({ threw: error instanceof Error ? error.constructor.name : typeof error });
  }
}

/** Whether a property gives the same object each time. */
function isKept(request: Request, key: 'body' | 'headers' | 'signal'): boolean {
  const first = request[key];
  return request[key] === first;
}

const looks: Record<string, (request: Request) => unknown> = {
  'instanceof, constructor, tag': (r) => [r instanceof Request, r.constructor === Request, String(r)],
  'method, url, headers': (r) => [r.method, r.url, [...r.headers]],
  'every other property': (r) =>
    (
      [
        'cache',
        'credentials',
        'destination',
        'integrity',
        'keepalive',
        'mode',
        'redirect',
        'referrer',
        'referrerPolicy',
        'duplex',
      ] as (keyof Request)[]
    ).map((key) => r[key]),
  'keys that `in` and for-in see': (r) => {
    const keys = [];
    for (const key in r) keys.push(key);
    return ['text' in r, 'nothing' in r, keys.sort()];
  },
  'text, then bodyUsed': async (r) => [r.bodyUsed, await r.text(), r.bodyUsed],
  json: (r) => r.json(),
  arrayBuffer: async (r) => [...new Uint8Array(await r.arrayBuffer())],
  blob: async (r) => {
    const blob = await r.blob();
    return [blob.type, await blob.text()];
  },
  'formData of what is none': (r) => r.formData(),
  'text twice': async (r) => [await r.text(), await r.text()],
  'text while text is read': (r) => Promise.all([r.text(), r.text()]),
  'json, then blob': async (r) => [await r.json(), await r.blob()],
  'text, then the body': async (r) => {
    await r.text();
    return [r.body?.locked, await r.body?.getReader().read()];
  },
  'the body, then text': async (r) => {
    const before = isKept(r, 'body');
    const text = await r.text();
    return [before, text, r.bodyUsed];
  },
  'the body read, then text': async (r) => {
    for await (const _ of r.body ?? []);
    return [r.bodyUsed, await r.text()];
  },
  'a reader taken, then text': async (r) => {
    r.body?.getReader();
    return [r.bodyUsed, await r.text()];
  },
  'clone: each has the content': async (r) => {
    const other = r.clone();
    return [other.url, other.headers.get('x-a'), await r.text(), await other.text(), r.bodyUsed];
  },
  'clone after text': async (r) => {
    await r.text();
    r.clone();
  },
  'headers can be changed, before and after a clone': (r) => {
    r.headers.set('x-a', '2');
    const first = r.clone().headers.get('x-a');
    r.headers.append('x-a', '3');
    r.headers.delete('host');
    return [first, r.headers.get('x-a'), [...r.clone().headers.keys()], isKept(r, 'headers')];
  },
  'a header that is none is refused': (r) => r.headers.set('x a', '1'),
  'new Request(request)': async (r) => {
    r.headers.set('x-b', '1');
    const other = new Request(r);
    return [other.method, other.url, [...other.headers], await other.text(), r.bodyUsed];
  },
  'new Request(request, init)': async (r) => {
    const other = new Request(r, { method: 'PUT', body: 'own' });
    return [other.method, other.url, other.headers.get('x-a'), await other.text(), r.bodyUsed];
  },
  'new Request(url, request)': async (r) => {
    const other = new Request('http://b.example/', r);
    return [other.method, other.url, other.headers.get('x-a'), await other.text()];
  },
  'new Request(request) after text': async (r) => {
    await r.text();
    new Request(r);
  },
  'methods of the prototype': async (r) => [
    Object.getOwnPropertyDescriptor(Request.prototype, 'url')!.get!.call(r),
    await Request.prototype.text.call(r),
  ],
  signal: (r) => [r.signal instanceof AbortSignal, r.signal.aborted, isKept(r, 'signal')],
};

describe.each([
  ['POST', POST],
  ['GET', GET],
])('%s', (_, bytes) => {
  test.each(Object.entries(looks))('%s', async (__, look) => {
    const app: FetchHandler = async (request) => new Response(await seen(request, look));
    const { ask, errors } = await serve(toHandler(app));
    const received = await ask(bytes);
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(await seen(native(bytes), look));
    expect(errors).toEqual([]);
  });
});

test('the methods that the standard knows are in upper case', async () => {
  const app: FetchHandler = (request) => new Response(request.method);
  const { ask } = await serve(toHandler(app));
  for (const method of ['get', 'delete', 'patch', 'Options']) {
    const expected = new Request('http://a', { method }).method;
    expect(await ask(GET.replace('GET', method))).toMatch(new RegExp(`\r\n\r\n${expected}$`));
  }
});

test('the URL is what the parser of URLs would write', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '.',
    '..',
    '/.',
    '/..',
    '%2e',
    '%2E',
    'a',
    'B',
    '~',
    "'",
    '?',
    '&',
    '=',
    '|',
    '^',
    '`',
    '{',
    '"',
    '<',
    ';',
    ':',
    '@',
    '%zz',
    '\\\\',
    '[',
    '*',
  );
  const target = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
  const authority = fc.constantFrom(
    'a',
    'A.example',
    'a:80',
    'a:443',
    'a:8080',
    '127.1',
    '0x7f.1',
    '[::0001]',
    'xn--a',
    '',
  );
  fc.assert(
    fc.property(target, authority, fc.constantFrom('http', 'https'), (text, host, scheme) => {
      const at = text.indexOf('?');
      const path = at < 0 ? text : text.slice(0, at);
      const query = at < 0 ? undefined : text.slice(at + 1);
      const request = { target: text, path, query, authority: host } as HttpRequest;
      const whole = `${scheme}://${host || 'localhost'}${text}`;
      if (URL.canParse(whole)) expect(urlOf(request, scheme)).toBe(new URL(whole).href);
      else expect(() => urlOf(request, scheme)).toThrow('cannot stand in a URL');
    }),
    { numRuns: 2000 },
  );
});

test('an authority that cannot stand in a URL is quoted and cut in the error', () => {
  const request = {
    target: '/',
    path: '/',
    query: undefined,
    authority: `xn--${'a'.repeat(9000)}`,
  } as HttpRequest;
  expect(() => urlOf(request, 'http')).toThrow(/^"xn--a{56}\.\.\." cannot stand in a URL/);
});
