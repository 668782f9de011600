/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The ages of a run over time, a line for each way. An SVG of at most 120 points a line: the server draws the last run, and
 * the browser draws it anew as a run goes on. Each way has a moment of its own, so all begin at zero.
 */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { decimal } from '../page/format.ts';
import type { Language, Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import { type Lines, linesOf, SECONDS } from './lines.ts';
import { WAY_KEYS, WAYS, type WayKey } from './names.ts';
import { scaleOf } from './scale.ts';
import { Sample, STROKES } from './strokes.tsx';

const WORDS = {
  label: {
    en: 'The age of the oldest update in each piece of time, for each way',
    ko: '방법별로, 시간을 나눈 구간마다 가장 오래된 업데이트의 나이',
  },
  ways: { en: 'Ways that are drawn', ko: '그림에 보이는 방법' },
} satisfies Record<string, Text>;

export interface PlotProps {
  readonly comparison: Comparison;
  readonly language: Language;
}

export function Plot({ comparison, language }: PlotProps): VNode {
  const hidden = useSignal<readonly WayKey[]>([]);
  const toggle = (key: WayKey) => {
    const { value } = hidden;
    hidden.value = value.includes(key) ? value.filter((other) => other !== key) : [...value, key];
  };
  return (
    <>
      <div class="plot" role="img" aria-label={WORDS.label[language]}>
        <Drawing
          lines={linesOf(comparison)}
          shown={WAY_KEYS.filter((key) => !hidden.value.includes(key))}
          language={language}
        />
      </div>
      <ul class="legend in-row" aria-label={WORDS.ways[language]}>
        {WAY_KEYS.map((key) => (
          <li key={key}>
            <button type="button" aria-pressed={!hidden.value.includes(key)} onClick={() => toggle(key)}>
              <Sample way={key} />
              {WAYS[key].name[language]}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface DrawingProps {
  readonly lines: Lines;
  readonly shown: readonly WayKey[];
  readonly language: Language;
}

/** Letters stand in percent and lines in a box of 100, so that both keep their size on a narrow screen. */
function Drawing({ lines: { of, seconds }, shown, language }: DrawingProps): VNode {
  const { powers, share } = scaleOf(shown.flatMap((key) => of[key].map(({ age }) => age)));
  const y = (age: number) => 92 - 88 * share(age);
  return (
    <svg aria-hidden="true">
      {powers.map((power) => (
        <g key={power}>
          <line x1="3.5rem" x2="100%" y1={`${y(power)}%`} y2={`${y(power)}%`} />
          <text x="3rem" y={`${y(power)}%`} dy="4" text-anchor="end">{`${power} ms`}</text>
        </g>
      ))}
      <svg aria-hidden="true" x="3.5rem" viewBox="0 0 100 100" preserveAspectRatio="none">
        {shown.map((key) => (
          <polyline
            key={key}
            class={`line ${STROKES[key].tone}`}
            stroke-dasharray={STROKES[key].dash.join(' ')}
            points={of[key]
              .map(({ time, age }) => `${(time / seconds / 10).toFixed(2)},${y(age).toFixed(2)}`)
              .join(' ')}
          />
        ))}
      </svg>
      <text x="3.5rem" y="100%">
        0
      </text>
      <text x="100%" y="100%" text-anchor="end">
        {`${decimal(seconds, Number.isInteger(seconds) ? 0 : 1)}${SECONDS[language]}`}
      </text>
    </svg>
  );
}
