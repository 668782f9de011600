/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * What each side makes of the other's bytes, by the real protocols: the events, the rule that is broken and where, what is
 * still missing, and what a server answers.
 */
import type { Side } from 'explain-mini';
import { latin1 } from 'http-mini/wire';
import type { VNode } from 'preact';
import { hexOf } from '../page/hex.ts';
import { Prose } from '../page/prose.tsx';
import type { Language, Text } from '../text.ts';
import { Clause } from './clause.tsx';
import type { Desk } from './desk.ts';
import type { Outcome } from './outcome.ts';
import { bytesOf } from './recording.ts';
import { replay } from './replay.ts';
import { bytesIn, EVENTS, onOneLine } from './words.ts';

const WORDS = {
  server: { en: 'The server reads the client', ko: '서버가 읽은 클라이언트의 바이트' },
  client: { en: 'The client reads the server', ko: '클라이언트가 읽은 서버의 바이트' },
  none: { en: 'Nothing yet.', ko: '아직 없습니다.' },
  awaits: { en: 'It waits for', ko: '아직 오지 않은 것:' },
  at: { en: 'byte', ko: '바이트' },
  answers: { en: 'The server in this page answers', ko: '이 페이지의 서버가 보내는 응답:' },
  answersNothing: { en: 'It answers nothing.', ko: '아무 응답도 보내지 않습니다.' },
  same: { en: 'as above', ko: '위와 같음' },
  other: { en: 'otherwise than above', ko: '위와 다름' },
} satisfies Record<string, Text>;

export function Outcomes({ desk, language }: { desk: Desk; language: Language }): VNode | null {
  const replayed = desk.replayed.value;
  if (replayed === undefined) return null;
  return (
    <div class="outcomes">
      <OneOutcome desk={desk} outcome={replayed.server} of="client" language={language} />
      <OneOutcome desk={desk} outcome={replayed.client} of="server" language={language} />
    </div>
  );
}

/** @param of the side whose bytes were read */
function OneOutcome({
  desk,
  outcome,
  of,
  language,
}: {
  desk: Desk;
  outcome: Outcome;
  of: Side;
  language: Language;
}): VNode | null {
  if (bytesOf(desk.recording.value, of).length === 0) return null;
  const { broken } = outcome;
  const events = outcome.events.filter(({ kind }) => kind !== 'broken');
  const last = desk.reading.value?.last[of];
  const [awaits, why] =
    language === 'ko' ? [last?.ko?.awaits, last?.ko?.errorWhy] : [last?.awaits, last?.errorWhy];
  const reader = of === 'client' ? 'server' : 'client';
  return (
    <section aria-label={WORDS[reader][language]}>
      <h3>{WORDS[reader][language]}</h3>
      {events.length === 0 && broken === undefined && <p class="soft">{WORDS.none[language]}</p>}
      <ol class="events">
        {events.map(({ kind, value, after }, i) => (
          <li key={i}>
            {EVENTS[kind][language]} <q>{onOneLine(value)}</q> <small>{afterWords(after, language)}</small>
          </li>
        ))}
      </ol>
      {broken !== undefined && (
        <p class="broken" role="status">
          <b>{broken.code}</b> <Clause rule={broken.rule} />
          {broken.offset !== undefined && (
            <>
              {' '}
              <a
                href={`#${of}/${broken.offset}`}
                onClick={() => desk.choose({ from: of, offset: broken.offset! })}
              >
                {WORDS.at[language]} {broken.offset}
              </a>
            </>
          )}
          <br />
          <span lang="en">{broken.message}</span>
          {last?.error?.code === broken.code && why !== undefined && (
            <>
              <br />
              <Prose text={why} />
            </>
          )}
        </p>
      )}
      {broken === undefined && awaits !== undefined && (
        <p class="awaits" role="status">
          {WORDS.awaits[language]} <b>{awaits}</b>
        </p>
      )}
      {of === 'client' && <Answer desk={desk} answer={outcome.answer} language={language} />}
    </section>
  );
}

function afterWords(after: number, language: Language): string {
  return language === 'ko' ? `${after}바이트를 받은 뒤` : `after ${bytesIn('en', after)}`;
}

/** What the page's own server answers, beside what was recorded. */
function Answer({ desk, answer, language }: { desk: Desk; answer: Uint8Array; language: Language }): VNode {
  const recorded = bytesOf(desk.recording.value, 'server');
  if (answer.length === 0) return <p class="soft">{WORDS.answersNothing[language]}</p>;
  const isSame = hexOf(answer) === hexOf(recorded);
  return (
    <>
      <p>
        {WORDS.answers[language]}{' '}
        <small>
          {bytesIn(language, answer.length)}
          {recorded.length > 0 && `, ${(isSame ? WORDS.same : WORDS.other)[language]}`}
        </small>
      </p>
      {!isSame && <pre class="answer">{shown(answer)}</pre>}
      {!isSame && <FramesIn answer={answer} language={language} />}
    </>
  );
}

/** What the frames of an answer say, as a client reads them. */
function FramesIn({ answer, language }: { answer: Uint8Array; language: Language }): VNode | null {
  const frames = answer.subarray(endOfText(answer));
  if (frames.length === 0) return null;
  const { client } = replay({ begins: 'frames', passages: [{ from: 'server', bytes: frames }] });
  return (
    <ol class="events">
      {client.events
        .filter(({ kind }) => kind !== 'broken')
        .map(({ kind, value }, i) => (
          <li key={i}>
            {EVENTS[kind][language]} <q>{onOneLine(value)}</q>
          </li>
        ))}
    </ol>
  );
}

/** Heads as text; from the first byte that is none, hexadecimal. */
function shown(bytes: Uint8Array): string {
  const end = endOfText(bytes);
  const text = latin1(bytes, 0, end).replaceAll('\r\n', '\\r\\n\n');
  return `${text}${hexOf(bytes.subarray(end))}`;
}

function endOfText(bytes: Uint8Array): number {
  const end = bytes.findIndex(
    (byte) => (byte < 0x20 && byte !== 0x0d && byte !== 0x0a && byte !== 0x09) || byte > 0x7e,
  );
  return end < 0 ? bytes.length : end;
}
