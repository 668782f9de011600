// The command as a learner types it: what is said of it without asking a server for long.
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { finish } from '../../../scripts/for-tests/commands.ts';
import { ANSWERS, server, test } from './support.ts';

test('where one is, in both languages', async ({ learner: { learn } }) => {
  expect((await learn()).out).toContain('http 1  How many bytes make an answer?');
  expect((await learn('--lang', 'ko')).out).toContain('http 1  몇 바이트면 응답이 될까요?');
  expect((await learn('--help')).out).toContain('Exit codes');
});

test.for([
  [['http'], 'which rung of http: 1 to 10?'],
  [['http', '1', 'chek'], '"chek" is none of check'],
  [['http', '1', 'check', 'ws://127.0.0.1/'], 'http wants an address like http://127.0.0.1:8080'],
  [['http', '1', 'check', 'http://127.0.0.1/', '--', 'true'], 'not both'],
  [['http', '1', 'watch', 'http://127.0.0.1:1/'], 'cannot restart what runs elsewhere'],
  [['http', '1', '--lang', 'fr'], '--lang must be en or ko'],
  [['http', '--lang', 'ko'], 'http의 몇 단계일까요? 1부터 10까지 있습니다'],
  [['http', '1', 'check', '--jsn', '--lang=ko'], '--jsn 옵션은 없습니다'],
  [['http', '1', 'check', '--only', 'no/such', '--lang', 'ko'], 'http에 "no/such"라는 질문은 없습니다'],
] as const)('wrong usage is told in a line: %j', async ([args, message], { learner: { learn } }) => {
  const { code, err } = await learn(...args);
  expect(err).toContain(message);
  expect(code).toBe(2);
});

test('a program that ends before it takes a connection: its last lines and its exit code', async ({
  learner: { learn },
}) => {
  const program = "console.error('no such module'); process.exit(3)";
  const { code, err } = await learn('http', '1', 'check', '--', process.execPath, '-e', program);
  expect(err).toMatch(/it ended \(3\)\n {2}it printed:\n {4}no such module/);
  expect(code).toBe(2);
});

test('a program that throws at its start: what it threw, and not only the end of its stack', async ({
  learner: { learn },
}) => {
  const throws = "throw new Error('no such module')";
  const { err } = await learn('http', '1', 'check', '--', process.execPath, '-e', throws);
  expect(err).toContain('    Error: no such module\n');
  expect(err).not.toContain('node:internal');
});

test('watch: a copy that is deleted is not begun anew, and it is said that it is gone', async ({
  learner: { folder, start },
}) => {
  const copy = join(folder, 'my/http-3.ts');
  mkdirSync(join(folder, 'my'));
  writeFileSync(copy, 'no program\n');
  const child = start('http', '3', 'watch', '--lang', 'en');
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  await expect
    .poll(() => out, { timeout: 120_000 })
    .toMatch(/my\/http-3\.ts: it ended \(1\)[\s\S]*A save checks/);
  rmSync(copy);
  await expect.poll(() => out, { timeout: 120_000 }).toContain('my/http-3.ts is gone');
  expect(existsSync(copy)).toBe(false);
  child.kill('SIGINT');
  await finish(child);
});

test('a program in Python prints at once, since it is ended by a signal', async ({ learner: { learn } }) => {
  vi.stubEnv('PYTHONUNBUFFERED', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const program = 'console.error("unbuffered:", process.env.PYTHONUNBUFFERED)';
  const { err } = await learn('http', '1', 'check', '--', process.execPath, '-e', program);
  expect(err).toContain('unbuffered: 1');
});

test('one question alone: told byte by byte, and not kept', async ({ learner: { folder, learn } }) => {
  const date = ['http', '1', 'check', '--only', 'response/date', '--lang', 'ko', '--', ...server(ANSWERS)];
  const { code, out } = await learn(...date);
  expect(out).toMatch(/^아직 {2}response\/date\n {2}규칙 .*\n {2}이유 {2}캐시는/);
  expect(out).toMatch(/0 {2}48 54 54 50/);
  expect(code).toBe(1);
  expect(existsSync(join(folder, '.learn.json'))).toBe(false);
});

test('a rung says what every server promises; a fault to find says what to do with it', async ({
  learner: { learn },
}) => {
  expect((await learn('http', '2')).out).toContain('GET is answered with 200 at any path');
  const { out } = await learn('http', '1', 'mend', '--quiet', '50');
  expect(out).toContain('Mend it in my/http-1-mend.ts; ');
});

test('a program that is not there', async ({ learner: { learn } }) => {
  const { code, err } = await learn('http', '1', 'check', '--', './no-such-program');
  expect(err).toContain('it could not be started (ENOENT)');
  expect(code).toBe(2);
});

test('nobody at an address', async ({ learner: { learn } }) => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  const { code, err } = await learn('http', '1', 'check', `http://127.0.0.1:${port}/`);
  expect(err).toContain('takes no connection: is the server running');
  expect(code).toBe(2);
});

test('a new copy keeps the old one; its difference leads to ours', async ({ learner: { folder, learn } }) => {
  const copy = join(folder, 'my/http-5.ts');
  await learn('http', '5', 'reset');
  expect(readFileSync(copy, 'utf8')).toMatch(/^\/\/ http 5: .*\n\/\/ Begun from our rung 4\.\nimport /);
  writeFileSync(copy, '// mine\n');
  expect((await learn('http', '5', 'reset')).out).toContain('my/http-5.old.ts');
  expect(readFileSync(join(folder, 'my/http-5.old.ts'), 'utf8')).toBe('// mine\n');
  expect((await learn('http', '5', 'diff')).out).toMatch(
    /^From my\/http-5\.ts \(-\) to .*05-grammar\.ts \(\+\):\n/,
  );
});

test('Ctrl-C ends the program, and all that it has started', async ({ learner: { folder, start } }) => {
  const told = join(folder, 'pids');
  // Takes no connection, and has a child that would outlive it.
  const program = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    require('node:fs').writeFileSync(${JSON.stringify(told)}, process.pid + ' ' + child.pid); setInterval(() => {}, 1e6)`;
  const child = start('http', '1', 'check', '--', process.execPath, '-e', program);
  const ended = finish(child);
  await expect.poll(() => existsSync(told) && readFileSync(told, 'utf8')).toMatch(/^\d+ \d+$/);
  const pids = readFileSync(told, 'utf8').split(' ').map(Number);
  onTestFinished(() => {
    for (const pid of pids.filter(runs)) process.kill(pid, 'SIGKILL');
  });
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  await expect.poll(() => pids.filter(runs)).toEqual([]);
});

/** Not counting one that has ended and that its parent has not asked about. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
