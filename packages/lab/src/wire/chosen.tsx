/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The byte that is chosen: its field, value and clause, why it is there, its bits, what changing it has led to, and the lines
 * of source that read it.
 */
import type { ExplainedField } from 'explain-mini';
import type { VNode } from 'preact';
import { hexOf } from '../page/hex.ts';
import { Prose } from '../page/prose.tsx';
import type { Language } from '../text.ts';
import { Clause } from './clause.tsx';
import type { Desk } from './desk.ts';
import { Bits, Editing } from './editing.tsx';
import { fieldsAt, type Place } from './reading.ts';
import { bytesOf } from './recording.ts';
import { SourceOf } from './source-view.tsx';
import { Verdict } from './verdict.tsx';
import { onOneLine, SIDES } from './words.ts';

const WORDS = {
  title: { en: 'The chosen byte', ko: '고른 바이트' },
  none: {
    en: 'Choose a byte: click on it, or go to one with Tab and then with the arrow keys.',
    ko: '바이트를 고르십시오. 클릭하거나, Tab으로 들어가 화살표 키로 움직입니다.',
  },
  udp: {
    en: 'A byte of a datagram. To UDP all of them are content, and it is for the programs to say what they mean.',
    ko: '데이터그램의 바이트입니다. UDP에는 모두 데이터일 뿐이며, 무슨 뜻인지는 프로그램끼리 정합니다.',
  },
  value: { en: 'value', ko: '값' },
  unmasked: { en: 'unmasked with its byte of the key', ko: '키의 바이트로 마스크를 벗기면' },
};

export function Chosen({ desk, language }: { desk: Desk; language: Language }): VNode {
  const place = desk.chosen.value;
  const bytes = place && bytesOf(desk.recording.value, place.from);
  if (place === undefined || bytes === undefined || place.offset >= bytes.length)
    return (
      <aside class="chosen">
        <p class="soft">{WORDS.none[language]}</p>
      </aside>
    );
  const byte = bytes[place.offset]!;
  const reading = desk.reading.value;
  const fields = reading === undefined ? [] : fieldsAt(reading, place);
  return (
    <aside class="chosen" aria-label={WORDS.title[language]}>
      <h3>
        <code>{hexOf([byte])}</code> {SIDES[place.from][language]} {place.offset}
      </h3>
      {desk.isChanged.value && <Verdict desk={desk} language={language} />}
      {reading === undefined && <p>{WORDS.udp[language]}</p>}
      {fields.map((field) => (
        <Field
          key={`${field.start} ${field.term}`}
          field={field}
          place={place}
          byte={byte}
          language={language}
        />
      ))}
      <Bits desk={desk} place={place} bytes={bytes} language={language} />
      <Editing desk={desk} place={place} byte={byte} language={language} />
      {fields.map(({ term }) => (
        <SourceOf key={term} term={term} language={language} />
      ))}
    </aside>
  );
}

interface FieldProps {
  readonly field: ExplainedField;
  readonly place: Place;
  readonly byte: number;
  readonly language: Language;
}

function Field({ field, place, byte, language }: FieldProps): VNode {
  const { name, rule, unmasked } = field;
  const value = language === 'ko' ? field.ko.value : field.value;
  return (
    <div class="field">
      <p>
        <b>{name}</b> <Clause rule={rule} />
      </p>
      {value !== '' && (
        <p>
          {WORDS.value[language]} <q>{onOneLine(value.length > 160 ? `${value.slice(0, 160)}…` : value)}</q>
        </p>
      )}
      {unmasked !== undefined && <Unmasking field={field} place={place} byte={byte} language={language} />}
      <p class="why">
        <Prose text={language === 'ko' ? field.ko.why : field.why} />
      </p>
    </div>
  );
}

/** The byte as it came, the byte of the key, and what is left without it (RFC 6455 5.3). */
function Unmasking({ field, place, byte, language }: FieldProps): VNode {
  const { start, unmasked = '', keyIndex = 0 } = field;
  const index = (keyIndex + place.offset - start) % 4;
  const plain = unmasked.charCodeAt(place.offset - start);
  return (
    <p>
      {WORDS.unmasked[language]}{' '}
      <code>
        {hexOf([byte])} ⊕ {hexOf([byte ^ plain])}
        <sub>{index}</sub> = {hexOf([plain])}
      </code>
    </p>
  );
}
