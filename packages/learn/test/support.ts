/** The command as a learner types it, in an empty folder; and servers of one line of node:net, which start at once. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type TestAPI } from 'vitest';
import { bundled, finish, type Outcome } from '../../../scripts/for-tests/commands.ts';

const start = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts');

export interface Learner {
  /** Where progress and copies are kept; empty at first, and gone when the test is over. */
  readonly folder: string;
  /** Runs the command to its end. */
  learn(...args: string[]): Promise<Outcome>;
  /** Starts the command. */
  start(...args: string[]): ChildProcessWithoutNullStreams;
}

/** Each test has a learner of its own: so tests can run at once, and again. */
export const test: TestAPI<{ learner: Learner }> = base.extend<{ learner: Learner }>({
  learner: async ({ onTestFinished }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'learn-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const startHere = (...args: string[]) =>
      start('src/cli.ts', args, { LC_ALL: 'C' }, folder, onTestFinished);
    await use({ folder, start: startHere, learn: (...args) => finish(startHere(...args), '') });
  },
});

/** A server that does `does` to each socket. */
export const server = (does: string): string[] => [
  process.execPath,
  '-e',
  `require('node:net').createServer((socket) => { socket.on('error', () => {}); ${does} }).listen(process.env.PORT, '127.0.0.1')`,
];
export const ANSWERS = "socket.end('HTTP/1.1 200 OK\\r\\n\\r\\nhello')";

/** @returns the port on which it listens from now on */
export async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}
