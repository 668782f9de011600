// The command as a user runs it: a child process, its output and its exit code.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { bundled, finish, ON_A_FULL_DISK } from '../../../scripts/for-tests/commands.ts';

const freePorts = ['--port', '0', '--echo-port', '0', '--ticker-port', '0'];

const start = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts');
const lab = (...args: string[]) => start('src/cli.ts', args, { LC_ALL: 'C' });
const run = (...args: string[]) => finish(lab(...args));

/** Resolves with all output so far, once it has the text. */
function printed(child: ChildProcessWithoutNullStreams, text: string): Promise<string> {
  let out = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes(text)) resolve(out);
    });
    child.once('close', () => reject(new Error(`"${text}" was never printed, only: ${out}`)));
  });
}

test('says where the page is and what else to try, and serves until Ctrl-C', async () => {
  const child = lab(...freePorts);
  const out = await printed(child, 'Ctrl-C ends it');
  expect(out).toMatch(/^The lab is at http:\/\/127\.0\.0\.1:\d+\/en\/; open it/);
  expect(out).toMatch(/TCP echo +npx minis echo --port \d+ hello\n/);
  expect(out).toMatch(/WebSocket +npx minis ws ws:\/\/127\.0\.0\.1:\d+\/ways\/ticker\n/);
  const origin = /http:\/\/[\d.:]+/.exec(out)![0];
  expect((await request(`${origin}/en/`)).status).toBe(200);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test('its hint for the TCP ticker needs no program but Node', async () => {
  const out = await printed(lab(...freePorts), 'Ctrl-C ends it');
  const program = /TCP ticker +node -e "([^"\n]*)"\n/.exec(out)![1]!;
  const child = spawn(process.execPath, ['-e', program]);
  onTestFinished(() => void child.kill());
  const [line] = await once(child.stdout, 'data');
  expect(JSON.parse(`${line}`.split('\n')[0]!)).toMatchObject({ price: expect.any(Number) });
});

test('--compare: the table, what it says, and the end; --csv writes the figures beside it, or alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'run.csv');
  const options = ['--compare', '--seconds', '0.2', '--rate', '30', '--clients', '2'];
  const { code, out, err } = await run(...options, '--csv', file);
  expect({ code, err }).toEqual({ code: 0, err: 'measuring\n' });
  expect(out).toMatch(/^Updates 30 a second, clients 2, payload 80 bytes,/);
  expect(out).toMatch(/\nconnections +2 +0 +\d+ +2 +2 +2 +2\n/);
  expect(out).toMatch(/\nBeyond the update itself, a WebSocket needed [\d.]+ bytes/);
  const alone = await run(...options, '--csv', '-');
  for (const csv of [await readFile(file, 'utf8'), alone.out]) {
    const lines = csv.split('\r\n');
    expect(lines[0]).toMatch(/^way,updates_per_second,/);
    expect(lines[1]).toMatch(/^tcp,30,2,80,0,0,50,0.2,1,2,0,0,\d+,/);
    expect(lines).toHaveLength(9);
  }
});

test('--compare in Korean, over a link that loses', async () => {
  const { out } = await run('--compare', '--seconds', '0.2', '--loss', '0.5', '--lang', 'ko');
  expect(out).toMatch(/^업데이트 20회\/초, 클라이언트 1개, 페이로드 80바이트,/);
  expect(out).toMatch(/\n연결 +1 +0 +\d+ +1 +1 +1 +1\n/);
  expect(out).toMatch(/\nTCP로는 하나도 잃지 않았지만/);
});

test('the terminal in Korean: asked for, or by the locale', async () => {
  expect((await run('--lang', 'ko', '--help')).out).toMatch(/^lab: HTTP와 WebSocket/);
  const korean = { LC_ALL: '', LC_MESSAGES: '', LANG: 'ko_KR.UTF-8' };
  expect((await finish(start('src/cli.ts', ['--help'], korean))).out).toMatch(/^lab: HTTP와 WebSocket/);
  const both = { ...korean, LC_ALL: 'C.UTF-8' };
  expect((await finish(start('src/cli.ts', ['--help'], both))).out).toMatch(/^lab: HTTP, WebSocket/);
});

test('a reader that is gone (`| true`) is no failure, a full disk is one', async () => {
  const child = lab('--help');
  child.stdout.destroy();
  expect(await finish(child)).toMatchObject({ code: 0, err: '' });
  if (!existsSync('/dev/full')) return;
  const full = await finish(start('src/cli.ts', ['--help'], ON_A_FULL_DISK));
  expect(full).toMatchObject({ code: 1, err: 'lab: standard output: no space is left\n' });
});

test('Ctrl-C while --compare measures is a failure, for there is no table', async () => {
  const child = lab('--compare', '--seconds', '10');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
});

test('Ctrl-C waits for a client to say goodbye; a second one does not', async () => {
  const child = lab(...freePorts);
  const out = await printed(child, 'Ctrl-C ends it');
  const port = Number(/minis echo --port (\d+)/.exec(out)![1]);
  const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true }); // it never says goodbye by itself
  peer.on('error', () => {});
  await once(peer, 'connect');
  peer.resume();
  const fin = once(peer, 'end');
  child.kill('SIGINT');
  await fin;
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test.each(['--port', '--echo-port', '--ticker-port'])('a busy %s: which, and the way out', async (option) => {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const { code, out, err } = await run(...freePorts, option, `${port}`);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(
    `lab: port ${port} on 127.0.0.1 is in use: stop the program that holds it, or choose another with ${option} (0 takes any free one)\n`,
  );
});

test.each([
  [['--port', '65536'], /--port must be a whole number from 0 to 65535, not "65536"/],
  [['--host', ''], /--host must not be empty/],
  [['--compare', '--rate', '0'], /--rate must be .* from 1 to 1,000/],
  [['--compare', '--csv', '/no such folder/run.csv'], /there is no folder \/no such folder/],
  [['--compare', '--delay', 'soon'], /--delay must be a whole number/],
  [['--compare', '--poll', '5.5'], /--poll must be/],
  [['--compare', '--rate', '1000', '--clients', '50'], /50,000; 4,000 is the most/],
  [['--rate', '5'], /--rate .* --compare/],
  [['--frobnicate'], /--frobnicate/],
  [['measure'], /measure/],
  [['--lang', 'de'], /--lang must be en or ko, not "de"/],
])('%j: exit code 2, one line', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test.each([
  [['--lang', 'ko', '--port', '65536'], /^lab: --port에는 0부터 65535까지의 정수를/],
  [['--frobnicate', '--lang=ko'], /^lab: .*--frobnicate.*--help를 보십시오\n$/],
])('%j: in Korean', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});

test('an error steers no terminal, whatever it quotes', async () => {
  expect((await run('\u009b31m\x7f')).err).toMatch(/'\.31m\.'/);
});

test('--help', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  expect(out).toMatch(/--port[\s\S]*--compare[\s\S]*--rate/);
});
