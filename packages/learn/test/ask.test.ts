// Asking, apart from what is told of it.
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../src/ask.ts';
import { TRACKS } from '../src/ladder.ts';
import { printedText } from '../src/program.ts';
import { listening } from './support.ts';

test('a check that is ended by a save does not take the goal under way for one that is not held', async () => {
  const silent = createServer((socket) => void socket.on('error', () => {}));
  onTestFinished(() => void silent.close());
  const stop = new AbortController();
  const done: string[] = [];
  const { goals } = await ask(
    { host: '127.0.0.1', port: await listening(silent), path: '/' },
    TRACKS.http.rungs[2]!,
    {
      quiet: 60_000,
      jobs: 64,
      signal: stop.signal,
      onGoal: () => stop.abort(),
      onGoalDone: ({ probe }) => void done.push(probe.name),
    },
  );
  expect([done, goals]).toEqual([[], []]);
});

test('what a program printed keeps the line that says what went wrong, before the stack or behind it', () => {
  const stack = Array.from({ length: 20 }, (_, i) => `    at call${i} (/home/me/a.js:${i}:1)`);
  const ofNode = Array.from({ length: 20 }, (_, i) => `    at call${i} (node:internal/main:${i}:1)`);
  const told = (...lines: string[]): string => printedText(lines.join('\n'), 'en');
  expect(told('a.js:1', 'throw', '^', '', 'Error: first', ...stack)).toMatch(
    /Error: first\n[\s\S]*14 lines left out/,
  );
  expect(told('Traceback:', ...stack, 'ValueError: last')).toMatch(/left out\n[\s\S]*ValueError: last$/);
  expect(told('Error: mine', '    at mine (/home/me/a.js:1:1)', ...ofNode)).toBe(
    '\n  it printed:\n    Error: mine\n        at mine (/home/me/a.js:1:1)',
  );
  expect(told('')).toBe('');
});
