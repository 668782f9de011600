// The last rungs of learn serve the clients that everybody uses. They are here because this is the only home of those.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { compiledFile } from '../../../../scripts/for-tests/compiled.ts';
import { freePort } from '../../src/programs/free-port.ts';

test('undici asks the last of http, twice and with content', async () => {
  const port = await startRung('http/10-limits.ts');
  for (const content of ['one', 'two'.repeat(10_000)]) {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: content,
    });
    expect([statusCode, await body.text()]).toEqual([200, content]);
  }
});

test('ws hears from the last of ws what it said, and both say goodbye', async () => {
  const port = await startRung('ws/08-utf8.ts');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  await once(socket, 'open');
  for (const said of ['안녕', 'a'.repeat(70_000)]) {
    socket.send(said);
    const [heard, isBinary] = await once(socket, 'message');
    expect([`${heard}`, isBinary]).toEqual([said, false]);
  }
  socket.close(1000);
  expect((await once(socket, 'close'))[0]).toBe(1000);
});

async function startRung(file: string): Promise<number> {
  const port = await freePort();
  const path = compiledFile(join(import.meta.dirname, '../../../learn/rungs', file));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, PORT: `${port}` },
    stdio: 'inherit',
  });
  onTestFinished(() => void child.kill());
  for (;;) {
    const answered = await request(`http://127.0.0.1:${port}/`).then(
      ({ body }) => body.dump(),
      (error: NodeJS.ErrnoException) => error.code !== 'ECONNREFUSED',
    );
    if (answered !== false) return port;
    await later(20); // between two tries, not before an answer
  }
}
