/**
 * The properties of RFC 862 over TCP: what goes in comes out, all of it, in any writes and any cut, and then the FIN (law 8);
 * and closing loses nothing of it, on either side, over a slow link (law 10).
 */
import fc from 'fast-check';
import { anyContent, bulk } from '../arbitraries/content.ts';
import { anyPieces } from '../arbitraries/pieces.ts';
import { startCuttingProxy } from '../peers/cutting-proxy.ts';
import type { EchoClientPeer, EchoServerPeer } from '../peers/echo.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

const anyStream = fc.record({
  writes: fc.array(anyContent, { maxLength: 6 }),
  up: anyPieces,
  down: anyPieces,
});

export function bytesComeBack(client: EchoClientPeer, server: EchoServerPeer): Property {
  return property(8, 'bytes come back as sent', `${client.name} → ${server.name}`, anyStream, async () => {
    const { port, close } = await server.start();
    const proxy = await startCuttingProxy(port);
    return {
      async check({ writes, up, down }) {
        proxy.cuts = { up, down };
        expectSameBytes('bytes', await client.converse(proxy.port, writes), Buffer.concat(writes));
      },
      async stop() {
        await proxy.close();
        await close();
      },
    };
  });
}

const KIB = 1024;
const anyClosing = fc.record({
  /** Some are more than the systems hold between the two ends. */
  sizes: fc.array(fc.constantFrom(1, 3000, 65_536, 300_000, 8 * KIB * KIB), { minLength: 1, maxLength: 3 }),
  by: fc.constantFrom('client', 'server'),
  /** How many tenths of it have come back when the server closes. */
  tenths: fc.nat(10),
});

export function closingLosesNothing(client: EchoClientPeer, server: EchoServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property(
    10,
    'what was sent before close arrives',
    pair,
    anyClosing,
    async () => ({
      async check({ sizes, by, tenths }) {
        const writes = sizes.map(bulk);
        const sent = Buffer.concat(writes);
        const running = await server.start();
        const proxy = await startCuttingProxy(running.port);
        proxy.cuts = { up: [], down: [], rest: sent.length < 1_000_000 ? 4 * KIB : 64 * KIB };
        try {
          if (by === 'client') {
            await client.sendAndClose(proxy.port, writes);
            return expectSame('bytes that arrived', running.taken, sent.length);
          }
          let ended: Promise<unknown> | undefined;
          proxy.gate = (way, passed): undefined => {
            if (way === 'down' && passed >= (sent.length * tenths) / 10) ended ??= running.end();
          };
          const back = await client.converse(proxy.port, writes);
          await ended;
          expectSameBytes('bytes', back, sent.subarray(0, running.taken));
        } finally {
          await proxy.close();
          await running.close();
        }
      },
    }),
    0.1,
  );
}
