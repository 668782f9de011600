/** Bytes and text, and the parser's small parts that no vector shows. */
import {
  contentDecoder,
  HttpError,
  Input,
  isToken,
  latin1,
  octets,
  parseTarget,
  RequestHead,
  RequestParser,
  type ResponseHead,
  ResponseParser,
  requestFraming,
  responseFraming,
} from 'http-mini/wire';
import { describe, expect, test, vi } from 'vitest';
import { latin1ByLoop } from '../../src/wire/characters.ts';
import { contentEncoder } from '../../src/wire/content.ts';
import { shown, shownByte } from '../../src/wire/errors.ts';
import { hold } from '../../src/wire/input.ts';
import { CONNECTION, type ParserRules, UPGRADE } from '../../src/wire/section.ts';
import { isHost } from '../../src/wire/target.ts';
import { every } from './cuts.ts';
import { errorOf } from './error-of.ts';

describe('what an error names', () => {
  test('a byte: in hexadecimal, and as it is where it can be seen', () => {
    const named = [0x00, 0x0d, 0x20, 0x21, 0x41, 0x7e, 0x7f, 0xff].map(shownByte);
    const seen = ['0x00', '0x0d', '0x20', '"!" (0x21)', '"A" (0x41)', '"~" (0x7e)', '0x7f', '0xff'];
    expect(named).toEqual(seen);
  });

  test('a text: quoted, and no more than 60 characters of it', () => {
    expect(shown('a\r\n')).toBe('"a\\r\\n"');
    // What steers a terminal or turns the direction of writing: CSI in one character, DEL, an override, a tag.
    expect(shown('\x9b2J\x7f\u202e\u2028')).toBe('"\\u009b2J\\u007f\\u202e\\u2028"');
    expect(shown('\u{e0001}한글 \u{1f600}')).toBe('"\\udb40\\udc01한글 \u{1f600}"');
    expect(shown('a'.repeat(60))).toBe(`"${'a'.repeat(60)}"`);
    expect(shown('a'.repeat(61))).toBe(`"${'a'.repeat(60)}..."`);
  });
});

describe('encoders of content', () => {
  test('until close: the parts as they are, and never complete before the close', () => {
    const encoder = contentEncoder({ kind: 'until-close' });
    expect([encoder.before(5), encoder.after, encoder.end()]).toEqual(['', '', '']);
    expect(encoder.isComplete).toBe(false);
  });

  test('a length: complete when so much was sent, and not before', () => {
    const encoder = contentEncoder({ kind: 'length', length: 5 });
    encoder.before(3);
    expect(encoder.isComplete).toBe(false);
    encoder.before(2);
    expect(encoder.isComplete).toBe(true);
  });
});

describe('bytes and text', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

  test('latin1: one character for each octet', () => {
    const text = latin1(all, 0, 256);
    expect([...text].map((character) => character.charCodeAt(0))).toEqual([...all]);
    expect(octets(text)).toEqual(all);
    expect(latin1(all, 0x41, 0x44)).toBe('ABC');
  });

  test('latin1 without Buffer says the same', () => {
    expect(latin1ByLoop(all, 0, 256)).toBe(latin1(all, 0, 256));
    expect(latin1ByLoop(all, 0x80, 0xa0)).toBe(latin1(all, 0x80, 0xa0)); // windows-1252 differs here
    expect(latin1ByLoop(all, 5, 5)).toBe('');
  });

  test('where there is no Buffer (a browser), text and bytes are the same', async () => {
    vi.resetModules();
    vi.stubGlobal('Buffer', undefined);
    try {
      const inBrowser = await import('../../src/wire/characters.ts');
      expect(inBrowser.latin1).toBe(inBrowser.latin1ByLoop);
      expect([...inBrowser.utf8('aä한')]).toEqual([0x61, 0xc3, 0xa4, 0xed, 0x95, 0x9c]);
      expect(inBrowser.utf8Length('aä한')).toBe(6);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('latin1 of a part of a larger buffer', () => {
    expect(latin1(octets('xxabcxx').subarray(2, 5), 1, 3)).toBe('bc');
  });

  test('isToken', () => {
    expect(isToken("a!#$%&'*+-.^_`|~9")).toBe(true);
    for (const text of ['', 'a b', 'a:', 'a\n', 'ä', '\u0161', '(']) expect(isToken(text)).toBe(false);
  });
});

describe('Input', () => {
  test('copies nothing: a piece that comes early waits for its turn', () => {
    const input = new Input();
    const [first, second] = [octets('abc'), octets('de')];
    input.receive(first);
    expect(input.bytes).toBe(first);
    expect(input.take(2)).toEqual(octets('ab'));
    input.receive(second);
    expect(input.unread).toBe(3);
    expect(input.offset(input.at)).toBe(2);
    expect(input.take(Infinity)).toEqual(octets('c'));
    expect(input.isEmpty).toBe(true);
    expect(input.advance()).toBe(true);
    expect(input.bytes).toBe(second);
    expect(input.offset(0)).toBe(3);
    expect(input.unread).toBe(2);
    input.receive(octets('f'));
    input.receive(octets('g'));
    expect(input.takeRest()).toEqual(octets('defg'));
    expect(input.advance()).toBe(false);
    expect(input.offset(input.at)).toBe(7);
    expect(input.takeRest()).toEqual(octets(''));
    input.receive(first);
    expect(input.bytes).toBe(first);
    expect(input.offset(0)).toBe(7);
  });

  test('joins many small pieces that wait, and leaves empty and large ones alone', () => {
    const received = (piece: Uint8Array): Input => {
      const input = new Input();
      for (let i = 0; i < 300; i++) {
        input.receive(piece);
        input.receive(octets(''));
      }
      expect(input.unread).toBe(300 * piece.length);
      input.take(Infinity);
      expect(input.advance()).toBe(true);
      return input;
    };
    expect(received(octets('a')).bytes).toEqual(octets('a'.repeat(256)));
    const large = new Uint8Array(16 * 1024);
    expect(received(large).bytes).toBe(large);
    expect(received(new Uint8Array(16 * 1024 - 1)).bytes.length).toBe(256 * (16 * 1024 - 1));
    expect(received(large).takeRest().length).toBe(299 * large.length);
  });

  test('a piece that waited alone is never copied, however many did before it', () => {
    const input = new Input();
    input.receive(octets('a'));
    for (let i = 0; i < 300; i++) {
      const piece = octets('b');
      input.receive(piece);
      input.take(Infinity);
      expect(input.advance()).toBe(true);
      expect(input.bytes).toBe(piece);
    }
    expect(input.takeRest().buffer).toBe(input.bytes.buffer);
  });

  test('joins none that were read', () => {
    const input = new Input();
    const receive = (text: string): void => {
      for (const character of text) input.receive(octets(character));
    };
    receive('a'.repeat(200));
    for (let i = 0; i < 100; i++) {
      input.take(Infinity);
      input.advance();
    }
    receive('b'.repeat(200));
    expect(latin1(input.takeRest(), 0, 300)).toBe('a'.repeat(100) + 'b'.repeat(200));
  });

  test('what comes in part is held in room that grows by half, up to the most', () => {
    const first = hold(new Uint8Array(0), 0, octets('a'), 2000);
    expect(first.length).toBe(256); // a small section fits
    expect(hold(first, 1, octets('b'.repeat(255)), 2000)).toBe(first);
    const grown = hold(first, 256, octets('c'), 2000);
    expect([grown.length, latin1(grown, 0, 257)]).toEqual([384, `a${'b'.repeat(255)}c`]);
    expect(hold(grown, 384, octets('d'.repeat(600)), 2000).length).toBe(984); // no room to grow for what is large
    expect(hold(new Uint8Array(1500), 1500, octets('e'), 2000).length).toBe(2000);
  });
});

describe('what a parser tells between events', () => {
  const GET = octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

  test('unread, leftover, isBetweenRequests', () => {
    const parser = new RequestParser();
    expect(parser.isBetweenRequests).toBe(true);
    parser.receive(GET).receive(GET);
    expect(parser.isBetweenRequests).toBe(false);
    expect(parser.unread).toBe(2 * GET.length);
    parser.next();
    parser.next();
    expect(parser.unread).toBe(GET.length);
    expect(parser.leftover()).toEqual(GET);
    expect(parser.unread).toBe(0);
    expect(parser.isBetweenRequests).toBe(true);
  });

  test('an empty line after a request is nothing of a next one; half of it is', () => {
    const parser = new RequestParser().receive(octets('\r\n'));
    expect(parser.next()).toBeUndefined();
    expect(parser.isBetweenRequests).toBe(true);
    parser.receive(octets('\r'));
    expect(parser.next()).toBeUndefined();
    expect(parser.isBetweenRequests).toBe(false);
    parser.receive(octets('\nG'));
    parser.next();
    expect(parser.isBetweenRequests).toBe(false);
    expect(errorOf(() => parser.end()).code).toBe('incomplete-message');
  });

  test.each([Number.NaN, -1, '100', null])(
    'a limit of %s is refused, for it would be none',
    (maxHeadBytes) => {
      for (const Parser of [RequestParser, ResponseParser]) {
        const error = errorOf(() => new Parser({ maxHeadBytes: maxHeadBytes as number }));
        expect(error).toMatchObject({ code: 'invalid-option', by: 'user' });
      }
    },
  );

  test('a head past its limit fails at once, not when the peer closes', () => {
    const parser = new RequestParser({ maxHeadBytes: 100 });
    const received = (): number => {
      for (let count = 1; ; count++) {
        try {
          parser.receive(octets('a'.repeat(3))).next();
        } catch {
          return 3 * count;
        }
      }
    };
    expect(received()).toBe(102);
  });

  test('content is a view of the bytes received, not a copy', () => {
    const bytes = octets('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
    const parser = new RequestParser().receive(bytes);
    parser.next();
    const event = parser.next();
    if (event?.type !== 'content') throw new Error('no content');
    expect(event.bytes.buffer).toBe(bytes.buffer);
  });

  test.each([
    ['', undefined],
    ['a: b\r\n', [['a', 'b']]],
  ])('the end of chunked content, with the trailers "%s"', (lines, trailers) => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const parser = new RequestParser().receive(octets(`${head}0\r\n${lines}\r\n`));
    parser.next();
    const event = parser.next();
    if (event?.type !== 'end') throw new Error('no end');
    expect(event.trailers && [...event.trailers]).toEqual(trailers);
  });

  test('a response parser: unread and leftover', () => {
    const parser = new ResponseParser().expect('GET').receive(octets('HTTP/1.1 101 x\r\n\r\nabc'));
    parser.next();
    parser.next();
    expect(parser.unread).toBe(3);
    expect(parser.leftover()).toEqual(octets('abc'));
  });

  test('a closed peer is complete before anything was sent or asked', () => {
    expect(new RequestParser().end()).toBeUndefined();
    expect(new ResponseParser().end()).toBeUndefined();
  });

  test('to say the end before everything was pulled is to cut it off', () => {
    const parser = new RequestParser().receive(GET);
    parser.next();
    expect(errorOf(() => parser.end()).code).toBe('incomplete-message');
    expect(parser.next()).toBeUndefined();
  });

  test('the end of content that lasts until close comes once', () => {
    const parser = new ResponseParser().expect('GET').receive(octets('HTTP/1.1 200 x\r\n\r\n'));
    parser.next();
    expect(parser.end()).toEqual({ type: 'end', trailers: undefined });
    expect(parser.end()).toBeUndefined();
    expect(parser.next()).toBeUndefined();
  });

  test('a head without Connection, Expect and Upgrade says nothing of them', () => {
    const head = new RequestParser().receive(GET).next() as RequestHead;
    const { expectsContinue, hasUnknownExpectation, upgrade, isPersistent } = head;
    expect({ expectsContinue, hasUnknownExpectation, upgrade, isPersistent }).toEqual({
      expectsContinue: false,
      hasUnknownExpectation: false,
      upgrade: [],
      isPersistent: true,
    });
    expect([head.section.value(CONNECTION), head.section.value(UPGRADE)]).toEqual([undefined, undefined]);
  });

  test('authority: of the target, else of Host, else empty', () => {
    const authorityOf = (text: string) => {
      const head = new RequestParser().receive(octets(text)).next();
      return head instanceof RequestHead ? head.authority : undefined;
    };
    expect(authorityOf('GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('b');
    expect(authorityOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('a');
    expect(authorityOf('GET / HTTP/1.0\r\n\r\n')).toBe('');
  });

  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['timeout=5', 5],
    ['max=100, Timeout = "12"', 12],
    ['max=1;timeout\t=\t7', 7],
    ['a timeout=5', undefined],
    ['timeouts=5', undefined],
    ['timeout', undefined],
  ])('Keep-Alive: %s', (value, seconds) => {
    const field = value === undefined ? '' : `Keep-Alive: ${value}\r\n`;
    const parser = new ResponseParser().expect('GET');
    const head = parser.receive(octets(`HTTP/1.1 200 OK\r\n${field}\r\n`)).next() as ResponseHead;
    expect(head.keepAliveTimeout).toBe(seconds);
  });

  test('the parts of a chunk line, for who watches', () => {
    const parts: string[] = [];
    const part = (name: string, end: number, value: string) => parts.push(`${name} ${end} ${value}`);
    const start = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const parser = new RequestParser({}, { section() {}, part });
    parser.receive(octets(`${start}3;a;b="c"\r\nxyz\r\n`));
    while (parser.next() !== undefined);
    const at = (length: number): number => start.length + length;
    expect(parts).toEqual([
      `chunk-size ${at(1)} 3`,
      `chunk-ext ${at(3)} a`,
      `chunk-ext ${at(9)} b=c`,
      `CRLF ${at(11)} `,
      `CRLF ${at(16)} `,
    ]);
  });

  test('no content is content of length 0', () => {
    const input = new Input();
    input.receive(octets('x'));
    expect(contentDecoder({ kind: 'none' }, {} as ParserRules).next(input)).toEqual({ type: 'end' });
    expect(input.unread).toBe(1);
  });

  test('that the method is HEAD is known as soon as it has come, however it is cut (RFC 9110 9.3.2)', () => {
    const knows = (text: string, size: number): boolean => {
      const parser = new RequestParser();
      try {
        for (const piece of every(size, octets(text))) {
          parser.receive(piece);
          while (parser.next() !== undefined);
        }
      } catch {
        // what is wrong with it does not matter here
      }
      return parser.methodIsHead;
    };
    const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    for (const size of [1, 3, 1000]) {
      for (const text of [
        'HEAD ',
        '\r\nHEAD /',
        'HEAD /\0',
        'HEAD / HTTP/2.0',
        'HEAD / HTTP/1.1\r\n',
        `${get}HEAD /`,
      ])
        expect(knows(text, size), text).toBe(true);
      for (const text of [
        '',
        '\r\n',
        'HEA',
        'HEAD',
        'HEADER /',
        'head /',
        'GET /HEAD ',
        get,
        `HEAD${get.slice(3)}`,
      ])
        expect(knows(text, size), text).toBe(false);
      expect(knows('HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n', size)).toBe(true);
    }
  });

  test('lenient options of a response parser add to what a client must forgive', () => {
    const bytes = octets('HTTP/1.1 204 x\na: b\n c\n\n');
    const head = new ResponseParser({ lenient: { bareLineFeed: true } }).expect('GET').receive(bytes).next();
    if (head?.type !== 'head') throw new Error('no head');
    expect(head.fields.get('a')).toBe('b c');
    const strict = new ResponseParser({ lenient: { bareLineFeed: true, foldedLines: false } }).expect('GET');
    expect(errorOf(() => strict.receive(bytes).next()).code).toBe('folded-line');
  });

  test('a client that is told not to forgive a missing space before an empty reason refuses it', () => {
    const bytes = octets('HTTP/1.1 204\r\n\r\n');
    const strict = new ResponseParser({ lenient: { missingReasonSpace: false } }).expect('GET');
    expect(errorOf(() => strict.receive(bytes).next()).code).toBe('invalid-status');
  });
});

describe('the table of framing by itself (RFC 9112 6.3)', () => {
  const none = { transferEncoding: undefined, contentLength: undefined };

  test('requests', () => {
    expect(requestFraming('1.1', none)).toEqual({ kind: 'none' });
    expect(requestFraming('1.1', { ...none, contentLength: '5' })).toEqual({ kind: 'length', length: 5 });
    expect(requestFraming('1.1', { ...none, transferEncoding: 'Chunked' })).toEqual({ kind: 'chunked' });
    const error = errorOf(() => requestFraming('1.1', { ...none, transferEncoding: 'gzip' }));
    expect(error).toMatchObject({
      code: 'chunked-not-last',
      status: 400,
      rule: 'RFC 9112 6.3',
      offset: undefined,
    });
  });

  test('responses', () => {
    expect(responseFraming('1.1', 'GET', 200, none)).toEqual({ kind: 'until-close' });
    expect(responseFraming('1.1', 'HEAD', 200, { ...none, contentLength: '5' })).toEqual({ kind: 'none' });
    expect(responseFraming('1.1', 'GET', 200, { ...none, transferEncoding: 'gzip' })).toEqual({
      kind: 'until-close',
    });
  });
});

test('parseTarget by itself: an error without an offset', () => {
  expect(parseTarget('GET', '/a?b')).toMatchObject({ form: 'origin', path: '/a', query: 'b' });
  expect(errorOf(() => parseTarget('GET', 'x'.repeat(1000)))).toMatchObject({
    offset: undefined,
    status: 400,
  });
  expect(errorOf(() => parseTarget('GET', 'x'.repeat(1000))).message.length).toBeLessThan(150);
});

describe('isHost (RFC 9110 7.2, RFC 3986 3.2.2)', () => {
  test.each(['', ':80', 'a%41%fF', '[::ffff:1.2.3.4]', '[1:2:3:4:5:6:1.2.3.4]', '[v1f.a:b]:80'])(
    'takes "%s"',
    (text) => {
      expect(isHost(text)).toBe(true);
    },
  );

  test.each([
    'a<11',
    'a%4',
    'a%g1',
    'a%1g',
    '[::1',
    '[::1:2',
    '[1:2:3:4:5:6:7:1.2.3.4]',
    '[xv1.a]',
    '[v1.a<]',
    '[v1.]',
  ])('refuses "%s"', (text) => {
    expect(isHost(text)).toBe(false);
  });
});

test('HttpError carries its rule, its status and its cause', () => {
  const cause = new Error('why');
  const error = new HttpError('target-too-long', 'a', { offset: 7, cause });
  expect(error).toMatchObject({
    status: 414,
    rule: 'RFC 9112 3',
    offset: 7,
    by: 'peer',
    cause,
    name: 'HttpError',
  });
  expect(error.message).toBe('a (RFC 9112 3)');
  expect(new HttpError('aborted', 'b')).not.toHaveProperty('cause');
});

test('a quotation mark hides no connection option', () => {
  const bytes = octets('GET / HTTP/1.1\r\nHost: a\r\nConnection: a"b\r\nConnection: close\r\n\r\n');
  expect((new RequestParser().receive(bytes).next() as RequestHead).isPersistent).toBe(false);
});
