/**
 * A rung: a server that stands for one idea, and all that the ladder says of it, in both languages. Its file is read by people and
 * run as it is; what is here are the questions to ask of it. Tests hold each word: goals fail on the rung below, losses are
 * won back where it is said, and a mend's file fails what it says.
 */
import type { Text } from 'explain-mini';

export type { Language, Text } from 'explain-mini';
export type TrackName = 'tcp' | 'http' | 'ws';

export interface Rung {
  readonly track: TrackName;
  /** From 1, within its track. */
  readonly number: number;
  /** Below `rungs/TRACK/`: `03-persistence.ts`. */
  readonly file: string;
  /** The number of the rung that it is built on, if that is not the one below: a copy of it is what a learner starts with. */
  readonly builtOn?: number;
  readonly question: Text;
  /** In a sentence. */
  readonly idea: Text;
  /** Probes that the rung below does not hold, and this one does. The first is asked first. */
  readonly goals: readonly Goal[];
  /** Probes that the rung below holds and this one does not, and the number of the rung that wins them back. */
  readonly losses: Readonly<Record<string, number>>;
  /** What goes wrong on the rung below: bytes to send, shown with what comes back. None for the first. */
  readonly breaks?: Breakage;
  /** A question before the first run. Its answer comes from running the rung. */
  readonly predict: Prediction;
  /** A fault to find: a change to the rung's file after which the goals named do not hold. */
  readonly mend: Mend;
  /** What to build further, in a copy. */
  readonly extend: Text;
  /** Three lines, once all goals are held: what the idea bought. */
  readonly why: Text;
}

export interface Goal {
  /** `connection/pipelined`. */
  readonly probe: string;
  /** First a question that makes one look at the right bytes, then the rule in a sentence. The third hint is our own diff. */
  readonly hints: readonly [Text, Text];
}

/** A goal, by its probe and the two hints. */
export function goal(probe: string, look: Text, rule: Text): Goal {
  return { probe, hints: [look, rule] };
}

export interface Breakage {
  /** What happens, in a sentence. */
  readonly text: Text;
  /** Each string is one write, latin1. */
  readonly sends: readonly string[];
  /** The client then says that nothing more comes: FIN. */
  readonly ends?: true;
}

export interface Prediction {
  /** With a short answer: a number, a word, bytes in hex. */
  readonly question: Text;
  /** What is sent to the running rung, each string one write, latin1. */
  readonly sends: readonly string[];
  /** The client then says that nothing more comes: FIN. */
  readonly ends?: true;
  /** Reads the answer out of all bytes that came back, latin1. */
  readonly answer: (received: string) => string;
}

export interface Mend {
  /** What a reader of a bug report would know: what is seen, not where it comes from. */
  readonly symptom: Text;
  /** Stands once in the rung's file. */
  readonly replaced: string;
  readonly by: string;
  /** Goals of this rung or one below that fail then. */
  readonly fails: readonly string[];
}
