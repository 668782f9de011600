/**
 * A probe of a server as a row of data, and how it is asked: send the steps, read answers until all that could come have
 * come, and hold what was seen against the outcomes that are allowed. Nothing but silence is waited for.
 */
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Passage, Probe, Terms } from '../probe.ts';
import { hostOf, type ServerAddress, WireLine } from '../wire-line.ts';
import { type Answers, announcesClose, readAnswers } from './answers.ts';
import { type Baseline, baselineOf, isAnswering, ownLinesOf } from './baseline.ts';
import { CLOSED, type Event, match, type Outcome, observed, type Seen, wordsOf } from './outcome.ts';

/**
 * What is done, one after the other. In text, `{path}`, `{host}`, `{mirror}` and `{method}` (one that may have content)
 * stand for what is so at the server, and `{own}` for the lines that every request to this server has.
 */
export type Step =
  | string
  | { readonly slowly: string }
  /** Waits until all of it is taken, whatever is answered meanwhile; or for silence, or the end. */
  | { readonly wholly: string }
  /** Waits for one more answer, or for silence. */
  | 'await'
  /** Reads nothing of what is answered, until `read on` has found that the server takes no more. */
  | 'read late'
  | 'read on'
  | 'half-close';

export interface Row extends AboutRow {
  readonly send: readonly Step[];
  /** The methods of all requests that a server could see in it, right or wrong; one `{method}` where nothing is said. */
  readonly asks?: readonly string[];
  /** What an echo must answer to the first. */
  readonly content?: string;
  readonly allow: readonly Outcome[];
  readonly needs?: 'echo' | 'mirror' | 'plain TCP';
}

/** Lines, and the empty line that ends them. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n{own}\r\n`;
}

/** A plain request with these fields, Host among them. */
export function get(...fields: readonly string[]): string {
  return head('GET {path} HTTP/1.1', 'Host: {host}', ...fields);
}

/** The head of a request with content. */
export function withContent(...fields: readonly string[]): string {
  return head('{method} {path} HTTP/1.1', 'Host: {host}', ...fields);
}

/** A row for each named value, where values differ and nothing else does: a row is made from a name and a value. */
export function each(
  values: Readonly<Record<string, string>>,
  row: (name: string, value: string) => Row,
): Row[] {
  return Object.entries(values).map(([name, value]) => row(name, value));
}

export type Chapter = readonly Probe<ServerAddress>[];

export function chapter(name: string, rows: readonly Row[]): Chapter {
  return rows.map((row) => ({
    ...aboutOf({ ...row, name: `${name}/${row.name}` }, wordsOf(row.allow)),
    ask: (server, terms) => ask(row, server, terms),
  }));
}

/** Servers that answer nothing any more, and since when. */
const lost = new WeakMap<ServerAddress, string>();

async function ask(row: Row, server: ServerAddress, terms: Terms): Promise<Finding> {
  const baseline = await baselineOf(server, terms);
  const lack = baseline.unfit ?? lackOf(row, baseline, server);
  if (lack !== undefined) return { verdict: 'not asked', observed: lack, transcript: [] };
  const loss = lost.get(server);
  if (loss !== undefined) return { verdict: withoutQuestion(server), observed: loss, transcript: [] };
  const quiet = Math.max(terms.quiet, 5 * baseline.latency);
  const { finding, wasSilent } = await askOnce(row, server, terms, baseline, quiet);
  // A server that is only slow, on a busy machine, say, is given more time before it is called silent.
  if (finding.verdict !== 'broken' || !wasSilent) return finding;
  const again = (await askOnce(row, server, terms, baseline, 4 * quiet)).finding;
  if (again.verdict !== 'broken' || (await isAnswering(server, terms))) return again;
  // One probe can hang a whole server, and what is asked after it says nothing about the server's other habits.
  lost.set(server, `the server answers nothing since ${row.name}, or what was asked beside it`);
  return { ...again, observed: `${again.observed}, and nothing to a plain GET after it` };
}

async function askOnce(
  row: Row,
  server: ServerAddress,
  terms: Terms,
  baseline: Baseline,
  quiet: number,
): Promise<{ finding: Finding; wasSilent: boolean }> {
  const transcript: Passage[] = [];
  const line = await WireLine.open(server, terms, transcript);
  try {
    const { seen, wasSilent } = await converse(row, line, server, baseline, quiet);
    const verdict = judge(row, seen, server);
    const told = observed(seen, row.allow, wasSilent);
    const why = verdict === 'not asked' ? `${told}: it ended the connection early, as it may` : told;
    return { finding: { verdict, observed: why, transcript }, wasSilent };
  } finally {
    line.close();
  }
}

function lackOf(
  { needs }: Row,
  { echoes, mirror }: Baseline,
  { isSecure }: ServerAddress,
): string | undefined {
  if (needs === 'echo' && !echoes) return 'the server does not send content back';
  if (needs === 'mirror' && mirror === undefined) return 'the server does not list the fields it received';
  if (needs === 'plain TCP' && isSecure === true) return 'the server is asked over TLS';
  return undefined;
}

async function converse(
  { send, asks = ['{method}'], content, allow }: Row,
  line: WireLine,
  server: ServerAddress,
  baseline: Baseline,
  quiet: number,
): Promise<{ seen: Seen; wasSilent: boolean }> {
  const fill = (text: string): string =>
    text
      .replaceAll('{path}', server.path)
      .replaceAll('{host}', hostOf(server))
      .replaceAll('{own}', ownLinesOf(server))
      .replaceAll('{mirror}', baseline.mirror ?? server.path)
      .replaceAll('{method}', baseline.contentMethod);
  const methods = asks.map(fill);
  const expects = send.some((step) => typeof step === 'string' && /expect:/i.test(step));
  const read = (): Answers => {
    const { all, rest } = readAnswers(line.received, methods, line.end !== 'open');
    // Hints may come before any answer, and so may a 100 that nobody asked for (RFC 9110 15.2).
    return { all: all.filter(({ status }) => status !== 103 && (status !== 100 || expects)), rest };
  };
  const silences: number[] = [];
  for (const step of send) {
    if (step === 'half-close') line.halfClose();
    else if (step === 'read late') line.readLate();
    else if (step === 'read on') await line.readOn();
    else if (step === 'await') {
      const before = read().all.length;
      const came = await line.receive(() => read().all.length > before, quiet);
      if (came === 'silent') silences.push(before);
    } else if (typeof step === 'string') line.send(fill(step));
    else if ('wholly' in step) {
      const sent = await line.sendWholly(fill(step.wholly), quiet);
      if (sent === 'silent') silences.push(read().all.length);
    } else await line.sendByteByByte(fill(step.slowly));
  }
  const looksAtEnd = allow.some((outcome) => outcome.includes(CLOSED));
  const look = (): Seen => {
    const { all, rest } = read();
    const events: Event[] = [...all];
    for (const [i, at] of silences.entries()) events.splice(at + i, 0, 'silence');
    return { events, end: line.end, rest, baseline, methods, content };
  };
  // Whether the end of the connection could change nothing any more, for better or worse.
  const isSettled = (seen: Seen): boolean =>
    allow.some((outcome) => !outcome.includes(CLOSED) && match(outcome, seen) === 'yes') ||
    allow.every((outcome) => match(outcome, { ...seen, end: 'closed' }) === 'no');
  const isDone = (): boolean => isAll(read(), methods.length) && (!looksAtEnd || isSettled(look()));
  let last = await line.receive(isDone, quiet);
  const final = read().all.at(-1);
  if (last === 'silent' && looksAtEnd && final?.isComplete && announcesClose(final)) {
    // It reads on for a while so that no reset takes its answer away (RFC 9112 9.6), until it knows that we have it.
    line.halfClose();
    last = await line.receiveEnd(quiet);
  }
  return { seen: look(), wasSilent: last === 'silent' || silences.length > 0 };
}

function isAll({ all }: Answers, asked: number): boolean {
  const final = all.filter(({ status, isComplete }) => isComplete && (status >= 200 || status === 101));
  return final.length >= asked || final.at(-1)?.status === 101;
}

function judge({ requirements, allow }: Row, seen: Seen, server: ServerAddress): Finding['verdict'] {
  const matches = allow.map((outcome) => match(outcome, seen));
  if (matches.includes('yes') && seen.rest.length === 0) return 'held';
  const isAbout = requirements[0] === 'rfc9112/9.3.2/pipeline-order' && seen.end === 'open';
  return matches.includes('maybe') && !isAbout ? withoutQuestion(server) : 'broken';
}

/** If the question cannot be put for what the server does: one that keeps the contract has broken it. */
function withoutQuestion({ keepsContract }: ServerAddress): Finding['verdict'] {
  return keepsContract ? 'broken' : 'not asked';
}
