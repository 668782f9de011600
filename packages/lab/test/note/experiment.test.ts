// What runs an experiment: steps, figures, the end of what was begun, and what is said if a system lacks what it takes.
import { expect, test } from 'vitest';
import { experiment, NotHere, perform, Run } from '../../src/note/experiment.ts';
import { callsOf, type Part, runPython } from '../../src/note/python.ts';
import { recordings } from '../../src/note/recordings.ts';
import { listen } from '../../src/note/talker.ts';

const text = { en: 'a', ko: '가' };
const made = (run: (run: Run) => Promise<{ count: number }>) =>
  experiment({
    title: text,
    run,
    says: ({ count }) => ({ en: `${count}`, ko: `${count}개` }),
    bearsOut: ({ count }) => count === 1,
  });

test('the sentence and the verdict come from the figures of the run', async () => {
  const outcome = await perform(made(async () => ({ count: 2 })));
  expect(outcome).toMatchObject({ figures: { count: 2 }, says: { en: '2', ko: '2개' }, bearsOut: false });
});

test('steps are in order, and their bytes are copied', async () => {
  const bytes = Buffer.from('hi');
  const { steps } = await perform(
    made(async (run) => {
      run.wrote('client', bytes);
      bytes.fill(0);
      run.read('server', Buffer.from('ho'));
      return { count: 1 };
    }),
  );
  expect(steps).toMatchObject([
    { who: 'client', call: 'write() = 2', bytes: '6869' },
    { who: 'server', call: 'read() = 2', bytes: '686f' },
  ]);
});

test('whatever was begun is ended, the last first, also if the experiment fails', async () => {
  const ended: string[] = [];
  const failing = made(async (run) => {
    run.after(() => ended.push('first'));
    run.after(async () => ended.push('second'));
    throw new Error('no');
  });
  await expect(perform(failing)).rejects.toThrow('no');
  expect(ended).toEqual(['second', 'first']);
});

test('a run that is over stops one that still turns', async () => {
  const run = new Run();
  await run.turn();
  await run.end();
  await expect(run.turn()).rejects.toThrow('over');
});

test('what this system lacks is said in both languages', async () => {
  const missing = made(async () => {
    throw new NotHere({ en: 'no /proc', ko: '/proc이 없습니다' });
  });
  await expect(perform(missing)).rejects.toMatchObject({ text: { en: 'no /proc', ko: '/proc이 없습니다' } });
});

const parts = Object.keys(recordings) as Part[];

const others = ['no-such-python', 'echo', 'false'].flatMap((python) =>
  parts.map((part) => [python, part] as const),
);

test.each(others)('with %s for python3, %s is a recording, and says so', async (python, part) => {
  const run = new Run();
  const figures = await callsOf(run, part, python);
  expect({ steps: run.steps, figures }).toEqual(JSON.parse(recordings[part]));
  expect(run.recorded).toMatchObject({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    command: expect.stringContaining(part),
  });
});

test.each(parts)('the recording of %s is what python3 writes today, but for the ports', async (part) => {
  const written = await runPython(part, 'python3', 50_000).catch((error: NodeJS.ErrnoException) => error);
  if (written instanceof Error) return void expect(written.code).toBe('ENOENT');
  expect(withoutPorts(written)).toEqual(withoutPorts(recordings[part]));
});

/** The values of the JSON, with one name for every port. */
function withoutPorts(written: string): unknown {
  return JSON.parse(written.replaceAll(/127\.0\.0\.1:[1-9]\d*/g, '127.0.0.1:PORT'));
}

test('a listening socket that cannot accept does not end the process', async () => {
  const run = new Run();
  const { server } = await listen(run, () => {});
  expect(() => server.emit('error', new Error('accept EMFILE'))).not.toThrow();
  await run.end();
});
