/**
 * The speed as a picture for a README: for each work a bar for ours and one for each peer, as long as their figures. All of it
 * is read from the record, PERFORMANCE.md, so that a picture says nothing that was not measured, and is drawn again without
 * measuring. Where the rounds differ by more than the two from each other, the peer's bar is hollow and says so.
 */
import { CEILING } from './contenders.ts';

export interface Picture {
  /** Below `packages/`. */
  readonly file: string;
  readonly title: string;
  /** Of the aims' works, with the name that ours has in it. */
  readonly works: Readonly<Record<string, string>>;
}

const HTTP = 'http-mini';
const WS = 'ws-mini';

export const PICTURES: readonly Picture[] = [
  {
    file: 'conformance/speed.svg',
    title: 'Requests and messages each second',
    works: {
      'HTTP GET, small, keep-alive': HTTP,
      'HTTP client, 64 in flight': HTTP,
      'WebSocket echo 16 B, 1 in flight': WS,
      'WebSocket echo 1 KiB, 4 in flight': WS,
      'WebSocket echo 64 KiB, 1 in flight': WS,
    },
  },
  {
    file: 'http-mini/speed.svg',
    title: 'Requests each second',
    works: {
      'HTTP GET, small, keep-alive': HTTP,
      "HTTP GET, a browser's head": HTTP,
      'HTTP POST 64 KiB': HTTP,
      'fetch app, nothing replaced': HTTP,
      'HTTP client, 1 in flight': HTTP,
      'HTTP client, 64 in flight': HTTP,
    },
  },
  {
    file: 'ws-mini/speed.svg',
    title: 'Messages each second',
    works: {
      'WebSocket echo 16 B, 1 in flight': WS,
      'WebSocket echo 16 B, 32 in flight': WS,
      'WebSocket echo 1 KiB, 4 in flight': WS,
      'WebSocket echo 64 KiB, 1 in flight': WS,
    },
  },
];

/** A row of the page's table. */
interface Measured {
  readonly peer: string;
  readonly ratio: number;
  readonly ours: number;
  readonly theirs: number;
  readonly isClear: boolean;
}

/** What a row of the table begins with: work, beside, x peer, per CPU, aim, reached, ours/s, peer/s, spread. */
const ROW = /^\| (.+?) \| (.+?) \| ([\d.]+) \|[^|]*\|[^|]*\|[^|]*\| ([\d,]+) \| ([\d,]+) \| (\d+) %/;

/** @param page PERFORMANCE.md, as page.ts writes it */
function measuredOf(page: string, work: string): Measured[] {
  const rows = page.split('\n').map((line) => ROW.exec(line));
  return rows.flatMap((row) => {
    if (row === null || row[1] !== work || row[2] === CEILING) return [];
    const [ratio, ours, theirs, spread] = row.slice(3).map((cell) => Number(cell.replaceAll(',', '')));
    // The rule of the page for an aim, and here for being as fast: no ratio counts that is closer to 1 than the spread.
    const isClear = Math.abs(ratio! - 1) >= spread! / 100;
    return [{ peer: row[2]!, ratio: ratio!, ours: ours!, theirs: theirs!, isClear }];
  });
}

const WIDTH = 520;
const NAME = 132;
const SCALE = 262;
const ROW_HEIGHT = 18;

const STYLE = `
  text { fill: #1f2328 } .title { font-weight: 600 } .quiet { fill: #59636e }
  .ours { fill: #2f6fab } .peer { fill: #8c959f } .unclear { fill: none; stroke: #8c959f; stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .ours { fill: #6aa8e0 } .peer { fill: #7d8590 } .unclear { stroke: #7d8590 }
  }`;

/** @throws if the record has none of a work's figures */
export function speedPicture({ title, works }: Picture, page: string): string {
  const lines = [text(0, 16, title, 'title'), text(0, 34, aboutOf(page), 'quiet')];
  let y = 44;
  for (const [work, ours] of Object.entries(works)) {
    const measured = measuredOf(page, work);
    if (measured.length === 0) throw new Error(`PERFORMANCE.md has no figure of: ${work}`);
    lines.push(text(0, y + 20, work, 'title'));
    y += 26;
    const longest = Math.max(...measured.flatMap((one) => [one.ours, one.theirs]));
    const length = (figure: number): number => Math.max(1, Math.round((SCALE * figure) / longest));
    lines.push(bar(y, ours, length(measured[0]!.ours), 'ours', whole(measured[0]!.ours)));
    for (const { peer, ratio, theirs, isClear } of measured) {
      y += ROW_HEIGHT;
      const beside = isClear ? `${ratio.toFixed(2)}×` : 'unclear';
      const kind = isClear ? 'peer' : 'unclear';
      lines.push(bar(y, nameOf(peer), length(theirs), kind, `${whole(theirs)}, ${beside}`));
    }
    y += ROW_HEIGHT;
  }
  lines.push(
    text(0, y + 20, '×: how many times as fast ours is, the median of the rounds. Unclear:', 'quiet'),
  );
  lines.push(text(0, y + 36, 'rounds differed more than the two did. All rows: PERFORMANCE.md', 'quiet'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 44}" width="${WIDTH}" height="${y + 44}" font-family="system-ui, sans-serif" font-size="13">
<title>${escaped(title)}, beside others</title>
<style>${STYLE}
</style>
${lines.join('\n')}
</svg>
`;
}

/** The day, the version of Node, and whether the machine was busy. */
function aboutOf(page: string): string {
  const [, date, node] = /^(\d{4}-\d\d-\d\d): node v(\d+)/m.exec(page) ?? [];
  const isBusy = page.includes('The machine was busy');
  return `${date}, Node ${node}${isBusy ? ', on a busy machine: trust only large ratios' : ''}`;
}

/** Subjects of the bench are named by what runs them. */
function nameOf(peer: string): string {
  return peer === 'node-http' ? 'node:http' : peer.replace('-websocket', '');
}

function bar(y: number, name: string, length: number, kind: string, figure: string): string {
  const middle = y + 13;
  return `${text(NAME - 6, middle, name, kind === 'ours' ? '' : 'quiet', 'end')}<rect class="${kind}" x="${NAME}.5" y="${y + 2}.5" width="${length}" height="${ROW_HEIGHT - 5}"/>${text(NAME + length + 7, middle, figure, kind === 'ours' ? '' : 'quiet')}`;
}

function text(x: number, y: number, content: string, kind: string, anchor = ''): string {
  return `<text${kind && ` class="${kind}"`}${anchor && ` text-anchor="${anchor}"`} x="${x}" y="${y}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function whole(value: number): string {
  return value.toLocaleString('en-GB');
}
