/**
 * What happened, told in full: what was sent, what the RFC allows, what came back, and every byte with its name. Of a long field the
 * first rows are shown, and it is said how many bytes more it has; all of them if that is asked for.
 */

import type { Result } from 'conformance/asking';
import { explainConnection, formatConnection, printable } from 'explain-mini';
import type { Asked } from './ask.ts';
import type { Exchange } from './exchange.ts';
import type { Language, TrackName } from './rung.ts';
import { reasonOf } from './tracks/reasons.ts';

/** Three rows: why it matters, what is allowed, what came. */
export function formatInShort({ probe, finding }: Result, language: Language): string {
  const words = WORDS[language];
  const row = (name: string, text: string): string => `    ${name}  ${printable(text)}\n`;
  const why = reasonOf(probe, language);
  return [
    why === undefined ? '' : row(words.why, why),
    row(words.expected, expectedOf(probe)),
    row(words.seen, inFewWords(finding.observed)),
  ].join('');
}

/** Of a server that does not stop to answer the first answers say enough. */
function inFewWords(observed: string): string {
  return observed.replace(/\b(\w+)(?:, \1\b){4,}/g, (all, one) => `${one}, ${all.split(', ').length} times`);
}

/** Under a declared contract "as usual" is no secret. */
function expectedOf({ expected }: Result['probe']): string {
  return expected.replaceAll('as usual', '200');
}

/** The story of a goal that is not held. */
export function formatGoal(goal: Asked, track: TrackName, language: Language): string {
  const { probe, finding, quiet } = goal;
  const words = WORDS[language];
  const why = reasonOf(probe, language);
  const wait = /silen/.test(finding.observed) ? ` (${words.silence(quiet)})` : '';
  const way = goal.way === 'whole' ? '' : `  ${words.cut}\n`;
  const row = (name: string, text: string): string => `  ${name}  ${printable(text)}\n`;
  return [
    row(words.rule, probe.requirements.map(clauseOf).join(', ')),
    why === undefined ? '' : row(words.why, why),
    way,
    row(words.sent, sentIn(goal) || words.nothing),
    row(words.expected, expectedOf(probe)),
    row(words.seen, `${inFewWords(finding.observed)}${wait}`),
    formatTranscript(finding.transcript, track, language, FEW_ROWS),
  ].join('');
}

/** Every byte of it, however many there are. */
export function formatAllBytes({ finding }: Asked, track: TrackName, language: Language): string {
  return formatTranscript(finding.transcript, track, language, Number.POSITIVE_INFINITY);
}

/** Of one field, or of one passage if bytes are all that is spoken. */
const FEW_ROWS = 8;

function formatTranscript(
  transcript: Asked['finding']['transcript'],
  track: TrackName,
  language: Language,
  maxRows: number,
): string {
  return [...new Set(transcript.map(({ connection }) => connection))]
    .map((number, i) => {
      const own = transcript.filter(({ connection }) => connection === number);
      return (i === 0 ? '' : `${WORDS[language].another}\n`) + formatBytes(own, track, language, maxRows);
    })
    .join('');
}

/** Text with its line ends as they are written in code; what comes below shows every byte. */
function sentIn({ finding }: Asked): string {
  const sent = finding.transcript.filter(({ way, bytes }) => way === 'sent' && bytes.length > 0);
  return sent.map(({ bytes }) => asCode(bytes)).join('  then  ');
}

function asCode(bytes: Uint8Array): string {
  const most = 300;
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, most)).toString('latin1'))
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(
      /[\x7f-\xff]|\\u00../g,
      (one) => `\\x${one.length > 1 ? one.slice(-2) : one.charCodeAt(0).toString(16)}`,
    );
  return bytes.length > most ? `${text}... (${bytes.length} bytes)` : text;
}

/** `rfc9112/9.3.2/pipeline-order`, as an RFC is cited and as a search in this repository finds it. */
function clauseOf(requirement: string): string {
  const [, rfc, section] = /^rfc(\d+)\/([^/]+)\//.exec(requirement) ?? [];
  return rfc === undefined ? requirement : `RFC ${rfc} ${section} (${requirement})`;
}

/** Bytes of one connection with their names, and how it ended. */
function formatBytes(
  passages: readonly { way: 'sent' | 'received'; bytes: Uint8Array; end?: string }[],
  track: TrackName,
  language: Language,
  maxRows: number,
): string {
  const words = WORDS[language];
  const ends = passages.flatMap(({ way, end }) => (end === undefined ? [] : [words.ends(way, end)]));
  const told =
    track === 'tcp'
      ? passages.filter(({ bytes }) => bytes.length > 0).map((passage) => rowsOf(passage, language, maxRows))
      : [
          formatConnection(
            explainConnection(
              passages.map(({ way, bytes }) => ({ from: way === 'sent' ? 'client' : 'server', bytes })),
            ),
            { language, maxRows },
          ),
        ];
  return `${told.join('')}${ends.map((end) => `${end}\n`).join('')}`;
}

export function formatExchange({ passages, end }: Exchange, track: TrackName, language: Language): string {
  const words = WORDS[language];
  const isSilent = !passages.some(({ way }) => way === 'received');
  return `${formatBytes(passages, track, language, FEW_ROWS)}${isSilent ? `${words.nothingBack}\n` : ''}${words.left[end]}\n`;
}

/** 16 bytes a row, of one passage. */
function rowsOf(
  { way, bytes }: { way: 'sent' | 'received'; bytes: Uint8Array },
  language: Language,
  maxRows: number,
): string {
  const words = WORDS[language];
  let rows = `${words.passed[way]}:\n`;
  for (let at = 0; at < bytes.length; at += 16) {
    if (at === maxRows * 16) return `${rows}    … ${words.more(bytes.length - at)}\n`;
    const part = Buffer.from(bytes.subarray(at, at + 16));
    const text = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    rows += `    ${part.toString('hex').replace(/../g, '$& ').padEnd(48)} ${text}\n`;
  }
  return rows;
}

type Ends = Readonly<Record<string, string>>;

const WORDS = {
  en: {
    rule: 'rule    ',
    why: 'why     ',
    sent: 'sent    ',
    expected: 'expected',
    seen: 'seen    ',
    another: 'another connection, at the same time',
    cut: 'It holds if the request comes in one piece. Here each byte came by itself: it is the same request.',
    silence: (quiet: number) => `silence: ${quiet} ms without a byte, when asked for the second time`,
    passed: { sent: 'sent', received: 'received' },
    nothing: 'nothing',
    nothingBack: 'nothing came back',
    more: (bytes: number) => `${bytes} more bytes`,
    left: {
      open: 'the connection is still open',
      closed: 'the server has ended the connection',
      reset: 'the server has reset the connection',
    },
    ends: (way: string, end: string) =>
      `${way === 'sent' ? 'the client' : 'the server'}: ${({ closed: 'closed the connection', reset: 'reset it (RST)', 'half-closed': 'said that it sends no more (FIN)' } as Ends)[end]}`,
  },
  ko: {
    rule: '규칙',
    why: '이유',
    sent: '보냄',
    expected: '기대',
    seen: '결과',
    another: '동시에 연 다른 연결',
    cut: '요청이 한 번에 오면 지킵니다. 여기서는 바이트가 하나씩 왔습니다. 같은 요청입니다.',
    silence: (quiet: number) =>
      `silence: 두 번째로 물었을 때도 ${quiet} ms 동안 아무 바이트도 오지 않았습니다`,
    passed: { sent: '보냄', received: '받음' },
    nothing: '없음',
    nothingBack: '아무것도 오지 않았습니다',
    more: (bytes: number) => `${bytes}바이트 더`,
    left: {
      open: '연결은 아직 열려 있습니다',
      closed: '서버가 연결을 닫았습니다',
      reset: '서버가 연결을 끊었습니다(RST)',
    },
    ends: (way: string, end: string) =>
      `${way === 'sent' ? '클라이언트' : '서버'}: ${({ closed: '연결을 닫음', reset: '연결을 끊음(RST)', 'half-closed': '더 보내지 않음(FIN)' } as Ends)[end]}`,
  },
} satisfies Record<Language, unknown>;
