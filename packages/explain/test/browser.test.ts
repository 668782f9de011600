// It is bundled for a browser, which fails if anything of Node is imported, and runs without Node's globals.
import { join as joinPath } from 'node:path';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { explain } from 'explain-mini';
import { expect, test } from 'vitest';
import { HELLO, join, REQUEST } from './support.ts';

const bundled = async () => {
  const { outputFiles } = await build({
    entryPoints: [joinPath(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'mini',
    platform: 'browser',
    conditions: ['@minis/source'],
  });
  return outputFiles[0]!.text;
};

test('bundled for a browser, it needs nothing of Node, and says the same', async () => {
  const bytes = join(REQUEST, HELLO);
  const code = `${await bundled()}\nJSON.stringify(mini.explain(Uint8Array.from(${JSON.stringify([...bytes])})));`;
  const globals = { TextDecoder, TextEncoder, btoa };
  expect(JSON.parse(runInNewContext(code, globals))).toEqual(JSON.parse(JSON.stringify(explain(bytes))));
});

test('bytes of another realm are bytes', () => {
  const foreign = runInNewContext(`Uint8Array.from(${JSON.stringify([...REQUEST])})`) as Uint8Array;
  expect(explain(foreign)).toEqual(explain(REQUEST));
});
