/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The byte that is chosen: its field, value, bits and clause, why it is there, and the line of source that reads it. And it
 * can be changed: as a number, as text, or bit by bit.
 */
import type { ExplainedField } from 'explain-mini';
import { latin1 } from 'http-mini/wire';
import type { VNode } from 'preact';
import { encodeUtf8 } from 'ws-mini/wire';
import { Prose } from '../page/prose.tsx';
import type { Language } from '../text.ts';
import type { Desk } from './desk.ts';
import { bytesOfHex, hexOf } from './hex.ts';
import { bitsAt, fieldsAt, type Place } from './reading.ts';
import { bytesOf } from './recording.ts';
import { SourceOf } from './source-view.tsx';
import { clauseUrl, onOneLine, SIDES } from './words.ts';

const WORDS = {
  title: { en: 'The chosen byte', ko: '고른 바이트' },
  none: {
    en: 'Choose a byte: click on it, or go to one with Tab and then with the arrow keys.',
    ko: '바이트를 고르십시오. 클릭하거나, Tab으로 들어가 화살표 키로 움직입니다.',
  },
  udp: {
    en: 'A byte of a datagram. To UDP all of them are content, and it is for the programs to say what they mean.',
    ko: '데이터그램의 바이트입니다. UDP에게는 모두 내용일 뿐이며, 무슨 뜻인지는 프로그램끼리 정합니다.',
  },
  value: { en: 'value', ko: '값' },
  unmasked: { en: 'unmasked with its byte of the key', ko: '키의 바이트로 마스크를 벗기면' },
  hex: { en: 'in hexadecimal', ko: '16진수로' },
  text: { en: 'as text', ko: '텍스트로' },
  insert: { en: 'Insert a byte before', ko: '앞에 바이트 넣기' },
  remove: { en: 'Delete', ko: '지우기' },
  bit: { en: 'bit', ko: '비트' },
  bits: { en: 'Its bits; each can be switched', ko: '비트를 하나씩 바꿀 수 있습니다' },
  unbroken: { en: 'No rule is broken.', ko: '어긴 규칙이 없습니다.' },
  broken: { en: 'Broken:', ko: '어긴 규칙:' },
  awaits: { en: 'Still missing:', ko: '아직 오지 않은 것:' },
  answer: { en: 'A server answers', ko: '서버의 응답:' },
  more: { en: 'more', ko: '자세히' },
  edit: { en: 'Change it', ko: '바꾸기' },
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

export function Clause({ rule }: { rule: string }): VNode {
  const url = clauseUrl(rule);
  return url === undefined ? (
    <span class="rule">{rule}</span>
  ) : (
    <a class="rule" href={url}>
      {rule}
    </a>
  );
}

/** The byte's bits; those of a frame's first two bytes stand together, as RFC 6455 5.2 draws them. */
function Bits({
  desk,
  place,
  bytes,
  language,
}: {
  desk: Desk;
  place: Place;
  bytes: Uint8Array;
  language: Language;
}): VNode {
  const reading = desk.reading.value;
  const start = reading && bitsAt(reading, place);
  const isFrame = start !== undefined && start + 1 < bytes.length;
  const offsets = isFrame ? [start, start + 1] : [place.offset];
  const flip = (offset: number, bit: number) =>
    desk.edit({ from: place.from, offset }, 1, Uint8Array.of(bytes[offset]! ^ (0x80 >> bit)));
  return (
    <table class={isFrame ? 'bits frame' : 'bits'}>
      <caption>{WORDS.bits[language]}</caption>
      <thead>
        <tr>
          {offsets.flatMap((offset, i) =>
            BITS.map((bit) => <th key={`${offset} ${bit}`}>{(8 * i + bit) % 10}</th>),
          )}
        </tr>
      </thead>
      <tbody>
        <tr>
          {offsets.flatMap((offset) =>
            BITS.map((bit) => (
              <td key={`${offset} ${bit}`} class={offset === place.offset ? 'here' : undefined}>
                <button
                  type="button"
                  aria-label={`${offset}, ${WORDS.bit[language]} ${bit}`}
                  aria-pressed={isSet(bytes[offset]!, bit)}
                  onClick={() => flip(offset, bit)}
                >
                  {isSet(bytes[offset]!, bit) ? 1 : 0}
                </button>
              </td>
            )),
          )}
        </tr>
        {isFrame && (
          <tr class="names">
            {FRAME_BITS.map(([name, span]) => (
              <td key={name} colSpan={span}>
                {name}
              </td>
            ))}
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** Bit 0 is the highest, as RFC 6455 counts. */
function isSet(byte: number, bit: number): boolean {
  return (byte & (0x80 >> bit)) !== 0;
}

const BITS = [0, 1, 2, 3, 4, 5, 6, 7];
/** The names and widths of RFC 6455 5.2. */
const FRAME_BITS = [
  ['FIN', 1],
  ['RSV', 3],
  ['opcode', 4],
  ['MASK', 1],
  ['Payload len', 7],
] as const;

function Editing({
  desk,
  place,
  byte,
  language,
}: {
  desk: Desk;
  place: Place;
  byte: number;
  language: Language;
}): VNode {
  const replace = (removed: number, by: Uint8Array) => desk.edit(place, removed, by);
  const onHex = (input: HTMLInputElement) => {
    const bytes = bytesOfHex(input.value);
    if (bytes === undefined || bytes.length === 0) return;
    replace(1, bytes);
    input.select(); // what is typed next overwrites it again
  };
  // A Korean letter is typed in steps: only the last of them counts.
  const onText = ({ value }: HTMLInputElement) => {
    if (value !== '') replace(1, encodeUtf8(value));
  };
  return (
    <fieldset class="edit">
      <legend>{WORDS.edit[language]}</legend>
      <label>
        {WORDS.hex[language]}
        <input
          key={`hex ${place.from} ${place.offset}`}
          name="hex"
          size={4}
          value={hexOf([byte])}
          autocomplete="off"
          spellcheck={false}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => onHex(event.currentTarget)}
        />
      </label>
      <label>
        {WORDS.text[language]}
        <input
          key={`text ${place.from} ${place.offset}`}
          name="text"
          size={4}
          value={byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ''}
          autocomplete="off"
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => !event.isComposing && onText(event.currentTarget)}
          onCompositionEnd={(event) => onText(event.currentTarget)}
        />
      </label>
      <button type="button" onClick={() => replace(0, Uint8Array.of(0))}>
        {WORDS.insert[language]}
      </button>
      <button type="button" onClick={() => replace(1, new Uint8Array(0))}>
        {WORDS.remove[language]}
      </button>
    </fieldset>
  );
}

/** What became of the change, in short, where the byte is changed. */
function Verdict({ desk, language }: { desk: Desk; language: Language }): VNode | null {
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
