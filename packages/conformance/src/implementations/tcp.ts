/** The TCP servers that are built in, both of them echoes: ours, and Node's own sockets piped into themselves. */

import type { EchoServerPeer } from '../peers/echo.ts';
import { netEchoServer, tcpEchoServer } from '../peers/echo.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import type { Implementation } from './implementation.ts';
import { NODE } from './versions.ts';

export const tcpServers: readonly Implementation<ServerAddress>[] = [
  echo(tcpEchoServer, ''),
  echo(netEchoServer, NODE),
];

function echo({ name, start }: EchoServerPeer, version: string): Implementation<ServerAddress> {
  return {
    name,
    version,
    async start() {
      const { port, close } = await start();
      return { peer: { host: '127.0.0.1', port, path: '/echo' }, close };
    },
  };
}
