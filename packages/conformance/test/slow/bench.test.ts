// The benchmark: that everybody does every kind of work, in one tiny round. Its figures are not for a test to judge.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../command.ts';

const CLI = 'bench/cli.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bench-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('one tiny round of each kind: a table, JSON, a profile of each', async () => {
  const [path, tiny] = [folder(), ['--source', '--rounds', '1', '--seconds', '0.5']];
  const files = ['--json', join(path, 'all.json')];
  const { code, out, err } = await run(CLI, 'ws echo 1 KiB, 1', ...tiny, ...files, '--profile', path);
  expect(code, err).toBe(0);
  expect(out).toMatch(/^ws echo 1 KiB, 1 in flight( +[\d,.]+){6} +0 % +ws$/m);
  const { rows } = JSON.parse(readFileSync(join(path, 'all.json'), 'utf8'));
  // Samples were found in the rounds: not all of the time is `unseen`.
  for (const name of ['ws-mini', 'ws', 'ceiling']) {
    const row = new RegExp(`^ws echo 1 KiB, 1 in flight +[\\d.,]+ +\\d+ +(\\d+)( +\\d+){5}  ${name}$`, 'm');
    expect(Number(row.exec(out)?.[1]), out).toBeLessThan(100);
  }
  expect(rows[0]).toMatchObject({ name: 'ws echo 1 KiB, 1 in flight', peerName: 'ws' });
  for (const figure of Object.values(rows[0].ours)) expect(figure).toBeGreaterThan(0);
  expect(readdirSync(path)).toEqual(
    expect.arrayContaining(
      ['ceiling', 'ws', 'ws-mini'].map((name) => `ws-echo-1-KiB-1-in-flight-${name}.cpuprofile`),
    ),
  );
});

test.each([
  ['tcp echo 64 B, 64 connections', 'pipe'],
  ['http get, async handler', 'node-http'],
  ['http get, reading all', 'node-http'],
  ['http post 1 KiB, reading all, 16 deep', 'node-http'],
  ['http post chunked, 16 pieces of 1 KiB', 'node-http'],
  ['http streamed in 16 pieces of 1 KiB', 'node-http'],
  ['ws echo 16 B by loop, 32 in flight', 'ws'],
  ['ws receive 1 KiB', 'ws'],
  ['client request(url), 1 in flight', 'fetch(url)'],
  ['client download 1 MiB', 'undici dispatch'],
  ['client connect 16 B, 32 in flight', 'ws client'],
  ['client WebSocket 64 KiB, 4 in flight', 'undici WebSocket'],
])('%s: everybody does it, beside %s', async (name, peer) => {
  const { code, out, err } = await run(CLI, name, '--source', '--rounds', '1', '--seconds', '0.1');
  expect(code, err).toBe(0);
  const [row, beside] = [name, peer].map((text) => text.replace(/[()]/g, '\\$&'));
  expect(out).toMatch(new RegExp(`^${row}( +[\\d,.]+){6} +0 % +${beside}$`, 'm'));
});

for (const program of ['bun', 'deno']) {
  const isThere = spawnSync(program, ['--version']).error === undefined;
  const skipped = isThere ? '' : ` (${program} is not installed: npm install --no-save ${program})`;
  test.skipIf(!isThere)(`${program}, over HTTP and WebSocket${skipped}`, async () => {
    const rows = [
      ['http get, reading all, 16 deep', program],
      ['ws echo 64 KiB, 1 in flight', `${program}-websocket`],
    ] as const;
    for (const [name, peer] of rows) {
      const { code, out, err } = await run(CLI, name, '--source', '--rounds', '1', '--seconds', '0.1');
      expect(code, err).toBe(0);
      expect(out).toMatch(new RegExp(`^${name}( +[\\d,.]+){6} +0 % +${peer}$`, 'm'));
    }
  });
}
