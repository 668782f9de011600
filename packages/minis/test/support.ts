/** What the tests share: the commands run as a user does, servers that clean up, and raw clients. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Handler, type ServerOptions } from 'http-mini';
import { afterAll, onTestFinished } from 'vitest';
import {
  bundled,
  finish,
  ON_A_FULL_DISK,
  ON_A_TERMINAL,
  type Outcome,
  type Start,
} from '../../../scripts/for-tests/commands.ts';
import { RawClient } from '../../../scripts/for-tests/raw-client.ts';

export { finish, ON_A_FULL_DISK, ON_A_TERMINAL, RawClient };

const startFile = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts');

/** Starts `minis` with these arguments. */
export const start = (args: readonly string[], env?: Record<string, string>): ReturnType<Start> =>
  startFile('src/cli.ts', args, env);

/** Runs `minis` with these arguments to its end. */
export function run(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  return finish(start(args), input);
}

export interface Served {
  port: number;
  connect(): Promise<RawClient>;
  /** Sends these bytes on a connection of its own, and answers all that comes back until it is closed. */
  ask(bytes: string | Uint8Array): Promise<string>;
}

export async function serve(handler: Handler, options: ServerOptions = {}): Promise<Served> {
  const server = createServer(handler, { onError: () => {}, ...options });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return { port, connect: () => RawClient.connect(port), ask: (bytes) => RawClient.ask(port, bytes) };
}

/** A folder with these files, gone when all tests of the file that asks for it are over. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'minis-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A bare client that never says goodbye by itself. */
export async function rawPeer(port: number): Promise<Socket> {
  const { socket } = await RawClient.connect(port);
  socket.removeAllListeners('data').removeAllListeners('end');
  return socket;
}
