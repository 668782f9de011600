/**
 * Measures what a connection costs that was answered once and is idle since: how much the resident set of the server's
 * process grows from many connections to many more, once V8 has settled, as it does by itself within a minute. Each time it
 * is a process of its own, since memory that was had once is rarely given back.
 */
import { Child } from './child.ts';
import { CEILING, naming, type Setting, startContender } from './contenders.ts';
import { emptySeries, type Series } from './measure.ts';
import type { Scenario } from './scenario.ts';

/**
 * Opened first, so that what any connection loads or compiles is there before the measurement. With 200, what was compiled
 * while the others came weighed more than they did: 2 to 4 KB for each.
 */
const FIRST = 2000;

/** Bytes for each connection, where others have something per second. */
export async function measureMemory(scenario: Scenario, setting: Setting): Promise<Series[]> {
  const series = [scenario.ours, ...scenario.peers, CEILING].map(emptySeries);
  for (let round = 0; round < setting.rounds; round++) {
    for (const { name, perSecond } of series)
      perSecond.push(await naming(scenario, name, bytesPerConnection(name, scenario, setting)));
  }
  return series;
}

async function bytesPerConnection(name: string, scenario: Scenario, setting: Setting): Promise<number> {
  const task = scenario.task as { readonly connections: number };
  const server = startContender(name, scenario, setting);
  const idle = new Child('idle', [], { cores: setting.cores?.load, isSource: setting.isSource });
  const open = async (connections: number): Promise<void> => {
    const done = idle.next('done');
    idle.send({ run: { ...task, port: await server.port, connections } });
    await done;
  };
  try {
    await open(FIRST);
    const before = await server.memory('settled');
    const others = task.connections - FIRST;
    await open(others);
    return ((await server.memory('settled')) - before) / others;
  } finally {
    await Promise.all([server.end(), idle.end()]);
  }
}
