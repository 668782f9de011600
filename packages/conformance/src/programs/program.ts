/**
 * Programs that others have written and that happen to be installed here, as people run them: each in a process of its own,
 * on a free port of loopback, with the least that makes it answer. None is bundled, and none is needed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAddress } from '../probes/wire-line.ts';
import { freePort } from './free-port.ts';

/** A server to be probed. */
export interface ServerProgram {
  readonly name: string;
  readonly family: 'http-server' | 'websocket-server';
  /** How it is set up, in a few words. */
  readonly setUp: string;
  /** Undefined: it is not installed here. */
  version(): string | undefined;
  start(): Promise<{ readonly peer: ServerAddress; close(): Promise<void> }>;
}

/** What a program writes when it is asked for its version, or undefined if there is no such program. */
export function toldBy(program: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return error === undefined ? pattern.exec(`${stdout}${stderr}`)?.[1] : undefined;
}

/**
 * Starts it on a free port, in a folder of its own that goes with it, and waits until it takes connections.
 * @param write what it needs: the files of its folder, then the command
 */
export async function startProcess(
  write: (at: { readonly port: number; readonly folder: string }) => {
    readonly files?: Readonly<Record<string, string>>;
    readonly command: readonly [program: string, ...args: string[]];
  },
): Promise<{ readonly peer: ServerAddress; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  chmodSync(folder, 0o777); // a server that gives up being root has to read it, and to write there
  const port = await freePort();
  const { files = {}, command } = write({ port, folder });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr!.on('data', (text) => (complaint = `${complaint}${text}`.slice(-2000)));
  const over = once(child, 'close').catch(() => {});
  const close = async (): Promise<void> => {
    child.kill();
    await over;
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await takesConnections(port))) {
    if (isOver(child)) {
      await close();
      throw new Error(`${program} ended before it took a connection: ${complaint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { peer: { host: '127.0.0.1', port, path: '/' }, close };
}

function isOver({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
