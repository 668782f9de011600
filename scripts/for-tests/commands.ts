/**
 * Runs a package's commands and examples as a user does: processes, their output and their exit codes. They are bundled
 * first, once for each test file: a process that loads tsx before it can read TypeScript takes five times the CPU time.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, onTestFinished, type TestContext } from 'vitest';

/**
 * Starts a file, `src/cli.ts` say, in the folder of the package unless `cwd` names another. The process ends with the test at
 * the latest; a test that runs beside others gives the `onTestFinished` of its context, since vitest itself knows only the latest.
 */
export type Start = (
  file: string,
  args?: readonly string[],
  env?: Record<string, string>,
  cwd?: string,
  onEnd?: TestContext['onTestFinished'],
) => ChildProcessWithoutNullStreams;

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Not ours, and so not for bundling: they are found from the bundle as they are from the source. */
const OTHERS = ['@redis/client', 'esbuild', 'fast-check', 'rollup', 'undici', 'ws'];

/**
 * @param root the folder of the package
 * @param files what is to be started, as paths below it; `*` stands for anything
 */
export async function bundled(root: string, ...files: string[]): Promise<Start> {
  const modules = join(root, 'node_modules');
  await mkdir(modules, { recursive: true });
  const folder = await mkdtemp(join(modules, '.bundle-'));
  afterAll(() => rm(folder, { recursive: true }));
  await build({
    absWorkingDir: root,
    entryPoints: files,
    outbase: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // what a command loads late stays late
    external: OTHERS,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@minis/source'],
    plugins: [ownPlace],
  });
  return (file, args = [], env = {}, cwd = root, onEnd = onTestFinished) => {
    const argv = [join(folder, file.replace(/\.ts$/, '.mjs')), ...args];
    const child = spawn(process.execPath, argv, { cwd, env: { ...process.env, ...env } });
    child.stdin.on('error', () => {}); // it may end before it has read all
    onEnd(() => void child.kill('SIGKILL'));
    return child;
  };
}

/**
 * The TypeScript that a page shows, block by block, each as a program of its own.
 * @param root the folder of the package
 * @param page a path below it
 */
export async function bundledBlocks(root: string, page: string): Promise<(() => ReturnType<Start>)[]> {
  const modules = join(root, 'node_modules');
  await mkdir(modules, { recursive: true });
  const folder = await mkdtemp(join(modules, '.blocks-'));
  afterAll(() => rm(folder, { recursive: true }));
  const blocks = [...(await readFile(join(root, page), 'utf8')).matchAll(/^```ts\n([\s\S]*?)^```/gm)];
  const files = blocks.map((_, i) => join(relative(root, folder), `${i}.ts`));
  await Promise.all(blocks.map(([, code = ''], i) => writeFile(join(root, files[i]!), code)));
  const start = await bundled(root, ...files);
  return files.map((file) => () => start(file));
}

/** A file that reads another beside it finds it by where the source lies, not the bundle. */
const ownPlace: Plugin = {
  name: 'own-place',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    }));
  },
};

/** For `start`: a program that takes its standard output for a terminal, which a test has none of. */
export const ON_A_TERMINAL: Record<string, string> = {
  NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=true',
};

/** For `start`, where there is a /dev/full: a program whose standard output goes to a full disk. */
export const ON_A_FULL_DISK: Record<string, string> = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent("import fs from 'node:fs'; fs.closeSync(1); fs.openSync('/dev/full', 'w');")}`,
};

/** Waits for the end. What is given is all of its input; without, its input stays open. */
export async function finish(
  child: ChildProcessWithoutNullStreams,
  input?: string | Uint8Array,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<Outcome> {
  let out = '';
  let err = '';
  child.stdout.setEncoding(encoding).on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  if (input !== undefined) child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
