/** The ladder as its page shows it: in one language, with the code, the difference to the rung below, and the scores of the record. */
import {
  baseOf,
  fileOf,
  isClone,
  type Rung,
  recordOf,
  rungBelow,
  type Score,
  TRACKS,
  type TrackName,
  type TrackRecord,
} from 'learn/ladder';
import { codeOf, lessonOf } from 'learn/shown';
import type { Language } from '../text.ts';

export interface ShownTrack {
  readonly name: TrackName;
  readonly rungs: readonly ShownRung[];
  /** None for TCP, whose rungs have a contract each. */
  readonly record: Pick<TrackRecord, 'must' | 'beside'> | undefined;
}

export interface ShownRung {
  /** Its place on the page, and in a link to it: `http-3`. */
  readonly id: string;
  readonly track: TrackName;
  readonly number: number;
  readonly question: string;
  readonly idea: string;
  /** What goes wrong on the rung below. */
  readonly breaks: string | undefined;
  readonly prediction: string;
  readonly goals: readonly { readonly probe: string; readonly hints: readonly [string, string] }[];
  readonly score: Score | undefined;
  /** Probes that the rung below holds, each with the rung that wins it back. */
  readonly losses: readonly (readonly [probe: string, by: number])[];
  readonly code: string;
  /** The number of the rung that it is built on, and the lines that differ. */
  readonly lesson: { readonly base: number; readonly lines: string } | undefined;
  readonly why: string;
  readonly symptom: string;
  readonly extend: string;
  /** What has to be typed in a terminal, but for what is wanted. */
  readonly command: string;
}

export function idOf({ track, number }: Rung): string {
  return `${track}-${number}`;
}

export function rungOf(id: unknown): Rung | undefined {
  return Object.values(TRACKS)
    .flatMap(({ rungs }) => rungs)
    .find((rung) => idOf(rung) === id);
}

export function ladderIn(language: Language): ShownTrack[] {
  return (Object.keys(TRACKS) as TrackName[]).map((name) => {
    const record = recordOf(name);
    return {
      name,
      rungs: TRACKS[name].rungs.map((rung) => shown(rung, record, language)),
      record: record && { must: record.must, beside: record.beside },
    };
  });
}

function shown(rung: Rung, record: TrackRecord | undefined, language: Language): ShownRung {
  const { track, number, question, idea, breaks, predict, goals, losses, why, mend, extend } = rung;
  const base = baseOf(rung);
  return {
    id: idOf(rung),
    track,
    number,
    question: question[language],
    idea: idea[language],
    breaks: rungBelow(rung) && breaks?.text[language],
    prediction: predict.question[language],
    goals: goals.map(({ probe, hints: [look, rule] }) => ({
      probe,
      hints: [look[language], rule[language]],
    })),
    score: record?.rungs[number - 1],
    losses: Object.entries(losses),
    code: codeOf(fileOf(rung)),
    lesson: base && { base: base.number, lines: lessonOf(rung)! },
    why: why[language],
    symptom: mend.symptom[language],
    extend: extend[language],
    command: `${isClone ? 'npm run learn --' : 'npx minis learn'} ${track} ${number}`,
  };
}
