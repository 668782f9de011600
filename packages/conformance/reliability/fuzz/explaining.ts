/** explain-mini: any bytes of either side, and of both: a partition of the bytes, the same however they are cut. */
import {
  connectionExplainer,
  type Explainer,
  expectPartition,
  httpExplainer,
  webSocketExplainer,
} from '../../src/properties/explain.ts';
import type { Machine } from '../../src/properties/machine.ts';
import { texts } from '../texts.ts';
import { samplesOf } from './http.ts';
import { expectSameLines, machineTarget, split, type Target } from './target.ts';

const FILES = /^explain\/src\//;
const WORDS = texts(
  'GET / HTTP/1.1\r\n|Host: a\r\n|HTTP/1.1 200 OK\r\n|HTTP/1.1 101 a\r\n|Content-Length: 5\r\n|\r\n',
  '\r\n\r\n|Transfer-Encoding: chunked\r\n|5\r\nhello\r\n|0\r\n\r\n|Upgrade: websocket\r\n',
  'Connection: Upgrade\r\n|Connection: close\r\n|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  'Sec-WebSocket-Version: 13\r\n|Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n',
  'Sec-WebSocket-Extensions: permessage-deflate\r\n|CONNECT a:80 HTTP/1.1\r\n|\x81\x80\0\0\0\0',
  '\x88\x02\x03\xe8|\x82\x01a|\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0',
);
const COMMON = { files: FILES, words: WORDS, mostSteps: 1000, share: 0.1 };

function explainerTarget<Options extends object>(
  name: string,
  explainer: Explainer<Options>,
  settings: readonly Options[],
): Target {
  const seeds = samplesOf(explainer, 100);
  return {
    ...COMMON,
    name,
    seeds,
    run(input, cut) {
      const { setting, bytes } = split(input, settings);
      const whole = explainer.events([Uint8Array.from(bytes)], setting);
      expectSameLines(explainer.events(cut.pieces(Uint8Array.from(bytes)), setting), whole);
      expectPartition(explainer, { bytes, options: setting });
    },
  };
}

const client = { from: 'client', begins: 'http' } as const;
const server = { from: 'server', begins: 'http', methods: ['GET', 'HEAD', 'GET'] } as const;
const frames = { begins: 'frames', maxMessage: 1000 } as const;

const turnsOf: Machine<number> = {
  ...(connectionExplainer as unknown as Machine<number>),
  events: (pieces, first) => {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    const turn = Math.ceil(size / first);
    return connectionExplainer.events(pieces, { turns: Array<number>(first).fill(turn) });
  },
};

export const explainTargets: readonly Target[] = [
  explainerTarget('explain, messages', httpExplainer, [
    client,
    server,
    { ...client, maxHeadBytes: 100, maxFields: 3 },
  ]),
  explainerTarget('explain, frames', webSocketExplainer, [
    { ...frames, from: 'client' },
    { ...frames, from: 'server', compression: true },
    { ...frames, from: 'client', compression: true, maxMessage: 10 },
    {},
    { from: 'client' },
  ]),
  machineTarget(turnsOf, [2, 4, 1, 6], {
    ...COMMON,
    name: 'explain, connections',
    seeds: samplesOf(connectionExplainer, 60),
  }),
];
