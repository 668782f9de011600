// A process whose system clock jumps, a day ahead and a day back, while exchanges are under way with all their deadlines.
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { Client, createServer } from 'http-mini';
import { type Connection, connect, WebSocketServer } from 'ws-mini';
import type { Finding } from '../check.ts';

const DAY = 86_400_000;
/** Milliseconds: each server looks at its deadlines once a second, and twice is sure. */
const SWEEPS = 2500;

const now = Date.now;
let shift = 0;
Date.now = () => now() + shift;

const findings: Finding[] = [];

/** An exchange that lasts, a connection that is kept, and a WebSocket: all must be there after the jump. */
async function jump(by: number, name: string): Promise<void> {
  let finish = (): void => {};
  const server = createServer(async (request) => {
    if (request.target === '/slow') await new Promise<void>((resolve) => (finish = resolve));
    return { body: 'hello' };
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const accepted = once(sockets, 'connection') as Promise<[Connection]>;
  const socket = await connect(`ws://127.0.0.1:${(await sockets.listening)!.port}/`);
  const [far] = await accepted;
  const client = new Client(`http://127.0.0.1:${port}`, { connections: 2 });
  await (await client.request()).text();
  const slow = client.request({ target: '/slow' }).then((response) => response.text());
  const failed = slow.catch((error: Error) => error.message);
  await after(50); // the request is on its way
  shift = by;
  await after(SWEEPS);
  const connections = server.connections;
  finish();
  const answer = await failed;
  const again = await client.request().then(
    (response) => response.text(),
    (error: Error) => error.message,
  );
  far.send('still there');
  const [message] = await Promise.race([once(socket, 'message'), socket.closed.then(() => ['closed'])]);
  findings.push({
    what: `the system clock jumps ${name}: a request under way, a kept connection, a WebSocket`,
    expected: 'none of them ends',
    told: `${answer}, ${again}, ${message}; ${connections} HTTP connections then`,
    held: answer === 'hello' && again === 'hello' && message === 'still there' && connections > 0,
  });
  shift = 0;
  await Promise.all([client.close(), socket.close(), server.close(), sockets.close()]);
}

/** The option `clock` is what deadlines go by: an idle connection ends by it alone, long before its time. */
async function clockOption(): Promise<void> {
  let ahead = 0;
  const server = createServer(() => ({ body: 'hello' }), { clock: () => performance.now() + ahead });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const client = new Client(`http://127.0.0.1:${port}`, { idleTimeout: Infinity });
  await (await client.request()).text();
  await after(SWEEPS); // it is known as idle
  const before = server.connections;
  ahead = DAY;
  const limit = performance.now() + 10_000; // its idleTimeout is 15 s
  while (server.connections > 0 && performance.now() < limit) await after(20);
  findings.push({
    what: 'the option clock jumps a day ahead: an idle connection',
    expected: 'it is closed by idleTimeout',
    told: `${before} before, ${server.connections} after`,
    held: before === 1 && server.connections === 0,
  });
  client.destroy();
  await server.close();
}

await jump(DAY, 'a day ahead');
await jump(-DAY, 'a day back');
await clockOption();
process.send!(findings);
