/** @jsxRuntime automatic @jsxImportSource preact */
/** The ages of a run as dots on a line for each way, on a logarithmic scale. */
import type { VNode } from 'preact';
import type { Language } from '../text.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS, WAYS } from './names.ts';
import { scaleOf } from './scale.ts';

/** Pixels for each way: its name, and its dots below. */
const ROW = 38;

const LABEL = {
  en: 'The age of updates when they arrived, for each way',
  ko: '방법마다 업데이트가 도착했을 때의 나이',
};

export function Dots({ comparison, language }: { comparison: Comparison; language: Language }): VNode {
  const ages = WAY_KEYS.map((key) => comparison.results[key]?.ages ?? []);
  const { powers, share } = scaleOf(ages.flat());
  // In percent, so that letters and dots keep their size on a narrow screen.
  const x = (age: number) => `${(4 + 90 * share(age)).toFixed(2)}%`;
  const bottom = ROW * ages.length + 6;
  return (
    <svg class="ages" height={bottom + 22} role="img" aria-label={LABEL[language]}>
      {powers.map((age) => (
        <g key={age}>
          <line x1={x(age)} x2={x(age)} y1={4} y2={bottom} />
          <text x={x(age)} y={bottom + 18} text-anchor="middle">{`${age} ms`}</text>
        </g>
      ))}
      {ages.map((row, i) => (
        <g key={WAY_KEYS[i]}>
          <text class="name" x={0} y={ROW * i + 14}>
            {WAYS[WAY_KEYS[i]!].name[language]}
          </text>
          {row.map((age, n) => (
            <circle key={n} cx={x(age)} cy={ROW * i + 28} r={3.5} />
          ))}
        </g>
      ))}
    </svg>
  );
}
