/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The ages of a run over time, a line for each way. The server draws it as SVG, which needs no script; in a browser uPlot
 * takes its place, which keeps up with a run. Each way has a moment of its own, so all begin at zero.
 */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { decimal } from '../page/format.ts';
import type { Language, Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS, WAYS, type WayKey } from './names.ts';
import type { Arrival } from './record.ts';
import { scaleOf } from './scale.ts';
import { Sample, STROKES } from './strokes.tsx';

const WORDS = {
  label: {
    en: 'The age of the oldest update in each piece of time, for each way',
    ko: '시간 조각마다 가장 오래된 업데이트의 나이, 방법별',
  },
  ways: { en: 'Ways that are drawn', ko: '그림에 보이는 방법' },
  seconds: { en: ' s', ko: '초' },
} satisfies Record<string, Text>;

export interface PlotProps {
  readonly comparison: Comparison;
  readonly language: Language;
}

export function Plot({ comparison, language }: PlotProps): VNode {
  const hidden = useSignal<readonly WayKey[]>([]);
  const isLive = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  const drawn = useRef<LivePlot>(undefined);
  const lines = linesOf(comparison);
  // A turn ends with the last update, which may be late.
  const seconds = WAY_KEYS.reduce(
    (most, key) => Math.max(most, (lines[key].at(-1)?.time ?? 0) / 1000),
    comparison.settings.seconds,
  );
  useEffect(() => {
    let isGone = false;
    void import('uplot').then(({ default: Plotter }) => {
      if (isGone || !frame.current) return;
      drawn.current = new LivePlot(Plotter, frame.current, language);
      isLive.value = true;
    });
    return () => {
      isGone = true;
      drawn.current?.destroy();
    };
  }, [language]);
  useEffect(
    () => drawn.current?.draw(lines, seconds, hidden.value),
    [comparison, hidden.value, isLive.value],
  );
  const toggle = (key: WayKey) => {
    const { value } = hidden;
    hidden.value = value.includes(key) ? value.filter((other) => other !== key) : [...value, key];
  };
  return (
    <>
      <div class="plot" ref={frame} role="img" aria-label={WORDS.label[language]}>
        {!isLive.value && <StillPlot lines={lines} seconds={seconds} language={language} />}
      </div>
      <ul class="legend" aria-label={WORDS.ways[language]}>
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

type Lines = { readonly [key in WayKey]: readonly Arrival[] };

function linesOf({ results }: Comparison): Lines {
  return Object.fromEntries(WAY_KEYS.map((key) => [key, results[key]?.oldest ?? []])) as Lines;
}

interface StillProps {
  readonly lines: Lines;
  readonly seconds: number;
  readonly language: Language;
}

/** Letters stand in percent and lines in a box of 100, so that both keep their size on a narrow screen. */
function StillPlot({ lines, seconds, language }: StillProps): VNode {
  const { powers, share } = scaleOf(WAY_KEYS.flatMap((key) => lines[key].map(({ age }) => age)));
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
        {WAY_KEYS.map((key) => (
          <polyline
            key={key}
            class={`line ${STROKES[key].tone}`}
            stroke-dasharray={STROKES[key].dash.join(' ')}
            points={lines[key]
              .map(({ time, age }) => `${(time / seconds / 10).toFixed(2)},${y(age).toFixed(2)}`)
              .join(' ')}
          />
        ))}
      </svg>
      <text x="3.5rem" y="100%">
        0
      </text>
      <text x="100%" y="100%" text-anchor="end">
        {`${decimal(seconds, Number.isInteger(seconds) ? 0 : 1)}${WORDS.seconds[language]}`}
      </text>
    </svg>
  );
}

/** Pixels. */
const HEIGHT = 270;

class LivePlot {
  readonly #join: typeof uPlot.join;
  readonly #plot: uPlot;
  readonly #frame: HTMLElement;
  readonly #resized: ResizeObserver;
  readonly #darkness = matchMedia('(prefers-color-scheme: dark)');
  readonly #redraw = () => this.#plot.redraw();
  #seconds = 1;

  constructor(Plotter: typeof uPlot, frame: HTMLElement, language: Language) {
    this.#join = Plotter.join;
    this.#frame = frame;
    const font = `12px ${getComputedStyle(frame).fontFamily}`;
    const powersOnly = (_: uPlot, marks: number[]) => marks.map((mark) => (isPowerOfTen(mark) ? mark : null));
    const grid = { stroke: () => this.#colour('rule'), width: 1 };
    const axis = {
      font,
      stroke: () => this.#colour('soft'),
      grid,
      ticks: { show: false },
    };
    this.#plot = new Plotter(
      {
        width: frame.clientWidth,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [0, this.#seconds] },
          y: { distr: 3, log: 10, range: (_, least, most) => rangeOf(least, most) },
        },
        axes: [
          {
            ...axis,
            size: 30,
            values: (_, marks) => marks.map((mark) => `${mark}${WORDS.seconds[language]}`),
          },
          {
            ...axis,
            size: 62,
            filter: powersOnly,
            grid: { ...grid, filter: powersOnly },
            values: (_, marks) =>
              marks.map((mark) => (mark ? `${decimal(mark, mark < 0.1 ? 2 : mark < 1 ? 1 : 0)} ms` : '')),
          },
        ],
        series: [
          {},
          ...WAY_KEYS.map((key) => ({
            label: WAYS[key].name[language],
            stroke: () => this.#colour(STROKES[key].tone),
            dash: [...STROKES[key].dash],
            width: 1.5,
            points: { show: false },
            spanGaps: true,
          })),
        ],
      },
      undefined,
      frame,
    );
    this.#resized = new ResizeObserver(() =>
      this.#plot.setSize({ width: frame.clientWidth, height: HEIGHT }),
    );
    this.#resized.observe(frame);
    this.#darkness.addEventListener('change', this.#redraw);
  }

  draw(lines: Lines, seconds: number, hidden: readonly WayKey[]): void {
    this.#seconds = seconds;
    const tables = WAY_KEYS.map((key): uPlot.AlignedData => {
      const arrivals = lines[key].toSorted((a, b) => a.time - b.time);
      return [arrivals.map(({ time }) => time / 1000), arrivals.map(({ age }) => Math.max(0.01, age))];
    });
    WAY_KEYS.forEach((key, i) => {
      this.#plot.setSeries(i + 1, { show: !hidden.includes(key) });
    });
    this.#plot.setData(this.#join(tables));
  }

  destroy(): void {
    this.#resized.disconnect();
    this.#darkness.removeEventListener('change', this.#redraw);
    this.#plot.destroy();
  }

  /** The page's own colours are light or dark as the reader has it; a canvas has to ask each time. */
  #colour(name: string): string {
    this.#frame.style.color = `var(--${name})`;
    const { color } = getComputedStyle(this.#frame);
    this.#frame.style.color = '';
    return color;
  }
}

function rangeOf(least: number | null, most: number | null): [number, number] {
  const { powers } = scaleOf(least === null || most === null ? [] : [least, most]);
  return [powers[0]!, powers.at(-1)!];
}

/** Only these have a line and a number: the others would stand too close. */
function isPowerOfTen(age: number): boolean {
  return Number.isInteger(Math.round(Math.log10(age) * 1e6) / 1e6);
}
