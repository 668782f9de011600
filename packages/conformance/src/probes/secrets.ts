/**
 * What no report tells: the values of `--header` and of the address that look like secrets. A report is shown to others, and
 * a server may send back what it received. Probes judge what came as it came; asterisks are set when a finding leaves the run.
 */
import { groupBy } from '../report/group.ts';
import type { Finding, Passage } from './probe.ts';
import type { ServerAddress } from './wire-line.ts';

/** Whether a field of this name may hold what only its owner should know. */
export function isSecret(name: string): boolean {
  return /auth|cookie|token|secret|key|session|signature|password/i.test(name);
}

/** The values that look like secrets, of those that every request to this server has; the longest first, since one may be a part of another. */
export function secretsOf({ fields = [] }: ServerAddress): string[] {
  const secrets = fields.filter(([name, value]) => isSecret(name) && value !== '').map(([, value]) => value);
  return secrets.toSorted((a, b) => b.length - a.length);
}

/** A copy with asterisks in the place of each secret. */
export function masked(bytes: Uint8Array, secrets: readonly string[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const secret of secrets) {
    for (let at = copy.indexOf(secret, 0, 'latin1'); at >= 0; at = copy.indexOf(secret, at, 'latin1'))
      copy.fill('*', at, at + secret.length);
  }
  return copy;
}

/** What is shorter may as well be one of our own words: the 1 of `101`. */
const LEAST_IN_WORDS = 4;

/** The finding as it may be told. A secret that came in two reads is one all the same. */
export function withoutSecrets(finding: Finding, secrets: readonly string[]): Finding {
  if (secrets.length === 0) return finding;
  const told = new Map<Passage, Uint8Array>();
  for (const passages of groupBy(finding.transcript, (one) => `${one.way} ${one.connection}`).values()) {
    const all = masked(Buffer.concat(passages.map(({ bytes }) => bytes)), secrets);
    let start = 0;
    for (const passage of passages) {
      const end = start + passage.bytes.length;
      told.set(passage, all.subarray(start, end));
      start = end;
    }
  }
  const inWords = secrets.filter(({ length }) => length >= LEAST_IN_WORDS);
  return {
    ...finding,
    observed: inWords.reduce((words, one) => words.replaceAll(one, '*'.repeat(one.length)), finding.observed),
    transcript: finding.transcript.map((passage) => ({ ...passage, bytes: told.get(passage)! })),
  };
}
