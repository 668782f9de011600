/** The echo over TCP, beside `socket.pipe(socket)`. */
import { base64, type Scenario } from './scenario.ts';

/** @param depth blocks that are sent at once on each connection */
function echo(name: string, length: number, connections: number, depth: number): Scenario {
  const task = {
    opening: '',
    request: base64('x'.repeat(length)),
    content: length,
    header: 0,
    connections,
    depth,
  };
  const contenders = { ours: 'tcp-echo', peers: ['pipe'] };
  const ceiling = ['', `${length}`, `${length}`, 'tcp'];
  return { name: `tcp echo ${name}`, unit: 'blocks', kind: 'server', ...contenders, task, ceiling };
}

export const tcpScenarios: readonly Scenario[] = [
  echo('bulk 64 KiB, 1 connection', 64 * 1024, 1, 64),
  echo('bulk 64 KiB, 16 connections', 64 * 1024, 16, 16),
  echo('64 B, 64 connections', 64, 64, 1),
];
