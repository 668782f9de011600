/**
 * Every field that a program or a peer can set, through every writer: a typed error, or exactly what was meant is on the
 * wire, as http-mini and llhttp read it back. And what people are shown of a peer's bytes, and the files that it may ask for.
 */
import { join } from 'node:path';
import { messageOf } from '../process.ts';
import { Random } from '../random.ts';
import type { Failure, NotRun, Outcome, Setting, Trial } from '../trial.ts';
import { httpPlaces } from './http.ts';
import { outputs, peerTexts } from './outputs.ts';
import { payloads, textPayloads } from './payload.ts';
import { judge, type Put, type Verdict } from './place.ts';
import type { LightFinding } from './processes/light.ts';
import { onATerminal, outOfAFolder } from './programs.ts';
import { urlAttempts } from './urls.ts';
import { closingWith, webSocketPlaces } from './websocket.ts';

export const injection: Trial = {
  name: 'injection',
  title: 'Injection: no field forges a line, a message, a path or a terminal’s command',
  promise:
    'Whatever a program or a peer puts into a field, the writer refuses it with a typed error, or exactly that field has it on the wire. A redirect takes nothing to another origin that was meant for one. No path leads out of a folder that is served, and no byte of a peer becomes markup or steers a terminal.',
  run,
};

/** What was tried at one writer. */
interface Tally {
  readonly fields: Set<string>;
  tried: number;
  refused: number;
  exact: number;
  failures: number;
}

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const random = new Random(seed);
  /** A few of them, others each time, if there is no time for all. */
  const someOf = <Value>(all: readonly Value[]): readonly Value[] =>
    size === 'short' ? Array.from({ length: 2 }, () => random.pick(all)) : all;
  const failures: Failure[] = [];
  const notRun: NotRun[] = [];
  const written = new Map<string, Tally>();
  const shown = new Map<string, Tally>();
  const note = (
    tallies: Map<string, Tally>,
    who: string,
    field: string,
    payload: string,
    verdict: Verdict,
  ): void => {
    const tally = tallyOf(tallies, who, field);
    tally.tried++;
    if (typeof verdict === 'string') tally[verdict]++;
    else {
      tally.failures++;
      failures.push({ what: `${who}, ${field}, ${payload}: ${verdict.broken}` });
    }
  };

  for (const place of [...httpPlaces, ...webSocketPlaces]) {
    progress(`${place.writer}, ${place.field}`);
    const harmless = await place.write(putting(place.harmless));
    const { onlyText, longest = Infinity } = place;
    for (const payload of someOf(onlyText ? textPayloads : payloads)) {
      signal.throwIfAborted();
      if ((payload.meant[0]?.length ?? 0) > longest) continue;
      const verdict = await verdictOf(async () =>
        judge(place, payload, harmless, await place.write(payload.put)),
      );
      note(written, place.writer, place.field, payload.name, verdict);
    }
  }
  for (const payload of someOf(payloads)) {
    signal.throwIfAborted();
    const holder: { reason?: unknown } = {};
    payload.put(holder, 'reason');
    const outcome = await closingWith(holder.reason);
    const verdict = outcome === 'refused' || outcome === 'exact' ? outcome : { broken: outcome };
    note(written, 'ws-mini server', 'the reason of a Close', payload.name, verdict);
  }
  for (const { who, field, payload, judge: judged } of size === 'short'
    ? Array.from({ length: SHORT }, () => random.pick(urlAttempts))
    : urlAttempts) {
    progress(`${who}, ${field}`);
    signal.throwIfAborted();
    note(written, who, field, payload, await verdictOf(judged));
  }
  for (const { who, field, show } of outputs) {
    progress(`${who}, ${field}`);
    for (const text of someOf(peerTexts)) {
      signal.throwIfAborted();
      const wrong = await show(text);
      note(
        shown,
        who,
        field,
        JSON.stringify(text.slice(0, 40)),
        wrong === undefined ? 'exact' : { broken: wrong },
      );
    }
  }
  if (size === 'short') {
    notRun.push({
      what: 'The commands on a terminal, a folder served, and light Responses',
      why: 'not in the short form: each starts processes',
    });
  } else {
    progress('light Responses, commands on a terminal, a folder served');
    const light = await messageOf(join(import.meta.dirname, 'processes/light.ts'), signal);
    for (const { field, payload, verdict } of light as LightFinding[])
      note(written, 'http-mini/fetch, with light objects', field, payload, verdict);
    for (const [who, all] of [
      ['minis get, ws, echo, probe and learn, on a terminal', await onATerminal(signal)],
      ['minis serve, paths', await outOfAFolder(signal)],
    ] as const) {
      Object.assign(tallyOf(shown, who, who), { tried: all.tried, failures: all.failures.length });
      failures.push(...all.failures.map((what) => ({ what })));
    }
  }
  notRun.push({
    what: 'The pages of the lab',
    why: 'a test has them in Chromium: packages/lab/test/slow/markup.browser.test.ts',
  });
  return {
    tables: [
      {
        caption: 'Fields that a program sets, by who writes them',
        columns: ['writer', 'fields', 'tried', 'refused', 'written exactly', 'failures'],
        rows: [...written].map(([who, it]) => [
          who,
          it.fields.size,
          it.tried,
          it.refused,
          it.exact,
          it.failures,
        ]),
      },
      {
        caption: 'What is shown of a peer’s bytes, or given for them',
        columns: ['who shows it', 'places', 'tried', 'failures'],
        rows: [...shown].map(([who, it]) => [who, it.fields.size, it.tried, it.failures]),
      },
    ],
    figures: { tried: [...written.values(), ...shown.values()].reduce((sum, { tried }) => sum + tried, 0) },
    failures,
    notRun,
  };
}

/** How many URLs, if there is no time for all. */
const SHORT = 100;

function tallyOf(tallies: Map<string, Tally>, who: string, field: string): Tally {
  const tally = tallies.get(who) ?? { fields: new Set(), tried: 0, refused: 0, exact: 0, failures: 0 };
  tallies.set(who, tally);
  tally.fields.add(field);
  return tally;
}

/** What is thrown here must come through the writer's own way to tell. */
async function verdictOf(judged: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await judged();
  } catch (error) {
    return { broken: `it threw ${error}` };
  }
}

function putting(value: unknown): Put {
  return (object, key) => void Reflect.set(object, key, value);
}
