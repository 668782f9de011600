// The loop of the parser benchmarks: it parses one head after the other until the time is over, and says how many.
import { answerCommands, cpuMicroseconds, type Measured, report } from './child.ts';

export interface ParseTask {
  /** As base64: one request head. */
  readonly request: string;
  readonly fields: number;
  readonly warmUp: number;
  readonly seconds: number;
}

/** What a head is parsed into: everything as strings, as a handler would look at it. */
export interface Parsed {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly unknown[];
}

/** @param parse takes bytes that hold one request head, and nothing before or after it */
export function measureParsing(parse: (bytes: Buffer) => Parsed): void {
  answerCommands(async (task: ParseTask): Promise<Measured> => {
    const bytes = Buffer.from(task.request, 'base64');
    const { method, fields } = parse(bytes);
    if (method !== 'GET' || fields.length !== task.fields) throw new Error('the head was parsed wrongly');
    loop(parse, bytes, task.warmUp);
    report({ began: true });
    return loop(parse, bytes, task.seconds);
  });
}

const BATCH = 500;
/** So that the engine cannot leave the work out. */
export let sink = 0;

function loop(parse: (bytes: Buffer) => Parsed, bytes: Buffer, seconds: number): Measured {
  const [start, cpu] = [performance.now(), cpuMicroseconds()];
  const end = start + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    for (let i = 0; i < BATCH; i++) sink += parse(bytes).fields.length;
    count += BATCH;
  }
  return { count, seconds: (performance.now() - start) / 1000, cpu: cpuMicroseconds() - cpu };
}
