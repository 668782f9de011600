/**
 * The command, for `npm run learn` and `minis learn`: which rung, what is wanted of it, and of which server. Exit codes: 0 the goals
 * are held, or what was asked for was told; 1 not yet; 2 wrong usage, or nothing could be asked.
 */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { watchStandardStreams } from 'conformance/standard-streams';
import { printableLines } from 'explain-mini';
import { isPage, showPage, writePages } from './beyond.ts';
import {
  addressSubject,
  check,
  checkOne,
  commandSubject,
  ownCopy,
  type Settings,
  type Subject,
} from './check.ts';
import { resetCopy } from './copies.ts';
import { CannotRun, tooMany, UsageError } from './errors.ts';
import { TRACKS } from './ladder.ts';
import { mend } from './mend.ts';
import { differenceText, hintText, listText, predictionText, rungText, whereText, whyPage } from './pages.ts';
import { changeProgress, onRung, readProgress } from './progress.ts';
import type { Language, Rung } from './rung.ts';
import { isLanguage, languageOf } from './text.ts';
import { watch } from './watch.ts';

const HELP: Readonly<Record<Language, (call: string) => string>> = {
  en: (call) => `learn: TCP, HTTP/1.1 and WebSocket, built rung by rung; each rung checked over its socket

  ${call}                              where you are
  ${call} TRACK N                      a rung: its question, what breaks below it, its goals (${trackNames().join(', ')})
  ${call} TRACK N check                your copy my/TRACK-N, made of our rung below when first asked
  ${call} TRACK N check -- COMMAND     any program: started with PORT set and {port} filled in, ended after
  ${call} TRACK N check ADDRESS        a server that runs already
  ${call} TRACK N watch [-- COMMAND]   check, and again at each save
  ${call} TRACK N hint | why | diff    three hints for each goal; what the idea bought; your copy beside our rung
  ${call} TRACK N mend                 a fault to find in our rung
  ${call} TRACK N reset                a new copy; the old one is kept
  ${call} TRACK last                   what the package adds to the last rung, probe by probe and file by file
  ${call} TRACK walk                   a byte followed through the package's source (http, ws)
  ${call} TRACK mend [N]               a fault to find in a whole server: one rule is broken, which? (hint, answer)
  ${call} list                         all rungs, your servers, and where others stand
  ${call} --scores [--write]           what our rungs hold; --write records it

  --json            what a check or --scores has found, for programs
  --only QUESTION   check asks this one alone, byte by byte, and keeps no progress: content-length/exact
  --lang en|ko      (from LC_ALL, LC_MESSAGES or LANG)
  --quiet MS        without a byte for so long a server counts as silent (150); a goal is asked again with four times that
  --jobs N          probes at once, for the score (64)
  --help

Exit codes: 0 the goals are held, 1 not yet, 2 wrong usage, or nothing could be asked. Progress is in .learn.json.
`,
  ko: (call) => `learn: TCP, HTTP/1.1, WebSocket을 한 단계씩 만들고 소켓으로 확인합니다

  ${call}                              지금 있는 곳
  ${call} TRACK N                      단계 하나: 질문, 아래 단계에서 잘못되는 것, 목표(${trackNames().join(', ')})
  ${call} TRACK N check                사본 my/TRACK-N에 묻기. 없으면 바로 아래 단계를 복사합니다
  ${call} TRACK N check -- 명령        아무 프로그램: PORT와 {port}에 포트를 주고 시작한 뒤 끝냅니다
  ${call} TRACK N check 주소           이미 실행 중인 서버
  ${call} TRACK N watch [-- 명령]      묻고, 저장할 때마다 다시 묻기
  ${call} TRACK N hint | why | diff    목표마다 힌트 셋, 이 단계로 얻은 것, 사본과 우리 파일의 차이
  ${call} TRACK N mend                 우리 파일에 넣은 고장 찾기
  ${call} TRACK N reset                새 사본. 쓰던 파일은 옆에 둡니다
  ${call} TRACK last                   마지막 단계에 패키지가 더하는 것, 프로브마다 파일마다
  ${call} TRACK walk                   패키지의 소스를 지나는 바이트 하나 따라가기(http, ws)
  ${call} TRACK mend [N]               온전한 서버에서 고장 찾기. 규칙 하나를 어깁니다. 무엇일까요?(hint, answer)
  ${call} list                         모든 단계, 내 서버, 다른 서버의 위치
  ${call} --scores [--write]           우리 단계가 지키는 것. --write는 기록합니다

  --json            check와 --scores의 결과를 프로그램이 읽도록
  --only 질문       check가 이것 하나만 묻고 바이트마다 보여 줍니다. 진행 기록은 남기지 않습니다: content-length/exact
  --lang en|ko      (LC_ALL, LC_MESSAGES, LANG에서)
  --quiet MS        이만큼 아무 바이트도 오지 않으면 보내지 않는 것으로 봅니다(150). 목표는 네 배로 다시 묻습니다
  --jobs N          점수를 위해 한꺼번에 묻는 프로브 수(64)
  --help

종료 코드: 0 목표를 지킴, 1 아직, 2 잘못 썼거나 물을 수 없음. 진행 기록은 .learn.json에 있습니다.
`,
};

const OPTIONS = {
  json: { type: 'boolean', default: false },
  lang: { type: 'string' },
  quiet: { type: 'string', default: '150' },
  jobs: { type: 'string', default: '64' },
  only: { type: 'string' },
  scores: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @param call how it is called: `npm run learn --`, `minis learn` */
export async function learn(args: readonly string[], call: string): Promise<void> {
  watchStandardStreams('learn');
  process.stdout.once('error', () => process.exit());
  try {
    if (!(await run(args, call))) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CannotRun)) throw error;
    const message =
      error instanceof UsageError ? `${error.text[languageAsked(args)]} (${call} --help)` : error.message;
    // A program's last lines are in it.
    process.stderr.write(`learn: ${printableLines(message)}\n`);
    process.exitCode = 2;
  }
}

/** Also of a command that cannot be read otherwise. */
function languageAsked(args: readonly string[]): Language {
  const [, asked = ''] = /(?:^|\n)--lang[=\n](.*)/.exec(beforeCommand(args).join('\n')) ?? [];
  return isLanguage(asked) ? asked : languageOf(process.env);
}

function beforeCommand(args: readonly string[]): string[] {
  return args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
}

/** @returns false for "not yet" */
async function run(args: readonly string[], call: string): Promise<boolean> {
  const own = beforeCommand(args);
  const command = args.slice(own.length + 1);
  const { values, positionals } = parsed(own);
  if (values.lang !== undefined && !isLanguage(values.lang))
    throw new UsageError({
      en: `--lang must be en or ko, not "${values.lang}"`,
      ko: `--lang에는 en이나 ko를 적습니다. "${values.lang}"라는 언어는 없습니다`,
    });
  const settings: Settings = {
    language: values.lang ?? languageOf(process.env),
    quiet: numberOf('--quiet', values.quiet, 1, 60_000),
    jobs: numberOf('--jobs', values.jobs, 1, 1000),
    json: values.json,
    call,
  };
  if (values.help) return say(HELP[settings.language](call));
  const [track, number, verb, address, ...rest] = positionals;
  if (isPage(number)) {
    if (verb !== undefined) throw tooMany(verb);
    return values.write ? writePages(number) : showPage(track!, number, settings);
  }
  if (number === 'mend') return (await import('./saboteur.ts')).find(track!, positionals.slice(2), settings);
  if (values.write && !values.scores)
    throw new UsageError({
      en: '--write goes with --scores, last and walk',
      ko: '--write는 --scores, last, walk와 함께 씁니다',
    });
  if (values.scores) return (await import('./scores.ts')).scores(settings, values.write);
  if (track === undefined) return say(whereText(settings));
  if (track === 'list' && number === undefined) return say(listText(settings));
  const rung = rungAt(track, number);
  if (rest.length > 0)
    throw new UsageError({
      en: `"${rest[0]}" is one word too many; a program of yours comes behind --`,
      ko: `"${rest[0]}"까지는 읽지 않습니다. 직접 만든 프로그램은 -- 뒤에 적습니다`,
    });
  if (address !== undefined && command.length > 0)
    throw new UsageError({
      en: 'an address, or a command behind --, not both',
      ko: '주소나 -- 뒤의 명령 가운데 하나만 적습니다',
    });
  if (verb !== 'check' && verb !== 'watch' && (address !== undefined || command.length > 0))
    throw new UsageError({
      en: 'only check and watch take a server of yours',
      ko: '직접 만든 서버는 check와 watch에만 적습니다',
    });
  if (values.json && verb !== 'check')
    throw new UsageError({
      en: '--json goes with check, or with --scores',
      ko: '--json은 check나 --scores와 함께 씁니다',
    });
  if (values.only !== undefined && (verb !== 'check' || values.json))
    throw new UsageError({
      en: '--only goes with check, and not with --json',
      ko: '--only는 check와 함께, --json 없이 씁니다',
    });
  const subject = subjectOf(rung, address, command);
  switch (verb) {
    case undefined:
      return showRung(rung, settings);
    case 'check':
      return values.only === undefined
        ? check(rung, subject, settings)
        : checkOne(rung, subject, values.only, settings);
    case 'watch':
      if (subject.url !== undefined)
        throw new UsageError({
          en: 'watch restarts a program, and cannot restart what runs elsewhere: check it',
          ko: 'watch는 프로그램을 다시 시작합니다. 따로 실행 중인 서버는 다시 시작할 수 없으니 check로 물어보십시오',
        });
      return watch(rung, subject, settings);
    case 'hint':
      return say(hintText(rung, settings));
    case 'why':
      return say(await whyPage(rung, settings));
    case 'diff':
      return say(differenceText(rung, settings));
    case 'mend':
      return mend(rung, settings);
    case 'reset': {
      const kept = resetCopy(rung);
      return say(`${subject.name}${kept === undefined ? '' : ` (${kept})`}\n`);
    }
    case 'list':
      return say(listText(settings));
    default:
      throw new UsageError({
        en: `"${verb}" is none of ${VERBS}; a server's address comes behind check`,
        ko: `"${verb}"라는 명령은 없습니다. ${VERBS} 가운데 하나를 적고, 서버의 주소는 check 뒤에 적습니다`,
      });
  }
}

const VERBS = 'check, watch, hint, why, diff, mend, reset, list';

/** On a terminal with its question asked first. */
async function showRung(rung: Rung, settings: Settings): Promise<boolean> {
  say(await rungText(rung, settings));
  const { predicted } = onRung(readProgress(), rung);
  if (!process.stdin.isTTY || !process.stdout.isTTY || predicted !== undefined) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = (await terminal.question(`\n${rung.predict.question[settings.language]} `)).trim();
  terminal.close();
  changeProgress(rung, (on) => void (on.predicted = answer));
  return say(await predictionText(rung, answer, settings));
}

function subjectOf(rung: Rung, address: string | undefined, command: readonly string[]): Subject {
  if (address !== undefined) return addressSubject(rung, address);
  return command.length > 0 ? commandSubject(command) : ownCopy(rung);
}

function rungAt(track: string, number = ''): Rung {
  const rungs = Object.entries(TRACKS).find(([name]) => name === track)?.[1].rungs;
  if (rungs === undefined)
    throw new UsageError({
      en: `"${track}" is no track: ${trackNames().join(', ')}`,
      ko: `"${track}"라는 트랙은 없습니다: ${trackNames().join(', ')}`,
    });
  const rung = rungs.find((one) => `${one.number}` === number);
  if (rung === undefined)
    throw new UsageError({
      en: `which rung of ${track}: 1 to ${rungs.length}?`,
      ko: `${track}의 몇 단계일까요? 1부터 ${rungs.length}까지 있습니다`,
    });
  return rung;
}

function trackNames(): string[] {
  return Object.keys(TRACKS);
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const en = (error as Error).message.replace(/\. To specify .*/s, ''); // the rest is noise
    const [option = ''] = /--?[\w-]+/.exec(en) ?? [];
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    throw new UsageError({
      en,
      ko: isUnknown ? `${option} 옵션은 없습니다` : `${option} 옵션의 값이 잘못되었습니다`,
    });
  }
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError({
    en: `${option} must be a whole number from ${least} to ${most}, not "${text}"`,
    ko: `${option}에는 ${least}부터 ${most}까지의 정수를 적습니다. "${text}"는 아닙니다`,
  });
}

function say(text: string): true {
  process.stdout.write(text);
  return true;
}
