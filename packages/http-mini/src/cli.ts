#!/usr/bin/env node
/**
 * `http-mini serve`, `request` and `explain`: finds the command, and says what went wrong in one line. Exit codes: 0 done,
 * 1 failed, 2 wrong usage.
 */
import { EXPLAIN_HELP, explainFile } from './cli/explain.ts';
import { REQUEST_HELP, requestUrl } from './cli/request.ts';
import { SERVE_HELP, serve } from './cli/serve.ts';
import { UsageError } from './cli/usage.ts';
import { printable } from './explain.ts';

const COMMANDS = new Map([
  ['serve', { run: serve, help: SERVE_HELP }],
  ['request', { run: requestUrl, help: REQUEST_HELP }],
  ['explain', { run: explainFile, help: EXPLAIN_HELP }],
]);

const HELP = `http-mini: HTTP/1.1 on node:net

  http-mini serve DIR         a folder over HTTP
  http-mini request URL       one request, streamed or explained
  http-mini explain FILE|-    every byte of HTTP messages
  http-mini COMMAND --help
`;

async function main([name = '', ...args]: string[]): Promise<void> {
  if (name === '--help') return void process.stdout.write(HELP);
  const command = COMMANDS.get(name);
  if (command === undefined) {
    const names = new Intl.ListFormat('en', { type: 'disjunction' }).format(COMMANDS.keys());
    throw new UsageError(name === '' ? `${names}?` : `there is no command "${name}": ${names}?`);
  }
  if (args.includes('--help')) process.stdout.write(command.help);
  else await command.run(args);
}

main(process.argv.slice(2)).catch((error: Error) => {
  const isWrongUsage = error instanceof UsageError;
  const hint = isWrongUsage ? ' (http-mini --help tells more)' : '';
  // It may quote a peer: the names in a certificate, say.
  process.stderr.write(`http-mini: ${printable(error.message)}${hint}\n`);
  process.exitCode = isWrongUsage ? 2 : 1;
  process.stdin.destroy(); // it may still be open, and would keep the process
});
