/** Loads other people's programs with one package in place of another that they import: what a bundler calls an alias. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The program as a bundle of its own, which is loaded once and not kept.
 * @param root the folder of a package from which all three are found
 * @param replaced what the program imports, or requires
 */
export async function loadWith<T>(
  root: string,
  program: string,
  replaced: string,
  replacement: string,
): Promise<T> {
  const modules = join(root, 'node_modules');
  await mkdir(modules, { recursive: true });
  const folder = await mkdtemp(join(modules, '.replaced-'));
  try {
    const outfile = join(folder, 'program.cjs');
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [program],
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      conditions: ['@minis/source'],
      alias: { [replaced]: replacement },
      logLevel: 'error',
      metafile: true,
    });
    const left = Object.keys(metafile.inputs).filter((path) => path.includes(`node_modules/${replaced}/`));
    if (left.length > 0) throw new Error(`${program} still has ${left.join(', ')}`);
    return createRequire(outfile)(outfile) as T;
  } finally {
    await rm(folder, { recursive: true });
  }
}
