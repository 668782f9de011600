/**
 * A soak: requests of every kind, and hundreds of WebSockets that come and go, on one server in a process of its own. Both
 * ends check what comes. Its memory is looked at each second, after a collection; and at the end, under load, SIGTERM.
 */
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Measures } from '../measured.ts';
import { startMeasured } from '../measured-process.ts';
import { Random } from '../random.ts';
import {
  bySize,
  type Cell,
  type Failure,
  type Outcome,
  type Setting,
  type Table,
  type Trial,
} from '../trial.ts';
import { Load } from './load.ts';

export const soak: Trial = {
  name: 'soak',
  title: 'A long time under load, and then SIGTERM',
  promise:
    'Memory does not grow with what has passed, and nothing comes wrong, twice or out of order. A server that is asked to end answers the requests that it has accepted, has every message that it acknowledged, and ends by itself.',
  run,
};

interface Sample extends Measures {
  readonly seconds: number;
  readonly requests: number;
  readonly messages: number;
}

/** What the server says when it ends. */
interface Farewell {
  readonly accepted: readonly number[];
  readonly arrived: readonly (readonly [number, number])[];
}

/** Milliseconds that a server may take to end. */
const END = 90_000;
/** MiB that may be more at the end of the second half than at its beginning, along the line through all its samples. */
const GROWTH = { heap: 64, rss: 192 };
const ROWS = 12;

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const { seconds, sockets, workers } = bySize(size, {
    short: { seconds: 1, sockets: 10, workers: 2 },
    usual: { seconds: 600, sockets: 500, workers: 12 },
    long: { seconds: 3600, sockets: 500, workers: 12 },
  });
  const failures: Failure[] = [];
  const stop = new AbortController();
  const server = await startMeasured(
    join(import.meta.dirname, 'processes/server.ts'),
    [],
    AbortSignal.any([signal, stop.signal]),
  );
  const load = new Load(server.port, new Random(seed), signal);
  const cut = (): void => load.cut();
  signal.addEventListener('abort', cut);
  try {
    load.begin(workers, sockets);
    const samples: Sample[] = [];
    for (const began = performance.now(); performance.now() - began < seconds * 1000; ) {
      await after(size === 'short' ? 200 : 1000, undefined, { signal });
      const measures = await server.ask('settle');
      const { requests, messages } = load.counts;
      samples.push({ ...measures, seconds: (performance.now() - began) / 1000, requests, messages });
      progress(`${Math.round((performance.now() - began) / 1000)} of ${seconds} s`);
      if (load.wrong.length > 0) break;
    }
    load.serverEnds();
    const farewell = server.told() as Promise<Farewell>;
    farewell.catch(() => {}); // that it has ended without one is a failure below
    const asked = performance.now();
    server.kill('SIGTERM');
    const code = await Promise.race([
      server.ended,
      after(END, 'not at all' as const, { signal, ref: false }),
    ]);
    const took = performance.now() - asked;
    if (code !== 0) failures.push({ what: `SIGTERM under load: the server ended ${code}, expected 0` });
    if (code === 'not at all') stop.abort();
    await Promise.race([load.over(), after(END, undefined, { signal, ref: false })]);
    const { accepted, arrived } = await farewell.catch((): Farewell => ({ accepted: [], arrived: [] }));
    const lost = load.failed.filter((number) => accepted.includes(number));
    for (const number of lost)
      failures.push({ what: `SIGTERM under load: request ${number} was accepted and not answered` });
    const last = new Map(arrived);
    const missing = [...load.acknowledged].filter(([id, number]) => number > (last.get(id) ?? -1));
    for (const [id, number] of missing)
      failures.push({
        what: `SIGTERM under load: message ${number} of WebSocket ${id} was acknowledged, and ${last.get(id)} was the last to arrive`,
      });
    for (const what of load.wrong) failures.push({ what });
    const wrong = samples.at(-1)?.counts.wrong ?? 0;
    if (wrong > 0) failures.push({ what: `the server got ${wrong} that were wrong or out of order` });
    const half = samples.slice(Math.floor(samples.length / 2));
    const growth = { heap: growthOf(half, 'heap'), rss: growthOf(half, 'rss') };
    if (size !== 'short')
      for (const kind of ['heap', 'rss'] as const)
        if (growth[kind] > GROWTH[kind])
          failures.push({
            what: `${kind}: it grew by ${tenth(growth[kind])} MiB in the second half, at most ${GROWTH[kind]} expected`,
          });
    return {
      tables: [samplesTable(samples), endTable(load, lost.length, missing.length, code, took)],
      figures: {
        requests: load.counts.requests,
        'requests aborted': load.counts.aborted,
        messages: load.counts.messages,
        WebSockets: load.counts.sockets,
        'heap, MiB more at the end of the second half': tenth(growth.heap),
        'resident memory, MiB more': tenth(growth.rss),
      },
      failures,
      notRun: [],
    };
  } finally {
    signal.removeEventListener('abort', cut);
    load.cut();
    stop.abort();
    await server.ended;
  }
}

/** By least squares: the line's rise from the first sample to the last. */
function growthOf(samples: readonly Sample[], kind: 'heap' | 'rss'): number {
  if (samples.length < 2) return 0;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const time = mean(samples.map(({ seconds }) => seconds));
  const level = mean(samples.map((sample) => sample[kind]));
  let rise = 0;
  let run = 0;
  for (const sample of samples) {
    rise += (sample.seconds - time) * (sample[kind] - level);
    run += (sample.seconds - time) ** 2;
  }
  return (rise / run) * (samples.at(-1)!.seconds - samples[0]!.seconds);
}

function samplesTable(samples: readonly Sample[]): Table {
  const step = Math.max(1, Math.floor(samples.length / ROWS));
  return {
    caption: 'The server after a collection, while it is used',
    columns: ['s', 'heap, MiB', 'resident memory, MiB', 'connections', 'requests so far', 'messages so far'],
    rows: samples
      .filter((_, i) => (samples.length - 1 - i) % step === 0)
      .map(({ seconds, heap, rss, connections, requests, messages }): Cell[] => [
        Math.round(seconds),
        tenth(heap),
        tenth(rss),
        connections,
        requests,
        messages,
      ]),
  };
}

function endTable(load: Load, lost: number, missing: number, code: Cell | null, took: number): Table {
  const farewells = Object.entries(load.farewells).map(([how, count]) => `${count} with ${how}`);
  return {
    caption: 'SIGTERM under load',
    columns: ['what', 'result'],
    rows: [
      ['requests answered while it ended', load.answered.length],
      ['requests that found it closed', load.failed.length - lost],
      ['requests accepted and not answered', lost],
      ['WebSockets that it closed', farewells.join('; ') || 'none'],
      ['of these, with an acknowledged message that had not arrived', missing],
      ['exit code', code ?? 'killed'],
      ['ms until the process had ended by itself', Math.round(took)],
    ],
  };
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
