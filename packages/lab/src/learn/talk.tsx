/** @jsxRuntime automatic @jsxImportSource preact */
/** What passed between a client and one rung: all bytes with their fields, and what the chosen one means. */
import { useSignal } from '@preact/signals';
import { type ExplainedField, explainConnection, type Side } from 'explain-mini';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { Bytes } from '../page/bytes.tsx';
import { Prose } from '../page/prose.tsx';
import type { Language } from '../text.ts';
import { Clause } from '../wire/clause.tsx';
import { passageOf } from '../wire/state.ts';
import { bytesIn, onOneLine, SIDES } from '../wire/words.ts';
import type { ShownRung } from './rungs.ts';
import type { RungRun } from './trials.ts';

const WORDS = {
  rung: { en: (number: number) => `Rung ${number}`, ko: (number: number) => `${number}단계` },
  nothing: { en: 'Nothing came back.', ko: '아무것도 오지 않았습니다.' },
  end: {
    open: { en: 'The connection is still open.', ko: '연결은 아직 열려 있습니다.' },
    closed: { en: 'The rung ended the connection.', ko: '서버가 연결을 닫았습니다.' },
    reset: { en: 'The rung reset the connection (RST).', ko: '서버가 연결을 끊었습니다(RST).' },
  },
  more: {
    en: (count: number) => `${bytesIn('en', count)} more, not shown.`,
    ko: (count: number) => `나머지 ${bytesIn('ko', count)}는 보여 주지 않습니다.`,
  },
  wire: { en: 'Field by field', ko: '필드 하나하나' },
};

/** Bytes of one passage that are shown. */
const MOST_BYTES = 256;
const MOST_VALUE = 100;

export function Talk(props: { rung: ShownRung; run: RungRun; language: Language }): VNode {
  const { rung, run, language } = props;
  const { number, end, wire } = run;
  const passages = useMemo(() => run.passages.map(passageOf), [run]);
  const fields = useMemo(
    () => (rung.track === 'tcp' ? [] : fieldsOf(explainConnection(passages))),
    [rung, passages],
  );
  const chosen = useSignal<{ from: Side; offset: number } | undefined>(undefined);
  const at = chosen.value;
  const places = { client: 0, server: 0 };
  return (
    <section class="talk">
      <h4>{WORDS.rung[language](number)}</h4>
      {passages.map(({ from, bytes }, i) => {
        const first = places[from];
        places[from] += bytes.length;
        const own = fields.filter((one) => one.from === from && one.end > first && one.start < places[from]);
        const isHere = at?.from === from && at.offset >= first && at.offset < places[from];
        return (
          <div key={i}>
            <p class="from">
              {SIDES[from][language]} · {bytesIn(language, bytes.length)}
            </p>
            <Bytes
              name={`${rung.id}.${number}.${from}`}
              first={first}
              bytes={bytes.subarray(0, MOST_BYTES)}
              fields={own.map(({ start, end, name }) => ({ start, end, label: name }))}
              selected={isHere ? at.offset : undefined}
              onSelect={(offset) => {
                chosen.value = { from, offset };
              }}
            />
            {bytes.length > MOST_BYTES && (
              <p class="from">{WORDS.more[language](bytes.length - MOST_BYTES)}</p>
            )}
          </div>
        );
      })}
      <div class="meaning" aria-live="polite">
        {fields
          .filter(({ from, start, end }) => from === at?.from && start <= at.offset && at.offset < end)
          .map((field) => (
            <Meaning key={field.term} field={field} language={language} />
          ))}
      </div>
      <p>
        {places.server === 0 && WORDS.nothing[language]} {WORDS.end[end][language]}{' '}
        {wire !== undefined && <a href={`/${language}/wire?${wire}`}>{WORDS.wire[language]}</a>}
      </p>
    </section>
  );
}

type Placed = ExplainedField & { readonly from: Side };

function fieldsOf(parts: ReturnType<typeof explainConnection>): Placed[] {
  return parts.flatMap(({ from, fields }) => fields.map((field) => ({ ...field, from })));
}

function Meaning({ field, language }: { field: ExplainedField; language: Language }): VNode {
  const { value, why } = language === 'ko' ? field.ko : field;
  return (
    <p>
      <b>{field.name}</b> {value !== '' && <q>{onOneLine(value.slice(0, MOST_VALUE))}</q>}{' '}
      <Clause rule={field.rule} /> <Prose text={why} />
    </p>
  );
}
