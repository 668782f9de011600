// The names of law 6 for frames. The law itself is a property: src/properties/differential.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRAME_DEVIATIONS } from '../src/differential/websocket/deviations.ts';
import { type Difference, differenceOf } from '../src/differential/websocket/difference.ts';
import { encode, type Stream } from '../src/differential/websocket/frames.ts';
import { type ObservedEnd, observeServer } from '../src/differential/websocket/observe.ts';

describe('frames to a server', () => {
  const role = 'server';
  let mini: ObservedEnd;
  let ws: ObservedEnd;
  beforeAll(async () => {
    [mini, ws] = await Promise.all([observeServer('ws-mini'), observeServer('ws')]);
  });
  afterAll(() => Promise.all([mini.close(), ws.close()]));

  async function compare(stream: Stream): Promise<Difference | undefined> {
    const [ours, theirs] = await Promise.all([mini.observe(stream), ws.observe(stream)]);
    return differenceOf(stream, ours, theirs);
  }

  const nameOf = (difference: Difference): string | undefined =>
    FRAME_DEVIATIONS.find(({ isMet }) => isMet(difference))?.id;

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
