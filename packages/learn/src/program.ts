/**
 * A learner's server as a process: started in a process group of its own, on a port that is free, and ended with all that it has
 * started. Whatever happens to us, short of SIGKILL, the group ends too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { constants } from 'node:os';
import { freePort } from 'conformance/free-port';
import { CannotRun } from './errors.ts';
import type { Language } from './rung.ts';

export interface Program {
  readonly host: string;
  readonly port: number;
  /** All that it has printed so far, of the latest 64 KiB. */
  printed(): string;
  /** How it ended, in words; undefined while it runs. */
  end(): string | undefined;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly language: Language;
  /** How it is called in a message. Default: the command. */
  readonly name?: string | undefined;
  /** Milliseconds in which it has to take a connection. Default 10,000. */
  readonly patience?: number;
  /** Ends the waiting, and the program. */
  readonly signal?: AbortSignal | undefined;
}

/** The command that runs a file of ours or a copy of one: Node as it is, if it can. */
export function commandFor(file: string): string[] {
  const runsTypeScript = !file.endsWith('.ts') || Object(process.features)['typescript'];
  // Only a clone has files that end so, and it has tsx.
  const loader = () => ['--import', `file://${createRequire(import.meta.url).resolve('tsx')}`];
  return [process.execPath, ...(runsTypeScript ? [] : loader()), file];
}

/**
 * @param command `{port}` in its words becomes the port, as PORT in its environment does
 * @throws CannotRun if it ends before it takes a connection, or does not take one in time
 */
export async function startProgram(
  command: readonly string[],
  { language, name = command.join(' '), patience = 10_000, signal }: StartOptions,
): Promise<Program> {
  const port = await freePort();
  const [program = '', ...args] = command.map((word) => word.replaceAll('{port}', `${port}`));
  const child = spawn(program, args, {
    // Python keeps what it prints to a pipe to itself until it ends, and it is ended by a signal.
    env: { PYTHONUNBUFFERED: '1', ...process.env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // which makes the group
  });
  let printed = '';
  const note = (text: string): void => void (printed = `${printed}${text}`.slice(-65_536));
  child.stdout.setEncoding('utf8').on('data', note);
  child.stderr.setEncoding('utf8').on('data', note);
  let end: string | undefined;
  const words = WORDS[language];
  const over = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end ??= words.notStarted((error as NodeJS.ErrnoException).code ?? error.message);
      resolve();
    });
    child.once('close', (code, by) => {
      end ??= words.ended(code === null ? `${by}` : `${code}`);
      resolve();
    });
  });
  const release = endWithUs(child);
  const stop = async (): Promise<void> => {
    signalGroup(child, 'SIGTERM');
    const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 1000);
    await over;
    clearTimeout(late);
    signalGroup(child, 'SIGKILL'); // what it has started, and left behind
    release();
  };
  const givesUpAt = performance.now() + patience;
  for (;;) {
    // Programs that are told `localhost` may take IPv6 only.
    for (const host of ['127.0.0.1', '::1'])
      if (end === undefined && (await takesConnection(host, port)))
        return { host, port, printed: () => printed, end: () => end, stop };
    const isLate = performance.now() > givesUpAt;
    if (end !== undefined || isLate || signal?.aborted) {
      const why = end ?? words.takesNone(port, patience / 1000);
      await stop();
      throw new CannotRun(`${name}: ${why}${printedText(printed, language)}`);
    }
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
}

/**
 * At most twelve, below a line of their own. Some languages say what went wrong before the stack, others behind it, so a long text
 * is cut in its middle; frames of Node and of packages say nothing to who wrote the server, and are left out.
 */
export function printedText(printed: string, language: Language): string {
  if (printed.trim() === '') return '';
  const words = WORDS[language];
  const lines = printed
    .trimEnd()
    .split('\n')
    .filter((line) => !FRAME_OF_OTHERS.test(line));
  const shown =
    lines.length <= 12 ? lines : [...lines.slice(0, 5), words.leftOut(lines.length - 11), ...lines.slice(-6)];
  return `\n  ${words.printed}${shown.map((line) => `\n    ${line}`).join('')}`;
}

const FRAME_OF_OTHERS = /^\s+at .*(node:|[/\\]node_modules[/\\])/;

export async function takesConnection(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const running = new Set<ChildProcess>();

/** Ctrl-C reaches our own group, and the child has another. */
function endWithUs(child: ChildProcess): () => void {
  if (running.size === 0) {
    process.on('exit', endAll);
    for (const signal of ENDS) process.on(signal, exitBy);
  }
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size > 0) return;
    process.off('exit', endAll);
    for (const signal of ENDS) process.off(signal, exitBy);
  };
}

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function endAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

function exitBy(signal: (typeof ENDS)[number]): void {
  if (process.listenerCount(signal) > 1) return; // who listens, too, ends us in a way of its own
  process.exit(128 + constants.signals[signal]);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') return void child.kill(signal);
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone.
  }
}

const WORDS = {
  en: {
    notStarted: (why: string) => `it could not be started (${why})`,
    ended: (by: string) => `it ended (${by})`,
    takesNone: (port: number, seconds: number) =>
      `it runs, but takes no connection on port ${port} within ${seconds} s: does it listen on PORT, or on {port}?`,
    printed: 'it printed:',
    leftOut: (lines: number) => `… ${lines === 1 ? '1 line' : `${lines} lines`} left out`,
  },
  ko: {
    notStarted: (why: string) => `시작하지 못했습니다(${why})`,
    ended: (by: string) => `끝났습니다(${by})`,
    takesNone: (port: number, seconds: number) =>
      `실행 중이지만 ${seconds}초 안에 포트 ${port}에서 연결을 받지 않았습니다. PORT나 {port}로 받은 포트에서 연결을 기다리는지 보십시오.`,
    printed: '출력:',
    leftOut: (lines: number) => `… ${lines}줄 생략`,
  },
} as const;
