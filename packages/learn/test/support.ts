/** The command as a learner types it, in an empty folder; and servers of one line of node:net, which start at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { bundled, finish, type Outcome } from '../../../scripts/for-tests/commands.ts';

export const start: Awaited<ReturnType<typeof bundled>> = await bundled(
  join(import.meta.dirname, '..'),
  'src/cli.ts',
);
export const folder: string = mkdtempSync(join(tmpdir(), 'learn-'));
afterAll(() => rmSync(folder, { recursive: true }));

export const learn = (...args: string[]): Promise<Outcome> =>
  finish(start('src/cli.ts', args, { LC_ALL: 'C' }, folder), '');

/** A server that does `does` to each socket. */
export const server = (does: string): string[] => [
  process.execPath,
  '-e',
  `require('node:net').createServer((socket) => { socket.on('error', () => {}); ${does} }).listen(process.env.PORT, '127.0.0.1')`,
];
export const ANSWERS = "socket.end('HTTP/1.1 200 OK\\r\\n\\r\\nhello')";
