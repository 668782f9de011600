#!/usr/bin/env node
/**
 * `npm run conformance`: the probes, or the properties where the first word says so. Exit codes: 0 all held, 1 a MUST is
 * broken or a property failed, 2 could not run.
 */
import { runCommand } from './usage.ts';

const args = process.argv.slice(2);
const [first, ...rest] = args;

// Loaded only when asked for: the probes need no fast-check, and --help should not wait for either.
await runCommand('conformance', async () => {
  if (first === 'properties') return (await import('./commands/properties.ts')).properties(rest);
  if (args.includes('--listen'))
    return (await import('./commands/listen.ts')).listen(args.filter((arg) => arg !== '--listen'));
  return (await import('./commands/probes.ts')).probes(args);
});
