/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The lines of the note, one section each: the note's words in both languages, the verdict, the precise sentence, and the
 * experiment. A run is a form that is sent by GET; the page's WebSocket, if it is open, saves the way and keeps the place.
 */
import { Fragment, type VNode } from 'preact';
import { LiveNotice } from '../page/live.tsx';
import { useRuns } from '../page/runs.ts';
import type { ViewProps } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { addressOf } from '../wire/clause.tsx';
import type { Outcome } from './experiment.ts';
import type { ExplainedStep } from './explained.ts';
import type { Statement, Verdict } from './statements.ts';
import { StepList } from './steps.tsx';

/** What came of a run. */
export type Result =
  | { readonly outcome: Omit<Outcome, 'figures' | 'steps'> & { readonly steps: readonly ExplainedStep[] } }
  | { readonly notHere: Text }
  | { readonly failed: string };

export interface Line extends Omit<Statement, 'experiment'> {
  /** What its experiment tries, if it has one. */
  readonly tries: Text | undefined;
}

export interface NoteState {
  readonly chapters: readonly { readonly title: Text; readonly lines: readonly Line[] }[];
  /** By line. */
  readonly results: { readonly [id: string]: Result };
}

/** By word and by mark, so not by colour. */
const VERDICTS: { readonly [verdict in Verdict]: { readonly mark: string; readonly word: Text } } = {
  holds: { mark: '●', word: { en: 'holds', ko: '맞음' } },
  'holds-if': { mark: '◐', word: { en: 'holds if', ko: '조건부' } },
  imprecise: { mark: '○', word: { en: 'imprecise', ko: '부정확' } },
};

const WORDS = {
  run: { en: 'Run it here and now', ko: '지금 여기서 실행' },
  again: { en: 'Run it again', ko: '다시 실행' },
  running: { en: 'running …', ko: '실행하는 중 …' },
  nothing: { en: 'There is nothing to run here.', ko: '실행할 것은 없습니다.' },
  restsOn: { en: 'See', ko: '근거' },
  line: { en: 'Line', ko: '줄' },
  rung: { en: 'build it: ', ko: '만들어 보기: ' },
  bearsOut: { en: 'This bears out what is said above.', ko: '위에서 말한 대로입니다.' },
  contradicts: {
    en: 'This run did not show what is said above.',
    ko: '이번 실행에서는 위에서 말한 대로 되지 않았습니다.',
  },
  counted: { en: 'Counted in this run.', ko: '이번 실행에서 센 것입니다.' },
  failed: { en: 'The experiment could not be done: ', ko: '실험을 하지 못했습니다: ' },
  how: { en: 'How the steps are to be read', ko: '단계를 읽는 법' },
} satisfies Record<string, Text>;

const HOW: readonly Text[] = [
  {
    en: 'All of it ran on this machine, over loopback, on free ports, and is closed again. HTTP, WebSocket and the echo are this repository’s own implementations; where the socket itself is the subject, it is a plain one of Node.',
    ko: '모두 이 컴퓨터의 루프백에서 빈 포트로 실행했고, 끝난 뒤에 닫았습니다. HTTP, WebSocket, 에코는 이 저장소의 구현입니다. 소켓 자체를 보는 실험에서는 Node의 소켓을 그대로 씁니다.',
  },
  {
    en: 'A step names the system call behind what a socket reported, as a man page writes it. Descriptors, states and addresses are the kernel’s own words, from /proc. Calls that Node does not offer are made by Python; if there is none, a recording is shown, and says so.',
    ko: '단계에는 소켓이 알려 온 일 뒤에 있는 시스템 콜을 man page처럼 적었습니다. 파일 디스크립터, 상태, 주소는 커널이 /proc에 적어 둔 그대로입니다. Node에 없는 호출은 Python으로 부르고, Python이 없으면 기록을 보여 주며 기록이라고 밝힙니다.',
  },
  {
    en: 'Times are those of one run, on a machine that may have had other things to do. Whether a line is borne out depends on orders and counts alone.',
    ko: '시간은 한 번 실행한 값이며, 다른 일로 바쁜 컴퓨터에서는 달라집니다. 문장이 맞는지는 순서와 개수로만 판단합니다.',
  },
];

export function NoteView({ state, language }: ViewProps<NoteState>): VNode {
  const { live, results, running, start } = useRuns('/note/live', state.results);
  const run = (event: Event, id: string) => {
    if (start(id, { run: id })) event.preventDefault(); // else the form is sent, as without a script
  };
  let number = 0;
  return (
    <>
      <Count lines={state.chapters.flatMap(({ lines }) => lines)} language={language} />
      <Overview chapters={state.chapters} language={language} />
      <LiveNotice live={live} language={language} />
      {state.chapters.map(({ title, lines }) => (
        <div key={title.en}>
          <h2>{title[language]}</h2>
          {lines.map((line) => (
            <LineSection
              key={line.id}
              line={line}
              number={++number}
              language={language}
              result={results.value[line.id]}
              isLive={live.status.value === 'open'}
              isRunning={running.value.has(line.id)}
              run={run}
            />
          ))}
        </div>
      ))}
      <h2>{WORDS.how[language]}</h2>
      {HOW.map((text) => (
        <p key={text.en}>{text[language]}</p>
      ))}
    </>
  );
}

/** How many hold. The figures are of the lines below, counted. */
function Count({ lines, language }: { lines: readonly Line[]; language: Language }): VNode {
  const count = (wanted: Verdict) => lines.filter(({ verdict }) => verdict === wanted).length;
  const term = (verdict: Verdict) => (
    <b class="verdict">
      {VERDICTS[verdict].mark} {VERDICTS[verdict].word[language]}
    </b>
  );
  const number = (value: number) => <data value={value}>{value}</data>;
  const counted = (verdict: Verdict) => (
    <span class="verdict">
      {number(count(verdict))} {term(verdict)}
    </span>
  );
  if (language === 'ko')
    return (
      <p class="count">
        노트의 큰 줄기는 맞습니다. {number(lines.length)}줄 가운데 {term('holds')} {number(count('holds'))}줄,{' '}
        {term('holds-if')} {number(count('holds-if'))}줄, {term('imprecise')} {number(count('imprecise'))}
        줄입니다. “조건부”는 덧붙일 말이 있다는 뜻이고, “부정확”한 것은 대부분 여러 교과서에도 그렇게 적혀
        있습니다.
      </p>
    );
  return (
    <p class="count">
      The note’s outline is right. The verdicts on its {number(lines.length)} lines: {counted('holds')},{' '}
      {counted('holds-if')}, {counted('imprecise')}. “Holds if” means that something is to be added; most of
      what is imprecise here is imprecise in many textbooks too.
    </p>
  );
}

/** All verdicts at a glance: a mark for each line, which leads to it. */
function Overview({ chapters, language }: { chapters: NoteState['chapters']; language: Language }): VNode {
  let number = 0;
  return (
    <dl class="overview">
      {chapters.map(({ title, lines }) => (
        <Fragment key={title.en}>
          <dt>{title[language]}</dt>
          <dd>
            {lines.map(({ id, verdict, note }) => {
              const { mark, word } = VERDICTS[verdict];
              const name = `${WORDS.line[language]} ${++number}, ${word[language]}: ${note[language]}`;
              return (
                <a key={id} href={`#${id}`} title={name} aria-label={name}>
                  {mark}
                </a>
              );
            })}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

interface LineProps {
  readonly line: Line;
  readonly number: number;
  readonly language: Language;
  readonly result: Result | undefined;
  /** The page's WebSocket is open. */
  readonly isLive: boolean;
  readonly isRunning: boolean;
  readonly run: (event: Event, id: string) => void;
}

function LineSection({ line, number, language, result, isLive, isRunning, run }: LineProps): VNode {
  const { id, note, verdict, precisely, rests, rung, tries } = line;
  const other: Language = language === 'ko' ? 'en' : 'ko';
  const { mark, word } = VERDICTS[verdict];
  return (
    <section id={id} class="line numbered" aria-labelledby={`${id}-words`}>
      <h3 id={`${id}-words`}>
        <a class="number" href={`#${id}`} aria-label={`${WORDS.line[language]} ${number}`}>
          {number}
        </a>
        <q>{note[language]}</q>
      </h3>
      <p class="other" lang={other}>
        {note[other]}
      </p>
      <p>
        <b class="verdict">
          {mark} {word[language]}
        </b>{' '}
        {precisely[language]}{' '}
        <small class="rests">
          {WORDS.restsOn[language]}{' '}
          {rests.map((name, index) => (
            <>
              {index > 0 && ', '}
              <a href={addressOf(name)!}>{name}</a>
            </>
          ))}
          {rung !== undefined && (
            <>
              ; {WORDS.rung[language]}
              <a href={`/${language}/learn#${rung}`}>{rung.replace('-', ' ')}</a>
            </>
          )}
        </small>
      </p>
      {tries === undefined ? (
        <p class="tries">{WORDS.nothing[language]}</p>
      ) : (
        <form
          class="tries"
          method="get"
          action={`#${id}`}
          data-live={isLive || undefined}
          onSubmit={(event) => run(event, id)}
        >
          <input type="hidden" name="run" value={id} />
          <p>{tries[language]}</p>
          <button type="submit" aria-describedby={`${id}-words`}>
            {(isRunning ? WORDS.running : result ? WORDS.again : WORDS.run)[language]}
          </button>
        </form>
      )}
      <div class="result" aria-live="polite" aria-busy={isRunning}>
        {result && <ResultView id={id} result={result} language={language} />}
      </div>
    </section>
  );
}

function ResultView({ id, result, language }: { id: string; result: Result; language: Language }): VNode {
  if ('notHere' in result) return <p>{result.notHere[language]}</p>;
  if ('failed' in result)
    return (
      <p>
        {WORDS.failed[language]}
        {result.failed}
      </p>
    );
  const { says, bearsOut, table, steps, recorded, took } = result.outcome;
  return (
    <>
      <p>
        {says[language]} {(bearsOut ? WORDS.bearsOut : WORDS.contradicts)[language]}
      </p>
      {recorded && (
        <p class="notice">
          {language === 'ko'
            ? `기록입니다. 여기서는 python3를 실행하지 못해 ${recorded.date}에 ${recorded.system}에서 실행한 것을 보여 줍니다: `
            : `A recording, because python3 could not be run here. It was made on ${recorded.date}, on ${recorded.system}: `}
          <code>{recorded.command}</code>
        </p>
      )}
      {table && (
        <div class="wide">
          <table>
            <caption>{WORDS.counted[language]}</caption>
            <thead>
              <tr>
                {table.head.map((name, index) => (
                  <th key={index} scope="col">
                    {name[language]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(([name, ...cells], index) => (
                <tr key={index}>
                  <th scope="row">{name[language]}</th>
                  {cells.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <StepList id={id} steps={steps} took={recorded ? undefined : took} language={language} />
    </>
  );
}
