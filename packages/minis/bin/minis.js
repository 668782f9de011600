#!/usr/bin/env node
// In a clone what runs is what is written: the TypeScript of all packages through tsx, never a stale build. What is
// published has no src/ and runs its bundle.
import { existsSync } from 'node:fs';
import * as modules from 'node:module';

const source = new URL('../src/cli.ts', import.meta.url);
if (existsSync(source)) {
  const { register: registerTypeScript } = await import('tsx/esm/api');
  registerTypeScript();
  // As --conditions=@minis/source would, which cannot be set once the process runs.
  const resolve = (name, context, next) =>
    next(name, { ...context, conditions: ['@minis/source', ...context.conditions] });
  // Node 20 has no hooks in the thread itself, and Node 26 warns of the others.
  if (modules.registerHooks) modules.registerHooks({ resolve });
  else modules.register(`data:text/javascript,${encodeURIComponent(`export const resolve = ${resolve}`)}`);
  await import(source.href);
} else {
  await import(new URL('../dist/cli.js', import.meta.url).href);
}
