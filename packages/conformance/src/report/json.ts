/** The results as JSON, for other programs and for comparing one run with another. */
import type { Passage, Result } from '../probes/probe.ts';
import { standingOf } from '../probes/run.ts';

/** Bytes of one passage that are written out; a size sweep would make megabytes of noise. */
const KEPT = 4096;

/** What would steer a terminal, and JSON leaves as it is: DEL, U+0080 to U+009F, marks of direction, the invisible. */
const UNSAFE = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu;

/** @param note what is to be said before any number */
export function formatJson(results: readonly Result[], strict: boolean, note?: string): string {
  const told = results.map((result) => ({
    family: result.family,
    implementation: result.implementation,
    ...result.probe,
    verdict: result.finding.verdict,
    standing: standingOf(result, strict),
    observed: result.finding.observed,
    ...(result.knownFault === undefined ? {} : { knownFault: result.knownFault }),
    ...(result.alone === undefined ? {} : { alone: result.alone }),
    transcript: result.finding.transcript.map(passage),
  }));
  return `${JSON.stringify({ note, results: told }, null, 1).replace(UNSAFE, escaped)}\n`;
}

/** The same string, to whoever reads the JSON. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** `bytes` has one character for each octet, and `length` stands beside it where it was cut. */
function passage({ at, way, bytes, end, connection }: Passage): object {
  const text = Buffer.from(bytes.subarray(0, KEPT)).toString('latin1');
  return {
    at: Math.round(at),
    connection,
    way,
    ...(end === undefined || bytes.length > 0 ? { bytes: text } : {}),
    ...(bytes.length > KEPT ? { length: bytes.length } : {}),
    ...(end === undefined ? {} : { end }),
  };
}
