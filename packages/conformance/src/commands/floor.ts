/**
 * The floor: what the least of all servers holds, one that reads nothing, says 200 to everybody, and closes. A score is worth what
 * it has above that; so it is asked the same questions, and told beside the score.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Chosen, httpServerProbes } from '../families.ts';
import { type RunOptions, runProbes } from '../probes/run.ts';

/** @returns a line for the summary */
export async function floorOf(chosen: Chosen, options: RunOptions): Promise<string> {
  const floor = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n');
  }).listen(0, '127.0.0.1');
  await once(floor, 'listening');
  const { port } = floor.address() as AddressInfo;
  const peer = { host: '127.0.0.1', port, path: '/', keepsContract: true };
  const asked = { family: 'http-server', implementation: 'floor', peer } as const;
  const musts = httpServerProbes.filter((probe) => probe.level === 'must' && chosen(probe, 'http-server'));
  const results = await runProbes(asked, musts, options);
  floor.close();
  const count = (verdict: string) => results.filter(({ finding }) => finding.verdict === verdict).length;
  return `the floor, a server that reads nothing and says 200 to everybody, holds ${count('held')} of ${results.length - count('not asked')} MUSTs`;
}
