// Law 9: two endpoints and the wire between them, against a model that knows nothing of bytes. The
// model has one rule (RFC 6455 7.1.5): whoever has a Close in sees the code of the first one.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameDecoder, Protocol } from '../src/wire/index.ts';
import { connectionPair } from './sockets.ts';
import { concat, countingKeys, runs } from './support.ts';

const codes = fc.constantFrom(1000, 1001, 3000, 4999);
const side = fc.constantFrom(0 as const, 1 as const);
const command = fc.oneof(
  fc.record({ do: fc.constantFrom('text' as const, 'ping' as const), side }),
  fc.record({ do: fc.constant('close' as const), side, code: codes }),
  /** Carries some of what a side has written to the other. */
  fc.record({ do: fc.constant('carry' as const), side, share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

class Endpoint {
  readonly protocol: Protocol;
  wire: Uint8Array = new Uint8Array(0);
  /** All that this side ever wrote. */
  written: Uint8Array = new Uint8Array(0);
  readonly received: string[] = [];

  constructor(role: 'client' | 'server') {
    this.protocol = new Protocol({ role, maskKey: countingKeys() });
  }

  write(): void {
    const bytes = concat(this.protocol.takeOutput());
    this.wire = concat([this.wire, bytes]);
    this.written = concat([this.written, bytes]);
  }

  carryTo(other: Endpoint, count: number): void {
    other.protocol.receive(this.wire.slice(0, count));
    this.wire = this.wire.slice(count);
    for (let event = other.protocol.next(); event !== undefined; event = other.protocol.next())
      other.received.push(event.type);
    other.write();
  }

  closeFrames(): number[] {
    const decoder = new FrameDecoder().receive(this.written.slice());
    const codes: number[] = [];
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
      // Nothing follows a Close (5.5.1).
      expect(codes).toEqual([]);
      if (piece.header.opcode === 8)
        codes.push((piece.bytes[piece.start]! << 8) | piece.bytes[piece.start + 1]!);
    }
    return codes;
  }
}

/** What each side has sent as its Close, and whether it has the other's. */
interface Model {
  sent: (number | undefined)[];
}

function run(commands: readonly Command[]): void {
  const ends = [new Endpoint('server'), new Endpoint('client')] as const;
  const model: Model = { sent: [undefined, undefined] };
  for (const each of commands) {
    const end = ends[each.side];
    const other = ends[each.side === 0 ? 1 : 0];
    if (each.do === 'carry') {
      const before: string = other.protocol.state;
      end.carryTo(other, Math.floor(each.share * end.wire.length));
      // A Close that comes in is answered with its own code, unless there was one before.
      if (before === 'open' && other.protocol.state === 'closed')
        model.sent[1 - each.side] = model.sent[each.side];
    } else if (each.do === 'close') {
      end.protocol.close(each.code);
      model.sent[each.side] ??= each.code;
      end.write();
    } else if (end.protocol.state === 'open') {
      if (each.do === 'text') end.protocol.sendText('text');
      else end.protocol.ping(new Uint8Array(0));
      end.write();
    }
    for (const i of [0, 1] as const)
      expect(ends[i].protocol.state === 'open').toBe(model.sent[i] === undefined);
  }
  for (let i = 0; i < 4; i++) ends[i % 2 === 0 ? 0 : 1].carryTo(ends[i % 2 === 0 ? 1 : 0], Infinity);
  const isClosed = model.sent.some((code) => code !== undefined);
  for (const i of [0, 1] as const) {
    const own = model.sent[i] ?? model.sent[1 - i];
    const theirs = model.sent[1 - i] ?? model.sent[i];
    expect(ends[i].closeFrames()).toEqual(isClosed ? [own] : []);
    expect(ends[i].protocol.state).toBe(isClosed ? 'closed' : 'open');
    expect(ends[i].protocol.closeCode).toBe(isClosed ? theirs : 1006);
    expect(ends[i].received.filter((type) => type === 'close')).toHaveLength(isClosed ? 1 : 0);
    expect(ends[i].received).not.toContain('failed');
  }
}

test('law 9: any interleaving of both sides ends as the model says', () => {
  fc.assert(fc.property(fc.array(command, { maxLength: 25 }), run), runs);
});

test('law 9, on sockets: whatever both sides do, both come to an end and agree on it', async () => {
  const action = fc.record({
    do: fc.constantFrom(
      'send' as const,
      'ping' as const,
      'close' as const,
      'terminate' as const,
      'wait' as const,
    ),
    side,
    code: codes,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 10 }), async (actions) => {
      const pair = await connectionPair();
      const reading = pair.map(async (connection) => {
        for await (const message of connection) expect(message).toBe('text');
      });
      const pings: Promise<unknown>[] = [];
      for (const each of actions) {
        const connection = pair[each.side]!;
        if (each.do === 'send') connection.send('text');
        else if (each.do === 'ping') pings.push(connection.ping());
        else if (each.do === 'close') connection.close(each.code);
        else if (each.do === 'terminate') connection.terminate();
        else await new Promise((resolve) => setImmediate(resolve));
      }
      pair[0].close(1000);
      const [a, b] = await Promise.all(pair.map((connection) => connection.closed));
      await Promise.all([...reading, ...pings]);
      if (!actions.some((each) => each.do === 'terminate')) {
        expect([a!.wasClean, b!.wasClean]).toEqual([true, true]);
        expect([a!.code, b!.code].every((code) => code !== 1006)).toBe(true);
      }
      for (const info of [a!, b!]) expect(info.error === undefined).toBe(info.wasClean);
    }),
    runs,
  );
});
