// The command as a user runs it: a child process, its output and its exit code.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundled, finish } from '../../../scripts/for-tests/commands.ts';

const freePorts = ['--port', '0', '--echo-port', '0', '--ticker-port', '0'];

const start = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts');
const lab = (...args: string[]) => start('src/cli.ts', args);
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

test('--once: the addresses, a line to try each, the table, and the end', async () => {
  const { code, out, err } = await run('--once', '--updates', '3', '--interval', '5', ...freePorts);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/TCP echo +127\.0\.0\.1:\d+ +try: nc 127\.0\.0\.1 \d+\n/);
  expect(out).toMatch(/HTTP +http:\/\/127\.0\.0\.1:\d+\/ +try: curl http:/);
  expect(out).toMatch(/WebSocket +ws:\/\/127\.0\.0\.1:\d+\/ticker +try: a browser at http:\S+\n/);
  expect(out).toMatch(/3 updates, one every 5 ms; polled about 5 ms after each answer/);
  expect(out).toMatch(/\nconnections +1 +\d+ +1 +1\n/);
});

test('without it, it serves on; Ctrl-C closes', async () => {
  const child = lab('--updates', '2', '--interval', '5', ...freePorts);
  await printed(child, 'end with Ctrl-C');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test('Ctrl-C while measuring is an end in peace; of --once a failure, for there is no table', async () => {
  for (const [args, expected] of [
    [[], 0],
    [['--once'], 1],
  ] as const) {
    const child = lab(...args, '--updates', '100000', ...freePorts);
    await printed(child, 'a browser at');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(expected);
  }
});

test('Ctrl-C waits for a client to say goodbye; a second one does not', async () => {
  const child = lab('--updates', '2', '--interval', '5', ...freePorts);
  const out = await printed(child, 'end with Ctrl-C');
  const port = Number(/TCP echo +127\.0\.0\.1:(\d+)/.exec(out)![1]);
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
  [['--updates', '0'], /--updates must be .* from 1/],
  [['--interval', 'soon'], /--interval must be .* not "soon"/],
  [['--poll-interval', '1.5'], /--poll-interval must be/],
  [['--frobnicate'], /--frobnicate/],
  [['measure'], /measure/],
])('%j: exit code 2, one line', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('an error steers no terminal, whatever it quotes', async () => {
  expect((await run('\u009b31m\x7f')).err).toMatch(/'\.31m\.'/);
});

test('--help', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  expect(out).toMatch(/--port[\s\S]*--updates[\s\S]*--once/);
});
