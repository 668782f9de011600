// What is said beside the bytes, in both languages. That every field and every error has its words, whatever the bytes, is
// part of law 3: packages/conformance/src/properties/explain.ts.
import {
  closeCode,
  explain,
  explainConnection,
  formatConnection,
  formatExplanation,
  terms,
} from 'explain-mini';
import { octets } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { isCloseCode } from 'ws-mini/wire';
import { HELLO, hex, join, REQUEST, RESPONSE } from './support.ts';

const fieldOf = (bytes: Uint8Array, term: string) =>
  explain(bytes).fields.find((field) => field.term === term);

describe('terms', () => {
  test('each has an id of its own and a reason in both languages, in whole sentences', () => {
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    for (const { id, why } of terms) {
      expect(why.en, id).toMatch(/^[A-Z0-9`].*\.$/);
      expect(why.ko, id).toMatch(/[가-힣].*다\.$/);
      // One or two sentences, and a third in Korean, which likes them short.
      expect(why.en.split(/[.?] /).length, id).toBeLessThanOrEqual(2);
      expect(why.ko.split(/[.?] /).length, id).toBeLessThanOrEqual(3);
    }
  });

  test('no two have the same reason', () => {
    for (const language of ['en', 'ko'] as const)
      expect(new Set(terms.map(({ why }) => why[language])).size).toBe(terms.length);
  });

  test('a field says which one it is', () => {
    const ids = explain(join(REQUEST, HELLO)).fields.map(({ term }) => term);
    expect(ids.slice(0, 10)).toEqual([
      'method',
      'SP/request-line',
      'request-target',
      'SP/request-line',
      'HTTP-version',
      'line-end',
      'field-name',
      'colon',
      'OWS',
      'field-value/host',
    ]);
    expect(ids.slice(-8)).toEqual([
      'empty-line/frames-may-follow',
      'FIN',
      'RSV1-3',
      'opcode/text',
      'MASK',
      'Payload length',
      'Masking-key',
      'payload/text',
    ]);
  });
});

describe('fields', () => {
  test('value and reason in English, and beside them in Korean', () => {
    expect(fieldOf(HELLO, 'FIN')).toMatchObject({
      value: '1, the end of the message',
      why: expect.stringMatching(/^With 1 the message is complete/),
      ko: { value: '1, 메시지의 끝', why: expect.stringMatching(/^1이면 메시지가 여기서 끝나고/) },
    });
    expect(fieldOf(REQUEST, 'field-value/host')).toMatchObject({
      value: 'server.example.com',
      ko: { value: 'server.example.com' },
    });
  });

  test('what follows an empty line', () => {
    const of = (text: string) =>
      explain(octets(text)).fields.findLast(({ name }) => name === 'CRLF')?.ko.value;
    expect(of('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('본문 없음');
    expect(of('HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n')).toBe('이어서 본문 2바이트');
    expect(of('HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n')).toBe('이어서 청크');
    expect(of('HTTP/1.1 103 \r\n\r\n')).toBe('최종 응답은 나중에');
  });

  test('a status says what its first digit means, and 101 that there is no way back', () => {
    const of = (status: number) =>
      explain(octets(`HTTP/1.1 ${status} \r\n\r\n`)).fields.find(({ name }) => name === 'status-code')?.term;
    expect([101, 103, 200, 404].map(of)).toEqual([
      'status-code/switching',
      'status-code/interim',
      'status-code',
      'status-code',
    ]);
  });

  test('the last chunk has a reason of its own, however many zeros it has', () => {
    const chunks = 'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n00\r\n\r\n';
    const sizes = explain(octets(chunks)).fields.filter(({ name }) => name === 'chunk-size');
    expect(sizes.map(({ term }) => term)).toEqual(['chunk-size', 'chunk-size/last']);
  });

  test('a masked Close: its reason begins in the middle of the key', () => {
    const { fields } = explain(hex('88 85 01020304 02eb 61 6a 64'));
    expect(fields.slice(-2)).toMatchObject([
      { term: 'close-code', value: '1001, going away', keyIndex: 0, ko: { value: '1001, 떠남' } },
      { term: 'close-reason', value: 'bne', unmasked: 'bne', keyIndex: 2 },
    ]);
    expect(fields.at(-2)?.ko.why).toBe(closeCode(1001).why.ko);
  });
});

describe('close codes', () => {
  test.each([0, 999, 1000, 1001, 1004, 1005, 1006, 1012, 1015, 1016, 2999, 3000, 4000, 4999, 5000, 65_535])(
    '%i',
    (code) => {
      const { name, why } = closeCode(code);
      for (const text of [name.en, name.ko, why.en, why.ko]) expect(text).not.toBe('');
      const isKept = /breaks the rule|Stands for|Kept for/.test(why.en);
      expect(isKept).toBe(!isCloseCode(code));
    },
  );
});

describe('the whole', () => {
  test('what half a message waits for', () => {
    const of = (bytes: Uint8Array) => {
      const { awaits, ko } = explain(bytes);
      return [awaits, ko?.awaits];
    };
    expect(of(octets('GET'))).toEqual(['the end of the request-line', '요청 줄의 끝']);
    expect(of(octets('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na'))).toEqual([
      '1 more byte of content',
      '본문 1바이트',
    ]);
    expect(of(HELLO.subarray(0, 8))).toEqual(['3 more bytes of payload', '페이로드 3바이트']);
    expect(of(HELLO)).toEqual([undefined, undefined]);
  });

  test('why there is the rule that is broken', () => {
    const { error, errorWhy, ko } = explain(octets('GET / HTTP/1.1\r\nHost : a\r\n\r\n'));
    expect(error?.code).toBe('whitespace-before-colon');
    expect(errorWhy).toMatch(/^One reader takes `Host ` for Host/);
    expect(ko?.errorWhy).toMatch(/^`Host `를 Host로 읽는 구현/);
  });

  test('of a connection: with the last part of a side', () => {
    const parts = explainConnection([
      { from: 'client', bytes: REQUEST },
      { from: 'server', bytes: RESPONSE },
      { from: 'client', bytes: HELLO.subarray(0, 8) },
      { from: 'server', bytes: hex('8185') },
    ]);
    expect(parts.map(({ ko }) => [ko?.awaits, ko?.errorWhy])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['페이로드 3바이트', undefined],
      [undefined, expect.stringMatching(/^서버는 마스크를 씌우지 않습니다/)],
    ]);
  });
});

describe('in print, in Korean', () => {
  test('names and rules stay, all other words are Korean', () => {
    const bytes = join(REQUEST, HELLO.subarray(0, 8));
    const printed = formatConnection(explainConnection([{ from: 'client', bytes }]), {
      language: 'ko',
      why: true,
      maxRows: 1,
    });
    expect(printed).toMatch(/^클라이언트:\n {7}0 {2}47 45 54 {17}GET {7}method {10}RFC 9110 9.1 {5}GET\n/);
    expect(printed).toContain('101로 답하면 이어서 프레임');
    expect(printed).toMatch(/\n {6}34 {2}… 10바이트 더\n/);
    expect(printed).toMatch(/마스크를 벗기면\n/);
    expect(printed).toMatch(/… 아직 오지 않은 것: 페이로드 3바이트\n$/);
  });

  test('a broken rule with its reason, if reasons are wanted', () => {
    const explanation = explain(octets('GET / HTTP/1.1\r\nHost : a\r\n\r\n'));
    const { ko, errorWhy } = explanation;
    expect(formatExplanation(explanation, { why: true })).toContain(errorWhy!.slice(0, 40));
    expect(formatExplanation(explanation)).not.toContain(errorWhy!.slice(0, 40));
    expect(formatExplanation(explanation, { why: true, language: 'ko' })).toContain(
      ko!.errorWhy!.slice(0, 20),
    );
  });

  test('what a caller has taken out is not printed, in no language', () => {
    const explanation = { ...explain(octets('GET')), awaits: undefined };
    for (const language of ['en', 'ko'] as const)
      expect(formatExplanation(explanation, { language })).not.toContain('…');
  });

  test('no row is wider than a screen, and no word is lost', () => {
    for (const language of ['en', 'ko'] as const) {
      const printed = formatExplanation(explain(REQUEST), { language, why: true });
      const { fields } = explain(REQUEST);
      for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(131);
      const words = printed.replace(/\s+/g, ' ');
      for (const { why, ko } of fields) expect(words).toContain(language === 'ko' ? ko.why : why);
    }
  });
});
