/**
 * Law 10 of what a WebSocket end receives: what came before a Close, a FIN or a broken rule is handed over and may be
 * answered, even if all of it comes in one read, and by a program that takes its time. The other end is ws, which goes on
 * listening behind its own Close.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { WebSocket as WsWebSocket } from 'ws';
import { connect, WebSocket, WebSocketStream } from 'ws-mini';
import { nextTurn } from '../peers/cutting-proxy.ts';
import { type Through, throughToClient, throughToServer } from '../peers/through-proxy.ts';
import {
  answerTo,
  type Consumer,
  consume,
  consumeStream,
  consumeWebSocket,
  type Pace,
  type Style,
} from '../peers/ws-mini-consumers.ts';
import { deferred } from './deferred.ts';
import { expectSame } from './expect.ts';
import { type Property, property } from './property.ts';

export interface Talk {
  /** Sizes of the messages that come. */
  readonly sizes: readonly number[];
  /** What comes behind them. */
  readonly end: 'Close' | 'FIN' | 'broken rule' | 'reset';
  readonly style: Style;
  readonly pace: Pace;
  readonly compresses: boolean;
  /** In how many pieces it all comes, about. */
  readonly pieces: number;
}

const anyTalk: fc.Arbitrary<Talk> = fc.record({
  sizes: fc.array(fc.constantFrom(0, 10, 126, 70_000, 200_000), { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom('Close', 'FIN', 'broken rule', 'reset'),
  style: fc.constantFrom('listener', 'loop', 'streams'),
  pace: fc.constantFrom('at once', 'after a promise', 'after turns'),
  compresses: fc.boolean(),
  pieces: fc.constantFrom(1, 1, 3, 60, 500),
});

/** Who is asked: ours is the one that answers. */
export interface Answering {
  readonly pair: string;
  open(talk: Talk): Promise<Through<Consumer, WsWebSocket>>;
}

const CODE = 3000;

export function answersArrive({ pair, open }: Answering): Property {
  const check = async (talk: Talk): Promise<void> => {
    const { ours, peer, proxy, way, stop } = await open(talk);
    try {
      const messages = talk.sizes.map((size, i) => `${i}`.padEnd(size, '.'));
      const answers: string[] = [];
      peer.on('message', (data) => answers.push(data.toString()));
      peer.on('error', () => {}); // 'close' follows
      const closed = once(peer, 'close') as Promise<[number]>;
      // All of it waits in the proxy, the end too: a piece may hold everything.
      const held = deferred();
      proxy.gate = (side) => (side === way ? undefined : held.promise);
      await Promise.all(messages.map((message) => new Promise((sent) => peer.send(message, sent))));
      finish(peer, talk.end);
      await nextTurn();
      held.resolve();
      const { code, wasClean } = await ours.over;
      const [heard] = await closed;
      if (talk.end === 'Close') expectSame('the codes of both', [code, heard, wasClean], [CODE, CODE, true]);
      else expectSame('a clean end', wasClean, false);
      expectHeard(talk, ours, messages);
      expectAnswers(talk, ours, messages.map(answerTo), answers);
    } finally {
      await stop();
    }
  };
  return property(10, 'what came before an end is answered', pair, anyTalk, async () => ({ check }), 0.5);
}

function expectHeard({ end }: Talk, { heard, drops }: Consumer, messages: readonly string[]): void {
  const mayMiss = end === 'reset' || (end === 'broken rule' && drops);
  expectSame('messages', shown(heard), shown(mayMiss ? messages.slice(0, heard.length) : messages));
}

function expectAnswers(
  talk: Talk,
  ours: Consumer,
  planned: readonly string[],
  seen: readonly string[],
): void {
  if (talk.end === 'reset') return; // there is nobody to see them
  if (mustAnswer(talk, ours)) expectSame('answers', shown(seen), shown(planned));
  const { accepted } = ours;
  expectSame('accepted answers', shown(seen.slice(0, accepted.length)), shown(accepted));
}

/**
 * A Close and a FIN wait for a program that asks for each message when it is done with the one before; a listener says of
 * none that it is done. A broken rule waits for promises only: not for a thread that compresses, nor for room at the peer.
 */
function mustAnswer({ sizes, end, pace, compresses }: Talk, { asks, drops }: Consumer): boolean {
  if (end !== 'broken rule') return asks || pace !== 'after turns';
  return !drops && pace !== 'after turns' && !compresses && sizes.every((size) => size < 1000);
}

function finish(peer: WsWebSocket, end: Talk['end']): void {
  // Not public, and the way to do what no WebSocket does.
  const { _socket: socket } = peer as unknown as { _socket: Socket };
  if (end === 'Close') peer.close(CODE);
  else if (end === 'FIN') socket.end();
  else if (end === 'reset') socket.resetAndDestroy();
  else socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
}

function shown(messages: readonly string[]): string[] {
  return messages.map((message) => `${message.slice(0, 30)} (${message.length})`);
}

function sizeOfPieces({ sizes, pieces }: Talk): number {
  return pieces === 1 ? Infinity : Math.ceil(Math.max(100, ...sizes) / pieces);
}

const answeringServer: Answering = {
  pair: 'ws → ws-mini',
  async open(talk) {
    const { style, pace, compresses } = talk;
    const options = { perMessageDeflate: true, maxQueued: Infinity };
    const through = await throughToClient(
      options,
      async (url) => {
        const perMessageDeflate = compresses && { threshold: 0 };
        const peer = new WsWebSocket(url, { perMessageDeflate });
        await once(peer, 'open');
        return peer;
      },
      sizeOfPieces(talk),
    );
    return { ...through, ours: consume[style](through.ours, pace) };
  },
};

const optionsFor = ({ compresses: perMessageDeflate }: Talk) => ({ perMessageDeflate, maxQueued: Infinity });

function answeringClient(name: string, open: (url: string, talk: Talk) => Promise<Consumer>): Answering {
  return {
    pair: `${name} → ws`,
    open: (talk) => throughToServer((url) => open(url, talk), sizeOfPieces(talk)),
  };
}

export const answering: readonly Answering[] = [
  answeringServer,
  answeringClient('ws-mini', async (url, talk) =>
    consume[talk.style](await connect(url, optionsFor(talk)), talk.pace),
  ),
  answeringClient('ws-mini.WebSocket', async (url, talk) => {
    const socket = new WebSocket(url, [], optionsFor(talk));
    const ours = consumeWebSocket(socket, talk.pace);
    await once(socket, 'open');
    return ours;
  }),
  answeringClient('ws-mini.WebSocketStream', (url, talk) =>
    consumeStream(new WebSocketStream(url, optionsFor(talk)), talk.pace),
  ),
];
