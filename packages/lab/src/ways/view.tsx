/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The page of the seven ways: what to run, the table as it fills, the ages as figures, what the run says in sentences, and
 * how all of it is counted.
 */
import { useSignal } from '@preact/signals';
import { Fragment, type VNode } from 'preact';
import { LiveNotice, useLive } from '../page/live.tsx';
import type { ViewProps } from '../part.ts';
import type { Language } from '../text.ts';
import type { Comparison } from './compare.ts';
import { Presets, Sliders } from './controls.tsx';
import { Dots } from './dots.tsx';
import { WAY_KEYS, WAYS } from './names.ts';
import { Plot } from './plot.tsx';
import { sentencesOf } from './sentences.ts';
import { problemOf, type Settings } from './settings.ts';
import { QUANTITIES, settingLine } from './table.ts';

export interface WaysState {
  /** How the lab is called, with options behind it. */
  readonly call: string;
  /** The last run, or the one that is on. */
  readonly comparison: Comparison | undefined;
  /** What the sliders begin with. */
  readonly settings: Settings;
}

const WORDS = {
  run: { en: 'Run', ko: '실행' },
  stop: { en: 'Stop', ko: '중지' },
  measuring: { en: 'Now:', ko: '지금 측정하는 방법:' },
  done: { en: 'Done, and counted to the last byte.', ko: '마쳤습니다. 마지막 바이트까지 세었습니다.' },
  stopped: { en: 'Stopped before its end.', ko: '끝나기 전에 중지했습니다.' },
  failed: {
    en: 'A way failed, so there are no figures for the rest.',
    ko: '한 방법이 실패해서 나머지는 측정하지 못했습니다.',
  },
  duration: {
    en: (seconds: number) => `A run takes about ${seconds} seconds.`,
    ko: (seconds: number) => `실행에는 약 ${seconds}초가 걸립니다.`,
  },
  noScript: {
    en: (call: string) =>
      `Without JavaScript this page shows the last run; ${call} --compare makes one in a terminal.`,
    ko: (call: string) =>
      `JavaScript가 없으면 마지막 실행만 볼 수 있습니다. 터미널에서는 ${call} --compare로 실행합니다.`,
  },
  table: { en: 'Table 1.', ko: '표 1.' },
  before: { en: 'Nothing has been run yet.', ko: '아직 실행하지 않았습니다.' },
  plot: { en: 'Figure 1.', ko: '그림 1.' },
  plotText: {
    en: 'The age of updates on arrival, over the time of each way’s turn. Each 120th of that time has one point, its oldest update. A lost segment shows as a tooth: all that is behind it comes at once, the first of it the oldest.',
    ko: '방법마다 제 차례 동안 도착한 업데이트의 나이입니다. 그 시간을 120구간으로 나누어 구간마다 가장 오래된 것을 그렸습니다. 세그먼트를 잃으면 톱니가 생깁니다. 뒤에 있던 것이 한꺼번에 오고, 그 가운데 첫 업데이트가 가장 오래되었기 때문입니다.',
  },
  dots: { en: 'Figure 2.', ko: '그림 2.' },
  dotsText: {
    en: 'How old updates were when they arrived, on a logarithmic scale: one dot each, or 150 percentiles if there are more. What is pushed is as old as its journey; what is polled has also waited for the next question, and where that came too late it was replaced by a newer one, and missed.',
    ko: '업데이트가 도착했을 때의 나이로, 눈금은 로그입니다. 점 하나가 업데이트 하나이고, 150개가 넘으면 백분위수 150개를 그립니다. 푸시한 것의 나이는 오는 데 걸린 시간입니다. 폴링한 것은 다음 질문까지 더 기다렸고, 질문이 너무 늦은 것은 그사이 새 업데이트로 바뀌어 놓쳤습니다.',
  },
  says: { en: 'What this run says', ko: '이번 실행에서 알 수 있는 것' },
  csv: { en: 'The figures as CSV', ko: '이 숫자를 CSV로' },
  how: { en: 'How to read it', ko: '읽는 법' },
  counted: { en: 'How it is counted', ko: '무엇을 어떻게 세는가' },
};

/** A paragraph each. */
const COUNTED = {
  en: [
    'The ways have their turns one after the other, each with a ticker, servers and clients of its own, all in one process over loopback. So the ages and the CPU time of one are not those of the others. CPU is that of both ends together, and of the link between them if it adds something; the process does nothing else but tell this page.',
    'Delay and loss are made by a relay between client and server. By TCP it never drops a byte: it holds a lost segment back until TCP would have sent it again, after a timeout of 200 ms and a round trip, which doubles if that is lost too, or earlier if three later segments have come (fast retransmit). All that is behind it waits. A new connection costs a round trip more, and a lost SYN a second. By UDP a lost datagram is gone. The same seed loses the same.',
    'The client here sends almost no header fields; a browser sends about 500 bytes of them with each request. Who polls waits half to one and a half times as long as is set, at random, or the questions would fall into step with the ticker. A ticker has only its latest update: who asks late has missed those before.',
  ],
  ko: [
    '방법은 하나씩 차례로 측정합니다. 차례마다 시세와 서버, 클라이언트를 새로 만들고, 모두 한 프로세스에서 루프백으로 실행합니다. 그래서 한 방법의 나이와 CPU 시간에 다른 방법의 몫이 섞이지 않습니다. CPU는 양쪽 끝을 합친 값이며, 지연이나 손실을 더했으면 그 링크도 포함합니다. 그동안 프로세스는 이 페이지에 알리는 일 말고는 하지 않습니다.',
    '지연과 손실은 클라이언트와 서버 사이의 중계 프로그램이 만듭니다. TCP에서는 한 바이트도 버리지 않습니다. 잃은 세그먼트는 TCP가 다시 보냈을 시점까지 붙잡아 둡니다. 그 시간은 200 ms에 왕복 시간을 더한 값이며, 다시 잃으면 두 배가 됩니다. 뒤의 세그먼트 셋이 먼저 도착하면 더 빨리 보냅니다(fast retransmit). 그 뒤의 것은 모두 기다립니다. 새 연결에는 왕복이 한 번 더 들고, SYN을 잃으면 1초가 더 듭니다. UDP에서는 잃은 데이터그램이 그대로 사라집니다. 시드가 같으면 같은 것을 잃습니다.',
    '여기 클라이언트는 헤더를 거의 보내지 않지만, 브라우저는 요청마다 500바이트쯤 보냅니다. 폴링은 정한 간격의 절반에서 한 배 반 사이를 무작위로 기다립니다. 그러지 않으면 질문과 시세의 박자가 맞아 버립니다. 시세에는 가장 최근의 업데이트만 있으므로, 늦게 물으면 그전의 것은 놓칩니다.',
  ],
};

export function WaysView({ state, language }: ViewProps<WaysState>): VNode {
  const comparison = useSignal(state.comparison);
  const settings = useSignal(state.settings);
  const live = useLive<Comparison>('/ways/live', (news) => {
    comparison.value = merged(comparison.value, news);
  });
  const shown = comparison.value;
  const isMeasuring = shown?.state === 'measuring';
  const problem = problemOf(settings.value);
  const isOpen = live.status.value === 'open';
  return (
    <>
      <Presets settings={settings} language={language} />
      <Sliders settings={settings} language={language} />
      <div class="bar">
        <button
          type="button"
          disabled={!isOpen || isMeasuring || problem !== undefined}
          onClick={() => live.send({ run: settings.value })}
        >
          {WORDS.run[language]}
        </button>
        <button type="button" disabled={!isOpen || !isMeasuring} onClick={() => live.send({ stop: true })}>
          {WORDS.stop[language]}
        </button>
        {isMeasuring && <progress value={shown.progress} />}
        <span role="status">
          {problem ? (
            <span class="problem">{problem[language]}</span>
          ) : (
            statusOf(shown, settings.value, language)
          )}
        </span>
        <LiveNotice live={live} language={language} />
      </div>
      <noscript>
        <p>{WORDS.noScript[language](state.call)}</p>
      </noscript>
      {shown && <Run comparison={shown} language={language} />}
      <h2>{WORDS.how[language]}</h2>
      <Meanings language={language} />
      <h2>{WORDS.counted[language]}</h2>
      {COUNTED[language].map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
    </>
  );
}

/** While a run is on, a message has only what is new; see `#publish` of part.ts. */
function merged(known: Comparison | undefined, news: Comparison): Comparison {
  if (known?.at !== news.at) return news;
  return { ...news, results: { ...known.results, ...news.results } };
}

function statusOf(shown: Comparison | undefined, { seconds }: Settings, language: Language): string {
  if (!shown) return WORDS.duration[language](WAY_KEYS.length * seconds + 1);
  if (shown.state !== 'measuring') return WORDS[shown.state][language];
  const name = shown.current ? WAYS[shown.current].name[language] : '…';
  return `${WORDS.measuring[language]} ${name}`;
}

function Run({ comparison, language }: { comparison: Comparison; language: Language }): VNode {
  const sentences = sentencesOf(comparison);
  return (
    <>
      <ResultTable comparison={comparison} language={language} />
      <figure>
        <Plot comparison={comparison} language={language} />
        <figcaption>
          <b>{WORDS.plot[language]}</b> {WORDS.plotText[language]}
        </figcaption>
      </figure>
      {sentences.length > 0 && (
        <>
          <h2>{WORDS.says[language]}</h2>
          {sentences.map((sentence) => (
            <p key={sentence.en}>{sentence[language]}</p>
          ))}
          <p>
            <a href="/ways/run.csv" download>
              {WORDS.csv[language]}
            </a>
          </p>
        </>
      )}
      <figure>
        <Dots comparison={comparison} language={language} />
        <figcaption>
          <b>{WORDS.dots[language]}</b> {WORDS.dotsText[language]}
        </figcaption>
      </figure>
    </>
  );
}

function ResultTable({ comparison, language }: { comparison: Comparison; language: Language }): VNode {
  const { settings, results, current } = comparison;
  return (
    <table class="ways">
      <caption>
        <b>{WORDS.table[language]}</b> {settingLine(settings, language)}.
      </caption>
      <thead>
        <tr>
          <td />
          {WAY_KEYS.map((key) => (
            <th key={key} scope="col" class={key === current ? 'now' : ''} title={WAYS[key].name[language]}>
              {WAYS[key].short[language]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {QUANTITIES.map(({ name, isPart, meaning, of }) => (
          <tr key={name.en} title={meaning[language]}>
            <th scope="row" class={isPart ? 'part' : ''}>
              {name[language]}
            </th>
            {WAY_KEYS.map((key) => (
              <td key={key}>{results[key] ? of(results[key]) : '–'}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Meanings({ language }: { language: Language }): VNode {
  const ways = WAY_KEYS.map((key) => ({ name: WAYS[key].name, meaning: WAYS[key].how }));
  return (
    <dl>
      {[...ways, ...QUANTITIES].map(({ name, meaning }) => (
        <Fragment key={name.en}>
          <dt>{name[language]}</dt>
          <dd>{meaning[language]}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
