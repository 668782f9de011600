// The rungs themselves, run: each keeps its word, each fault is one, and programs that everybody uses are served.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { hasProgram } from '../../../../scripts/for-tests/programs.ts';
import { askGoal } from '../../src/ask.ts';
import { exchange, receivedIn } from '../../src/exchange.ts';
import { fileOf, TRACKS, withFault } from '../../src/ladder.ts';
import { commandFor, type Program, startProgram } from '../../src/program.ts';
import type { Rung } from '../../src/rung.ts';
import { learn } from '../support.ts';

const hasCurl = hasProgram('curl');
const rungs = Object.values(TRACKS).flatMap((track) =>
  track.rungs.map((rung) => ({ title: `${rung.track} ${rung.number}`, track, rung })),
);

test('goals are won by their rung, scores rise, losses are those declared; and the record says so', async () => {
  const { code, out } = await learn('--scores', '--json');
  const { records, problems } = JSON.parse(out);
  expect(problems).toEqual([]);
  const record = JSON.parse(readFileSync(new URL('../../scores.json', import.meta.url), 'utf8'));
  // Within two: on a busy machine a probe may have ended when the answer that would fail it comes.
  for (const track of Object.keys(record)) {
    for (const [i, { must, should }] of record[track].rungs.entries()) {
      const found = records[track].rungs[i];
      expect(Math.abs(found.must - must), `${track} ${i + 1}: MUSTs`).toBeLessThanOrEqual(2);
      expect(Math.abs(found.should - should), `${track} ${i + 1}: SHOULDs`).toBeLessThanOrEqual(2);
    }
  }
  expect(code).toBe(0);
}, 900_000);

describe.each(rungs)('$title', ({ track, rung }) => {
  test('holds its goals, with each byte by itself too', async () => {
    const peer = { ...(await running(fileOf(rung))), path: '/' };
    for (const { probe } of rung.goals)
      expect((await askGoal(peer, track, probe, { quiet: 150 })).finding.verdict, probe).toBe('held');
  });

  test('its fault fails what it says, and it does not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mend-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const broken = join(folder, 'broken.ts');
    writeFileSync(broken, withFault(rung, readFileSync(fileOf(rung), 'utf8')));
    for (const [file, verdict] of [
      [broken, 'broken'],
      [fileOf(rung), 'held'],
    ] as const) {
      const peer = { ...(await running(file)), path: '/' };
      for (const probe of rung.mend.fails)
        expect([probe, (await askGoal(peer, track, probe, { quiet: 150 })).finding.verdict]).toEqual([
          probe,
          verdict,
        ]);
    }
  });

  test('answers the question that it asks', async () => {
    const answer = rung.predict.answer(
      receivedIn(await exchange(await running(fileOf(rung)), rung.predict, 600)),
    );
    expect(answer).toMatch(/\S/);
  });

  test.skipIf(rung.track !== 'http' || !hasCurl)('serves curl', async () => {
    const { port } = await running(fileOf(rung));
    const { stdout, status } = spawnSync('curl', ['-s', `http://127.0.0.1:${port}/`], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, 'hello\n']);
  });
});

describe.skipIf(!hasBrowser)('a browser', () => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  });
  afterAll(() => browser.close());

  test('shows what the last of http serves, twice on one connection', async () => {
    const { port } = await running(lastOf('http'));
    const page = await browser.newPage();
    for (const path of ['a', 'b'])
      expect(await (await page.goto(`http://127.0.0.1:${port}/${path}`))?.text()).toBe('hello\n');
  });

  test('hears from the last of ws what it said', async () => {
    const { port } = await running(lastOf('ws'));
    const page = await browser.newPage();
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

function lastOf(track: Rung['track']): string {
  return fileOf(TRACKS[track]!.rungs.at(-1)!);
}

async function running(file: string): Promise<Program> {
  const program = await startProgram(commandFor(file), { language: 'en', patience: 60_000 });
  onTestFinished(() => program.stop());
  return program;
}
