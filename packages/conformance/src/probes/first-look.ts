/**
 * A first look at a server at an address, before any probe: whether it can be asked at all, and whether there is more to
 * see than one answer. Without it a server that is silent, or says 401 to everything, would seem to hold what it was asked.
 */
import { shown } from '../report/bytes.ts';
import { type Answer, fieldValue, readAnswers } from './http-server/answers.ts';
import { plainHead } from './http-server/baseline.ts';
import type { Terms } from './probe.ts';
import { masked, secretsOf } from './secrets.ts';
import { encodeRequest } from './websocket-server/open.ts';
import { hostOf, type LineEnd, type ServerAddress, WireLine } from './wire-line.ts';

export interface FirstLook {
  /** Why nothing can be asked, and the way out. */
  readonly unfit?: string;
  /** What is to be said before any number. */
  readonly note?: string;
  /** What a plain request was answered with. */
  readonly status?: number;
}

/** A path that no server is likely to have. */
const NOWHERE = '/conformance-asks-for-nothing';

export async function lookAtHttp(server: ServerAddress, terms: Terms): Promise<FirstLook> {
  const what = `a plain GET of ${server.path}`;
  const plain = await say(server, terms, 'GET', `${plainHead(server)}\r\n`);
  if (plain.answer === undefined) return { unfit: unanswered(plain, what, server, 'http', terms) };
  const { status } = plain.answer;
  if (status >= 200 && status < 300) return { status };
  const others = await Promise.all([
    say(server, terms, 'POST', `${plainHead(server, 'POST')}Content-Length: 0\r\n\r\n`),
    say(server, terms, 'OPTIONS', `${plainHead(server, 'OPTIONS')}\r\n`),
    say(server, terms, 'GET', `${plainHead(server, 'GET', NOWHERE)}\r\n`),
  ]);
  const isAll = others.every(({ answer }) => answer?.status === status);
  const told = `answers ${status} to ${isAll ? 'everything, also to ' : ''}${what}`;
  if (status === 400 || status >= 500)
    return { unfit: `${told}: nothing can be compared with that; name a path that is answered with 2xx` };
  const wayOut = wayPast(plain.answer, server, 'http');
  return {
    status,
    note: `${told}: what follows is about that answer, and not about what is behind it; ${wayOut}`,
  };
}

/** What is to be said if a plain GET is answered otherwise after the probes than before them. */
export async function lookAgain(
  server: ServerAddress,
  terms: Terms,
  before: number,
): Promise<string | undefined> {
  const { answer } = await say(server, terms, 'GET', `${plainHead(server)}\r\n`).catch(() => NOTHING);
  const now = answer?.status ?? 'nothing';
  if (now === before) return undefined;
  return `answers ${now} to a plain GET after the probes, and ${before} before them: some may have met a limit (ask with --jobs 1, or lift it) or have broken the server`;
}

const NOTHING: { readonly answer?: Answer } = {};

export async function lookAtWebSocket(server: ServerAddress, terms: Terms): Promise<FirstLook> {
  const what = 'an opening handshake';
  const plain = await say(server, terms, 'GET', encodeRequest(server));
  if (plain.answer === undefined) return { unfit: unanswered(plain, what, server, 'ws', terms) };
  const { status } = plain.answer;
  if (status === 101) return {};
  const wayOut = wayPast(plain.answer, server, 'ws');
  return { unfit: `answers ${status} to ${what}, so no WebSocket opens there: ${wayOut}` };
}

/** Whether a client that only connects keeps all others waiting. Then many probes at once would fail of each other. */
export async function takesOneAtATime(
  server: ServerAddress,
  terms: Terms,
  protocol: 'http' | 'ws',
): Promise<boolean> {
  const idle = await WireLine.open(server, terms);
  try {
    const request = protocol === 'http' ? `${plainHead(server)}\r\n` : encodeRequest(server);
    const beside = await say(server, terms, 'GET', request);
    return beside.answer === undefined;
  } catch {
    return false; // whoever refuses a second connection is found out by the probes
  } finally {
    idle.close();
  }
}

interface Heard {
  /** The final one. */
  readonly answer?: Answer | undefined;
  readonly received: Buffer;
  readonly end: LineEnd;
  /** Why there is no connection over which to ask. */
  readonly tls?: string;
}

/** Never for longer than twice the patience, whatever the server does. @throws where there is no connection, or the run was ended */
async function say(server: ServerAddress, terms: Terms, method: string, request: string): Promise<Heard> {
  const limit = AbortSignal.timeout(2 * patience(terms));
  const limited: Terms = { ...terms, signal: AbortSignal.any([terms.signal, limit]) };
  let line: WireLine;
  try {
    line = await WireLine.open(server, limited);
  } catch (error) {
    if (server.isSecure !== true || terms.signal.aborted) throw error;
    const tls = limit.aborted ? 'the handshake is not answered' : (error as Error).message;
    return { received: Buffer.alloc(0), end: 'open', tls };
  }
  try {
    line.send(request);
    const look = (): Answer | undefined =>
      readAnswers(line.received, [method], line.end !== 'open').all.find(
        ({ status, isComplete }) => (status >= 200 || status === 101) && isComplete,
      );
    const isOver = (): boolean => look() !== undefined || !isHttp(line.received);
    await line.receive(isOver, patience(terms)).catch(() => terms.signal.throwIfAborted());
    // Where the limit ended it, that was we, and no end that the server made.
    return { answer: look(), received: line.received, end: limit.aborted ? 'open' : line.end };
  } finally {
    line.close();
  }
}

/** Milliseconds: the first answer of a server may take its time; it loads, or compiles. */
function patience({ quiet }: Terms): number {
  return 10 * quiet;
}

function isHttp(received: Buffer): boolean {
  const begun = received.toString('latin1', 0, 'HTTP/'.length);
  return 'HTTP/'.startsWith(begun);
}

function unanswered(
  { received, end, tls }: Heard,
  what: string,
  server: ServerAddress,
  scheme: 'http' | 'ws',
  terms: Terms,
): string {
  const { host, port, path, isSecure } = server;
  const told = (): string => shown(masked(received, secretsOf(server)), 80);
  const other = `${scheme}${isSecure === true ? '' : 's'}://${hostOf({ host, port })}${path}`;
  if (tls !== undefined) return `no TLS there: ${tls}; without TLS it is ${other}`;
  if (!isHttp(received)) return `answers what is no HTTP: ${told()}`;
  if (received.length > 0) return `begins an answer and does not bring it to an end: ${told()}`;
  if (end !== 'open') {
    const hint = isSecure === true ? '' : `; with TLS it is ${other}`;
    return `ends the connection without an answer to ${what}${hint}`;
  }
  const seconds = patience(terms) / 1000;
  return `takes connections and says nothing: no answer to ${what} in ${seconds} s; --quiet gives it more time`;
}

function wayPast(answer: Answer, { fields = [] }: ServerAddress, scheme: 'http' | 'ws'): string {
  const { status } = answer;
  const location = fieldValue(answer, 'location');
  if (status === 401 && !fields.some(([name]) => /^authorization$/i.test(name)))
    return `name credentials, as in ${scheme}://USER:PASSWORD@HOST/PATH`;
  if (status === 401) return 'name other credentials: these are not taken';
  if (status >= 300 && status < 400 && location !== undefined)
    return `name the place that it points to: ${location}`;
  return scheme === 'http' ? 'name a path that is answered with 2xx' : 'name the path of a WebSocket';
}
