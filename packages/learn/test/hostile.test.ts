// What the last rung of the ladder must hold, since it says that it does: no client makes it busy or large for ever.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { compiledFile } from '../../../scripts/for-tests/compiled.ts';

/** Runs a rung in a process of its own, on a free port, and says which one. Its deadlines are a tenth. */
const PROGRAM = `
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...where) {
    this.once('listening', () => console.log(this.address().port));
    return listen.apply(this, where);
  };
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (action, time) => setTimeout(action, time / 10);
  process.on('message', () => process.send(process.memoryUsage()));
  await import(process.argv[1]);
`;

async function startRung(file: string) {
  const rung = compiledFile(join(import.meta.dirname, '../rungs/http', file));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, '--', rung], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  const open = async (): Promise<Socket> => {
    const socket = connect({ port: Number(line), host: '127.0.0.1', noDelay: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const memory = async (): Promise<NodeJS.MemoryUsage> => {
    child.send('memory');
    return (await once(child, 'message'))[0];
  };
  return { open, memory };
}

test.each(['05-grammar.ts', '06-host.ts', '07-chunked.ts', '08-framing.ts', '09-expect.ts', '10-limits.ts'])(
  '%s: many spaces before a control keep nobody busy',
  async (file) => {
    const socket = await (await startRung(file)).open();
    socket.end(`GET / HTTP/1.1\r\nHost: a\r\nX:${' '.repeat(9000)}\x01\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  },
);

test('10-limits.ts: a client that asks on and reads nothing is not read on', async () => {
  const { open, memory } = await startRung('10-limits.ts');
  const socket = await open();
  socket.pause();
  socket.on('error', () => {}); // its time is over
  const before = (await memory()).rss;
  const requests = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000);
  // As much as it takes, and 12 MB at most: who keeps the answers to that needs ten times as much.
  for (let sent = 0; sent < 12e6 && !socket.destroyed; sent += requests.length)
    if (!socket.write(requests))
      await new Promise<unknown>((resolve) => socket.once('drain', resolve).once('close', resolve));
  expect((await memory()).rss - before).toBeLessThan(64e6);
});
