// The properties of pairs, a few runs each: `npm run conformance -- properties --runs N` is for more. And each kind of them
// on a peer with one fault, since a property that nothing can fail would say nothing.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DeliveryServer,
  httpMiniServer as deliveryServer,
  type Exchange,
  oldClient,
  undiciClient,
} from '../src/peers/delivery.ts';
import { netEchoClient, tcpEchoServer } from '../src/peers/echo.ts';
import { undiciRequest } from '../src/peers/http-clients.ts';
import { httpMiniClient } from '../src/peers/http-mini-client.ts';
import type { HttpClientPeer, HttpServerPeer } from '../src/peers/http-peer.ts';
import { httpMiniServer, nodeServer } from '../src/peers/http-servers.ts';
import { nodeClient } from '../src/peers/node-client.ts';
import { wsClient } from '../src/peers/websocket-clients.ts';
import type { WebSocketServerPeer } from '../src/peers/websocket-peer.ts';
import { wsServer } from '../src/peers/websocket-servers.ts';
import type { Consumer } from '../src/peers/ws-mini-consumers.ts';
import { type Sender, type Sending, senders } from '../src/peers/ws-mini-senders.ts';
import { type Answering, answering, answersArrive } from '../src/properties/answers.ts';
import { contentArrives } from '../src/properties/delivery.ts';
import { bytesComeBack, closingLosesNothing } from '../src/properties/echo.ts';
import { conversationsArrive, writtenRequestsAreParsed } from '../src/properties/http.ts';
import { breakingOffIsNoticed } from '../src/properties/http-broken.ts';
import { pairGroups } from '../src/properties/index.ts';
import { type Property, property, runsOf } from '../src/properties/property.ts';
import { acceptedArrives } from '../src/properties/sending.ts';
import { contentTakesTime, messagesTakeTime } from '../src/properties/slow-link.ts';
import { goodbyesArrive, messagesComeBack } from '../src/properties/websocket.ts';
import { closingsAgree } from '../src/properties/websocket-closing.ts';
import { within } from '../src/properties/within.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 10);
/** The same inputs each time, so that a red test is about the change at hand; FC_SEED and the command look further. */
const SEED = Number(process.env['FC_SEED'] ?? 1);

describe.each(pairGroups)('$title', ({ properties }) => {
  test.each(properties.map((one) => ({ name: one.name, one })))(
    '$name',
    async ({ one }) => {
      const runs = runsOf(one, RUNS);
      expect(await one.run(runs, SEED)).toEqual({ held: runs });
    },
    180_000 + RUNS * 100,
  );
});

/** It closes by cutting what is under way. */
const cuttingServer: DeliveryServer = {
  ...deliveryServer,
  async start(...given) {
    const running = await deliveryServer.start(...given);
    return { ...running, close: async () => running.destroy() };
  },
};

describe('a property fails on a peer with one fault', () => {
  /** Changes what the server hands to and takes from its handler. */
  const brokenServer = (
    change: Partial<Record<'request' | 'response', (value: never) => object>>,
  ): HttpServerPeer => ({
    ...httpMiniServer,
    start: (handler) =>
      httpMiniServer.start({
        ...handler,
        answer(request) {
          const response = handler.answer({ ...request, ...change.request?.(request as never) });
          return { ...response, ...change.response?.(response as never) };
        },
      }),
  });
  type Given = { content: Uint8Array; fields: readonly (readonly [string, string])[]; target: string };

  test.each<[string, Property, RegExp]>([
    [
      'loses the last byte of long contents',
      conversationsArrive(
        undiciRequest,
        brokenServer({ request: ({ content }: Given) => ({ content: content.subarray(0, 1023) }) }),
      ),
      /request content: 1023 of \d+ bytes, different from byte 1023 on/,
    ],
    [
      'trims what is no whitespace',
      conversationsArrive(
        undiciRequest,
        brokenServer({
          request: ({ fields }: Given) => ({
            fields: fields.map(([name, value]) => [name, value.replace(/"/g, '')]),
          }),
        }),
      ),
      /request fields: got .*expected/,
    ],
    [
      'decodes targets',
      conversationsArrive(
        nodeClient,
        brokenServer({ request: ({ target }: Given) => ({ target: target.replaceAll('+', ' ') }) }),
      ),
      /target: got/,
    ],
    [
      'answers another status',
      conversationsArrive(nodeClient, brokenServer({ response: () => ({ status: 200 }) })),
      /status: got 200, expected/,
    ],
    [
      'drops trailers',
      conversationsArrive(nodeClient, brokenServer({ request: () => ({ trailers: [] }) })),
      /request trailers: got \[\], expected/,
    ],
    [
      'sends no interim responses',
      conversationsArrive(undiciRequest, brokenServer({ response: () => ({ informations: [] }) })),
      /interim responses: got \[\], expected/,
    ],
    [
      'keeps no connection',
      conversationsArrive(httpMiniClient, brokenServer({ response: () => ({ closes: true }) })),
      /connections: got [23], expected [12]/,
    ],
    [
      'echoes the first write only',
      bytesComeBack(
        { ...netEchoClient, converse: (port, writes) => netEchoClient.converse(port, writes.slice(0, 1)) },
        tcpEchoServer,
      ),
      /bytes: \d+ of \d+ bytes, different from byte \d+ on/,
    ],
    [
      'cuts where it should close',
      closingLosesNothing({ ...netEchoClient, sendAndClose: cutAfterSending }, tcpEchoServer),
      /bytes that arrived: got \d+, expected \d+/,
    ],
    [
      'says in peace that half of its content was all',
      contentArrives(oldClient, { name: 'broken', start: startHalving }),
      /content: \d+ of \d+ bytes/,
    ],
    ['closes by cutting what is under way', contentArrives(undiciClient, cuttingServer), /an error: got/],
    [
      'gives content that moves no time when it closes',
      contentTakesTime(undiciClient, cuttingServer),
      /whether its reader is told \(slow link, the server closes\): got true, expected false/,
    ],
    [
      'drops what it has accepted when it closes',
      acceptedArrives(brokenSender((ours) => ({ close: () => ours.destroy() }))),
      /the codes of both: got \[1006/,
    ],
    [
      'accepts what it does not send',
      acceptedArrives(
        brokenSender((ours) => ({
          send: (message) => (message.length > 126 ? accepted : ours.send(message)),
        })),
      ),
      /whether one of those accepted is lost|message \d/,
    ],
    [
      'gives a link that moves no time',
      messagesTakeTime(impatientSender()),
      /a clean end, by heartbeat on a slow link: got false, expected true/,
    ],
    [
      'accepts what stays on a link that is dead',
      messagesTakeTime(brokenSender((ours) => ({ send: (message) => ours.send(message)!.then(() => true) }))),
      /whether the message was accepted: got true, expected false/,
    ],
    [
      'does not hand over what came last',
      answersArrive(
        brokenAnswers((ours) => ({
          get heard() {
            return ours.heard.slice(0, -1);
          },
        })),
      ),
      /messages: got/,
    ],
    [
      'accepts an answer that does not go',
      answersArrive(brokenAnswers(() => ({ accepted: ['an answer'] }))),
      /accepted answers: got/,
    ],
    [
      'takes half a request for a whole one',
      breakingOffIsNoticed(nodeClient, {
        ...httpMiniServer,
        start: (handler) => httpMiniServer.start({ ...handler, brokenOff: () => handler.answer(undefined!) }),
      }),
      /the request: got "whole", expected "broken off"/,
    ],
    [
      'sends two requests as one',
      writtenRequestsAreParsed(
        { ...undiciRequest, open: (port) => silent(undiciRequest, port) } satisfies HttpClientPeer,
        nodeServer,
      ),
      /number of requests: got 1, expected 2/,
    ],
    [
      'sends text as binary',
      messagesComeBack(wsClient, brokenSocket({ asBinary: true })),
      /type: got "object", expected "string"/,
    ],
    [
      'echoes empty messages twice',
      messagesComeBack(wsClient, brokenSocket({ doublesEmpty: true })),
      /(text|type|message): /,
    ],
    [
      'forgets the reason of a close',
      goodbyesArrive(wsClient, brokenSocket({ dropsReason: true })),
      /the goodbye: got .*"reason":""/,
    ],
    [
      'closes with another code',
      closingsAgree(wsClient, brokenSocket({ dropsCode: true })),
      /the code that the \w+ has: got 4444, expected 1000/,
    ],
    [
      'loses its first message',
      closingsAgree(wsClient, brokenSocket({ losesFirst: true })),
      /messages: got .*expected/,
    ],
  ])(
    'that %s',
    async (_, one, message) => {
      const { failure } = await one.run(200, 1);
      expect(failure?.message).toMatch(message);
    },
    60_000,
  );

  const accepted = Promise.resolve(true);

  function brokenSender(change: (ours: Sender) => Partial<Sender>): Sending {
    const [sending] = senders as [Sending];
    return {
      ...sending,
      async open(...given) {
        const through = await sending.open(...given);
        const { ours } = through;
        return { ...through, ours: Object.setPrototypeOf(change(ours), ours) };
      },
    };
  }

  /** Its deadlines run from the start, whatever moves. */
  function impatientSender(): Sending {
    const { open, ...sending } = brokenSender(() => ({}));
    return {
      ...sending,
      async open(options, pace) {
        const through = await open(options, pace);
        const { clock = () => 0, closeTimeout = Infinity, heartbeat = Infinity } = options;
        const due = clock() + Math.min(closeTimeout, heartbeat);
        const timer = setInterval(() => clock() > due && through.ours.destroy(), 5);
        void through.ours.closed.then(() => clearInterval(timer));
        return through;
      },
    };
  }

  function brokenAnswers(change: (ours: Consumer) => Partial<Consumer>): Answering {
    const [faithful] = answering as [Answering];
    return {
      ...faithful,
      async open(talk) {
        const through = await faithful.open(talk);
        const { ours } = through;
        return { ...through, ours: Object.setPrototypeOf(change(ours), ours) };
      },
    };
  }

  async function cutAfterSending(port: number, writes: readonly Uint8Array[]): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    for (const bytes of writes) socket.write(bytes);
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }

  /** HTTP/1.0: the end of the connection is the end of the content. */
  async function startHalving({ heard, answer }: Exchange) {
    const server = createServer(async (socket) => {
      await once(
        socket.on('error', () => {}),
        'data',
      );
      await heard(Readable.from([]));
      socket.write('HTTP/1.0 200 OK\r\n\r\n');
      if (answer instanceof Uint8Array) socket.end(answer.subarray(0, answer.length / 2));
      else
        Readable.from(answer)
          .on('error', () => socket.destroy())
          .pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { port, destroy: () => void server.close() };
  }

  /** Only the first exchange of each connection is carried out. */
  function silent(client: HttpClientPeer, port: number) {
    const session = client.open(port, false);
    let answer: Promise<Awaited<ReturnType<typeof session.exchange>>> | undefined;
    return { ...session, exchange: (plan: never) => (answer ??= session.exchange(plan)) };
  }

  function brokenSocket(fault: {
    asBinary?: true;
    doublesEmpty?: true;
    dropsReason?: true;
    dropsCode?: true;
    losesFirst?: true;
  }): WebSocketServerPeer {
    return {
      name: 'broken',
      start: (accept) =>
        wsServer.start((end) => {
          const { send, close } = end;
          end.send = (message) => {
            if (message.length === 0 && fault.doublesEmpty) send(message);
            if (message === 'message 0' && fault.losesFirst) return;
            send(typeof message === 'string' && fault.asBinary ? Buffer.from(message) : message);
          };
          end.close = (code, reason) => close(fault.dropsCode ? 4444 : code, fault.dropsReason ? '' : reason);
          accept(end);
        }),
    };
  }
});

test('a failure holds the smallest input and the seed', async () => {
  const small = property(1, 'numbers are small', 'a → b', fc.nat(), async () => ({
    check(number) {
      if (number > 41) throw new Error('too large', { cause: new Error('42 or more') });
    },
  }));
  const { held, failure } = await small.run(100, 5);
  expect(held).toBeLessThan(100);
  expect(failure).toEqual({ seed: 5, counterexample: '42', message: 'too large (42 or more)' });
  // And again, by what the failure says.
  expect(await small.run(held + 1, failure!.seed)).toEqual({ held, failure });
});

test('a peer that hangs fails in the end', async () => {
  await expect(within(10, new Promise(() => {}))).rejects.toThrow('nothing happened for 10 ms');
});
