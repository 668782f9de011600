// The laws that are asked without a pair, a few inputs each: `npm run test:long` is for more. And each of them on somebody
// with one fault, since a law that nothing can break would say nothing.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ClientProtocol, type EncodedRequest, ServerProtocol } from 'http-mini/wire';
import { createEchoServer, encodeLengthPrefixed } from 'tcp-echo';
import { describe, expect, test } from 'vitest';
import { encodeFrame, encodeOpeningRequest, Protocol } from 'ws-mini/wire';
import { anyRequestBytes, requestText, responseText } from '../src/arbitraries/http-messages.ts';
import { cut, type Pieces } from '../src/arbitraries/pieces.ts';
import type { ObservedEnd } from '../src/differential/websocket/observe.ts';
import { protocolsAgree } from '../src/properties/closing-alone.ts';
import { makeTheSame } from '../src/properties/differential.ts';
import { cutAnswersRead, garbageIsTold, leavesServing, ofWsMini } from '../src/properties/ends.ts';
import {
  type Explainer,
  expectPartition,
  fieldsArePartition,
  httpExplainer,
  webSocketExplainer,
} from '../src/properties/explain.ts';
import { delimitedComeBack, delimiterMachine, prefixedComeBack } from '../src/properties/framing-machines.ts';
import { serversConnectionEnds } from '../src/properties/http-connection-alone.ts';
import {
  conversationsAreHeard,
  conversationsEnd,
  DISTURBING,
  disturbAtEveryByte,
  type Exchange,
} from '../src/properties/http-connection-pair.ts';
import { requestMachine, requestsComeBack, responsesComeBack } from '../src/properties/http-machines.ts';
import {
  cutRequestsAnswered,
  garbageIsAnswered,
  goingAwayLeavesNothing,
  type Served,
  serve,
  serverComesToAnEnd,
} from '../src/properties/http-server.ts';
import { lawGroups } from '../src/properties/index.ts';
import { anyCutIsTheSame, costIsLinear, garbageEnds, type Machine } from '../src/properties/machine.ts';
import { openingsComeBack } from '../src/properties/opening.ts';
import { type Property, runsOf } from '../src/properties/property.ts';
import {
  commandsAreSeen,
  framesComeBack,
  protocolEvents,
  protocolMachine,
} from '../src/properties/websocket-machines.ts';
import { vectors } from './vectors.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 10);
/** The same inputs each time, so that a red test is about the change at hand; FC_SEED and the command look further. */
const SEED = Number(process.env['FC_SEED'] ?? 1);

describe.each(lawGroups)('$title', ({ properties }) => {
  test.each(properties.map((one) => ({ name: one.name, one })))(
    '$name',
    async ({ one }) => {
      const runs = runsOf(one, RUNS);
      expect(await one.run(runs, SEED)).toEqual({ held: runs });
    },
    180_000 + RUNS * 200,
  );
});

test.each([
  ...vectors('request').map((one) => ({
    ...one,
    options: { from: 'client' as const, begins: 'http' as const },
  })),
  ...vectors('response').map((one) => {
    const methods = one.methods.split(' ').filter((method) => method !== '');
    return { ...one, options: { from: 'server' as const, begins: 'http' as const, methods } };
  }),
])('laws 1 and 3 on http-mini’s vector: $name', ({ bytes, options }) => {
  const whole = httpExplainer.events([bytes], options);
  for (const size of [1, 3, 7]) {
    const sizes = Array<number>(bytes.length).fill(size);
    expect(httpExplainer.events(cut(bytes, sizes), options)).toEqual(whole);
  }
  expectPartition(httpExplainer, { bytes, options });
});

describe('a law is broken by one fault', () => {
  /** A server that answers each chunk by itself, and closes for good where it has nothing to say. */
  function answering(answer: (chunk: Uint8Array) => string | undefined): typeof serve {
    return async () => {
      const sockets = new Set<Socket>();
      const listener = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          const said = answer(chunk);
          if (said === undefined) listener.close();
          socket.end(said ?? '');
        });
      }).listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const close = async () => {
        listener.close();
        for (const socket of sockets) socket.destroy();
      };
      const server = { connections: 0, close, destroy: close };
      return { server, port: (listener.address() as AddressInfo).port, errors: [] } as Served;
    };
  }
  /** An end that sees what the pieces say, and sends two Closes. */
  const seeing = (seen: (pieces: Pieces) => string[]) => async (): Promise<ObservedEnd> => ({
    name: 'ws-mini',
    role: 'server',
    observe: async ({ pieces }) => ({ seen: seen(pieces), sent: ['close ', 'close '], code: undefined }),
    close: async () => {},
  });

  /** Somebody who does the same but for what is changed in the lines, or in the pieces before. */
  function faulty<Options>(
    machine: Machine<Options>,
    { lines = (all) => all, pieces = (all) => all }: Fault,
  ): Machine<Options> {
    return { ...machine, events: (given, options) => lines(machine.events(pieces(given), options), given) };
  }
  interface Fault {
    lines?: (all: string[], pieces: readonly Uint8Array[]) => string[];
    pieces?: (all: readonly Uint8Array[]) => readonly Uint8Array[];
  }

  test.each<[string, Property, RegExp]>([
    [
      'law 1: drops the last byte of each piece but the last',
      anyCutIsTheSame(
        faulty(requestMachine, {
          pieces: (all) => all.map((piece, i) => piece.subarray(0, i < all.length - 1 ? -1 : piece.length)),
        }),
      ),
      /^events: got/,
    ],
    [
      'law 1: takes a piece for a message',
      anyCutIsTheSame(faulty(protocolMachine, { lines: (all, { length }) => [...all, `${length}`] })),
      /^events: got/,
    ],
    [
      'law 4: throws what is no error of ours',
      garbageEnds(
        faulty(requestMachine, {
          lines: (all) => (all.some((line) => line.includes('invalid-method')) ? new Array(-1) : all),
        }),
      ),
      /^Invalid array length/,
    ],
    [
      'law 4: goes on after the error',
      garbageEnds(faulty(protocolMachine, { lines: (all) => [...all, 'text: x'] })),
      /^what comes last: got \["error [\s\S]*"text: x"/,
    ],
    [
      'law 4: names a byte that has not come',
      garbageEnds(faulty(requestMachine, { lines: (all) => all.map((line) => line.replace(/\d+$/, '999')) })),
      /^a place within/,
    ],
    [
      'law 4: forgets a limit',
      garbageEnds({
        ...delimiterMachine,
        events: (pieces, options) =>
          delimiterMachine.events(pieces, { ...options, maxMessageBytes: Infinity }),
      }),
      /^an event beyond the limits: got "0/,
    ],
    [
      'law 5: copies all that waits for each piece',
      costIsLinear(
        faulty(requestMachine, {
          pieces: (all) => all.map((piece, i) => Buffer.concat(all.slice(0, i + 1)).subarray(-piece.length)),
        }),
      ),
      /^\d+ bytes in pieces of \d+ cost \d+/,
    ],
    [
      'law 2: loses a byte of content',
      requestsComeBack((request) => requestText(request).replace(/\r\n\r\n./s, '\r\n\r\nx')),
      /^request: got|within content$/,
    ],
    [
      'law 2: knows no reason',
      responsesComeBack((it) => responseText({ ...it, reason: '' })),
      /^response: got/,
    ],
    ['law 2: masks twice', framesComeBack(({ maskKey: _, ...it }) => encodeFrame(it)), /^frame: got/],
    [
      'law 2: loses empty messages',
      commandsAreSeen((...args) => protocolEvents(...args).filter((line) => line !== 'message: ')),
      /^events: got/,
    ],
    [
      'law 2: offers no extension',
      openingsComeBack((handshake) => encodeOpeningRequest({ ...handshake, extensions: [] })),
      /^request: got/,
    ],
    [
      'law 2: does not look for the delimiter',
      delimitedComeBack((message, delimiter) => Buffer.concat([message, Buffer.from(delimiter!)])),
      /^messages: got/,
    ],
    [
      'law 2: writes the length the other way round',
      prefixedComeBack((...args) => {
        const bytes = encodeLengthPrefixed(...args);
        bytes.subarray(0, args[1]).reverse();
        return bytes;
      }),
      /^messages: got/,
    ],
    [
      'law 9: answers with a code of its own',
      protocolsAgree((options) => {
        const protocol = new Protocol(options);
        const close = protocol.close.bind(protocol);
        protocol.close = (code, reason) => close(code === 4000 ? 4001 : code, reason);
        return protocol;
      }),
      /^Close frames: got \[4001\], expected \[4000\]/,
    ],
    [
      'law 9: forgets that it was closed',
      serversConnectionEnds(() => {
        const protocol = new ServerProtocol({ maxDroppedBytes: 5 });
        protocol.close = () => {};
        return protocol;
      }),
      /^(the state after|what the client reads)/,
    ],
    [
      'law 9: asks for content once the answer has begun',
      serversConnectionEnds(() => {
        const protocol = new ServerProtocol({ maxDroppedBytes: 5 });
        const begin = protocol.begin.bind(protocol);
        protocol.begin = (response) => {
          protocol.invite();
          begin(response);
        };
        return protocol;
      }),
      /^(the state after|what the client reads)/,
    ],
    [
      'law 7: a server that loses the first part of content',
      conversationsAreHeard(undefined, () => {
        const protocol = new ServerProtocol({ maxDroppedBytes: 5 });
        const next = protocol.nextContent.bind(protocol);
        protocol.nextContent = () => {
          const event = next();
          return event?.type === 'content' ? next() : event;
        };
        return protocol;
      }),
      /^whole content: got/,
    ],
    [
      'law 7: a client that takes every request for a GET',
      conversationsAreHeard(() => {
        const protocol = new ClientProtocol();
        const request = protocol.request.bind(protocol);
        protocol.request = (encoded) => request({ ...encoded, method: 'GET' });
        return protocol;
      }),
      /^(what is heard of it|that the client fails|whose head is heard|that both are over|content)/,
    ],
    [
      'law 9: a client that takes a loss for an end',
      conversationsEnd(() => {
        const protocol = new ClientProtocol();
        protocol.lost = () => {
          protocol.receiveEnd();
          return undefined;
        };
        return protocol;
      }),
      /^that a loss is told: got false/,
    ],
    [
      'law 9: a server that does not see the end',
      conversationsEnd(undefined, () => {
        const protocol = new ServerProtocol({ maxDroppedBytes: 5 });
        protocol.receiveEnd = () => {};
        return protocol;
      }),
      /^that both are over: got/,
    ],
    [
      'law 9: a client that sends everything again',
      conversationsEnd(() => {
        const protocol = new ClientProtocol();
        const sent: EncodedRequest[] = [];
        const request = protocol.request.bind(protocol);
        protocol.request = (encoded) => {
          request(encoded);
          sent.push(encoded);
        };
        Object.defineProperty(protocol, 'retriable', { get: () => sent });
        return protocol;
      }),
      /^what is sent again: got/,
    ],
    [
      'law 1: a server that answers in one cut only',
      cutRequestsAnswered(answering((chunk) => `${chunk.length}`)),
      /^answers: got/,
    ],
    [
      'law 4: a server that answers what is no answer',
      garbageIsAnswered(answering(() => 'What?')),
      /^whether these are answers: got false/,
    ],
    [
      'law 4: a server whose handler is wrong',
      garbageIsAnswered((_, options) => serve(async () => ({ status: 99 }), options)),
      /^error: got \["HttpError","user"\]/,
    ],
    [
      'law 4: a server that is gone with its client',
      goingAwayLeavesNothing(answering(() => undefined)),
      /ECONNREFUSED|ECONNRESET|what the next gets/,
    ],
    [
      'law 9: a server that says what is no answer',
      serverComesToAnEnd(answering(() => 'What?')),
      /^whether these are answers: got false/,
    ],
    [
      'law 1: a client that counts pieces',
      cutAnswersRead({
        name: 'http-mini',
        observe: async (_, bytes, pieces = []) => ({ exchanges: [{ status: cut(bytes, pieces).length }] }),
      }),
      /^what it tells: got/,
    ],
    [
      'law 4: a client that fails and does not say why',
      garbageIsTold({ name: 'http-mini', observe: async () => ({ exchanges: [{}] }) }),
      /^whether it tells of a response or of a rule: got false/,
    ],
    ...ofWsMini(
      'server',
      seeing((pieces) => [`message ${pieces.length}`, 'close 1000']),
    ).map((one): [string, Property, RegExp] =>
      one.law === 1
        ? ['law 1: an end that counts pieces', one, /^what it sees and sends: got/]
        : ['law 4: an end that closes twice', one, /^Close frames before the last: got 0, expected 1/],
    ),
    [
      'law 4: a server that echoes one client only',
      leavesServing((options) => {
        const server = createEchoServer({
          observe(event) {
            options?.observe?.(event);
            if (event.stage === 'closed') void server.destroy();
          },
        });
        return server;
      }),
      /ECONNREFUSED|ECONNRESET|closed|refused|reset/,
    ],
    [
      'law 3: has a gap',
      fieldsArePartition(changed(httpExplainer, (fields) => fields.toSpliced(1, 1))),
      /^the/,
    ],
    [
      'law 3: has an overlap',
      fieldsArePartition(changed(webSocketExplainer, (fields) => [...fields, ...fields.slice(-1)])),
      /^the begin of/,
    ],
    [
      'law 3: says another value',
      fieldsArePartition(
        changed(httpExplainer, (fields) =>
          fields.map((field) =>
            field.name === 'field-value' ? { ...field, value: `${field.value}.` } : field,
          ),
        ),
      ),
      /^values: got/,
    ],
    [
      'law 3: says another opcode',
      fieldsArePartition(
        changed(webSocketExplainer, (fields) =>
          fields.map((field) => (field.name === 'opcode' ? { ...field, value: '7' } : field)),
        ),
      ),
      /^bits: got/,
    ],
    [
      'law 6: sees something else, which has no name',
      makeTheSame(
        'sees',
        'a ↔ b',
        anyRequestBytes,
        async () => [
          { observe: async (bytes: Uint8Array) => bytes.length },
          { observe: async (bytes: Uint8Array) => bytes.filter((byte) => byte < 0x80).length },
        ],
        (_, mini, peer) => (mini === peer ? undefined : { mini, peer }),
      ),
      /^a difference without a name: got {"mini"/,
    ],
  ])('that %s', async (_, one, message) => {
    const { failure } = await one.run(2000, 1);
    expect(failure?.message).toMatch(message);
  });

  type Fields = ReturnType<Explainer<unknown>['explain']>['fields'];

  function changed<Options>(
    machine: Explainer<Options>,
    change: (fields: Fields) => Fields,
  ): Explainer<Options> {
    return {
      ...machine,
      explain(bytes, options) {
        const explanation = machine.explain(bytes, options);
        return { ...explanation, fields: change(explanation.fields) };
      },
    };
  }
});

describe('law 9: whatever happens at any byte of a conversation, both sides come to an end and agree on it', () => {
  const none = { content: 0, isKnown: true, closes: false };
  const known = { ...none, content: 3 };
  const chunked = { ...known, isKnown: false };
  const ok = { status: 200, interims: 0 };
  const conversations: Record<string, Exchange[]> = {
    'chunked PUT, interim response, POST with 100 (Continue)': [
      {
        request: { ...chunked, method: 'PUT', expects: false },
        response: { ...none, ...ok, interims: 1 },
        isRead: true,
      },
      { request: { ...known, method: 'POST', expects: true }, response: { ...chunked, ...ok }, isRead: true },
    ],
    'POST that is not wanted, HEAD': [
      { request: { ...none, method: 'HEAD', expects: false }, response: { ...known, ...ok }, isRead: true },
      {
        request: { ...chunked, content: 7, method: 'POST', expects: false },
        response: { ...known, ...ok, status: 404 },
        isRead: false,
      },
    ],
  };
  for (const [name, exchanges] of Object.entries(conversations)) {
    test.each(DISTURBING)(`${name}: %s`, (disturbance) => {
      expect(disturbAtEveryByte(exchanges, disturbance)).toBeGreaterThan(100);
    });
  }
});
