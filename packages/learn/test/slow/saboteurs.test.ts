// Each fault can be found: a probe of the rule that it breaks tells it from the healthy server.
import { healthyOf, saboteursOf } from 'conformance/sabotage';
import { expect, test } from 'vitest';
import { ASKED } from '../../src/probes.ts';
import type { TrackName } from '../../src/rung.ts';
import { ask } from '../../src/saboteur.ts';

/** Milliseconds without a byte: most answer at once, and only if a fault is not found so, the machine may be busy. */
const QUIET = [50, 1000];

// Those of TCP send megabytes, and are asked by the tests of conformance.
test.concurrent.each(['http', 'ws'] satisfies TrackName[])(
  'of %s',
  async (track) => {
    const { family, probes } = ASKED[track];
    const waiting = [...saboteursOf[family]];
    const lost: string[] = [];
    const worker = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const { name, breaks } = one;
        const [sick, healthy] = await Promise.all([one.start(), healthyOf(one).start()]);
        const about = probes.filter(({ requirements }) => requirements.includes(breaks));
        const asked = QUIET.flatMap((quiet) => about.map((probe) => ({ quiet, probe })));
        let isTold = false;
        for (const { quiet, probe } of asked) {
          isTold =
            (await ask(sick.peer, track, probe, { quiet })).finding.verdict === 'broken' &&
            (await ask(healthy.peer, track, probe, { quiet })).finding.verdict === 'held';
          if (isTold) break;
        }
        if (!isTold) lost.push(name);
        await Promise.all([sick.close(), healthy.close()]);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(lost).toEqual([]);
  },
  300_000,
);
