#!/usr/bin/env node
/**
 * `npm run subject -- NAME`: one implementation under test in the foreground, for any outside suite, until Ctrl-C; or a
 * client that drives a fuzzing server. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { parseArgs } from 'node:util';
import { hostOf } from '../probes/wire-line.ts';
import { numberOf, runCommand, UsageError, usage } from '../usage.ts';
import { subjects } from './index.ts';
import { runFuzzingClient } from './ws-mini-client.ts';

const CLIENT = 'ws-mini-client';
const NAMES = [...Object.keys(subjects), CLIENT];

const HELP = `subject: an implementation under test, for any outside suite

  npm run subject -- NAME [--port N] [--host HOST]
${Object.entries(subjects)
  .map(([name, { what }]) => `    ${name.padEnd(16)}${what}`)
  .join('\n')}
  npm run subject -- ${CLIENT} ws://HOST:PORT [--agent NAME]
    ws-mini's client: asks /getCaseCount, echoes in /runCase?case=I&agent=NAME for each case,
    then opens /updateReports?agent=NAME

  --port PORT     8080; 0 for any free one
  --host HOST     127.0.0.1; 0.0.0.0 lets others in
  --agent NAME    what the reports call it (ws-mini)

HTTP subjects answer any method and path with 200 and the content that they were sent, or OK;
/echo lists the fields received, /cookie the cookies. WebSocket subjects echo every message.
Ctrl-C lets what is under way finish, a second one does not.
`;

const options = {
  port: { type: 'string', default: '8080' },
  host: { type: 'string', default: '127.0.0.1' },
  agent: { type: 'string', default: 'ws-mini' },
  help: { type: 'boolean', default: false },
} as const;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options, allowPositionals: true }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [name, ...rest] = positionals;
  if (name === CLIENT) return drive(rest, values.agent);
  const subject = name === undefined || !Object.hasOwn(subjects, name) ? undefined : subjects[name];
  if (subject === undefined) {
    const problem = name === undefined ? 'which subject?' : `there is no subject "${name}":`;
    throw new UsageError(`${problem} ${NAMES.join(', ')}`);
  }
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is one word too many`);
  const port = numberOf('--port', values.port, 0, 65535);
  const running = await subject.start({ host: values.host, port });
  const host = hostOf({ host: values.host, port: running.port });
  process.stdout.write(`${name} listens on ${subject.scheme}://${host}\n`);
  closeOnSignal(() => running.close());
}

function closeOnSignal(close: () => Promise<void>): void {
  let wasAsked = false;
  const stop = (): void => {
    if (wasAsked) process.exit(0);
    wasAsked = true;
    process.stderr.write('closing; once more to cut what is left\n');
    void close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

async function drive([url, ...rest]: string[], agent: string): Promise<void> {
  if (url === undefined || rest.length > 0 || !/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`${CLIENT} needs one address, as in ws://127.0.0.1:9001`);
  }
  const cases = await runFuzzingClient(url, agent, (done, count) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count} cases`);
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(`${cases} cases run as ${agent}; the verdicts are in the server's report\n`);
}

await runCommand('subject', () => main(process.argv.slice(2)));
