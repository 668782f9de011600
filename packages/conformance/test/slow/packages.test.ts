/**
 * The public packages as a stranger uses them: packed, installed in an empty folder, and without the source condition, which
 * hides a broken `exports` and a missing file from every other test. By `import` and by `require`, on each Node, in Bun and
 * Deno, in TypeScript, and bundled for a browser. The programs are in consumer/.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build as buildWithEsbuild } from 'esbuild';
import { chromium } from 'playwright-core';
import { rollup } from 'rollup';
import { build as buildWithVite, createLogger, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { nodeBinary, SUPPORTED_NODES } from '../../../../scripts/for-tests/nodes.ts';
import { hasProgram, sayThatSkipped } from '../../../../scripts/for-tests/programs.ts';
import { installAll, type Packed, packAll, run } from '../../../../scripts/for-tests/tarballs.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'minis-packages-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** In it the packages are installed, and nothing else. */
const bare = join(folder, 'bare');
/** In these, @types/node is installed as well: the oldest and the newest. */
const typed = { '@types/node 20': join(folder, 'typed-20'), '@types/node 26': join(folder, 'typed-26') };
let packed: Packed[];
/** Fetched while the packages are packed. */
const nodes = new Map<string, Promise<string | null>>();

beforeAll(async () => {
  for (const version of SUPPORTED_NODES) nodes.set(version, nodeBinary(version));
  packed = await packAll(folder);
  await installAll(bare, packed);
  cpSync(join(import.meta.dirname, 'consumer'), bare, { recursive: true });
  for (const place of Object.values(typed)) {
    cpSync(bare, place, { recursive: true });
    mkdirSync(join(place, 'node_modules/@types'));
    const types = join(root, 'node_modules', place.endsWith('26') ? 'types-of-node-26' : '@types/node');
    symlinkSync(types, join(place, 'node_modules/@types/node'));
  }
});

const SEEN = `tcp-echo: hello
http-mini: 200 you sent hello
http-mini/fetch: 200 /path
ws-mini: hello
ws-mini/ws: hello
explain-mini: method, FIN
`;

describe.each(SUPPORTED_NODES)('Node %s', (version) => {
  test('import, require, and the command', async (context) => {
    const node = await nodes.get(version)!;
    if (node === null) {
      sayThatSkipped(`Node ${version} cannot be fetched`);
      return context.skip();
    }
    expect(await run(node, ['--version'], bare)).toMatch(new RegExp(`^v${version}\\.`));
    expect(await run(node, ['esm.mjs'], bare)).toBe(SEEN);
    expect(await run(node, ['require.cjs'], bare)).toBe(SEEN);
    const minis = join(bare, 'node_modules/minis/bin/minis.js');
    writeFileSync(join(bare, 'request.txt'), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await run(node, [minis, 'explain', 'request.txt'], bare)).toContain('method');
  });
});

test('the command, by its link, as a shell finds it', async () => {
  const { version } = packed.find(({ manifest }) => manifest.name === 'minis')!.manifest;
  expect(await run(join(bare, 'node_modules/.bin/minis'), ['--version'], bare)).toBe(`minis ${version}\n`);
});

test('the prober asks without the peers, and says so if it needs them', async () => {
  const minis = (...args: string[]) => run(join(bare, 'node_modules/.bin/minis'), args, bare);
  const said = await minis('probe', '--only', 'host/missing');
  expect(said).toContain('not installed here, and so not asked: undici.request, fetch, ws, undici.WebSocket');
  expect(said).toMatch(/^http-mini \(http server\) +3\/3 /m);
  await expect(minis('probe', 'properties')).rejects.toThrow('npm install ws undici');
});

test('the ladder has its rungs with it, without their types', async () => {
  const said = await run(join(bare, 'node_modules/.bin/minis'), ['learn', 'http', '3', '--lang', 'en'], bare);
  expect(said).toContain('What breaks on rung 2, tried out now:');
  expect(said).toMatch(/48 54 54 50 2f 31 2e 31 +HTTP\/1\.1 +HTTP-version/);
});

test('the lab has its pages with it, built, and needs no builder', async () => {
  const lab = spawn(
    process.execPath,
    [join(bare, 'node_modules/minis/bin/minis.js'), 'lab', '--lang', 'en'].concat(
      ['--port', '--echo-port', '--ticker-port'].flatMap((port) => [port, '0']),
    ),
    { cwd: bare, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  onTestFinished(() => void lab.kill('SIGKILL'));
  let said = '';
  for await (const chunk of lab.stdout) if (/Ctrl-C/.test((said += chunk))) break;
  const origin = /http:\/\/[\d.:]+/.exec(said)![0];
  const contents = await (await fetch(`${origin}/en/`)).text();
  const pages = [...contents.matchAll(/href="(\/en\/[^"]*)"/g)].map(([, page]) => page!);
  expect(pages).toContain('/en/ways');
  for (const page of new Set(pages)) {
    const html = await (await fetch(`${origin}${page}`)).text();
    for (const [, asset] of html.matchAll(/"(\/assets\/[^"]+)"/g))
      expect((await fetch(`${origin}${asset}`)).status).toBe(200);
  }
});

test('nothing else is installed', () => {
  const names = packed.map(({ manifest }) => manifest.name).sort();
  expect(readdirSync(join(bare, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(names);
});

test('nothing of the platform is changed, and nothing opened by an import', async () => {
  const did = async (...also: string[]) =>
    JSON.parse(await run(process.execPath, ['untouched.mjs', ...also], bare)) as Record<string, unknown>;
  const { compared, ...untouched } = await did();
  expect(compared).toBeGreaterThan(4000);
  expect(untouched).toEqual({ opened: 0, changed: [] });
  const touching = 'Array.prototype.last = 1; Buffer.poolSize++; setInterval(() => {}, 1e6);';
  expect(await did(`data:text/javascript,${touching}`)).toMatchObject({
    opened: 1,
    changed: expect.arrayContaining(['Array.prototype[last]', 'Buffer[poolSize]']),
  });
});

test.skipIf(!hasProgram('bun'))('Bun', async () => {
  expect(await run('bun', ['esm.mjs'], bare)).toBe(SEEN);
  expect(await run('bun', ['require.cjs'], bare)).toBe(SEEN);
});

test.skipIf(!hasProgram('deno'))('Deno', async () => {
  const args = ['run', '--allow-all', '--no-config', '--node-modules-dir=manual', '--no-lock'];
  expect(await run('deno', [...args, 'esm.mjs'], bare)).toBe(SEEN);
  expect(await run('deno', [...args, 'require.cjs'], bare)).toBe(SEEN);
});

describe('TypeScript, strict, with the declarations checked as well', () => {
  const DOM = ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'];
  const RESOLUTIONS = [{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }];
  const settings = [['es2023'], DOM].flatMap((lib) =>
    RESOLUTIONS.map((resolution) => {
      const { module, moduleResolution = module } = resolution;
      return { name: `${moduleResolution}, ${lib === DOM ? 'with' : 'without'} dom`, lib, ...resolution };
    }),
  );

  /** @returns what the compiler says */
  async function compile(folder: string, settings: object, files: readonly string[]): Promise<string> {
    const compilerOptions = {
      target: 'es2023',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      types: [], // what declarations need, they must ask for
      ...settings,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    return run(join(root, 'node_modules/.bin/tsc'), ['--project', folder], folder);
  }

  /** A file that imports each of them, as a module of either kind. */
  function importing(folder: string, name: string, entries: readonly string[]): string {
    const lines = entries.map((entry, i) =>
      name.endsWith('.cts')
        ? `import entry${i} = require('${entry}');`
        : `import * as entry${i} from '${entry}';`,
    );
    const all = entries.map((_, i) => `entry${i}`).join(', ');
    writeFileSync(join(folder, name), `${lines.join('\n')}\nexport const all = [${all}];\n`);
    return name;
  }
  const entries = () =>
    packed.flatMap(({ manifest: { name, exports = {} } }) =>
      Object.keys(exports)
        .filter((entry) => !entry.endsWith('.json'))
        .map((entry) => name + entry.slice(1)),
    );

  describe.each(Object.entries(typed))('with %s', (_, folder) => {
    test.each(settings)('$name', async ({ name, ...settings }) => {
      const files = [importing(folder, 'all.ts', entries()), 'types.ts'];
      if (settings.module === 'nodenext') files.push(importing(folder, 'all.cts', entries()));
      expect(await compile(folder, settings, files)).toBe('');
    });
  });

  test.each(settings)('the wires and explain without types of Node: $name', async ({ name, ...settings }) => {
    const pure = entries().filter((entry) => /\/wire$|^explain-mini$/.test(entry));
    expect(pure).toHaveLength(3);
    expect(await compile(bare, settings, [importing(bare, 'pure.ts', pure)])).toBe('');
  });
});

/** Each bundles page.js for a browser, and warns of nothing. */
const bundlers: Record<string, () => Promise<string>> = {
  async esbuild() {
    const { outputFiles, warnings } = await buildWithEsbuild({
      absWorkingDir: bare,
      entryPoints: ['page.js'],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    return outputFiles[0]!.text;
  },
  async rollup() {
    const warnings: string[] = [];
    const bundle = await rollup({
      input: join(bare, 'page.js'),
      plugins: [nodeResolve({ browser: true })],
      onwarn: ({ message }) => warnings.push(message),
    });
    const { output } = await bundle.generate({ format: 'esm' });
    expect(warnings).toEqual([]);
    return output[0].code;
  },
  async vite() {
    const warnings: string[] = [];
    const customLogger = { ...createLogger('silent'), warn: (text: string) => void warnings.push(text) };
    const built = await buildWithVite({
      root: bare,
      configFile: false,
      customLogger,
      build: { write: false, rollupOptions: { input: join(bare, 'page.js') } },
    });
    expect(warnings).toEqual([]);
    return (built as Rollup.RollupOutput).output[0].code;
  },
};

describe.each(Object.entries(bundlers))('bundled for a browser by %s', (_, bundle) => {
  test('it holds a conversation of each protocol, in Chromium if there is one', async (context) => {
    const content = await bundle();
    if (!hasBrowser) return context.skip();
    const browser = await chromium.launch(launchOptions);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      const problems: Error[] = [];
      page.on('pageerror', (error) => problems.push(error));
      await page.addScriptTag({ type: 'module', content });
      expect(problems).toEqual([]);
      expect(JSON.parse(await page.evaluate('globalThis.result'))).toEqual({
        http: ['100, 200', 'POST /echo hello, sum 5', 'host-missing', 'closed'],
        websocket: ['안녕!', 'control-frame-fragmented'],
        explain: 'method',
      });
    } finally {
      await browser.close();
    }
  });
});
