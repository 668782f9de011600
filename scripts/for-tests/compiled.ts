/** TypeScript of one file as JavaScript: Node starts that in a tenth of the CPU time of a process that first loads a compiler. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'rungs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = new Map<string, string>();

/** @returns the path of a module that does what the TypeScript does */
export function compiled(typeScript: string): string {
  let file = files.get(typeScript);
  if (file === undefined) {
    file = join(folder, `${files.size}.mjs`);
    writeFileSync(file, transformSync(typeScript, { loader: 'ts', format: 'esm', target: 'node20' }).code);
    files.set(typeScript, file);
  }
  return file;
}

/** @param path of a file that imports none of its neighbours */
export function compiledFile(path: string): string {
  return compiled(readFileSync(path, 'utf8'));
}

/**
 * @param typeScript may import, as a file in that folder would
 * @returns the path of a module that does what the TypeScript does
 */
export function compiledWithImports(typeScript: string, folderOfImports: string): string {
  const outfile = join(folder, `${files.size}.mjs`);
  files.set(typeScript, outfile);
  buildSync({
    stdin: { contents: typeScript, resolveDir: folderOfImports, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@minis/source'],
  });
  return outfile;
}
