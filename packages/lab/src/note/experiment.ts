/**
 * What an experiment is: something that is done over real sockets, each step written down with who did it and the bytes that
 * crossed; then figures, a sentence that says them, and whether they bear out what the page says. The sentence takes its
 * figures from the run, so the page cannot claim what did not happen here.
 */
import type { Text } from '../text.ts';

/** Who did a step. */
export type Who = 'client' | 'server' | 'listener' | 'kernel' | 'proxy' | 'sender' | 'receiver';

export interface Step {
  readonly who: Who;
  /** The call, as a man page writes it, with its result; or the first line of what was said. */
  readonly call?: string | undefined;
  /** All bytes that crossed, in hexadecimal. */
  readonly bytes?: string | undefined;
  readonly text?: Text | undefined;
}

export type Figures = {
  readonly [name: string]: number | string | boolean | readonly number[] | readonly string[];
};

/** The first column names the rows. */
export interface Table {
  readonly head: readonly Text[];
  readonly rows: readonly (readonly [Text, ...(string | number)[]])[];
}

export interface Experiment<Found extends Figures = Figures> {
  /** What is tried, in one sentence. */
  readonly title: Text;
  /** @throws NotHere if this system lacks what it takes */
  run(run: Run): Promise<Found>;
  /** What was seen, in one or two sentences. */
  says(found: Found): Text;
  /** The figures side by side, if a sentence would be too long for them. */
  table?(found: Found): Table;
  /** Whether what was seen is what the page says. Orders and counts, never times: a busy machine changes those. */
  bearsOut(found: Found): boolean;
}

/** Lets TypeScript find what `run` finds. */
export function experiment<Found extends Figures>(given: Experiment<Found>): Experiment<Found> {
  return given;
}

/** Not run but shown: on another machine, another day. */
export interface Recorded {
  readonly date: string;
  readonly system: string;
  readonly command: string;
}

export interface Outcome {
  readonly steps: readonly Step[];
  readonly figures: Figures;
  readonly says: Text;
  readonly table?: Table | undefined;
  readonly bearsOut: boolean;
  readonly recorded?: Recorded | undefined;
  /** Milliseconds. */
  readonly took: number;
}

/** This system lacks what the experiment takes; the message says what. */
export class NotHere extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.name = 'NotHere';
    this.text = text;
  }
}

/** One run: notes the steps, and ends at last what the experiment began. */
export class Run {
  readonly steps: Step[] = [];
  recorded: Recorded | undefined;
  readonly #endings: (() => unknown)[] = [];
  #isOver = false;

  step(who: Who, call: string | undefined, text?: Text): void {
    this.steps.push({ who, call, text });
  }

  /** Writes down a call when it is made. @returns adds its result, once there is one */
  call(who: Who, call: string): (result: number | string) => void {
    const at = this.steps.push({ who, call }) - 1;
    return (result) => {
      this.steps[at] = { who, call: `${call} = ${result}` };
    };
  }

  /** @param bytes copied, because their owner may use the memory again */
  wrote(who: Who, bytes: Uint8Array, text?: Text): void {
    this.steps.push({ who, call: `write() = ${bytes.length}`, bytes: hex(bytes), text });
  }

  read(who: Who, bytes: Uint8Array, text?: Text): void {
    this.steps.push({ who, call: `read() = ${bytes.length}`, bytes: hex(bytes), text });
  }

  /** Lets the event loop turn once. @throws Error if the run is over */
  async turn(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#isOver) throw new Error('the experiment is over');
  }

  /** Ends this when the run is over, however it goes; what began last ends first. */
  after(ending: () => unknown): void {
    if (this.#isOver) ending();
    else this.#endings.push(ending);
  }

  /** @internal */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const ending of this.#endings.splice(0).reverse()) await ending();
  }
}

/** Milliseconds that a run may take. Most take a tenth of a second; this is for a machine that stands still. */
const LIMIT = 10_000;

/** Runs it once. @throws NotHere; Error if it did not end in time, or could not be done */
export async function perform(experiment: Experiment): Promise<Outcome> {
  const run = new Run();
  const begin = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the experiment did not end within ${LIMIT} ms`)), LIMIT);
  });
  try {
    const figures = await Promise.race([experiment.run(run), over]);
    return {
      steps: run.steps,
      figures,
      says: experiment.says(figures),
      table: experiment.table?.(figures),
      bearsOut: experiment.bearsOut(figures),
      recorded: run.recorded,
      took: performance.now() - begin,
    };
  } finally {
    clearTimeout(timer);
    await run.end();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
