/** A request as it is sent: what the program says, what is decided for it, and what is refused before a byte is written. */
import { encodeRequest, Fields, type FieldsInit, type OutgoingRequest, targetOf } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { errorOf } from './error-of.ts';

/** Of the content; undefined if it is unknown, and none unless said otherwise. */
type Size = [size?: number | undefined | null];

const encoded = (request: OutgoingRequest, ...size: Size) =>
  encodeRequest(request, size.length === 0 ? null : size[0], 'a:1');

/** The head's lines, without the empty one. */
function lines(request: OutgoingRequest, ...size: Size): string[] {
  const { head } = encoded(request, ...size);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
  return head.slice(0, -4).split('\r\n');
}

const refused = (request: OutgoingRequest, ...size: Size) => errorOf(() => encoded(request, ...size));

describe('what the program leaves out is filled in', () => {
  test('a request line, and Host first', () => {
    expect(lines({})).toEqual(['GET / HTTP/1.1', 'Host: a:1']);
    expect(lines({ method: 'PURGE', target: '/b?c', headers: { a: 'b' } })).toEqual([
      'PURGE /b?c HTTP/1.1',
      'Host: a:1',
      'a: b',
    ]);
    expect(lines({ headers: { a: 'b', Host: 'c' } })).toEqual(['GET / HTTP/1.1', 'a: b', 'Host: c']);
  });

  test('the length of no content, of methods that usually have some', () => {
    for (const method of ['POST', 'PUT', 'PATCH'])
      expect(lines({ method })).toEqual([`${method} / HTTP/1.1`, 'Host: a:1', 'Content-Length: 0']);
    expect(lines({ method: 'DELETE' })).toHaveLength(2);
    expect(lines({ method: 'GET' }, 0)).toContain('Content-Length: 0');
  });

  test('how content is framed', () => {
    expect(lines({ method: 'POST' }, 5)).toContain('Content-Length: 5');
    expect(encoded({ method: 'POST' }, 5).framing).toEqual({ kind: 'length', length: 5 });
    expect(encoded({ method: 'POST' }, 0).framing).toEqual({ kind: 'none' });
    expect(encoded({}).framing).toEqual({ kind: 'none' });
    expect(lines({ method: 'POST' }, undefined)).toContain('Transfer-Encoding: chunked');
    expect(lines({ method: 'POST', headers: { 'transfer-encoding': 'Chunked' } }, 5)).toEqual([
      'POST / HTTP/1.1',
      'Host: a:1',
      'Transfer-Encoding: chunked',
    ]);
    expect(lines({ method: 'POST', headers: { 'CONTENT-length': '05' } }, 5)).toEqual([
      'POST / HTTP/1.1',
      'Host: a:1',
      'CONTENT-length: 05',
    ]);
    const ofStream = encoded({ method: 'POST', headers: { 'content-length': 5 } }, undefined);
    expect(ofStream.framing).toEqual({ kind: 'length', length: 5 });
    expect(encoded({ method: 'HEAD', headers: { 'content-length': 0 } }).framing).toEqual({ kind: 'none' });
  });

  test('Trailer names what follows, unless the program does', () => {
    const trailers = { a: 'b', c: 'd' };
    expect(lines({ method: 'POST', trailers }, 5).slice(2)).toEqual([
      'Transfer-Encoding: chunked',
      'Trailer: a, c',
    ]);
    expect(lines({ method: 'POST', trailers, headers: { trailer: 'x' } }, 5).slice(2)).toEqual([
      'trailer: x',
      'Transfer-Encoding: chunked',
    ]);
    const own = new Fields(trailers);
    expect(encoded({ method: 'POST', trailers: own }, 5).trailers).toBe(own);
    for (const none of ['later', {}] as const)
      expect(lines({ method: 'POST', trailers: none }, 5).slice(2)).toEqual(['Transfer-Encoding: chunked']);
    expect(encoded({ method: 'POST', trailers: 'later' }, 5).trailers).toBeUndefined();
  });
});

describe('Connection', () => {
  const connection = (request: OutgoingRequest): [string | undefined, boolean] => [
    lines(request).find((line) => /^connection/i.test(line)),
    encoded(request).isLast,
  ];

  test.each<[OutgoingRequest, string | undefined, boolean]>([
    [{}, undefined, false],
    [{ connection: 'keep-alive' }, undefined, false],
    [{ connection: 'close' }, 'Connection: close', true],
    [{ headers: { connection: 'close' } }, 'Connection: close', true],
    [{ headers: { connection: ' Close ,, Keep-Alive' } }, 'Connection: close', true],
    [{ headers: { connection: 'KEEP-ALIVE' } }, 'Connection: keep-alive', false],
    [{ connection: 'close', headers: { connection: 'keep-alive' } }, 'Connection: keep-alive', false],
    [{ httpVersion: '1.0' }, undefined, true],
    [{ httpVersion: '1.0', headers: { connection: 'close' } }, 'Connection: close', true],
    [{ httpVersion: '1.0', connection: 'keep-alive' }, 'Connection: keep-alive', false],
    [{ headers: { connection: 'a,, b,a ,A' } }, 'Connection: a, b', false],
    [{ connection: 'close', headers: { connection: 'a' } }, 'Connection: a, close', true],
    [{ headers: { upgrade: 'x', connection: 'upgrade' } }, 'Connection: Upgrade', false],
    [{ headers: { te: 'trailers', connection: 'b' } }, 'Connection: b, TE', false],
    [{ headers: { te: 'trailers, x-chunked' } }, 'Connection: TE', false],
    [
      {
        headers: [
          ['te', 'a'],
          ['te', 'b'],
        ],
      },
      'Connection: TE',
      false,
    ],
  ])('%o', (request, line, isLast) => expect(connection(request)).toEqual([line, isLast]));
});

describe('Expect', () => {
  const POST = { method: 'POST' };

  test('stands before content that waits, once', () => {
    expect(lines({ ...POST, expectContinue: true }, 5)).toContain('Expect: 100-continue');
    const own = lines({ ...POST, expectContinue: true, headers: { expect: '100-Continue' } }, 5);
    expect(own.filter((line) => /^expect/i.test(line))).toEqual(['expect: 100-Continue']);
  });

  test.each<[OutgoingRequest, number | undefined | null, boolean]>([
    [POST, 5, false],
    [{ ...POST, expectContinue: true }, 5, true],
    [{ ...POST, expectContinue: true }, undefined, true],
    [{ ...POST, expectContinue: true }, null, false],
    [{ ...POST, expectContinue: true, httpVersion: '1.0' }, 5, false],
    [{ ...POST, headers: { expect: '100-continue' } }, 5, true],
    [{ ...POST, expectContinue: true, headers: { expect: 'other' } }, 5, false],
    [
      {
        ...POST,
        headers: [
          ['expect', '100-continue'],
          ['expect', 'other'],
        ] as FieldsInit,
      },
      5,
      false,
    ],
  ])('%o of %o bytes', (request, size, expected) =>
    expect(encoded(request, size).expectsContinue).toBe(expected),
  );
});

test('what may be sent again, and what may switch', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
    expect(encoded({ method }).isRepeatable).toBe(true);
  for (const method of ['POST', 'PATCH', 'get']) expect(encoded({ method }).isRepeatable).toBe(false);
  expect(encoded({ isRepeatable: false }).isRepeatable).toBe(false);
  expect(encoded({ isRepeatable: true }).isRepeatable).toBe(true);
  expect(encoded({}).maySwitch).toBe(false);
  expect(encoded({ headers: { UPGRADE: 'x' } }).maySwitch).toBe(true);
  expect(encoded({ method: 'CONNECT', target: 'b:2' })).toMatchObject({ maySwitch: true, target: 'b:2' });
});

test.each<[OutgoingRequest, number | undefined | null, string]>([
  [{ headers: { host: 'b c' } }, null, 'invalid-host'],
  [
    {
      headers: [
        ['host', 'b'],
        ['Host', 'c'],
      ],
    },
    null,
    'invalid-host',
  ],
  [{ method: 'POST', headers: { 'transfer-encoding': 'gzip' } }, 5, 'invalid-transfer-encoding'],
  [
    {
      method: 'POST',
      headers: [
        ['transfer-encoding', 'chunked'],
        ['transfer-encoding', 'chunked'],
      ],
    },
    5,
    'invalid-transfer-encoding',
  ],
  [{ headers: { 'transfer-encoding': 'chunked' } }, null, 'invalid-transfer-encoding'],
  [{ trailers: { a: 'b' } }, null, 'content-not-allowed'],
  [{ method: 'TRACE' }, 0, 'content-not-allowed'],
  [{ method: 'CONNECT', target: 'b:2' }, 0, 'content-not-allowed'],
  [
    { method: 'POST', headers: { 'content-length': 5, 'transfer-encoding': 'chunked' } },
    5,
    'transfer-encoding-with-content-length',
  ],
  [
    { method: 'POST', headers: { 'content-length': 5 }, trailers: 'later' },
    5,
    'transfer-encoding-with-content-length',
  ],
  [{ method: 'POST', headers: { 'content-length': 4 } }, 5, 'content-length-mismatch'],
  [{ headers: { 'content-length': 1 } }, null, 'content-length-mismatch'],
  [{ headers: { 'content-length': '+1' } }, null, 'invalid-content-length'],
  [
    {
      method: 'POST',
      headers: [
        ['content-length', '5'],
        ['content-length', '5'],
      ],
    },
    5,
    'invalid-content-length',
  ],
  [{ method: 'POST', httpVersion: '1.0' }, undefined, 'transfer-encoding-in-http-1.0'],
  [{ headers: { expect: '100-continue' } }, null, 'content-not-allowed'],
  [{ method: 'POST', httpVersion: '1.0', headers: { expect: '100-continue' } }, 5, 'content-not-allowed'],
  [{ headers: { te: 'trailers, Chunked;q=1' } }, null, 'invalid-field-value'],
  [{ method: 'POST', trailers: { 'content-length': '1' } }, 5, 'field-not-allowed-in-trailers'],
  [{ method: 'GET ' }, null, 'invalid-method'],
  [{ headers: { a: 'b\r\nc: d' } }, null, 'invalid-field-value'],
])('%o of %o bytes is refused: %s', (request, size, code) =>
  expect(refused(request, size)).toMatchObject({ code, by: 'user' }),
);

test('nothing is sent chunked to a server of HTTP/1.0', () => {
  const error = errorOf(() => encodeRequest({ method: 'POST' }, undefined, 'a', '1.0'));
  expect(error).toMatchObject({ code: 'transfer-encoding-in-http-1.0', by: 'user' });
  expect(encodeRequest({ method: 'POST' }, 5, 'a', '1.0').framing.kind).toBe('length');
});

test('the target of a URL: what a URL may hold and a target may not is percent-encoded', () => {
  const of = (url: string): string => targetOf(new URL(url));
  expect(of('http://a/b/c?d=e#f')).toBe('/b/c?d=e');
  expect(of('http://a')).toBe('/');
  expect(of('http://a/[]^|%zz%2f%')).toBe('/%5B%5D%5E%7C%25zz%2f%25');
  expect(targetOf({ pathname: '/\\`{}', search: '?%A%4G%4f' })).toBe('/%5C%60%7B%7D?%25A%254G%4f');
});
