/**
 * Fuzzing led by coverage, without a native tool: each target gets inputs that are made of earlier ones, and those that reach
 * something new are kept. See instrument.ts for how branches are counted, fuzzer.ts for the search, targets.ts for what is read.
 */

import { vectors } from '../../test/vectors.ts';
import { Random } from '../random.ts';
import {
  bySize,
  type Failure,
  type Outcome,
  type Setting,
  type Size,
  type Table,
  type Trial,
} from '../trial.ts';
import { type Corpus, readCorpus, writeCorpus } from './corpus.ts';
import { Fuzzer } from './fuzzer.ts';
import { type Instrumented, instrument } from './instrument.ts';
import { inputOf, type Target } from './target.ts';

export const fuzz: Trial = {
  name: 'fuzz',
  title: 'Inputs by the million, led by the branches that they reach',
  promise:
    'Whatever bytes come: only typed errors are thrown, any cut of the bytes gives the same events, nothing follows an error, work is linear in the bytes, limits are kept, and the platform reads the same text and inflates the same message.',
  run,
};

/** Inputs of each target whose `share` is 1. */
const inputsOf = (size: Size): number => bySize(size, { short: 150, usual: 60_000, long: 400_000 });
/** Inputs that are stretched, and to how many bytes. */
const stretchesOf = (size: Size): number => bySize(size, { short: 2, usual: 20, long: 60 });
const LENGTHS = [2_000, 8_000, 64_000];

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const instrumented = await instrument();
  const stored = readCorpus();
  const rows: (string | number)[][] = [];
  const failures: Failure[] = [];
  const kept: Record<string, Uint8Array[]> = {};
  const reachedByAny = new Set<number>();
  let inputs = 0;
  for (const [i, target] of instrumented.targets.entries()) {
    const fuzzer = new Fuzzer(target, instrumented, new Random(seed, i));
    const began = process.cpuUsage();
    await fill(fuzzer, target, stored, { size, signal, progress });
    const { user, system } = process.cpuUsage(began);
    const { reached, all } = fuzzer.branches;
    // As again.ts takes it.
    for (const { what, input, cut } of fuzzer.findings)
      failures.push({
        what,
        input: `'${target.name}' ${Buffer.from(input).toString('base64')} ${cut}`,
      });
    inputs += fuzzer.inputs;
    const speed = Math.round(fuzzer.inputs / ((user + system) / 1e6));
    const most = [fuzzer.mostSteps, target.open === undefined ? '' : fuzzer.mostKept / 1024];
    const row = [target.name, fuzzer.inputs, speed, reached, all, ...most];
    for (const [start, end] of instrumented.ranges.values())
      for (let i = start; i < end; i++) if (fuzzer.hasSeen(i)) reachedByAny.add(i);
    kept[target.name] = fuzzer.smallCorpus();
    rows.push([...row, kept[target.name]!.length, fuzzer.findings.length]);
  }
  if (size === 'long' && failures.length === 0) writeCorpus(kept);
  const columns = [
    'target',
    'inputs',
    'inputs a CPU second',
    'branches reached',
    'of those there are',
    'branches for a byte, at most',
    'kept, KiB at most',
  ];
  return {
    tables: [
      { caption: 'Targets', columns: [...columns, 'corpus', 'findings'], rows },
      filesTable(instrumented, reachedByAny),
    ],
    figures: { inputs },
    failures,
    notRun: [],
  };
}

/** What no target reaches writes, mostly, or is what a user does wrong: other tests are for that. */
function filesTable({ ranges, targets }: Instrumented, reached: ReadonlySet<number>): Table {
  const files = [...ranges].filter(([file]) => targets.some((target) => target.files.test(file)));
  const rows = files.sort().map(([file, [start, end]]) => {
    const counters = Array.from({ length: end - start }, (_, i) => start + i);
    return [file, counters.filter((counter) => reached.has(counter)).length, end - start];
  });
  return {
    caption: 'Branches of each file that some target reaches',
    columns: ['file', 'reached', 'of those there are'],
    rows: rows.filter(([, , all]) => all !== 0),
  };
}

/** How many inputs run between two looks at the signal. */
const TURN = 100;

async function fill(
  fuzzer: Fuzzer,
  target: Target,
  stored: Corpus,
  { size, signal, progress }: Pick<Setting, 'size' | 'signal' | 'progress'>,
): Promise<void> {
  const look = async (): Promise<void> => {
    await new Promise(setImmediate); // Ctrl-C is heard
    signal.throwIfAborted();
  };
  const begins = [...target.seeds, ...vectorsFor(target.name)].slice(0, size === 'short' ? 20 : Infinity);
  for (const [i, input] of [...(stored[target.name] ?? []), ...begins].entries()) {
    if (i % TURN === 0) await look();
    fuzzer.try(input);
  }
  const most = Math.ceil(inputsOf(size) * (target.share ?? 1));
  const stretches = Math.ceil(stretchesOf(size) * (target.share ?? 1));
  for (let i = 0; i < most && !fuzzer.isDone; i++) {
    if (i % TURN === 0) {
      progress(`${target.name}: ${i.toLocaleString('en-GB')} of ${most.toLocaleString('en-GB')}`);
      await look();
    }
    fuzzer.step();
    if (i % Math.ceil(most / stretches) === 0)
      stretch(fuzzer, size === 'short' ? LENGTHS.slice(0, 1) : LENGTHS);
  }
}

function stretch(fuzzer: Fuzzer, lengths: readonly number[]): void {
  for (const length of lengths) fuzzer.stretch(length);
  fuzzer.keep(lengths.at(-1)!);
}

/** The bytes of the tests of http-mini, for all that reads HTTP. */
function vectorsFor(name: string): Uint8Array[] {
  const isRequest = /^(requests|connections of servers|handshakes, server)$/.test(name);
  const isResponse = /^(responses|connections of clients|handshakes, client)$/.test(name);
  if (!isRequest && !isResponse) return [];
  return vectors(isRequest ? 'request' : 'response').map(({ bytes }, i) => inputOf(i, bytes));
}
