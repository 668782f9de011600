/**
 * minis: finds the command and loads it, and says what went wrong in one line. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { readFileSync } from 'node:fs';
import { watchStandardStreams } from 'conformance/standard-streams';
import { printable } from 'explain-mini';
import { type Command, UsageError } from './usage.ts';

/** For each command: what it takes, what it is, and its module. Only the module that is called is loaded. */
const COMMANDS: Readonly<Record<string, readonly [takes: string, is: string, load: () => Promise<Command>]>> =
  {
    serve: ['DIR', 'a folder over HTTP', () => import('./serve/serve.ts')],
    get: ['URL', 'one HTTP request, streamed or explained', () => import('./get/get.ts')],
    ws: ['URL', 'a WebSocket client', () => import('./ws/ws.ts')],
    listen: ['', 'a WebSocket server that echoes, or broadcasts', () => import('./ws/listen.ts')],
    echo: ['[TEXT|-]', 'a TCP echo server; or, with TEXT, its client', () => import('./echo.ts')],
    explain: ['FILE|-', 'every byte of HTTP messages and WebSocket frames', () => import('./explain.ts')],
    probe: ['[WHO]', 'the rules of the RFCs, put to any server or client', () => import('./probe.ts')],
    lab: ['', 'experiments on all three, in a browser', () => import('./lab.ts')],
    learn: ['', 'servers built rung by rung, each checked over its socket', () => import('./learn.ts')],
  };

const LINES = Object.entries(COMMANDS).map(
  ([name, [takes, is]]) => `  minis ${`${name} ${takes}`.padEnd(16)}${is}\n`,
);
const HELP = `minis: TCP, HTTP/1.1 and WebSocket, from scratch on node:net

${LINES.join('')}
  minis COMMAND --help
  minis --version
`;

async function main([name = '', ...args]: string[]): Promise<void> {
  const first = [name, ...args.slice(0, args.includes('--') ? args.indexOf('--') : undefined)];
  if (name === '--help' || name === '-h') return void process.stdout.write(HELP);
  if (first.includes('--version')) return void process.stdout.write(`${version()}\n`);
  const [, , load] = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : [];
  if (load === undefined) {
    const names = new Intl.ListFormat('en', { type: 'disjunction' }).format(Object.keys(COMMANDS));
    throw new UsageError(name === '' ? `${names}?` : `there is no command "${name}": ${names}?`);
  }
  const { help, run } = await load();
  // A command whose `help` is empty has several texts, and prints the right one itself.
  if (help !== '' && (first.includes('--help') || first.includes('-h'))) process.stdout.write(help);
  else await run(args);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return `minis ${(JSON.parse(manifest) as { version: string }).version}`;
}

watchStandardStreams('minis');
main(process.argv.slice(2)).catch((error: Error) => {
  const isWrongUsage = error instanceof UsageError;
  const hint = isWrongUsage ? ' (minis COMMAND --help tells more)' : '';
  // It may quote a peer, such as the names in a certificate.
  process.stderr.write(`minis: ${printable(error.message)}${hint}\n`);
  process.exitCode = isWrongUsage ? 2 : 1;
  process.stdin.destroy(); // it may still be open, and would keep the process
});
