/**
 * A fault to find in what is whole: a conforming server with one rule broken, a saboteur of conformance, at a port. Which rule? It is
 * found by reading and asking, and proved by a probe that the saboteur breaks and the healthy server holds. Its number is all that
 * has to be kept, so whoever answers in another terminal or tomorrow meets the same one.
 */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProbes } from 'conformance/asking';
import type { Saboteur, ServerAddress } from 'conformance/sabotage';
import type { Asked } from './ask.ts';
import type { Settings } from './check.ts';
import { tooMany, UsageError } from './errors.ts';
import { isClone } from './ladder.ts';
import { ASKED, type AskedTrack } from './probes.ts';
import type { Language, TrackName } from './rung.ts';
import { formatGoal } from './story.ts';
import { indented } from './text.ts';
import { LAST } from './tracks/last.ts';

interface Fault {
  readonly track: TrackName;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly saboteur: Saboteur<ServerAddress>;
}

/** @returns false if an answer is not the rule */
export async function find(track: string, words: readonly string[], settings: Settings): Promise<boolean> {
  const [which, verb, argument, ...rest] = words;
  if (rest.length > 0) throw tooMany(rest[0]!);
  const fault = await faultAt(track, which);
  switch (verb) {
    case undefined:
      return serve(fault, settings);
    case 'hint':
      return hint(fault, argument ?? '1', settings);
    case 'answer':
      if (argument === undefined)
        throw new UsageError({
          en: 'answer with a probe or a requirement: answer host/missing',
          ko: '프로브나 요구 사항으로 답합니다: answer host/missing',
        });
      return answer(fault, argument, settings);
    default:
      throw new UsageError({
        en: `"${verb}" is none of hint, answer`,
        ko: `"${verb}"라는 명령은 없습니다: hint, answer`,
      });
  }
}

async function faultAt(track: string, which: string | undefined): Promise<Fault> {
  if (!Object.hasOwn(ASKED, track))
    throw new UsageError({
      en: `"${track}" is no track: ${Object.keys(ASKED).join(', ')}`,
      ko: `"${track}"라는 트랙은 없습니다: ${Object.keys(ASKED).join(', ')}`,
    });
  const { saboteursOf } = await import('conformance/sabotage');
  const all = saboteursOf[ASKED[track as TrackName].family];
  const number =
    which === undefined
      ? 1 + Math.floor(Math.random() * all.length)
      : /^\d+$/.test(which)
        ? Number(which)
        : 1 + all.findIndex(({ name }) => name === which);
  const saboteur = all[number - 1];
  if (saboteur === undefined)
    throw new UsageError({
      en: `which fault of ${track}: 1 to ${all.length}?`,
      ko: `${track}의 몇 번째 고장입니까? 1부터 ${all.length}까지 있습니다`,
    });
  return { track: track as TrackName, number, of: all.length, saboteur };
}

// ── Served ──

/** Until Ctrl-C, or the end of the input of a script. */
async function serve({ track, number, of, saboteur }: Fault, { language, call }: Settings): Promise<true> {
  const { peer, close } = await saboteur.start();
  const address = `${ASKED[track].scheme}//${peer.host}:${peer.port}${peer.path}`;
  const command = `${call} ${track} mend ${number}`;
  process.stdout.write(WORDS[language].served(LAST[track].package, number, of, address, command));
  process.stdin.resume();
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process.stdin, 'end')]);
  process.stdin.destroy();
  await close();
  return true;
}

// ── Hints ──

/** Where to look, what keeps the rule in the healthy source, and the rule. */
async function hint(
  { track, number, saboteur }: Fault,
  step: string,
  { language, call }: Settings,
): Promise<true> {
  const words = WORDS[language];
  const { breaks } = saboteur;
  if (!/^[123]$/.test(step))
    throw new UsageError({
      en: `hint 1, 2 or 3, not "${step}"`,
      ko: `hint 뒤에는 1, 2, 3 가운데 하나를 적습니다. "${step}"라는 힌트는 없습니다`,
    });
  const told = [
    () => words.chapters([...new Set(probesAbout(track, breaks).map(({ name }) => name.split('/')[0]!))]),
    () => words.keepers(isClone ? keepersOf(LAST[track].package, breaks) : undefined),
    async () => words.rule((await import('conformance/sabotage')).requirements.get(breaks)!.text, breaks),
  ];
  const more =
    step === '3' ? '' : `${words.more(`${call} ${track} mend ${number} hint ${Number(step) + 1}`)}\n`;
  process.stdout.write(`${words.hint(step)}\n${indented(await told[Number(step) - 1]!())}${more}`);
  return true;
}

function probesAbout(track: TrackName, requirement: string) {
  return ASKED[track].probes.filter(({ requirements }) => requirements.includes(requirement));
}

/** Lines of the package's source that name the requirement. */
function keepersOf(name: string, requirement: string): string[] {
  const src = join(import.meta.dirname, '../..', name, 'src');
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .flatMap((line, i) => (names(line, requirement) ? [`packages/${name}/src/${file}:${i + 1}`] : [])),
    );
}

function names(line: string, requirement: string): boolean {
  return line.split(/[^\w/.-]+/).some((word) => word.replace(/\.$/, '') === requirement);
}

// ── Answers ──

async function answer({ track, saboteur }: Fault, given: string, settings: Settings): Promise<boolean> {
  const { language } = settings;
  const words = WORDS[language];
  const named = ASKED[track].probes.filter(({ name }) => name === given);
  const probes = named.length > 0 ? named : probesAbout(track, given);
  if (probes.length === 0)
    throw new UsageError({
      en: `"${given}" is neither a probe nor a requirement that one asks of ${track}`,
      ko: `"${given}"라는 프로브도, ${track}의 프로브가 묻는 요구 사항도 없습니다`,
    });
  const { healthyOf } = await import('conformance/sabotage');
  const [sick, healthy] = await Promise.all([saboteur.start(), healthyOf(saboteur).start()]);
  let isFound = false;
  try {
    for (const probe of probes) {
      const onSick = await ask(sick.peer, track, probe, settings);
      if (onSick.finding.verdict !== 'broken') {
        process.stdout.write(`${words.same(probe.name)}\n`);
        continue;
      }
      if ((await ask(healthy.peer, track, probe, settings)).finding.verdict !== 'held') continue;
      process.stdout.write(`${words.apart(probe.name)}\n${formatGoal(onSick, track, language)}`);
      isFound ||= probe.requirements.includes(saboteur.breaks);
    }
  } finally {
    await Promise.all([sick.close(), healthy.close()]);
  }
  if (isFound) {
    const { requirements } = await import('conformance/sabotage');
    const text = requirements.get(saboteur.breaks)!.text;
    process.stdout.write(`\n${words.found(saboteur.name)}\n${indented(words.rule(text, saboteur.breaks))}`);
  } else process.stdout.write(`\n${words.notIt}\n`);
  return isFound;
}

/**
 * Unlike a rung, these servers also tell the fields that they have received, so nothing is declared of them: what they can be
 * asked is found out. They run here, so silence is silence, but on a busy machine it may last.
 */
export async function ask(
  peer: ServerAddress,
  track: TrackName,
  probe: AskedTrack['probes'][number],
  { quiet }: Pick<Settings, 'quiet'>,
): Promise<Asked> {
  const patience = 4 * quiet;
  const asked = { family: ASKED[track].family, implementation: 'fault', peer };
  const [result] = await runProbes(asked, [probe], { jobs: 1, timeout: TIMEOUT, quiet: patience });
  return { ...result!, quiet: patience, way: 'whole' };
}

/** Milliseconds for one probe. */
const TIMEOUT = 20_000;

const WORDS = {
  en: {
    served: (name: string, number: number, of: number, address: string, command: string) =>
      `Fault ${number} of ${of} is served at ${address}\nIt is a conforming server with one rule broken. Read ${name}, ask it (nc, npx minis get --explain, npx minis ws --explain), and say which rule.\n\n${command} hint              where to look; hint 2, hint 3\n${command} answer PROBE      a probe, or a requirement, that tells it from a healthy one\n\nCtrl-C ends it.\n`,
    hint: (step: string) => `hint ${step} of 3`,
    more: (command: string) => `${command} gives the next one`,
    chapters: (chapters: readonly string[]) =>
      `What is told apart by it belongs to: ${chapters.join(', ')}. npx minis probe --list names the probes.`,
    keepers: (lines: readonly string[] | undefined) =>
      lines === undefined
        ? 'This hint is about the source, so it is for a clone of the repository.'
        : lines.length === 0
          ? 'No line of the package has to keep this rule by itself: it follows from how the rest is built.'
          : `In the package that keeps every rule, this one is kept here: ${lines.join(', ')}.`,
    rule: (text: string, id: string) => `${text} (${id})`,
    same: (probe: string) => `held     ${probe}: that rule it keeps`,
    apart: (probe: string) => `broken   ${probe}: the healthy one holds it`,
    found: (name: string) => `Found: ${name}. The rule that it breaks:`,
    notIt: 'Not yet: this is not the rule that it breaks.',
  },
  ko: {
    served: (name: string, number: number, of: number, address: string, command: string) =>
      `고장 ${of}개 가운데 ${number}번이 ${address}에 있습니다\n규칙을 지키는 서버이지만 하나만 어깁니다. ${name}를 읽고, 직접 물어보고(nc, npx minis get --explain, npx minis ws --explain), 어느 규칙인지 답하십시오.\n\n${command} hint              어디를 볼지. hint 2, hint 3\n${command} answer 프로브     정상 서버와 다른 답이 나오는 프로브나 요구 사항\n\nCtrl-C로 끝냅니다.\n`,
    hint: (step: string) => `힌트 3개 가운데 ${step}번째`,
    more: (command: string) => `다음 힌트: ${command}`,
    chapters: (chapters: readonly string[]) =>
      `차이가 드러나는 프로브는 여기에 있습니다: ${chapters.join(', ')}. 이름은 npx minis probe --list로 볼 수 있습니다.`,
    keepers: (lines: readonly string[] | undefined) =>
      lines === undefined
        ? '이 힌트는 소스에 관한 것이어서 저장소를 내려받은 곳에서만 나옵니다.'
        : lines.length === 0
          ? '패키지에 이 규칙만 맡는 줄은 없습니다. 나머지를 만든 방식에서 저절로 지켜집니다.'
          : `모든 규칙을 지키는 패키지에서는 여기서 지킵니다: ${lines.join(', ')}.`,
    rule: (text: string, id: string) => `${text} (${id})`,
    same: (probe: string) => `지킴  ${probe}: 이 규칙은 지킵니다`,
    apart: (probe: string) => `어김  ${probe}: 정상 서버는 지킵니다`,
    found: (name: string) => `찾았습니다: ${name}. 어긴 규칙:`,
    notIt: '아직입니다. 이 서버가 어긴 규칙이 아닙니다.',
  },
} satisfies Record<Language, unknown>;
