/**
 * The comparison as a table: a column for each way, a row for each quantity, and a sentence for each of them. The
 * terminal prints it and the page draws it; both say the same because both read it here.
 */
import { columnsOf, padEnd, padStart } from '../columns.ts';
import { decimal, whole } from '../page/format.ts';
import type { Language, Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS, WAYS } from './names.ts';
import type { Result } from './record.ts';

export interface Table {
  readonly columns: readonly { readonly name: string; readonly how: string }[];
  readonly rows: readonly {
    readonly name: string;
    readonly meaning: string;
    readonly cells: readonly string[];
  }[];
}

interface Quantity {
  readonly name: Text;
  readonly meaning: Text;
  readonly of: (result: Result) => string;
}

const quantities: readonly Quantity[] = [
  {
    name: { en: 'connections', ko: '연결' },
    meaning: { en: 'TCP connections that were opened.', ko: '연 TCP 연결의 수.' },
    of: (r) => whole(r.connections),
  },
  {
    name: { en: 'requests', ko: '요청' },
    meaning: {
      en: 'HTTP requests that were sent. The WebSocket’s one is its opening handshake.',
      ko: '보낸 HTTP 요청의 수. WebSocket의 하나는 오프닝 핸드셰이크입니다.',
    },
    of: (r) => whole(r.requests),
  },
  {
    name: { en: 'bytes sent', ko: '보낸 바이트' },
    meaning: {
      en: 'Bytes that the client’s sockets sent. TCP’s and IP’s own headers come on top.',
      ko: '클라이언트의 소켓이 보낸 바이트. TCP와 IP의 헤더는 별도입니다.',
    },
    of: (r) => whole(r.sent),
  },
  {
    name: { en: 'bytes received', ko: '받은 바이트' },
    meaning: { en: 'Bytes that they received.', ko: '그 소켓이 받은 바이트.' },
    of: (r) => whole(r.received),
  },
  {
    name: { en: 'overhead per update', ko: '업데이트당 오버헤드' },
    meaning: {
      en: 'Bytes, both ways, beyond the update’s own text, for each update that came.',
      ko: '양방향의 바이트에서 업데이트의 텍스트를 뺀 것. 도착한 업데이트 하나당.',
    },
    of: (r) => decimal(r.overhead, 1),
  },
  {
    name: { en: '  the first', ko: '  첫 업데이트' },
    meaning: {
      en: 'What it takes until the first update is there: opening and handshake.',
      ko: '첫 업데이트가 도착할 때까지: 연결과 핸드셰이크.',
    },
    of: (r) => decimal(r.firstOverhead, 0),
  },
  {
    name: { en: '  each later one', ko: '  그 뒤 하나마다' },
    meaning: {
      en: 'The mean of all others, with the closing at the end.',
      ko: '나머지 모두의 평균. 끝의 닫기를 포함합니다.',
    },
    of: (r) => decimal(r.laterOverhead, 1),
  },
  {
    name: { en: 'age p50, ms', ko: '나이 p50, ms' },
    meaning: {
      en: 'From the making of an update to its arrival in the client: half are younger.',
      ko: '업데이트가 만들어져 클라이언트에 도착할 때까지. 절반은 이보다 젊습니다.',
    },
    of: (r) => decimal(r.ageMedian, 2),
  },
  {
    name: { en: 'age p99, ms', ko: '나이 p99, ms' },
    meaning: { en: 'Of a hundred, 99 are not older.', ko: '백 개 가운데 99개는 이보다 오래되지 않았습니다.' },
    of: (r) => decimal(r.ageP99, 2),
  },
  {
    name: { en: 'updates missed', ko: '놓친 업데이트' },
    meaning: {
      en: 'Updates that were replaced by the next before anybody asked.',
      ko: '묻기 전에 다음 것으로 바뀐 업데이트.',
    },
    of: (r) => whole(r.missed),
  },
  {
    name: { en: 'answers in vain', ko: '헛된 응답' },
    meaning: { en: 'Answers with an update that was known already.', ko: '이미 아는 업데이트가 담긴 응답.' },
    of: (r) => whole(r.repeated),
  },
];

export function tableOf(comparison: Comparison, language: Language): Table {
  return {
    columns: WAY_KEYS.map((key) => ({ name: WAYS[key].name[language], how: WAYS[key].how[language] })),
    rows: quantities.map(({ name, meaning, of }) => ({
      name: name[language],
      meaning: meaning[language],
      cells: WAY_KEYS.map((key) => of(comparison.results[key])),
    })),
  };
}

const SETTING = {
  en: ({ updates, interval, pollInterval }: Comparison) =>
    `${updates} updates, one every ${interval} ms; polled about ${pollInterval} ms after each answer`,
  ko: ({ updates, interval, pollInterval }: Comparison) =>
    `업데이트 ${updates}개, ${interval} ms마다 하나; 폴링은 응답을 받고 약 ${pollInterval} ms 뒤에`,
};

/** The table as text of 80 columns at most, then what its columns and rows mean. */
export function printTable(comparison: Comparison, language: Language): string {
  const { columns, rows } = tableOf(comparison, language);
  const names = columns.map(({ name }) => name);
  const meanings = [...columns.map(({ name, how }) => ({ name, meaning: how })), ...rows];
  const lines = [
    SETTING[language](comparison),
    '',
    line('', names),
    '-'.repeat(NAME + columns.length * CELL),
    ...rows.map(({ name, cells }) => line(name, cells)),
    '',
    ...meanings.map(({ name, meaning }) => padEnd(name.trim(), NAME) + wrapped(meaning)),
  ];
  return `${lines.join('\n')}\n`;
}

const NAME = 21;
const CELL = 14;

function line(name: string, cells: readonly string[]): string {
  return padEnd(name, NAME) + cells.map((cell) => padStart(cell, CELL)).join('');
}

/** Breaks between words, so that later lines stand under the first. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (columnsOf(longer) <= 79 - NAME) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(NAME)}`);
}
