#!/usr/bin/env node
/**
 * `npm run bench`: the minis beside node:http, undici, llhttp and ws, and beside the ceiling, all in one run. It measures the
 * packages as built, in plain node: so it builds them first. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numberOf, runCommand, UsageError, usage } from '../src/usage.ts';
import { measure } from './measure.ts';
import { measureMemory } from './memory.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Row, rowsOf } from './statistics.ts';

const HELP = `bench: http-mini and ws-mini beside their peers and beside the ceiling

  npm run bench [-- [NAME] [OPTIONS]]

  NAME              those scenarios that have NAME in their name, as in: http, echo 16 B, parse
  --rounds N        rounds of each (3)
  --seconds N       seconds of each round (1)
  --json FILE       also writes every number to FILE
  --list            names the scenarios and measures nothing
  --help

The ceiling is a node:net program that does no protocol work: it counts bytes and writes constant
ones. Figures are medians, ratios are medians of the rounds' ratios, and the spread is the distance
between the slowest and the fastest round: trust no ratio that is closer to 1 than its spread.
Everything runs on this machine; nothing else should.
`;

const options = {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '1' },
  json: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Of the median, from which on a row is said to be noisy. */
const NOISY = 0.15;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options, allowPositionals: true }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const rounds = numberOf('--rounds', values.rounds, 1, 1000);
  const seconds = numberOf('--seconds', values.seconds, 0.1, 3600, 'any');
  const chosen = choose(positionals.join(' '));
  if (values.list) {
    for (const { name } of chosen) process.stdout.write(`${name}\n`);
    return;
  }
  build();
  printHeader(rounds, seconds);
  const rows: Row[] = [];
  for (const scenario of chosen) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scenario.name} ...`);
    const isIdle = scenario.kind === 'idle';
    const series = await (isIdle ? measureMemory(scenario, rounds) : measure(scenario, { rounds, seconds }));
    const measured = rowsOf(scenario.name, scenario.unit, series);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    if (isIdle && rows.at(-1)?.unit !== 'bytes')
      process.stdout.write('\nbytes of memory for each connection, less is better\n');
    process.stdout.write(measured.map(format).join(''));
    rows.push(...measured);
  }
  printFooter(rows, rounds);
  if (values.json !== undefined) writeFileSync(values.json, json(rows, rounds, seconds));
}

/** @throws UsageError where nothing fits */
function choose(pattern: string): Scenario[] {
  const chosen = scenarios.filter(
    ({ name }) => name.includes(pattern.toLowerCase()) || name.includes(pattern),
  );
  if (chosen.length === 0)
    throw new UsageError(`no scenario has "${pattern}" in its name: --list names them`);
  return chosen;
}

/** The packages, and the processes of the benchmark: all of them plain JavaScript when the clock runs. */
function build(): void {
  const root = join(import.meta.dirname, '../../..');
  const steps = [
    ['turbo', 'run', 'build', '--filter=http-mini', '--filter=ws-mini', '--output-logs=errors-only'],
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

const COLUMNS = ['ours/s', 'peer/s', 'ceiling/s', 'x peer', 'x peer/CPU', 'x ceiling', 'spread'];

function printHeader(rounds: number, seconds: number): void {
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, load ${loadavg()[0]!.toFixed(1)}`;
  process.stdout.write(`node ${process.version}, ${machine}; ${rounds} rounds of ${seconds} s\n`);
  process.stdout.write(`\n${''.padEnd(28)}${COLUMNS.map((name) => name.padStart(12)).join('')}  peer\n`);
}

function format(row: Row): string {
  const cells = [
    rate(row.ours),
    rate(row.peer),
    row.ceiling === undefined ? '·' : rate(row.ceiling),
    row.toPeer.toFixed(2),
    Number.isNaN(row.toPeerPerCpu) ? '·' : row.toPeerPerCpu.toFixed(2),
    row.toCeiling?.toFixed(2) ?? '·',
    `${Math.round(row.spread * 100)} %${row.spread > NOISY ? ' !' : '  '}`,
  ];
  return `${row.name.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}  ${row.peerName}\n`;
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en-GB');
}

function printFooter(rows: readonly Row[], rounds: number): void {
  if (rounds < 2) return; // one round says nothing about the next
  const noisy = rows.filter((row) => row.spread > NOISY).length;
  process.stdout.write(
    noisy === 0
      ? '\nThe rounds agree with each other.\n'
      : `\n! ${noisy} of ${rows.length} rows: rounds differ by more than ${NOISY * 100} %. The machine was busy; only large ratios mean something there.\n`,
  );
}

function json(rows: readonly Row[], rounds: number, seconds: number): string {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
  return `${JSON.stringify({ date: new Date().toISOString(), ...machine, rounds, seconds, rows }, null, 2)}\n`;
}

await runCommand('bench', () => main(process.argv.slice(2)));
