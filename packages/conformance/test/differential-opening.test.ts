// The names of law 6 for the opening handshake. The law itself is a property: src/properties/differential.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ObservedOpening,
  observeUndici,
  observeWsClient,
  observeWsMiniClient,
  observeWsMiniServer,
  observeWsServer,
} from '../src/differential/websocket/observe-opening.ts';
import { head, REQUEST, RESPONSE } from '../src/differential/websocket/opening.ts';
import {
  nameOpening,
  type OpeningDeviation,
  REQUEST_DEVIATIONS,
  UNDICI_ANSWER_DEVIATIONS,
  WS_ANSWER_DEVIATIONS,
} from '../src/differential/websocket/opening-deviations.ts';

function compare<Input>(
  right: Input,
  deviations: readonly OpeningDeviation<Input>[],
  startMini: () => Promise<ObservedOpening<Input>>,
  startPeer: () => Promise<ObservedOpening<Input>>,
): void {
  let mini: ObservedOpening<Input>;
  let peer: ObservedOpening<Input>;
  beforeAll(async () => {
    [mini, peer] = await Promise.all([startMini(), startPeer()]);
  });
  afterAll(() => Promise.all([mini.close(), peer.close()]));

  async function nameOf(input: Input) {
    const [ours, theirs] = await Promise.all([mini.observe(input), peer.observe(input)]);
    return nameOpening({ input, mini: ours, peer: theirs }, deviations);
  }

  test('a right one opens, and a difference without a name is found', async () => {
    const [ours, theirs] = await Promise.all([mini.observe(right), peer.observe(right)]);
    expect([ours.status, theirs.status]).toEqual([101, 101]);
    expect(nameOpening({ input: right, mini: ours, peer: theirs }, deviations)).toBeUndefined();
    const other = { ...theirs, protocol: 'x' };
    expect(nameOpening({ input: right, mini: ours, peer: other }, deviations)).toBeInstanceOf(Object);
  });

  // So that the list holds nothing that the peer, or ws-mini, does no more.
  test.each(deviations)('$id, $rule, is met by its example', async ({ id, example }) => {
    expect(await nameOf(example)).toBe(id);
  });
}

const REQUESTED = head('GET / HTTP/1.1', REQUEST);
const ANSWERED = { text: head('HTTP/1.1 101 Switching Protocols', RESPONSE), protocols: [] };

describe('requests, to ws-mini and ws', () => {
  compare(REQUESTED, REQUEST_DEVIATIONS, observeWsMiniServer, observeWsServer);
});

describe('answers, to ws-mini and ws', () => {
  compare(ANSWERED, WS_ANSWER_DEVIATIONS, observeWsMiniClient, observeWsClient);
});

describe('answers, to ws-mini and undici', () => {
  compare(ANSWERED, UNDICI_ANSWER_DEVIATIONS, observeWsMiniClient, observeUndici);

  // By a pool that they shared, undici came by a connection that it had opened before (Node 22 and 26).
  test('undici, refused at once again and again, comes by a new connection each time', async () => {
    const undici = await observeUndici();
    const refused = { ...ANSWERED, text: head('HTTP/1.1 403 Forbidden', RESPONSE) };
    for (let i = 0; i < 10; i++) expect((await undici.observe(refused)).status).toBe(0);
    await undici.close();
  });
});
