/**
 * What a run can be told: the load, the link, the reader. One table of ranges serves the page's sliders, the command's
 * options and the server, which believes neither. A single value in its range can still be too much beside another, so
 * `problemOf` also bounds their products: no page may start a run that hurts. This file runs in a browser too.
 */
import { decimal, whole } from '../page/format.ts';
import type { Language, Text } from '../text.ts';

export interface Settings {
  /** Updates a second. */
  readonly rate: number;
  readonly clients: number;
  /** Bytes of an update's text. */
  readonly payload: number;
  /** Milliseconds that the link adds in each direction. */
  readonly delay: number;
  /** Percent of the segments and datagrams that the link loses, in each direction. */
  readonly loss: number;
  /** For the two that poll: milliseconds between an answer and the next request, on average. */
  readonly poll: number;
  /** How long each way is measured. */
  readonly seconds: number;
  /** The same seed loses the same segments and datagrams. */
  readonly seed: number;
}

export type SettingKey = keyof Settings;

export interface Setting {
  readonly name: Text;
  readonly unit: Text;
  /** Where the page's slider stops, from the least to the most that is allowed. */
  readonly stops: readonly number[];
  readonly usual: number;
  /** Whether it may have a fraction. */
  readonly isFraction?: boolean;
}

export const SETTINGS: { readonly [key in SettingKey]: Setting } = {
  rate: {
    name: { en: 'updates', ko: '업데이트' },
    unit: { en: 'a second', ko: '회/초' },
    stops: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    usual: 20,
  },
  clients: {
    name: { en: 'clients', ko: '클라이언트' },
    unit: { en: '', ko: '개' },
    stops: [1, 2, 5, 10, 20, 50],
    usual: 1,
  },
  payload: {
    name: { en: 'payload', ko: '페이로드' },
    unit: { en: 'bytes', ko: '바이트' },
    stops: [80, 100, 200, 500, 1000, 2000, 5000, 10_000, 16_000],
    usual: 80,
  },
  delay: {
    name: { en: 'added delay', ko: '추가 지연' },
    unit: { en: 'ms each way', ko: 'ms(편도)' },
    stops: [0, 1, 2, 5, 10, 20, 50, 100, 200, 300],
    usual: 0,
  },
  loss: {
    name: { en: 'added loss', ko: '추가 손실' },
    unit: { en: '%', ko: '%' },
    stops: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
    isFraction: true,
    usual: 0,
  },
  poll: {
    name: { en: 'polled', ko: '폴링 간격' },
    unit: { en: 'ms after an answer', ko: 'ms(응답 뒤)' },
    stops: [5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    usual: 50,
  },
  seconds: {
    name: { en: 'measured', ko: '측정 시간' },
    unit: { en: 's for each way', ko: '초(방법마다)' },
    stops: [0.2, 0.5, 1, 2, 3, 5, 10],
    isFraction: true,
    usual: 2,
  },
  seed: {
    name: { en: 'seed of the losses', ko: '손실의 시드' },
    unit: { en: '', ko: '' },
    stops: [1, 2, 3, 4, 5, 6, 7, 8, 9, 9999],
    usual: 1,
  },
};

export const settingKeys = Object.keys(SETTINGS) as SettingKey[];

/** What is given, as numbers, and the usual for the rest. What is no number becomes NaN, which `problemOf` names. */
export function settingsOf(given: Readonly<Record<string, unknown>>): Settings {
  const entries = settingKeys.map((key) => {
    const value = given[key];
    if (value === undefined || value === null) return [key, SETTINGS[key].usual];
    return [key, typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOr(value)];
  });
  return Object.fromEntries(entries) as Settings;
}

function numberOr(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** With its unit; Korean ones are joined to their number. */
export function amountOf(key: SettingKey, value: number, language: Language): string {
  const unit = SETTINGS[key].unit[language];
  const space = unit === '' || /^[가-힣]/.test(unit) ? '' : ' ';
  return `${decimal(value, Number.isInteger(value) ? 0 : 1)}${space}${unit}`;
}

/**
 * What cannot be run, and the way out; undefined if all is well.
 * @param nameOf a setting, as who set it knows it. Default: its name on the page
 */
export function problemOf(
  settings: Settings,
  nameOf: (key: SettingKey) => Text = (key) => SETTINGS[key].name,
): Text | undefined {
  for (const key of settingKeys) {
    const { stops, isFraction = false } = SETTINGS[key];
    const name = nameOf(key);
    const [least, most] = [stops[0]!, stops.at(-1)!];
    const value = settings[key];
    if (value >= least && value <= most && (isFraction || Number.isInteger(value))) continue;
    return {
      en: `${name.en} must be ${isFraction ? 'a' : 'a whole'} number from ${whole(least)} to ${whole(most)}`,
      ko: `${name.ko}: ${whole(least)}부터 ${whole(most)}까지의 ${isFraction ? '수' : '정수'}여야 합니다`,
    };
  }
  return productProblem(settings);
}

/** A second, over all clients. Two cores that are busy with more than this measure themselves. */
const MOST_DELIVERIES = 4000;
const MOST_BYTES = 8_000_000;
/** Each may be a connection of its own, and the system keeps its port for a minute (TIME-WAIT, RFC 9293 3.6.1). */
const MOST_POLLS = 400;

function productProblem({ rate, clients, payload, poll }: Settings): Text | undefined {
  const deliveries = rate * clients;
  if (deliveries > MOST_DELIVERIES) {
    return {
      en: `${whole(rate)} updates a second for ${clients} clients are ${whole(deliveries)}; ${whole(MOST_DELIVERIES)} is the most`,
      ko: `초당 업데이트 ${whole(rate)}회를 클라이언트 ${clients}개에 보내면 ${whole(deliveries)}회입니다. 한도는 ${whole(MOST_DELIVERIES)}회입니다`,
    };
  }
  const bytes = deliveries * payload;
  if (bytes > MOST_BYTES) {
    return {
      en: `this is ${bytes / 1e6} MB a second; ${MOST_BYTES / 1e6} MB is the most`,
      ko: `초당 ${bytes / 1e6} MB입니다. 한도는 ${MOST_BYTES / 1e6} MB입니다`,
    };
  }
  const polls = Math.round((clients * 1000) / poll);
  if (polls > MOST_POLLS) {
    return {
      en: `${clients} clients that poll every ${poll} ms ask ${whole(polls)} times a second; ${MOST_POLLS} is the most`,
      ko: `클라이언트 ${clients}개가 ${poll} ms마다 폴링하면 초당 요청은 ${whole(polls)}번입니다. 한도는 ${MOST_POLLS}번입니다`,
    };
  }
  return undefined;
}
