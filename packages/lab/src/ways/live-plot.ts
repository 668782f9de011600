/**
 * The plot while a run is on, by uPlot on a canvas: seven lines of a hundred points, drawn anew four times a second. Only a
 * browser loads it.
 */
import Plotter from 'uplot';
import { decimal } from '../page/format.ts';
import type { Language } from '../text.ts';
import { type Lines, SECONDS } from './lines.ts';
import { WAY_KEYS, WAYS, type WayKey } from './names.ts';
import { scaleOf } from './scale.ts';
import { STROKES } from './strokes.tsx';

/** Pixels. */
const HEIGHT = 270;

export class LivePlot {
  readonly #plot: Plotter;
  readonly #frame: HTMLElement;
  readonly #resized: ResizeObserver;
  readonly #darkness = matchMedia('(prefers-color-scheme: dark)');
  readonly #redraw = () => this.#plot.redraw();
  #seconds = 1;

  constructor(frame: HTMLElement, language: Language) {
    this.#frame = frame;
    const font = `12px ${getComputedStyle(frame).fontFamily}`;
    const powersOnly = (_: Plotter, marks: number[]) =>
      marks.map((mark) => (isPowerOfTen(mark) ? mark : null));
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
            values: (_, marks) => marks.map((mark) => `${mark}${SECONDS[language]}`),
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

  draw({ of, seconds }: Lines, hidden: readonly WayKey[]): void {
    this.#seconds = seconds;
    const tables = WAY_KEYS.map((key): Plotter.AlignedData => {
      const arrivals = of[key].toSorted((a, b) => a.time - b.time);
      return [arrivals.map(({ time }) => time / 1000), arrivals.map(({ age }) => Math.max(0.01, age))];
    });
    WAY_KEYS.forEach((key, i) => {
      this.#plot.setSeries(i + 1, { show: !hidden.includes(key) });
    });
    this.#plot.setData(Plotter.join(tables));
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
