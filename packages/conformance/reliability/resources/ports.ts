/** A port that somebody else has: an error that says so, and nothing that stays. */
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import { becomes, type Check, type Finding } from './check.ts';
import { withFolder } from './folder.ts';
import { minis } from './program.ts';

export const ports: Check = {
  name: 'ports',
  run: async (signal) => {
    const holder = createTcpServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    try {
      return [
        await library(
          'http-mini',
          () => createServer(() => ({})).listen({ port, host: '127.0.0.1' }),
          signal,
        ),
        await library(
          'ws-mini',
          () => {
            const server = new WebSocketServer({ port, host: '127.0.0.1' });
            server.on('error', () => {});
            return server.listening;
          },
          signal,
        ),
        ...(await withFolder((folder) =>
          Promise.all([
            command(['serve', '--port', `${port}`, folder], signal),
            command(['listen', '--port', `${port}`], signal),
            command(['echo', '--port', `${port}`], signal),
          ]),
        )),
      ];
    } finally {
      holder.close();
    }
  },
};

async function library(name: string, listen: () => Promise<unknown>, signal: AbortSignal): Promise<Finding> {
  const open = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  const before = open();
  const code = await listen().then(
    () => 'it listens',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  await becomes(() => open() <= before, signal);
  const left = open() - before;
  return {
    what: `${name}, a port that is taken`,
    expected: 'EADDRINUSE, and nothing left',
    told: `${code}, ${Math.max(0, left)} sockets left`,
    held: code === 'EADDRINUSE' && left <= 0,
  };
}

async function command(args: readonly string[], signal: AbortSignal): Promise<Finding> {
  const program = minis(args, signal);
  const code = await program.ended;
  signal.throwIfAborted();
  const lines = program.errors().trim().split('\n');
  return {
    what: `minis ${args[0]}, a port that is taken`,
    expected: 'exit code 1, one line that says so',
    told: `exit code ${code}: ${lines.join(' / ').replaceAll(/127\.0\.0\.1:\d+/g, 'HOST:PORT')}`,
    held: code === 1 && lines.length === 1 && /port is in use/.test(lines[0]!),
  };
}
