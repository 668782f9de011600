/**
 * The command, for `npm start` and `minis lab`: starts the servers, says where the pages are and what else can be tried, and
 * serves until Ctrl-C; or with `--compare` measures, prints the table, and ends. Results go to standard output, progress
 * to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { parseArgs } from 'node:util';
import { printable } from 'explain-mini';
import { padEnd } from './columns.ts';
import { LabError } from './errors.ts';
import { examples } from './examples.ts';
import { Lab, type LabOptions } from './lab.ts';
import { loadAssets } from './page/assets.ts';
import { isLanguage, type Language, languageOf, type Text } from './text.ts';
import type { Comparison } from './ways/compare.ts';
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
    --compare              measure the ways to deliver an update, print the table, and end
    --updates N            how many updates are delivered (100)
    --interval MS          one every so many milliseconds (50)
    --poll-interval MS     who polls asks again about so long after an answer
                           (as --interval)
    --help

Then open the page in a browser. Ctrl-C closes; a second one cuts what is left.
`,
  ko: `lab: HTTP와 WebSocket, 소켓을 실제 소켓 위에서 실험하고 브라우저에서 봅니다

  minis lab [옵션]
    --host HOST            연결을 기다릴 주소(127.0.0.1)
    --allow-host NAME      이 호스트로 온 요청에도 답합니다(minis serve --help 참고); 여러 번 쓸 수 있음
    --port PORT            페이지, HTTP와 WebSocket(8080); 0이면 빈 포트, 아래도 같음
    --echo-port PORT       TCP 에코(7007)
    --ticker-port PORT     TCP로 보내는 시세(7008)
    --lang en|ko           터미널과 안내하는 페이지의 언어(LC_ALL, LC_MESSAGES, LANG에서)
    --compare              업데이트를 전달하는 방법을 측정하고, 표를 출력하고, 끝냅니다
    --updates N            전달할 업데이트의 수(100)
    --interval MS          업데이트 사이의 밀리초(50)
    --poll-interval MS     폴링할 때 응답에서 다음 요청까지의 밀리초, 평균(--interval과 같음)
    --help

페이지는 브라우저에서 엽니다. Ctrl-C를 누르면 닫고, 한 번 더 누르면 남은 연결을 끊습니다.
`,
};

const optionTypes = {
  host: { type: 'string', default: '127.0.0.1' },
  'allow-host': { type: 'string', multiple: true },
  port: { type: 'string', default: '8080' },
  'echo-port': { type: 'string', default: '7007' },
  'ticker-port': { type: 'string', default: '7008' },
  updates: { type: 'string', default: '100' },
  interval: { type: 'string', default: '50' },
  'poll-interval': { type: 'string' },
  lang: { type: 'string' },
  compare: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function start(args: string[]): Promise<void> {
  const { values, language } = parse(args);
  if (values.help) return void process.stdout.write(HELP[language]);
  const options = optionsOf(values);
  if (!values.compare) await loadAssets(); // so that what cannot be built is seen here, and the first page comes at once
  const lab = await Lab.start(options);
  closeOnSignals(lab, language);
  if (values.compare) {
    process.stderr.write(`${WORDS.measuring[language]}\n`);
    try {
      process.stdout.write(printTable(await lab.ways.compare(showProgress), language));
    } finally {
      await lab.close();
    }
  } else {
    process.stdout.write(`${WORDS.page[language](`${lab.origin}/${language}/`)}\n\n`);
    for (const { name, example } of examples(lab, language)) {
      process.stdout.write(`  ${padEnd(name, 12)}${example}\n`);
    }
    process.stdout.write(`\n${WORDS.end[language]}\n`);
  }
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

function valuesOf(args: string[]) {
  try {
    return parseArgs({ args, options: optionTypes }).values;
  } catch (error) {
    throw new LabError('usage', (error as Error).message.split('\n')[0]!);
  }
}

function optionsOf(values: ReturnType<typeof valuesOf>): LabOptions {
  const interval = numberOf('--interval', values.interval, 1, 60_000);
  const poll = values['poll-interval'];
  return {
    host: values.host,
    allowHosts: values['allow-host'],
    port: numberOf('--port', values.port, 0, 65_535),
    echoPort: numberOf('--echo-port', values['echo-port'], 0, 65_535),
    tickerPort: numberOf('--ticker-port', values['ticker-port'], 0, 65_535),
    updates: numberOf('--updates', values.updates, 1, 100_000),
    interval,
    pollInterval: poll === undefined ? interval : numberOf('--poll-interval', poll, 1, 60_000),
  };
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

/** One line that is overwritten; only on a terminal. */
function showProgress({ state, made, updates }: Comparison): void {
  if (!process.stderr.isTTY) return;
  const done = Math.round((30 * made) / updates);
  const bar = `${'#'.repeat(done)}${'.'.repeat(30 - done)}`;
  process.stderr.write(state === 'done' ? '\r\x1b[K' : `\r${bar} ${made}/${updates}`);
}

export async function lab(args: string[]): Promise<void> {
  try {
    await start(args);
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
