/**
 * `--scores`: runs our own rungs and asks each everything, so that what an idea is worth is a number. It fails unless each rung
 * keeps its word: the score rises (but for the last of http), goals are won by it, and no more is lost than it says. `--write` keeps
 * the record, and what the README shows of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Result } from 'conformance/asking';
import { replaceFile } from 'conformance/replace-file';
import { askAll, askGoal, type Count, countOf } from './ask.ts';
import { progressLine, type Settings } from './check.ts';
import { UsageError } from './errors.ts';
import { fileOf, heldBy, isClone, RECORD_FILE, recordOf, TRACKS, type TrackRecord } from './ladder.ts';
import { recordBeyond } from './last.ts';
import { ASKED, type AskedTrack } from './probes.ts';
import { commandFor, startProgram } from './program.ts';
import type { Rung, TrackName } from './rung.ts';
import { staircase } from './staircase.ts';

type Records = Partial<Record<TrackName, TrackRecord>>;

/** @returns whether every rung keeps its word */
export async function scores(settings: Settings, writes: boolean): Promise<boolean> {
  if (writes && !isClone)
    throw new UsageError({
      en: '--write is for a clone of the repository',
      ko: '--write는 저장소를 복제한 곳에서만 씁니다',
    });
  const records: Records = {};
  const problems: string[] = [];
  const say = (text: string): void => void (settings.json || process.stdout.write(text));
  for (const [name, track] of Object.entries(ASKED) as [TrackName, AskedTrack][]) {
    const found: Found[] = [];
    for (const rung of track.rungs) {
      const one = await scoreOf(rung, track, settings, writes ? undefined : found.at(-1));
      problems.push(...problemsOf(rung, one, found.at(-1)));
      found.push(one);
      const goals = rung.goals.filter(({ probe }) => one.held.has(probe)).length;
      const must = one.must === undefined ? '' : `   MUST ${one.must.held}/${one.must.of}`;
      say(`${`${name} ${rung.number}`.padEnd(8)}${must}   goals ${goals}/${rung.goals.length}\n`);
    }
    if (!track.isScored) continue;
    const beside = writes
      ? await besideOf(name, track, found.at(-1)!.asked, settings)
      : (recordOf(name)?.beside ?? {});
    for (const [who, must] of Object.entries(beside)) say(`  ${who}: ${must}\n`);
    records[name] = recordFrom(found, beside);
    if (writes) await recordBeyond(name, settings);
  }
  if (settings.json) process.stdout.write(`${JSON.stringify({ records, problems }, null, 2)}\n`);
  for (const problem of problems) say(`${problem}\n`);
  if (writes) write(records);
  return problems.length === 0;
}

// ── One rung ──

interface Found {
  /** Every probe that it holds, of those that were asked and are more than a MAY. */
  readonly held: ReadonlySet<string>;
  /** Of which it could be asked; compression is not among that. */
  readonly asked: ReadonlySet<string>;
  readonly must: Count | undefined;
  readonly should: Count | undefined;
}

/** @param below what has been found of the rung below; without it, nothing is taken for broken that was asked once only */
async function scoreOf(
  rung: Rung,
  track: AskedTrack,
  settings: Settings,
  below: Found | undefined,
): Promise<Found> {
  const program = await startProgram(commandFor(fileOf(rung)), settings);
  const peer = { host: program.host, port: program.port, path: '/' };
  try {
    if (!track.isScored) {
      const next = track.rungs[rung.number]?.goals ?? []; // which that one has to win
      const held = new Set<string>();
      for (const { probe } of [...rung.goals, ...next]) {
        const { finding } = await askGoal(peer, track, probe, settings);
        if (finding.verdict === 'held') held.add(probe);
      }
      return { held, asked: held, must: undefined, should: undefined };
    }
    const expected =
      below === undefined
        ? new Set(track.probes.map(({ name }) => name))
        : new Set([...heldBy(rung), ...below.held, ...rung.goals.map(({ probe }) => probe)]);
    const results = await askAll(peer, track, expected, {
      ...settings,
      onProgress: (done, of) => progressLine(settings.json, `${rung.track} ${rung.number}: ${done} of ${of}`),
    });
    progressLine(settings.json, '');
    const asked = results.filter(({ finding }) => finding.verdict !== 'not asked');
    return {
      held: heldAmong(results),
      asked: new Set(asked.map(({ probe }) => probe.name)),
      must: countOf(results, 'must'),
      should: countOf(results, 'should'),
    };
  } finally {
    await program.stop();
  }
}

/** Not what is only a MAY: to take it up or to let it be is no loss. */
function heldAmong(results: readonly Result[]): Set<string> {
  const held = results.filter(({ probe, finding }) => probe.level !== 'may' && finding.verdict === 'held');
  return new Set(held.map(({ probe }) => probe.name));
}

/** Where a rung does not keep its word. */
function problemsOf(rung: Rung, found: Found, below: Found | undefined): string[] {
  const name = `${rung.track} ${rung.number}`;
  const problems = rung.goals.flatMap(({ probe }) => [
    ...(found.held.has(probe) ? [] : [`${name} does not hold its goal ${probe}`]),
    ...(below?.held.has(probe) ? [`${name} has the goal ${probe}, which the rung below holds`] : []),
  ]);
  if (below?.must === undefined) return problems;
  const isLast = rung.track === 'http' && TRACKS.http?.rungs.at(-1) === rung;
  const rise = found.must!.held - below.must.held;
  if (rise < (isLast ? 0 : 1)) problems.push(`${name} holds no more than the rung below`);
  const lost = [...below.held].filter((probe) => !found.held.has(probe));
  const undeclared = lost.filter((probe) => !(probe in rung.losses));
  if (undeclared.length > 0) problems.push(`${name} loses and does not say so: ${undeclared.join(', ')}`);
  return problems;
}

// ── What others hold ──

const FLOOR = `require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nOK\\n');
}).listen(process.env.PORT, '127.0.0.1')`;

/** An echo of the contract on Python's own server, with as little as it takes. */
const PYTHON = `import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Echo(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        content = self.rfile.read(int(self.headers.get('Content-Length') or 0)) or b'OK'
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD': self.wfile.write(content)
    do_POST = do_HEAD = do_GET
    def log_message(self, *_): pass
ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Echo).serve_forever()`;

/** @param asked of the same questions */
async function besideOf(
  name: TrackName,
  track: AskedTrack,
  asked: ReadonlySet<string>,
  settings: Settings,
): Promise<Record<string, number>> {
  const subjects = join(import.meta.dirname, '../../conformance/src/subjects/cli.ts');
  const loader = `file://${createRequire(import.meta.url).resolve('tsx')}`;
  const subject = (one: string): string[] => [
    ...[process.execPath, '--import', loader, '--conditions=@minis/source'],
    ...[subjects, one, '--port', '{port}'],
  ];
  const others: Record<string, readonly string[]> =
    name === 'http'
      ? {
          floor: [process.execPath, '-e', FLOOR],
          "Python's http.server": ['python3', '-c', PYTHON],
          'node:http': subject('node-http'),
          'http-mini': subject('http-mini'),
        }
      : { ws: subject('ws'), 'ws-mini': subject('ws-mini') };
  const beside: Record<string, number> = {};
  for (const [who, command] of Object.entries(others)) {
    const program = await startProgram(command, settings);
    const peer = { host: program.host, port: program.port, path: '/' };
    const probes = track.probes.filter((probe) => asked.has(probe.name));
    const results = await askAll(peer, { ...track, probes }, asked, settings);
    beside[who] = countOf(results, 'must').held;
    await program.stop();
  }
  return beside;
}

// ── The record ──

function recordFrom(found: readonly Found[], beside: TrackRecord['beside']): TrackRecord {
  return {
    must: Math.max(...found.map(({ must }) => must!.of)),
    should: Math.max(...found.map(({ should }) => should!.of)),
    rungs: found.map(({ must, should, held }, i) => ({
      must: must!.held,
      should: should!.held,
      won: [...held].filter((probe) => !found[i - 1]?.held.has(probe)).sort(),
    })),
    beside,
  };
}

function write(records: Records): void {
  const folder = join(import.meta.dirname, '..');
  replaceFile(RECORD_FILE, `${JSON.stringify(records, null, 2)}\n`);
  replaceFile(join(folder, 'scores.svg'), staircase(records));
  for (const [page, language] of [
    ['README.md', 'en'],
    ['README.ko.md', 'ko'],
  ] as const) {
    const path = join(folder, page);
    if (existsSync(path)) replaceFile(path, withTables(readFileSync(path, 'utf8'), records, language));
  }
}

/** The page with the table of each track, between the marks that name it. */
export function withTables(page: string, records: Records, language: 'en' | 'ko'): string {
  return page.replace(
    /(<!-- scores of (\w+): .*? -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: TrackName, end: string) => {
      const record = records[name];
      const rungs = TRACKS[name]?.rungs;
      return record === undefined || rungs === undefined
        ? whole
        : `${begin}\n${tableOf(rungs, record, language)}\n${end}`;
    },
  );
}

function tableOf(rungs: readonly Rung[], record: TrackRecord, language: 'en' | 'ko'): string {
  const { question, floor, level } = WORDS[language];
  const rows = rungs.map(({ track, number, file, question }) => {
    const { must = 0, should = 0 } = record.rungs[number - 1] ?? {};
    return `| [${track} ${number}](rungs/${track}/${file}) | ${question[language]} | ${must} | ${should} |`;
  });
  const beside = Object.entries(record.beside).map(
    ([who, must]) => `| ${who === 'floor' ? floor : who} | | ${must} | |`,
  );
  return [
    `| | ${question} | ${level('MUST', record.must)} | ${level('SHOULD', record.should)} |`,
    '| --- | --- | ---: | ---: |',
    ...rows,
    ...beside,
    '',
  ].join('\n');
}

const WORDS = {
  en: {
    question: 'question',
    floor: 'floor',
    level: (name: string, of: number) => `${name} of ${of}`,
  },
  ko: {
    question: '질문',
    floor: '바닥',
    level: (name: string, of: number) => `${name}(전체 ${of})`,
  },
};
