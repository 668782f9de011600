/**
 * What breaks off half-way is never taken for the whole (RFC 9112 8): a client whose server cuts off its response, and a
 * server whose client cuts off its request, both notice.
 */
import fc from 'fast-check';
import type { RequestPlan, ResponsePlan } from '../arbitraries/http.ts';
import { anyPieces, type Pieces } from '../arbitraries/pieces.ts';
import { startCuttingProxy } from '../peers/cutting-proxy.ts';
import type { HttpClientPeer, HttpServerPeer } from '../peers/http-peer.ts';
import { deferred } from './deferred.ts';
import { expectSame } from './expect.ts';
import { type Property, property } from './property.ts';

interface Break {
  readonly by: 'client' | 'server';
  /** What comes before it. */
  readonly content: Uint8Array;
  readonly pieces: Pieces;
  readonly cuts: Pieces;
}

const anyBreak: fc.Arbitrary<Break> = fc.record({
  by: fc.constantFrom('client', 'server'),
  content: fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  pieces: anyPieces,
  cuts: anyPieces,
});

export function breakingOffIsNoticed(client: HttpClientPeer, server: HttpServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property(7, 'what breaks off is noticed', pair, anyBreak, async () => {
    let response: ResponsePlan;
    let request = deferred<string>();
    let begin = deferred();
    const { port, close } = await server.start({
      begun: () => begin.resolve(),
      answer: () => {
        request.resolve('whole');
        return { ...response, breaksOff: true };
      },
      brokenOff: () => request.resolve('broken off'),
    });
    const proxy = await startCuttingProxy(port);
    return {
      async check({ by, cuts, ...message }) {
        proxy.cuts = { up: cuts, down: cuts };
        response = { ...message, ...PLAIN, status: 200, reason: 'OK', informations: [] };
        [request, begin] = [deferred(), deferred()];
        const session = client.open(proxy.port, false);
        try {
          const plan = { ...message, ...PLAIN, ...(by === 'client' ? POST : GET) };
          const body = by === 'client' ? breaking(message.content, begin.promise) : undefined;
          const seen = session.exchange(plan, body).then(
            () => 'whole',
            () => 'broken off',
          );
          expectSame('the response', await seen, 'broken off');
          expectSame('the request', await request.promise, by === 'client' ? 'broken off' : 'whole');
        } finally {
          await session.close();
        }
      },
      async stop() {
        await proxy.close();
        await close();
      },
    };
  });
}

const PLAIN = { fields: [], framing: 'chunked', trailers: [], closes: false } as const;
const COMMON = { target: '/', version: '1.1', expects: false } as const;
const POST = { ...COMMON, method: 'POST' } satisfies Partial<RequestPlan>;
const GET = {
  ...COMMON,
  method: 'GET',
  content: undefined,
  framing: 'length',
} satisfies Partial<RequestPlan>;

/** Only after the server has begun: a request that is not begun has not broken off. */
async function* breaking(content: Uint8Array, begun: Promise<void>): AsyncGenerator<Uint8Array> {
  yield content;
  await begun;
  throw new Error('broken off');
}
