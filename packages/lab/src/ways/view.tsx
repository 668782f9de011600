/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The comparison as a page: its table, the ages as a figure, and how to read them.
 */
import { useSignal } from '@preact/signals';
import { type ComponentChildren, Fragment, type VNode } from 'preact';
import { LiveNotice, useLive } from '../page/live.tsx';
import { TickerFigure } from '../page/ticker-figure.tsx';
import type { ViewProps } from '../part.ts';
import type { Update } from '../ticker.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS } from './names.ts';
import { type Table, tableOf } from './table.ts';

export interface WaysState {
  readonly comparison: Comparison | undefined;
  readonly update: Update;
}

const WORDS = {
  figure1: { en: 'Figure 1.', ko: '그림 1.' },
  table1: { en: 'Table 1.', ko: '표 1.' },
  figure2: { en: 'Figure 2.', ko: '그림 2.' },
  before: {
    en: 'What it takes to deliver the updates. Nothing has been measured yet.',
    ko: '업데이트를 전달하는 데 드는 것. 아직 측정하지 않았습니다.',
  },
  measure: { en: 'Measure', ko: '측정' },
  again: { en: 'Measure again', ko: '다시 측정' },
  measuring: { en: 'measuring', ko: '측정하는 중입니다' },
  done: { en: 'done, and counted to the last byte', ko: '마쳤습니다. 마지막 바이트까지 세었습니다' },
  ages: {
    en: 'How old each update was when it arrived: one dot each, on a logarithmic scale. What is pushed is as old as its journey; what is polled has also waited for the next question, and where that came too late it was replaced by a newer one, and missed.',
    ko: '업데이트가 도착했을 때의 나이. 점 하나가 업데이트 하나이고, 눈금은 로그입니다. 푸시한 것의 나이는 오는 데 걸린 시간입니다. 폴링한 것은 다음 질문도 기다렸으며, 질문이 너무 늦으면 새것으로 바뀌어 놓치게 됩니다.',
  },
  agesLabel: {
    en: 'The age of each update when it arrived, for each way',
    ko: '방법마다 업데이트가 도착했을 때의 나이',
  },
  how: { en: 'How to read it', ko: '읽는 법' },
  limits: {
    en: 'All run in one process, over loopback: distance would add its round trips, and a closed connection costs one more of them for each update. The client here sends almost no header fields; a browser sends about 500 bytes of them with each request. Polling more often makes updates younger and answers in vain more frequent; that is its bargain.',
    ko: '모두 한 프로세스에서 루프백으로 실행됩니다. 거리가 있으면 왕복 시간이 더해지고, 매번 닫는 연결은 업데이트마다 왕복이 하나 더 듭니다. 여기 클라이언트는 헤더를 거의 보내지 않지만, 브라우저는 요청마다 500바이트쯤 보냅니다. 더 자주 물으면 업데이트는 젊어지고 헛된 응답은 늘어납니다.',
  },
};

const SETTING = {
  en: ({ updates, interval, pollInterval }: Comparison) =>
    `What it takes to deliver ${updates} updates, one every ${interval} ms. The two that poll ask again about ${pollInterval} ms after each answer.`,
  ko: ({ updates, interval, pollInterval }: Comparison) =>
    `업데이트 ${updates}개를 ${interval} ms마다 하나씩 전달하는 데 드는 것. 폴링하는 둘은 응답을 받고 약 ${pollInterval} ms 뒤에 다시 묻습니다.`,
};

export function WaysView({ state, language }: ViewProps<WaysState>): VNode {
  const comparison = useSignal(state.comparison);
  const live = useLive<Comparison>('/ways/live', (message) => {
    comparison.value = message;
  });
  const shown = comparison.value;
  const isMeasuring = shown?.state === 'measuring';
  const table = shown && tableOf(shown, language);
  return (
    <>
      <TickerFigure
        path="/ways/ticker"
        name={WORDS.figure1[language]}
        first={state.update}
        language={language}
      />
      <Results table={table} isMeasuring={isMeasuring}>
        <b>{WORDS.table1[language]}</b> {shown ? SETTING[language](shown) : WORDS.before[language]}
      </Results>
      <div class="bar">
        <button
          type="button"
          disabled={isMeasuring || live.status.value !== 'open'}
          onClick={() => live.send('measure')}
        >
          {(shown ? WORDS.again : WORDS.measure)[language]}
        </button>
        {isMeasuring && <progress max={shown.updates} value={shown.made} />}
        <span role="status">{shown && (isMeasuring ? WORDS.measuring : WORDS.done)[language]}</span>
        <LiveNotice live={live} language={language} />
      </div>
      {shown && table && (
        <figure>
          <Ages comparison={shown} table={table} label={WORDS.agesLabel[language]} />
          <figcaption>
            <b>{WORDS.figure2[language]}</b> {WORDS.ages[language]}
          </figcaption>
        </figure>
      )}
      <h2>{WORDS.how[language]}</h2>
      {table && <Meanings table={table} />}
      <p>{WORDS.limits[language]}</p>
    </>
  );
}

function Results(props: {
  table: Table | undefined;
  isMeasuring: boolean;
  children: ComponentChildren;
}): VNode {
  const { table, isMeasuring, children } = props;
  return (
    <div class="wide">
      <table class={isMeasuring ? 'measuring' : ''}>
        <caption>{children}</caption>
        {table && (
          <>
            <thead>
              <tr>
                <td />
                {table.columns.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(({ name, cells, meaning }) => (
                <tr key={name} title={meaning}>
                  <th scope="row" class={name.startsWith(' ') ? 'part' : ''}>
                    {name.trim()}
                  </th>
                  {cells.map((cell, i) => (
                    <td key={table.columns[i]!.name}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </>
        )}
      </table>
    </div>
  );
}

function Meanings({ table: { columns, rows } }: { table: Table }): VNode {
  const all = [...columns.map(({ name, how }) => ({ name, meaning: how })), ...rows];
  return (
    <dl>
      {all.map(({ name, meaning }) => (
        <Fragment key={name}>
          <dt>{name.trim()}</dt>
          <dd>{meaning}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** Pixels for each way: its name, and its dots below. */
const ROW = 38;

function Ages(props: { comparison: Comparison; table: Table; label: string }): VNode {
  const { comparison, table, label } = props;
  const ages = WAY_KEYS.map((key) => comparison.results[key].ages);
  const all = ages.flat();
  const least = Math.floor(Math.log10(Math.max(0.01, Math.min(...all))));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(0.01, ...all))));
  // In percent, so that letters and dots keep their size on a narrow screen.
  const x = (age: number) => {
    const share = (Math.log10(Math.max(age, 10 ** least)) - least) / (most - least);
    return `${(4 + 90 * share).toFixed(2)}%`;
  };
  const powers =
    all.length === 0 ? [] : Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i));
  const bottom = ROW * ages.length + 6;
  return (
    <svg class="ages" height={bottom + 22} role="img" aria-label={label}>
      {powers.map((age) => (
        <g key={age}>
          <line x1={x(age)} x2={x(age)} y1={4} y2={bottom} />
          <text x={x(age)} y={bottom + 18} text-anchor="middle">{`${Number(age.toFixed(2))} ms`}</text>
        </g>
      ))}
      {ages.map((row, i) => (
        <g key={table.columns[i]!.name}>
          <text class="name" x={0} y={ROW * i + 14}>
            {table.columns[i]!.name}
          </text>
          {row.map((age, n) => (
            <circle key={n} cx={x(age)} cy={ROW * i + 28} r={3.5} />
          ))}
        </g>
      ))}
    </svg>
  );
}
