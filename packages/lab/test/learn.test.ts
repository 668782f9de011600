// The ladder's page: every rung is on it in both languages, and a rung runs when it is asked for, as what it is.
import { rungBelow, TRACKS } from 'learn/ladder';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from 'ws-mini';
import { Learn } from '../src/learn/part.ts';
import { idOf, ladderIn } from '../src/learn/rungs.ts';
import { type TrialKind, type TrialResult, Trials, trialOf } from '../src/learn/trials.ts';
import { passageOf } from '../src/wire/state.ts';
import { startLab } from './support.ts';

const rungs = Object.values(TRACKS).flatMap((track) => track.rungs);
const HANGUL = /[가-힣]/;

test.each(['en', 'ko'] as const)('every rung is shown whole: %s', (language) => {
  const shown = ladderIn(language).flatMap((track) => track.rungs);
  expect(shown.map(({ id }) => id)).toEqual(rungs.map(idOf));
  for (const [i, { question, idea, breaks, prediction, goals, why, symptom, extend }] of shown.entries()) {
    const rung = rungs[i]!;
    const texts = [question, idea, prediction, why, symptom, extend, ...goals.flatMap(({ hints }) => hints)];
    if (rungBelow(rung) !== undefined) texts.push(breaks!);
    for (const text of texts) expect(HANGUL.test(text), text).toBe(language === 'ko' || text.includes('안'));
    expect(goals.map(({ probe }) => probe)).toEqual(rung.goals.map(({ probe }) => probe));
  }
});

test('each rung but the first of a track shows what it adds, and what that is worth', () => {
  for (const { name, rungs, record } of ladderIn('en'))
    for (const { number, lesson, code, score, command } of rungs) {
      expect(command).toBe(`npm run learn -- ${name} ${number}`);
      expect(code).toContain('createServer');
      expect(lesson === undefined).toBe(number === 1);
      if (lesson !== undefined) expect(lesson.lines).toMatch(/^\+ /m);
      expect(score === undefined).toBe(record === undefined);
      expect(score?.must ?? 0).toBeLessThanOrEqual(record?.must ?? 0);
    }
});

test.each([
  ['run', 'http-1'], // nothing is below it
  ['run', 'http-11'],
  ['run', 'tcp'],
  ['predict', 'toString'],
  ['predict', undefined],
  ['predict', ['http-1']],
] as const)('%s of %j: there is nothing to run', (kind, id) => {
  expect(trialOf(kind, id)).toBeUndefined();
});

/** Silence costs so many milliseconds, which a busy machine must not make; so what runs here ends by itself. */
const PATIENCE = 20_000;

function start(): (kind: TrialKind, id: string) => Promise<TrialResult> {
  const trials = new Trials(PATIENCE);
  onTestFinished(() => trials.close());
  return (kind, id) => trials.run(trialOf(kind, id)!);
}

test('what breaks is run on the rung below, and on the rung itself', async () => {
  const result = await start()('run', 'tcp-4');
  const runs = 'runs' in result ? result.runs : [];
  const seen = runs.map(({ number, passages, end }) => ({
    number,
    end,
    passed: passages.map(passageOf).map(({ from, bytes }) => `${from}: ${Buffer.from(bytes)}`),
  }));
  expect(seen).toEqual([
    { number: 3, end: 'closed', passed: ['client: hello', 'server: hello'] },
    { number: 4, end: 'closed', passed: ['client: hello', 'server: 5'] },
  ]);
});

test('a prediction is answered by the rung, and who asks for what runs already gets the same', async () => {
  const run = start();
  const first = run('predict', 'tcp-4');
  expect(run('predict', 'tcp-4')).toBe(first);
  expect(await Promise.all([first, run('predict', 'http-1')])).toEqual([{ answer: '5' }, { answer: '1' }]);
});

test('nothing begins once the lab closes', async () => {
  const trials = new Trials(PATIENCE);
  await trials.close();
  expect(await trials.run(trialOf('predict', 'http-1')!)).toEqual({ failed: 'the lab closes' });
});

test('an address runs a rung, and keeps what was guessed', async () => {
  const part = new Learn();
  onTestFinished(() => part.close());
  const { results, guesses } = await part.state('en', new URLSearchParams('predict=tcp-4&guess=6'));
  expect(results).toEqual({ 'predict=tcp-4': { answer: '5' } });
  expect(guesses).toEqual({ 'predict=tcp-4': '6' });
  const none = await part.state('en', new URLSearchParams('run=else'));
  expect([none.results, none.guesses]).toEqual([{}, {}]);
});

test.each(['{"run":"http-11"}', '{"run":{"id":"http-3"}}', '{"predict":true}', 'null', '[]'])(
  'a page may not ask %s',
  async (message) => {
    const lab = await startLab({ interval: 60_000 });
    const connection = await connect(`${lab.origin}/learn/live`);
    connection.send(message);
    expect(await connection.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('may ask') });
  },
);
