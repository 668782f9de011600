import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { probes } from '../src/commands/probes.ts';
import { httpMini } from '../src/subjects/http-mini.ts';
import { UsageError } from '../src/usage.ts';
import { listening, run, start } from './command.ts';

const CLI = 'src/cli.ts';
/** What keeps the rules is silent only where the machine is slow. */
const PATIENT = ['--quiet', '10000'];

describe('conformance', () => {
  test('--list names probes with level and clauses', async () => {
    const { code, out } = await run(CLI, '--list', '--only', 'rfc9112/6.3');
    expect(code).toBe(0);
    expect(out).toMatch(/^http-server\/\S+ {2}must {2}rfc9112\/6\.3/m);
    expect(out).not.toContain('websocket-server');
  });

  test('a reader that has seen enough of it is no failure', async () => {
    const command = start(CLI, ['--list']);
    command.stdout.destroy();
    let err = '';
    command.stderr.on('data', (text) => (err += text));
    const [code] = await once(command, 'close');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('a built-in implementation by its name: matrix and summary, and the same for programs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    const files = ['json', 'junit', 'html'].flatMap((kind) => [`--${kind}`, join(folder, `a.${kind}`)]);
    const args = ['http-mini', '--only', 'http-server/*host', ...PATIENT, ...files];
    const { code, out, err } = await run(CLI, ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^HTTP servers +http-mini$/m);
    expect(out).toMatch(/questions asked in [\d.]+ s, 0 failed\n$/m);
    const { results } = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'));
    expect(results.length).toBeGreaterThan(3);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain(`>${results.length} questions asked`);
    expect(readFileSync(join(folder, 'a.junit'), 'utf8')).toContain(`tests="${results.length}" failures="0"`);
  });

  test('a server at an address; --json alone writes to the standard output, and nothing else does', async () => {
    const { port, close } = await httpMini.start({ host: '127.0.0.1', port: 0 });
    onTestFinished(close);
    const args = [`http://127.0.0.1:${port}/`, '--only', 'host', ...PATIENT, '--json'];
    const { code, out } = await run(CLI, ...args);
    expect(code).toBe(0);
    expect(JSON.parse(out).results[0]).toMatchObject({
      implementation: `127.0.0.1:${port}`,
      family: 'http-server',
    });
  });

  test('exit code 1 where a MUST is broken, and the story of it', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, out } = await run(CLI, `http://127.0.0.1:${port}`, '--only', 'rfc9112/3.2/host-missing');
    expect(code).toBe(1);
    expect(out).toContain(`FAILED  127.0.0.1:${port}: `);
    expect(out).toContain('RFC 9112 3.2 (rfc9112/3.2/host-missing');
  });

  test('exit code 3 where nobody listens, naming the address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { code, err } = await run(CLI, `ws://127.0.0.1:${port}/`);
    expect(code).toBe(3);
    expect(err).toMatch(`ws://127.0.0.1:${port}/: nobody listens there: start the server first`);
  });

  test('wrong usage: exit code 2, one line', async () => {
    const { code, err } = await run(CLI, 'nobody');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^conformance: "nobody" is neither an address like .* nor one of http-mini, node:http.*\n$/,
    );
  });

  test.each([
    [['ftp://127.0.0.1/'], /"ftp:\/\/127.0.0.1\/" is no address/],
    [['http://127.0.0.1:1', 'http-mini'], /one address/],
    [['--only', 'nothing like it'], /no probe has that/],
    [['--jobs', '0'], /--jobs must be a whole number from 1/],
    [['--nonsense'], /nonsense/],
  ])('%j is told', async (args, message) => {
    await expect(probes(args, 'probe')).rejects.toThrow(message);
    await expect(probes(args, 'probe')).rejects.toBeInstanceOf(UsageError);
  });

  test('--listen says how to drive a client, and tells on Ctrl-C what came of it', async () => {
    const { base, url, end } = await listening('--only', 'status-line/*');
    const content = await fetch(url).then((response) => response.text());
    await fetch(`${base}/told?status=200&url=${encodeURIComponent(url)}`, { method: 'POST', body: content });
    const { out, err, code } = await end();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^HTTP clients +\S*(node|undici)/m);
    expect(out).toMatch(/^1 questions? asked/m);
  });

  test('--listen to which nothing was told has asked nothing: exit code 3', async () => {
    const { url, end } = await listening('--only', 'status-line/ordinary');
    await fetch(url).then((response) => response.text());
    const { err, code } = await end();
    expect(code).toBe(3);
    expect(err).toMatch(/^conformance: nothing could be asked: what the client made of it was not told\n$/);
  });

  test('--help', async () => {
    const { code, out } = await run(CLI, '--help');
    expect(code).toBe(0);
    for (const option of [
      '--only',
      '--list',
      '--strict',
      '--jobs',
      '--quiet',
      '--timeout',
      '--json',
      '--junit',
      '--html',
    ])
      expect(out).toContain(option);
  });
});
