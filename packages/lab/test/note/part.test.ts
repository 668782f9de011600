// The page of the note over HTTP and its WebSocket: what is asked for runs once, what is nonsense ends one connection.
import { request } from 'http-mini';
import { expect, test } from 'vitest';
import { connect } from 'ws-mini';
import { statements } from '../../src/note/statements.ts';
import { startLab } from '../support.ts';

const pageOf = async (origin: string, path: string): Promise<string> =>
  (await request(`${origin}${path}`)).text();

test('every line stands in the page, in both languages, with no experiment run', async () => {
  const { origin } = await startLab();
  for (const language of ['en', 'ko'] as const) {
    const page = await pageOf(origin, `/${language}/note`);
    for (const { id } of statements) expect(page).toContain(`<section id="${id}"`);
    for (const { id } of statements) expect(page).toContain(`<a href="#${id}" title="`);
    expect(page).not.toContain('class="steps"');
    const counts = [...page.matchAll(/<data value="(\d+)">/g)].map(([, count]) => Number(count));
    const [all, ...verdicts] = counts;
    expect(all).toBe(statements.length);
    expect(verdicts).toHaveLength(3);
    expect(verdicts.reduce((sum, count) => sum + count, 0)).toBe(all);
  }
});

test('?run=LINE runs its experiment, and the page has the result', async () => {
  const { origin } = await startLab();
  const page = await pageOf(origin, '/en/note?run=both-ends');
  expect(page).toContain('ECONNREFUSED');
  expect(page.match(/class="steps"/g)).toHaveLength(1);
});

test.each(['', 'no-such-line', 'title', '__proto__'])('?run=%s runs nothing', async (line) => {
  const { origin } = await startLab();
  expect(await pageOf(origin, `/en/note?run=${line}`)).not.toContain('class="steps"');
});

test('a page runs experiments over its WebSocket; those who ask meanwhile get the same outcome', async () => {
  const { origin } = await startLab();
  const ask = async () => {
    const connection = await connect(`${origin}/note/live`);
    const answer = new Promise<string>((resolve) =>
      connection.on('message', (text) => resolve(String(text))),
    );
    connection.send('{"run":"real-time-both-ways"}');
    const text = await answer;
    await connection.close();
    return text;
  };
  const [one, other] = await Promise.all([ask(), ask()]);
  expect(one).toBe(other);
  expect(JSON.parse(one)).toMatchObject({
    key: 'real-time-both-ways',
    result: { outcome: { bearsOut: true } },
  });
});

test('a lab that closes begins no experiment any more', async () => {
  const lab = await startLab();
  const note = lab.parts.find(({ path }) => path === 'note')!;
  await note.close!();
  expect(await note.state('en', new URLSearchParams('run=both-ends'))).toMatchObject({
    results: { 'both-ends': { failed: 'the lab closes' } },
  });
});

test.each(['null', '"run"', '{}', '{"run":1}', '{"run":"title"}', '{"run":"constructor"}', '{'])(
  '%s is no message of the page, and ends that connection with 1008',
  async (message) => {
    const { origin } = await startLab();
    const connection = await connect(`${origin}/note/live`);
    connection.send(message);
    expect(await connection.closed).toMatchObject({ code: 1008 });
  },
);

test('bytes of HTTP and of frames lead to where they are explained; other bytes do not', async () => {
  const { origin } = await startLab();
  const frames = await pageOf(origin, '/ko/note?run=protocols');
  expect(frames).toMatch(/href="\/ko\/wire\?begins=frames&amp;client=[\w-]+"/);
  expect(frames).toMatch(/href="\/ko\/wire\?begins=http&amp;server=[\w-]+"/);
  expect(await pageOf(origin, '/en/note?run=by-client-socket')).not.toContain('/en/wire?begins');
});
