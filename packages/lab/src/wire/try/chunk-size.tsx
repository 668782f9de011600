/** @jsxRuntime automatic @jsxImportSource preact */
/** Chunk sizes (RFC 9112 7.1): the line that http-mini writes for a number, and the number that it reads from a line. */
import { whyOf } from 'explain-mini';
import { ChunkedEncoder, HttpError, octets, ResponseParser } from 'http-mini/wire';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeUtf8 } from 'ws-mini/wire';
import { hexOf } from '../../page/hex.ts';
import type { Language, Text } from '../../text.ts';
import { Output, Tool, Typed } from './tool.tsx';

/** The line, without its CRLF. */
export function digitsOf(size: number): string {
  return new ChunkedEncoder().before(size).slice(0, -2);
}

/** What comes before the data of a chunk; all that is sent for a size of 0. */
export function chunkLine(size: number): string {
  const encoder = new ChunkedEncoder();
  return size === 0 ? encoder.end() : encoder.before(size);
}

/** What a parser makes of a line, given without its CRLF. */
export function readDigits(
  digits: string,
): { readonly size: number } | { readonly code: string; readonly why: Text | undefined } {
  let size: number | undefined;
  const parser = new ResponseParser(
    {},
    {
      section: () => {},
      part(name, _end, value) {
        if (name === 'chunk-size') size ??= Number(value);
      },
    },
  ).expect('GET');
  parser.receive(octets('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'));
  parser.receive(encodeUtf8(`${digits}\r\n`));
  try {
    while (parser.next() !== undefined);
    if (size !== undefined) return { size };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { code: error.code, why: whyOf(error.code) };
  }
  return { code: 'invalid-chunk-size', why: whyOf('invalid-chunk-size') };
}

const WORDS = {
  title: { en: 'The size of a chunk', ko: '청크의 크기' },
  about: {
    en: 'In hexadecimal, and read by a strict parser: try 5x, a sign, or a space, which parseInt would all take.',
    ko: '16진수이며 파서는 엄격하게 읽습니다. 5x, 부호, 공백을 넣어 보십시오. parseInt라면 모두 받아들입니다.',
  },
  decimal: { en: 'bytes', ko: '바이트 수' },
  hex: { en: 'size line', ko: '크기 줄' },
  line: { en: 'on the wire', ko: '보내는 바이트' },
  tooLarge: {
    en: 'A whole number from 0 to 2^53 - 1.',
    ko: '0부터 2^53 - 1까지의 정수여야 합니다.',
  },
  last: {
    en: '0 is the last chunk: the empty line behind it ends the message.',
    ko: '0은 마지막 청크입니다. 메시지는 그 뒤의 빈 줄에서 끝납니다.',
  },
};

export function ChunkSize({ language }: { language: Language }): VNode {
  const [decimal, setDecimal] = useState('26');
  const [digits, setDigits] = useState('1a');
  const read = readDigits(digits);
  const isNumber = isSize(decimal);
  const onDecimal = (typed: string) => {
    setDecimal(typed);
    if (isSize(typed)) setDigits(digitsOf(Number(typed)));
  };
  const onDigits = (typed: string) => {
    setDigits(typed);
    const now = readDigits(typed);
    if ('size' in now) setDecimal(`${now.size}`);
  };
  const notice = !isNumber
    ? WORDS.tooLarge[language]
    : 'code' in read
      ? `${read.code}: ${read.why?.[language] ?? ''}`
      : read.size === 0
        ? WORDS.last[language]
        : undefined;
  return (
    <Tool id="chunk-size" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed
          label={WORDS.decimal[language]}
          name="decimal"
          size={16}
          maxLength={16}
          inputMode="numeric"
          value={decimal}
          onText={onDecimal}
        />
        <Typed
          label={WORDS.hex[language]}
          name="digits"
          size={16}
          maxLength={100}
          value={digits}
          onText={onDigits}
        />
      </p>
      <Output
        rows={
          isNumber && 'size' in read
            ? [[WORDS.line[language], hexOf(octets(chunkLine(read.size)))]]
            : undefined
        }
        notice={notice}
      />
    </Tool>
  );
}

function isSize(typed: string): boolean {
  return /^\d+$/.test(typed) && Number.isSafeInteger(Number(typed));
}
