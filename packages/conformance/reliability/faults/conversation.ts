/** A conversation of both of our ends that can be held again and again, and what each end believes when it is over. */

export interface Conversation {
  readonly name: string;
  /**
   * A server for all runs.
   * @param isImpatient whether deadlines are short at both ends, so that a link that hands nothing on is noticed at once
   */
  start(isImpatient: boolean): Promise<Stage>;
}

export interface Stage {
  readonly port: number;
  /** Holds it once, over `port`. */
  hold(port: number): Promise<Result>;
  /** In peace: fulfilled when no connection is left and every handler has come to its end, with what the server saw that must not be. */
  close(): Promise<readonly string[]>;
}

export interface Result {
  /** Everything was said and heard. */
  readonly isWhole: boolean;
  /** What must not be: content that nobody has sent, or a clean end of what is not whole. */
  readonly wrongs: readonly string[];
}

/** Milliseconds of the deadlines of those who are impatient. */
export const PATIENCE = 300;
/** And of all others, whom a busy machine must not cut off. */
export const PATIENT = 30_000;
