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

test('anything but bytes is refused, typed', () => {
  const wrong = 5 as unknown as Uint8Array;
  const uses = [
    () => encodeDelimited(wrong),
    () => encodeDelimited(new Uint8Array(1), wrong),
    () => encodeLengthPrefixed(wrong),
    () => delimiterDecoder({ delimiter: wrong }),
    () => delimiterDecoder().receive('a' as unknown as Uint8Array),
  ];
  for (const use of uses) {
    expect(use).toThrow(expect.objectContaining({ name: 'EchoError', code: 'invalid-option', by: 'user' }));
  }
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
