// The goals of the tcp rungs, asked of the rungs: each is held there, and by neither the rung below nor the rung with its fault.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProbes, tcpServerProbes } from 'conformance';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tcp } from '../src/tracks/tcp.ts';

const TIMEOUT = 60_000;
const fileOf = (number: number): string => join(import.meta.dirname, '../rungs/tcp', tcp[number - 1]!.file);

/** What the first rung says of the time before it: the first client only, to its end, as text, and no listener for errors. */
const BEFORE = `
  import { createServer, type Socket } from 'node:net';
  let only: Socket | undefined;
  createServer((socket) => {
    if (only === undefined) (only = socket).on('data', (bytes: Buffer) => only!.write(bytes.toString()));
  }).listen(Number(process.env['PORT']), '127.0.0.1');
`;

/** Says on which port the server listens that it loads. */
const PROGRAM = `
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...where) {
    this.once('listening', () => console.log(this.address().port));
    return listen.apply(this, where);
  };
  await import(process.argv[1]);
`;

async function start(file: string): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM, '--', file],
    {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  return Number(line);
}

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'rung-')), 'server.mts');
  writeFileSync(file, text);
  return file;
}

/** `held`, or what was seen. */
async function ask(file: string, names: readonly string[], quiet: number): Promise<string[]> {
  const told: string[] = [];
  for (const name of names) {
    const port = await start(file); // a new one each time: some goals are the end of the server that does not hold them
    const peer = { host: '127.0.0.1', port, path: `/${name.split('/')[0]}` };
    const asked = { family: 'tcp-server', implementation: file, peer } as const;
    const probes = tcpServerProbes.filter((probe) => probe.name === name);
    const [result] = await runProbes(asked, probes, { jobs: 1, timeout: TIMEOUT, quiet });
    const { verdict, observed } = result!.finding;
    told.push(verdict === 'held' ? `${name}: held` : `${name}: ${verdict}, ${observed}`);
  }
  return told;
}

const HELD = /: held$/;
const BROKEN = /: broken, /;

describe.each(tcp)('tcp $number', ({ number, goals, mend }) => {
  const names = goals.map(({ probe }) => probe);

  test('holds its goals', { timeout: 2 * TIMEOUT }, async () => {
    for (const told of await ask(fileOf(number), names, 1000)) expect(told).toMatch(HELD);
  });

  test('the rung below holds none of them', { timeout: 2 * TIMEOUT }, async () => {
    const below = number === 1 ? written(BEFORE) : fileOf(number - 1);
    for (const told of await ask(below, names, 150)) expect(told).toMatch(BROKEN);
  });

  test('its fault is one change, of which the goals fail that it names', {
    timeout: 2 * TIMEOUT,
  }, async () => {
    const [before, after, ...more] = readFileSync(fileOf(number), 'utf8').split(mend.replaced);
    expect(more).toEqual([]);
    const faulty = written(`${before}${mend.by}${after}`);
    for (const told of await ask(faulty, mend.fails, 150)) expect(told).toMatch(BROKEN);
    const others = names.filter((name) => !mend.fails.includes(name));
    for (const told of await ask(faulty, others, 1000)) expect(told).toMatch(HELD);
  });
});

test('tcp 1 takes all that a client sends and does not read, which tcp 3 is about', {
  timeout: TIMEOUT,
}, async () => {
  const [told] = await ask(fileOf(1), ['echo/unread-stops'], 150);
  expect(told).toMatch(/broken, 33554432 bytes taken/);
});
