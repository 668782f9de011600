// The arithmetic of the benchmark, and the command as far as it measures nothing: its figures are not for a test to judge.
import { describe, expect, test } from 'vitest';
import { median, ratio, rowsOf, spread } from '../bench/statistics.ts';
import { run } from './command.ts';

const CLI = 'bench/cli.ts';

test('median, spread, ratio round by round', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spread([90, 100, 110])).toBeCloseTo(0.2);
  // The machine got twice as slow from round to round: the ratio stays what it is.
  expect(ratio([400, 200, 100], [200, 100, 50])).toBe(2);
});

test('a row for each peer: ours beside it and the ceiling, and the widest spread of the three', () => {
  const series = (name: string, ...perSecond: number[]) => ({ name, perSecond, perCpuSecond: perSecond });
  const all = [series('a', 20, 20), series('b', 10, 10), series('c', 1, 9), series('ceiling', 30, 50)];
  const common = { name: 'get', ours: 20, ceiling: 40 };
  expect(rowsOf('get', 'requests', all)).toMatchObject([
    { ...common, peerName: 'b', peer: 10, toPeer: 2, spread: 0.5 },
    { ...common, peerName: 'c', peer: 5, spread: 1.6 },
  ]);
  expect(rowsOf('parse', 'heads', all.slice(0, 2))).toMatchObject([{ peerName: 'b', toCeiling: undefined }]);
});

describe('the command', () => {
  test('--list, with a name of several words', async () => {
    const { code, out } = await run(CLI, '--list', 'echo', '16', 'B');
    expect({ code, out }).toEqual({
      code: 0,
      out: 'ws echo 16 B, 1 in flight\nws echo 16 B, 32 in flight\n',
    });
  });

  test.each([
    [['quic'], /no scenario has "quic" in its name: --list names them/],
    [['--rounds', '0'], /--rounds must be a whole number from 1/],
    [['--seconds', 'x'], /--seconds must be a number from 0.1/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(CLI, ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('--help', async () => {
    const { code, out } = await run(CLI, '--help');
    expect(code).toBe(0);
    for (const option of ['--rounds', '--seconds', '--json', '--list']) expect(out).toContain(option);
  });
});
