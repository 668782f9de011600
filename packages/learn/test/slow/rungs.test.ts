// The rungs themselves, run: each keeps its word, each fault is one, and programs that everybody uses are served. Most of it is
// waiting for silence, so several tests wait at once.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, type TestContext } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { compiled } from '../../../../scripts/for-tests/compiled.ts';
import { hasProgram } from '../../../../scripts/for-tests/programs.ts';
import { askGoal, type Peer } from '../../src/ask.ts';
import { exchange, receivedIn } from '../../src/exchange.ts';
import { fileOf, TRACKS, withFault } from '../../src/ladder.ts';
import { ASKED, type AskedTrack } from '../../src/probes.ts';
import { commandFor, type Program, startProgram } from '../../src/program.ts';
import type { Rung } from '../../src/rung.ts';
import { test } from '../support.ts';

const hasCurl = hasProgram('curl');
/** Milliseconds without a byte, if a busy machine must not be taken for a silent rung; and before that is believed. */
const PATIENT = 1000;
const MORE_PATIENT = 15_000;
const rungs = Object.values(ASKED).flatMap((track) =>
  track.rungs.map((rung) => ({ title: `${rung.track} ${rung.number}`, track, rung })),
);

// The figures themselves are those of a quiet machine, on which `--scores --write` records them.
// It is minutes of silence, so it runs where it is asked for: `LEARN_SCORES=1 npm run test:all`, or the command itself.
test.skipIf(!process.env['LEARN_SCORES'])(
  'goals are won by their rung, scores rise, and losses are those declared',
  async ({ learner: { learn } }) => {
    const { code, out } = await learn('--scores', '--json');
    const { problems } = JSON.parse(out);
    expect(problems).toEqual([]);
    expect(code).toBe(0);
  },
  900_000,
);

describe.concurrent.each(rungs)('$title', ({ track, rung }) => {
  const text = readFileSync(fileOf(rung), 'utf8');

  test('holds its goals, with each byte by itself too', async ({ onTestFinished, expect }) => {
    const peer = { ...(await running(text, onTestFinished)), path: '/' };
    for (const { probe } of rung.goals)
      expect(await untilHeld(peer, track, probe)).toMatchObject({ probe, verdict: 'held' });
  });

  test('its fault fails what it says, and it does not', async ({ onTestFinished, expect }) => {
    const broken = { ...(await running(withFault(rung, text), onTestFinished)), path: '/' };
    const whole = { ...(await running(text, onTestFinished)), path: '/' };
    for (const probe of rung.mend.fails) {
      expect(await seen(broken, track, probe, 150)).toMatchObject({ probe, verdict: 'broken' });
      expect(await untilHeld(whole, track, probe)).toMatchObject({ probe, verdict: 'held' });
    }
  });

  test('answers the question that it asks', async ({ onTestFinished, expect }) => {
    const answer = rung.predict.answer(
      receivedIn(await exchange(await running(text, onTestFinished), rung.predict, 600)),
    );
    expect(answer).toMatch(/\S/);
  });

  test.skipIf(rung.track !== 'http' || !hasCurl)('serves curl', async ({ onTestFinished, expect }) => {
    const { port } = await running(text, onTestFinished);
    const { stdout } = await promisify(execFile)('curl', ['-s', `http://127.0.0.1:${port}/`]);
    expect(stdout).toBe('hello\n');
  });
});

describe.skipIf(!hasBrowser)('a browser', () => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  });
  afterAll(() => browser.close());

  test('shows what the last of http serves, twice on one connection', async ({ onTestFinished }) => {
    const { port } = await running(lastOf('http'), onTestFinished);
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    for (const path of ['a', 'b'])
      expect(await (await page.goto(`http://127.0.0.1:${port}/${path}`))?.text()).toBe('hello\n');
  });

  test('hears from the last of ws what it said', async ({ onTestFinished }) => {
    const { port } = await running(lastOf('ws'), onTestFinished);
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    const heard = await page.evaluate(`new Promise((resolve, reject) => {
      const socket = new WebSocket('ws://127.0.0.1:${port}/');
      const heard = [];
      socket.onopen = () => { socket.send('안녕'); socket.send('a'.repeat(70000)); };
      socket.onerror = () => reject(new Error('failed'));
      socket.onmessage = ({ data }) => { heard.push(data.length); if (heard.length === 2) socket.close(1000); };
      socket.onclose = ({ code, wasClean }) => resolve([...heard, code, wasClean]);
    })`);
    expect(heard).toEqual([2, 70_000, 1000, true]);
  });
});

interface Seen {
  readonly probe: string;
  readonly verdict: string;
  readonly observed: string;
}

async function seen(peer: Peer, track: AskedTrack, probe: string, quiet: number): Promise<Seen> {
  const { verdict, observed } = (await askGoal(peer, track, probe, { quiet })).finding;
  return { probe, verdict, observed };
}

async function untilHeld(peer: Peer, track: AskedTrack, probe: string): Promise<Seen> {
  const first = await seen(peer, track, probe, PATIENT);
  return first.verdict === 'held' ? first : seen(peer, track, probe, MORE_PATIENT);
}

/** The text of a track's last rung. */
function lastOf(track: Rung['track']): string {
  return readFileSync(fileOf(TRACKS[track]!.rungs.at(-1)!), 'utf8');
}

/** @param onTestFinished of the test that it ends with: of several tests under way, vitest knows by itself only the latest */
async function running(text: string, onTestFinished: TestContext['onTestFinished']): Promise<Program> {
  const program = await startProgram(commandFor(compiled(text)), { language: 'en', patience: 60_000 });
  onTestFinished(() => program.stop());
  return program;
}
