import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BufferLike, platformOf } from '../src/wire/bytes.ts';
import { decodeUtf8, Utf8Validator } from '../src/wire/index.ts';
import { skipOf, skipWhole } from '../src/wire/utf8-whole.ts';
import { decodeUnits, fastTextOf } from '../src/wire/utf16.ts';
import { byteByByte, character, concat, cutAt, cuts, hex, runs, text, utf8 } from './support.ts';

/** Valid text, cut short, changed, or nothing like it; dense in the bytes where the rules differ. */
const bytes = fc.oneof(
  text.map(utf8),
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        0x7f,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
    )
    .map((a) => Uint8Array.from(a)),
  fc
    .tuple(fc.string({ unit: character, maxLength: 40 }).map(utf8), fc.nat(), fc.nat({ max: 255 }))
    .map(([valid, at, byte]) => {
      if (valid.length > 0) valid[at % valid.length] = byte;
      return valid;
    }),
);

const platformSays = (input: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return undefined;
  }
};

/** The index of the first byte that no valid text can have there, found out the slow way. */
const firstBad = (input: Uint8Array): number => {
  const tails = ['', '80', '8080', '808080', 'bf', 'bfbf', 'bfbfbf'].map(hex);
  const canGoOn = (length: number): boolean =>
    tails.some((tail) => platformSays(Buffer.concat([input.subarray(0, length), tail])) !== undefined);
  for (let length = 1; length <= input.length; length++) if (!canGoOn(length)) return length - 1;
  return -1;
};

const push = (chunks: Uint8Array[]): { bad: number; validator: Utf8Validator } => {
  const validator = new Utf8Validator();
  let offset = 0;
  for (const chunk of chunks) {
    const bad = validator.push(chunk, 0, chunk.length);
    if (bad >= 0) return { bad: offset + bad, validator };
    offset += chunk.length;
  }
  return { bad: -1, validator };
};

test('decodes what is UTF-8 as the platform does, and nothing else', () => {
  fc.assert(
    fc.property(bytes, (input) => {
      expect(decodeUtf8(input, 0, input.length)).toBe(platformSays(input));
    }),
    runs,
  );
});

test('stops at the first byte that cannot be continued, under any cuts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12, min: 0x7e }), cuts, (input, at) => {
      const expected = firstBad(input);
      for (const chunks of [[input], byteByByte(input), cutAt(input, at)])
        expect(push(chunks).bad).toBe(expected);
    }),
    runs,
  );
});

test('a long text, which is checked as a whole, stops at the same byte as byte by byte, under any cuts', () => {
  const long = fc.tuple(
    fc.string({ unit: character, minLength: 70, maxLength: 200 }).map(utf8),
    fc.option(fc.nat()),
  );
  fc.assert(
    fc.property(long, fc.nat({ max: 255 }), cuts, ([input, place], byte, at) => {
      if (place !== null) input[place % input.length] = byte;
      const expected = push(byteByByte(input));
      for (const chunks of [[input], cutAt(input, at)]) {
        const { bad, validator } = push(chunks);
        expect(bad).toBe(expected.bad);
        if (bad < 0) expect(validator.isComplete).toBe(expected.validator.isComplete);
      }
    }),
    runs,
  );
});

test.each(['é', '한', '😀'])('goes on where a long text was cut within %s', (last) => {
  const bytes = utf8('a'.repeat(100) + last);
  for (let end = 101; end < bytes.length; end++) {
    const validator = new Utf8Validator();
    expect([validator.push(bytes, 0, end), validator.isComplete]).toEqual([-1, false]);
    expect([validator.push(bytes, end, bytes.length), validator.isComplete]).toEqual([-1, true]);
    const broken = new Utf8Validator();
    broken.push(bytes, 0, end);
    expect(broken.push(utf8('a'), 0, 1)).toBe(0);
  }
});

const lastCharacters = ['\u0080', 'é', '\u07ff', '\u0800', '한', '\uffff', '\u{10000}', '😀', '\u{10ffff}'];

test.each<[text: string, whole: number]>([
  ['a'.repeat(63), 0], // too short to be worth it
  ['a'.repeat(64), 64],
  // Both ends of the lead bytes of each length.
  ...lastCharacters.map((last): [string, number] => [`${'a'.repeat(64)}${last}`, 64 + utf8(last).length]),
])('the platform checks the whole characters of a long text: %s', (text, whole) => {
  const bytes = concat([hex('ff'), utf8(text), hex('80')]);
  const end = 1 + utf8(text).length;
  expect(skipWhole(bytes, 1, end)).toBe(1 + whole);
  // Whatever is missing of the last character, it is left for the next piece.
  for (let cut = 65; whole > 64 && cut < end; cut++) expect(skipWhole(bytes, 1, cut)).toBe(65);
  expect(skipWhole(bytes, 0, end)).toBe(0); // not valid
  expect(skipWhole(concat([utf8(text), hex('8080')]), 0, utf8(text).length + 2)).toBe(0);
});

test('a platform without such a check checks nothing', () => {
  const bytes = utf8('a'.repeat(100));
  const scopes = [{}, { process: {} }, { process: { getBuiltinModule: () => undefined } }];
  expect(scopes.map((scope) => skipOf(scope)(bytes, 1, 100))).toEqual([1, 1, 1]);
  expect(skipOf({ process: { getBuiltinModule: () => ({}) } })(bytes, 1, 100)).toBe(1);
});

test('knows whether a sequence is unfinished', () => {
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 20 }), fc.nat({ max: 3 }), (start, length) => {
      const { validator } = push([utf8(start), utf8('🙂').subarray(0, length)]);
      expect(validator.isComplete).toBe(length === 0);
    }),
    runs,
  );
});

test.each([
  ['a lone continuation', '80', 0],
  ['overlong "/" in two bytes', 'c0af', 0],
  ['overlong "/" in three bytes', 'e080af', 1],
  ['overlong in four bytes', 'f08080af', 1],
  ['a surrogate', 'eda080', 1],
  ['beyond U+10FFFF', 'f4908080', 1],
  ['a lead byte that does not exist', 'f5', 0],
  ['a sequence that breaks off', 'e28241', 2],
  ['after valid text ("κόσμε" and a surrogate)', 'cebae1bdb9cf83cebcceb5eda080656469746564', 12],
])('%s', (_, input, bad) => {
  expect(push([hex(input)]).bad).toBe(bad);
  expect(decodeUtf8(hex(input), 0, input.length / 2)).toBeUndefined();
});

test.each([0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x3ffff, 0x40000, 0x10ffff])(
  'takes U+%x, at the edge of a range of lead or continuation bytes',
  (codePoint) => {
    const input = utf8(String.fromCodePoint(codePoint));
    for (const chunks of [[input], byteByByte(input)]) {
      const { bad, validator } = push(chunks);
      expect([bad, validator.isComplete]).toEqual([-1, true]);
    }
  },
);

test('sees a bad byte at each place of a long text, which is gone over in steps of eight', () => {
  for (let length = 1; length <= 24; length++)
    for (let at = 0; at < length; at++) {
      const input = new Uint8Array(length).fill(0x61);
      input[at] = 0xff;
      expect(push([input]).bad).toBe(at);
    }
});

const onNode = (node: string) =>
  platformOf({ Buffer: Buffer as unknown as BufferLike, process: { versions: { node } } });

test('decoded by hand, where the platform is slow, a text is the same', () => {
  const plain = onNode('24.0.0').textOf;
  const fast = onNode('20.20.2').textOf;
  fc.assert(
    fc.property(bytes, fc.constantFrom('', '한', 'é'), fc.nat({ max: 3 }), (input, before, start) => {
      // What is around the text is not looked at, though it would make an unfinished sequence whole.
      const text = concat([utf8(before), input]);
      const memory = concat([new Uint8Array(start).fill(0x80), text, new Uint8Array(3).fill(0x80)]);
      const end = start + text.length;
      expect(fast(memory, start, end)).toBe(plain(memory, start, end));
      const units = new Uint16Array(text.length);
      const count = decodeUnits(units, memory, start, end);
      const decoded = count < 0 ? undefined : String.fromCharCode(...units.subarray(0, count));
      expect(decoded).toBe(platformSays(text));
    }),
    runs,
  );
});

test.each([
  ...['41', 'c280', 'c2bf', 'dfbf', 'e0a080', 'e18080', 'ed9fbf', 'ee8080', 'efbfbf', 'f0908080', 'f48fbfbf'],
  ...[
    '80',
    'bf',
    'c080',
    'c1bf',
    'c2',
    'c27f',
    'c2c0',
    'c3',
    'df',
    'e09fbf',
    'eda080',
    'edbfbf',
    'e180',
    'e1',
  ],
  ...[
    'e17f80',
    'e1807f',
    'e1c080',
    'f0808080',
    'f08fbfbf',
    'f4908080',
    'f5808080',
    'f09080',
    'f0',
    'f0907f80',
  ],
  ...['f090807f', 'ff'],
])('decoded by hand, %s is what the platform says it is, whatever stands around it', (input) => {
  const bytes = hex(input);
  for (const around of [0x80, 0xbf]) {
    const memory = new Uint8Array(bytes.length + 8).fill(around);
    memory.set(bytes, 4);
    const units = new Uint16Array(bytes.length);
    const count = decodeUnits(units, memory, 4, 4 + bytes.length);
    const text = count < 0 ? undefined : String.fromCharCode(...units.subarray(0, count));
    expect(text).toBe(platformSays(bytes));
  }
});

/** Whether `fastTextOf` decodes the text by hand. */
const isByHand = (input: string, around = ''): boolean => {
  const textOf = fastTextOf({ utf8Slice: () => 'by the platform', ucs2Slice: () => 'by hand' });
  const before = utf8(around).length;
  return textOf(utf8(`${around}${input}${around}`), before, before + utf8(input).length) === 'by hand';
};

test('only Node before 24 is slow', () => {
  const ucs2Slice = (): string => 'by hand';
  const fake = { ...Buffer, prototype: { ...Buffer.prototype, ucs2Slice } } as never;
  const isSlow = (process?: { versions?: { node?: string } }): boolean =>
    platformOf({ Buffer: fake, ...(process && { process }) }).textOf(utf8('한'), 0, 3) === 'by hand';
  const onVersion = (node: string): boolean => isSlow({ versions: { node } });
  expect(['20.18.1', '22.23.3', '24.0.0', '26.1.0'].map(onVersion)).toEqual([true, true, false, false]);
  // Others have a Buffer as well, and not all say that they are Node.
  expect([isSlow(), isSlow({}), isSlow({ versions: {} })]).toEqual([false, false, false]);
});

test.each([
  ['한', true],
  ['{"text": "한국어"}', true],
  ['Ā', true],
  ['ÿ한', false],
  ['plain', false],
  [`${'a'.repeat(31)}한`, true],
  [`${'a'.repeat(32)}한`, false],
])('whether %j begins with characters beyond Latin-1', (input, expected) => {
  expect(isByHand(input)).toBe(expected);
  expect(isByHand(input, '한')).toBe(expected);
});

test('what is not UTF-8 is left to the platform, even if it begins beyond Latin-1', () => {
  const textOf = fastTextOf({ utf8Slice: () => 'by the platform', ucs2Slice: () => 'by hand' });
  expect(textOf(hex('ed959cff'), 0, 4)).toBe('by the platform');
});

test('a long text beyond Latin-1, and a short one after it', () => {
  for (const input of ['한'.repeat(9000), '글']) {
    const encoded = utf8(input);
    expect(decodeUtf8(encoded, 0, encoded.length)).toBe(input);
    expect(onNode('20.20.2').textOf(encoded, 0, encoded.length)).toBe(input);
  }
});

test('with Buffer and without it the platform does the same', () => {
  const browser = platformOf({});
  const node = platformOf({ Buffer: Buffer as unknown as BufferLike });
  expect(browser.allocate(3)).toEqual(new Uint8Array(3));
  expect(node.allocate(3)).toHaveLength(3);
  // A text that begins with U+FEFF is that text: in a message it marks no encoding.
  const marked = Buffer.from('\ufeffa');
  expect([browser, node].map(({ textOf }) => textOf(marked, 0, 4))).toEqual(['\ufeffa', '\ufeffa']);
  fc.assert(
    fc.property(bytes, fc.string({ unit: character, maxLength: 50 }), (input, output) => {
      expect(browser.textOf(input, 1, input.length)).toBe(node.textOf(input, 1, input.length));
      const written = [browser, node].map((platform) => {
        const memory = new Uint8Array(2 + output.length * 3);
        return [platform.writeText(memory, 2, `\ud800${output}`.slice(0, output.length)), memory];
      });
      expect(written[0]).toEqual(written[1]);
    }),
    runs,
  );
});
