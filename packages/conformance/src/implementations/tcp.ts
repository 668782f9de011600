/** The TCP servers that are built in, both of them echoes: ours, and Node's own sockets piped into themselves. */
import type { EchoServerPeer } from '../peers/echo.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import type { Implementation } from './implementation.ts';
import { NODE } from './versions.ts';

export const tcpServers: readonly Implementation<ServerAddress>[] = [
  echo('tcp-echo', '', async () => (await import('../peers/echo.ts')).tcpEchoServer),
  echo('node:net', NODE, async () => (await import('../peers/echo.ts')).netEchoServer),
];

/** @param load late: the peers of the properties come with fast-check, which who only probes does not need */
function echo(
  name: string,
  version: string,
  load: () => Promise<EchoServerPeer>,
): Implementation<ServerAddress> {
  return {
    name,
    version,
    async start() {
      const { port, close } = await (await load()).start();
      return { peer: { host: '127.0.0.1', port, path: '/echo' }, close };
    },
  };
}
