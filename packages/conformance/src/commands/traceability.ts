#!/usr/bin/env node
/**
 * `npm run traceability`: runs all probes and writes TRACEABILITY.md. With `--check` it runs none, and fails where a
 * requirement is kept by no code or shown by nothing, where an id is none, or where the file is old. Exit codes: 0 all
 * well, 1 something amiss, 2 wrong usage.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtIns, probesOf } from '../families.ts';
import { replaceFile } from '../replace-file.ts';
import { requirements } from '../requirements/index.ts';
import { citationsBelow } from '../traceability/citations.ts';
import { formatTraceability, stableParts } from '../traceability/markdown.ts';
import { type Found, problemsIn, tracesOf } from '../traceability/trace.ts';
import { runCommand, usage } from '../usage.ts';

const HOME = 'packages/conformance';
/** Those whose source keeps the rules; of some, that serving a folder asks for them, it is the command's. */
const UNDER_TEST = ['tcp-echo', 'http-mini', 'ws-mini', 'minis'];
const RUN = { jobs: 16, quiet: 500, timeout: 20_000 };

const HELP = `traceability: which code keeps each requirement, what shows it, and who holds it

  npm run traceability              runs all probes and writes ${HOME}/TRACEABILITY.md
  npm run traceability -- --check   runs none, and tells what is amiss
`;

const options = {
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { values } = usage(() => parseArgs({ options }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const root = join(import.meta.dirname, '../../../..');
  const file = join(root, HOME, 'TRACEABILITY.md');
  const found = findIn(root);
  const problems = problemsIn(found);
  const traces = tracesOf(found);
  if (values.check) {
    const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (stableParts(old) !== stableParts(formatTraceability(traces, [], HOME)))
      problems.push('TRACEABILITY.md is old: npm run traceability writes it anew');
  } else {
    const results = [];
    for (const one of builtIns) results.push(...(await one.ask(() => true, RUN)));
    replaceFile(file, formatTraceability(traces, results, HOME));
  }
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(`traceability: ${traces.length} requirements, ${problems.length} problems\n`);
  if (problems.length > 0) process.exitCode = 1;
}

function findIn(root: string): Found {
  const src = (name: string): string => `packages/${name}/src`;
  return {
    requirements,
    sources: citationsBelow(root, UNDER_TEST.map(src)),
    tests: citationsBelow(
      root,
      [...UNDER_TEST, 'conformance'].map((name) => `packages/${name}/test`),
    ),
    others: citationsBelow(root, [src('conformance')]).filter(({ file }) => !file.includes('/requirements/')),
    probes: probesOf,
  };
}

await runCommand('traceability', main);
