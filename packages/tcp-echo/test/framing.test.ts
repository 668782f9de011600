import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  delimiterDecoder,
  EchoError,
  encodeDelimited,
  encodeLengthPrefixed,
  lengthPrefixDecoder,
  type MessageDecoder,
  messages,
} from '../src/index.ts';
import { runs } from './support.ts';

/** All that is whole, one by one. */
function* whole(decoder: MessageDecoder): Generator<Uint8Array> {
  for (let message = decoder.next(); message; message = decoder.next()) yield message;
}

/** Everything a decoder says about these chunks: the messages in hex, then how it ended. */
function events(decoder: MessageDecoder, chunks: Uint8Array[]): string[] {
  const said: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.receive(chunk);
      for (const message of whole(decoder)) said.push(Buffer.from(message).toString('hex'));
    }
    decoder.end();
    said.push('end');
  } catch (error) {
    if (!(error instanceof EchoError)) throw error;
    said.push(error.code);
  }
  return said;
}

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const edges = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, i) => Uint8Array.from(bytes.subarray(edges[i], end)));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
// Few letters, so that delimiters, halves of them and overlaps turn up all the time.
const letters = fc.uint8Array({ max: 2, maxLength: 60 });
const delimiters = fc.uint8Array({ max: 2, minLength: 1, maxLength: 4 });
const limits = fc.integer({ min: 1, max: 20 });
const decoders = fc.oneof(
  fc.record({ delimiter: delimiters, maxMessageBytes: limits }).map((o) => () => delimiterDecoder(o)),
  fc
    .record({ prefixBytes: fc.integer({ min: 1, max: 4 }), maxMessageBytes: limits })
    .map((o) => () => lengthPrefixDecoder(o)),
);

describe('law 1, chunking', () => {
  test('any cut of the same bytes gives the same messages and the same end', () => {
    fc.assert(
      fc.property(decoders, letters, cuts, (decoder, bytes, at) => {
        const whole = events(decoder(), [Uint8Array.from(bytes)]);
        expect(events(decoder(), cut(bytes, at))).toEqual(whole);
        expect(
          events(
            decoder(),
            Array.from(bytes, (byte) => Uint8Array.of(byte)),
          ),
        ).toEqual(whole);
      }),
      runs(5),
    );
  });
});

describe('law 2, round trip', () => {
  test('by delimiter: what can be encoded comes back', () => {
    fc.assert(
      fc.property(fc.array(letters), delimiters, cuts, (list, delimiter, at) => {
        const sent: Uint8Array[] = [];
        for (const message of list) {
          try {
            sent.push(encodeDelimited(message, delimiter));
          } catch (error) {
            expect((error as EchoError).code).toBe('delimiter-in-message');
            // Refused rightly: it would have come back as something else.
            const said = events(delimiterDecoder({ delimiter }), [
              Uint8Array.from([...message, ...delimiter]),
            ]);
            expect(said).not.toEqual([Buffer.from(message).toString('hex'), 'end']);
          }
        }
        const expected = sent.map((m) =>
          Buffer.from(m.subarray(0, m.length - delimiter.length)).toString('hex'),
        );
        expect(events(delimiterDecoder({ delimiter }), cut(Buffer.concat(sent), at))).toEqual([
          ...expected,
          'end',
        ]);
      }),
      runs(),
    );
  });

  test('by length: what is encoded comes back', () => {
    fc.assert(
      fc.property(fc.array(letters), fc.integer({ min: 1, max: 4 }), cuts, (list, prefixBytes, at) => {
        const bytes = Buffer.concat(list.map((message) => encodeLengthPrefixed(message, prefixBytes)));
        const expected = list.map((m) => Buffer.from(m).toString('hex'));
        expect(events(lengthPrefixDecoder({ prefixBytes }), cut(bytes, at))).toEqual([...expected, 'end']);
      }),
      runs(),
    );
  });
});

test('law 4, garbage: any bytes end in messages within the limit or one typed error, which stays', () => {
  fc.assert(
    fc.property(decoders, fc.array(fc.uint8Array({ maxLength: 40 })), (make, chunks) => {
      const decoder = make();
      events(decoder, chunks); // throws on anything but an EchoError
      const again = () => decoder.receive(Uint8Array.of(1));
      try {
        again();
      } catch (error) {
        expect(again).toThrow(error as EchoError);
      }
    }),
    runs(),
  );
});

describe('law 5, linear cost', () => {
  // Counts bytes looked at and copied instead of time: a busy machine cannot make it fail.
  test.each([
    [
      'delimiter',
      () => delimiterDecoder({ delimiter: '\r\n' }),
      (n: number) => encodeDelimited(Buffer.alloc(n, 97), '\r\n'),
    ],
    ['length', () => lengthPrefixDecoder(), (n: number) => encodeLengthPrefixed(Buffer.alloc(n, 97))],
  ])('by %s: a message byte by byte', (_name, make, encode) => {
    const cost = (length: number): number => {
      let work = 0;
      const { set } = Uint8Array.prototype;
      const { indexOf } = Buffer.prototype;
      Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
        work += source.length;
        return set.call(this, source, offset);
      };
      Buffer.prototype.indexOf = function (this: Buffer, value: string | number | Uint8Array, from?: number) {
        work += this.length - (from ?? 0);
        return indexOf.call(this, value, from);
      } as typeof indexOf;
      try {
        const decoder = make();
        let got = 0;
        for (const byte of encode(length)) {
          decoder.receive(Uint8Array.of(byte));
          for (const message of whole(decoder)) got = message.length;
        }
        expect(got).toBe(length);
      } finally {
        Uint8Array.prototype.set = set;
        Buffer.prototype.indexOf = indexOf;
      }
      return work;
    };
    expect(cost(20_000) / cost(2_000)).toBeLessThan(20);
  });
});

describe('limits', () => {
  const at = (decoder: MessageDecoder, text: string) => events(decoder, [Buffer.from(text)]);

  test('a message of exactly the limit passes, one byte more does not', () => {
    expect(at(delimiterDecoder({ maxMessageBytes: 3 }), 'abc\n')).toEqual(['616263', 'end']);
    expect(at(delimiterDecoder({ maxMessageBytes: 3 }), 'a\nabcd\n')).toEqual(['61', 'message-over-limit']);
    expect(at(lengthPrefixDecoder({ prefixBytes: 1, maxMessageBytes: 3 }), '\x03abc')).toEqual([
      '616263',
      'end',
    ]);
    expect(at(lengthPrefixDecoder({ prefixBytes: 1, maxMessageBytes: 3 }), '\x04')).toEqual([
      'message-over-limit',
    ]);
  });

  test('a message without end is refused as soon as it cannot fit', () => {
    expect(at(delimiterDecoder({ delimiter: '\r\n', maxMessageBytes: 3 }), 'abc\r')).toEqual([
      'message-incomplete',
    ]);
    expect(at(delimiterDecoder({ delimiter: '\r\n', maxMessageBytes: 3 }), 'abcde')).toEqual([
      'message-over-limit',
    ]);
  });

  test('four bytes of length are not negative', () => {
    expect(at(lengthPrefixDecoder(), '\xff\xff\xff\xff')).toEqual(['message-over-limit']);
    const decoder = lengthPrefixDecoder({ maxMessageBytes: Number.POSITIVE_INFINITY });
    expect(events(decoder, [Buffer.from('ffffffff', 'hex')])).toEqual(['message-incomplete']);
  });

  test('an announced length costs no memory until its bytes come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const waiting = Array.from({ length: 1000 }, () => lengthPrefixDecoder());
    for (const decoder of waiting) {
      decoder.receive(Buffer.from('00100000', 'hex'));
      decoder.next();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  test('wrong options and messages are the caller’s fault, by name', () => {
    expect(() => delimiterDecoder({ delimiter: '' })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    expect(() => lengthPrefixDecoder({ prefixBytes: 5 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    expect(() => delimiterDecoder({ maxMessageBytes: Number.NaN })).toThrow(EchoError);
    expect(() => encodeLengthPrefixed(new Uint8Array(256), 1)).toThrow(
      expect.objectContaining({ code: 'message-over-prefix', by: 'user', rule: 'RFC 1035 4.2.2' }),
    );
    expect(() => encodeDelimited(Buffer.from('a\nb'))).toThrow(/offset 1/);
  });
});

test('messages given away stay what they were, and chunks may pile up before they are taken', () => {
  const decoder = delimiterDecoder();
  const got: Uint8Array[] = [];
  for (const text of ['aa', 'a\nb', 'b\nccc\nd', '', 'd', '\n']) decoder.receive(Buffer.from(text));
  got.push(decoder.next() as Uint8Array);
  decoder.receive(Buffer.from('e'));
  got.push(...whole(decoder));
  decoder.receive(Buffer.from('e\nf\n'));
  got.push(...whole(decoder));
  expect(got.map((message) => `${message}`)).toEqual(['aaa', 'bb', 'ccc', 'dd', 'ee', 'f']);
  decoder.end();
});

test('messages(): the good ones before the error, then the error', async () => {
  async function* chunks() {
    yield Buffer.from('a\nb');
    yield Buffer.from('\ntoolong\n');
  }
  const got: string[] = [];
  const reading = (async () => {
    for await (const message of messages(chunks(), delimiterDecoder({ maxMessageBytes: 3 })))
      got.push(`${message}`);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'message-over-limit', by: 'peer' });
  expect(got).toEqual(['a', 'b']);
});
