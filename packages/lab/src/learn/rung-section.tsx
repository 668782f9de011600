/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * One rung, in the order in which one learns: the question, what breaks without its idea, a prediction, the goals with hints that are
 * shown when they are asked for, the command that checks, and then our code as a difference to the rung below.
 */
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import type { LiveStatus } from '../page/live.tsx';
import { Prose } from '../page/prose.tsx';
import type { Language } from '../text.ts';
import type { ShownRung, ShownTrack } from './rungs.ts';
import { Talk } from './talk.tsx';
import type { TrialKind, TrialResult } from './trials.ts';

/** What runs for this page, and what has come of it, by the trial's key. */
export interface PageTrials {
  readonly status: ReadonlySignal<LiveStatus>;
  readonly results: ReadonlySignal<{ readonly [key: string]: TrialResult }>;
  readonly guesses: ReadonlySignal<{ readonly [key: string]: string }>;
  readonly running: ReadonlySignal<ReadonlySet<string>>;
  /** @returns false if the lab cannot be reached: then the form is sent, as without a script */
  readonly start: (kind: TrialKind, id: string, guess: string) => boolean;
}

const WORDS = {
  en: {
    breaks: (below: number) => `What breaks on rung ${below}`,
    run: (below: number, own: number) => `Run it on rungs ${below} and ${own}`,
    predict: 'Predict',
    guess: 'Your prediction',
    answer: (own: number) => `Let rung ${own} answer`,
    running: 'running …',
    failed: 'It could not be run: ',
    said: (own: number) => `Rung ${own}:`,
    you: 'You:',
    goals: 'Goals',
    look: 'A hint',
    rule: 'The rule',
    check: 'In a terminal:',
    adds: (base: number, own: number) => `From rung ${base} to rung ${own}`,
    first: 'The whole server',
    whole: (lines: number) => `The whole server, ${lines} lines`,
    score: (own: number, of: number, below: number | undefined) =>
      `It holds ${own} of ${of} MUSTs${below === undefined ? '' : `, ${own - below} more than the rung below`}.`,
    won: (count: number) => `Probes that it wins: ${count}`,
    lost: (count: number) => `It also loses ${count}, and says so`,
    wonBack: (by: number) => `won back by rung ${by}`,
    mend: 'To mend:',
    extend: 'To extend:',
  },
  ko: {
    breaks: (below: number) => `${below}단계에서 잘못되는 것`,
    run: (below: number, own: number) => `${below}단계와 ${own}단계에서 실행`,
    predict: '예상하기',
    guess: '예상',
    answer: (own: number) => `${own}단계를 실행해 확인`,
    running: '실행하는 중 …',
    failed: '실행하지 못했습니다: ',
    said: (own: number) => `${own}단계:`,
    you: '예상:',
    goals: '목표',
    look: '힌트',
    rule: '규칙',
    check: '터미널에서:',
    adds: (base: number, own: number) => `${base}단계에서 ${own}단계로`,
    first: '서버 전체',
    whole: (lines: number) => `서버 전체, ${lines}줄`,
    score: (own: number, of: number, below: number | undefined) =>
      `MUST ${of}개 가운데 ${own}개를 지킵니다.${below === undefined ? '' : ` 아래 단계보다 ${own - below}개 많습니다.`}`,
    won: (count: number) => `새로 지키는 프로브: ${count}개`,
    lost: (count: number) => `잃는 프로브: ${count}개`,
    wonBack: (by: number) => `${by}단계에서 되찾습니다`,
    mend: '고치기:',
    extend: '넓히기:',
  },
} satisfies Record<Language, unknown>;

interface RungProps {
  readonly rung: ShownRung;
  readonly trials: PageTrials;
  readonly language: Language;
}

export function RungSection(props: RungProps & { track: ShownTrack }): VNode {
  const { rung, track, language } = props;
  const { id, number, question, idea, breaks, goals, command, why, symptom, extend } = rung;
  const words = WORDS[language];
  return (
    <section id={id} class="rung numbered" aria-labelledby={`${id}-question`}>
      <h3 id={`${id}-question`}>
        <a class="number" href={`#${id}`} aria-label={`${rung.track} ${number}`}>
          {number}
        </a>
        {question}
      </h3>
      <p>
        <Prose text={idea} />
      </p>
      {breaks !== undefined && (
        <Trial {...props} kind="run" label={words.run(number - 1, number)}>
          <h4>{words.breaks(number - 1)}</h4>
          <p>
            <Prose text={breaks} />
          </p>
        </Trial>
      )}
      <Trial {...props} kind="predict" label={words.answer(number)}>
        <h4>{words.predict}</h4>
        <p>
          <Prose text={rung.prediction} />
        </p>
      </Trial>
      <h4>{words.goals}</h4>
      <ul class="goals">
        {goals.map((goal) => (
          <Goal key={goal.probe} {...goal} language={language} />
        ))}
      </ul>
      <p>
        {words.check} <code class="command">{command} check</code>
      </p>
      <Code rung={rung} language={language} />
      <p>
        <Prose text={why} />
      </p>
      <Worth rung={rung} track={track} language={language} />
      <p>
        <em>{words.mend}</em> <Prose text={symptom} /> <code class="command">{command} mend</code>
      </p>
      <p>
        <em>{words.extend}</em> <Prose text={extend} />
      </p>
    </section>
  );
}

interface TrialProps extends RungProps {
  readonly kind: TrialKind;
  readonly label: string;
  readonly children: ComponentChildren;
}

/** A form that is sent by GET; the page's WebSocket, if it is open, saves the way and keeps the place. */
function Trial({ rung, trials, kind, label, language, children }: TrialProps): VNode {
  const { id, number } = rung;
  const words = WORDS[language];
  const key = `${kind}=${id}`;
  const result = trials.results.value[key];
  const guess = trials.guesses.value[key] ?? '';
  const isLive = trials.status.value === 'open';
  const isRunning = trials.running.value.has(key);
  const onSubmit = (event: Event) => {
    const form = new FormData(event.currentTarget as HTMLFormElement);
    if (trials.start(kind, id, String(form.get('guess') ?? ''))) event.preventDefault();
  };
  return (
    <>
      <form
        class="trial"
        method="get"
        action={`#${id}`}
        data-live={isLive || undefined}
        onSubmit={onSubmit}
        aria-label={label}
      >
        {children}
        <input type="hidden" name={kind} value={id} />
        <p class="bar">
          {kind === 'predict' && (
            <input
              name="guess"
              aria-label={words.guess}
              placeholder={words.guess}
              defaultValue={guess}
              size={14}
              maxLength={100}
              autocomplete="off"
            />
          )}
          <button type="submit">{isRunning ? words.running : label}</button>
        </p>
      </form>
      <div class="result" aria-live="polite" aria-busy={isRunning}>
        {result !== undefined && 'failed' in result && (
          <p>
            {words.failed}
            {result.failed}
          </p>
        )}
        {result !== undefined && 'answer' in result && (
          <p>
            {guess !== '' && (
              <>
                {words.you} <code>{guess}</code>{' '}
              </>
            )}
            {words.said(number)} <code>{result.answer}</code>
          </p>
        )}
        {result !== undefined &&
          'runs' in result &&
          result.runs.map((run) => <Talk key={run.number} rung={rung} run={run} language={language} />)}
      </div>
    </>
  );
}

function Goal({ probe, hints, language }: ShownRung['goals'][number] & { language: Language }): VNode {
  return (
    <li>
      <code>{probe}</code>
      <details>
        <summary>{WORDS[language].look}</summary>
        <p>
          <Prose text={hints[0]} />
        </p>
        <details>
          <summary>{WORDS[language].rule}</summary>
          <p>
            <Prose text={hints[1]} />
          </p>
        </details>
      </details>
    </li>
  );
}

/** The difference, which is the lesson, and the whole. The first rung has nothing below it. */
function Code({ rung, language }: { rung: ShownRung; language: Language }): VNode {
  const { number, lesson, code } = rung;
  const words = WORDS[language];
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
  const whole = <pre tabIndex={0}>{code}</pre>;
  if (lesson === undefined)
    return (
      <>
        <h4>{words.first}</h4>
        {whole}
      </>
    );
  return (
    <>
      <h4>{words.adds(lesson.base, number)}</h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre class="difference" tabIndex={0}>
        {lesson.lines
          .trimEnd()
          .split('\n')
          .map((line, i) => {
            const text = `${line}\n`;
            if (line.startsWith('+')) return <ins key={i}>{text}</ins>;
            return line.startsWith('-') ? <del key={i}>{text}</del> : text;
          })}
      </pre>
      <details>
        <summary>{words.whole(code.trimEnd().split('\n').length)}</summary>
        {whole}
      </details>
    </>
  );
}

/** What the idea was worth, counted in probes. */
function Worth({
  rung,
  track,
  language,
}: {
  rung: ShownRung;
  track: ShownTrack;
  language: Language;
}): VNode | null {
  const { number, score, losses } = rung;
  const words = WORDS[language];
  if (score === undefined || track.record === undefined) return null;
  const below = track.rungs[number - 2]?.score?.must;
  return (
    <>
      <p>{words.score(score.must, track.record.must, below)}</p>
      <details>
        <summary>{words.won(score.won.length)}</summary>
        <ul class="probes">
          {score.won.map((probe) => (
            <li key={probe}>
              <code>{probe}</code>
            </li>
          ))}
        </ul>
      </details>
      {losses.length > 0 && (
        <details>
          <summary>{words.lost(losses.length)}</summary>
          <ul class="probes">
            {losses.map(([probe, by]) => (
              <li key={probe}>
                <code>{probe}</code> {words.wonBack(by)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
