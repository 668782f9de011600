// The goals of the tcp rungs, asked of the rungs: each is held there, and by neither the rung below nor the rung with its fault.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProbes, tcpServerProbes } from 'conformance/asking';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compiled } from '../../../scripts/for-tests/compiled.ts';
import { tcp } from '../src/tracks/tcp.ts';

const TIMEOUT = 60_000;
/** The text of a rung. */
const rung = (number: number): string =>
  readFileSync(join(import.meta.dirname, '../rungs/tcp', tcp[number - 1]!.file), 'utf8');

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
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, '--', file], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  return Number(line);
}

/** Of each probe: that it is held, or what was seen. Each has a server of its own: some goals are the end of one that does not hold them. */
function ask(server: string, names: readonly string[], quiet: number): Promise<string[]> {
  const file = compiled(server);
  return Promise.all(
    names.map(async (name) => {
      const peer = { host: '127.0.0.1', port: await start(file), path: `/${name.split('/')[0]}` };
      const asked = { family: 'tcp-server', implementation: name, peer } as const;
      const probes = tcpServerProbes.filter((probe) => probe.name === name);
      const [result] = await runProbes(asked, probes, { jobs: 1, timeout: TIMEOUT, quiet });
      const { verdict, observed } = result!.finding;
      return verdict === 'held' ? `${name}: held` : `${name}: ${verdict}, ${observed}`;
    }),
  );
}

const HELD = /: held$/;
const BROKEN = /: broken, /;

describe.each(tcp)('tcp $number', ({ number, goals, mend }) => {
  const names = goals.map(({ probe }) => probe);

  test('holds its goals', { timeout: 2 * TIMEOUT }, async () => {
    for (const told of await ask(rung(number), names, 1000)) expect(told).toMatch(HELD);
  });

  test('the rung below holds none of them', { timeout: 2 * TIMEOUT }, async () => {
    const below = number === 1 ? BEFORE : rung(number - 1);
    for (const told of await ask(below, names, 150)) expect(told).toMatch(BROKEN);
  });

  test('its fault is one change, of which the goals fail that it names', {
    timeout: 2 * TIMEOUT,
  }, async () => {
    const [before, after, ...more] = rung(number).split(mend.replaced);
    expect(more).toEqual([]);
    const faulty = `${before}${mend.by}${after}`;
    for (const told of await ask(faulty, mend.fails, 150)) expect(told).toMatch(BROKEN);
    const others = names.filter((name) => !mend.fails.includes(name));
    for (const told of await ask(faulty, others, 1000)) expect(told).toMatch(HELD);
  });
});

test('tcp 1 takes all that a client sends and does not read, which tcp 3 is about', {
  timeout: TIMEOUT,
}, async () => {
  const [told] = await ask(rung(1), ['echo/unread-stops'], 150);
  expect(told).toMatch(/broken, 33554432 bytes taken/);
});
