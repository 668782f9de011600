import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { properties } from '../src/commands/properties.ts';
import type { Outcome } from '../src/properties/property.ts';
import { formatFailure, formatTable, type Result } from '../src/report/properties.ts';
import { UsageError } from '../src/usage.ts';
import { run } from './command.ts';

const CLI = 'src/cli.ts';

describe('conformance properties', () => {
  test('prints a row for what was checked, a column for the pair, a count in the cell', async () => {
    const { code, out, err } = await run(
      CLI,
      'properties',
      '--only',
      'wire -> ws: frames',
      '--runs',
      '7',
      '--seed',
      '3',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      'WebSocket                                  ws-mini/wire',
      '                                                   → ws',
      '7  frames are read as written, in any cut            70',
      '',
      '0 failed; seed 3, --runs 7',
      '',
    ]);
  });

  test('--list, with a pattern', async () => {
    const { code, out } = await run(CLI, 'properties', '--list', '--only', 'NODE:HTTP*http-mini: req');
    expect({ code, out }).toEqual({
      code: 0,
      out:
        'law 7, every pair: what one says, the other hears, whoever the two are\n' +
        '  law 7: node:http → http-mini: requests and responses arrive as sent\n',
    });
  });

  test("'law 1' is not law 10", async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    onTestFinished(() => written.mockRestore());
    await properties(['--list', '--only', 'law 1']);
    expect(written.mock.calls.join()).toMatch(/^law 1, /);
    expect(written.mock.calls.join()).not.toContain('law 10');
  });

  test.each([
    [['--only', 'nothing like it'], /no property has "nothing like it" in its name: --list names them/],
    [['--runs', '0'], /--runs must be a whole number from 1/],
    [['--seed', 'x'], /--seed must be/],
  ])('%j is told', async (args, message) => {
    await expect(properties(args)).rejects.toThrow(message);
    await expect(properties(args)).rejects.toBeInstanceOf(UsageError);
  });

  test('wrong usage: exit code 2, one line', async () => {
    const { code, err } = await run(CLI, 'properties', 'frames');
    expect(code).toBe(2);
    expect(err).toMatch(/^conformance: .*frames.*\n$/);
  });

  test('--help', async () => {
    const { code, out } = await run(CLI, 'properties', '--help');
    expect(code).toBe(0);
    for (const option of ['--runs', '--seed', '--only', '--list']) expect(out).toContain(option);
  });
});

describe('the table', () => {
  const result = (what: string, pair: string, outcome: Outcome): Result => ({
    property: { law: 7, name: `law 7: ${pair}: ${what}`, what, pair, times: 1 },
    outcome,
  });
  const failure = { seed: 9, counterexample: '[1,2]', message: 'text: got "a", expected "b"' };

  test('a cell for each pair that has the property, FAILED where it failed', () => {
    const table = formatTable('Title', [
      result('first', 'a → server', { held: 10 }),
      result('first', 'client → b', { held: 3, failure }),
      result('second', 'client → b', { held: 10 }),
      result('second', 'one alone', { held: 10 }),
    ]);
    expect(table.split('\n')).toEqual([
      'Title             a  client    one',
      '           → server     → b  alone',
      '7  first         10  FAILED      ·',
      '7  second         ·      10     10',
      '',
    ]);
  });

  test('a failure: what it was, and how to see it again', () => {
    const text = formatFailure(result('first', 'client → b', { held: 3, failure }));
    expect(text).toContain(
      'client → b: first\n  after 3 runs that held: text: got "a", expected "b"\n  with [1,2]\n',
    );
    expect(text).toContain(
      "npm run conformance -- properties --only 'law 7: client -> b: first' --seed 9 --runs 4",
    );
  });
});
