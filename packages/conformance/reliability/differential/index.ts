/**
 * Two programs on the same bytes: what one takes for a message's end and the other does not is how requests are smuggled.
 * Every difference has the name of a rule, and behind a proxy there is none at all.
 */
import type { Role } from '../../src/differential/websocket/frames.ts';
import { bySize, type Failure, type Outcome, type Setting, type Table, type Trial } from '../trial.ts';
import type { Compared } from './compared.ts';
import { compareFrames } from './frames.ts';
import { compareRequests, compareResponses } from './parsers.ts';
import { behindProxies } from './proxies.ts';

export const differential: Trial = {
  name: 'differential',
  title: 'The same bytes, read by others: no difference without a name, and none behind a proxy',
  promise:
    'On mutated messages http-mini and llhttp, and ws-mini and ws, see the same, or a known rule of an RFC explains the difference. Behind nginx and HAProxy no mutated request makes proxy and server count differently: nobody gets an answer that belongs to another.',
  run,
};

const PAIRS: readonly (readonly [
  pair: string,
  compare: (times: number, seed: number) => Iterable<Compared> | AsyncIterable<Compared>,
])[] = [
  ['requests: http-mini and llhttp', compareRequests],
  ['responses: http-mini and llhttp', compareResponses],
  ...(['server', 'client'] as const).map(
    (role: Role) =>
      [
        `frames to a ${role}: ws-mini and ws`,
        (times: number, seed: number) => compareFrames(role, times, seed),
      ] as const,
  ),
];

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const failures: Failure[] = [];
  const named = new Map<string, number>();
  const rows: Table['rows'][number][] = [];
  const times = bySize(size, { short: 500, usual: 30_000, long: 1_000_000 });
  for (const [pair, compare] of PAIRS) {
    const count = { inputs: 0, explained: 0, failures: 0 };
    for await (const { bytes, names, unnamed } of compare(times, seed)) {
      if (count.inputs++ % 100 === 0) {
        signal.throwIfAborted();
        progress(`${pair}: ${count.inputs} of ${times}`);
      }
      for (const name of new Set(names))
        named.set(`${pair}\0${name}`, (named.get(`${pair}\0${name}`) ?? 0) + 1);
      if (unnamed !== undefined) {
        count.failures++;
        const what = `${pair} part without a known reason: ${JSON.stringify(unnamed).slice(0, 1000)}`;
        failures.push({ what, input: Buffer.from(bytes).toString('base64') });
      } else if (names.length > 0) count.explained++;
    }
    const same = count.inputs - count.explained - count.failures;
    rows.push([pair, count.inputs, same, count.explained, count.failures]);
  }
  const through = bySize(size, { short: 150, usual: 60_000, long: 1_000_000 });
  const proxied = await behindProxies(through, seed, signal, progress);
  failures.push(...proxied.failures);
  return {
    tables: [
      {
        caption: 'Parsers on the same bytes',
        columns: ['pair', 'inputs', 'same', 'explained', 'failures'],
        rows,
      },
      {
        caption: 'What explains a difference',
        columns: ['pair', 'rule', 'inputs'],
        rows: [...named]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, count]) => [...key.split('\0'), count]),
      },
      {
        caption: 'Mutated requests, each with a marked one behind it, through a proxy',
        columns: [
          'pair',
          'inputs',
          'handed on, %',
          'counted by both',
          'refused by the proxy',
          'refused by http-mini',
          'failures',
        ],
        rows: proxied.rows.map((row) => [
          row.pair,
          row.inputs,
          Math.round((100 * row.through) / row.inputs),
          row.counted,
          row.refusedByProxy,
          row.refusedBehind,
          row.failures,
        ]),
      },
    ],
    figures: {
      'mutated requests through proxies': proxied.rows.reduce((sum, { inputs }) => sum + inputs, 0),
    },
    failures,
    notRun: proxied.notRun,
  };
}
