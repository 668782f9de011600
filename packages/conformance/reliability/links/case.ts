/** One conversation over a slow link, and what became of what was sent: the cells of the tables. */

/** `silent` is what must never be: something is missing, and an end believes that all went well, or waits for ever. */
export type Fate = 'arrived' | 'reported' | 'silent' | 'wrong bytes';

export interface Case {
  /** In words: what is sent, over which link, who takes it how, who ends it. Begins with the table's row. */
  readonly name: string;
  readonly row: string;
  /** Nobody breaks anything, so all must arrive. */
  readonly isPeaceful: boolean;
  /** @returns what became of it, with what the ends were told */
  run(signal: AbortSignal): Promise<{ readonly fate: Fate; readonly told: string }>;
}

export interface Link {
  readonly name: string;
  readonly rate: number;
  readonly delay: number;
}

export const consumers = ['all at once', 'a loop', 'a slow loop'] as const;
export type ConsumerName = (typeof consumers)[number];

export function fateOf(seen: Uint8Array | undefined, sent: Uint8Array, isReported: boolean): Fate {
  if (seen !== undefined && Buffer.compare(seen, sent) === 0) return 'arrived';
  if (seen !== undefined && Buffer.compare(seen, sent.subarray(0, seen.length)) !== 0) return 'wrong bytes';
  return isReported ? 'reported' : 'silent';
}

/** As a program that writes each part to a disk would take it: time passes, and other things happen. */
export const slowly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

export const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
