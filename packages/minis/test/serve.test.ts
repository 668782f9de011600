// `minis serve` as a user runs it: a child process, its output and exit code.
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderWith, RawClient, run, start } from './support.ts';

const folder = folderWith({ 'hello.txt': 'hello\n', large: Buffer.alloc(32 * 1024 * 1024) });

async function startServing(...options: string[]) {
  const child = start(['serve', '--port', '0', ...options, folder]);
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
    const asked = (port: number, target: string, host: string): Promise<string> =>
      RawClient.ask(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

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

  test.each([false, true])(
    'a reader of the log that is gone counts as one Ctrl-C at most, after one (%s) too',
    async (isInterrupted) => {
      const { child, port } = await startServing();
      const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(port)));
      for (const client of clients) {
        client.send('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await client.until('\r\n\r\n');
        client.socket.pause();
      }
      const closing = once(child.stderr, 'data');
      child.stdout.destroy();
      if (isInterrupted) child.kill('SIGINT');
      else clients[0]!.socket.resume(); // when it has all, its line is written
      expect(`${(await closing)[0]}`).toMatch(/^closing/);
      for (const client of clients) {
        client.socket.resume();
        await client.closed();
        expect(client.received.length).toBeGreaterThan(32 * 1024 * 1024);
      }
      if (child.exitCode === null) await once(child, 'close');
      expect(child.exitCode).toBe(0);
    },
  );

  test('a busy port: which, and the way out', async () => {
    const holder = createTcpServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const { code, err } = await run(['serve', '--port', `${port}`, folder]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `minis: 127.0.0.1:${port}: the port is in use: stop the program that holds it, or use another port (0 takes any free one)\n`,
    });
  });

  test('no such folder', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(await run(['serve', nowhere])).toMatchObject({
      code: 1,
      err: `minis: ${nowhere}: there is no such file or folder\n`,
    });
    expect(await run(['serve', join(folder, 'hello.txt')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not a folder/),
    });
  });
});
