/** @jsxRuntime automatic @jsxImportSource preact */
/** What became of a change, in short, beside the byte that was changed. */
import { latin1 } from 'http-mini/wire';
import type { VNode } from 'preact';
import { hexOf } from '../page/hex.ts';
import type { Language } from '../text.ts';
import { Clause } from './clause.tsx';
import type { Desk } from './desk.ts';

const WORDS = {
  unbroken: { en: 'No rule is broken.', ko: '어긴 규칙이 없습니다.' },
  broken: { en: 'Broken:', ko: '어긴 규칙:' },
  awaits: { en: 'Still missing:', ko: '아직 오지 않은 것:' },
  answer: { en: 'A server answers', ko: '서버의 응답:' },
  more: { en: 'more', ko: '자세히' },
};

export function Verdict({ desk, language }: { desk: Desk; language: Language }): VNode | null {
  const replayed = desk.replayed.value;
  if (replayed === undefined) return null;
  const { server, client } = replayed;
  const broken = [server.broken, client.broken].filter((one) => one !== undefined);
  const last = Object.values(desk.reading.value?.last ?? {});
  const awaited = last.flatMap((part) => (language === 'ko' ? part?.ko?.awaits : part?.awaits) ?? []);
  return (
    <p class="verdict" role="status">
      {broken.length === 0 && WORDS.unbroken[language]}
      {broken.map(({ code, rule }) => (
        <span key={code}>
          {WORDS.broken[language]} <b>{code}</b> <Clause rule={rule} />{' '}
        </span>
      ))}
      {awaited.map((awaits) => (
        <span key={awaits}>
          {' '}
          {WORDS.awaits[language]} <b>{awaits}</b>
        </span>
      ))}
      {server.answer.length > 0 && (
        <>
          <br />
          {WORDS.answer[language]} <q>{firstLine(server.answer)}</q>
        </>
      )}{' '}
      <a href="#outcomes">{WORDS.more[language]}</a>
    </p>
  );
}

/** The start line of a head, or the first bytes of frames. */
function firstLine(bytes: Uint8Array): string {
  const line = /^[\x20-\x7e]*(?=\r\n)/.exec(latin1(bytes, 0, Math.min(bytes.length, 100)))?.[0];
  return line ?? `${hexOf(bytes.subarray(0, 12))}${bytes.length > 12 ? ' …' : ''}`;
}
