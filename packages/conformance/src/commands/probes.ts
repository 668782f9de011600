/**
 * `minis probe [WHO]`: puts the probes to every built-in implementation, to some of them, or to a server at an address,
 * and reports. It sends to that address only, and no more than the probes that it lists.
 */
import { parseArgs } from 'node:util';
import { type BuiltIn, builtIns, type Chosen, probesOf } from '../families.ts';
import type { Family, Result } from '../probes/probe.ts';
import { type RunOptions, whyNothing } from '../probes/run.ts';
import { CONTRACTS } from '../probes/tcp-server/contract.ts';
import { CannotRun, numberOf, UsageError, usage } from '../usage.ts';
import { CHOICE_HELP, choiceOptions, chosenBy } from './choice.ts';
import {
  CONCLUSION_HELP,
  checkFiles,
  conclude,
  conclusionOptions,
  knownFailuresFor,
  quietOf,
  withJsonFile,
} from './conclusion.ts';
import { floorOf } from './floor.ts';
import { firstLookAt, goneAmong, secondLookAt, serverAt } from './named-server.ts';

const HELP = `minis probe: puts the clauses of the RFCs to HTTP/1.1, WebSocket and TCP implementations

  minis probe [OPTIONS]                    every built-in implementation
  minis probe NAME... [OPTIONS]            some of them: ${names().join(', ')}
  minis probe http://HOST:PORT/PATH        any HTTP server; https too
  minis probe ws://HOST:PORT/PATH          any WebSocket server, best one that echoes; wss too
  minis probe tcp://HOST:PORT/CONTRACT     any TCP server, by a contract that is said below; an echo without one
  minis probe http://USER:PASSWORD@HOST/   either with credentials (Basic), which no report tells
  minis probe --listen                     any client: --listen --help tells more
  minis probe properties                   the properties: properties --help tells more

${CHOICE_HELP}
  --list            names them and does nothing
  --header LINE     'Name: value', sent with each request of an address, where a probe leaves room for
                    it; several. Host names a virtual host; what looks like a secret is told as asterisks
  --contract        the server keeps the contract of an echo, at any path: GET is 200; POST is 200 with the
                    same content; connections persist, many at once; a WebSocket sends each message back.
                    Nothing is found out first, and what cannot be asked for lack of that is broken
  --jobs N          probes under way at once (16); 1 tells what ends a server
  --quiet MS        without a byte for so long a peer counts as silent (500); more for one far away
  --timeout MS      what takes longer is ended, and counts as broken (20000)
${CONCLUSION_HELP}
  --help

The contracts that a TCP server is asked by:
${Object.entries(CONTRACTS)
  .map(([name, told]) => `  ${name.padEnd(9)}${told}`)
  .join('\n')}

A cell is held/asked, ! where a MUST failed, * where that is a known fault. A MAY is told in the
summary only. A server that gives one answer to everything is named first.
Exit codes: 0 no MUST failed, 1 one did, 2 wrong usage, 3 it cannot be asked: unreachable, silent,
no HTTP, it lacks what every probe needs, or it has ended midway.
`;

const options = {
  ...choiceOptions,
  ...conclusionOptions,
  list: { type: 'boolean', default: false },
  contract: { type: 'boolean', default: false },
  header: { type: 'string', multiple: true, default: [] as string[] },
  jobs: { type: 'string', default: '16' },
  quiet: { type: 'string', default: '500' },
  timeout: { type: 'string', default: '20000' },
  help: { type: 'boolean', default: false },
} as const;

/** @param command what it was called by, for whoever wants to ask one probe again */
export async function probes(args: string[], command: string): Promise<void> {
  const { values, positionals } = usage(() =>
    parseArgs({ args: withJsonFile(args), options, allowPositionals: true }),
  );
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const chosen = chosenBy(values);
  const [address] = positionals.filter((word) => word.includes('://'));
  if (address !== undefined && positionals.length > 1)
    throw new UsageError('one address, and nothing beside it');
  if (address === undefined && values.header.length > 0) throw new UsageError('--header needs an address');
  if (address === undefined && values.contract) throw new UsageError('--contract needs an address');
  const server = address === undefined ? undefined : serverAt(address, values.header, values.contract);
  const asked: readonly Asked[] = server === undefined ? builtInsNamed(positionals) : [server];
  if (values.list) return list(asked, chosen);

  const known = knownFailuresFor(values);
  checkFiles(values);
  const began = performance.now();
  const run: RunOptions = {
    jobs: numberOf('--jobs', values.jobs, 1, 1000),
    quiet: quietOf(values.quiet),
    timeout: numberOf('--timeout', values.timeout, 1, 1e7),
    signal: stopOnInterrupt(),
  };
  const look = server && (await firstLookAt(server, run));
  const jobs = look?.jobs ?? run.jobs;
  const found = await askAll(asked, chosen, { ...run, jobs });
  const wasStopped = run.signal!.aborted;
  const gone = server && !wasStopped ? await goneAmong(server, found, jobs) : undefined;
  const results = gone?.results ?? found;
  const nothing = wasStopped ? undefined : whyNothing(results);
  if (nothing !== undefined) throw new CannotRun(new Error(nothing));
  const floor = values.contract && server?.family === 'http-server' ? await floorOf(chosen, run) : undefined;
  const note = server ? (gone?.note ?? (await secondLookAt(server, look!, run))) : notInstalled(positionals);
  conclude(results, values, {
    seconds: (performance.now() - began) / 1000,
    note,
    known,
    floor,
    isWhole: !wasStopped && gone === undefined,
    command: ({ implementation }) => `${command} ${server?.words ?? nameOf(implementation)}`,
  });
  if (process.exitCode === 1) return;
  if (wasStopped) throw new CannotRun(new Error('stopped before the end'));
  if (gone !== undefined) throw new CannotRun(new Error('the server ended before all was asked'));
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

/** @throws UsageError if there is no such one; CannotRun if it is not installed here */
function builtInsNamed(wanted: readonly string[]): readonly Asked[] {
  const unknown = wanted.find((name) => !names().includes(name));
  const [, host = '127.0.0.1', port, path = '/'] = WITHOUT_SCHEME.exec(unknown ?? '') ?? [];
  if (port !== undefined)
    throw new UsageError(
      `"${unknown}" does not say what is spoken there: http://${host}:${port}${path}, or https, ws, wss or tcp`,
    );
  if (unknown !== undefined)
    throw new UsageError(
      `"${unknown}" is neither an address like http://127.0.0.1:8080/ nor one of ${names().join(', ')}`,
    );
  if (wanted.length === 0) return builtIns.filter(({ isInstalled }) => isInstalled);
  const chosen = builtIns.filter(({ name }) => wanted.includes(name));
  const missing = new Set(chosen.filter(({ isInstalled }) => !isInstalled).map(({ name }) => name));
  if (missing.size > 0)
    throw new CannotRun(
      new Error(`${[...missing].join(' and ')}: not installed here; npm install ws undici, and ask again`),
    );
  return chosen;
}

/** `localhost:8080/a`, `:8080`, `8080`. */
const WITHOUT_SCHEME = /^(?:([\w.-]+|\[[\da-f:]+\])?:)?(\d{1,5})(\/.*)?$/i;

/** Those who are left out where nobody in particular is asked for. */
function notInstalled(wanted: readonly string[]): string | undefined {
  const missing = wanted.length > 0 ? [] : builtIns.filter(({ isInstalled }) => !isInstalled);
  const told = [...new Set(missing.map(({ name }) => name))].join(', ');
  return told === '' ? undefined : `not installed here, and so not asked: ${told} (npm install ws undici)`;
}

function names(): string[] {
  return [...new Set(builtIns.map(({ name }) => name))];
}

function nameOf(title: string): string {
  return builtIns.find((one) => one.title === title)?.name ?? '';
}

function list(asked: readonly Asked[], chosen: Chosen): void {
  for (const family of new Set<Family>(asked.map((one) => one.family)))
    for (const probe of probesOf[family].filter((one) => chosen(one, family)))
      process.stdout.write(`${family}/${probe.name}  ${probe.level}  ${probe.requirements.join(' ')}\n`);
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
