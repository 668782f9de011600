/**
 * Law 10 of HTTP's content: over a slow link, and whatever ends it, content arrives whole, or whoever reads it is told that
 * it did not. Closing in peace costs nothing.
 */
import fc from 'fast-check';
import { bulk } from '../arbitraries/content.ts';
import { nextTurn, startCuttingProxy, type Way } from '../peers/cutting-proxy.ts';
import type { DeliveryClient, DeliveryServer } from '../peers/delivery.ts';
import { readAll } from '../peers/http-peer.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

interface Delivery {
  /** Whose content it is. */
  readonly from: 'client' | 'server';
  readonly size: number;
  /** Content that comes in parts, not at once. */
  readonly parts: boolean;
  readonly end:
    | 'none'
    | 'server closes'
    | 'client closes'
    | 'server is cut'
    | 'client is cut'
    | 'reset'
    | 'source fails';
  /** How many tenths of it have passed when the end comes. */
  readonly tenths: number;
}

const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  from: fc.constantFrom('client', 'server'),
  size: fc.constantFrom(1, 3000, 65_536, 300_000, 2 * MIB, 8 * MIB),
  parts: fc.boolean(),
  end: fc.constantFrom(
    'none',
    'server closes',
    'client closes',
    'server is cut',
    'client is cut',
    'reset',
    'source fails',
  ),
  tenths: fc.nat(9),
});

export function contentArrives(client: DeliveryClient, server: DeliveryServer): Property {
  const check = async ({ from, size, parts, end, tenths }: Delivery): Promise<void> => {
    const content = bulk(size);
    const before = Math.floor((size * tenths) / 10);
    const whole = parts ? inParts(content) : content;
    const body = end === 'source fails' ? failing(content.subarray(0, before)) : whole;
    const ofClient = from === 'client' && !client.readsUntilClose;
    let heard: Promise<Uint8Array> | undefined;
    const serving = await server.start({
      async heard(incoming) {
        heard = readAll(incoming);
        await heard;
      },
      answer: ofClient ? new Uint8Array(0) : body,
    });
    const proxy = await startCuttingProxy(serving.port);
    proxy.cuts = { up: [], down: [], rest: size > MIB ? 64 * KIB : 4 * KIB };
    const session = client.open(proxy.port);
    const ends: Partial<Record<Delivery['end'], () => unknown>> = {
      'server closes': () => serving.close?.(),
      'client closes': () => session.close?.(),
      'server is cut': () => serving.destroy(),
      'client is cut': () => session.destroy(),
      reset: () => proxy.latest!.client.resetAndDestroy(),
    };
    const way: Way = ofClient ? 'up' : 'down';
    let isOver = false;
    proxy.gate = (side, passed): undefined => {
      // What is not begun is not to be finished.
      if (isOver || heard === undefined || side !== way || passed < before) return;
      isOver = true;
      void ends[end]?.();
    };
    try {
      const answer = await outcome(session.exchange(ofClient ? body : undefined));
      const { content: seen, error } = ofClient ? await outcome(heard) : answer;
      if (isPeaceful(end)) expectSame('an error', error, undefined);
      if (end === 'source fails') expectSame('whether its reader is told', error !== undefined, true);
      if (seen !== undefined) expectSameBytes('content', seen, content);
    } finally {
      session.destroy();
      await proxy.close();
      serving.destroy();
    }
  };
  const pair = `${client.name} → ${server.name}`;
  return property(
    10,
    'content arrives whole, or its reader is told',
    pair,
    anyDelivery,
    async () => ({ check }),
    0.2,
  );
}

function isPeaceful(end: Delivery['end']): boolean {
  return end === 'none' || end === 'server closes' || end === 'client closes';
}

export async function outcome(
  content: Promise<Uint8Array> | undefined,
): Promise<{ content?: Uint8Array; error?: string }> {
  try {
    return content === undefined ? { error: 'never begun' } : { content: await content };
  } catch (error) {
    return { error: String(error) };
  }
}

export async function* inParts(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < content.length; at += size, size = Math.min(2 * size + 1, MIB)) {
    yield content.subarray(at, at + size);
    if (at % 3 === 0) await nextTurn();
  }
}

async function* failing(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* inParts(content);
  throw new Error('the source failed');
}
