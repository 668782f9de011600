/**
 * The last page of a track: what the package adds to the last rung, probe by probe and file by file. The probes come from a record of
 * both, which `--scores --write` makes by asking them; what is said of a file is what the reading path of its package says. So nothing is
 * written twice.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from 'conformance/replace-file';
import type { Settings } from './check.ts';
import { CannotRun } from './errors.ts';
import { fileOf, TRACKS } from './ladder.ts';
import { ASKED } from './probes.ts';
import { commandFor, startProgram } from './program.ts';
import type { Language, TrackName } from './rung.ts';
import { LAST } from './tracks/last.ts';

/** By level, most first. */
const LEVELS = ['must', 'should', 'strictness', 'may'] as const;
type Level = (typeof LEVELS)[number];
type Counts = Readonly<Record<Level, readonly [held: number, of: number]>>;

export interface Beyond {
  readonly last: Counts;
  readonly package: Counts;
  readonly client: Counts;
  /** Probes that the package holds, and the last rung does not, or cannot be asked. */
  readonly more: Readonly<Record<Level, readonly string[]>>;
}

const PACKAGES = join(import.meta.dirname, '../..');
const RECORD = join(PACKAGES, 'learn/beyond.json');

export function beyondOf(track: TrackName): Beyond | undefined {
  if (!existsSync(RECORD)) return undefined;
  return (JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, Beyond>)[track];
}

// ── The page ──

/** In Markdown. */
export function lastPage(track: TrackName, language: Language): string {
  const words = WORDS[language];
  const { package: name, homes, beyond } = LAST[track];
  const { rungs } = TRACKS[track];
  const ideas = ideasOf(name, language);
  const line = (place: string): string => {
    const [file = '', within] = place.split(' ');
    const link = `[${file}](../../${name}/src/${file})`;
    return within === undefined ? `- ${link}: ${ideas.get(file)}` : `- ${link} \`${within}\``;
  };
  const list = (title: string, files: readonly string[]): string =>
    `### ${title}\n\n${files.map(line).join('\n')}\n`;
  return [
    `# ${words.title(`${track} ${rungs.length}`, name)}`,
    words.intro(`${track} ${rungs.length}`, name, ideas.size),
    ...probesPart(track, language),
    `## ${words.files}\n\n${words.filesIntro}`,
    ...rungs.map(({ number, question }) => list(`${number}. ${question[language]}`, homes[number - 1]!)),
    `## ${words.beyond}`,
    ...beyond.map(({ idea, files }) => `**${idea[language]}**\n\n${files.map(line).join('\n')}\n`),
  ]
    .map((part) => part.trimEnd())
    .join('\n\n')
    .concat('\n');
}

/** What the reading path of a package says of each of its files. */
export function ideasOf(name: string, language: Language): Map<string, string> {
  const page = readFileSync(join(PACKAGES, name, language === 'en' ? 'README.md' : 'README.ko.md'), 'utf8');
  const rows = page.matchAll(
    /^\| \[[^\]\n]+\]\(src\/([^)\n]+)\) +\| *\d+ *\| (.*?) *(?:_[^_|]+: `[^|]+`\._ *)?\|$/gm,
  );
  return new Map([...rows].map(([, file = '', idea = '']) => [file, idea]));
}

function probesPart(track: TrackName, language: Language): string[] {
  const record = beyondOf(track);
  if (record === undefined) return [];
  const words = WORDS[language];
  const row = (who: string, counts: Counts): string =>
    `- ${who}: ${LEVELS.filter((level) => counts[level][1] > 0)
      .map((level) => `${words.levels[level]} ${counts[level].join('/')}`)
      .join(', ')}`;
  const { package: name } = LAST[track];
  const more = LEVELS.flatMap((level) => {
    const probes = record.more[level];
    return probes.length === 0 ? [] : [`- ${words.levels[level]}, ${probes.length}: ${byChapter(probes)}`];
  });
  return [
    `## ${words.probes}\n\n${words.probesIntro}`,
    [
      row(`${track} ${TRACKS[track].rungs.length}`, record.last),
      row(name, record.package),
      row(words.client(name), record.client),
    ].join('\n'),
    words.more,
    more.join('\n'),
  ];
}

/** `length` (0-in-16-bits, 1-in-16-bits); `inflate` (hello) */
function byChapter(probes: readonly string[]): string {
  const chapters = new Map<string, string[]>();
  for (const probe of probes) {
    const [chapter = '', name = ''] = probe.split('/');
    chapters.set(chapter, [...(chapters.get(chapter) ?? []), name]);
  }
  return [...chapters].map(([chapter, names]) => `\`${chapter}\` (${names.join(', ')})`).join('; ');
}

// ── The record ──

interface Told {
  readonly family: string;
  readonly name: string;
  readonly level: Level;
  readonly verdict: string;
}

/** Asks the last rung and the package, all that there is to ask, and keeps what was found. */
export async function recordBeyond(track: TrackName, settings: Settings): Promise<void> {
  const { rungs, family, scheme } = ASKED[track];
  const { package: name } = LAST[track];
  const program = await startProgram(commandFor(fileOf(rungs.at(-1)!)), settings);
  let last: Told[];
  try {
    last = conformance(`${scheme}//${program.host}:${program.port}/`, '--contract');
  } finally {
    await program.stop();
  }
  const all = conformance(name);
  const server = all.filter((one) => one.family === family);
  const isHeld = (one: Told): boolean => one.verdict === 'held';
  const heldByLast = new Set(last.filter(isHeld).map((one) => one.name));
  const more = server.filter((one) => isHeld(one) && !heldByLast.has(one.name));
  const found: Beyond = {
    last: countsOf(last),
    package: countsOf(server),
    client: countsOf(all.filter((one) => one.family !== family)),
    more: byLevel((level) => more.filter((one) => one.level === level).map((one) => one.name)),
  };
  const record = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {};
  replaceFile(RECORD, `${JSON.stringify({ ...record, [track]: found }, null, 2)}\n`);
}

function conformance(...args: string[]): Told[] {
  const folder = mkdtempSync(join(tmpdir(), 'learn-'));
  const file = join(folder, 'results.json');
  const loader = `file://${createRequire(import.meta.url).resolve('tsx')}`;
  const command = ['--import', loader, '--conditions=@minis/source', 'packages/conformance/src/cli.ts'];
  try {
    execFileSync(process.execPath, [...command, ...args, '--json', file], {
      cwd: join(PACKAGES, '..'),
      stdio: 'ignore',
    });
  } catch {
    // It ends with 1 if a MUST is broken, which the last rung may do.
  }
  try {
    if (!existsSync(file)) throw new CannotRun(`npm run conformance -- ${args.join(' ')}: no results`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { results: Told[] }).results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countsOf(told: readonly Told[]): Counts {
  return byLevel((level) => {
    const asked = told.filter((one) => one.level === level && one.verdict !== 'not asked');
    return [asked.filter((one) => one.verdict === 'held').length, asked.length];
  });
}

function byLevel<Value>(value: (level: Level) => Value): Record<Level, Value> {
  const [must, should, strictness, may] = LEVELS.map(value) as [Value, Value, Value, Value];
  return { must, should, strictness, may };
}

const WORDS = {
  en: {
    title: (rung: string, name: string) => `From ${rung} to ${name}`,
    intro: (rung: string, name: string, files: number) =>
      `${rung} is one file, and ${name} has ${files}. This is where the idea of each rung has gone, and what came with it.`,
    levels: { must: 'must', should: 'should', strictness: 'strictness', may: 'may' },
    probes: 'Probe by probe',
    probesIntro: 'Held of what could be asked:',
    client: (name: string) => `the client of ${name}, which has a family of probes of its own`,
    more: 'The package holds these, and the last rung does not, or cannot be asked:',
    files: 'File by file: where each idea went',
    filesIntro:
      'A file behind a question has the idea of that rung; a function, its part in a file that stands elsewhere.',
    beyond: 'What no rung has',
  },
  ko: {
    title: (rung: string, name: string) => `${rung}에서 ${name}로`,
    intro: (rung: string, name: string, files: number) =>
      `${rung} 단계는 파일 하나이고, ${name}에는 파일이 ${files}개 있습니다. 단계마다 배운 것이 어디로 갔는지, 무엇이 더해졌는지 보여 줍니다.`,
    levels: { must: 'MUST', should: 'SHOULD', strictness: '엄격함', may: 'MAY' },
    probes: '프로브마다',
    probesIntro: '물을 수 있었던 것 가운데 지킨 것:',
    client: (name: string) => `${name}의 클라이언트. 클라이언트에 묻는 프로브는 따로 있습니다`,
    more: '패키지는 지키고, 마지막 단계는 지키지 못하거나 물을 수 없는 것:',
    files: '파일마다: 배운 것이 간 곳',
    filesIntro:
      '질문 아래의 파일이 그 단계의 핵심을 담고 있습니다. 함수 이름이 있으면, 다른 곳에 적힌 파일에서 그 함수만 봅니다.',
    beyond: '어느 단계에도 없는 것',
  },
} satisfies Record<Language, unknown>;
