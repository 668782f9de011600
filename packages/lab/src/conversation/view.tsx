/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The page of a conversation: two columns of calls with the way of the bytes between them, the chosen step in words, and all
 * steps in words for those who read or print.
 */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { Bytes } from '../page/bytes.tsx';
import { decimal } from '../page/format.ts';
import { bytesOfHex } from '../page/hex.ts';
import { LiveNotice, useLive } from '../page/live.tsx';
import type { ViewProps } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { type Arrow, arrowsOf } from './arrows.ts';
import type { End, Side, Step } from './recorder.ts';

export interface ToldStep extends Step {
  /** What its bytes are: `GET /1`, `Ping`. */
  readonly names: readonly string[];
  readonly meaning: Text;
}

export interface Recording {
  readonly name: string;
  readonly summary: Text;
  readonly steps: readonly ToldStep[];
  /** Query of the page that explains its bytes; undefined if they are neither HTTP nor WebSocket, or too many for an address. */
  readonly wire?: string;
}

export interface ConversationState {
  readonly names: readonly { readonly name: string; readonly title: Text }[];
  readonly recording: Recording;
}

const WORDS = {
  which: { en: 'Which conversation', ko: '볼 대화' },
  again: { en: 'Record it again', ko: '다시 기록' },
  client: { en: 'client', ko: '클라이언트' },
  server: { en: 'server', ko: '서버' },
  back: { en: 'Back', ko: '이전' },
  forward: { en: 'Next step', ko: '다음 단계' },
  all: { en: 'All steps in words', ko: '모든 단계를 글로' },
  queued: { en: 'no descriptor yet: waits for accept()', ko: '아직 디스크립터 없음, accept()를 기다림' },
  kernel: { en: 'The kernel says:', ko: '커널이 보는 상태:' },
  unseen: {
    en: 'This system does not show its sockets to programs, so descriptors and states are missing here.',
    ko: '이 시스템은 소켓을 프로그램에 보여 주지 않으므로 디스크립터와 상태가 비어 있습니다.',
  },
  figure: { en: 'Figure 1.', ko: '그림 1.' },
  caption: {
    en: 'Recorded just now, on 127.0.0.1, between two programs in this process. Each call stands with its side, in the order in which it was made; a line goes from the call that sent to the call that received. Dotted is the kernels’ handshake, which no program sees; dashed is a FIN. The arrow keys go from step to step.',
    ko: '방금 127.0.0.1에서 이 프로세스 안의 두 프로그램이 주고받은 것을 기록했습니다. 호출은 부른 쪽에 부른 순서대로 놓았습니다. 선은 보낸 호출에서 받은 호출로 이어집니다. 점선은 프로그램에는 보이지 않는 커널끼리의 핸드셰이크, 파선은 FIN입니다. 화살표 키로 단계를 오갑니다.',
  },
  wire: { en: 'Its bytes, field by field', ko: '오간 바이트를 필드별로 보기' },
  handshake: {
    en: 'SYN, SYN and ACK, ACK: by the kernels, seen by no program',
    ko: 'SYN, SYN+ACK, ACK: 커널끼리 주고받으며 프로그램에는 보이지 않음',
  },
} satisfies Record<string, Text>;

export function ConversationView({ state, language }: ViewProps<ConversationState>): VNode {
  const recording = useSignal(state.recording);
  const chosen = useSignal(0);
  const live = useLive<Recording>('/conversation/live', (message) => {
    recording.value = message;
    chosen.value = 0;
  });
  const { name, summary, steps, wire } = recording.value;
  const step = steps[chosen.value]!;
  const go = (by: number) => {
    chosen.value = Math.max(0, Math.min(steps.length - 1, chosen.value + by));
  };
  const box = useRef<HTMLDivElement>(null);
  /** Wherever the focus is in the conversation, but among bytes, which have arrows of their own. */
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const target = event.target as HTMLElement;
    if (by === undefined || target.closest('.bytes')) return;
    event.preventDefault();
    go(by);
    if (target.closest('.lanes'))
      box.current?.querySelectorAll<HTMLElement>('.lanes button')[chosen.value]?.focus();
  };
  const ask = (event: Event, wanted: string) => {
    if (live.send(wanted)) event.preventDefault(); // else the link loads the page with it
  };
  return (
    <>
      <nav class="choice" aria-label={WORDS.which[language]}>
        <ul class="in-row">
          {state.names.map((one) => (
            <li key={one.name}>
              <a
                href={`?show=${one.name}`}
                aria-current={one.name === name ? 'true' : undefined}
                onClick={(event) => ask(event, one.name)}
              >
                {one.title[language]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p>{summary[language]}</p>
      <p class="bar">
        <a class="button" href={`?show=${name}`} onClick={(event) => ask(event, name)}>
          {WORDS.again[language]}
        </a>
        <LiveNotice live={live} language={language} />
      </p>
      {steps[0]!.text.endsWith('?') && <p class="notice">{WORDS.unseen[language]}</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it */}
      <div class="conversation" ref={box} onKeyDown={onKeyDown}>
        <figure>
          <Sequence
            steps={steps}
            chosen={chosen.value}
            language={language}
            onChoose={(i) => {
              chosen.value = i;
            }}
          />
          <figcaption>
            <b>{WORDS.figure[language]}</b> {WORDS.caption[language]}
          </figcaption>
          {wire !== undefined && (
            <p class="bytes-link">
              <a href={`/${language}/wire?${wire}`}>{WORDS.wire[language]}</a>
            </p>
          )}
        </figure>
        <section class="step" aria-live="polite">
          <p class="bar">
            <button type="button" onClick={() => go(-1)} disabled={chosen.value === 0}>
              {WORDS.back[language]}
            </button>
            <button type="button" onClick={() => go(1)} disabled={chosen.value === steps.length - 1}>
              {WORDS.forward[language]}
            </button>
            <span>
              {chosen.value + 1} / {steps.length}
            </span>
          </p>
          <InWords step={step} address="chosen" language={language} />
        </section>
      </div>
      <details>
        <summary>{WORDS.all[language]}</summary>
        <ol class="steps">
          {steps.map((one, i) => (
            <li key={i}>
              <InWords step={one} address={`step-${i + 1}`} language={language} />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}

interface SequenceProps {
  readonly steps: readonly ToldStep[];
  readonly chosen: number;
  readonly language: Language;
  readonly onChoose: (step: number) => void;
}

/** One unit of the drawing's height; the style sheet gives each row this many rem. */
const ROW = 2.75;

function Sequence({ steps, chosen, language, onChoose }: SequenceProps): VNode {
  return (
    <div class="sequence">
      <p class="sides" aria-hidden="true">
        <span>{WORDS.client[language]}</span>
        <span>{WORDS.server[language]}</span>
      </p>
      <div class="lanes">
        <ol>
          {steps.map((step, i) => (
            <li key={i} class={step.by}>
              <button
                type="button"
                aria-current={i === chosen ? 'step' : undefined}
                tabIndex={i === chosen ? 0 : -1}
                onClick={() => onChoose(i)}
              >
                <span class="side">{WORDS[step.by][language]} </span>
                <code>{step.text}</code>
                {step.names.length > 0 && <small>{step.names.join(', ')}</small>}
              </button>
            </li>
          ))}
        </ol>
        <svg
          viewBox={`0 0 100 ${steps.length * ROW}`}
          preserveAspectRatio="none"
          height={`${steps.length * ROW}rem`}
          role="img"
          aria-label={WORDS.handshake[language]}
        >
          {arrowsOf(steps).map((arrow) => (
            <Line
              key={`${arrow.from} ${arrow.to}`}
              arrow={arrow}
              isChosen={arrow.from === chosen || arrow.to === chosen}
            />
          ))}
        </svg>
      </div>
    </div>
  );
}

function Line({ arrow, isChosen }: { arrow: Arrow; isChosen: boolean }): VNode {
  const [x1, x2] = arrow.towards === 'server' ? [0, 100] : [100, 0];
  const y = (row: number) => (row + 0.5) * ROW;
  return (
    <line
      class={`${arrow.kind}${isChosen ? ' chosen' : ''}`}
      x1={x1}
      y1={y(arrow.from)}
      x2={x2}
      y2={y(arrow.to)}
    />
  );
}

function InWords({
  step,
  address,
  language,
}: {
  step: ToldStep;
  address: string;
  language: Language;
}): VNode {
  const { at, by, text, names, bytes, meaning, states } = step;
  return (
    <>
      <h3>
        {WORDS[by][language]} <code>{text}</code> <small>{decimal(at, 1)} ms</small>
      </h3>
      {names.length > 0 && <p class="names">{names.join(', ')}</p>}
      <p>{meaning[language]}</p>
      {(states.client || states.server) && (
        <p class="states">
          {WORDS.kernel[language]}{' '}
          {(['client', 'server'] as const)
            .map((side) => stateOf(side, states[side], language))
            .filter(Boolean)
            .join('; ')}
        </p>
      )}
      {bytes !== undefined && <Bytes name={address} bytes={bytesOfHex(bytes)!} />}
    </>
  );
}

function stateOf(side: Side, end: End | undefined, language: Language): string {
  if (end === undefined) return '';
  return `${WORDS[side][language]} ${end.state}${end.isQueued ? ` (${WORDS.queued[language]})` : ''}`;
}
