/**
 * Law 6: the minis and their peers make the same of the same bytes, over sockets, or the difference has a name. What a
 * difference is, and the names: ../differential.
 */
import fc from 'fast-check';
import { anyPieces } from '../arbitraries/pieces.ts';
import { DEVIATIONS } from '../differential/deviations/index.ts';
import { judge } from '../differential/difference.ts';
import { observeHttpMini, observeNode } from '../differential/observe.ts';
import { faultyRequests } from '../differential/requests.ts';
import { DEVIATIONS as RESPONSE_DEVIATIONS } from '../differential/responses/deviations/index.ts';
import {
  type ObservedClient,
  observedMini,
  observedNode,
  observedUndici,
} from '../differential/responses/observe.ts';
import { faultyAnswers } from '../differential/responses/responses.ts';
import { FRAME_DEVIATIONS } from '../differential/websocket/deviations.ts';
import { differenceOf } from '../differential/websocket/difference.ts';
import { anyStream } from '../differential/websocket/frames.ts';
import { observeClient, observeServer } from '../differential/websocket/observe.ts';
import {
  type ObservedOpening,
  observeUndici,
  observeWsClient,
  observeWsMiniClient,
  observeWsMiniServer,
  observeWsServer,
} from '../differential/websocket/observe-opening.ts';
import { anyAnswer, anyRequest } from '../differential/websocket/opening.ts';
import {
  nameOpening,
  type OpeningDeviation,
  REQUEST_DEVIATIONS,
  UNDICI_ANSWER_DEVIATIONS,
  WS_ANSWER_DEVIATIONS,
} from '../differential/websocket/opening-deviations.ts';
import { expectSame } from './expect.ts';
import { type Property, property } from './property.ts';

/** A run takes a millisecond or two. */
const TIMES = 10;

interface Observed<Input, Seen> {
  observe(input: Input): Promise<Seen>;
  close?(): Promise<void>;
}

/**
 * @param peer behind ws-mini or http-mini in the name of the pair
 * @param unnamed what differs and has no name; undefined where nothing does
 */
export function makeTheSame<Input, Seen>(
  what: string,
  pair: string,
  inputs: fc.Arbitrary<Input>,
  start: () => Promise<readonly [mini: Observed<Input, Seen>, peer: Observed<Input, Seen>]>,
  unnamed: (input: Input, mini: Seen, peer: Seen) => unknown,
): Property {
  const prepare = async () => {
    const both = await start();
    return {
      async check(input: Input) {
        const [mini, peer] = await Promise.all(both.map((one) => one.observe(input)));
        expectSame('a difference without a name', unnamed(input, mini!, peer!), undefined);
      },
      stop: async () => void (await Promise.all(both.map((one) => one.close?.()))),
    };
  };
  return property(6, what, pair, inputs, prepare, TIMES);
}

const requests = makeTheSame(
  'requests with faults: the same, or it has a name',
  'http-mini ↔ node:http',
  faultyRequests,
  () => Promise.all([observeHttpMini(), observeNode()]),
  (bytes, mini, node) => judge(bytes, mini, node, DEVIATIONS).unnamed,
);

const answersInPieces = fc.record({ answer: faultyAnswers, pieces: anyPieces });
const inPieces = (client: ObservedClient) => ({
  observe: ({ answer, pieces }: typeof answersInPieces extends fc.Arbitrary<infer Value> ? Value : never) =>
    client.observe(answer.method, answer.bytes, pieces),
});
const responses = [observedNode, observedUndici].map((peer) =>
  makeTheSame(
    'responses with faults: the same, or it has a name',
    `http-mini ↔ ${peer.name}`,
    answersInPieces,
    async () => [inPieces(observedMini), inPieces(peer)],
    ({ answer }, mini, theirs) => {
      const known = RESPONSE_DEVIATIONS.filter(({ peers }) => peers.includes(peer.name));
      return judge(answer.bytes, mini, theirs, known).unnamed;
    },
  ),
);

const frames = (['server', 'client'] as const).map((role) => {
  const start = role === 'server' ? observeServer : observeClient;
  return makeTheSame(
    `frames to a ${role}: the same, or it has a name`,
    'ws-mini ↔ ws',
    anyStream(role),
    () => Promise.all([start('ws-mini'), start('ws')]),
    (stream, mini, ws) => {
      const difference = differenceOf(stream, mini, ws);
      return difference && FRAME_DEVIATIONS.some(({ isMet }) => isMet(difference)) ? undefined : difference;
    },
  );
});

function openings<Input>(
  what: 'requests' | 'answers',
  peerName: string,
  inputs: fc.Arbitrary<Input>,
  deviations: readonly OpeningDeviation<Input>[],
  startMini: () => Promise<ObservedOpening<Input>>,
  startPeer: () => Promise<ObservedOpening<Input>>,
): Property {
  return makeTheSame(
    `opening ${what}: the same, or it has a name`,
    `ws-mini ↔ ${peerName}`,
    inputs,
    () => Promise.all([startMini(), startPeer()]),
    (input, mini, peer) => {
      const name = nameOpening({ input, mini, peer }, deviations);
      return typeof name === 'object' ? name : undefined;
    },
  );
}

export const differentialProperties: readonly Property[] = [
  requests,
  ...responses,
  ...frames,
  openings('requests', 'ws', anyRequest, REQUEST_DEVIATIONS, observeWsMiniServer, observeWsServer),
  openings('answers', 'ws', anyAnswer, WS_ANSWER_DEVIATIONS, observeWsMiniClient, observeWsClient),
  openings('answers', 'undici', anyAnswer, UNDICI_ANSWER_DEVIATIONS, observeWsMiniClient, observeUndici),
];
