// HTTP messages: named cases. Laws 1, 3 and 4 are asked of it in packages/conformance/src/properties/explain.ts.
import { type ExplainOptions, explain, formatExplanation, printable, printableLines } from 'explain-mini';
import { octets } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { said } from './support.ts';

const explained = (text: string, options?: ExplainOptions) => explain(octets(text), options);

describe('what the bytes say', () => {
  test('a request with content', () => {
    const { fields, error, awaits } = explained(
      'POST /a?b HTTP/1.1\r\nHost:a\r\nContent-Length: 2 \r\n\r\nhi',
    );
    expect({ error, awaits }).toEqual({ error: undefined, awaits: undefined });
    expect(fields.map(({ start, end, name, value, rule }) => [start, end, name, value, rule])).toEqual([
      [0, 4, 'method', 'POST', 'RFC 9110 9.1'],
      [4, 5, 'SP', '', 'RFC 9112 3'],
      [5, 9, 'request-target', '/a?b', 'RFC 9112 3.2'],
      [9, 10, 'SP', '', 'RFC 9112 3'],
      [10, 18, 'HTTP-version', 'HTTP/1.1', 'RFC 9112 2.3'],
      [18, 20, 'CRLF', '', 'RFC 9112 2.2'],
      [20, 24, 'field-name', 'Host', 'RFC 9110 5.1'],
      [24, 25, 'colon', '', 'RFC 9112 5'],
      [25, 26, 'field-value', 'a', 'RFC 9110 7.2'],
      [26, 28, 'CRLF', '', 'RFC 9112 2.2'],
      [28, 42, 'field-name', 'Content-Length', 'RFC 9110 5.1'],
      [42, 43, 'colon', '', 'RFC 9112 5'],
      [43, 44, 'OWS', '', 'RFC 9112 5'],
      [44, 45, 'field-value', '2', 'RFC 9110 8.6'],
      [45, 46, 'OWS', '', 'RFC 9112 5'],
      [46, 48, 'CRLF', '', 'RFC 9112 2.2'],
      [48, 50, 'CRLF', 'then 2 bytes of content', 'RFC 9112 6.3'],
      [50, 52, 'content', 'hi', 'RFC 9112 6'],
    ]);
  });

  test('chunk lines, extensions and trailers', () => {
    const head = 'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunks = '1a ; a=1;b="x\\"y"\r\nabcdefghijklmnopqrstuvwxyz\r\n0;last\r\nX-T: 1\r\n\r\n';
    const { fields } = explained(head + chunks);
    const inContent = fields.filter(({ start }) => start >= head.length);
    expect(inContent.map(({ start, name, value }) => [start - head.length, name, value])).toEqual([
      [0, 'chunk-size', '26'],
      [2, 'chunk-ext', 'a=1'],
      [8, 'chunk-ext', 'b=x"y'],
      [17, 'CRLF', ''],
      [19, 'chunk-data', 'abcdefghijklmnopqrstuvwxyz'],
      [45, 'CRLF', ''],
      [47, 'chunk-size', '0'],
      [48, 'chunk-ext', 'last'],
      [53, 'CRLF', ''],
      [55, 'trailer field-name', 'X-T'],
      [58, 'colon', ''],
      [59, 'OWS', ''],
      [60, 'trailer field-value', '1'],
      [61, 'CRLF', ''],
      [63, 'CRLF', 'the end of the message'],
    ]);
  });

  test('several responses, an interim one among them, and content until the close', () => {
    const stream =
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.0 404 \r\n\r\nrest';
    expect(said(explained(stream))).toEqual([
      'HTTP-version: HTTP/1.1',
      'status-code: 103',
      'reason-phrase: Early Hints',
      'CRLF: the final response comes later',
      'HTTP-version: HTTP/1.1',
      'status-code: 200',
      'reason-phrase: OK',
      'field-name: Content-Length',
      'field-value: 1',
      'CRLF: then 1 byte of content',
      'content: a',
      'HTTP-version: HTTP/1.0',
      'status-code: 404',
      'CRLF: then content until the connection closes',
      'content: rest',
      'awaits content, or the close of the connection',
    ]);
  });

  test('the methods that are answered decide where content ends', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(said(explained(head + head, { methods: ['HEAD', 'HEAD'] })).at(-1)).toBe('CRLF: no content');
    expect(said(explained(head, { methods: ['GET'] })).at(-1)).toBe('awaits 5 more bytes of content');
    const tooMany = explained(`HTTP/1.1 204 \r\n\r\n${head}`, { methods: ['GET'] });
    expect(tooMany.error?.code).toBe('unsolicited-response');
  });

  test('after a switch of protocols, the bytes are not HTTP', () => {
    const connect = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n\x16\x03';
    const switched = 'HTTP/1.1 101 \r\nUpgrade: x/1\r\n\r\n\x81\x00';
    const tunnel = 'HTTP/1.1 200 \r\n\r\n\x16\x03';
    const refused = 'HTTP/1.1 403 \r\nContent-Length: 2\r\n\r\nno';
    for (const bytes of [connect, switched]) {
      expect(explained(bytes).fields.at(-1)).toMatchObject({
        name: 'another protocol',
        value: bytes.slice(-2),
      });
    }
    expect(explained(tunnel, { methods: ['CONNECT'] }).fields.at(-1)?.name).toBe('another protocol');
    expect(explained(refused, { methods: ['CONNECT'] }).fields.at(-1)?.name).toBe('content');
  });

  test('empty lines before a request belong to nobody and await nothing', () => {
    expect(explained('\r\n\r\n')).toMatchObject({ awaits: undefined, error: undefined });
    expect(explained('\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n').fields.slice(0, 2)).toMatchObject([
      { name: 'CRLF', end: 2 },
      { name: 'method' },
    ]);
  });

  test('a folded value is one field', () => {
    const { fields } = explained('HTTP/1.1 204 \r\nA: b\r\n  c\r\n \r\nD : e\r\n\r\n');
    expect(fields.filter(({ name }) => name === 'field-value')).toMatchObject([
      { value: 'b c', start: 18, end: 24 },
      { value: 'e' },
    ]);
  });

  test('nothing at all', () => {
    expect(explained('')).toEqual({
      from: 'client',
      offset: 0,
      text: '',
      fields: [],
      awaits: undefined,
      error: undefined,
    });
  });
});

describe('half a message says what it still waits for', () => {
  const request = (rest: string) => `POST / HTTP/1.1\r\nHost: a\r\n${rest}`;
  const chunked = (rest: string) => request(`Transfer-Encoding: chunked\r\n\r\n${rest}`);
  test.each([
    ['GE', 'request-line (begun)', 'the end of the request-line'],
    ['GET / HTTP/1.1\r', 'request-line (begun)', 'the end of the request-line'],
    ['HTTP/1.1 2', 'status-line (begun)', 'the end of the status-line'],
    [request(''), 'CRLF', 'a field-line, or the empty line'],
    [request('Conten'), 'field-line (begun)', 'a field-line, or the empty line'],
    [request('Content-Length: 3\r\n\r\n'), 'CRLF', '3 more bytes of content'],
    [request('Content-Length: 3\r\n\r\nab'), 'content', '1 more byte of content'],
    [chunked(''), 'CRLF', 'a chunk-size'],
    [chunked('1'), 'chunk-size (begun)', 'a chunk-size'],
    [chunked('5;a'), 'chunk-ext (begun)', 'the end of the chunk line'],
    [chunked('5\r\n'), 'CRLF', '5 more bytes of chunk-data'],
    [chunked('5\r\nab'), 'chunk-data', '3 more bytes of chunk-data'],
    [chunked('2\r\nab'), 'chunk-data', 'the CRLF that ends the chunk'],
    [chunked('2\r\nab\r'), 'CRLF (begun)', 'the CRLF that ends the chunk'],
    [chunked('2\r\nab\r\n'), 'CRLF', 'a chunk-size'],
    [chunked('0\r\n'), 'CRLF', 'a trailer field-line, or the empty line'],
    [chunked('0\r\nA'), 'trailer field-line (begun)', 'a trailer field-line, or the empty line'],
  ])('%j', (text, last, awaits) => {
    const explanation = explained(text);
    expect([explanation.fields.at(-1)?.name, explanation.awaits]).toEqual([last, awaits]);
  });
});

describe('a broken rule: what was read, the error, the rest unread', () => {
  test.each([
    ['GET /"', 'request-line (begun): GET /', 'unread: "', 'error invalid-target at 5'],
    ['GET / HTTP/1.1\r\nA b', 'field-line (begun): A', 'unread:  b', 'error whitespace-before-colon at 17'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc',
      'chunk-data: ab',
      'unread: c',
      'error invalid-chunk-end at 61',
    ],
  ])('%j', (text, before, unread, error) => {
    expect(said(explained(text)).slice(-3)).toEqual([before, unread, error]);
  });

  test('where the whole head is wrong, all of it is shown', () => {
    const lines = said(explained('GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nGET'));
    expect(lines.slice(-3)).toEqual(['field-value: 1', 'unread: GET', 'error host-missing at 0']);
  });
});

describe('in print', () => {
  test('every byte, with a long field cut short', () => {
    const bytes = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n${'x'.repeat(49)}`;
    const printed = formatExplanation(explained(bytes), { maxRows: 2 }).split('\n');
    expect(printed[0]).toBe(
      '       0  50 4f 53 54              POST      method          RFC 9110 9.1     POST',
    );
    expect(printed.slice(-4)).toEqual([
      '      56  78 78 78 78 78 78 78 78  xxxxxxxx',
      '      64  … 33 more bytes',
      '      97  … waits for 1 more byte of content',
      '',
    ]);
  });

  test('a broken rule with its place', () => {
    expect(formatExplanation(explained('GET /" HTTP/1.1\r\n'))).toContain('       5  ✗ invalid-target: ');
  });

  test('no control characters, whatever a peer sent', () => {
    const printed = formatExplanation(explained('HTTP/1.1 200 \x9b\xff\r\n\r\n\x1b[2J\x00\x07'));
    expect(printed).not.toMatch(/[^\n -~…✗]/);
  });

  test('text of somebody else: what steers or is invisible becomes a dot; joiners stay, and line ends among lines', () => {
    const text = '\x1b[2J\u009b\x7f\0\u202e\u2066\u00ad\u2028|👨\u200d👩\u200d👧 می\u200cخواهم';
    const tamed = '.[2J.......|👨\u200d👩\u200d👧 می\u200cخواهم';
    expect(printable(text)).toBe(tamed);
    expect(printable('a\r\n\tb')).toBe('a...b');
    expect(printableLines(`${text}\r\n\tb\rc`)).toBe(`${tamed}\n\tbc`);
  });
});
