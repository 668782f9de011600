/**
 * The commands, run as a person runs them, against a peer that wants to steer their terminal; and a folder that is served,
 * asked for what lies outside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printableLines } from 'explain-mini';
import { acceptFor, encodeFrame, Opcode } from 'ws-mini/wire';
import { readByMini } from '../message.ts';
import { texts } from '../texts.ts';

const MINIS = join(import.meta.dirname, '../../../minis/bin/minis.js');
/** As if its output were a terminal: what goes into a pipe or a file stays as it is. */
const TERMINAL = {
  NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=process.stderr.isTTY=true',
};

function start(
  args: readonly string[],
  signal: AbortSignal,
  { env = {}, cwd = '.' }: { env?: Record<string, string>; cwd?: string } = {},
): ChildProcess {
  const child = spawn(process.execPath, [MINIS, ...args], {
    env: { ...process.env, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  child.on('error', () => {}); // that it was aborted
  return child;
}

// ── A terminal ──

const NASTY = '\x1b]0;title\x07\x1b[2J\x9b31m\x07\x08\u202e\u2066\u200b<script>\x85';
const OURS = /\r?\x1b\[K/g; // a progress line is erased

const responses: readonly (readonly [what: string, response: Uint8Array])[] = [
  ['a reason', Buffer.from(`HTTP/1.1 200 ${NASTY}\r\nContent-Length: 0\r\n\r\n`)],
  [
    'a reason of obs-text',
    Buffer.from('HTTP/1.1 200 \x9b31m\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n', 'latin1'),
  ],
  [
    'a value',
    Buffer.from(
      'HTTP/1.1 200 OK\r\nx: \x9b31m\x85\r\nLocation: /\x9b2J\r\nContent-Length: 0\r\n\r\n',
      'latin1',
    ),
  ],
  ['content', Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(NASTY)}\r\n\r\n${NASTY}`)],
  ['what is no HTTP', Buffer.from(`${NASTY}\r\n\r\n`)],
];
/** A command, and what is said to it as soon as it has asked. */
interface Run {
  readonly what: string;
  readonly command: (port: number) => readonly string[];
  readonly respond: (head: string) => Uint8Array;
  /** In what has come; a head, if it is not said. */
  readonly isAsked?: RegExp;
}

const url = (scheme: string, port: number): string => `${scheme}://127.0.0.1:${port}/`;
const ECHOED = Buffer.from(`${NASTY}\r\n\r\n${NASTY}`);

const runs: readonly Run[] = [
  ...responses.flatMap(([what, bytes]) =>
    (
      [
        ['get', '-i', '-L'],
        ['get', '--explain'],
        ['probe', '--verbose', '--only', 'http-server/host/*'],
        ['learn', 'http', '3', 'check', '--only', 'host/missing'],
      ] as const
    ).map((args): Run => ({ what, command: (port) => [...args, url('http', port)], respond: () => bytes })),
  ),
  ...['text', 'a reason'].flatMap((what) =>
    [
      ['ws'],
      ['probe', '--verbose', '--only', 'websocket-server/ping/*'],
      ['learn', 'ws', '3', 'check', '--only', 'ping/of-1'],
    ].map(
      (args): Run => ({
        what,
        command: (port) => [...args, url('ws', port)],
        respond: (head) => frames(head, what),
      }),
    ),
  ),
  { what: 'a refusal', command: (port) => ['ws', url('ws', port)], respond: () => responses[2]![1] },
  {
    what: 'a redirect',
    command: (port) => ['get', '-L', url('http', port)],
    respond: () =>
      Buffer.from(
        'HTTP/1.1 302 x\r\nLocation: foo:\x9b2J\xe2\x80\xae<script>\r\nContent-Length: 0\r\n\r\n',
        'latin1',
      ),
  },
  {
    what: 'all goals',
    command: (port) => ['learn', 'http', '1', 'check', url('http', port)],
    respond: () => ECHOED,
  },
  {
    what: 'an echo',
    command: (port) => ['echo', '--port', `${port}`, 'text\r\n\r\n'],
    respond: () => ECHOED,
  },
  {
    what: 'an echo',
    command: (port) => ['learn', 'tcp', '1', 'check', '--only', 'echo/octets', `tcp://127.0.0.1:${port}`],
    respond: () => ECHOED,
    isAsked: /./s,
  },
];

/** @returns what was shown by each command that it would obey */
export async function onATerminal(signal: AbortSignal): Promise<{ tried: number; failures: string[] }> {
  const failures: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'injection-')); // learn keeps its progress there
  try {
    for (const run of runs) {
      signal.throwIfAborted();
      const failure = await shownBy(run, folder, signal);
      if (failure !== undefined) failures.push(failure);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { tried: runs.length, failures };
}

async function shownBy(
  { what, command, respond, isAsked = /\n\r?\n/ }: Run,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const server = createServer((socket) => {
    let head = '';
    socket
      .on('error', () => {})
      .on('data', (part) => {
        head += part.toString('latin1');
        if (isAsked.test(head) && !socket.writableEnded) socket.end(respond(head));
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const args = command((server.address() as AddressInfo).port);
    const printed = await allOf(start(args, signal, { env: TERMINAL, cwd: folder }));
    const left = printed.replace(OURS, '');
    const shown = `minis ${args.join(' ')}, ${what}`.replace(/:\d+/, '');
    if (printed === '') return `${shown}: it printed nothing`;
    if (printableLines(left) === left) return undefined;
    return `${shown}: a terminal would obey ${JSON.stringify(left.slice(0, 400))}`;
  } finally {
    server.close();
  }
}

function frames(head: string, what: string): Uint8Array {
  const accept = acceptFor(/^Sec-WebSocket-Key: (.*)\r$/im.exec(head)![1]!);
  const answer = `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
  const text = { fin: true, rsv: 0, opcode: Opcode.text, payload: Buffer.from(NASTY) };
  const reason = Buffer.concat([Uint8Array.of(0x0f, 0xa0), Buffer.from(NASTY)]);
  const close = { fin: true, rsv: 0, opcode: Opcode.close, payload: reason };
  return Buffer.concat([
    Buffer.from(answer),
    encodeFrame(what === 'text' ? text : close),
    encodeFrame(close),
  ]);
}

async function allOf(child: ChildProcess): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (part) => parts.push(part));
  await once(child, 'close');
  return Buffer.concat(parts).toString('utf8');
}

// ── A folder ──

const SECRET = 'what lies outside';
const PATHS = texts(
  '/../secret|/..%2fsecret|/%2e%2e/secret|/%2E%2E%2Fsecret|/.%2e/secret|/..\\secret',
  '/..%5csecret|/%2e%2e%5csecret|/in/../../secret|/in/..%2f..%2fsecret|/in/%2e%2e/%2e%2e/secret',
  '/%252e%252e/secret|/..%c0%afsecret|/..%00/secret|/secret%00.txt|/plain.txt%00|/%00|//secret',
  '/link|/link-to-folder/secret|/in/link|/.hidden|/in/.hidden|/link-to-hidden|/%2ehidden',
  '/./../secret|/...//secret|/..;/secret|/;/../secret|/in//..//..//secret|/%2f%2e%2e%2fsecret',
  'http://a/../secret|http://a/%2e%2e/secret|/..%u2216secret|/..%ef%bc%8fsecret|/link-out%2f..%2fsecret',
);

/** @returns the paths that led out of the folder, and one that must not be refused */
export async function outOfAFolder(signal: AbortSignal): Promise<{ tried: number; failures: string[] }> {
  const around = mkdtempSync(join(tmpdir(), 'injection-'));
  const folder = join(around, 'folder');
  let child: ChildProcess | undefined;
  try {
    mkdirSync(join(folder, 'in'), { recursive: true });
    mkdirSync(join(around, 'other'));
    for (const file of ['secret', 'other/secret', 'folder/.hidden', 'folder/in/.hidden'])
      writeFileSync(join(around, file), SECRET);
    writeFileSync(join(folder, 'plain.txt'), 'plain');
    writeFileSync(join(folder, '<script>alert(1)<x>'), 'plain');
    symlinkSync(join(around, 'secret'), join(folder, 'link'));
    symlinkSync(join(around, 'secret'), join(folder, 'in/link'));
    symlinkSync(join(around, 'other'), join(folder, 'link-to-folder'));
    symlinkSync(join(folder, '.hidden'), join(folder, 'link-to-hidden'));
    child = start(['serve', folder, '--port', '0'], signal);
    const port = await portOf(child);
    const failures: string[] = [];
    for (const path of PATHS) {
      const answer = await ask(port, path);
      if (answer.includes(SECRET)) failures.push(`minis serve: ${path} leads out of the folder`);
      if (readByMini('response', Buffer.from(answer, 'latin1')).error !== undefined)
        failures.push(
          `minis serve: ${path} is answered by what is no HTTP: ${JSON.stringify(answer.slice(0, 200))}`,
        );
    }
    if (!(await ask(port, '/plain.txt')).endsWith('plain'))
      failures.push('minis serve: /plain.txt is not served');
    if ((await ask(port, '/')).includes('<script>'))
      failures.push('minis serve: a listing has a file’s name as markup');
    return { tried: PATHS.length + 2, failures };
  } finally {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(around, { recursive: true, force: true });
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  let printed = '';
  child.stderr!.on('data', () => {});
  for await (const part of child.stdout!.iterator({ destroyOnReturn: false })) {
    printed += part;
    const port = /:(\d+)\//.exec(printed)?.[1];
    if (port !== undefined) {
      child.stdout!.resume();
      return Number(port);
    }
  }
  throw new Error(`minis serve ended before it said where it is: ${printed}`);
}

async function ask(port: number, target: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const part of socket) answer += (part as Buffer).toString('latin1');
  return answer;
}
