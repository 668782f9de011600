#!/usr/bin/env node
/**
 * `npm run report`: puts the probes to programs that others have written, as far as they are installed here, and writes how
 * they stand to docs/REPORT.md. Exit codes: 0 written, 2 wrong usage.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { httpServerProbes, probesOf, websocketServerProbes } from '../families.ts';
import type { Result } from '../probes/probe.ts';
import { runProbes } from '../probes/run.ts';
import { type ClientProgram, clientPrograms } from '../programs/clients.ts';
import type { ServerProgram } from '../programs/program.ts';
import { serverPrograms } from '../programs/servers.ts';
import { replaceFile } from '../replace-file.ts';
import { formatStanding } from '../report/standing.ts';
import { runCommand, usage } from '../usage.ts';

const FILE = 'docs/REPORT.md';
/** Patient: a silence that is only a busy machine's must not be told of a program. */
const RUN = { jobs: 8, quiet: 1000, timeout: 30_000 };

const HELP = `report: how programs of others stand, as far as they are installed here

  npm run report              asks all of them, and writes ${FILE}
  npm run report -- NAME...   asks some, and writes to the standard output: ${[...serverPrograms, ...clientPrograms].map(({ name }) => JSON.stringify(name)).join(', ')}
`;

const options = { help: { type: 'boolean', default: false } } as const;

async function main(): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ options, allowPositionals: true }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const isWanted = ({ name }: { name: string }): boolean =>
    positionals.length === 0 || positionals.includes(name);
  const standings = [];
  for (const program of [...serverPrograms, ...clientPrograms].filter(isWanted)) {
    const version = program.version();
    process.stderr.write(`${program.name} ${version ?? 'is not installed here'}\n`);
    const results = version === undefined ? [] : await resultsOf(program);
    standings.push({ ...program, version, results });
  }
  const text = formatStanding(standings, probesOf, { date: new Date(), node: process.versions.node });
  if (positionals.length > 0) process.stdout.write(text);
  else {
    const file = join(import.meta.dirname, '../../../..', FILE);
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text);
  }
}

async function resultsOf(program: ServerProgram | ClientProgram): Promise<readonly Result[]> {
  if ('run' in program) return program.run(RUN.quiet);
  const { peer, close } = await program.start();
  const probes = program.family === 'http-server' ? httpServerProbes : websocketServerProbes;
  try {
    return await runProbes({ family: program.family, implementation: program.name, peer }, probes, RUN);
  } finally {
    await close();
  }
}

await runCommand('report', main);
