/**
 * `minis probe [WHO]`: puts the probes to every built-in implementation, to some of them, or to a server at an address,
 * and reports. It sends to that address only, and no more than the probes that it lists.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { printable } from 'explain-mini';
import {
  type BuiltIn,
  builtIns,
  type Chosen,
  httpServerProbes,
  probesOf,
  websocketServerProbes,
} from '../families.ts';
import { patternOf } from '../pattern.ts';
import { lookAtHttp, lookAtWebSocket } from '../probes/first-look.ts';
import type { Family, Result } from '../probes/probe.ts';
import { type RunOptions, runProbes, standingOf, whyNothing } from '../probes/run.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { formatHtml } from '../report/html.ts';
import { formatJson } from '../report/json.ts';
import { formatJunit } from '../report/junit.ts';
import { formatBroken, formatMatrix, formatSummary } from '../report/terminal.ts';
import { CannotRun, numberOf, UsageError, usage } from '../usage.ts';

const HELP = `minis probe: puts the clauses of the RFCs to HTTP/1.1 and WebSocket implementations

  minis probe [OPTIONS]                    every built-in implementation
  minis probe NAME... [OPTIONS]            some of them: ${names().join(', ')}
  minis probe http://HOST:PORT/PATH        any HTTP server; https too
  minis probe ws://HOST:PORT/PATH          any WebSocket server, best one that echoes; wss too
  minis probe http://USER:PASSWORD@HOST/   either with credentials (Basic), which no report tells
  minis probe --listen                     any client: --listen --help tells more
  minis probe properties                   the properties: properties --help tells more

  --only PATTERN    probes whose family, name or clause has PATTERN in it, * standing for anything:
                    chunked/*, rfc9112/6.3, websocket-server
  --list            names them and does nothing
  --strict          a SHOULD that is not held fails the run too
  --jobs N          probes under way at once (16); 1 for a server that takes one connection
  --quiet MS        without a byte for so long a peer counts as silent (500); more for one far away
  --timeout MS      what takes longer is ended, and counts as broken (20000)
  --json [FILE]     the results with every byte, to FILE or, without a report, to the standard output
  --junit FILE      the results for a CI
  --html FILE       the results for people: clauses by implementations, with the bytes behind each cell
  --help

A cell is held/asked, ! where a MUST failed, * where that is a known fault of that version. A MAY is
told in the summary only. A server that gives one answer to everything is named first.
Exit codes: 0 no MUST failed, 1 one did, 2 could not run, or nothing could be asked.
`;

const options = {
  only: { type: 'string', default: '' },
  list: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  jobs: { type: 'string', default: '16' },
  quiet: { type: 'string', default: '500' },
  timeout: { type: 'string', default: '20000' },
  json: { type: 'string' },
  junit: { type: 'string' },
  html: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Where `--json` without a file writes. */
const STANDARD_OUTPUT = '-';

export async function probes(args: string[]): Promise<void> {
  const { values, positionals } = usage(() =>
    parseArgs({ args: withJsonFile(args), options, allowPositionals: true }),
  );
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const chosen = chosenBy(values.only);
  const [address] = positionals.filter((word) => word.includes('://'));
  if (address !== undefined && positionals.length > 1)
    throw new UsageError('one address, and nothing beside it');
  const server = address === undefined ? undefined : serverAt(address);
  const asked = server === undefined ? builtInsNamed(positionals) : [server.asked];
  if (values.list) return list(asked, chosen);

  const began = performance.now();
  const run: RunOptions = {
    jobs: numberOf('--jobs', values.jobs, 1, 1000),
    quiet: numberOf('--quiet', values.quiet, 1, 1e6),
    timeout: numberOf('--timeout', values.timeout, 1, 1e7),
    signal: stopOnInterrupt(),
  };
  const note = server && (await firstLookAt(server, run));
  const results = await askAll(asked, chosen, run);
  const nothing = run.signal!.aborted ? undefined : whyNothing(results);
  if (nothing !== undefined) throw new CannotRun(new Error(nothing));
  report(results, values.strict, (performance.now() - began) / 1000, values, note);
  if (results.some((result) => standingOf(result, values.strict) === 'failed')) process.exitCode = 1;
  else if (run.signal!.aborted) throw new CannotRun(new Error('stopped before the end'));
}

type Asked = Pick<BuiltIn, 'family' | 'title' | 'ask'>;

/** One after the other, so that none is slowed down by another's probes. */
async function askAll(asked: readonly Asked[], chosen: Chosen, options: RunOptions): Promise<Result[]> {
  const results: Result[] = [];
  for (const one of asked) {
    let done = 0;
    const onResult = (): void => progress(`${one.title}, ${one.family}: ${++done}`);
    results.push(...(await one.ask(chosen, { ...options, onResult })));
  }
  progress('');
  if (results.length === 0) throw new UsageError('no probe has that in its name: --list names them');
  return results;
}

// ── Who is asked, and what ──

function builtInsNamed(wanted: readonly string[]): readonly Asked[] {
  const unknown = wanted.find((name) => !names().includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `"${unknown}" is neither an address like http://127.0.0.1:8080/ nor one of ${names().join(', ')}`,
    );
  return wanted.length === 0 ? builtIns : builtIns.filter(({ name }) => wanted.includes(name));
}

function names(): string[] {
  return [...new Set(builtIns.map(({ name }) => name))];
}

const SCHEMES: Readonly<Record<string, 'http-server' | 'websocket-server'>> = {
  'http:': 'http-server',
  'https:': 'http-server',
  'ws:': 'websocket-server',
  'wss:': 'websocket-server',
};

/** A server at an address. */
interface Named {
  /** The address without its credentials. */
  readonly name: string;
  readonly peer: ServerAddress;
  readonly asked: Asked;
}

function serverAt(text: string): Named {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const family = url && SCHEMES[url.protocol];
  if (url === undefined || family === undefined)
    throw new UsageError(`"${text}" is no address: http://HOST:PORT/PATH or ws://HOST:PORT/PATH`);
  const authorization = authorizationOf(url);
  url.username = url.password = '';
  const isSecure = /^(https|wss):$/.test(url.protocol);
  const peer: ServerAddress = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isSecure ? 443 : 80)),
    path: url.pathname + url.search,
    isSecure,
    ...(authorization !== undefined && { authorization }),
  };
  const all = family === 'http-server' ? httpServerProbes : websocketServerProbes;
  const asked: Asked = {
    family,
    title: url.host,
    ask: (chosen, options) =>
      runProbes(
        { family, implementation: url.host, peer },
        all.filter((probe) => chosen(probe, family)),
        options,
      ),
  };
  return { name: url.href, peer, asked };
}

/** What `http://USER:PASSWORD@HOST/` asks to be sent in Authorization: Basic, RFC 7617 2. */
function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const [user, secret] = usage(() => [username, password].map(decodeURIComponent));
  if (user!.includes(':'))
    throw new UsageError('a user name cannot have a colon in it: Basic has no way to say so');
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

/**
 * What is to be said before any number.
 * @throws CannotRun where nobody listens there, or nothing can be asked, before a single probe is tried
 */
async function firstLookAt(
  { name, peer, asked }: Named,
  { quiet, signal }: RunOptions,
): Promise<string | undefined> {
  await reach(peer, name);
  const look = asked.family === 'http-server' ? lookAtHttp : lookAtWebSocket;
  try {
    const { unfit, note } = await look(peer, { quiet, signal: signal! });
    if (unfit !== undefined) throw new Error(unfit);
    return note && `${name} ${note}`;
  } catch (error) {
    throw new CannotRun(new Error(`${name}: ${(error as Error).message}`));
  }
}

/** Milliseconds in which a server has to take a connection, before anything is asked. */
const REACH = 10_000;

async function reach({ host, port }: ServerAddress, address: string): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(REACH) });
  } catch (error) {
    if ((error as Error).name === 'AbortError')
      throw new CannotRun(new Error(`${address} takes no connection within ${REACH / 1000} s`));
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CannotRun(code === 'ECONNREFUSED' ? (error as Error) : new Error(`${address}: ${message}`));
  } finally {
    socket.destroy();
  }
}

export function chosenBy(only: string): Chosen {
  const fits = patternOf(only);
  return ({ name, requirements }, family) => fits(`${family}/${name}`) || requirements.some(fits);
}

function list(asked: readonly Asked[], chosen: Chosen): void {
  for (const family of new Set<Family>(asked.map((one) => one.family)))
    for (const probe of probesOf[family].filter((one) => chosen(one, family)))
      process.stdout.write(`${family}/${probe.name}  ${probe.level}  ${probe.requirements.join(' ')}\n`);
}

// ── What is told ──

function report(
  results: readonly Result[],
  strict: boolean,
  seconds: number,
  files: { json?: string | undefined; junit?: string | undefined; html?: string | undefined },
  note: string | undefined,
): void {
  const toPeople = files.json === STANDARD_OUTPUT ? process.stderr : process.stdout;
  if (note !== undefined) toPeople.write(`NOTE  ${printable(note)}\n\n`);
  if (files.html !== undefined) writeFileSync(files.html, formatHtml(results, strict, new Date(), note));
  if (files.junit !== undefined) writeFileSync(files.junit, formatJunit(results, strict));
  if (files.json !== undefined && files.json !== STANDARD_OUTPUT)
    writeFileSync(files.json, formatJson(results, strict, note));
  if (files.json === STANDARD_OUTPUT) {
    process.stdout.write(formatJson(results, strict, note));
    return;
  }
  process.stdout.write(`${formatMatrix(results, strict)}${formatBroken(results, strict)}\n`);
  process.stdout.write(formatSummary(results, seconds, strict));
}

/** `parseArgs` knows no option whose value may be left out: `--json` alone becomes `--json=-`. */
function withJsonFile(args: readonly string[]): string[] {
  return args.map((arg, i) => {
    const next = args[i + 1];
    const isAlone = arg === '--json' && (next === undefined || next.startsWith('-') || next.includes('://'));
    return isAlone ? `--json=${STANDARD_OUTPUT}` : arg;
  });
}

/** One line on a terminal, drawn over and over; nothing where the output is kept. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Ctrl-C ends the asking, and what is known by then is told; a second one ends all. */
function stopOnInterrupt(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return stop.signal;
}
