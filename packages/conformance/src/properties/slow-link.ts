/**
 * Law 10 of deadlines: a link that is slow is not one that is dead. As long as bytes leave, no deadline is over, and one
 * that lets no more through is still noticed. The link has a clock of its own, which passes by what it hands on: so a
 * deadline is over in milliseconds, and a busy machine makes none pass.
 */
import fc from 'fast-check';
import { bulk } from '../arbitraries/content.ts';
import { type CuttingProxy, nextTurn, startCuttingProxy, type Way } from '../peers/cutting-proxy.ts';
import type { DeliveryClient, DeliveryServer } from '../peers/delivery.ts';
import type { Sending } from '../peers/ws-mini-senders.ts';
import { inParts, outcome } from './delivery.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

const WHAT = 'a slow link is not a dead one';
/** A run takes some hundred milliseconds. */
const TIMES = 0.02;
const MIB = 1024 * 1024;

/** Milliseconds by the link's clock. Shells look at such a deadline every 5 ms. */
const DEADLINE = 20;
/** Bytes that the link hands on while most of a deadline passes: more than a system takes or frees at a time. */
const STEP = 3 * MIB;
/** More than the systems hold between two ends, and enough for two deadlines. */
const LONG = 24 * MIB;
/** Here one is enough. */
const LONG_CONTENT = 16 * MIB;
/** Bytes of a turn. */
const anyPace = fc.constantFrom(64 * 1024, 32 * 1024);

class LinkTime {
  #now = 0;
  #looks = 0;
  #isOver = false;

  readonly clock = (): number => {
    this.#looks++;
    return this.#now;
  };

  /** Fulfilled when others have looked at the clock; twice, as what they saw at first may be what had moved before. */
  async pass(milliseconds: number, step: number = milliseconds): Promise<void> {
    for (const end = this.#now + milliseconds; this.#now < end; ) {
      this.#now += step;
      const until = this.#looks + 2;
      while (this.#looks < until && !this.#isOver) await nextTurn();
    }
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#isOver = true;
  }
}

/** @param isMoving whether something can still be seen to leave: what the system holds leaves unseen */
function slowGate(way: Way, time: LinkTime, dies: boolean, isMoving: () => boolean): CuttingProxy['gate'] {
  let next = STEP;
  return (side, passed) => {
    if (side !== way || passed < next) return undefined;
    next += STEP;
    if (dies) return time.pass(20 * DEADLINE, DEADLINE / 2);
    return isMoving() ? time.pass(0.9 * DEADLINE) : undefined;
  };
}

// ── WebSocket ──

const CODE = 3000;

/** Whose deadline it is, that of `close` or the heartbeat's, and whether the link lets nothing more through, in the middle. */
export function messagesTakeTime({ pair, open }: Sending): Property {
  const check = async (pace: number, closes: boolean, dies: boolean): Promise<void> => {
    const time = new LinkTime();
    const deadlines = closes ? { closeTimeout: DEADLINE } : { heartbeat: DEADLINE };
    const off = { closeTimeout: Infinity, heartbeat: Infinity };
    const { ours, peer, proxy, way, stop } = await open({ ...off, ...deadlines, clock: time.clock }, pace);
    try {
      const message = bulk(LONG);
      const arrived = new Promise<Uint8Array>((resolve) => {
        peer.onMessage = (received) => resolve(received as Uint8Array);
      });
      void ours.closed.then(() => time.stop());
      proxy.gate = slowGate(way, time, dies, () => ours.waiting > 0);
      const sending = ours.send(message);
      if (!closes && !dies) await Promise.race([arrived, ours.closed]);
      if (closes || !dies) ours.close(CODE);
      const { wasClean } = await ours.closed;
      const deadline = closes ? 'closeTimeout' : 'heartbeat';
      expectSame(`a clean end, by ${deadline} on a ${dies ? 'dead' : 'slow'} link`, wasClean, !dies);
      if (dies) expectSame('whether the message was accepted', (await sending) ?? false, false);
      else expectSameBytes('message', await arrived, message);
    } finally {
      await stop();
    }
  };
  return property(10, WHAT, pair, anyPace, async () => ({ check: inEachWay(check) }), TIMES);
}

// ── HTTP ──

/** A response, in one part or in many, while the server is closed, or not, on a link that is slow or lets nothing through. */
export function contentTakesTime(client: DeliveryClient, server: DeliveryServer): Property {
  const check = async (pace: number, closes: boolean, dies: boolean): Promise<void> => {
    const time = new LinkTime();
    const content = bulk(LONG_CONTENT);
    // Each way with each answer, in half of the time.
    const parts = closes !== dies;
    const exchange = { heard: async () => {}, answer: parts ? inParts(content) : content };
    const serving = await server.start(exchange, {
      stallTimeout: DEADLINE,
      closeTimeout: closes ? DEADLINE : Infinity,
      clock: time.clock,
      observe: ({ type }) => type === 'closed' && time.stop(),
    });
    const proxy = await startCuttingProxy(serving.port);
    proxy.cuts = { up: [], down: [], rest: pace };
    const session = client.open(proxy.port);
    let passed = 0;
    const gate = slowGate('down', time, dies, () => passed < content.length / 2);
    proxy.gate = (way, bytes) => {
      if (way === 'down') passed = bytes;
      if (closes && passed > STEP / 2) void serving.close?.();
      return gate?.(way, bytes);
    };
    try {
      const { content: seen, error } = await outcome(session.exchange(undefined));
      const which = `${dies ? 'dead' : 'slow'} link${closes ? ', the server closes' : ''}`;
      expectSame(`whether its reader is told (${which})`, error !== undefined, dies);
      if (seen) expectSameBytes(`content (${which})`, seen, content);
    } finally {
      time.stop();
      session.destroy();
      await proxy.close();
      serving.destroy();
    }
  };
  const pair = `${client.name} → ${server.name}`;
  return property(10, WHAT, pair, anyPace, async () => ({ check: inEachWay(check) }), TIMES);
}

function inEachWay(check: (pace: number, closes: boolean, dies: boolean) => Promise<void>) {
  return async (pace: number): Promise<void> => {
    for (const closes of [false, true]) for (const dies of [false, true]) await check(pace, closes, dies);
  };
}
