/** The scores as a picture: a step for each rung, as high as the MUSTs that it holds, and the lines on which others stand. */
import type { TrackRecord } from './ladder.ts';

const WIDTH = 400;
const HEIGHT = 220;
const MARGIN = { left: 12, right: 92, top: 34, bottom: 26 };

/** One panel a track, side by side. It fits light and dark pages. */
export function staircase(records: Readonly<Record<string, TrackRecord>>): string {
  const tracks = Object.entries(records);
  const panels = tracks.map(([name, record], i) => panel(name, record, i * WIDTH));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * tracks.length} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11">
<title>MUSTs held by each rung</title>
<style>
  text { fill: #333 } .step { fill: #2f6fab } .beside { stroke: #999; stroke-dasharray: 3 3 } .name { font-size: 13px; font-weight: 600 } .other { fill: #666 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .step { fill: #6aa8e0 } .beside { stroke: #777 } .other { fill: #aaa } }
</style>
${panels.join('\n')}
</svg>
`;
}

function panel(name: string, { must, rungs, beside }: TrackRecord, x: number): string {
  const width = (WIDTH - MARGIN.left - MARGIN.right) / rungs.length;
  const room = HEIGHT - MARGIN.top - MARGIN.bottom;
  const ground = HEIGHT - MARGIN.bottom;
  const yOf = (held: number): number => Math.round(ground - (room * held) / must);
  const steps = rungs.map(({ must: held }, i) => {
    const left = Math.round(x + MARGIN.left + i * width);
    const middle = Math.round(left + width / 2 - 1);
    return `<rect class="step" x="${left}" y="${yOf(held)}" width="${Math.round(width) - 2}" height="${ground - yOf(held)}"/>
<text x="${middle}" y="${yOf(held) - 4}" text-anchor="middle">${held}</text>
<text x="${middle}" y="${ground + 14}" text-anchor="middle">${i + 1}</text>`;
  });
  const right = x + WIDTH - MARGIN.right;
  let lowest = Infinity;
  const lines = Object.entries(beside)
    .sort(([, a], [, b]) => a - b)
    .map(([who, held]) => {
      lowest = Math.min(yOf(held), lowest - 13); // names do not lie on each other
      return `<line class="beside" x1="${x + MARGIN.left}" x2="${right}" y1="${yOf(held)}" y2="${yOf(held)}"/>
<text class="other" x="${right + 4}" y="${lowest + 4}">${who.replace("Python's ", '')} ${held}</text>`;
    });
  return `<text class="name" x="${x + MARGIN.left}" y="16">${name}: MUSTs held, of ${must}</text>
${lines.join('\n')}
${steps.join('\n')}`;
}
