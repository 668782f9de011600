/**
 * The rows as an SVG: a bar for each peer, from 1 (as fast) to the right where ours is faster and to the left where it is
 * not, and a mark where the ceiling is. The scale is logarithmic, so that half and twice are as far from 1. If less is better
 * it is the inverse: to the right is always better.
 */
import { LESS_IS_BETTER } from './scenario.ts';
import type { Row } from './statistics.ts';
import { NOISY } from './table.ts';

const ROW = 22;
const TOP = 64;
/** Where the scale begins, and its width; names to its left, peers and ratios to its right. */
const LEFT = 240;
const SCALE = 440;
const WIDTH = LEFT + SCALE + 220;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .quiet { fill: #59636e }
  .grid { stroke: #d1d9e0 }
  .one { stroke: #59636e }
  .better { fill: #1a7f37 } .worse { fill: #bc4c00 } .noisy { fill-opacity: .4 }
  .ceiling { stroke: #1f2328; stroke-width: 2 }
  .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d } .one { stroke: #9198a1 }
    .better { fill: #3fb950 } .worse { fill: #f0883e } .ceiling { stroke: #f0f6fc } .ground { fill: #0d1117 }
  }`;

/** @param about one line: the machine and how it was measured */
export function chart(rows: readonly Row[], about: string): string {
  const bars = rows.map(barOf);
  const reach = bars.flatMap(({ ratio, ceiling }) => [ratio, ceiling ?? 1]);
  const least = 2 ** Math.min(-1, Math.floor(Math.log2(Math.min(...reach))));
  const most = 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(...reach))));
  const x = (ratio: number): number =>
    Math.round(LEFT + (SCALE * Math.log2(ratio / least)) / Math.log2(most / least));
  const bottom = TOP + rows.length * ROW;
  const height = bottom + 40;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${STYLE}</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
<text class="title" x="16" y="26">Times as fast as the peer; | is the ceiling, a program that does no protocol work</text>
${text(16, 46, about, 'quiet')}
${grid(least, most)
  .map((ratio) => gridLine(ratio, x(ratio), bottom))
  .join('\n')}
${bars.map((bar, i) => barLine(bar, TOP + i * ROW, x, rows[i - 1]?.name === bar.name)).join('\n')}
${text(16, height - 12, 'Pale: rounds differed too much to tell. Of memory and imports: how many times less.', 'quiet')}
</svg>
`;
}

interface Bar {
  readonly name: string;
  readonly peer: string;
  readonly ratio: number;
  readonly ceiling: number | undefined;
  readonly isNoisy: boolean;
}

function barOf({ name, unit, peerName, toPeer, toCeiling, spread }: Row): Bar {
  const better = (ratio: number): number => (unit in LESS_IS_BETTER ? 1 / ratio : ratio);
  const ceiling = toCeiling && better(toPeer / toCeiling);
  return { name, peer: peerName, ratio: better(toPeer), ceiling, isNoisy: spread > NOISY };
}

function barLine(bar: Bar, y: number, x: (ratio: number) => number, isSameName: boolean): string {
  const [from, to] = [x(1), x(bar.ratio)];
  const kind = `${bar.ratio < 1 ? 'worse' : 'better'}${bar.isNoisy ? ' noisy' : ''}`;
  const middle = y + ROW / 2 + 4;
  const mark = bar.ceiling && x(bar.ceiling);
  return [
    isSameName ? '' : text(16, middle, bar.name),
    `<rect class="${kind}" x="${Math.min(from, to)}" y="${y + 4}" width="${Math.abs(to - from)}" height="${ROW - 8}"/>`,
    mark && `<path class="ceiling" d="M${mark} ${y + 2}v${ROW - 4}"/>`,
    text(LEFT + SCALE + 16, middle, `${bar.ratio.toFixed(2)} x ${bar.peer}`),
  ]
    .filter(Boolean)
    .join('');
}

/** Powers of two. */
function grid(least: number, most: number): number[] {
  const ratios: number[] = [];
  for (let ratio = least; ratio <= most; ratio *= 2) ratios.push(ratio);
  return ratios;
}

function gridLine(ratio: number, x: number, bottom: number): string {
  const label = `<text class="quiet" text-anchor="middle" x="${x}" y="${bottom + 14}">${ratio}</text>`;
  return `<path class="${ratio === 1 ? 'one' : 'grid'}" d="M${x} ${TOP}V${bottom}"/>${label}`;
}

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function text(x: number, y: number, content: string, kind = ''): string {
  const escaped = content.replace(/[&<>]/g, (character) => ESCAPED[character]!);
  return `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${escaped}</text>`;
}
