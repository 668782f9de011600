// `minis echo` as a user runs it: a child process, its output and exit code.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pattern } from '../../../scripts/for-tests/pattern.ts';
import { ON_A_FULL_DISK, ON_A_TERMINAL, rawPeer, start } from './support.ts';

interface Result {
  code: number | null;
  out: Buffer;
  err: string;
}

async function finish(child: ChildProcessWithoutNullStreams, input?: Uint8Array): Promise<Result> {
  const out: Buffer[] = [];
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk));
  child.stdin.on('error', () => {}).end(input);
  const [code] = await once(child, 'close');
  return { code, out: Buffer.concat(out), err };
}

const run = (args: string[], input?: Uint8Array) => finish(start(['echo', ...args]), input);

async function serve(...args: string[]): Promise<{ child: ChildProcessWithoutNullStreams; port: string }> {
  const child = start(['echo', '--port', '0', ...args]);
  const [line] = await once(child.stdout, 'data');
  return { child, port: /127\.0\.0\.1:(\d+)/.exec(`${line}`)?.[1] as string };
}

describe('serve and send', () => {
  test('text there and back, with every call of the textbook in the traces', async () => {
    const { child, port } = await serve();
    let trace = '';
    child.stderr.on('data', (chunk) => (trace += chunk));
    const sent = await run(['--port', port, 'hello']);
    expect(sent).toMatchObject({ code: 0, out: Buffer.from('hello\n') });
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    const calls = (text: string) => [...text.matchAll(/(\w+\(\))/g)].map(([call]) => call);
    expect([...new Set(calls(trace))]).toEqual(
      expect.arrayContaining(['socket()', 'bind()', 'listen()', 'accept()', 'read()', 'write()', 'close()']),
    );
    expect(calls(sent.err)).toEqual(
      expect.arrayContaining(['socket()', 'connect()', 'write()', 'read()', 'close()']),
    );
    expect(trace).toMatch(/connection 1 +accept\(\) +accepted: a new socket/);
  });

  test('standard input there and back, byte for byte, without a trace', async () => {
    const { port } = await serve('--quiet');
    const bytes = pattern(3_000_000);
    const { code, out, err } = await run(['--quiet', '--port', port, '-'], bytes);
    expect({ code, err, same: out.equals(bytes) }).toEqual({ code: 0, err: '', same: true });
  });

  test('Ctrl-C waits for a peer to say goodbye; a second one does not', async () => {
    const { child, port } = await serve();
    const peer = await rawPeer(Number(port)); // half-open: it never says goodbye by itself
    peer.write('x');
    await once(peer, 'data');
    peer.resume();
    child.kill('SIGINT');
    await once(peer, 'end'); // our FIN: it is closing, and it waits
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  });

  test('a reader that has read enough (`| head`) is no failure', async () => {
    const { port } = await serve('--quiet');
    const child = start(['echo', '--quiet', '--port', port, '-']);
    const done = finish(child, pattern(8_000_000));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await done).toMatchObject({ code: 0, err: '' });
  });

  test.runIf(existsSync('/dev/full'))('a disk that is full is one', async () => {
    const { port } = await serve('--quiet');
    const sent = await finish(start(['echo', '--quiet', '--port', port, 'hello'], ON_A_FULL_DISK));
    expect(sent).toMatchObject({ code: 1, err: 'minis: standard output: no space is left\n' });
  });

  test('a server whose trace has no reader any more (`2>&1 | head`) serves on', async () => {
    const { child, port } = await serve();
    child.stderr.destroy();
    for (const text of ['hello', 'again'])
      expect(await run(['--port', port, text])).toMatchObject({ code: 0, out: Buffer.from(`${text}\n`) });
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  });

  test('an echo that would steer a terminal does not; into a pipe it goes as it came', async () => {
    const { port } = await serve('--quiet');
    const bytes = Buffer.concat([
      Buffer.from('a\x1b[2J\u009b31m\x7f\u202e'),
      Buffer.of(0x9b),
      Buffer.from('\t안녕\r\n'),
    ]);
    const send = (env = {}) => finish(start(['echo', '--quiet', '--port', port, '-'], env), bytes);
    expect(`${(await send(ON_A_TERMINAL)).out}`).toBe('a.[2J.31m..\ufffd\t안녕\n');
    expect((await send()).out).toEqual(bytes);
  });

  test('an echo that ends short is a failure', async () => {
    const server = createServer((socket: Socket) => socket.once('data', () => socket.end('hel'))).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const { code, err } = await run(['--quiet', '--port', `${port}`, 'hello']);
    expect({ code, err }).toEqual({ code: 1, err: 'minis: 6 bytes sent, 3 came back\n' });
  });
});

describe('what can go wrong', () => {
  test('a busy port: which, and the way out', async () => {
    const { port } = await serve();
    const { code, err } = await run(['--quiet', '--port', port]);
    expect(code).toBe(1);
    expect(err).toBe(
      `minis: 127.0.0.1:${port}: the port is in use: stop its program, or use another port (0: any free)\n`,
    );
  });

  test.each([
    [['two', 'texts'], /one TEXT/],
    [['--port', '65536'], /--port must be .* 65535, not "65536"/],
    [['--port', '', 'x'], /--port must be/],
    [['--port', 'seven'], /--port must be .*"seven"/],
    [['--frobnicate'], /--frobnicate/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
