// Every trial in its short form: it can be run, and everything holds. What it prints to make a failure again stands in the message.
import { expect, onTestFinished, test } from 'vitest';
import { trials } from '../../reliability/trials.ts';

// The command draws a new seed each time; a test has the same, so that it is red for a change and not for a find.
const seed = Number(process.env['FC_SEED'] ?? '2');

test.each(trials.map((trial) => [trial.name, trial] as const))('%s', async (_, trial) => {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const { failures } = await trial.run({ size: 'short', seed, signal: stop.signal, progress() {} });
  expect(failures, `npm run reliability -- ${trial.name} --short --seed ${seed}`).toEqual([]);
});

test('each trial has a name of its own, and says what holds', () => {
  expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
  for (const { name, promise } of trials) {
    expect(name).toMatch(/^[a-z]+$/);
    expect(promise).toMatch(/\.$/);
  }
});
