/** @jsxRuntime automatic @jsxImportSource preact */
/** A text as UTF-8, letter by letter, and the Content-Length that http-mini would send for it. */
import { encodeRequest } from 'http-mini/wire';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeUtf8 } from 'ws-mini/wire';
import { hexOf } from '../../page/hex.ts';
import type { Language } from '../../text.ts';
import { ByteTable, Output, Tool, Typed } from './tool.tsx';

export interface Utf8 {
  /** Code points: usually what a person calls a letter, though an emoji may be several. */
  readonly letters: readonly {
    readonly text: string;
    readonly codePoint: string;
    readonly bytes: Uint8Array;
  }[];
  /** What `length` says of a string. */
  readonly units: number;
  readonly bytes: Uint8Array;
  /** The field line of a request with this text as content. */
  readonly contentLength: string;
}

export function utf8Of(text: string): Utf8 {
  const letters = Array.from(text, (letter) => ({
    text: letter,
    codePoint: `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
    bytes: encodeUtf8(letter),
  }));
  const bytes = encodeUtf8(text);
  const { head } = encodeRequest({ method: 'POST' }, bytes.length, 'localhost');
  const contentLength = /^Content-Length: \d+/m.exec(head)![0];
  return { letters, units: text.length, bytes, contentLength };
}

const WORDS = {
  title: { en: 'A text in UTF-8', ko: 'UTF-8로 쓴 텍스트' },
  about: {
    en: 'Content-Length counts bytes. A program that counts letters, or asks a string for its length, says too little, and the rest is read as the next message.',
    ko: 'Content-Length는 바이트를 셉니다. 글자 수나 문자열의 length를 쓰면 길이가 모자라고, 남은 바이트는 다음 메시지로 읽힙니다.',
  },
  text: { en: 'text', ko: '텍스트' },
  letter: { en: 'letter', ko: '글자' },
  codePoint: { en: 'code point', ko: '코드 포인트' },
  bytes: { en: 'bytes', ko: '바이트' },
  letters: { en: 'letters', ko: '글자 수' },
  units: { en: 'length of the string', ko: '문자열의 length' },
  line: { en: 'field line', ko: '필드 줄' },
};

export function Utf8Text({ language }: { language: Language }): VNode {
  const [text, setText] = useState('안녕 👋');
  const { letters, units, contentLength } = utf8Of(text);
  return (
    <Tool id="utf8" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed
          label={WORDS.text[language]}
          name="text"
          size={24}
          maxLength={60}
          value={text}
          onText={setText}
        />
      </p>
      {letters.length > 0 && (
        <ByteTable
          caption={WORDS.title[language]}
          rows={[
            [WORDS.letter[language], letters.map((letter) => (letter.text === ' ' ? '␣' : letter.text))],
            [WORDS.codePoint[language], letters.map(({ codePoint }) => codePoint)],
            [WORDS.bytes[language], letters.map(({ bytes }) => hexOf(bytes))],
          ]}
        />
      )}
      <Output
        rows={[
          [WORDS.letters[language], `${letters.length}`],
          [WORDS.units[language], `${units}`],
          [WORDS.line[language], contentLength],
        ]}
      />
    </Tool>
  );
}
