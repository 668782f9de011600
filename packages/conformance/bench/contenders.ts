/** Who is measured, and as which process. Most names are the name of their file in processes/. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

/** Packages that a contender needs, and that this repository does not install. */
const NEEDS: Record<string, string> = {
  'ws+bufferutil': 'bufferutil',
  'ws client+bufferutil': 'bufferutil',
};

/** Peers that are programs of their own, and what they take before the file; `npm run` finds those that npm installed. */
const BUN = ['bun', 'run'];
const DENO = ['deno', 'run', '--allow-all', '--no-config', '--no-lock', '--v8-flags=--expose-gc'];
const PROGRAMS: Record<string, readonly string[]> = {
  bun: BUN,
  'bun-websocket': BUN,
  deno: DENO,
  'deno-websocket': DENO,
};

/** Written in C++, Zig or Rust; V8's profiler cannot look into them. */
export const isNative = (name: string): boolean => name in PROGRAMS;

const require = createRequire(import.meta.url);

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function isThere(program: string, version: string): boolean {
  return spawnSync(program, [version]).error === undefined;
}

/** The program of a version of Node: the one that runs this, or that NODE24 names, or that npm installed as node24. */
function programOf(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const program =
    process.env[`NODE${major}`] ?? join(import.meta.dirname, `../../../node_modules/node${major}/bin/node`);
  return isThere(program, '--version') ? program : undefined;
}

/** What can be measured here: the scenarios with the peers that are installed; and what is not. */
export function installed(scenarios: readonly Scenario[]): {
  runnable: Scenario[];
  packages: string[];
  missingNodes: string[];
  hasWrk: boolean;
} {
  const programs = [BUN, DENO].map(([name]) => name!).filter((name) => !isThere(name, '--version'));
  const nodes = new Set(scenarios.flatMap(({ node = [] }) => node));
  const absent = [...nodes].filter((major) => programOf(major) === undefined);
  const packages = [...new Set(Object.values(NEEDS))]
    .filter((name) => !isInstalled(name))
    .concat(programs)
    .concat(absent.map((major) => `node${major}@npm:node@${major}`));
  const hasWrk = isThere('wrk', '-v');
  const runnable = scenarios
    .filter(({ load, node }) => (load !== 'wrk' || hasWrk) && (node === undefined || !absent.includes(node)))
    .map((scenario) => ({
      ...scenario,
      peers: scenario.peers.filter((name) => !packages.includes(NEEDS[name] ?? PROGRAMS[name]?.[0] ?? '')),
    }));
  return { runnable, packages, missingNodes: absent.map((major) => `Node ${major}`), hasWrk };
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
  const { kind, work, ceiling = [], clients = 'clients', servers, node } = scenario;
  // ws takes bufferutil by itself where it is installed, unless this is set.
  const env = name.endsWith('+bufferutil') ? {} : { WS_NO_BUFFER_UTIL: '1' };
  const program = PROGRAMS[name];
  const profile =
    setting.profile && !isNative(name) ? profilePath(setting.profile, scenario.name, name) : undefined;
  const options = {
    cores: setting.cores?.measured,
    isSource: setting.isSource,
    env,
    program,
    node: node === undefined ? undefined : programOf(node),
    profile,
  };
  if (kind === 'client') return new Child(clients, [name], options);
  if (name === CEILING) return new Child('ceiling', ceiling, options);
  if (servers !== undefined) return new Child(servers, [name], options);
  const args = work === undefined ? [] : [work];
  return new Child(name === 'ws+bufferutil' ? 'ws' : name, args, options);
}
