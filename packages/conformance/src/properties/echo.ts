/** The property of RFC 862 over TCP: what goes in comes out, all of it, in any writes and any cut, and then the FIN. */
import fc from 'fast-check';
import { anyContent } from '../arbitraries/content.ts';
import { anyPieces } from '../arbitraries/pieces.ts';
import { startCuttingProxy } from '../peers/cutting-proxy.ts';
import type { EchoClientPeer, EchoServerPeer } from '../peers/echo.ts';
import { expectSameBytes } from './expect.ts';
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
