#!/usr/bin/env node
// `ws-mini connect`, `listen` and `explain`: finds the command, and says what went wrong in one line.
// Exit codes: 0 done, 1 failed, 2 wrong usage.

import { printable } from 'http-mini/explain';
import { CONNECT_HELP, connectTo } from './cli/connect.ts';
import { EXPLAIN_HELP, explainFile } from './cli/explain.ts';
import { LISTEN_HELP, listen } from './cli/listen.ts';
import { UsageError } from './cli/usage.ts';

interface Command {
  readonly run: (args: string[]) => Promise<void>;
  readonly help: string;
}

const COMMANDS = new Map<string, Command>([
  ['connect', { run: connectTo, help: CONNECT_HELP }],
  ['listen', { run: listen, help: LISTEN_HELP }],
  ['explain', { run: explainFile, help: EXPLAIN_HELP }],
]);

const HELP = `ws-mini: WebSocket on node:net

  ws-mini connect URL       a terminal client
  ws-mini listen            a server that echoes, or broadcasts
  ws-mini explain FILE|-    every byte and bit of handshakes and frames
  ws-mini COMMAND --help
`;

async function main([name = '', ...args]: string[]): Promise<void> {
  if (name === '--help') return void process.stdout.write(HELP);
  const command = COMMANDS.get(name);
  if (command === undefined) {
    const names = [...COMMANDS.keys()].join(', ');
    throw new UsageError(
      name === '' ? `which command: ${names}?` : `there is no command "${name}": ${names}?`,
    );
  }
  if (args.includes('--help')) process.stdout.write(command.help);
  else await command.run(args);
}

main(process.argv.slice(2)).catch((error: Error) => {
  const isWrongUsage = error instanceof UsageError;
  const hint = isWrongUsage ? ' (ws-mini --help tells more)' : '';
  process.stderr.write(`ws-mini: ${printable(error.message)}${hint}\n`); // it may quote a server
  process.exitCode = isWrongUsage ? 2 : 1;
  process.stdin.destroy(); // it may still be open, and would keep the process
});
