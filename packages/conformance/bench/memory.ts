/**
 * Measures what a connection costs that was answered once and is idle since: how much the resident set of the server's
 * process grows from some connections to many more, when its garbage is collected. Each time it is a process of its own,
 * since memory that was had once is rarely given back.
 */
import { Child } from './child.ts';
import { CEILING, type Series } from './measure.ts';
import type { Scenario } from './scenarios.ts';

/** Opened first, so that what any connection loads or compiles is there before the measurement. */
const FIRST = 200;

/** Bytes for each connection, where others have something per second. */
export async function measureMemory(scenario: Scenario, rounds: number): Promise<Series[]> {
  const { ours, peers, task, work, ceiling = [] } = scenario;
  const names = [ours, ...peers, CEILING];
  const series = names.map((name): Series => ({ name, perSecond: [], perCpuSecond: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, perSecond } of series) {
      const args = name === CEILING ? ceiling : work === undefined ? [] : [work];
      perSecond.push(await bytesPerConnection(name, args, task as { connections: number }));
    }
  }
  return series;
}

async function bytesPerConnection(
  name: string,
  args: readonly string[],
  task: { readonly connections: number },
): Promise<number> {
  const server = new Child(name, args);
  const idle = new Child('idle');
  const open = async (connections: number): Promise<void> => {
    const done = idle.next('done');
    idle.send({ run: { ...task, port: await server.port, connections } });
    await done;
  };
  try {
    await open(FIRST);
    const before = await server.memory();
    await open(task.connections);
    return ((await server.memory()) - before) / task.connections;
  } finally {
    server.kill();
    idle.kill();
  }
}
