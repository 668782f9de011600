/**
 * Runs probes: many at once, none for longer than it may take, and whatever a peer does, every probe has a result in the
 * end. It knows of a probe what `probe.ts` says and no more.
 */
import { setMaxListeners } from 'node:events';
import type { Family, Finding, Probe, Result } from './probe.ts';
import { withoutSecrets } from './secrets.ts';

export interface RunOptions {
  /** Probes under way at once: 1 and up. */
  readonly jobs: number;
  /** Milliseconds that one probe may take before it is ended. */
  readonly timeout: number;
  /** Milliseconds without a byte after which a peer counts as silent. */
  readonly quiet: number;
  /** Ends the run: what is under way and what was not begun counts as not asked. */
  readonly signal?: AbortSignal;
  readonly onResult?: (result: Result) => void;
}

/** Who is asked, and how the reports call it. */
export interface Asked<Peer> {
  readonly family: Family;
  readonly implementation: string;
  readonly peer: Peer;
  /** Tells the story of a break that is known of it. */
  readonly knownFault?: (probe: string) => string | undefined;
  /** What a finding tells as asterisks. */
  readonly secrets?: readonly string[];
}

/** The results are in the order of the probes. @throws what a probe throws by a fault of its own */
export async function runProbes<Peer>(
  { family, implementation, peer, knownFault, secrets = [] }: Asked<Peer>,
  probes: readonly Probe<Peer>[],
  options: RunOptions,
): Promise<Result[]> {
  // One signal for many probes at once is no leak to be warned of: each lets go of it in the end.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < probes.length) {
      const index = next++;
      const probe = probes[index]!;
      const { name, requirements, level, why, expected } = probe;
      const about = { name, requirements, level, why, expected };
      const finding = withoutSecrets(await askOne(probe, peer, options), secrets);
      const story = finding.verdict === 'broken' ? knownFault?.(name) : undefined;
      const known = story === undefined ? {} : { knownFault: story };
      const result: Result = { family, implementation, probe: about, finding, ...known };
      results[index] = result;
      options.onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return results;
}

async function askOne<Peer>(
  probe: Probe<Peer>,
  peer: Peer,
  { timeout, quiet, signal }: RunOptions,
): Promise<Finding> {
  if (signal?.aborted === true) return without('not asked', STOPPED);
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => limit.abort(new Error('the time is up')), timeout);
  // A probe is told to end, and not waited for where it does not: so the run cannot hang.
  const ended = new Promise<Finding>((resolve) => {
    limit.signal.addEventListener('abort', () =>
      // One turn later, so that a probe that ends when it is told can still say what it saw.
      setImmediate(() =>
        resolve(signal?.aborted === true ? without('not asked', STOPPED) : tooLong(timeout)),
      ),
    );
  });
  try {
    return await Promise.race([probe.ask(peer, { quiet, signal: limit.signal }), ended]);
  } catch (error) {
    if (limit.signal.aborted) return await ended;
    if (isOfConnection(error)) return without('broken', `${UNREACHED}${error.message}`);
    throw new Error(`${probe.name} fails by itself, and not by its peer: ${error}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

const STOPPED = 'the run was stopped';

/** Broken, since a peer that is merely silent ends a probe by itself: this one keeps it waiting, or sends without end. */
function tooLong(timeout: number): Finding {
  return without('broken', `no end of it after ${timeout / 1000} s`);
}

/** Broken, and not "not asked": where the first probes reached a server and this one does not, it may well have died of them. */
const UNREACHED = 'could not be reached: ';

/** By its code: what the system says of a connection, the resolver of a name, or OpenSSL of a handshake. */
function isOfConnection(error: unknown): error is Error {
  return /^(E[A-Z]+|EAI_\w+|ERR_(SSL|TLS)_\w+)$/.test(
    (error as NodeJS.ErrnoException | undefined)?.code ?? '',
  );
}

/** Whether the probe found nobody there. */
export function isUnreached({ finding }: Result): boolean {
  return finding.observed.startsWith(UNREACHED);
}

function without(verdict: Finding['verdict'], observed: string): Finding {
  return { verdict, observed, transcript: [] };
}

/** Why nothing was asked, where nothing was: then nothing was held either. */
export function whyNothing(results: readonly Result[]): string | undefined {
  const isNone = results.every(({ finding }) => finding.verdict === 'not asked');
  return isNone
    ? `nothing could be asked: ${results[0]?.finding.observed ?? 'there is no probe'}`
    : undefined;
}

/** What a result means for the run. `tolerated`: told and no more, since it is no `must`. */
export type Standing = 'held' | 'failed' | 'known fault' | 'tolerated' | 'not asked';

/** @param strict whether a `should` and `strictness` fail the run too */
export function standingOf({ finding, probe, knownFault }: Result, strict = false): Standing {
  if (finding.verdict !== 'broken') return finding.verdict;
  if (probe.level !== 'must' && !(strict && probe.level !== 'may')) return 'tolerated';
  return knownFault === undefined ? 'failed' : 'known fault';
}
