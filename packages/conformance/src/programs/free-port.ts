/**
 * A free port, for programs that must be told one. Not one that the system has given for port 0: as soon as it is let go, the
 * system may give it to another program, and while ours is starting we would talk to that one. No system gives out ports
 * below 32768 by itself, so a port from there stays free unless a program is told to take it.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

const LEAST = 10_000;
const MOST = 32_767;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = LEAST + Math.floor(Math.random() * (MOST - LEAST + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
