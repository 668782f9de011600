/** What is told without asking a learner's server anything: where one is, a rung, its hints, differences, the list. */
import { existsSync } from 'node:fs';
import { breaksText, type Settings, whyText } from './check.ts';
import { copyOf } from './copies.ts';
import { difference } from './difference.ts';
import { baseOf, fileOf, recordOf, TRACKS, type Track, trackOf } from './ladder.ts';
import { askedTrackOf } from './probes.ts';
import { changeProgress, hasPassed, onRung, type Progress, readProgress } from './progress.ts';
import type { Language, Rung } from './rung.ts';
import { codeOf, lessonOf, predictionOf } from './shown.ts';
import { indented, padEnd } from './text.ts';
import { reasonOf } from './tracks/reasons.ts';

/** Three tracks, the next rung of each, its question. */
export function whereText({ language, call }: Settings): string {
  const words = WORDS[language];
  const progress = readProgress();
  const lines = tracks().map(([name, { rungs }]) => {
    const isDone = (rung: Rung): boolean => hasPassed(onRung(progress, rung));
    const next = rungs.find((rung) => !isDone(rung));
    const count = `${rungs.filter(isDone).length}/${rungs.length}`;
    const what =
      next === undefined
        ? words.whole(`${call} ${name} last`)
        : `${name} ${next.number}  ${next.question[language]}`;
    return `  ${name.padEnd(5)} ${count.padEnd(6)} ${what}\n`;
  });
  return `${words.where}\n\n${lines.join('')}\n${words.how(call)}`;
}

/** The rung itself, before anything is written. */
export async function rungText(rung: Rung, settings: Settings): Promise<string> {
  const { language, call } = settings;
  const words = WORDS[language];
  const { track, number } = rung;
  const { contract, rungs } = trackOf(rung);
  const breaks = await breaksText(rung, settings);
  const goals = rung.goals.map(({ probe }) => {
    const asked = askedTrackOf(rung).probes.find(({ name }) => name === probe)!;
    const expected = `${words.expected} ${asked.expected.replaceAll('as usual', '200')}`;
    return `  ${probe}\n${indented(reasonOf(asked, language) ?? '', '    ')}${indented(expected, '    ')}`;
  });
  return [
    `${track} ${number}/${rungs.length}  ${rung.question[language]}\n\n`,
    indented(rung.idea[language], ''),
    contract === undefined ? '' : indented(contract[language], ''),
    breaks === '' ? '' : `\n${breaks}`,
    `\n${words.goals}\n${goals.join('')}`,
    `\n${words.predict}\n${indented(rung.predict.question[language])}`,
    `\n${call} ${track} ${number} check    ${words.check(copyOf(rung))}\n`,
  ].join('');
}

/** Both answers side by side, the learner's first. */
export async function predictionText(rung: Rung, predicted: string, settings: Settings): Promise<string> {
  const words = WORDS[settings.language];
  const answer = await predictionOf(rung, settings);
  const yours = predicted === '' ? '' : `${words.yours} ${predicted}   `;
  return `${rung.predict.question[settings.language]}\n  ${yours}${words.itIs} ${answer}\n`;
}

/** The next of three, for the goal at which the last check ended. */
export function hintText(rung: Rung, { language, call }: Settings): string {
  const words = WORDS[language];
  const on = onRung(readProgress(), rung);
  if (on.stoppedAt === undefined && hasPassed(on)) return `${words.noHint}\n`;
  const goal = rung.goals.find(({ probe }) => probe === on.stoppedAt) ?? rung.goals[0]!;
  const used = Math.min(3, (on.hints[goal.probe] ?? 0) + 1);
  changeProgress(rung, (now) => void (now.hints[goal.probe] = used));
  const text = used < 3 ? indented(goal.hints[used - 1]![language]) : `${lessonText(rung, language)}`;
  const more = used < 3 ? `${words.moreHints(`${call} ${rung.track} ${rung.number} hint`)}\n` : '';
  return `${goal.probe}  ${words.hint(used)}\n${text}${more}`;
}

/** What our rung adds to the one below. */
function lessonText(rung: Rung, language: Language): string {
  const base = baseOf(rung);
  if (base === undefined) return codeOf(fileOf(rung));
  return `${WORDS[language].lesson(base.number, rung.number)}\n${lessonOf(rung)}`;
}

/** From the learner's copy to our rung, if there is a copy; else from the rung below to ours. */
export function differenceText(rung: Rung, { language }: Settings): string {
  const words = WORDS[language];
  const copy = copyOf(rung);
  if (!existsSync(copy)) return lessonText(rung, language);
  const text = difference(codeOf(copy), codeOf(fileOf(rung)));
  return text === '' ? `${words.same(copy)}\n` : `${words.toOurs(copy, fileOf(rung))}\n${text}`;
}

export async function whyPage(rung: Rung, settings: Settings): Promise<string> {
  const { predicted = '' } = onRung(readProgress(), rung);
  const next = trackOf(rung).rungs[rung.number];
  return [
    `${rung.question[settings.language]}\n\n`,
    whyText(rung, settings.language),
    `\n${await predictionText(rung, predicted, settings)}`,
    next === undefined ? '' : `\n${await breaksText(next, settings)}`,
    `\n${WORDS[settings.language].extend}\n${indented(rung.extend[settings.language])}`,
  ].join('');
}

// ── The list ──

export function listText({ language }: Settings): string {
  const progress = readProgress();
  return tracks()
    .map(([name, { rungs }]) => {
      const record = recordOf(name);
      const rows = rungs.map((rung) => rowOf(rung, record?.rungs[rung.number - 1]?.must, progress, language));
      const best = Math.max(-1, ...rungs.flatMap((rung) => scoresOf(onRung(progress, rung))));
      const all = { ...record?.beside, ...(best < 0 ? {} : { [WORDS[language].yourBest]: best }) };
      const beside = Object.entries(all)
        .sort(([, a], [, b]) => a - b)
        .map(([who, must]) => `${who} ${must}`);
      const sum = record === undefined ? '' : `  MUST/${record.must}: ${beside.join(' · ')}\n`;
      return `${name}\n${rows.join('')}${sum}`;
    })
    .join('\n');
}

function rowOf(rung: Rung, must: number | undefined, progress: Progress, language: Language): string {
  const words = WORDS[language];
  const on = onRung(progress, rung);
  const servers = Object.entries(on.servers).map(
    ([server, best]) =>
      `${server}: ${best.goals}/${best.of}${best.must === undefined ? '' : `, ${best.must}`}`,
  );
  const state = hasPassed(on) ? words.held : servers.length > 0 ? words.notYet : words.notAsked;
  const hints = Object.values(on.hints).reduce((sum, count) => sum + count, 0);
  const details = [...servers, ...(hints > 0 ? [words.hints(hints)] : [])];
  const row = `  ${`${rung.number}`.padStart(2)}  ${padEnd(state, 9)} ${`${must ?? ''}`.padStart(3)}  ${rung.question[language]}\n`;
  return `${row}${details.map((text) => `${' '.repeat(20)}${text}\n`).join('')}`;
}

function scoresOf({ servers }: { servers: Record<string, { must?: number | undefined }> }): number[] {
  return Object.values(servers).flatMap(({ must }) => (must === undefined ? [] : [must]));
}

function tracks(): [Rung['track'], Track][] {
  return Object.entries(TRACKS) as [Rung['track'], Track][];
}

const WORDS = {
  en: {
    where: 'Build the protocols rung by rung: each a server of one idea, checked over its socket.',
    whole: (command: string) => `all of it; what comes after the last rung: ${command}`,
    how: (call: string) =>
      `${call} http 1          a rung: its question, what breaks below, its goals\n${call} http 1 check    your copy of it, or your own server: -- COMMAND, or its address\n${call} list            all rungs, and where others stand\n`,
    goals: 'Goals',
    expected: 'expected:',
    predict: 'Predict',
    check: (copy: string) => `asks ${copy}, and makes it first if there is none`,
    yours: 'you:',
    itIs: 'the rung:',
    hint: (used: number) => `hint ${used} of 3`,
    noHint: 'All goals are held: there is nothing to hint at.',
    moreHints: (command: string) => `${command} gives the next one`,
    lesson: (below: number, number: number) => `From our rung ${below} to our rung ${number}:`,
    toOurs: (copy: string, ours: string) => `From ${copy} (-) to ${ours} (+):`,
    same: (copy: string) => `${copy} is ours, letter for letter`,
    extend: 'To go further, in a copy:',
    held: 'held',
    notYet: 'not yet',
    notAsked: 'not asked',
    hints: (count: number) => `hints: ${count}`,
    yourBest: 'yours',
  },
  ko: {
    where: '프로토콜을 한 단계씩 만듭니다. 단계마다 핵심이 하나인 서버를 만들고, 소켓으로 확인합니다.',
    whole: (command: string) => `모두 마침. 마지막 단계 다음: ${command}`,
    how: (call: string) =>
      `${call} http 1          단계 하나: 질문, 아래 단계에서 잘못되는 것, 목표\n${call} http 1 check    사본이나 직접 만든 서버(-- 명령, 또는 주소)에 묻기\n${call} list            모든 단계, 그리고 다른 서버의 위치\n`,
    goals: '목표',
    expected: '기대:',
    predict: '예상하기',
    check: (copy: string) => `${copy} 파일에 묻습니다. 없으면 먼저 만듭니다`,
    yours: '예상:',
    itIs: '실행 결과:',
    hint: (used: number) => `힌트 3개 가운데 ${used}번째`,
    noHint: '목표를 모두 지켰습니다. 힌트가 필요 없습니다.',
    moreHints: (command: string) => `다음 힌트: ${command}`,
    lesson: (below: number, number: number) => `${below}단계에서 ${number}단계로 바뀐 줄:`,
    toOurs: (copy: string, ours: string) => `${copy}(-)와 ${ours}(+)의 차이:`,
    same: (copy: string) => `${copy} 파일은 우리 파일과 한 글자도 다르지 않습니다`,
    extend: '넓히기(사본에서):',
    held: '지킴',
    notYet: '아직',
    notAsked: '묻지 않음',
    hints: (count: number) => `힌트: ${count}`,
    yourBest: '내 서버',
  },
} satisfies Record<Language, unknown>;
