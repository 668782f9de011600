/**
 * A server at an address that the user named, with what `--header` adds to each request. Before any probe it is looked at:
 * whether it can be asked at all, and what is to be said before any number.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Chosen, httpServerProbes, tcpServerProbes, websocketServerProbes } from '../families.ts';
import { lookAgain, lookAtHttp, lookAtWebSocket, takesOneAtATime } from '../probes/first-look.ts';
import type { Result } from '../probes/probe.ts';
import { isUnreached, type RunOptions, runProbes } from '../probes/run.ts';
import { isSecret, secretsOf } from '../probes/secrets.ts';
import { CONTRACTS, contractOf } from '../probes/tcp-server/contract.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { CannotRun, UsageError, usage } from '../usage.ts';

export interface NamedServer {
  readonly family: 'http-server' | 'websocket-server' | 'tcp-server';
  /** `127.0.0.1:8080`. */
  readonly title: string;
  /** The address without its credentials. */
  readonly name: string;
  /** What stands behind the command to ask it again, credentials left out. */
  readonly words: string;
  readonly peer: ServerAddress;
  ask(chosen: Chosen, options: RunOptions): Promise<Result[]>;
}

const SCHEMES: Readonly<Record<string, NamedServer['family']>> = {
  'http:': 'http-server',
  'https:': 'http-server',
  'ws:': 'websocket-server',
  'wss:': 'websocket-server',
  'tcp:': 'tcp-server',
};

const PROBES = {
  'http-server': httpServerProbes,
  'websocket-server': websocketServerProbes,
  'tcp-server': tcpServerProbes,
};

/**
 * @param headers lines of `--header`
 * @param keepsContract see `ServerAddress`
 */
export function serverAt(text: string, headers: readonly string[], keepsContract: boolean): NamedServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const family = url && SCHEMES[url.protocol];
  if (url === undefined || family === undefined)
    throw new UsageError(
      `"${text}" is no address: http://HOST:PORT/PATH, ws://HOST:PORT/PATH or tcp://HOST:PORT/CONTRACT`,
    );
  if (family === 'tcp-server') checkTcp(url, headers, keepsContract);
  const authorization = authorizationOf(url);
  url.username = url.password = '';
  const isSecure = /^(https|wss):$/.test(url.protocol);
  const fields = [
    ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
    ...headers.map(fieldOf),
  ];
  const host = fields.find(([name]) => /^host$/i.test(name));
  const others = fields.filter((field) => field !== host);
  const peer: ServerAddress = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isSecure ? 443 : 80)),
    path: url.pathname + url.search,
    isSecure,
    ...(host && { authority: host[1] }),
    ...(others.length > 0 && { fields: others }),
    ...(keepsContract && { keepsContract }),
  };
  const told = headers.map(
    (line) => ` --header '${isSecret(fieldOf(line)[0]) ? `${fieldOf(line)[0]}: ...` : line}'`,
  );
  const named = authorization === undefined ? url.href : url.href.replace('://', '://USER:PASSWORD@');
  return {
    family,
    title: url.host,
    name: url.href,
    words: `${quoted(named)}${told.join('')}${keepsContract ? ' --contract' : ''}`,
    peer,
    ask: (chosen, options) =>
      runProbes(
        { family, implementation: url.host, peer, secrets: secretsOf(peer) },
        PROBES[family].filter((probe) => chosen(probe, family)),
        options,
      ),
  };
}

/** A shell has its own meaning for `[`, `?` and `&`. */
function quoted(word: string): string {
  return /^[\w:/.,@%+=~-]*$/.test(word) ? word : `'${word.replaceAll("'", '%27')}'`;
}

/** An address of TCP has no default port, and its path is a name. */
function checkTcp(url: URL, headers: readonly string[], keepsContract: boolean): void {
  const names = Object.keys(CONTRACTS).join(', ');
  if (url.hostname === '' || url.port === '')
    throw new UsageError(`"${url.href}" needs a host and a port, as in tcp://127.0.0.1:7000/`);
  if (contractOf(url.pathname) === undefined || url.search !== '')
    throw new UsageError(`"${url.href}" names no contract: behind the port stands one of ${names}`);
  if (headers.length > 0) throw new UsageError('--header is for HTTP and WebSocket: TCP has no headers');
  if (keepsContract) throw new UsageError(`--contract is said by the path of tcp://: one of ${names}`);
}

/** What `http://USER:PASSWORD@HOST/` asks to be sent in Authorization: Basic, RFC 7617 2. */
function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const [user, secret] = usage(() => [username, password].map(decodeURIComponent));
  if (user!.includes(':'))
    throw new UsageError('a user name cannot have a colon in it: Basic has no way to say so');
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

/** What the probes are about: said twice, or otherwise, it would be another question. */
const ASKED_ABOUT =
  /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade|sec-websocket-.*)$/i;

function fieldOf(line: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--header takes 'Name: value' in visible latin1, not ${JSON.stringify(line)}`);
  if (ASKED_ABOUT.test(name))
    throw new UsageError(`--header cannot set ${name}: what a server makes of it is what is asked`);
  return [name, value];
}

// ── Before any probe ──

interface Look {
  /** What is to be said before any number. */
  readonly note: string | undefined;
  /** What a plain GET was answered with. */
  readonly status: number | undefined;
  /** Probes under way at once: as many as were asked for, or one by one if the server takes one client at a time. */
  readonly jobs: number;
}

/** @throws CannotRun if nobody listens there, or nothing can be asked */
export async function firstLookAt(
  { name, peer, family }: NamedServer,
  { quiet, signal, jobs }: RunOptions,
): Promise<Look> {
  await reach(peer, name);
  if (peer.keepsContract || family === 'tcp-server') return { note: undefined, status: undefined, jobs };
  const terms = { quiet, signal: signal! };
  const look = family === 'http-server' ? lookAtHttp : lookAtWebSocket;
  try {
    const { unfit, note, status } = await look(peer, terms);
    if (unfit !== undefined) throw new Error(unfit);
    const protocol = family === 'http-server' ? 'http' : 'ws';
    const isOneAtATime = jobs > 1 && (await takesOneAtATime(peer, terms, protocol));
    const notes = [note, isOneAtATime ? ONE_AT_A_TIME : undefined];
    return { note: noteOf(name, notes), status, jobs: isOneAtATime ? 1 : jobs };
  } catch (error) {
    throw new CannotRun(new Error(`${name}: ${(error as Error).message}`));
  }
}

/** The note before any number, once all was asked: one answer to everything may also begin later. */
export async function secondLookAt(
  { name, peer }: NamedServer,
  { note, status }: Look,
  { quiet }: RunOptions,
): Promise<string | undefined> {
  if (status === undefined) return note;
  const again = await lookAgain(peer, { quiet, signal: new AbortController().signal }, status);
  return [note, noteOf(name, [again])].filter((one) => one !== undefined).join('; ') || undefined;
}

const ONE_AT_A_TIME =
  'takes one client at a time, so that one who only connects keeps all others waiting: it is asked one by one';

function noteOf(name: string, all: readonly (string | undefined)[]): string | undefined {
  const told = all.filter((one) => one !== undefined).map((one) => `${name} ${one}`);
  return told.length === 0 ? undefined : told.join('; ');
}

/**
 * If the server takes no connection any more, since when. A server that has ended holds and breaks nothing, so what found
 * nobody there is not asked, unless the server keeps a contract.
 */
export async function goneAmong(
  { name, peer }: NamedServer,
  results: readonly Result[],
  jobs: number,
): Promise<{ readonly note: string; readonly results: Result[] } | undefined> {
  const first = results.findIndex(isUnreached);
  if (first === -1) return undefined;
  const isBack = await reach(peer, name).then(
    () => true,
    () => false,
  );
  if (isBack) return undefined;
  const unput = results.filter(isUnreached).length;
  const before = results[first - 1]?.probe.name;
  const cause =
    jobs === 1 && before !== undefined
      ? `${before}, the last before, may have ended it`
      : 'what was asked just before may have ended it (--jobs 1 tells which)';
  return {
    note: `${name} takes no connection any more since ${results[first]!.probe.name}: ${cause}, and ${unput} of ${results.length} questions found nobody`,
    results: results.map((result) =>
      isUnreached(result) && !peer.keepsContract
        ? { ...result, finding: { ...result.finding, verdict: 'not asked' } }
        : result,
    ),
  };
}

/** Milliseconds in which a server has to take a connection, before anything is asked. */
const REACH = 10_000;

async function reach({ host, port }: ServerAddress, address: string): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(REACH) });
  } catch (error) {
    if ((error as Error).name === 'AbortError')
      throw new CannotRun(
        new Error(
          `${address} takes no connection within ${REACH / 1000} s: is it this host, and does a firewall stand between?`,
        ),
      );
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CannotRun(new Error(`${address}: ${WORDS[code ?? ''] ?? message}`));
  } finally {
    socket.destroy();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there: start the server first, or name another address',
  ENOTFOUND: 'there is no such host: is its name spelled so?',
  EAI_AGAIN: 'the name of the host cannot be looked up now: is there a network?',
  EHOSTUNREACH: 'there is no way to this host: is it up, and in this network?',
  ENETUNREACH: 'there is no way to this network: is this machine connected to it?',
};
