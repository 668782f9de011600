/** One end of a connection alone, by a raw socket at the other: laws 1 and 4. http-mini's server has a file of its own. */
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { createEchoServer, type EchoError } from 'tcp-echo';
import { anyContent } from '../arbitraries/content.ts';
import { anyNoise } from '../arbitraries/http-messages.ts';
import { anyPieces } from '../arbitraries/pieces.ts';
import { type ObservedClient, observedMini } from '../differential/responses/observe.ts';
import { faultyAnswers } from '../differential/responses/responses.ts';
import { anyStream, deflate, encode, type Role, type Stream } from '../differential/websocket/frames.ts';
import { type ObservedEnd, observeClient, observeServer } from '../differential/websocket/observe.ts';
import { tcpEchoClient } from '../peers/echo.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

const SAME = 'any cut gives the same answers';
const ENDS = 'garbage ends in answers or errors, and the end';

// ── http-mini's client ──

export function cutAnswersRead(client: ObservedClient = observedMini): Property {
  return property(
    1,
    SAME,
    'http-mini client',
    fc.record({ answer: faultyAnswers, pieces: anyPieces }),
    async () => ({
      async check({ answer: { method, bytes }, pieces }) {
        const whole = await client.observe(method, bytes);
        expectSame('what it tells', await client.observe(method, bytes, pieces), whole);
      },
    }),
  );
}

export function garbageIsTold(client: ObservedClient = observedMini): Property {
  return property(
    4,
    ENDS,
    'http-mini client',
    fc.oneof(
      faultyAnswers.map(({ bytes }) => bytes),
      anyNoise,
    ),
    async () => ({
      async check(bytes) {
        const { exchanges, code } = await client.observe('GET', bytes);
        const isTold = exchanges.every(({ status }) => status !== undefined);
        expectSame('whether it tells of a response or of a rule', isTold !== (code !== undefined), true);
      },
    }),
  );
}

// ── ws-mini's two ends ──

/** Garbage, or what goes wrong only after a while. */
const anyDeflated = fc
  .tuple(fc.uint8Array({ maxLength: 400 }), fc.boolean())
  .map(([bytes, begins]) =>
    begins ? Buffer.concat([deflate(bytes, 'plain', new Uint8Array(0)).subarray(0, 9), bytes]) : bytes,
  );

export function ofWsMini(
  role: Role,
  start: () => Promise<ObservedEnd> = () => (role === 'server' ? observeServer : observeClient)('ws-mini'),
): Property[] {
  /** What is no frame, and a frame that says it is compressed. */
  const anyBytes = fc.oneof(
    anyNoise,
    anyDeflated.map((payload) => encode([{ fin: true, opcode: 2, rsv: 4, payload }], role)),
  );
  const noise = fc.tuple(anyStream(role), anyBytes).map(([stream, bytes]): Stream => ({ ...stream, bytes }));
  return [
    property(1, SAME, `ws-mini ${role}`, anyStream(role), async () => {
      const end = await start();
      return {
        async check(stream) {
          const whole = await end.observe({ ...stream, pieces: [] });
          expectSame('what it sees and sends', await end.observe(stream), whole);
        },
        stop: () => end.close(),
      };
    }),
    property(4, ENDS, `ws-mini ${role}`, fc.oneof(anyStream(role), noise), async () => {
      const end = await start();
      return {
        async check(stream) {
          const { seen, sent } = await end.observe(stream);
          const isClose = (line: string): boolean => line.startsWith('close ');
          expectSame('the end that its program sees', seen.findIndex(isClose), seen.length - 1);
          const closes = sent.filter(isClose).length;
          if (closes > 0)
            expectSame('Close frames before the last', sent.findIndex(isClose), sent.length - 1);
        },
        stop: () => end.close(),
      };
    }),
  ];
}

// ── tcp-echo's server ──

export function leavesServing(create: typeof createEchoServer = createEchoServer): Property {
  return property(
    4,
    'who goes away at any byte leaves nothing behind',
    'tcp-echo server',
    fc.record({
      writes: fc.array(anyContent, { maxLength: 3 }),
      goes: fc.constantFrom('end' as const, 'destroy' as const, 'resetAndDestroy' as const),
      reads: fc.boolean(),
    }),
    async () => {
      let tell: (error: Error | undefined) => void = () => {};
      const server = create({
        observe: (event) => {
          if (event.socket.startsWith('connection') && event.stage === 'closed') tell(event.error);
        },
      });
      const { port } = await server.listen();
      return {
        async check({ writes, goes, reads }) {
          const closed = new Promise<Error | undefined>((resolve) => {
            tell = resolve;
          });
          const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
          socket.on('error', () => {});
          await once(socket, 'connect');
          if (reads || goes === 'end') socket.resume();
          for (const bytes of writes) socket.write(bytes);
          socket[goes]();
          const error = await closed;
          if (error !== undefined) {
            const { code, by } = error as EchoError;
            expectSame('error', [code, by], ['connection-reset', 'peer']);
          }
          const alive = Buffer.from('alive');
          expectSameBytes('the echo of the next', await tcpEchoClient.converse(port, [alive]), alive);
        },
        stop: () => server.destroy(),
      };
    },
  );
}

export const endProperties: readonly Property[] = [
  cutAnswersRead(),
  garbageIsTold(),
  ...ofWsMini('server'),
  ...ofWsMini('client'),
  leavesServing(),
];
