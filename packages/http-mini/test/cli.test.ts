// The commands and the examples as a user runs them: child processes, their output and exit codes.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { finish, run, start } from './command.ts';
import { RawClient } from './server/support.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http-mini-'));
  await writeFile(join(folder, 'hello.txt'), 'hello\n');
  await writeFile(join(folder, 'large'), Buffer.alloc(32 * 1024 * 1024));
});
afterAll(() => rm(folder, { recursive: true }));

async function startServing(...options: string[]) {
  const child = start('src/cli.ts', ['serve', '--port', '0', ...options, folder]);
  const lines: string[] = [];
  const looks = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    lines.push(...`${chunk}`.trimEnd().split('\n'));
    for (const look of looks) look();
  });
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined && looks.delete(look)) resolve(found);
      };
      looks.add(look);
      look();
    });
  const port = Number(/:(\d+)\/$/.exec(await line(/^serving .* on http:/))![1]);
  return { child, port, line };
}

describe('serve', () => {
  test('prints its address and a line for each request', async () => {
    const { port, line } = await startServing();
    const response = await fetch(`http://127.0.0.1:${port}/hello.txt`);
    expect(await response.text()).toBe('hello\n');
    expect(await line(/^GET/)).toMatch(/^GET \/hello\.txt 200 6 B [\d.]+ ms$/);
  });

  describe('the name of another site that leads here (DNS rebinding)', () => {
    const asked = async (port: number, target: string, host: string): Promise<string> => {
      const client = await RawClient.connect(port);
      client.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      await client.closed();
      return client.received;
    };

    test('is not answered on a loopback address, and told the way out', async () => {
      const { port } = await startServing();
      const refused = await asked(port, '/hello.txt', `evil.example:${port}`);
      expect(refused).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
      expect(refused).toMatch(/evil\.example.*--allow-host evil\.example/s);
      expect(await asked(port, 'http://evil.example/hello.txt', 'localhost')).toMatch(/^HTTP\/1\.1 421 /);
      for (const host of [`localhost:${port}`, 'app.localhost', '127.0.0.1', '[::1]:80'])
        expect(await asked(port, '/hello.txt', host)).toMatch(/^HTTP\/1\.1 200 .*hello\n$/s);
    });

    test('--allow-host answers it', async () => {
      const { port } = await startServing('--allow-host', 'a.example', '--allow-host', 'B.example');
      for (const host of ['a.example', 'b.example:99', 'localhost'])
        expect(await asked(port, '/hello.txt', host)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await asked(port, '/hello.txt', 'c.example')).toMatch(/^HTTP\/1\.1 421 /);
    });

    test('is answered on every other address, unless --allow-host says for whom', async () => {
      const open = await startServing('--host', '0.0.0.0');
      expect(await asked(open.port, '/hello.txt', 'any.example')).toMatch(/^HTTP\/1\.1 200 /);
      const { port } = await startServing('--host', '0.0.0.0', '--allow-host', 'a.example');
      expect(await asked(port, '/hello.txt', 'a.example')).toMatch(/^HTTP\/1\.1 200 /);
      expect(await asked(port, '/hello.txt', 'any.example')).toMatch(/^HTTP\/1\.1 421 /);
    });
  });

  test('Ctrl-C lets an answer end; a second one does not', async () => {
    for (const isPatient of [true, false]) {
      const { child, port } = await startServing();
      const client = await RawClient.connect(port);
      client.send('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await client.until('\r\n\r\n');
      client.socket.pause();
      child.kill('SIGINT');
      const [closing] = await once(child.stderr, 'data');
      expect(`${closing}`).toMatch(/^closing/);
      if (isPatient) client.socket.resume();
      else child.kill('SIGINT');
      const [code] = await once(child, 'close');
      expect(code).toBe(0);
      client.socket.resume();
      await client.closed();
      expect(client.received.length > 32 * 1024 * 1024).toBe(isPatient);
    }
  });

  test('a busy port: which, and the way out', async () => {
    const holder = createTcpServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const { code, err } = await run(['serve', '--port', `${port}`, folder]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `http-mini: 127.0.0.1:${port}: the port is in use: stop the program that holds it, or use another port (0 takes any free one)\n`,
    });
  });

  test('no such folder', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(await run(['serve', nowhere])).toMatchObject({
      code: 1,
      err: `http-mini: ${nowhere}: there is no such file or folder\n`,
    });
    expect(await run(['serve', join(folder, 'hello.txt')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not a folder/),
    });
  });
});

describe('explain', () => {
  test('standard input: fields, and what half a message waits for', async () => {
    const { code, out } = await run(['explain', '-'], 'GET / HTTP/1.1\r\nHo');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^ +0 {2}47 45 54 +GET +method +RFC 9110 9\.1 +GET$/),
      expect.stringMatching(/^ +3 {2}20 +SP /),
      expect.stringMatching(/^ +4 {2}2f +\/ +request-target /),
      expect.stringMatching(/^ +5 {2}20 +SP /),
      expect.stringMatching(/^ +6 {2}48 54 54 50 2f 31 2e 31 +HTTP\/1\.1 +HTTP-version /),
      expect.stringMatching(/^ +14 {2}0d 0a +\.\. +CRLF/),
      expect.stringMatching(/^ +16 {2}48 6f +Ho +field-line \(begun\)/),
      '      18  … waits for a field-line, or the empty line',
      '',
    ]);
  });

  test('a file; a broken rule is exit code 1', async () => {
    const { code, out } = await run(['explain', join(folder, 'hello.txt')]);
    expect(code).toBe(1);
    expect(out).toContain('✗ invalid-request-line: ');
  });

  test('--method and --rows', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n';
    expect((await run(['explain', '--method', 'HEAD', '-'], head)).out).toMatch(/no content\n$/);
    const long = await run(['explain', '--rows', '2', '-'], head + 'x'.repeat(2000));
    expect(long.out).toMatch(/… 1984 more bytes\n$/);
  });

  test('more than anybody would read: refused', async () => {
    expect(await run(['explain', join(folder, 'large')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/more than 16777216 bytes/),
    });
  });

  test('no bytes: said, and failed', async () => {
    expect(await run(['explain', '-'], '')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^http-mini: -: no bytes/),
    });
  });

  test('a file that is not there', async () => {
    expect(await run(['explain', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^http-mini: nowhere: there is no such/),
    });
  });
});

describe('usage', () => {
  test.each([
    [[], /serve, request, or explain\?/],
    [['sing'], /"sing"/],
    [['serve'], /one DIR/],
    [['serve', 'a', 'b'], /one DIR/],
    [['serve', '--port', '65536', '.'], /--port must be .* 65535, not "65536"/],
    [['serve', '--frobnicate', '.'], /--frobnicate/],
    [['explain'], /one FILE/],
    [['explain', '--request', '--response', '-'], /not both/],
    [['explain', '--request', '--method', 'GET', '-'], /--method is for responses/],
    [['explain', '--rows', '0', '-'], /--rows must be/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('--help, of all and of each', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/serve DIR[\s\S]*request URL[\s\S]*explain FILE/),
    });
    expect(await run(['serve', '--help'])).toMatchObject({ code: 0, out: expect.stringMatching(/--port/) });
    expect(await run(['explain', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--method/),
    });
  });
});

describe('examples', () => {
  test('server', async () => {
    const child = start('examples/server.ts', [], { PORT: '0' });
    const [line] = await once(child.stdout, 'data');
    const url = /http:\S+/.exec(`${line}`)![0];
    const response = await fetch(`${url}echo`, { method: 'POST', body: 'hello' });
    expect(await response.text()).toBe('you sent hello\n');
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  });

  test('streaming', async () => {
    const { code, out } = await finish(start('examples/streaming.ts'));
    expect(code).toBe(0);
    expect(out).toMatch(/1: ONE[\s\S]*2: TWO[\s\S]*3: THREE[\s\S]*0\\r\\nX-Lines: 3\\r\\n\\r\\n"\n$/);
  });

  test('client', async () => {
    const { code, out } = await finish(start('examples/client.ts'));
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '200 application/json { a: 1 }',
      'connection opened',
      ...['{"a":1}', '{"a":1}', '{"a":1}', 'ONE', 'TWO', 'THREE'],
      'connection closed',
      'true connect-failed',
      '',
    ]);
  });

  test('upgrade', async () => {
    const { code, out } = await finish(start('examples/upgrade.ts'));
    expect(code).toBe(0);
    expect(out).toBe('426 backwards "this is served backwards only\\n"\n101\nwelcome\nlocotorp\ntekcos\n');
  });

  test('explain', async () => {
    const { code, out } = await finish(start('examples/explain.ts'));
    expect(code).toBe(0);
    expect(out).toMatch(
      /chunk-ext[\s\S]*waits for a field-line[\s\S]*✗ transfer-encoding-with-content-length/,
    );
  });

  test('fetch', async () => {
    const { code, out } = await finish(start('examples/fetch.ts'));
    expect(code).toBe(0);
    expect(out).toContain("200 [ 'a=1', 'b=2' ] { method: 'POST', sent: 'hello' }");
    expect(out).toContain('200 "data: tick\\n\\ndata: tock\\n\\n"');
  });
});
