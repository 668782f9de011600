/**
 * One result in the HTML report: what was observed, every passage as text in the order of time, and the bytes of each
 * direction explained field by field by http-mini and ws-mini. All of it is bounded, and what is cut says so.
 */
import { explain as explainHttp, formatExplanation as formatHttp } from 'http-mini/explain';
import { explain as explainWebSocket, formatExplanation as formatWebSocket } from 'ws-mini/explain';
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
  const { implementation, finding, knownFault } = result;
  const { name, word } = MARKS[standingOf(result, strict)];
  const inside = [
    ...(knownFault === undefined ? [] : [markup`<p><b>Known:</b> ${knownFault}</p>`]),
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
  const explain = family.startsWith('http') ? httpExplained : webSocketExplained;
  return connections.flatMap((connection) => {
    const bytesOf = (way: Passage['way']): Buffer =>
      Buffer.concat(
        finding.transcript
          .filter((passage) => passage.connection === connection && passage.way === way)
          .map(({ bytes }) => bytes),
      );
    const where = connections.length === 1 ? '' : ` on ${connection + 1}`;
    const both = { sent: bytesOf('sent'), received: bytesOf('received') };
    return (['sent', 'received'] as const).flatMap((way) => {
      const bytes = both[way];
      const isCut = bytes.length > EXPLAINED;
      const text = explain(bytes.subarray(0, EXPLAINED), family.endsWith('server') === (way === 'sent'), {
        other: both[way === 'sent' ? 'received' : 'sent'],
        isCut,
        isAboutFrames: isAboutFrames(family, probe.requirements[0]),
      });
      if (text === '') return [];
      const cut = isCut ? `, the first ${EXPLAINED} of ${bytes.length} bytes` : '';
      return [
        markup`<figure><figcaption>${way}${where}, field by field${cut}</figcaption><pre tabindex="0">${firstLines(text, most)}</pre></figure>`,
      ];
    });
  });
}

interface Around {
  /** What went the other way on the same connection. */
  readonly other: Uint8Array;
  readonly isCut: boolean;
  readonly isAboutFrames: boolean;
}

function httpExplained(bytes: Uint8Array, isFromClient: boolean, { other, isCut }: Around): string {
  const methods = isFromClient ? [] : methodsIn(other);
  const explanation = explainHttp(bytes, {
    kind: isFromClient ? 'request' : 'response',
    // The answer to HEAD has no content. What the server took for a request where the explainer saw none, counts as GET.
    ...(isFromClient ? {} : { methods: [...methods, ...ANY] }),
  });
  return formatHttp(isCut ? { ...explanation, awaits: undefined } : explanation, { maxRows: ROWS });
}

const ANY: readonly string[] = Array(8).fill('GET');

function methodsIn(requests: Uint8Array): string[] {
  const { fields } = explainHttp(requests, { kind: 'request' });
  return fields.filter(({ name }) => name === 'method').map(({ value }) => value);
}

function webSocketExplained(bytes: Uint8Array, isFromClient: boolean, around: Around): string {
  // What the client offered means nothing: the server's head says whether frames may be compressed (RFC 7692 5).
  const [head = ''] = Buffer.from(isFromClient ? around.other : bytes)
    .toString('latin1')
    .split('\r\n\r\n', 1);
  const explanation = explainWebSocket(bytes, {
    from: isFromClient ? 'client' : 'server',
    compression: /permessage-deflate/i.test(head),
  });
  // The opening handshake in front of the frames is the same each time.
  const opened = explanation.fields.findIndex(
    ({ rule, value }) => rule === 'RFC 6455 1.2' && value === 'then frames',
  );
  const fields = around.isAboutFrames ? explanation.fields.slice(opened + 1) : explanation.fields;
  const awaits = around.isCut ? undefined : explanation.awaits;
  return formatWebSocket({ ...explanation, fields, awaits }, { maxRows: ROWS });
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
