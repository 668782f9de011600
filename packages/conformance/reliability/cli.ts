#!/usr/bin/env node
/**
 * `npm run reliability`: tries to break the packages, trial by trial, and tells in tables what held. Exit codes: 0 all
 * held, 1 something did not, 2 one could not be run or the usage was wrong, 130 ended by Ctrl-C.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from 'explain-mini';
import { numberOf, runCommand, UsageError, usage } from '../src/usage.ts';
import { type Run, writeRecord } from './record.ts';
import { outcomeText } from './table.ts';
import type { Setting, Size, Trial } from './trial.ts';
import { trials } from './trials.ts';

const HELP = `reliability: tries to break tcp-echo, http-mini and ws-mini, and tells in tables what held

  npm run reliability [-- [NAME...] [OPTIONS]]

  NAME         trials, all of them if none is named: ${trials.map(({ name }) => name).join(', ')}
  --long       as long as it is worth, hours for some; without it, all trials take under half an hour on two cores
  --short      a few seconds each, as npm run test:all does it
  --seed N     the inputs of another run again (a new seed each time)
  --json FILE  also writes everything to FILE
  --write      writes what these trials gave into docs/RELIABILITY.md and docs/reliability.json; the others stay
  --render     writes docs/RELIABILITY.md from docs/reliability.json, and runs nothing
  --list       names the trials and runs nothing
  --help

Exit codes: 0 all held, 1 something did not, 2 could not run, 130 ended by Ctrl-C.
`;

const options = {
  long: { type: 'boolean', default: false },
  short: { type: 'boolean', default: false },
  seed: { type: 'string' },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
  render: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const ROOT = join(import.meta.dirname, '../../..');
const FILES = { record: join(ROOT, 'docs/reliability.json'), page: join(ROOT, 'docs/RELIABILITY.md') };

async function main(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options, allowPositionals: true }));
  if (values.long && values.short) throw new UsageError('--long and --short exclude each other');
  const chosen = choose(positionals);
  if (values.help) return void process.stdout.write(HELP);
  if (values.list)
    return void process.stdout.write(chosen.map(({ name, title }) => `${name}: ${title}\n`).join(''));
  if (values.render) return writeRecord(FILES, {}, trials);
  const seed =
    values.seed === undefined ? randomInt(2 ** 32) : numberOf('--seed', values.seed, 0, 2 ** 32 - 1);
  const size: Size = values.long ? 'long' : values.short ? 'short' : 'usual';
  const runs = await runAll(chosen, { size, seed, signal: stopSignal(), progress });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(runs, null, 2)}\n`);
  if (values.write) writeRecord(FILES, runs, trials);
}

/** @throws UsageError if there is no trial of a name */
function choose(names: readonly string[]): readonly Trial[] {
  const all = trials.map(({ name }) => name);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no trial "${unknown}": ${all.join(', ')}`);
  return names.length === 0 ? trials : trials.filter(({ name }) => names.includes(name));
}

/** One after the other: several measure memory or time. One that cannot be run does not keep the others from it. */
async function runAll(chosen: readonly Trial[], setting: Setting): Promise<Record<string, Run>> {
  const runs: Record<string, Run> = {};
  process.stdout.write(`node ${process.version}, seed ${setting.seed}, ${setting.size}\n`);
  for (const trial of chosen) {
    process.stdout.write(`\n${trial.name}: ${trial.title}\n`);
    try {
      const run = await runOne(trial, setting);
      runs[trial.name] = run;
      const { failures } = run.outcome;
      process.stdout.write(outcomeText(run.outcome, run.command));
      process.stdout.write(
        `${failures.length === 0 ? 'held' : `${failures.length} FAILED`}, ${Math.round(run.seconds)} s\n`,
      );
      if (failures.length > 0) process.exitCode ??= 1;
    } catch (error) {
      progress('');
      if (setting.signal.aborted) {
        process.stdout.write(`${trial.name} was ended by Ctrl-C, and everything that it had started\n`);
        process.exitCode = 130;
        break;
      }
      process.stderr.write(
        `${trial.name} could not be run: ${printable(String((error as Error)?.message ?? error))}\n`,
      );
      process.exitCode = 2;
    }
  }
  return runs;
}

async function runOne(trial: Trial, setting: Setting): Promise<Run> {
  const { size, seed, signal } = setting;
  const began = performance.now();
  const outcome = await trial.run({
    ...setting,
    progress: (text) => setting.progress(`${trial.name}: ${text}`),
  });
  signal.throwIfAborted();
  setting.progress('');
  return {
    version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    node: process.versions.node,
    size,
    seed,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    command: `npm run reliability -- ${trial.name}${size === 'usual' ? '' : ` --${size}`} --seed ${seed}`,
    date: new Date().toISOString().slice(0, 10),
    outcome,
  };
}

/** How long a trial may take to end what it has started, in milliseconds. */
const LAST_ORDERS = 10_000;

/** Aborted by Ctrl-C. The second ends the process at once, and so does a trial that does not come to an end. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const leave = () => {
    process.stdout.write('ended by Ctrl-C, before what was under way had come to its end\n');
    process.exit(130);
  };
  const onSignal = () => {
    if (stop.signal.aborted) leave();
    stop.abort();
    setTimeout(leave, LAST_ORDERS).unref();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}

let drawn = 0;

/** One line on a terminal, drawn over and over; nothing where the output is kept. */
function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  const now = performance.now();
  if (text !== '' && now - drawn < 100) return;
  drawn = text === '' ? 0 : now;
  process.stderr.write(`\r\x1b[K${printable(text)}`);
}

await runCommand('reliability', () => main(process.argv.slice(2)));
