/**
 * Probes of HTTP clients: the client is told to make an exchange or two with a server that says what the probe wants, and
 * what it told its caller and sent over the wire is held against the outcomes that the RFCs allow.
 *
 * Every script ends its connection or answers, so no conforming client has anything to wait for: one that tells nothing
 * in a long time does not hold.
 */
import type { Field, RequestPlan } from '../../arbitraries/http.ts';
import type { HttpClientPeer, HttpSession } from '../../peers/http-peer.ts';
import { PLAIN_GET } from '../../peers/plain-get.ts';
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Probe, Terms } from '../probe.ts';
import { ConnectionOver, type RawConnection, type RawServer, startRawServer } from '../raw-server.ts';
import { afterSilence } from '../silence.ts';
import { expectation, type Outcome, observation, type Seen, type Told } from './outcome.ts';
import { play, SECOND, type SeenRequest, type Step, takeContent } from './script.ts';

/** A probe as it is written in the chapters. */
export interface Row extends AboutRow {
  /** What the client is told to ask; a GET unless told otherwise. */
  readonly ask?: Asking;
  /** The answer to the first request. */
  readonly answer: readonly Step[];
  /** What the server does when the first exchange is over and the second has not begun. */
  readonly between?: readonly Step[];
  /** Whether the client is then told to ask again, and what. */
  readonly again?: Asking | true;
  /** The answer to the second request and all after it. */
  readonly answerAgain?: readonly Step[];
  /** Answers the head of the first request, before its content is there. */
  readonly early?: true;
  readonly allowed: readonly Outcome[];
}

export interface Asking {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: readonly Field[];
  readonly content?: string;
  readonly framing?: 'length' | 'chunked';
  /** Whether it says `Connection: close`. */
  readonly closes?: true;
  /** Whether the client is to follow redirects. */
  readonly follow?: true;
}

/** What a client is told, redirects included: those that know nothing of them answer with the redirect. */
export interface ClientPlan extends RequestPlan {
  readonly follows: boolean;
}

/** With its row, for those who put the question in another way: to clients that somebody else starts. */
export interface ClientProbe extends Probe<HttpClientPeer> {
  readonly row: Row;
}

/** In units of `quiet`: a conforming client needs none of it, so it can be long enough for the slowest machine. */
const PATIENCE = 20;
/** A client that follows redirects without end is cut off here. */
const MAX_REQUESTS = 60;

export function clientProbe(row: Row): ClientProbe {
  const about = aboutOf(row, expectation(row.allowed));
  return { ...about, row, ask: (peer, terms) => put(row, peer, terms) };
}

async function put(row: Row, peer: HttpClientPeer, terms: Terms): Promise<Finding> {
  const requests: SeenRequest[] = [];
  const told: Told[] = [];
  const server = await startRawServer(
    (connection) => serve(row, connection, (request) => requests.push(request), terms.quiet),
    terms,
  );
  const session = peer.open(server.port, false);
  try {
    for (const asking of askings(row)) {
      told.push(await exchange(session, planOf(asking), terms));
      if (told.at(-1)!.kind === 'pending') break;
      if (told.length === 1 && server.connections.length > 0)
        await between(row, server.connections[0]!, terms.quiet);
    }
  } finally {
    await session.close();
    await server.close();
  }
  return findingOf(row, { told, requests }, server);
}

export function askings({ ask = {}, again }: Row): Asking[] {
  if (again === undefined) return [ask];
  return [ask, again === true ? {} : again];
}

/**
 * Plays the row's part on one connection.
 * @param note keeps a request, and answers how many there were
 */
export async function serve(
  row: Row,
  connection: RawConnection,
  note: (request: SeenRequest) => number,
  quiet: number,
): Promise<void> {
  for (;;) {
    const request: SeenRequest = {
      connection: connection.index,
      head: await connection.takeHead(),
      content: undefined,
    };
    const count = note(request);
    const isFirst = count === 1;
    if (count > MAX_REQUESTS) return connection.reset();
    const content = takeContent(connection, request.head).then((taken) => {
      request.content = taken;
    });
    if (!isFirst || row.early !== true) await content;
    content.catch(() => {}); // it is waited for below, if the connection lives as long
    const moment = { quiet, content };
    await play(isFirst ? row.answer : (row.answerAgain ?? [SECOND]), connection, moment);
    await content;
  }
}

async function between(row: Row, connection: RawConnection, quiet: number): Promise<void> {
  try {
    await play(row.between ?? [], connection, { quiet, content: Promise.resolve() });
  } catch (error) {
    if (!(error instanceof ConnectionOver)) throw error;
  }
}

async function exchange(session: HttpSession, plan: ClientPlan, { quiet, signal }: Terms): Promise<Told> {
  let stop = (): void => {};
  let onAbort = (): void => {};
  const over = new Promise<Told>((resolve) => {
    onAbort = () => resolve({ kind: 'pending' });
    signal.addEventListener('abort', onAbort);
    stop = afterSilence(PATIENCE * quiet, onAbort);
  });
  const answered = session.exchange(plan).then(
    (response): Told => ({ kind: 'response', response }),
    (error: unknown): Told => ({ kind: 'error', message: messageOf(error) }),
  );
  try {
    return await Promise.race([answered, over]);
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function planOf({ follow, content, ...asking }: Asking): ClientPlan {
  return {
    ...PLAIN_GET,
    ...asking,
    content: content === undefined ? undefined : Buffer.from(content),
    follows: follow === true,
  };
}

export function findingOf(row: Row, seen: Seen, { transcript }: RawServer): Finding {
  const observed = notAsked(row, seen);
  if (observed !== undefined) return { verdict: 'not asked', observed, transcript };
  const outcomes = row.allowed.map((outcome) => outcome.map(({ holds }) => holds(seen)));
  const verdict = outcomes.some((conditions) => conditions.every((holds) => holds === true))
    ? 'held'
    : outcomes.every((conditions) => conditions.includes(false))
      ? 'broken'
      : 'not asked';
  return { verdict, observed: observation(seen, row.allowed), transcript };
}

/** Why the question did not arise, where it did not. */
function notAsked({ ask }: Row, { told, requests }: Seen): string | undefined {
  const first = told[0]!;
  if (first.kind === 'not told' && requests.length === 0) return 'no request came';
  if (first.kind === 'error' && requests.length === 0) return `the client sent nothing: ${first.message}`;
  const isRedirect = first.kind === 'response' && first.response.status >= 300 && first.response.status < 400;
  if (ask?.follow === true && isRedirect) return 'the client follows no redirects';
  const isLast = /^connection:.*close/im.test(requests[0]?.head ?? '');
  if (ask?.closes === true && !isLast) return 'the client does not say close';
  const expects = ask?.content !== undefined && ask.fields?.some(([name]) => name === 'Expect') === true;
  if (expects && !/^expect:/im.test(requests[0]?.head ?? '')) return 'the client sent no Expect';
  return undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says only `fetch failed`, and why in its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
