// The command of the trials, its tables and its page. The trials themselves are run by slow/reliability.test.ts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundled, finish } from '../../../scripts/for-tests/commands.ts';
import { fateOf } from '../reliability/links/case.ts';
import { page } from '../reliability/page.ts';
import { Random } from '../reliability/random.ts';
import { type Run, readRecord, writeRecord } from '../reliability/record.ts';
import { outcomeText } from '../reliability/table.ts';
import type { Outcome, Trial } from '../reliability/trial.ts';
import { trials } from '../reliability/trials.ts';

const start = await bundled(join(import.meta.dirname, '..'), 'reliability/cli.ts');
const run = (...args: string[]) => finish(start('reliability/cli.ts', args));

const outcome: Outcome = {
  tables: [
    {
      caption: 'targets',
      columns: ['target', 'inputs'],
      rows: [
        ['requests', 1234567],
        ['a | b', 0.125],
      ],
    },
  ],
  figures: { 'memory, MiB': 12.34 },
  failures: [{ what: 'no end after \x1b[2J', input: 'AAEC' }],
  notRun: [{ what: 'nginx', why: 'it is not installed' }],
};

function trial(name: string): Trial {
  return { name, title: `Title of ${name}`, promise: 'It holds.', run: async () => outcome };
}

function runOf(name: string, result: Outcome): Run {
  const command = `npm run reliability -- ${name} --seed 7`;
  const fixed = { version: '0.1.0', node: '20.19.0', size: 'usual', seed: 7, date: '2026-11-30' } as const;
  return { ...fixed, seconds: 61.5, command, outcome: result };
}

test('a table for a terminal, what was not run, and how to make a failure again', () => {
  expect(outcomeText(outcome, 'npm run reliability -- fuzz --seed 7')).toBe(`targets
target       inputs
requests  1,234,567
a | b          0.13

memory, MiB: 12.3
not run: nginx: it is not installed
FAILED  no end after .[2J
  input AAEC
  again: npm run reliability -- fuzz --seed 7
`);
});

test('the page has each trial of the record with how it was run, and shows what it quotes as it is', () => {
  const text = page({ one: runOf('one', outcome) }, [trial('one'), trial('two')]);
  expect(text).toContain('| [one](#one) | Title of one | **no**, 1 failed | 2026-11-30 | 61.5 |');
  expect(text).toContain(
    '0.1.0, Node 20.19.0, seed 7, 61.5 s, 2026-11-30: `npm run reliability -- one --seed 7`',
  );
  expect(text).toContain('| a \\| b | 0.13 |');
  expect(text).toContain('- **FAILED** no end after .\\[2J; input `AAEC`');
  expect(text).not.toContain('two');
});

test('a trial is written anew and the rest stays; one that is gone is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reliability-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { record: join(folder, 'record.json'), page: join(folder, 'page.md') };
  const [one, two, three] = ['one', 'two', 'three'].map(trial) as [Trial, Trial, Trial];
  writeRecord(files, { two: runOf('two', outcome), three: runOf('three', outcome) }, [one, two, three]);
  writeRecord(files, { one: runOf('one', { ...outcome, failures: [] }) }, [one, two]);
  expect(Object.keys(readRecord(files.record))).toEqual(['one', 'two']);
  expect(readFileSync(files.page, 'utf8')).toBe(page(readRecord(files.record), [one, two]));
});

test('docs/RELIABILITY.md is what docs/reliability.json says: npm run reliability -- --render writes it', () => {
  const docs = join(import.meta.dirname, '../../../docs');
  const record = readRecord(join(docs, 'reliability.json'));
  expect(readFileSync(join(docs, 'RELIABILITY.md'), 'utf8')).toBe(page(record, trials));
});

test('the same seed gives the same numbers, each stream numbers of its own', () => {
  const draw = (seed: number, stream?: number) => Array.from(new Random(seed, stream).bytes(32));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1)).not.toEqual(draw(1, 1));
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 1000 }, () => random.between(5, 8)));
  expect([...seen].sort()).toEqual([5, 6, 7, 8]);
});

test.each([
  [['quic'], /there is no trial "quic": /],
  [['--seed', 'x'], /--seed must be a whole number from 0 to 4294967295/],
  [['--long', '--short'], /--long and --short exclude each other/],
])('%j: exit code 2, one line', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('Ctrl-C ends the trial that runs, and says so', async () => {
  const child = start('reliability/cli.ts', ['fuzz', '--long']);
  child.stdout.on('data', (text: Buffer) => {
    if (text.includes('fuzz: ')) child.kill('SIGINT');
  });
  const { code, out } = await finish(child);
  expect(code).toBe(130);
  expect(out).toMatch(/ended by Ctrl-C/); // on a busy machine, before it has begun
});

test('--list and --help run nothing', async () => {
  const list = await run('--list');
  expect(list).toMatchObject({
    code: 0,
    out: trials.map(({ name, title }) => `${name}: ${title}\n`).join(''),
  });
  const help = await run('--help');
  expect(help.code).toBe(0);
  for (const option of ['--long', '--short', '--seed', '--json', '--write', '--render', '--list'])
    expect(help.out).toContain(option);
});

test('links: what is missing is silent if nobody is told, and wrong if it is not what was sent', () => {
  const sent = Buffer.from('abcdef');
  expect(fateOf(Buffer.from('abcdef'), sent, false)).toBe('arrived');
  expect(fateOf(Buffer.from('abc'), sent, true)).toBe('reported');
  expect(fateOf(Buffer.from('abc'), sent, false)).toBe('silent');
  expect(fateOf(undefined, sent, false)).toBe('silent');
  expect(fateOf(Buffer.from('abd'), sent, true)).toBe('wrong bytes');
});
