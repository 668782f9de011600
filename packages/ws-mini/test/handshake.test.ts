import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Fields, RequestParser } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import {
  acceptFields,
  acceptFor,
  type ClientHandshake,
  encodeOpeningRequest,
  formatExtensions,
  keyFrom,
  parseExtensions,
  parseWebSocketUrl,
  readOpeningRequest,
  readOpeningResponse,
  refusalFields,
  WebSocketError,
} from '../src/wire/index.ts';
import { sha1 } from '../src/wire/sha1.ts';
import { caught, runs, toHex } from './support.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

test('SHA-1 is what node:crypto makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 300 }), (input) => {
      expect(toHex(sha1(input))).toBe(createHash('sha1').update(input).digest('hex'));
    }),
    runs,
  );
  for (const length of [55, 56, 63, 64, 119, 120])
    expect(toHex(sha1('a'.repeat(length)))).toBe(createHash('sha1').update('a'.repeat(length)).digest('hex'));
});

test('RFC 6455 1.3: the accept value of the sample key', () => {
  expect(keyFrom(new TextEncoder().encode('the sample nonce'))).toBe(KEY);
  expect(acceptFor(KEY)).toBe(ACCEPT);
});

// ---- the server's side -----------------------------------------------------------------------------

type Changes = Record<string, string | string[] | undefined>;
const opening: Changes = {
  Host: 'server.example.com',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};
const request = (changes: Changes = {}, method = 'GET', version = '1.1', target = '/chat?x=1') => ({
  method,
  version,
  target,
  fields: new Fields({ ...opening, ...changes }),
});

describe('the server reads', () => {
  test('RFC 6455 1.3: the sample request', () => {
    const text =
      'GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Key: ${KEY}\r\nOrigin: http://example.com\r\n` +
      'Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n';
    const head = new RequestParser().receive(Buffer.from(text)).next();
    if (head?.type !== 'head') throw new Error('no head');
    const read = readOpeningRequest(head);
    expect(read).toMatchObject({
      path: '/chat',
      key: KEY,
      origin: 'http://example.com',
      protocols: ['chat', 'superchat'],
    });
    expect(acceptFields(read, 'chat', [])).toEqual([
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', ACCEPT],
      ['Sec-WebSocket-Protocol', 'chat'],
    ]);
  });

  test.each([
    ['tokens in any case', { Upgrade: 'WebSocket', Connection: 'keep-alive, uPGRADE' }],
    ['Connection in two lines', { Connection: ['keep-alive', 'Upgrade'] }],
    ['another protocol beside ours', { Upgrade: 'h2c, websocket' }],
    ['Content-Length: 0', { 'Content-Length': '0' }],
  ] as [string, Changes][])('%s', (_, changes) => {
    expect(readOpeningRequest(request(changes)).key).toBe(KEY);
  });

  test('what was asked for, line by line or in a list', () => {
    const lines = readOpeningRequest(
      request({ 'Sec-WebSocket-Protocol': ['a', 'b'], 'Sec-WebSocket-Extensions': ['foo', 'bar; baz=2'] }),
    );
    const list = readOpeningRequest(
      request({ 'Sec-WebSocket-Protocol': 'a, b', 'Sec-WebSocket-Extensions': 'foo, bar; baz=2' }),
    );
    expect(lines.protocols).toEqual(['a', 'b']);
    expect(lines.extensions).toEqual([
      { name: 'foo', parameters: [] },
      { name: 'bar', parameters: [['baz', '2']] },
    ]);
    expect({ ...list, fields: 0 }).toEqual({ ...lines, fields: 0 });
    const answer = acceptFields(list, undefined, list.extensions).at(-1);
    expect(answer).toEqual(['Sec-WebSocket-Extensions', 'foo, bar; baz=2']);
  });

  test.each([
    ['/chat?x=1', '/chat'],
    ['/', '/'],
    ['/a//b?', '/a//b'],
    ['http://example.com/chat?x', '/chat'],
    ['ws://example.com', '/'],
    ['http://example.com?x', '/'],
    ['/?to=http://example.com/b', '/'],
  ])('the path of %s', (target, path) => {
    expect(readOpeningRequest(request({}, 'GET', '1.1', target))).toMatchObject({ target, path });
  });
});

describe('the server refuses', () => {
  test.each([
    ['POST', request({}, 'POST'), 'method-not-get', 405],
    ['HTTP/1.0', request({}, 'GET', '1.0'), 'http-version-too-low', 505],
    ['no Host', request({ Host: undefined }), 'host-missing', 400],
    ['no Upgrade', request({ Upgrade: undefined }), 'upgrade-missing', 426],
    ['Upgrade: h2c', request({ Upgrade: 'h2c' }), 'upgrade-missing', 426],
    ['Upgrade: websocket2', request({ Upgrade: 'websocket2' }), 'upgrade-missing', 426],
    ['no Connection', request({ Connection: undefined }), 'connection-without-upgrade', 400],
    ['Connection: keep-alive', request({ Connection: 'keep-alive' }), 'connection-without-upgrade', 400],
    ['Connection: no-upgrade', request({ Connection: 'no-upgrade' }), 'connection-without-upgrade', 400],
    ['chunked content', request({ 'Transfer-Encoding': 'chunked' }), 'request-has-body', 400],
    ['content', request({ 'Content-Length': '5' }), 'request-has-body', 400],
    ['no key', request({ 'Sec-WebSocket-Key': undefined }), 'key-malformed', 400],
    ['a key of 15 bytes', request({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }), 'key-malformed', 400],
    ['a key of 17 bytes', request({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' }), 'key-malformed', 400],
    [
      'a key in base64url',
      request({ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j_Q==' }),
      'key-malformed',
      400,
    ],
    ['two keys', request({ 'Sec-WebSocket-Key': [KEY, KEY] }), 'key-malformed', 400],
    ['no version', request({ 'Sec-WebSocket-Version': undefined }), 'version-not-supported', 426],
    ['version 8', request({ 'Sec-WebSocket-Version': '8' }), 'version-not-supported', 426],
    ['version 13.0', request({ 'Sec-WebSocket-Version': '13.0' }), 'version-not-supported', 426],
    ['an empty subprotocol list', request({ 'Sec-WebSocket-Protocol': '' }), 'subprotocols-malformed', 400],
    [
      'a subprotocol that is no token',
      request({ 'Sec-WebSocket-Protocol': 'a b' }),
      'subprotocols-malformed',
      400,
    ],
    [
      'a subprotocol twice',
      request({ 'Sec-WebSocket-Protocol': ['a', 'b, a'] }),
      'subprotocols-malformed',
      400,
    ],
    ['malformed extensions', request({ 'Sec-WebSocket-Extensions': 'a;' }), 'extensions-malformed', 400],
  ] as const)('%s', (_, head, code, status) => {
    const error = caught(() => readOpeningRequest(head));
    expect([error.code, error.status, error.by]).toEqual([code, status, 'peer']);
    const names = refusalFields(error).map(([name]) => name);
    // RFC 9110 15.5.6 and 15.5.22: 405 says what is allowed, 426 what to upgrade to.
    expect(names.includes('Allow')).toBe(status === 405);
    expect(names.includes('Upgrade')).toBe(status === 426);
    expect(names.includes('Sec-WebSocket-Version')).toBe(code === 'version-not-supported');
  });

  test('nobody who asks for neither subprotocol nor extension: the 101 then names none', () => {
    const read = readOpeningRequest(request());
    expect(read).toMatchObject({ protocols: [], extensions: [] });
    const names = acceptFields(read, undefined, []).map(([name]) => name);
    expect(names).toEqual(['Upgrade', 'Connection', 'Sec-WebSocket-Accept']);
  });

  test('its own user, who takes a subprotocol that was not asked for', () => {
    const read = readOpeningRequest(request({ 'Sec-WebSocket-Protocol': 'a' }));
    expect(caught(() => acceptFields(read, 'b', []))).toMatchObject({
      code: 'subprotocol-not-offered',
      by: 'user',
    });
  });
});

// ---- the client's side -----------------------------------------------------------------------------

const client = (changes: Partial<ClientHandshake> = {}): ClientHandshake => ({
  url: parseWebSocketUrl('ws://example.com/chat?x=1'),
  key: KEY,
  protocols: [],
  extensions: [],
  ...changes,
});
const response = (changes: Changes = {}, status = 101) => ({
  status,
  fields: new Fields({
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': ACCEPT,
    ...changes,
  }),
});

describe('the client', () => {
  test('writes a request that the server reads', () => {
    const handshake = client({
      protocols: ['a', 'b'],
      extensions: [{ name: 'permessage-deflate', parameters: [['client_max_window_bits', undefined]] }],
    });
    const text = encodeOpeningRequest(handshake, { Origin: 'http://example.com', Cookie: 'a=b' });
    const head = new RequestParser().receive(Buffer.from(text, 'latin1')).next();
    if (head?.type !== 'head') throw new Error('no head');
    expect(head.fields.get('host')).toBe('example.com');
    expect(head.fields.get('cookie')).toBe('a=b');
    expect(readOpeningRequest(head)).toMatchObject({
      target: '/chat?x=1',
      key: KEY,
      origin: 'http://example.com',
      protocols: ['a', 'b'],
      extensions: handshake.extensions,
    });
  });

  test('asks for nothing that its user did not ask for, line by line', () => {
    const lines = (of: ClientHandshake, extra?: Record<string, string>): string[] =>
      encodeOpeningRequest(of, extra).split('\r\n');
    const always = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${KEY}`];
    const first = ['GET /chat?x=1 HTTP/1.1', 'Host: example.com', ...always, 'Sec-WebSocket-Version: 13'];
    expect(lines(client())).toEqual([...first, '', '']);
    const named = client({ url: parseWebSocketUrl('ws://user:pass@example.com/chat?x=1') });
    const authorization = `Authorization: Basic ${btoa('user:pass')}`;
    expect(lines(named)).toEqual([...first, authorization, '', '']);
    // The user's own word comes before the URL's, also where it is not his only field.
    const own = { Cookie: 'a=b', authorization: 'Bearer x' };
    expect(lines(named, own)).toEqual([...first, 'Cookie: a=b', 'authorization: Bearer x', '', '']);
    // The name of a field may end in, or begin with, one that is the handshake's.
    const alike = { 'X-Upgrade': '1', 'Upgrade-Insecure-Requests': '1' };
    expect(lines(client(), alike).slice(-4, -2)).toEqual(['X-Upgrade: 1', 'Upgrade-Insecure-Requests: 1']);
  });

  test('lets the user name another Host, and nothing of the handshake itself', () => {
    expect(encodeOpeningRequest(client(), { host: 'other' })).toMatch(/^GET [^\r]+\r\nUpgrade/);
    for (const name of [
      'Upgrade',
      'Connection',
      'Sec-WebSocket-Key',
      'sec-websocket-x',
      'Content-Length',
      'Transfer-Encoding',
    ])
      expect(caught(() => encodeOpeningRequest(client(), { [name]: 'x' }))).toMatchObject({
        code: 'header-invalid',
        by: 'user',
      });
    expect(caught(() => encodeOpeningRequest(client(), { Cookie: 'a\r\nb: c' })).code).toBe('header-invalid');
    expect(caught(() => encodeOpeningRequest(client({ protocols: ['a', 'a'] }))).code).toBe(
      'subprotocols-malformed',
    );
    expect(caught(() => encodeOpeningRequest(client({ protocols: ['a b'] }))).code).toBe(
      'subprotocols-malformed',
    );
    const broken = {
      get [Symbol.iterator](): never {
        throw new RangeError('broken');
      },
    };
    expect(() => encodeOpeningRequest(client(), broken)).toThrow(RangeError);
  });

  test.each([
    ['the plain answer', response(), {}],
    ['tokens in any case', response({ Upgrade: 'WebSocket', Connection: 'keep-alive, upgrade' }), {}],
    ['a subprotocol out of its list', response({ 'Sec-WebSocket-Protocol': 'b' }), { protocols: ['a', 'b'] }],
    ['no subprotocol, though it asked', response(), { protocols: ['a'] }],
    [
      'an extension out of its list',
      response({ 'Sec-WebSocket-Extensions': 'x; y=1' }),
      { extensions: [{ name: 'x', parameters: [] }] },
    ],
  ] as const)('takes %s', (_, head, changes) => {
    const taken = readOpeningResponse(head, client(changes));
    expect(taken.protocol).toBe(head.fields.get('sec-websocket-protocol') ?? '');
    expect(formatExtensions(taken.extensions)).toBe(head.fields.get('sec-websocket-extensions') ?? '');
  });

  const offersX = { extensions: [{ name: 'x', parameters: [] }] };
  test.each([
    ['200', response({}, 200), {}, 'status-not-101'],
    ['no Upgrade', response({ Upgrade: undefined }), {}, 'upgrade-not-websocket'],
    ['Upgrade: h2c', response({ Upgrade: 'h2c' }), {}, 'upgrade-not-websocket'],
    ['no Connection', response({ Connection: undefined }), {}, 'connection-not-upgrade'],
    ['Connection: close', response({ Connection: 'close' }), {}, 'connection-not-upgrade'],
    ['no Accept', response({ 'Sec-WebSocket-Accept': undefined }), {}, 'accept-wrong'],
    ['a wrong Accept', response({ 'Sec-WebSocket-Accept': KEY }), {}, 'accept-wrong'],
    ['two Accepts', response({ 'Sec-WebSocket-Accept': [ACCEPT, ACCEPT] }), {}, 'accept-wrong'],
    [
      'a subprotocol not asked for',
      response({ 'Sec-WebSocket-Protocol': 'a' }),
      {},
      'subprotocol-not-requested',
    ],
    [
      'two subprotocols',
      response({ 'Sec-WebSocket-Protocol': 'a, b' }),
      { protocols: ['a', 'b'] },
      'subprotocol-not-requested',
    ],
    [
      'an empty subprotocol',
      response({ 'Sec-WebSocket-Protocol': '' }),
      { protocols: ['a'] },
      'subprotocol-not-requested',
    ],
    ['an extension not offered', response({ 'Sec-WebSocket-Extensions': 'x' }), {}, 'extension-not-offered'],
    [
      'an extension twice',
      response({ 'Sec-WebSocket-Extensions': 'x, x' }),
      offersX,
      'extension-not-offered',
    ],
    [
      'malformed extensions',
      response({ 'Sec-WebSocket-Extensions': 'x=1' }),
      offersX,
      'extensions-malformed',
    ],
  ] as const)('fails on %s', (_, head, changes, code) => {
    const error = caught(() => readOpeningResponse(head, client(changes)));
    expect([error.code, error.by]).toEqual([code, 'peer']);
    if (code === 'status-not-101') expect(error.status).toBe(200);
  });
});

describe('the URL (RFC 6455 3)', () => {
  test.each([
    [
      'ws://example.com',
      { port: 80, host: 'example.com', target: '/', isSecure: false, href: 'ws://example.com/' },
    ],
    ['wss://example.com/a?b', { port: 443, host: 'example.com', target: '/a?b', isSecure: true }],
    ['WS://EXAMPLE.com:80/', { port: 80, host: 'example.com' }],
    ['ws://example.com:443/', { port: 443, host: 'example.com:443' }],
    ['ws://[::1]:8080/x', { hostname: '::1', host: '[::1]:8080', port: 8080 }],
    ['http://example.com/', { href: 'ws://example.com/', port: 80 }],
    ['https://example.com/', { href: 'wss://example.com/', port: 443, isSecure: true }],
    ['ws://example.com/%23', { target: '/%23' }],
  ])('%s', (url, parts) => {
    expect(parseWebSocketUrl(url)).toMatchObject(parts);
    expect(parseWebSocketUrl(new URL(url))).toMatchObject(parts);
  });

  test.each([
    '',
    'example.com',
    '/chat',
    'ftp://example.com',
    'ws://',
    'ws://a/#',
    'ws://a/#b',
    'ws://a:99999',
    // WHATWG takes these hosts, and no server takes them in Host.
    'ws://{a}/',
    'ws://`:443/',
    'ws://a"b/',
  ])('refuses "%s"', (url) => {
    // rfc6455/3/fragment, rfc6455/4.1/invalid-uri
    expect(caught(() => parseWebSocketUrl(url))).toMatchObject({ code: 'url-invalid', by: 'user' });
  });
});

describe('Sec-WebSocket-Extensions (RFC 6455 9.1)', () => {
  test.each([
    ['quoted values', 'a; b="c"', [['b', 'c']]],
    ['escapes in quotes', 'a; b="\\c\\d"', [['b', 'cd']]],
    [
      'space around everything',
      ' a\t;  b = "c" ; d ',
      [
        ['b', 'c'],
        ['d', undefined],
      ],
    ],
    ['empty elements of the list', ', ,a; b=c,,', [['b', 'c']]],
    [
      'names of Object.prototype',
      'a; __proto__=1; constructor; __proto__',
      [
        ['__proto__', '1'],
        ['constructor', undefined],
        ['__proto__', undefined],
      ],
    ],
  ])('%s', (_, value, parameters) => {
    expect(parseExtensions(value)).toEqual([{ name: 'a', parameters }]);
  });

  test.each([
    '',
    ',',
    ' , ',
    'a;',
    'a;;b',
    ';a',
    'a=b',
    'a; b=',
    'a; =b',
    'a b',
    'a; b c',
    'a; b="c',
    'a; b="c" d',
    'a; b=""',
    'a; b="c d"',
    'a; b="c\\',
    'a; b="c"d',
    'a; b=c=d',
    'a"',
    'é',
    'a,(b)',
  ])('refuses "%s"', (value) => {
    expect(caught(() => parseExtensions(value)).code).toBe('extensions-malformed');
  });

  test('names the character where it is malformed', () => {
    expect(caught(() => parseExtensions('a; b c')).offset).toBe(5);
  });

  // No clock is asked: to look back over all that was read, piece by piece, would take minutes.
  test('what is wrong at its very end is refused in linear time', () => {
    for (const piece of ['a;b,', ' ', ',', 'a; b="\\c",', '"', 'a']) {
      const text = `${piece.repeat(100_000)}=`;
      expect(caught(() => parseExtensions(text)).code).toBe('extensions-malformed');
    }
  });
});

test('a refusal says what would do instead', () => {
  const upgrade = ['Upgrade: websocket', 'Connection: Upgrade'];
  const said = (code: 'method-not-get' | 'upgrade-missing' | 'version-not-supported' | 'key-malformed') =>
    refusalFields(new WebSocketError(code, 'refused')).map(([name, value]) => `${name}: ${value}`);
  expect(said('method-not-get')).toEqual(['Allow: GET']);
  expect(said('upgrade-missing')).toEqual(upgrade);
  expect(said('version-not-supported')).toEqual(['Sec-WebSocket-Version: 13', ...upgrade]);
  expect(said('key-malformed')).toEqual([]);
});

test('fields that a user adds to the 101 stand behind its own, and cannot be those', () => {
  const read = readOpeningRequest(request());
  expect(acceptFields(read, undefined, [], { 'Set-Cookie': ['a=b', 'c=d'] }).slice(3)).toEqual([
    ['Set-Cookie', 'a=b'],
    ['Set-Cookie', 'c=d'],
  ]);
  for (const extra of [{ 'sec-websocket-accept': 'x' }, { Upgrade: 'x' }, { a: 'b\r\nc: d' }])
    expect(caught(() => acceptFields(read, undefined, [], extra))).toMatchObject({
      code: 'header-invalid',
      by: 'user',
    });
});

test('name and password of a URL become an Authorization field (RFC 7617), and nothing becomes none', () => {
  expect(parseWebSocketUrl('ws://%ff:%61@a/').authorization).toBe(`Basic ${btoa('%ff:a')}`); // no UTF-8, and so as it is
  const authorization = (user: string) => parseWebSocketUrl(`ws://${user}a/`).authorization;
  expect(authorization('')).toBeUndefined();
  expect(authorization('b@')).toBe(`Basic ${btoa('b:')}`);
  expect(authorization(':c@')).toBe(`Basic ${btoa(':c')}`);
  expect(authorization('b%20b:c@')).toBe(`Basic ${btoa('b b:c')}`);
});

test.each([
  ['a colon in the name, behind which the server would begin the password', 'a%3Ab:secret@'],
  ['CR LF in the name', 'a%0d%0ab:secret@'],
  ['CR LF in the password', 'a:secret%0D%0A@'],
  ['NUL', 'a%00:secret@'],
  ['DEL', 'a:secret%7f@'],
])('the URL has %s: refused (RFC 7617 2), and the password is told to nobody', (_, user) => {
  const error = caught(() => parseWebSocketUrl(`ws://${user}a/`));
  expect(error).toMatchObject({ code: 'url-invalid', by: 'user' });
  expect(error.message).toMatch(/send Authorization instead/);
  expect(error.message).not.toContain('secret');
});

test.each([
  'ws://u:secret@a b/',
  'u:secret@host:80/',
  'ftp://u:secret@a/',
  'ws://u:secret@{a}/',
  'ws://u:secret@a/#x',
])('the message about %s has no password in it (RFC 3986 3.2.1)', (url) => {
  expect(caught(() => parseWebSocketUrl(url)).message).not.toContain('secret');
});
