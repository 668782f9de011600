// A declared contract: nothing is found out, so what a server cannot be asked for lack of it counts against it.
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws-mini';
import { UsageError } from '../src/usage.ts';
import { http, raw, told, webSocket } from './prober.ts';

const FLOOR = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n';
/** Of one chapter, in which the floor loses most, so that the run is short. */
const ONLY = ['--only', 'content-length/', '--quiet', '100', '--jobs', '64'];

async function scoreOf(
  address: string,
  ...more: string[]
): Promise<{ held: number; of: number; out: string }> {
  const { out, error } = await told(`http://${address}/`, ...ONLY, ...more);
  expect(error).toBeUndefined();
  const [, held, of] = /\(http server\) +(\d+)\/(\d+)/.exec(out)!;
  return { held: Number(held), of: Number(of), out };
}

describe('--contract', () => {
  test('a server that says 200 to everything holds less by contract than by what is found out', async () => {
    const floor = await raw((socket) => void socket.end(FLOOR));
    const found = await scoreOf(floor);
    const declared = await scoreOf(floor, '--contract');
    expect(declared.of).toBeGreaterThanOrEqual(found.of);
    expect(declared.held).toBeLessThan(found.held);
    expect(declared.out).toMatch(/says 200 to everybody, holds \d+ of 36 MUSTs/);
    expect(found.out).not.toContain('the floor');
  });

  test('a server that keeps it holds what it holds without', async () => {
    const echo = await http(async (request) => ({ body: await request.bytes() }));
    const { held, of, out } = await scoreOf(echo, '--contract');
    expect(held, out).toBe(of);
  });

  test('an echo that sends other content back is told by its content, since its status is as expected', async () => {
    const constant = await http(() => ({ body: 'hello' }));
    const { out } = await told(`http://${constant}/`, '--contract', ...ONLY);
    expect(out).toContain('content sent "\\"hi!\\"", came back "hello", different from byte 0 on');
    const cut = await http(async (request) => ({ body: (await request.bytes()).subarray(0, 9) }));
    const { out: inBinary } = await told(`http://${cut}/`, '--contract', ...ONLY);
    expect(inBinary).toContain(
      'content sent "\\x00\\xff\\r\\n\\r\\n0\\r\\n\\r\\n\\x80\\x1a\\n\\r\\n", came back "\\x00\\xff\\r\\n\\r\\n0\\r\\n", different from byte 9 on',
    );
  });

  test('a WebSocket message that is another one of the same length is told by where it differs', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    server.on('connection', async (socket) => {
      for await (const message of socket) await socket.send(`${String(message).slice(0, -1)}!`);
    });
    const { port } = (await server.listening)!;
    const { out } = await told(`ws://127.0.0.1:${port}/`, '--contract', '--only', 'sizes/text-of-125$');
    expect(out).toContain('text of 125 octets, Close 1000: message 1 differs from octet 124 on');
  });

  test('content of a GET that is answered like a request is seen though that answer is late', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    const late = await raw((socket, received) => {
      if (received === undefined) return;
      socket.write(answer + answer);
      setTimeout(() => socket.write(answer), 50);
    });
    const only = ['--only', 'transfer-encoding/of-get$', '--quiet', '5000'];
    const { out } = await told(`http://${late}/`, '--contract', ...only);
    expect(out).toMatch(/FAILED.*transfer-encoding\/of-get/);
  });

  test('a server that is no HTTP server is asked all the same', async () => {
    const other = await raw((socket) => void socket.end('220 mail.example\r\n'));
    const { out } = await told(`http://${other}/`, '--contract', '--only', 'host/missing$', '--quiet', '50');
    expect(out).toMatch(/FAILED.*host\/missing/);
  });

  test('a WebSocket that does not open is broken, but for compression, which nobody promised', async () => {
    const none = await raw((socket) => void socket.end(FLOOR));
    const only = [
      '--only',
      'ping/of-125',
      '--only',
      'inflate/byte-by-byte',
      '--quiet',
      '100',
      '--jobs',
      '64',
    ];
    const { out } = await told(`ws://${none}/`, '--contract', ...only);
    expect(out).toMatch(/FAILED.*ping\/of-125/);
    expect(out).not.toMatch(/FAILED.*inflate/);
    expect((await told(`ws://${await webSocket()}/`, '--contract', ...only)).out).not.toContain('FAILED');
  });

  test('needs an address', async () => {
    expect((await told('http-mini', '--contract')).error).toBeInstanceOf(UsageError);
  });
});
