#!/usr/bin/env node
/**
 * `npm run bench`: the minis beside node:http, undici, llhttp, ws and others, and beside the ceiling, all in one run. It
 * measures the packages as built, in plain node: so it builds them first. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceFile } from '../src/replace-file.ts';
import { CannotRun, numberOf, runCommand, UsageError, usage } from '../src/usage.ts';
import { AIMS } from './aims.ts';
import { installed, isNative, type Setting } from './contenders.ts';
import { findCores } from './cores.ts';
import { runGrowth } from './growth.ts';
import { httpScenarios } from './http-scenarios.ts';
import { measure, type Series } from './measure.ts';
import { measureMemory } from './memory.ts';
import { page } from './page.ts';
import { type Places, placesOf } from './profile.ts';
import { LESS_IS_BETTER, type Scenario } from './scenario.ts';
import { PICTURES, speedPicture } from './speed-picture.ts';
import { importScenarios, measureImports } from './startup.ts';
import { type Row, rowsOf } from './statistics.ts';
import { detailTable, placesTable, speedHeader, speedLine, verdict } from './table.ts';
import { tcpScenarios } from './tcp-scenarios.ts';
import { webSocketScenarios } from './websocket-scenarios.ts';

const HELP = `bench: tcp-echo, http-mini and ws-mini beside their peers and beside the ceiling

  npm run bench [-- [NAME] [OPTIONS]]

  NAME              those scenarios that have NAME in their name, as in: http, echo 16 B, parse;
                    10,000: those with ten thousand connections, which are only run when asked for;
                    growth: whether cost grows in a straight line (exit code 1 where it does not)
  --rounds N        rounds of each (3)
  --seconds N       seconds of each round (1)
  --json FILE       also writes every number to FILE
  --write           measures each aim, or those that have NAME in their name, and writes PERFORMANCE.md
                    and the pictures of it
  --draw            draws the pictures anew from PERFORMANCE.md, and measures nothing
  --profile DIR     also says where the time goes, and writes a .cpuprofile of each measured process to DIR;
                    slower, for looking inside
  --source          runs the TypeScript source through tsx, unbuilt: to try a change
  --list            names the scenarios and measures nothing
  --help

Peers that are not installed are left out; npm install --no-save bufferutil bun deno adds them.
bun and deno may also be programs on the PATH. Rows of Node 24 are run by it: it is the one that runs
the bench, or that the environment names as NODE24, or npm install --no-save node24@npm:node@24.

The ceiling is a node:net program that does no protocol work: it counts bytes and writes constant
ones. Figures are medians, ratios are medians of the rounds' ratios, and the spread is the distance
between the slowest and the fastest round: trust no ratio that is closer to 1 than its spread.
Everything runs on this machine; nothing else should.
`;

const options = {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '1' },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
  draw: { type: 'boolean', default: false },
  profile: { type: 'string' },
  source: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options, allowPositionals: true }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.draw) return draw();
  const [command, pattern] = [positionals[0], positionals.join(' ')];
  if (command === 'growth') {
    if (values.write || (values.json ?? values.profile) !== undefined)
      throw new UsageError('--json, --write and --profile are for the table, not for growth');
    if (!(await runGrowth(positionals.slice(1).join(' ')))) process.exitCode = 1;
    return;
  }
  const rounds = numberOf('--rounds', values.rounds, 1, 1000);
  const seconds = numberOf('--seconds', values.seconds, 0.1, 3600, 'any');
  const all = choose(pattern, values.source);
  const chosen = values.write
    ? all.filter(({ name }) => AIMS.some(({ scenario }) => scenario === name))
    : all;
  if (values.list) {
    for (const { name } of chosen) process.stdout.write(`${name}\n`);
    return;
  }
  if (!values.source) build();
  const profile = values.profile && resolve(values.profile);
  const setting: Setting = { rounds, seconds, cores: findCores(), isSource: values.source, profile };
  const about = describe(setting);
  process.stdout.write(`${about}\n`);
  const before = loadavg()[0]!;
  const isBusy = before > cpus().length / 2;
  if (isBusy)
    process.stdout.write(
      '! The machine is busy with something else: trust only large ratios, per CPU first.\n',
    );
  const measured = await measureAll(chosen, setting);
  const { rows, places } = measured;
  process.stdout.write(detailTable(rows) + placesTable(places) + verdict(rows, rounds));
  if (values.write) {
    const loads = [before, loadavg()[0]!] as const;
    const scenarios = new Set(choose('', values.source).map(({ name }) => name));
    const run = { date: new Date(), about, loads, isBusy, scenarios, missing: measured.missing };
    replaceFile(PAGE, page(rows, run));
    draw();
  }
  if (values.json !== undefined) writeFileSync(values.json, json(measured, setting));
}

const PACKAGES = join(import.meta.dirname, '../..');
const PAGE = join(PACKAGES, 'conformance/PERFORMANCE.md');

/** Those of the READMEs. */
function draw(): void {
  const record = readFileSync(PAGE, 'utf8');
  for (const picture of PICTURES) replaceFile(join(PACKAGES, picture.file), speedPicture(picture, record));
}

/** @throws UsageError where nothing fits */
function choose(pattern: string, isSource: boolean): Scenario[] {
  const all = [...tcpScenarios, ...httpScenarios, ...webSocketScenarios];
  // What tsx takes to read TypeScript is no cost of a package.
  if (!isSource) all.push(...importScenarios);
  const chosen = all.filter(
    ({ name, onlyAs = '' }) =>
      (name.includes(pattern.toLowerCase()) || name.includes(pattern)) && pattern.includes(onlyAs),
  );
  if (chosen.length === 0)
    throw new UsageError(`no scenario has "${pattern}" in its name: --list names them`);
  return chosen;
}

interface Results {
  readonly rows: Row[];
  /** Of those that were profiled. */
  readonly places: Places[];
  /** Peers, and versions of Node, that are not installed. */
  readonly missing: ReadonlySet<string>;
}

async function measureAll(chosen: readonly Scenario[], setting: Setting): Promise<Results> {
  const { runnable, packages, missingNodes, hasWrk } = installed(chosen);
  if (packages.length > 0)
    process.stdout.write(
      `not installed: ${packages.join(', ')} (npm install --no-save ${packages.join(' ')})\n`,
    );
  if (!hasWrk) process.stdout.write('not installed: wrk (apt-get install wrk)\n');
  for (const scenario of runnable) requireDescriptors(scenario);
  process.stdout.write(`\n${speedHeader}`);
  const rows: Row[] = [];
  const places: Places[] = [];
  for (const scenario of runnable) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scenario.name} ...`);
    const series = await seriesOf(scenario, setting);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    const { unit } = scenario;
    if (unit in LESS_IS_BETTER && rows.at(-1)?.unit !== unit)
      process.stdout.write(`\n${LESS_IS_BETTER[unit as keyof typeof LESS_IS_BETTER]}\n`);
    const measured = rowsOf(scenario.name, scenario.unit, series);
    process.stdout.write(measured.map(speedLine).join(''));
    rows.push(...measured);
    if (setting.profile !== undefined && !(unit in LESS_IS_BETTER))
      for (const one of series)
        if (!isNative(one.name)) places.push(placesOf(setting.profile, scenario.name, one));
  }
  const peers = (scenarios: readonly Scenario[]): string[] => scenarios.flatMap((one) => one.peers);
  const there = new Set(peers(runnable));
  const missing = [...peers(chosen).filter((name) => !there.has(name)), ...missingNodes];
  return { rows, places, missing: new Set(missing) };
}

async function seriesOf(scenario: Scenario, setting: Setting): Promise<Series[]> {
  if (scenario.kind === 'import') return measureImports(scenario, setting.rounds, setting.cores);
  return scenario.kind === 'idle' ? measureMemory(scenario, setting) : measure(scenario, setting);
}

/** Each connection takes a file descriptor in the server and one in the load; Node has raised its limit as far as it may. */
function requireDescriptors({ name, task }: Scenario): void {
  const { connections = 0 } = task as { connections?: number };
  const limit = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout?.trim();
  if (Number(limit) < connections + 500)
    throw new CannotRun(
      new Error(
        `${name} needs ${connections + 500} open files and ${limit} are allowed: ulimit -n ${connections + 500}`,
      ),
    );
}

/** The packages, and the processes of the benchmark: all of them plain JavaScript when the clock runs. */
function build(): void {
  const root = join(import.meta.dirname, '../../..');
  const packages = ['tcp-echo', 'http-mini', 'ws-mini'].map((name) => `--filter=${name}`);
  const steps = [
    ['turbo', 'run', 'build', ...packages, '--output-logs=errors-only'],
    ['tsc', '-p', 'packages/conformance/bench'],
  ];
  for (const [command, ...args] of steps) {
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', command!), args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    });
    if (status !== 0)
      throw new Error(`${command} failed, and there is nothing to measure:\n${stdout}${stderr}`);
  }
}

function describe({ rounds, seconds, cores, profile, isSource }: Setting): string {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, load ${loadavg()[0]!.toFixed(1)}`;
  const pinned =
    cores === undefined
      ? 'not pinned (no taskset, or one core)'
      : `measured on core ${cores.measured}, load on ${cores.load}`;
  const how = `${isSource ? ', unbuilt' : ''}${profile ? ', profiled: slower than it is' : ''}`;
  return `node ${process.version}, ${machine}; ${pinned}; ${rounds} rounds of ${seconds} s${how}`;
}

function json({ rows, places }: Results, { rounds, seconds, cores }: Setting): string {
  const machine = { node: process.version, cpu: cpus()[0]?.model, count: cpus().length, load: loadavg() };
  return `${JSON.stringify({ date: new Date().toISOString(), ...machine, cores, rounds, seconds, rows, places }, null, 2)}\n`;
}

await runCommand('bench', () => main(process.argv.slice(2)));
