/** @jsxRuntime automatic @jsxImportSource preact */
/** Every field of the conversation in order, with the reason why it is there: to read without a script, and on paper. */
import { type ExplainedField, formatConnection, type Side } from 'explain-mini';
import type { VNode } from 'preact';
import { hexOf } from '../page/hex.ts';
import { Prose } from '../page/prose.tsx';
import type { Language } from '../text.ts';
import { Clause } from './clause.tsx';
import type { Desk } from './desk.ts';
import { bytesOf } from './recording.ts';
import { onOneLine, SIDES } from './words.ts';

const WORDS = {
  asText: { en: 'The same as text, to copy', ko: '복사하기 좋게 텍스트로' },
};

/** Fields of one turn that are listed. */
const MOST_FIELDS = 500;
/** Bytes and characters that one field shows here. */
const MOST_BYTES = 12;
const MOST_VALUE = 100;

export function FieldList({ desk, language }: { desk: Desk; language: Language }): VNode {
  const bytes = {
    client: bytesOf(desk.recording.value, 'client'),
    server: bytesOf(desk.recording.value, 'server'),
  };
  const parts = desk.reading.value?.parts ?? [];
  return (
    <>
      {parts.map((part, i) => (
        <section key={i}>
          <h3>{SIDES[part.from][language]}</h3>
          <ol class="fields">
            {part.fields.slice(0, MOST_FIELDS).map((field, at) => (
              <FieldItem
                key={at}
                from={part.from}
                field={field}
                bytes={bytes[part.from]}
                language={language}
              />
            ))}
          </ol>
        </section>
      ))}
      <details>
        <summary>{WORDS.asText[language]}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{formatConnection(parts, { language })}</pre>
      </details>
    </>
  );
}

function FieldItem({
  from,
  field,
  bytes,
  language,
}: {
  from: Side;
  field: ExplainedField;
  bytes: Uint8Array;
  language: Language;
}): VNode {
  const { start, end, bits, name, rule } = field;
  const value = language === 'ko' ? field.ko.value : field.value;
  const own = bytes.subarray(start, Math.min(end, start + MOST_BYTES));
  // A byte that is cut into bits stands beside its first ones.
  const shown = bits === undefined || bits[0] === 0 ? hexOf(own) : '';
  return (
    <li>
      <a href={`#${from}/${start}`} class="at">
        {start}
      </a>
      <code>
        {shown}
        {end - start > MOST_BYTES && ' …'}
      </code>
      <span>
        <b>{name}</b> {value !== '' && <q>{onOneLine(value.slice(0, MOST_VALUE))}</q>} <Clause rule={rule} />
        <br />
        <Prose text={language === 'ko' ? field.ko.why : field.why} />
      </span>
    </li>
  );
}
