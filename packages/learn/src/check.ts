/**
 * One check of one server: it is started, if it is not there already, asked, and ended; what was found is told and kept as progress.
 * The story of the first goal that is not held comes as soon as it is known, before the score.
 */
import type { Result } from 'conformance/asking';
import { type Asked, ask, askGoal, askToItsEnd, isPassed, type Outcome, type Peer } from './ask.ts';
import { copyOf, makeCopy } from './copies.ts';
import { CannotRun, UsageError } from './errors.ts';
import { baseOf, fileOf, recordOf, rungBelow, trackOf } from './ladder.ts';
import { askedTrackOf } from './probes.ts';
import { commandFor, printedText, startProgram, takesConnection } from './program.ts';
import { changeProgress, noteBest } from './progress.ts';
import type { Language, Rung } from './rung.ts';
import { tryOut } from './shown.ts';
import { formatExchange, formatGoal, formatInShort } from './story.ts';
import { indented } from './text.ts';

export interface Settings {
  readonly language: Language;
  /** Milliseconds without a byte after which a server counts as silent. */
  readonly quiet: number;
  readonly jobs: number;
  readonly json: boolean;
  /** How the command is called: `npm run learn --`. */
  readonly call: string;
}

/** Who is asked. */
export interface Subject {
  /** In the progress and on the screen. */
  readonly name: string;
  readonly command?: readonly string[];
  readonly url?: URL;
}

export function ownCopy(rung: Rung): Subject {
  return { name: copyOf(rung), command: commandFor(copyOf(rung)) };
}

export function commandSubject(command: readonly string[]): Subject {
  return { name: command.join(' '), command };
}

export function addressSubject(rung: Rung, text: string): Subject {
  const { scheme } = trackOf(rung);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== scheme || url.hostname === '')
    throw new UsageError({
      en: `${rung.track} wants an address like ${scheme}//127.0.0.1:8080, not "${text}"`,
      ko: `${rung.track}의 주소는 ${scheme}//127.0.0.1:8080처럼 적습니다. "${text}"는 아닙니다`,
    });
  return { name: url.href, url };
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** The goal that is not held: the last that is asked. */
  readonly onNotHeld?: (goal: Asked) => void;
}

/** @returns whether all goals are held */
export async function check(
  rung: Rung,
  subject: Subject,
  settings: Settings,
  { signal, onNotHeld }: CheckOptions = {},
): Promise<boolean> {
  const { language, json } = settings;
  const words = WORDS[language];
  const say = (text: string): void => void (json || process.stdout.write(text));
  const { track, number, question } = rung;
  say(`${track} ${number}/${trackOf(rung).rungs.length}  ${question[language]}  ${subject.name}\n`);
  if (subject.name === copyOf(rung)) beginCopy(rung, settings);
  progressLine(json, words.starting);
  return withServer(subject, settings, signal, async (peer, seen) => {
    let printedBefore = 0;
    const outcome = await ask(peer, rung, {
      ...settings,
      signal,
      onGoal(probe) {
        printedBefore = seen.printed().length;
        progressLine(json, words.asking(probe));
      },
      onGoalDone(goal) {
        const isHeld = goal.finding.verdict === 'held';
        progressLine(json, '');
        say(`${isHeld ? words.held : words.notYet}  ${goal.probe.name}\n`);
        if (isHeld) return;
        onNotHeld?.(goal);
        say(formatGoal(goal, track, language));
        say(withBreak(seen.end(), printedText(seen.printed().slice(printedBefore), language)));
      },
      onProgress: (done, of) => progressLine(json, words.all(done, of)),
      onOneAtATime: () => say(`${words.oneAtATime}\n`),
    });
    progressLine(json, '');
    if (signal?.aborted) return false;
    note(rung, subject, outcome);
    if (json) process.stdout.write(`${JSON.stringify(jsonOf(rung, subject, outcome), null, 2)}\n`);
    else {
      say(formatOutcome(rung, subject, outcome, settings));
      if (seen.end() !== undefined)
        say(`${words.died}${withBreak(seen.end(), printedText(seen.printed(), language))}`);
      else if (outcome.isStuck) say(words.stuck);
    }
    if (subject.command !== undefined && !json && (seen.end() !== undefined || outcome.isStuck))
      await tellItsEnd(rung, subject, outcome.unanswered, settings, signal);
    return isPassed(outcome);
  });
}

/** Which question it was that ended it, or made it answer no more: asked of it once more, begun anew. */
async function tellItsEnd(
  rung: Rung,
  subject: Subject,
  unanswered: readonly string[],
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { language, json, quiet } = settings;
  progressLine(json, WORDS[language].lookingForEnd);
  const last = await withServer(subject, settings, signal, (peer) =>
    askToItsEnd(peer, rung, unanswered, { quiet, signal }),
  );
  progressLine(json, '');
  if (last !== undefined)
    process.stdout.write(
      `${WORDS[language].endedBy(last.probe.name)}\n${formatGoal(last, rung.track, language)}`,
    );
}

/** One probe alone, by its name, told like a goal. It is not kept as progress. @returns whether it is held */
export async function checkOne(
  rung: Rung,
  subject: Subject,
  probe: string,
  settings: Settings,
): Promise<boolean> {
  const { language } = settings;
  const words = WORDS[language];
  if (!askedTrackOf(rung).probes.some(({ name }) => name === probe))
    throw new UsageError({
      en: `${rung.track} has no question "${probe}": --only takes the name of one, as a check tells it`,
      ko: `${rung.track}에 "${probe}"라는 질문은 없습니다. --only에는 check가 알려 준 이름을 적습니다`,
    });
  if (subject.name === copyOf(rung)) beginCopy(rung, settings);
  return withServer(subject, settings, undefined, async (peer, seen) => {
    const goal = await askGoal(peer, askedTrackOf(rung), probe, settings);
    const isHeld = goal.finding.verdict === 'held';
    process.stdout.write(`${isHeld ? words.held : words.notYet}  ${probe}\n`);
    process.stdout.write(formatGoal(goal, rung.track, language));
    process.stdout.write(withBreak(seen.end(), printedText(seen.printed(), language)));
    return isHeld;
  });
}

/** Told when it is made. */
export function beginCopy(rung: Rung, { language, json }: Settings): void {
  if (makeCopy(rung) && !json)
    process.stdout.write(`${WORDS[language].copied(copyOf(rung), baseOf(rung)?.number)}\n`);
}

function withBreak(...texts: (string | undefined)[]): string {
  return texts
    .filter((text) => text)
    .map((text) => `  ${text!.replace(/^\n {2}/, '')}\n`)
    .join('');
}

/** What can be seen of a program beside its bytes. */
interface Seen {
  printed(): string;
  end(): string | undefined;
}

async function withServer<T>(
  { name, command, url }: Subject,
  { language }: Settings,
  signal: AbortSignal | undefined,
  use: (peer: Peer, seen: Seen) => Promise<T>,
): Promise<T> {
  if (url !== undefined) {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || 80);
    if (!(await takesConnection(host, port))) throw new CannotRun(WORDS[language].nobody(url.href));
    const path = `${url.pathname || '/'}${url.search}`;
    return use({ host, port, path }, { printed: () => '', end: () => undefined });
  }
  const program = await startProgram(command!, { language, name, signal });
  try {
    return await use({ host: program.host, port: program.port, path: '/' }, program);
  } finally {
    await program.stop();
  }
}

function note(rung: Rung, { name }: Subject, { goals, must }: Outcome): void {
  changeProgress(rung, (on) => {
    const held = goals.filter(({ finding }) => finding.verdict === 'held').length;
    const date = new Date().toISOString().slice(0, 10);
    noteBest(on, name, { goals: held, of: rung.goals.length, must: must?.held, date });
    on.stoppedAt = goals.find(({ finding }) => finding.verdict !== 'held')?.probe.name;
  });
}

// ── What is told ──

function formatOutcome(rung: Rung, subject: Subject, outcome: Outcome, settings: Settings): string {
  const { language, call } = settings;
  const words = WORDS[language];
  const { goals, waiting, kept, must, should } = outcome;
  const held = goals.filter(({ finding }) => finding.verdict === 'held').length;
  const scores = recordOf(rung.track)?.rungs ?? [];
  const beside = [rung.number - 1, rung.number].flatMap((number) => {
    const score = scores[number - 1];
    return score === undefined ? [] : [words.rungHolds(number, score.must)];
  });
  const besideText = beside.length === 0 ? '' : ` (${beside.join(', ')})`;
  const command = `${call} ${rung.track} ${rung.number}`;
  return [
    waiting > 0 ? `${words.waiting(waiting)}\n` : '',
    `\n${words.goals(held, rung.goals.length)}`,
    kept === undefined || kept.of === 0 ? '' : `   ${words.kept(rung.number - 1, kept.held, kept.of)}`,
    must === undefined
      ? ''
      : `   MUST ${must.held}/${must.of}${besideText}   SHOULD ${should!.held}/${should!.of}`,
    '\n',
    kept === undefined || kept.lost.length === 0 ? '' : formatLost(rung, subject, kept.lost, settings),
    isPassed(outcome)
      ? `\n${whyText(rung, language)}${words.next(command, rung.track, rung.number + 1, rung.number < trackOf(rung).rungs.length, call)}`
      : words.ways(command),
  ].join('');
}

/** A name says little, so one of them is told, of those that were goals if there are any. */
function formatLost(
  rung: Rung,
  subject: Subject,
  lost: readonly Result[],
  { language, call }: Settings,
): string {
  const words = WORDS[language];
  const goals = trackOf(rung).rungs.flatMap((one) => one.goals.map(({ probe }) => probe));
  const told = lost.find(({ probe }) => goals.includes(probe.name)) ?? lost[0]!;
  const others = lost.filter((one) => one !== told).map(({ probe }) => probe.name);
  const address = subject.url === undefined ? '' : ` ${subject.name}`;
  const isCommand = subject.url === undefined && subject.name !== copyOf(rung);
  const command = isCommand ? ` -- ${subject.name}` : '';
  return [
    `  ${words.lost} ${told.probe.name}\n`,
    formatInShort(told, language),
    others.length === 0
      ? ''
      : indented(words.lostToo(others.slice(0, MOST_NAMES), others.length - MOST_NAMES)),
    `  ${call} ${rung.track} ${rung.number} check${address} --only ${others[0] ?? told.probe.name}${command}    ${words.only}\n`,
  ].join('');
}

/** Of those that are lost: more of them are a wall, and usually have one cause. */
const MOST_NAMES = 12;

/** What the idea bought, and where ours is. */
export function whyText(rung: Rung, language: Language): string {
  const lost = Object.entries(rung.losses).map(([probe, by]) => WORDS[language].lossWonBack(probe, by));
  return `${indented(rung.why[language], '')}${lost.map((line) => `${line}\n`).join('')}${WORDS[language].ours(fileOf(rung))}\n`;
}

/** What goes wrong on the rung below, tried out now. Empty for the first. */
export async function breaksText(rung: Rung, { language, quiet }: Settings): Promise<string> {
  const below = rungBelow(rung);
  if (below === undefined || rung.breaks === undefined) return '';
  const seen = await tryOut(below, rung.breaks, { language, quiet });
  return `${WORDS[language].breaks(below.number)}\n${indented(rung.breaks.text[language])}\n${formatExchange(seen, rung.track, language)}`;
}

function jsonOf(rung: Rung, { name }: Subject, outcome: Outcome) {
  const told = ({ probe, finding, way }: Asked) => ({
    probe: probe.name,
    state: finding.verdict === 'held' ? 'held' : 'not yet',
    requirements: probe.requirements,
    way,
    expected: probe.expected,
    observed: finding.observed,
    transcript: finding.transcript.map(({ bytes, ...passage }) => ({
      ...passage,
      hex: Buffer.from(bytes).toString('hex'),
    })),
  });
  const waiting = rung.goals.slice(outcome.goals.length).map(({ probe }) => ({ probe, state: 'not asked' }));
  return {
    track: rung.track,
    rung: rung.number,
    server: name,
    passed: isPassed(outcome),
    goals: [...outcome.goals.map(told), ...waiting],
    kept: outcome.kept && { ...outcome.kept, lost: outcome.kept.lost.map(({ probe }) => probe.name) },
    stuck: outcome.isStuck,
    must: outcome.must,
    should: outcome.should,
  };
}

/** One line on a terminal, drawn over; nothing where the output is kept. */
export function progressLine(isOff: boolean, text: string): void {
  if (process.stderr.isTTY && !isOff) process.stderr.write(`\r\x1b[K${text}`);
}

const WORDS = {
  en: {
    starting: 'starting it...',
    copied: (path: string, base: number | undefined) =>
      base === undefined
        ? `${path} is new: a listener that says nothing`
        : `${path} is new: a copy of our rung ${base}`,
    asking: (probe: string) => `asking ${probe}...`,
    all: (done: number, of: number) => `asking everything, for the score: ${done} of ${of}`,
    held: 'held   ',
    notYet: 'not yet',
    oneAtATime: 'A client that only connects keeps the others waiting, so everything is asked one by one.',
    waiting: (count: number) =>
      count === 1 ? '1 more goal waits behind this one.' : `${count} more goals wait behind this one.`,
    goals: (held: number, of: number) => `goals ${held} of ${of}`,
    kept: (number: number, held: number, of: number) => `kept of rung ${number}: ${held} of ${of}`,
    lost: 'lost:',
    lostToo: (names: readonly string[], more: number) =>
      `and ${names.join(', ')}${more > 0 ? `, ${more} more (--json has them all)` : ''}`,
    only: 'asks one alone, byte by byte',
    rungHolds: (number: number, must: number) => `rung ${number}: ${must}`,
    lossWonBack: (probe: string, by: number) => `Lost by it: ${probe}. Rung ${by} wins it back.`,
    ours: (path: string) => `Ours: ${path}`,
    breaks: (number: number) => `What breaks on rung ${number}, tried out now:`,
    died: 'Your server ended while it was asked, so the score says little.\n',
    stuck:
      'Your server runs, and answers nothing more, so the score says little. Is it in a loop that never ends?\n',
    lookingForEnd: 'looking for the question after which it answers no more...',
    endedBy: (probe: string) => `After ${probe} it answers nothing more:`,
    nobody: (address: string) =>
      `${address} takes no connection: is the server running, and is it this port?`,
    ways: (command: string) => `\n${command} hint, or: why, diff, watch\n`,
    next: (command: string, track: string, number: number, isNext: boolean, call: string) =>
      `\n${command} mend    a fault to find in our rung\n${isNext ? `${call} ${track} ${number}    the next rung\n` : `${call} ${track} last    what the package adds to it, and: ${track} walk, ${track} mend\n`}`,
  },
  ko: {
    starting: '시작하는 중...',
    copied: (path: string, base: number | undefined) =>
      base === undefined
        ? `${path} 파일을 만들었습니다. 연결만 받고 아무것도 보내지 않는 서버입니다`
        : `${path} 파일을 만들었습니다. 우리 ${base}단계의 사본입니다`,
    asking: (probe: string) => `${probe} 묻는 중...`,
    all: (done: number, of: number) => `점수를 위해 모두 묻는 중: ${of}개 가운데 ${done}개`,
    held: '지킴',
    notYet: '아직',
    oneAtATime:
      '연결만 하고 아무것도 보내지 않는 클라이언트가 있으면 다른 클라이언트가 기다리게 됩니다. 그래서 하나씩 묻습니다.',
    waiting: (count: number) => `이 뒤로 목표 ${count}개가 더 있습니다.`,
    goals: (held: number, of: number) => `목표 ${of}개 가운데 ${held}개`,
    kept: (number: number, held: number, of: number) => `${number}단계에서 지킨 것 ${of}개 가운데 ${held}개`,
    lost: '잃은 것:',
    lostToo: (names: readonly string[], more: number) =>
      `그리고 ${names.join(', ')}${more > 0 ? ` 외 ${more}개(--json에 모두 있습니다)` : ''}`,
    only: '하나만 묻고 바이트마다 보여 줍니다',
    rungHolds: (number: number, must: number) => `${number}단계: ${must}`,
    lossWonBack: (probe: string, by: number) => `이 단계에서 잃은 것: ${probe}. ${by}단계에서 되찾습니다.`,
    ours: (path: string) => `우리 파일: ${path}`,
    breaks: (number: number) => `${number}단계에서는 이렇게 됩니다. 지금 실행한 결과입니다.`,
    died: '묻는 동안 서버가 끝났습니다. 이 점수에는 큰 의미가 없습니다.\n',
    stuck:
      '서버가 실행 중이지만 더는 답하지 않습니다. 이 점수에는 큰 의미가 없습니다. 끝나지 않는 반복에 빠졌을까요?\n',
    lookingForEnd: '어느 질문 뒤로 답하지 않는지 찾는 중...',
    endedBy: (probe: string) => `${probe} 뒤로는 아무것에도 답하지 않습니다.`,
    nobody: (address: string) =>
      `${address}: 연결을 받지 않습니다. 서버가 실행 중인지, 이 포트가 맞는지 보십시오.`,
    ways: (command: string) => `\n${command} hint, 또는 why, diff, watch\n`,
    next: (command: string, track: string, number: number, isNext: boolean, call: string) =>
      `\n${command} mend    우리 파일에 넣은 고장 찾기\n${isNext ? `${call} ${track} ${number}    다음 단계\n` : `${call} ${track} last    패키지가 더하는 것. 그다음은 ${track} walk, ${track} mend\n`}`,
  },
} satisfies Record<Language, unknown>;
