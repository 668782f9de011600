#!/usr/bin/env node
// In a clone what runs is what is written: the TypeScript of all packages through tsx, never a stale build. What is
// published has no src/ and runs its bundle.
import { existsSync } from 'node:fs';
import { register } from 'node:module';

const source = new URL('../src/cli.ts', import.meta.url);
if (existsSync(source)) {
  const { register: registerTypeScript } = await import('tsx/esm/api');
  registerTypeScript();
  // As --conditions=@minis/source would, which cannot be set once the process runs.
  const hook = `export const resolve = (name, context, next) =>
    next(name, { ...context, conditions: ['@minis/source', ...context.conditions] });`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
  await import(source.href);
} else {
  await import(new URL('../dist/cli.js', import.meta.url).href);
}
