/** The scores as a picture: a step for each rung, as high as the MUSTs that it holds, and the lines on which others stand. */
import type { TrackRecord } from './ladder.ts';

const WIDTH = 480;
const HEIGHT = 210;
const MARGIN = { left: 4, right: 112, top: 26, bottom: 24 };

/** One panel a track, one below the other, so that it is read on a telephone too. It fits light and dark pages. */
export function staircase(records: Readonly<Record<string, TrackRecord>>): string {
  const tracks = Object.entries(records);
  const panels = tracks.map(([name, record], i) => panel(name, record, i * HEIGHT));
  const height = HEIGHT * tracks.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13">
<title>MUSTs held by each rung</title>
<style>
  text { fill: #1f2328 } .step { fill: #2f6fab } .held { fill: #fff } .beside { stroke: #8c959f; stroke-dasharray: 3 3 } .name { font-weight: 600 } .other { fill: #59636e }
  @media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .step { fill: #6aa8e0 } .held { fill: #0d1117 } .beside { stroke: #7d8590 } .other { fill: #9198a1 } }
</style>
${panels.join('\n')}
</svg>
`;
}

/** @param top of the panel */
function panel(name: string, { must, rungs, beside }: TrackRecord, top: number): string {
  const width = (WIDTH - MARGIN.left - MARGIN.right) / rungs.length;
  const room = HEIGHT - MARGIN.top - MARGIN.bottom;
  const ground = top + HEIGHT - MARGIN.bottom;
  const yOf = (held: number): number => Math.round(ground - (room * held) / must);
  const steps = rungs.map(({ must: held }, i) => {
    const left = Math.round(MARGIN.left + i * width);
    const middle = Math.round(left + width / 2 - 1);
    return `<rect class="step" x="${left}" y="${yOf(held)}" width="${Math.round(width) - 2}" height="${ground - yOf(held)}"/>
<text class="held" x="${middle}" y="${yOf(held) + 15}" text-anchor="middle">${held}</text>
<text x="${middle}" y="${ground + 15}" text-anchor="middle">${i + 1}</text>`;
  });
  const right = WIDTH - MARGIN.right;
  let lowest = Infinity;
  const lines = Object.entries(beside)
    .sort(([, a], [, b]) => a - b)
    .map(([who, held]) => {
      lowest = Math.min(yOf(held), lowest - 14); // names do not lie on each other
      return `<line class="beside" x1="${MARGIN.left}" x2="${right}" y1="${yOf(held)}" y2="${yOf(held)}"/>
<text class="other" x="${right + 4}" y="${lowest + 4}">${who.replace("Python's ", '')} ${held}</text>`;
    });
  return `<text class="name" x="${MARGIN.left}" y="${top + 14}">${name}: MUSTs held, of ${must}</text>
${lines.join('\n')}
${steps.join('\n')}`;
}
