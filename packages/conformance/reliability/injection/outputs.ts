/**
 * Where a peer's bytes are shown to a person: the content of refusals, explanations, and the reports of the prober. Nothing
 * in there may steer a terminal, turn the direction of writing, or be markup.
 */
import { explain, formatExplanation, printableLines } from 'explain-mini';
import { probesOf } from '../../src/families.ts';
import type { Result } from '../../src/probes/probe.ts';
import { formatHtml } from '../../src/report/html.ts';
import { formatJson } from '../../src/report/json.ts';
import { formatJunit } from '../../src/report/junit.ts';
import { formatStanding } from '../../src/report/standing.ts';
import { formatBroken, formatMatrix, formatNotAsked } from '../../src/report/terminal.ts';
import { readByMini } from '../message.ts';
import { answerOf } from './http.ts';
import { textPayloads } from './payload.ts';
import { clip, shown, type Written } from './place.ts';
import { answerTo } from './websocket.ts';

/** A peer's bytes, and what a person is shown of them: what is wrong with that, or nothing. */
export interface Output {
  readonly who: string;
  readonly field: string;
  show(text: string): Promise<string | undefined>;
}

/** @returns what in it would not be printed as it is */
function terminal(text: string): string | undefined {
  return printableLines(text) === text
    ? undefined
    : `a terminal would obey ${JSON.stringify(text.slice(0, 300))}`;
}

// ── The content of refusals ──

const fieldsOf: readonly (readonly [field: string, head: (text: string) => string])[] = [
  ['method', (text) => `${text} / HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['target', (text) => `GET /${text} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['version', (text) => `GET / ${text}\r\nHost: a\r\n\r\n`],
  ['host', (text) => `GET / HTTP/1.1\r\nHost: ${text}\r\n\r\n`],
  ['a name', (text) => `GET / HTTP/1.1\r\nHost: a\r\n${text}: a\r\n\r\n`],
  ['a value', (text) => `GET / HTTP/1.1\r\nHost: a\r\nx: ${text}\r\n\r\n`],
  ['Content-Length', (text) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${text}\r\n\r\n`],
  ['Transfer-Encoding', (text) => `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ${text}\r\n\r\n`],
  ['Expect', (text) => `POST / HTTP/1.1\r\nHost: a\r\nExpect: ${text}\r\n\r\n`],
  ['a chunk’s size', (text) => `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${text}\r\n`],
];
const openingOf: readonly (readonly [field: string, head: (text: string) => string])[] = [
  ...fieldsOf,
  ...['Origin', 'Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key', 'Upgrade'].map(
    (name) => [name, (text: string) => opening('/', `${name}: ${text}\r\n`)] as const,
  ),
  ['path', (text) => opening(`/${text}`, '')],
];

function opening(target: string, line: string): string {
  const own = line.slice(0, line.indexOf(':'));
  const lines = [
    'Upgrade: websocket\r\n',
    'Connection: Upgrade\r\n',
    'Sec-WebSocket-Version: 13\r\n',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  ].filter((one) => own === '' || !one.startsWith(`${own}:`));
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines.join('')}${line}\r\n`;
}

const SERVERS: readonly (readonly [
  who: string,
  fields: typeof fieldsOf,
  ask: (bytes: Uint8Array) => Promise<Written>,
])[] = [
  [
    'http-mini refuses',
    fieldsOf,
    (bytes) =>
      answerOf(async (request) => {
        await request.bytes();
        return {};
      }, bytes),
  ],
  [
    'ws-mini refuses',
    openingOf,
    (bytes) => answerTo({ path: '/', origins: ['http://plain'] }, Buffer.from(bytes).toString('latin1')),
  ],
];

const refusals = SERVERS.flatMap(([who, fields, ask]) =>
  fields.map(
    ([field, head]): Output => ({
      who,
      field,
      async show(text) {
        const { bytes } = await ask(Buffer.from(head(text), 'utf8'));
        const { messages, error } = readByMini('response', bytes);
        if (error !== undefined) return `the answer is refused: ${error}: ${shown(bytes)}`;
        for (const { start, fields, content } of messages) {
          if (start[1] === '101') continue;
          const type = fields.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '';
          const isRight = content === '' || /^text\/plain(;|$)/.test(type);
          if (!isRight) return `its content is ${type === '' ? 'of no type' : type}`;
          const wrong = terminal(Buffer.from(content, 'latin1').toString('utf8'));
          if (wrong !== undefined) return wrong;
        }
        return undefined;
      },
    }),
  ),
);

// ── Explanations and reports ──

const explanations = [...fieldsOf, ...openingOf.slice(fieldsOf.length)].map(
  ([field, head]): Output => ({
    who: 'explain',
    field,
    show: async (text) => terminal(formatExplanation(explain(Buffer.from(head(text), 'utf8')))),
  }),
);
const answered = (['a reason', 'a value of a response', 'content'] as const).map(
  (field): Output => ({
    who: 'explain',
    field,
    show: async (text) =>
      terminal(formatExplanation(explain(Buffer.from(responseWith(field, text)), { from: 'server' }))),
  }),
);

function responseWith(field: string, text: string): string {
  if (field === 'a reason') return `HTTP/1.1 200 ${text}\r\nContent-Length: 0\r\n\r\n`;
  if (field === 'content')
    return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  return `HTTP/1.1 200 OK\r\nx: ${text}\r\nContent-Length: 0\r\n\r\n`;
}

/** What a probe has found at a peer that calls itself so, and says so. */
function findings(text: string): Result[] {
  return (['broken', 'not asked', 'held'] as const).map((verdict) => ({
    family: 'http-server',
    implementation: text,
    probe: {
      name: 'framing/te-and-cl',
      requirements: ['rfc9112/6.3/te-and-cl'],
      level: 'must',
      why: text,
      expected: text,
    },
    finding: {
      verdict,
      observed: text,
      transcript: (['sent', 'received'] as const).map((way, at) => ({
        at,
        way,
        bytes: Buffer.from(text),
        connection: 0,
      })),
    },
    knownFault: text,
    alone: text,
  }));
}

const reports: readonly Output[] = [
  {
    who: 'report, for a terminal',
    field: 'a finding',
    async show(text) {
      const results = findings(text);
      return terminal(
        `${formatMatrix(results, true)}${formatBroken(results, true)}${formatNotAsked(results)}`,
      );
    },
  },
  {
    who: 'report, as a page',
    field: 'a finding',
    async show(text) {
      const page = formatHtml(findings(text), true, new Date(0), text);
      // All markup is the page's own: as many tags and quotation marks as with a name that has none of them.
      const tags = (of: string): number =>
        of.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').split('<').length;
      const plain = formatHtml(findings('plain'), true, new Date(0), 'plain');
      if (/<script>alert/.test(page)) return 'it has a script of the peer';
      return text.includes('<') && tags(page) !== tags(plain) ? 'it has markup of the peer' : undefined;
    },
  },
];

const files: readonly Output[] = [
  {
    who: 'report, as Markdown',
    field: 'a finding',
    async show(text) {
      const page = (of: string): string => {
        const standing = {
          name: 'a',
          family: 'http-server',
          setUp: of,
          version: of,
          results: findings(of),
        } as const;
        return formatStanding([standing], probesOf, { date: new Date(0), node: '20' });
      };
      // The same lines and cells, and no markup but the page's own: what means something is behind a backslash.
      const shape = (of: string): string => of.replace(/\\./g, '').replace(/[^\n|`*_<>[\]]/g, '');
      if (shape(page(text)) !== shape(page('plain'))) return `it has markup of the peer: ${clip(page(text))}`;
      return terminal(page(text));
    },
  },
  {
    who: 'report, as JUnit',
    field: 'a finding',
    async show(text) {
      const xml = (of: string): string => formatJunit(findings(of), true, of);
      const tags = (of: string): string => of.replace(/"[^"<>]*"|[^<>]*(?=<)/g, '');
      if (tags(xml(text)) !== tags(xml('plain'))) return `it has markup of the peer: ${clip(xml(text))}`;
      return /(?![\t\r\n])[\0-\x1f]/.test(xml(text)) ? 'it has what XML 1.0 has no way to write' : undefined;
    },
  },
  {
    who: 'report, as JSON',
    field: 'a finding',
    async show(text) {
      const json = formatJson(findings(text), true, text);
      return JSON.parse(json).note === text ? terminal(json) : 'its text is another';
    },
  },
];

export const outputs: readonly Output[] = [...refusals, ...explanations, ...answered, ...reports, ...files];
export const peerTexts: readonly string[] = textPayloads.map(({ text }) => text);
