/**
 * One result in the HTML report: what was observed, every passage as text in the order of time, and the bytes of each
 * direction explained field by field, by the parsers of http-mini and ws-mini. All of it is bounded, and what is cut says so.
 */
import { type Explanation, explainConnection, formatExplanation, type Side } from 'explain-mini';
import { asBrowsersAsk } from 'ws-mini/wire';
import type { Family, Passage, Result } from '../probes/probe.ts';
import { type Standing, standingOf } from '../probes/run.ts';
import { shown } from './bytes.ts';
import { type Markup, markup } from './markup.ts';

/**
 * What is cut where. An example, of a probe that was held, need not be told at the length of what was broken; and where it
 * was held by others too, the bytes are there to be compared. (Four thousand results have 70 MB; this makes 9 of them.)
 */
interface Bounds {
  /** Characters of a passage. */
  readonly passage: number;
  /** Lines of an explanation; none: it is not explained. */
  readonly lines: number;
}
export const BROKEN: Bounds = { passage: 1000, lines: 200 };
export const EXAMPLE: Bounds = { passage: 300, lines: 40 };
export const OTHER: Bounds = { passage: 100, lines: 0 };

/** Passages at the beginning and at the end; a flood, or a head that comes octet by octet, has hundreds between. */
const [FIRST, LAST] = [30, 10];
/** Octets of a direction that are explained, and the lines of one field. */
const [EXPLAINED, ROWS] = [2048, 3];

/** How a standing is written: never by its colour alone. */
export const MARKS: Readonly<Record<Standing, { name: string; sign: string; word: string }>> = {
  held: { name: 'held', sign: '', word: 'held' },
  failed: { name: 'failed', sign: '✗', word: 'failed' },
  'known fault': { name: 'known', sign: '✗', word: 'known fault' },
  tolerated: { name: 'tolerated', sign: '–', word: 'not held' },
  'not asked': { name: 'unasked', sign: '', word: 'not asked' },
};

export function findingMarkup(result: Result, id: string, strict: boolean, bounds: Bounds): Markup {
  const { implementation, finding, knownFault, alone } = result;
  const { name, word } = MARKS[standingOf(result, strict)];
  const inside = [
    ...(knownFault === undefined ? [] : [markup`<p><b>Known:</b> ${knownFault}</p>`]),
    ...(alone === undefined || finding.verdict !== 'broken'
      ? []
      : [markup`<p><b>Alone:</b> <code>${alone}</code></p>`]),
    timeline(finding.transcript, bounds.passage),
    ...(bounds.lines > 0 ? explanations(result, bounds.lines) : []),
  ];
  return markup`<details class="finding" id="${id}"><summary><span class="${name}">${word}</span> <b>${implementation}</b> ${finding.observed}</summary>${inside}</details>
`;
}

// ── The passages ──

function timeline(transcript: readonly Passage[], most: number): Markup {
  if (transcript.length === 0) return markup`<p>No bytes went either way.</p>`;
  const several = transcript.some(({ connection }) => connection > 0);
  const items = transcript.map((passage) => passageMarkup(passage, several, most));
  const rest = items.length - FIRST - LAST;
  if (rest > 0) items.splice(FIRST, rest, markup`<li class="cut">${rest} passages are left out</li>`);
  return markup`<ol class="wire">${items}</ol>`;
}

function passageMarkup(passage: Passage, several: boolean, most: number): Markup {
  const { at, way, bytes, end, connection } = passage;
  const where = several ? ` on ${connection + 1}` : '';
  const text = bytes.length === 0 ? '' : markup`<code>${shown(bytes, most)}</code>`;
  // Who ended it is told by the way: what the probe sent, the probe ended.
  const ending = end === undefined ? '' : markup`<i>${end}</i>`;
  return markup`<li class="${way}">${Math.round(at)} ms <b>${way}${where}</b> ${text}${ending}</li>`;
}

// ── Field by field ──

function explanations({ family, probe, finding }: Result, most: number): Markup[] {
  const connections = [...new Set(finding.transcript.map(({ connection }) => connection))];
  const sender: Side = family.endsWith('server') ? 'client' : 'server';
  return connections.flatMap((connection) => {
    const where = connections.length === 1 ? '' : ` on ${connection + 1}`;
    const own = finding.transcript.filter((passage) => passage.connection === connection);
    const parts = explained(own, sender, family);
    return (['sent', 'received'] as const).flatMap((way) => {
      const size = own.reduce((sum, passage) => sum + (passage.way === way ? passage.bytes.length : 0), 0);
      const text = inPrint(
        parts.filter(({ from }) => (from === sender) === (way === 'sent')),
        size > EXPLAINED,
        isAboutFrames(family, probe.requirements[0]),
      );
      if (text === '') return [];
      const cut = size > EXPLAINED ? `, the first ${EXPLAINED} of ${size} bytes` : '';
      return [
        markup`<figure><figcaption>${way}${where}, field by field${cut}</figcaption><pre tabindex="0">${firstLines(text, most)}</pre></figure>`,
      ];
    });
  });
}

/** A whole connection, of each direction its beginning. */
function explained(passages: readonly Passage[], sender: Side, family: Family): Explanation[] {
  if (family === 'tcp-server') return []; // bytes, and no protocol that explains them
  const other = sender === 'client' ? 'server' : 'client';
  const left = { sent: EXPLAINED, received: EXPLAINED };
  const bounded = passages.map(({ way, bytes }) => {
    const kept = bytes.subarray(0, left[way]);
    left[way] -= kept.length;
    return { from: way === 'sent' ? sender : other, bytes: kept };
  });
  // What is wrong with a head of HTTP says the parser of the family.
  return explainConnection(bounded, {
    begins: 'http',
    ...(family.startsWith('http') ? {} : { lenient: asBrowsersAsk }),
  });
}

/** The parts of one direction as one. */
function inPrint(parts: readonly Explanation[], isCut: boolean, isAboutFrames: boolean): string {
  const [first] = parts;
  if (first === undefined) return '';
  const fields = parts.flatMap((part) => part.fields);
  // The opening handshake in front of the frames is the same each time.
  const opened = fields.findIndex(({ value }) => value.startsWith('then frames'));
  return formatExplanation(
    {
      ...first,
      text: parts.map(({ text }) => text).join(''),
      fields: isAboutFrames ? fields.slice(opened + 1) : fields,
      error: parts.find(({ error }) => error !== undefined)?.error,
      awaits: isCut ? undefined : parts.at(-1)!.awaits,
    },
    { maxRows: ROWS },
  );
}

function isAboutFrames(family: Family, requirement: string): boolean {
  return family.startsWith('websocket') && /^rfc6455\/[5-8]\b|^rfc7692\/6\b/.test(requirement);
}

function firstLines(text: string, most: number): string {
  const lines = text.trimEnd().split('\n').map(withTabs);
  const rest = lines.length - most;
  return rest <= 0 ? lines.join('\n') : [...lines.slice(0, most), `… ${rest} more lines`].join('\n');
}

/** Half of a table of bytes is padding, megabytes of it here; tabs show the same. */
function withTabs(line: string): string {
  return line.replace(/.{4}/g, (column) => column.replace(/ {2,}$/, '\t'));
}
