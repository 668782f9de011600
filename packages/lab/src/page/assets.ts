/**
 * Scripts and styles of the pages. In a clone esbuild builds them in memory, once, from what is written; what is
 * published has no esbuild and reads the files that were built with it. A part's script is made from its `entry.tsx`, and
 * what several import is a file of its own that they share.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildResult, Plugin } from 'esbuild';
import { readSourceLines } from '../wire/source-files.ts';

export interface Asset {
  readonly type: string;
  readonly body: Uint8Array;
}

/** By name: `style.css`, and for the part `ways` its `ways.js`, and `ways.css` if its entry imports a style. */
export type Assets = ReadonlyMap<string, Asset>;

/** Where the published `minis` has its files: beside the bundle that this module is then a part of. */
const built = new URL('./lab-page/', import.meta.url);
const source = new URL('../', import.meta.url);

let loading: Promise<Assets> | undefined;

/** The same for every lab of a process. */
export function loadAssets(): Promise<Assets> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Assets> {
  const files = existsSync(built) ? readBuilt() : (await buildAssets()).outputFiles.map(fileOf);
  return new Map(files.map(([name, body]) => [name, { type: typeOf(name), body }]));
}

function readBuilt(): [name: string, body: Uint8Array][] {
  return readdirSync(built).map((name) => [name, readFileSync(new URL(name, built))]);
}

function fileOf({ path, contents }: { path: string; contents: Uint8Array }): [string, Uint8Array] {
  return [basename(path), contents];
}

/** @param minify for what is published; in a clone a reader of the page's source finds our names in it */
export async function buildAssets(minify = false): Promise<BuildResult<{ write: false; metafile: true }>> {
  const { build } = await import('esbuild');
  return build({
    absWorkingDir: fileURLToPath(source),
    entryPoints: { style: 'page/style.css', ...entries() },
    outdir: '/',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@minis/source'],
    plugins: [sourceLines],
    charset: 'utf8', // Korean would have twice the bytes in escapes
    minify,
    write: false,
    metafile: true,
    logLevel: 'silent', // what is wrong is in the error that it throws
  });
}

/** A page cannot look into the source, so its script holds what the server finds there. */
const sourceLines: Plugin = {
  name: 'source-lines',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]wire[\\/]source-files\.ts$/ }, () => ({
      contents: `export const readSourceLines = () => (${JSON.stringify(readSourceLines())});`,
    }));
  },
};

/** The folder of each `entry.tsx`, with dashes for slashes: `uses/chat/entry.tsx` is `uses-chat`. */
function entries(): Record<string, string> {
  const files = (readdirSync(source, { recursive: true }) as string[])
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => basename(file) === 'entry.tsx');
  return Object.fromEntries(files.map((file) => [dirname(file).replaceAll('/', '-'), file]));
}

function typeOf(name: string): string {
  return extname(name) === '.css' ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
}
