/**
 * Asks a server what its rung is about: the goals one by one up to the first that is not held, then everything at once for what
 * was kept and for the score. The contract is declared, so nothing has to be found out first.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Probe, type Result, type RunOptions, runProbes, startCuttingProxy } from 'conformance/asking';
import { heldBy, keptAt } from './ladder.ts';
import { type AskedTrack, askedTrackOf } from './probes.ts';
import type { Rung } from './rung.ts';

type ServerProbe = AskedTrack['probes'][number];
export type Peer = ServerProbe extends Probe<infer Address> ? Address : never;

export interface AskOptions {
  /** Milliseconds without a byte after which the server counts as silent. A goal that fails is asked again with four times as many. */
  readonly quiet: number;
  /** Probes at once, beside the goals. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  /** Before each goal. */
  readonly onGoal?: (probe: string) => void;
  readonly onGoalDone?: (goal: Asked) => void;
  /** While everything is asked. */
  readonly onProgress?: (done: number, of: number) => void;
  readonly onOneAtATime?: () => void;
}

export interface Asked extends Result {
  /** Milliseconds that silence took. */
  readonly quiet: number;
  /** As it is, or through a proxy that hands on one byte at a time: what is held one way is lost the other. */
  readonly way: 'whole' | 'byte by byte';
}

export interface Outcome {
  /** In the order of the rung's goals, up to the first that is not held. */
  readonly goals: readonly Asked[];
  /** Goals that were not asked, since one before them is not held. */
  readonly waiting: number;
  readonly kept: { readonly held: number; readonly of: number; readonly lost: readonly Result[] } | undefined;
  readonly must: Count | undefined;
  readonly should: Count | undefined;
  /** It answered a plain request at first, and does not any more, though it may still run. */
  readonly isStuck: boolean;
  /** Probes that nothing at all came back to: one of them may have made it stuck, or ended it. */
  readonly unanswered: readonly string[];
}

export interface Count {
  readonly held: number;
  readonly of: number;
}

export async function ask(peer: Peer, rung: Rung, options: AskOptions): Promise<Outcome> {
  const goals = await askGoals(peer, rung, options);
  const waiting = rung.goals.length - goals.length;
  const track = askedTrackOf(rung);
  if (!track.isScored) {
    const notAsked = { kept: undefined, must: undefined, should: undefined };
    return { goals, waiting, ...notAsked, isStuck: false, unanswered: [] };
  }
  const kept = keptAt(rung);
  const hasAnswered = await answersPlainly(peer, track, options);
  const isOneAtATime = hasAnswered && (await keepsOthersWaiting(peer, track, options));
  if (isOneAtATime) options.onOneAtATime?.();
  const jobs = isOneAtATime ? 1 : options.jobs;
  // Who has reached the goals is measured as our own rung is.
  const expected = isPassed({ goals, waiting }) ? new Set([...kept, ...heldBy(rung)]) : kept;
  const results = await askAll(peer, track, expected, { ...options, jobs });
  const lost = results.filter(({ probe, finding }) => kept.has(probe.name) && finding.verdict !== 'held');
  return {
    goals,
    waiting,
    kept: { held: kept.size - lost.length, of: kept.size, lost },
    must: countOf(results, 'must'),
    should: countOf(results, 'should'),
    isStuck: hasAnswered && !(await answersPlainly(peer, track, { ...options, quiet: 8 * options.quiet })),
    unanswered: results.filter(isUnanswered).map(({ probe }) => probe.name),
  };
}

export function isPassed({ goals, waiting }: Pick<Outcome, 'goals' | 'waiting'>): boolean {
  return waiting === 0 && goals.every(({ finding }) => finding.verdict === 'held');
}

// ── Goals ──

async function askGoals(peer: Peer, rung: Rung, options: AskOptions): Promise<Asked[]> {
  const goals: Asked[] = [];
  for (const { probe } of rung.goals) {
    options.onGoal?.(probe);
    const goal = await askGoal(peer, askedTrackOf(rung), probe, options);
    if (options.signal?.aborted) break; // half asked says nothing of the server
    goals.push(goal);
    options.onGoalDone?.(goal);
    if (goal.finding.verdict !== 'held') break;
  }
  return goals;
}

/** Bytes that are handed on one by one in a second. */
const FEW = 512;
/** Milliseconds between two of them: another process then usually gets them by themselves. */
const BETWEEN = 2;
/** Chapters that are about time, size or who waits for whom: a byte at a time is another question there. */
const NOT_CUT = /^(slow|limits|sizes|expect)\//;

/** As it is; then, if it is held, once more with every byte of the client by itself. */
export async function askGoal(
  peer: Peer,
  track: AskedTrack,
  name: string,
  options: Pick<AskOptions, 'quiet' | 'signal'>,
): Promise<Asked> {
  const probe = track.probes.find((one) => one.name === name);
  if (probe === undefined) throw new Error(`there is no probe ${name}`);
  if (!track.isScored) return askPatiently(underContract(peer, name), track, probe, options);
  const whole = await askPatiently(peer, track, probe, options);
  const sent = whole.finding.transcript.filter(({ way }) => way === 'sent');
  const size = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (whole.finding.verdict !== 'held' || size > FEW || NOT_CUT.test(name)) return { ...whole, way: 'whole' };
  const proxy = await startCuttingProxy(peer.port);
  proxy.cuts = { up: [], down: [], rest: 1 };
  proxy.gate = (way) => (way === 'up' ? new Promise((resolve) => setTimeout(resolve, BETWEEN)) : undefined);
  try {
    const through = { ...peer, host: '127.0.0.1', port: proxy.port };
    // The probe's clock runs while the proxy still hands on.
    const cut = await askPatiently(through, track, probe, { ...options, quiet: options.quiet + 4 * size });
    return cut.finding.verdict === 'held' ? { ...whole, way: 'whole' } : { ...cut, way: 'byte by byte' };
  } finally {
    await proxy.close();
  }
}

/** A server that speaks nothing but bytes names what it does by the path of its address, as its probes do by their chapter. */
function underContract(peer: Peer, probe: string): Peer {
  return { ...peer, path: `/${probe.split('/')[0]}` };
}

/** Silence on a busy machine is no answer, so it is asked again before it counts. */
async function askPatiently(
  peer: Peer,
  track: AskedTrack,
  probe: ServerProbe,
  { quiet, signal }: Pick<AskOptions, 'quiet' | 'signal'>,
): Promise<Asked> {
  for (const patience of [quiet, 4 * quiet]) {
    const [result] = await run(peer, track, [probe], { jobs: 1, quiet: patience, signal });
    if (result!.finding.verdict === 'held' || patience > quiet)
      return { ...result!, quiet: patience, way: 'whole' };
  }
  throw new Error('not reached');
}

// ── Everything ──

/** @param expected probes that are asked once more, with patience, before they count as lost */
export async function askAll(
  peer: Peer,
  track: AskedTrack,
  expected: ReadonlySet<string>,
  { quiet, jobs, signal, onProgress }: AskOptions,
): Promise<Result[]> {
  let done = 0;
  const onResult = (): void => onProgress?.(++done, track.probes.length);
  const results = await run(peer, track, track.probes, { jobs, quiet, signal, onResult });
  const missing = track.probes.filter(
    ({ name }, i) => expected.has(name) && results[i]!.finding.verdict !== 'held',
  );
  const again = await run(peer, track, missing, { jobs: Math.min(jobs, 16), quiet: 4 * quiet, signal });
  const later = new Map(again.map((result) => [result.probe.name, result]));
  return results.map((result) => later.get(result.probe.name) ?? result);
}

export function countOf(results: readonly Result[], level: Result['probe']['level']): Count {
  const asked = results.filter(
    ({ probe, finding }) => probe.level === level && finding.verdict !== 'not asked',
  );
  return { held: asked.filter(({ finding }) => finding.verdict === 'held').length, of: asked.length };
}

type Patience = Pick<AskOptions, 'quiet' | 'signal'>;

function isUnanswered({ finding }: Result): boolean {
  const hasCome = finding.transcript.some(({ way, bytes }) => way === 'received' && bytes.length > 0);
  return finding.verdict === 'broken' && !hasCome;
}

/** Holds the first goal of all, if it is asked once. */
async function answersPlainly(peer: Peer, track: AskedTrack, { quiet, signal }: Patience): Promise<boolean> {
  const first = track.rungs[0]!.goals[0]!.probe;
  const probe = track.probes.filter(({ name }) => name === first);
  const [result] = await run(peer, track, probe, { jobs: 1, quiet, signal });
  return result!.finding.verdict === 'held';
}

/**
 * Puts these probes one by one to a server begun anew, up to the one after which it answers nothing more.
 * @returns what was asked last, if it came to that
 */
export async function askToItsEnd(
  peer: Peer,
  rung: Rung,
  probes: readonly string[],
  { quiet, signal }: Patience,
): Promise<Asked | undefined> {
  const track = askedTrackOf(rung);
  for (const probe of track.probes.filter(({ name }) => probes.includes(name))) {
    const [result] = await run(peer, track, [probe], { jobs: 1, quiet, signal });
    if (!(await answersPlainly(peer, track, { quiet: 8 * quiet, signal })))
      return signal?.aborted ? undefined : { ...result!, quiet, way: 'whole' };
  }
  return undefined;
}

/** Whether a client that only connects keeps all others waiting. Then many probes at once would fail of each other. */
async function keepsOthersWaiting(peer: Peer, track: AskedTrack, options: Patience): Promise<boolean> {
  const idle = connect(peer.port, peer.host).on('error', () => {});
  try {
    await once(idle, 'connect');
    return !(await answersPlainly(peer, track, { ...options, quiet: 4 * options.quiet }));
  } catch {
    return false;
  } finally {
    idle.destroy();
  }
}

/** Milliseconds for one probe. */
const TIMEOUT = 20_000;

function run(
  peer: Peer,
  { family }: AskedTrack,
  probes: readonly ServerProbe[],
  { signal, ...options }: Omit<RunOptions, 'timeout' | 'signal'> & { signal?: AbortSignal | undefined },
): Promise<Result[]> {
  const asked = {
    family,
    implementation: `${peer.host}:${peer.port}`,
    peer: { ...peer, keepsContract: true },
  };
  return runProbes(asked, probes, { ...options, timeout: TIMEOUT, ...(signal && { signal }) });
}
