/**
 * A run as a table: a column for each way, a row for each quantity, and a sentence for each of them. The terminal prints
 * it and the page draws it; both say the same because both read it here. It runs in a browser too.
 */
import { padEnd, padStart, wrapped } from 'learn/text';
import { decimal, whole } from '../page/format.ts';
import type { Language, Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS, WAYS, type WayKey } from './names.ts';
import type { Result } from './result.ts';
import { amountOf, SETTINGS, type Settings, settingKeys } from './settings.ts';

export interface Quantity {
  readonly name: Text;
  /** A part of the quantity above it. */
  readonly isPart?: boolean;
  readonly meaning: Text;
  readonly of: (result: Result) => string;
}

export const QUANTITIES: readonly Quantity[] = [
  {
    name: { en: 'connections', ko: '연결' },
    meaning: { en: 'TCP connections that were opened.', ko: '새로 연 TCP 연결의 수입니다.' },
    of: (r) => count(r.connections),
  },
  {
    name: { en: 'requests', ko: '요청' },
    meaning: {
      en: 'HTTP requests that were sent. The WebSocket’s one is its opening handshake.',
      ko: '보낸 HTTP 요청의 수입니다. WebSocket의 요청은 오프닝 핸드셰이크입니다.',
    },
    of: (r) => count(r.requests),
  },
  {
    name: { en: 'bytes sent', ko: '보낸 바이트' },
    meaning: {
      en: 'Bytes that the clients’ sockets sent. Headers of TCP, UDP and IP come on top.',
      ko: '클라이언트의 소켓이 보낸 바이트입니다. TCP와 UDP, IP의 헤더는 들어 있지 않습니다.',
    },
    of: (r) => count(r.sent),
  },
  {
    name: { en: 'bytes received', ko: '받은 바이트' },
    meaning: { en: 'Bytes that they received.', ko: '클라이언트의 소켓이 받은 바이트입니다.' },
    of: (r) => count(r.received),
  },
  {
    name: { en: 'overhead per update', ko: '업데이트당 오버헤드' },
    meaning: {
      en: 'Bytes, both ways, beyond the update’s own text, for each different update that came.',
      ko: '양방향의 바이트에서 업데이트의 내용을 뺀 뒤, 서로 다른 업데이트를 받은 수로 나눈 값입니다.',
    },
    of: (r) => decimal(r.overhead, 1),
  },
  {
    name: { en: 'the first', ko: '첫 업데이트' },
    isPart: true,
    meaning: {
      en: 'What it takes until a client’s first update is there: opening and handshake.',
      ko: '클라이언트가 첫 업데이트를 받을 때까지 드는 바이트로, 연결과 핸드셰이크를 포함합니다.',
    },
    of: (r) => decimal(r.firstOverhead, 0),
  },
  {
    name: { en: 'each later one', ko: '그 뒤 하나당' },
    isPart: true,
    meaning: {
      en: 'The mean of all others, with the closing at the end.',
      ko: '나머지의 평균으로, 마지막에 닫는 데 드는 바이트를 포함합니다.',
    },
    of: (r) => decimal(r.laterOverhead, 1),
  },
  {
    name: { en: 'age p50, ms', ko: '나이 p50, ms' },
    meaning: {
      en: 'From the making of an update to its arrival in the client: half are younger.',
      ko: '업데이트가 만들어져 클라이언트에 도착하기까지 걸린 시간입니다. 절반은 이 값 이하입니다.',
    },
    of: (r) => decimal(r.ageMedian, 1),
  },
  {
    name: { en: 'age p99, ms', ko: '나이 p99, ms' },
    meaning: { en: 'Of a hundred, 99 are not older.', ko: '백 개 가운데 99개는 이 값 이하입니다.' },
    of: (r) => decimal(r.ageP99, 1),
  },
  {
    name: { en: 'updates received', ko: '받은 업데이트' },
    meaning: {
      en: 'Different updates that came, of all clients together.',
      ko: '서로 다른 업데이트를 받은 수로, 모든 클라이언트를 합친 값입니다.',
    },
    of: (r) => count(r.updates),
  },
  {
    name: { en: 'updates missed', ko: '놓친 업데이트' },
    meaning: {
      en: 'Updates that never came: replaced by the next before anybody asked, or lost with their datagram.',
      ko: '끝내 오지 않은 업데이트입니다. 묻기 전에 다음 것으로 바뀌었거나, 데이터그램과 함께 사라졌습니다.',
    },
    of: (r) => count(r.missed),
  },
  {
    name: { en: 'answers in vain', ko: '헛된 응답' },
    meaning: {
      en: 'Answers with an update that the client had already.',
      ko: '클라이언트가 이미 받은 업데이트를 다시 담은 응답입니다.',
    },
    of: (r) => count(r.repeated),
  },
  {
    name: { en: 'CPU, % of a core', ko: 'CPU, 코어의 %' },
    meaning: {
      en: 'CPU time of the whole process while this way had its turn: servers, clients, and the link if it adds something.',
      ko: '이 방법의 차례 동안 프로세스 전체가 쓴 CPU 시간입니다. 서버와 클라이언트, 지연이나 손실이 있으면 링크까지 포함합니다.',
    },
    of: (r) => decimal(cpuPercent(r), 1),
  },
];

export function cpuPercent({ cpu, measured }: Result): number | undefined {
  return measured > 0 ? (100 * cpu) / measured : undefined;
}

/** The settings in one line. */
export function settingLine(settings: Settings, language: Language): string {
  const line = settingKeys
    .map((key) => `${SETTINGS[key].name[language]} ${amountOf(key, settings[key], language)}`)
    .join(', ');
  return line[0]!.toUpperCase() + line.slice(1);
}

/** The table as text of 80 columns at most, then what its columns and rows mean. */
export function printTable({ settings, results }: Comparison, language: Language): string {
  const cells = (of: (key: WayKey) => string) => WAY_KEYS.map((key) => padStart(of(key), CELL)).join('');
  const meanings = [
    ...WAY_KEYS.map((key) => ({ name: WAYS[key].name, meaning: WAYS[key].how })),
    ...QUANTITIES,
  ];
  const lines = [
    ...wrapped(settingLine(settings, language), WIDTH),
    '',
    ' '.repeat(NAME) + cells((key) => WAYS[key].short[language]),
    '-'.repeat(WIDTH),
    ...QUANTITIES.map(({ name, isPart, of }) => {
      const label = `${isPart ? '  ' : ''}${name[language]}`;
      return padEnd(label, NAME) + cells((key) => (results[key] ? of(results[key]) : '–'));
    }),
    '',
    ...meanings.flatMap(({ name, meaning }) =>
      wrapped(meaning[language], WIDTH - NAME).map(
        (line, i) => (i === 0 ? padEnd(name[language], NAME) : ' '.repeat(NAME)) + line,
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const NAME = 24;
const CELL = 8;
const WIDTH: number = NAME + WAY_KEYS.length * CELL;

/** So short that seven stand side by side, on a telephone too. */
function count(value: number): string {
  return value < 1_000_000 ? whole(value) : `${decimal(value / 1e6, 2)} M`;
}
