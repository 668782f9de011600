/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The conversation: a bar of who sent what and how it was cut, and the bytes of each passage, in order.
 */
import type { ExplainedField } from 'explain-mini';
import type { VNode } from 'preact';
import { type ByteRange, Bytes } from '../page/bytes.tsx';
import type { Language } from '../text.ts';
import type { Desk } from './desk.ts';
import type { Passage } from './recording.ts';
import { bytesIn, SIDES } from './words.ts';

const WORDS = {
  bar: {
    en: 'The conversation from left to right: the client above, the server below. A box is a piece, as TCP carried it; a bar at its end is a FIN.',
    ko: '왼쪽에서 오른쪽으로 흐르는 대화입니다. 위가 클라이언트, 아래가 서버입니다. 상자 하나가 TCP로 온 조각 하나이고, 그 끝의 막대는 FIN입니다.',
  },
  datagrams: {
    en: 'Each box is a datagram. The empty one is a line.',
    ko: '상자 하나가 데이터그램 하나입니다. 빈 것은 선으로 보입니다.',
  },
  figure: { en: 'Figure 1.', ko: '그림 1.' },
  cut: { en: 'Cut otherwise', ko: '다르게 자르기' },
  asSent: { en: 'as it was sent', ko: '보낸 그대로' },
  fin: { en: 'FIN: it sends no more.', ko: 'FIN: 더 보내지 않습니다.' },
  empty: { en: 'No bytes.', ko: '바이트가 없습니다.' },
};

export function Conversation({ desk, language }: { desk: Desk; language: Language }): VNode {
  const reading = desk.reading.value;
  const places = { client: 0, server: 0 };
  return (
    <>
      {desk.recording.value.passages.map((passage, i) => {
        const { from, bytes } = passage;
        const first = places[from];
        places[from] += bytes.length;
        const fields =
          reading?.fields[from].filter(({ start, end }) => end > first && start < places[from]) ?? [];
        const chosen = desk.chosen.value;
        const isHere = chosen?.from === from && chosen.offset >= first && chosen.offset < places[from];
        return (
          <section class={`passage ${from}`} key={i}>
            <h3>{headingOf(passage, desk.isUdp.value, language)}</h3>
            {bytes.length > 0 && (
              <Bytes
                name={from}
                first={first}
                bytes={bytes.subarray(0, MOST_BYTES)}
                fields={rangesOf(fields)}
                selected={isHere ? chosen.offset : undefined}
                onSelect={(offset) => desk.choose({ from, offset })}
              />
            )}
            {bytes.length > MOST_BYTES && <p class="fin">{leftOut(bytes.length - MOST_BYTES, language)}</p>}
            {passage.ends && <p class="fin">{WORDS.fin[language]}</p>}
            {bytes.length === 0 && !passage.ends && <p class="fin">{WORDS.empty[language]}</p>}
          </section>
        );
      })}
    </>
  );
}

/** Bytes of one passage that are shown: each is two elements of the page. */
const MOST_BYTES = 2048;

function leftOut(count: number, language: Language): string {
  return language === 'ko'
    ? `나머지 ${bytesIn('ko', count)}는 보여 주지 않습니다.`
    : `${bytesIn('en', count)} more, not shown.`;
}

/** One range for all fields of a byte. */
function rangesOf(fields: readonly ExplainedField[]): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const { start, end, name, bits } of fields) {
    const last = ranges.at(-1);
    if (bits !== undefined && last?.start === start)
      ranges[ranges.length - 1] = { start, end, label: `${last.label}, ${name}` };
    else ranges.push({ start, end, label: name });
  }
  return ranges;
}

function headingOf({ from, bytes, at }: Passage, isUdp: boolean, language: Language): string {
  const parts = [SIDES[from][language]];
  if (bytes.length > 0 || isUdp) parts.push(bytesIn(language, bytes.length));
  if (at !== undefined) parts.push(`${Math.round(at)} ms`);
  return parts.join(' · ');
}

/** The most bytes in a piece that the slider can choose. */
const LONGEST_PIECE = 40;

export function Cuts({ desk, language }: { desk: Desk; language: Language }): VNode {
  const size = desk.pieceSize.value;
  const { passages } = desk.cut.value;
  const pieces = passages.filter(({ bytes }) => bytes.length > 0).length;
  const isUdp = desk.isUdp.value;
  return (
    <figure class="cuts">
      <Bar passages={passages} language={language} />
      {!isUdp && (
        <label class="bar">
          {WORDS.cut[language]}
          <input
            type="range"
            min={0}
            max={LONGEST_PIECE}
            value={size}
            aria-valuetext={sizeWords(size, pieces, language)}
            onInput={(event) => {
              desk.pieceSize.value = Number(event.currentTarget.value);
            }}
          />
          <output>{sizeWords(size, pieces, language)}</output>
        </label>
      )}
      <figcaption>
        <b>{WORDS.figure[language]}</b> {(isUdp ? WORDS.datagrams : WORDS.bar)[language]}
      </figcaption>
    </figure>
  );
}

function sizeWords(size: number, pieces: number, language: Language): string {
  if (language === 'ko')
    return size === 0 ? `${WORDS.asSent.ko}: 조각 ${pieces}개` : `${size}바이트씩: 조각 ${pieces}개`;
  const count = `${pieces} piece${pieces === 1 ? '' : 's'}`;
  return size === 0 ? `${WORDS.asSent.en}: ${count}` : `${count} of ${bytesIn('en', size)}`;
}

const WIDTH = 1000;
const LANE = { client: 4, server: 28 };
const HEIGHT = 20;

function Bar({ passages, language }: { passages: readonly Passage[]; language: Language }): VNode {
  const total = passages.reduce((sum, { bytes }) => sum + bytes.length, 0) || 1;
  let at = 0;
  return (
    <svg
      class="passages"
      viewBox={`0 0 ${WIDTH} 52`}
      preserveAspectRatio="none"
      role="img"
      aria-label={WORDS.bar[language]}
    >
      {passages.map(({ from, bytes, ends }, i) => {
        const x = (WIDTH * at) / total;
        at += bytes.length;
        const end = (WIDTH * at) / total;
        const y = LANE[from];
        return (
          <g key={i} class={from}>
            <title>{headingOf(passages[i]!, true, language)}</title>
            {bytes.length > 0 && <rect x={x} y={y} width={end - x} height={HEIGHT} />}
            {(ends || bytes.length === 0) && <line x1={end} x2={end} y1={y - 3} y2={y + HEIGHT + 3} />}
          </g>
        );
      })}
    </svg>
  );
}
