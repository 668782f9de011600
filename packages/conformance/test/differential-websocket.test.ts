// Law 6: ws-mini and ws make the same of the same bytes, in both roles, or the difference has a name.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRAME_DEVIATIONS } from '../src/differential/websocket/deviations.ts';
import { type Difference, differenceOf } from '../src/differential/websocket/difference.ts';
import { anyStream, encode, type Stream } from '../src/differential/websocket/frames.ts';
import { type ObservedEnd, observeClient, observeServer } from '../src/differential/websocket/observe.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 600);
// The same inputs each time: a new quirk of ws is for whoever looks for one, not for whoever builds.
const SEED = Number(process.env['FC_SEED'] ?? 1);

describe.each([
  ['server', observeServer],
  ['client', observeClient],
] as const)('frames to a %s', (role, start) => {
  let mini: ObservedEnd;
  let ws: ObservedEnd;
  beforeAll(async () => {
    [mini, ws] = await Promise.all([start('ws-mini'), start('ws')]);
  });
  afterAll(() => Promise.all([mini.close(), ws.close()]));

  async function compare(stream: Stream): Promise<Difference | undefined> {
    const [ours, theirs] = await Promise.all([mini.observe(stream), ws.observe(stream)]);
    return differenceOf(stream, ours, theirs);
  }

  const nameOf = (difference: Difference): string | undefined =>
    FRAME_DEVIATIONS.find(({ isMet }) => isMet(difference))?.id;

  test('that may break any rule', { timeout: 30_000 + RUNS * 50 }, async () => {
    const agree = fc.asyncProperty(anyStream(role), async (stream) => {
      const difference = await compare(stream);
      if (difference !== undefined && nameOf(difference) === undefined) expect(difference).toBeUndefined();
    });
    await fc.assert(agree, { numRuns: RUNS, seed: SEED });
  });

  if (role === 'client') return;

  // So that the list holds nothing that ws, or ws-mini, does no more.
  test.each(FRAME_DEVIATIONS)('$id, $rule, is met by its example', async ({ id, example }) => {
    const difference = await compare({ ...example, role, pieces: [] });
    expect(difference && nameOf(difference)).toBe(id);
  });

  test('a difference without a name is found', async () => {
    const stream: Stream = {
      role,
      bytes: encode([{ fin: true, opcode: 9, rsv: 0, payload: Uint8Array.of(1) }], role),
      pieces: [1],
      compression: 'none',
      hasFinalBlock: false,
      ending: 'fin',
    };
    const observed = await mini.observe(stream);
    expect(observed).toMatchObject({ seen: ['ping 01', 'close 1006 '], sent: ['pong 01'] });
    for (const other of [
      { ...observed, seen: ['close 1006 '] },
      { ...observed, sent: [] },
    ]) {
      const difference = differenceOf(stream, observed, other);
      expect(difference && [nameOf(difference)]).toEqual([undefined]);
    }
  });
});
