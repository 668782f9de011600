/** A response as it is sent: framing and persistence as the request and the response together ask, and what is refused. */
import {
  Fields,
  HttpError,
  type OutgoingResponse,
  octets,
  type RequestHead,
  RequestParser,
  StatusLines,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import {
  CONTINUE,
  encodeInformation,
  encodeRefusal,
  encodeResponse,
  encodeSwitch,
} from '../../src/wire/response.ts';
import { errorOf } from './error-of.ts';

type Size = number | undefined | null;

function head(line: string, ...fields: string[]): RequestHead {
  const text = [`${line}`, 'Host: a', ...fields, '', ''].join('\r\n');
  return new RequestParser().receive(octets(text)).next() as RequestHead;
}

const GET = head('GET / HTTP/1.1');
const HEAD = head('HEAD / HTTP/1.1');
const OLD = head('GET / HTTP/1.0');

const encoded = (request: RequestHead, response: OutgoingResponse, size: Size, mustClose = false) =>
  encodeResponse(request, response, size, new StatusLines(), mustClose);

/** The head's lines, without the empty one. */
function lines(request: RequestHead, response: OutgoingResponse, size: Size, mustClose = false): string[] {
  const { head } = encoded(request, response, size, mustClose);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
  return head.slice(0, -4).split('\r\n');
}

const OK = 'HTTP/1.1 200 OK';
const LENGTH_5 = { 'content-length': 5 };

test.each<[name: string, RequestHead, OutgoingResponse, Size, lines: string[], kind: string]>([
  ['nothing at all', GET, {}, null, [OK, 'Content-Length: 0'], 'none'],
  ['content', GET, {}, 5, [OK, 'Content-Length: 5'], 'length'],
  ['a stream', GET, {}, undefined, [OK, 'Transfer-Encoding: chunked'], 'chunked'],
  ['a stream of a known length', GET, { headers: LENGTH_5 }, undefined, [OK, 'Content-Length: 5'], 'length'],
  ['fields', GET, { headers: { a: 'b' } }, 1, [OK, 'a: b', 'Content-Length: 1'], 'length'],
  ['HEAD: no length that is not known', HEAD, {}, null, [OK], 'none'],
  [
    'HEAD: the length that GET would have',
    HEAD,
    { headers: LENGTH_5 },
    null,
    [OK, 'Content-Length: 5'],
    'length',
  ],
  ['HEAD: of content that is there', HEAD, {}, 5, [OK, 'Content-Length: 5'], 'length'],
  ['HEAD: of a stream', HEAD, {}, undefined, [OK, 'Transfer-Encoding: chunked'], 'chunked'],
  [
    'HEAD: 205 has no content to GET either',
    HEAD,
    { status: 205 },
    null,
    ['HTTP/1.1 205 Reset Content', 'Content-Length: 0'],
    'none',
  ],
  [
    'HEAD: of what would have trailers',
    HEAD,
    { trailers: { a: 'b' } },
    null,
    [OK, 'Transfer-Encoding: chunked', 'Trailer: a'],
    'chunked',
  ],
  ['204', GET, { status: 204 }, null, ['HTTP/1.1 204 No Content'], 'none'],
  ['204 with a length', GET, { status: 204, headers: LENGTH_5 }, null, ['HTTP/1.1 204 No Content'], 'none'],
  ['205', GET, { status: 205 }, null, ['HTTP/1.1 205 Reset Content', 'Content-Length: 0'], 'none'],
  ['304', GET, { status: 304 }, null, ['HTTP/1.1 304 Not Modified'], 'none'],
  [
    '304 with the length of 200',
    GET,
    { status: 304, headers: LENGTH_5 },
    null,
    ['HTTP/1.1 304 Not Modified', 'Content-Length: 5'],
    'length',
  ],
  [
    'a status without a usual reason',
    GET,
    { status: 299 },
    null,
    ['HTTP/1.1 299 ', 'Content-Length: 0'],
    'none',
  ],
  ['a reason', GET, { status: 299, reason: 'Odd' }, null, ['HTTP/1.1 299 Odd', 'Content-Length: 0'], 'none'],
  ['trailers', GET, { trailers: { a: 'b' } }, 5, [OK, 'Transfer-Encoding: chunked', 'Trailer: a'], 'chunked'],
  ['trailers that come later', GET, { trailers: 'later' }, 5, [OK, 'Transfer-Encoding: chunked'], 'chunked'],
])('%s', (_, request, response, size, expected, kind) => {
  expect(lines(request, response, size)).toEqual(expected);
  expect(encoded(request, response, size).framing.kind).toBe(kind);
  expect(encoded(request, response, size).closes).toBe(false);
});

test.each<
  [name: string, RequestHead, OutgoingResponse, Size, mustClose: boolean, last: string, closes: boolean]
>([
  ['told to close', GET, {}, null, true, 'Connection: close', true],
  ['the program closes', GET, { headers: { connection: 'close' } }, null, false, 'Connection: close', true],
  [
    'the client closes',
    head('GET / HTTP/1.1', 'Connection: close'),
    {},
    null,
    false,
    'Connection: close',
    true,
  ],
  ['HTTP/1.0 closes', OLD, {}, null, false, 'Connection: close', true],
  [
    'HTTP/1.0 keeps alive',
    head('GET / HTTP/1.0', 'Connection: keep-alive'),
    {},
    null,
    false,
    'Connection: keep-alive',
    false,
  ],
  [
    'HTTP/1.0 gets no chunks',
    head('GET / HTTP/1.0', 'Connection: keep-alive'),
    {},
    undefined,
    false,
    'Connection: close',
    true,
  ],
  ['the program says more', GET, { headers: { connection: 'a' } }, null, false, 'Connection: a', false],
])('persistence: %s', (_, request, response, size, mustClose, last, closes) => {
  const written = lines(request, response, size, mustClose);
  expect(written.at(-1)).toBe(last);
  expect(written.filter((line) => /chunked/.test(line))).toEqual([]);
  expect(encoded(request, response, size, mustClose).closes).toBe(closes);
});

test('until the connection closes, no field says where the content ends', () => {
  expect(encoded(OLD, {}, undefined).framing).toEqual({ kind: 'until-close' });
  for (const trailers of [undefined, { a: 'b' }])
    expect(lines(OLD, { trailers }, undefined)).toEqual([OK, 'Connection: close']);
});

const CONNECT = head('CONNECT b:1 HTTP/1.1');

test.each<[RequestHead, OutgoingResponse, Size, code: string]>([
  [GET, { status: 199 }, null, 'invalid-response'],
  [CONNECT, { status: 200 }, null, 'invalid-response'],
  [CONNECT, { status: 299 }, null, 'invalid-response'],
  [GET, { headers: LENGTH_5, trailers: { a: 'b' } }, undefined, 'invalid-response'],
  [GET, { headers: { 'transfer-encoding': 'chunked' } }, 5, 'invalid-response'],
  [GET, { status: 204 }, 1, 'content-not-allowed'],
  [GET, { status: 205 }, 1, 'content-not-allowed'],
  [GET, { status: 304 }, undefined, 'content-not-allowed'],
  [GET, { headers: LENGTH_5 }, 4, 'content-length-mismatch'],
  [GET, { headers: LENGTH_5 }, null, 'content-length-mismatch'],
  [HEAD, { headers: LENGTH_5 }, 4, 'content-length-mismatch'],
  [GET, { status: 1000 }, null, 'invalid-status'],
  [GET, { reason: 'a\r\nb' }, null, 'invalid-status-line'],
  [GET, { trailers: { host: 'b' } }, 1, 'field-not-allowed-in-trailers'],
])('refuses %#: %s', (request, response, size, code) => {
  const error = errorOf(() => encoded(request, response, size));
  expect(error).toMatchObject({ code, by: 'user' });
});

test('300 to CONNECT is a response', () =>
  expect(lines(CONNECT, { status: 300 }, null)[0]).toBe('HTTP/1.1 300 Multiple Choices'));

describe('Date', () => {
  const SECOND = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
  const DATE = 'Date: Sun, 06 Nov 1994 08:49:37 GMT';
  const NEXT = 'Date: Sun, 06 Nov 1994 08:49:38 GMT';

  test('stands behind the status line, and changes with the clock at a tick', () => {
    let now = SECOND;
    const statusLines = new StatusLines(() => now);
    statusLines.tick();
    expect(statusLines.of(200)).toBe(`${OK}\r\n${DATE}\r\n`);
    now += 1000;
    expect(statusLines.of(200)).toBe(`${OK}\r\n${DATE}\r\n`);
    expect(statusLines.dateLine).toBe(`${DATE}\r\n`);
    statusLines.tick();
    expect(statusLines.dateLine).toBe(`${NEXT}\r\n`);
    expect(statusLines.of(200)).toBe(`${OK}\r\n${NEXT}\r\n`);
    expect(statusLines.of(404)).toBe(`HTTP/1.1 404 Not Found\r\n${NEXT}\r\n`);
  });

  test('is made once a second, however often it is looked at', () => {
    let looks = 0;
    const statusLines = new StatusLines(() => {
      looks++;
      return SECOND + looks;
    });
    statusLines.tick();
    const text = statusLines.of(200);
    for (let i = 0; i < 100; i++) expect(statusLines.of(200)).toBe(text);
    statusLines.tick(); // the same second
    expect(statusLines.of(200)).toBe(text);
    expect(looks).toBeLessThan(5);
  });

  test('without a clock there is none', () => {
    const statusLines = new StatusLines();
    statusLines.tick();
    expect([statusLines.dateLine, statusLines.of(200)]).toEqual(['', `${OK}\r\n`]);
  });

  test.each<[OutgoingResponse, string[]]>([
    [{}, [OK, DATE]],
    [{ reason: 'Fine' }, ['HTTP/1.1 200 Fine', DATE]],
    [{ headers: { date: 'mine' } }, [OK, 'date: mine']],
    [{ reason: 'Fine', headers: { date: 'mine' } }, ['HTTP/1.1 200 Fine', 'date: mine']],
  ])('is sent once: %o', (response, expected) => {
    const { head } = encodeResponse(GET, response, null, new StatusLines(() => SECOND), false);
    expect(head).toBe([...expected, 'Content-Length: 0', '', ''].join('\r\n'));
  });
});

test('interim responses', () => {
  expect(CONTINUE).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  expect(encodeInformation(103, { link: '<a>' })).toBe('HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n');
  expect(encodeInformation(102, [])).toBe('HTTP/1.1 102 Processing\r\n\r\n');
  expect(encodeInformation(199, [['a-content-length', '1']])).toContain('a-content-length: 1');
  expect(encodeInformation(103, [['content-length-a', '1']])).toContain('content-length-a: 1');
  for (const status of [100, 101, 200, Number.NaN])
    expect(errorOf(() => encodeInformation(status, []))).toMatchObject({
      code: 'invalid-response',
      by: 'user',
    });
  for (const name of ['Content-Length', 'transfer-encoding'])
    expect(errorOf(() => encodeInformation(103, { [name]: '1' }))).toMatchObject({
      code: 'invalid-response',
    });
  expect(
    encodeInformation(
      103,
      (function* () {
        yield ['a', 'b'] as const;
      })(),
    ),
  ).toContain('\r\na: b\r\n\r\n');
});

test('the head that ends HTTP', () => {
  const upgrade = head('GET / HTTP/1.1', 'Connection: upgrade', 'Upgrade: a/1, B');
  const switching = (fields: [string, string][], request = upgrade): string =>
    encodeSwitch(request, new Fields(fields));
  expect(switching([['Upgrade', 'b']])).toBe(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: b\r\n\r\n',
  );
  expect(
    switching([
      ['upgrade', 'A/1, b'],
      ['c', 'd'],
    ]),
  ).toContain('\r\nupgrade: A/1, b\r\nc: d\r\n\r\n');
  expect(switching([['c', 'd']], CONNECT)).toBe('HTTP/1.1 200 OK\r\nc: d\r\n\r\n');
  for (const fields of [
    [],
    [['upgrade', 'b, c']],
    [
      ['upgrade', 'b'],
      ['transfer-encoding', 'chunked'],
    ],
  ] as [string, string][][])
    expect(errorOf(() => switching(fields))).toMatchObject({ code: 'invalid-response', by: 'user' });
  expect(errorOf(() => switching([['upgrade', 'b']], GET)).message).toContain('nothing');
});

test('a refusal names the rule and ends the connection; to HEAD it has no content', () => {
  const error = new HttpError('host-missing', 'the request has no Höst');
  const text = 'the request has no H\xc3\xb6st (RFC 9112 3.2)\n';
  const start = `HTTP/1.1 400 Bad Request\r\nDate: x\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  expect(encodeRefusal(error, 'Date: x\r\n', false)).toBe(
    `${start}Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  );
  expect(encodeRefusal(error, 'Date: x\r\n', true)).toBe(`${start}Connection: close\r\n\r\n`);
});
