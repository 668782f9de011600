// What can be tried on the page of the wire: what is computed, and what the server renders before any script runs.
import { createHash } from 'node:crypto';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import { decodeClose, encodeUtf8, FrameDecoder } from 'ws-mini/wire';
import { bytesOfHex, hexOf } from '../src/page/hex.ts';
import { acceptSteps } from '../src/wire/try/accept.tsx';
import { chunkLine, digitsOf, readDigits } from '../src/wire/try/chunk-size.tsx';
import { closeMeaning } from '../src/wire/try/close-code.tsx';
import { firstByte, frameWith, switchesOf } from '../src/wire/try/first-byte.tsx';
import { lengthForms } from '../src/wire/try/length-forms.tsx';
import { masking, withMask } from '../src/wire/try/masking.tsx';
import { Try } from '../src/wire/try/try.tsx';
import { utf8Of } from '../src/wire/try/utf8.tsx';

describe('the digest of a key', () => {
  test('of the key in RFC 6455 1.3, step by step', () => {
    const steps = acceptSteps('dGhlIHNhbXBsZSBub25jZQ==')!;
    expect(steps.joined).toBe('dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
    expect(hexOf(steps.digest)).toMatch(/^b3 7a 4f .* ea$/);
    expect(steps).toMatchObject({ accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', isKey: true });
  });

  test.each(['', 'a', 'x'.repeat(100), 'AAAAAAAAAAAAAAAAAAAAAA=='])(
    'the digest is that of what is joined: %j',
    (key) => {
      const steps = acceptSteps(key)!;
      expect(steps.digest).toEqual(Uint8Array.from(createHash('sha1').update(steps.joined).digest()));
      expect(steps.isKey).toBe(key.endsWith('=='));
    },
  );

  test('no field holds it', () => {
    expect(acceptSteps('안녕')).toBeUndefined();
    expect(acceptSteps('a b')).toBeUndefined();
    expect(acceptSteps('a\r\nb')).toBeUndefined();
  });
});

describe('the mask', () => {
  test('안녕 with the key of RFC 6455 5.7, and the frame of it', () => {
    const { masked, keyIndexes, keyBytes, unmasked, frame } = masking(encodeUtf8('안녕'), 0x37fa213d);
    expect(hexOf(masked)).toBe('db 6f a9 d6 b2 6f');
    expect(keyIndexes).toEqual([0, 1, 2, 3, 0, 1]);
    expect(hexOf(keyBytes)).toBe('37 fa 21 3d 37 fa');
    expect(unmasked).toEqual(Uint8Array.from(encodeUtf8('안녕')));
    expect(hexOf(frame)).toBe('81 86 37 fa 21 3d db 6f a9 d6 b2 6f');
  });

  test('each masked byte is its byte XORed with its byte of the key', () => {
    const payload = Uint8Array.from({ length: 300 }, (_, i) => i);
    const { masked, keyBytes } = masking(payload, 0xdeadbeef);
    masked.forEach((byte, i) => {
      expect(byte).toBe(payload[i]! ^ keyBytes[i]!);
    });
    expect(withMask(masked, 0xdeadbeef)).toEqual(payload);
  });
});

describe('the size of a chunk', () => {
  test.each([1, 10, 26, 255, 65_536, Number.MAX_SAFE_INTEGER])('%i comes back', (size) => {
    expect(readDigits(digitsOf(size))).toEqual({ size });
  });

  test('the line, and the end of the message for 0', () => {
    expect([digitsOf(26), chunkLine(26), chunkLine(0)]).toEqual(['1a', '1a\r\n', '0\r\n\r\n']);
    expect(readDigits('0')).toEqual({ size: 0 });
  });

  test.each(['5x', '+5', ' 5', '', '-1', '0x5', '안녕', '5\n'])('%j is refused', (digits) => {
    expect(readDigits(digits)).toMatchObject({
      code: expect.stringMatching(/chunk/),
      why: { ko: expect.any(String) },
    });
  });

  test('zeros and capitals change nothing, an extension is none of the size', () => {
    expect(readDigits('001A;a=b')).toEqual({ size: 26 });
  });

  test('2^53 is too large', () => {
    expect(readDigits('20000000000000')).toMatchObject({ code: 'chunk-size-too-large' });
  });
});

describe('a length in three forms', () => {
  const shown = (length: number) =>
    lengthForms(length).map(({ bits, bytes, outcome }) => [bits, bytes && hexOf(bytes), outcome]);
  test.each([
    [125, '7d', 'taken', '7e 00 7d', 'length-not-minimal'],
    [126, '7e', 'begun', '7e 00 7e', 'taken'],
    [127, '7f', 'begun', '7e 00 7f', 'taken'],
    [65_535, undefined, 'too-large', '7e ff ff', 'taken'],
    [65_536, undefined, 'too-large', undefined, 'too-large'],
  ])('%i', (length, short, shortOutcome, middle, middleOutcome) => {
    const [first, second, third] = shown(length);
    expect(first).toEqual([7, short, shortOutcome]);
    expect(second).toEqual([16, middle, middleOutcome]);
    expect(third?.[2]).toBe(length < 65_536 ? 'length-not-minimal' : 'taken');
  });

  test('65,536 in 64 bits', () => {
    expect(shown(65_536)[2]).toEqual([64, '7f 00 00 00 00 00 01 00 00', 'taken']);
  });

  test('of any length exactly one form is taken', () => {
    for (const length of [0, 1, 124, 125, 126, 127, 128, 65_535, 65_536, 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(lengthForms(length).filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
  });
});

describe('the first byte of a frame', () => {
  test('each of the 256 bytes comes back from its switches', () => {
    for (let byte = 0; byte < 256; byte++) expect(firstByte(switchesOf(byte))).toBe(byte);
  });

  test('which bytes begin a frame that is taken, as the decoder decides', () => {
    for (let byte = 0; byte < 256; byte++) {
      const decoder = new FrameDecoder({ masked: false });
      let isTaken = (byte & 0x0f) !== 0; // a continuation of nothing is a matter of messages
      try {
        decoder.receive(Uint8Array.of(byte, 0)).next();
      } catch {
        isTaken = false;
      }
      expect(frameWith(byte, false).error === undefined, `${byte}`).toBe(isTaken);
    }
  });

  test('RSV1 is right once compression was agreed on', () => {
    expect(frameWith(0xc1, false)).toMatchObject({ error: { code: 'reserved-bit-set' } });
    expect(frameWith(0xc1, true).error).toBeUndefined();
    expect(frameWith(0x01, false)).toMatchObject({ awaits: 'a continuation frame' });
  });
});

describe('close codes', () => {
  test('two bytes, a name, and the frame', () => {
    const { bytes, name, frame } = closeMeaning(1000);
    expect([hexOf(bytes), name.en, hexOf(frame!)]).toEqual(['03 e8', 'normal closure', '88 02 03 e8']);
  });

  test('a frame is there if its code may be sent, as the decoder decides', () => {
    for (let code = 0; code <= 0xffff; code += code > 5100 ? 997 : 1) {
      const { bytes, frame } = closeMeaning(code);
      expect((bytes[0]! << 8) | bytes[1]!).toBe(code);
      let isTaken = true;
      try {
        decodeClose(bytes, 0);
      } catch {
        isTaken = false;
      }
      expect(frame !== undefined, `${code}`).toBe(isTaken);
    }
  });
});

describe('UTF-8', () => {
  test('bytes by letter, and the length that http-mini sends', () => {
    const { letters, units, bytes, contentLength } = utf8Of('a안👋');
    expect(letters.map(({ codePoint, bytes }) => [codePoint, hexOf(bytes)])).toEqual([
      ['U+0061', '61'],
      ['U+C548', 'ec 95 88'],
      ['U+1F44B', 'f0 9f 91 8b'],
    ]);
    expect([units, bytes.length, contentLength]).toEqual([4, 8, 'Content-Length: 8']);
  });

  test('no text has no bytes', () => {
    expect(utf8Of('')).toMatchObject({ letters: [], units: 0, contentLength: 'Content-Length: 0' });
  });
});

test('bytes are typed in hexadecimal', () => {
  expect(bytesOfHex(' 37 fa213d')).toEqual(Uint8Array.of(0x37, 0xfa, 0x21, 0x3d));
  expect(bytesOfHex('')).toEqual(new Uint8Array(0));
  for (const wrong of ['3', '3g', '37 f', '0x37']) expect(bytesOfHex(wrong)).toBeUndefined();
});

describe('rendered on the server', () => {
  test.each(['en', 'ko'] as const)('%s: each with its outcome', (language) => {
    const html = renderToString(h(Try, { language }));
    expect(html.match(/<section class="try"/g)).toHaveLength(7);
    for (const outcome of [
      'Content-Length: 11',
      's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'db 6f a9 d6 b2 6f',
      '31 61 0d 0a',
      '7e 00 7e',
      '10000001',
      '88 02 03 e8',
    ])
      expect(html).toContain(outcome);
    expect(html.includes('마스크')).toBe(language === 'ko');
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });
});
