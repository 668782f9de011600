/**
 * The command, for `npm start` and `minis lab`: starts the servers, says where the pages are and what else can be tried, and
 * serves until Ctrl-C; or with `--compare` measures, prints the table, and ends. Results go to standard output, progress
 * to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { watchStandardStreams } from 'conformance/standard-streams';
import { printable } from 'explain-mini';
import { isLanguage, languageOf, padEnd, wrapped } from 'learn/text';
import { LabError } from './errors.ts';
import { examples } from './examples.ts';
import { Lab, type LabOptions } from './lab.ts';
import { loadAssets } from './page/assets.ts';
import type { Language, Text } from './text.ts';
import { type Comparison, compare } from './ways/compare.ts';
import { csvOf } from './ways/csv.ts';
import { WAYS } from './ways/names.ts';
import { sentencesOf } from './ways/sentences.ts';
import { problemOf, settingKeys, settingsOf } from './ways/settings.ts';
import { printTable } from './ways/table.ts';

const HELP: Text = {
  en: `lab: HTTP, WebSocket and plain sockets, tried out over real sockets, in a browser

  minis lab [options]
    --host HOST            listen here (127.0.0.1)
    --allow-host NAME      answer for this host too (see minis serve --help); repeatable
    --port PORT            pages, HTTP and WebSocket (8080); 0 for any free one, as below
    --echo-port PORT       TCP echo (7007)
    --ticker-port PORT     the ticker over raw TCP (7008)
    --lang en|ko           the language here and of the page that is named (from LC_ALL,
                           LC_MESSAGES or LANG)
    --compare              measure the seven ways to deliver an update, print the table,
                           and end
    --help

  with --compare
    --rate N               updates a second (20)
    --clients N            how many get them (1)
    --payload N            bytes of an update (80)
    --delay MS             what the link adds, each way (0)
    --loss PERCENT         what the link loses, each way (0)
    --poll MS              who polls asks again about so long after an answer (50)
    --seconds S            for each way (2)
    --seed N               the same seed loses the same (1)
    --csv FILE             write the figures as CSV too; - for standard output, instead
                           of the table

Then open the page in a browser. Ctrl-C closes; a second one cuts what is left.
`,
  ko: `lab: HTTP와 WebSocket, 소켓을 실제 소켓 위에서 실험하고 브라우저에서 봅니다

  minis lab [옵션]
    --host HOST            연결을 기다릴 주소(127.0.0.1)
    --allow-host NAME      이 호스트로 온 요청에도 답합니다(minis serve --help 참고); 여러 번 쓸 수 있음
    --port PORT            페이지, HTTP와 WebSocket(8080); 0이면 빈 포트, 아래도 같음
    --echo-port PORT       TCP 에코(7007)
    --ticker-port PORT     TCP로 보내는 시세(7008)
    --lang en|ko           터미널과 거기서 알려 주는 페이지의 언어(기본은 LC_ALL, LC_MESSAGES, LANG에서)
    --compare              업데이트를 전달하는 일곱 가지 방법을 측정해 표를 출력하고 끝냅니다
    --help

  --compare와 함께
    --rate N               초당 업데이트 수(20)
    --clients N            클라이언트 수(1)
    --payload N            업데이트의 바이트 수(80)
    --delay MS             회선이 더하는 지연, 편도(0)
    --loss PERCENT         회선이 잃는 비율, 방향마다(0)
    --poll MS              폴링할 때 응답에서 다음 요청까지의 시간, 평균(50)
    --seconds S            방법마다 측정하는 시간(2)
    --seed N               시드가 같으면 같은 것을 잃습니다(1)
    --csv FILE             숫자를 CSV로도 저장합니다; -이면 표 대신 표준 출력으로

페이지는 브라우저에서 엽니다. Ctrl-C를 누르면 닫고, 한 번 더 누르면 남은 연결을 끊습니다.
`,
};

const optionTypes = {
  host: { type: 'string', default: '127.0.0.1' },
  'allow-host': { type: 'string', multiple: true },
  port: { type: 'string', default: '8080' },
  'echo-port': { type: 'string', default: '7007' },
  'ticker-port': { type: 'string', default: '7008' },
  rate: { type: 'string' },
  clients: { type: 'string' },
  payload: { type: 'string' },
  delay: { type: 'string' },
  loss: { type: 'string' },
  poll: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  csv: { type: 'string' },
  lang: { type: 'string' },
  compare: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function start(args: string[], call: string): Promise<void> {
  const { values, language } = parse(args);
  if (values.help) return void process.stdout.write(HELP[language]);
  const useless = [...settingKeys, 'csv' as const].find((key) => values[key] !== undefined);
  if (!values.compare && useless)
    throw new LabError('usage', {
      en: `--${useless} goes with --compare`,
      ko: `--${useless}: --compare와 함께 써야 합니다`,
    });
  return values.compare ? runOnce(values, language) : serve({ ...optionsOf(values), call }, language);
}

async function serve(options: LabOptions, language: Language): Promise<void> {
  await loadAssets(); // so that what cannot be built is seen here, and the first page comes at once
  const lab = await Lab.start(options);
  closeOnSignals(lab, language);
  process.stdout.write(`${WORDS.page[language](`${lab.origin}/${language}/`)}\n\n`);
  for (const { name, example } of examples(lab, language)) {
    process.stdout.write(`  ${padEnd(name, 12)}${example}\n`);
  }
  process.stdout.write(`\n${WORDS.end[language]}\n`);
}

/** @throws LabError `usage`, `stopped` */
async function runOnce(values: Values, language: Language): Promise<void> {
  const settings = settingsOf(values);
  const problem = problemOf(settings, (key) => ({ en: `--${key}`, ko: `--${key}` }));
  if (problem) throw new LabError('usage', problem);
  const file = values.csv === '-' ? undefined : values.csv;
  if (file !== undefined) await expectFolderOf(file); // not only when all is measured
  const stop = new AbortController();
  const onSignal = () => stop.abort(new LabError('stopped', WORDS.stopped));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stderr.write(`${WORDS.measuring[language]}\n`);
  try {
    const onProgress = process.stderr.isTTY ? showProgress(language) : undefined;
    const comparison = await compare(settings, { signal: stop.signal, onProgress });
    if (values.csv === '-') process.stdout.write(csvOf(comparison));
    else {
      const sentences = sentencesOf(comparison).flatMap((text) => [...wrapped(text[language], 80), '']);
      process.stdout.write(`${printTable(comparison, language)}\n${sentences.join('\n')}`);
    }
    if (file !== undefined) await writeFile(file, csvOf(comparison));
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** @throws LabError `usage` */
async function expectFolderOf(file: string): Promise<void> {
  const folder = dirname(file);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    const text = {
      en: `--csv ${file}: there is no folder ${folder}, or nothing can be written there`,
      ko: `--csv ${file}: ${folder} 폴더가 없거나 쓸 수 없습니다`,
    };
    throw new LabError('usage', text, error);
  });
}

const WORDS = {
  page: {
    en: (address: string) => `The lab is at ${address}; open it in a browser. From another terminal:`,
    ko: (address: string) => `lab은 ${address}에 있습니다. 브라우저에서 여십시오. 다른 터미널에서는:`,
  },
  end: { en: 'Ctrl-C ends it.', ko: 'Ctrl-C로 끝냅니다.' },
  closing: {
    en: 'closing; once more to cut what is left',
    ko: '닫는 중입니다. 한 번 더 누르면 남은 연결을 끊습니다',
  },
  help: { en: '; see --help', ko: '. --help를 보십시오' },
  measuring: { en: 'measuring', ko: '측정하는 중입니다' },
  stopped: { en: 'stopped before the end', ko: '끝나기 전에 중지했습니다' },
};

/** @throws LabError `usage` */
function parse(args: string[]) {
  const values = valuesOf(args);
  const { lang } = values;
  if (lang !== undefined && !isLanguage(lang))
    throw new LabError('usage', {
      en: `--lang must be en or ko, not "${lang}"`,
      ko: `--lang에는 en이나 ko를 씁니다. "${lang}" 값은 쓸 수 없습니다`,
    });
  return { values, language: languageAmong(args) };
}

type Values = ReturnType<typeof valuesOf>;

function valuesOf(args: string[]) {
  try {
    return parseArgs({ args, options: optionTypes }).values;
  } catch (error) {
    throw new LabError('usage', (error as Error).message.split('\n')[0]!);
  }
}

function optionsOf(values: Values): LabOptions {
  return {
    host: hostOf(values.host),
    allowHosts: values['allow-host'],
    port: numberOf('--port', values.port, 0, 65_535),
    echoPort: numberOf('--echo-port', values['echo-port'], 0, 65_535),
    tickerPort: numberOf('--ticker-port', values['ticker-port'], 0, 65_535),
  };
}

/** `node:net` would take an empty name for every address of the machine. */
function hostOf(text: string): string {
  if (text !== '') return text;
  throw new LabError('usage', {
    en: '--host must not be empty (127.0.0.1 is this machine, :: everybody)',
    ko: '--host에는 빈 값을 쓸 수 없습니다(127.0.0.1은 이 컴퓨터만, ::은 모두)',
  });
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new LabError('usage', {
    en: `${option} must be a whole number from ${least} to ${most}, not "${text}"`,
    ko: `${option}에는 ${least}부터 ${most}까지의 정수를 씁니다. "${text}" 값은 쓸 수 없습니다`,
  });
}

function closeOnSignals(lab: Lab, language: Language): void {
  let isClosing = false;
  const stop = () => {
    if (!isClosing) process.stderr.write(`\n${WORDS.closing[language]}\n`);
    void (isClosing ? lab.destroy() : lab.close()).then(() =>
      process.off('SIGINT', stop).off('SIGTERM', stop),
    );
    isClosing = true;
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

/** One line that is overwritten; only for a terminal. */
function showProgress(language: Language): (comparison: Comparison) => void {
  return ({ state, current, progress }) => {
    const done = Math.round(30 * progress);
    const bar = `${'#'.repeat(done)}${'.'.repeat(30 - done)}`;
    const name = current ? WAYS[current].name[language] : '';
    process.stderr.write(state === 'measuring' ? `\r\x1b[K${bar} ${name}` : '\r\x1b[K');
  };
}

/** @param call how it is called, with options behind it: `npm start --`, `minis lab` */
export async function lab(args: string[], call: string): Promise<void> {
  watchStandardStreams('lab');
  try {
    await start(args, call);
  } catch (error) {
    const language = languageAmong(args);
    const said = error instanceof LabError ? error.text[language] : (error as Error).message;
    const isUsage = error instanceof LabError && error.code === 'usage';
    process.stderr.write(`lab: ${printable(said)}${isUsage ? WORDS.help[language] : ''}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

/** Also among arguments that are wrong otherwise. */
function languageAmong(args: readonly string[]): Language {
  const asked = /(?:^| )--lang[= ](en|ko)(?: |$)/.exec(args.join(' '))?.[1];
  return isLanguage(asked) ? asked : languageOf(process.env);
}
