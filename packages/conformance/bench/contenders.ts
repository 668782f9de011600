/** Who is measured, and as which process. Most names are the name of their file in processes/. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Child } from './child.ts';
import type { Cores } from './cores.ts';
import { profilePath } from './profile.ts';
import type { Scenario } from './scenario.ts';

export interface Setting {
  readonly rounds: number;
  readonly seconds: number;
  readonly cores: Cores | undefined;
  /** The processes run the TypeScript source through tsx, not what was built. */
  readonly isSource: boolean;
  /** The folder for profiles of what is measured, if they are asked for. */
  readonly profile: string | undefined;
}

/** What does no protocol work. */
export const CEILING = 'ceiling';

/** Packages that a contender is, or needs, and that this repository does not install. */
const NEEDS: Record<string, string> = {
  fastify: 'fastify',
  'ws+bufferutil': 'bufferutil',
  'ws client+bufferutil': 'bufferutil',
  websocket: 'websocket',
  'faye-websocket': 'faye-websocket',
  'parse-http-parser-js': 'http-parser-js',
};

const require = createRequire(import.meta.url);

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** What can be measured here: the scenarios with the peers that are installed; and what is not. */
export function installed(scenarios: readonly Scenario[]): {
  runnable: Scenario[];
  packages: string[];
  hasWrk: boolean;
} {
  const packages = [...new Set(Object.values(NEEDS))].filter((name) => !isInstalled(name));
  const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
  const runnable = scenarios
    .filter(({ load }) => load !== 'wrk' || hasWrk)
    .map((scenario) => ({
      ...scenario,
      peers: scenario.peers.filter((name) => !packages.includes(NEEDS[name] ?? '')),
    }));
  return { runnable, packages, hasWrk };
}

/** What fails says of whom: of which scenario, and which of its contenders. */
export async function naming<Value>(
  { name }: Scenario,
  contender: string,
  work: Promise<Value>,
): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`${name}, ${contender}: ${(cause as Error).message}`, { cause });
  }
}

export function startContender(name: string, scenario: Scenario, setting: Setting): Child {
  const { kind, work, ceiling = [], clients = 'clients' } = scenario;
  // ws takes bufferutil by itself where it is installed, unless this is set.
  const env = name.endsWith('+bufferutil') ? {} : { WS_NO_BUFFER_UTIL: '1' };
  const profile = setting.profile && profilePath(setting.profile, scenario.name, name);
  const options = { cores: setting.cores?.measured, isSource: setting.isSource, env, profile };
  if (kind === 'client') return new Child(clients, [name], options);
  if (name === CEILING) return new Child('ceiling', ceiling, options);
  const args = work === undefined ? [] : [work];
  return new Child(name === 'ws+bufferutil' ? 'ws' : name, args, options);
}
