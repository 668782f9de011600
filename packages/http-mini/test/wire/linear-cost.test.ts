/**
 * Law 5: byte by byte costs at most a constant times all at once. Time is no honest measure in a test, so the work is
 * counted: each byte that is looked at for its class is asked for in a table or a function of characters.ts, which are
 * wrapped here; each byte that is kept is copied with TypedArray.set.
 */
import { octets, type ParserOptions, RequestParser, ResponseParser, splitList } from 'http-mini/wire';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { valueAt } from '../../src/wire/fields.ts';
import { Input } from '../../src/wire/input.ts';
import { readRequestLine } from '../../src/wire/lines.ts';
import { Section } from '../../src/wire/section.ts';
import { every } from './cuts.ts';

const work = vi.hoisted(() => ({ lookups: 0, copied: 0 }));

vi.mock('../../src/wire/characters.ts', async (original) => {
  const real = await original<typeof import('../../src/wire/characters.ts')>();
  const counted = (table: Uint8Array): Uint8Array =>
    new Proxy(table, {
      get(target, key) {
        work.lookups++;
        return Reflect.get(target, key);
      },
    });
  return {
    ...real,
    TOKEN: counted(real.TOKEN),
    TARGET: counted(real.TARGET),
    HEX_VALUE: counted(real.HEX_VALUE),
    isWhitespace(byte: number): boolean {
      work.lookups++;
      return real.isWhitespace(byte);
    },
    isFieldValueByte(byte: number): boolean {
      work.lookups++;
      return real.isFieldValueByte(byte);
    },
  };
});

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const set = typedArray.set;
afterEach(() => {
  typedArray.set = set;
});

/**
 * What it costs to parse these pieces to the end, or to the error.
 * @param isLate whether all of them are received before the first event is pulled
 */
function cost(
  pieces: readonly Uint8Array[],
  parser: RequestParser | ResponseParser,
  isLate = false,
): typeof work {
  work.lookups = work.copied = 0;
  typedArray.set = function (source, offset) {
    work.copied += source.length;
    set.call(this, source, offset);
  };
  try {
    for (const piece of pieces) {
      parser.receive(piece);
      if (isLate && piece !== pieces.at(-1)) continue;
      while (parser.next() !== undefined);
    }
  } catch {
    // an error ends the work
  }
  typedArray.set = set;
  return { ...work };
}

const UNLIMITED: ParserOptions = {
  maxHeadBytes: Infinity,
  maxFields: Infinity,
  maxTargetBytes: Infinity,
  maxChunkExtensionBytes: Infinity,
  lenient: { foldedLines: true, whitespaceBeforeColon: true, unescapedTarget: true, bareLineFeed: true },
};
const LENGTH = 20_000;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const CHUNKED = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;

describe('linear cost', () => {
  test.each([
    ['a long target', `GET /${'a'.repeat(LENGTH)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a long value', `${GET}a: ${'b'.repeat(LENGTH)}\r\n\r\n`],
    ['a long name', `${GET}${'a'.repeat(LENGTH)}: b\r\n\r\n`],
    ['whitespace before a colon', `${GET}a${' '.repeat(LENGTH)}: b\r\n\r\n`],
    ['whitespace around a value', `${GET}a:${' '.repeat(LENGTH)}b${' '.repeat(LENGTH)}\r\n\r\n`],
    ['many fields', `${GET}${'a: b\r\n'.repeat(LENGTH / 6)}\r\n`],
    ['many folded lines', `${GET}${' \r\n'.repeat(LENGTH / 3)}\r\n`],
    ['a head that never ends', `${GET}${'a: b\r\n'.repeat(LENGTH / 6)}`],
    ['a long trailer', `${CHUNKED}0\r\na: ${'b'.repeat(LENGTH)}\r\n\r\n`],
    ['many trailers', `${CHUNKED}0\r\n${'a: b\r\n'.repeat(LENGTH / 6)}\r\n`],
    ['many chunks', `${CHUNKED}${'1\r\na\r\n'.repeat(LENGTH / 6)}0\r\n\r\n`],
    ['a long chunk extension', `${CHUNKED}1;${'a'.repeat(LENGTH)}\r\nx\r\n0\r\n\r\n`],
    ['content', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n${'a'.repeat(LENGTH)}`],
  ])('%s', (_, stream) => {
    const bytes = octets(stream);
    const whole = cost([bytes], new RequestParser(UNLIMITED));
    const slow = cost(every(1, bytes), new RequestParser(UNLIMITED));
    expect(whole.lookups).toBeGreaterThan(0);
    expect(whole.lookups).toBeLessThan(4 * bytes.length);
    expect(slow.lookups).toBeLessThan(2 * whole.lookups + 100);
    expect(slow.copied).toBeLessThan(5 * bytes.length);
    const late = cost(every(1, bytes), new RequestParser(UNLIMITED), true);
    expect(late.lookups).toBeLessThan(2 * whole.lookups + 100);
    expect(late.copied).toBeLessThan(5 * bytes.length);
    const halves = cost(
      [bytes.subarray(0, LENGTH / 2), bytes.subarray(LENGTH / 2)],
      new RequestParser(UNLIMITED),
    );
    expect(halves.copied).toBeLessThan(4 * bytes.length);
  });

  test('of a response', () => {
    const bytes = octets(`HTTP/1.1 200 ${'a'.repeat(LENGTH)}\r\n${'a: b\r\n c\r\n'.repeat(1000)}\r\n`);
    const whole = cost([bytes], new ResponseParser(UNLIMITED).expect('GET'));
    const slow = cost(every(1, bytes), new ResponseParser(UNLIMITED).expect('GET'));
    expect(whole.lookups).toBeGreaterThan(bytes.length / 2);
    expect(slow.lookups).toBeLessThan(2 * whole.lookups + 100);
    expect(slow.copied).toBeLessThan(5 * bytes.length);
    const late = cost(every(1, bytes), new ResponseParser(UNLIMITED).expect('GET'), true);
    expect(late.lookups).toBeLessThan(2 * whole.lookups + 100);
    expect(late.copied).toBeLessThan(5 * bytes.length);
  });

  test('of empty lines', () => {
    let handed = 0;
    const input = new Input();
    let section: Section | undefined;
    for (const piece of every(1, octets('\r\n'.repeat(LENGTH / 2)))) {
      input.receive(piece);
      section ??= new Section(
        input,
        (bytes, at, end, read) => {
          handed += end - at;
          return readRequestLine(bytes, at, end, read);
        },
        UNLIMITED as ConstructorParameters<typeof Section>[2],
      );
      section.read(input);
    }
    expect(handed).toBeGreaterThan(LENGTH / 2);
    expect(handed).toBeLessThan(2 * LENGTH);
  });

  test('of lists', () => {
    work.lookups = 0;
    expect(splitList(`a${' '.repeat(LENGTH)}b,${' '.repeat(LENGTH)}`)).toHaveLength(1);
    expect(work.lookups).toBeGreaterThan(LENGTH);
    expect(work.lookups).toBeLessThan(3 * LENGTH);
  });

  test('of folded values', () => {
    const value = `a${' '.repeat(LENGTH)}b\r\n c`;
    work.lookups = 0;
    expect(valueAt(`x:${value}`, [0, 1, 2, value.length + 2], 0, true)).toBe(`a${' '.repeat(LENGTH)}b c`);
    expect(work.lookups).toBeGreaterThan(0); // trimmed by the counted loop, not by a regular expression
    expect(work.lookups).toBeLessThan(LENGTH);
  });
});
