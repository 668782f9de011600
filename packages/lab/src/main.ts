/**
 * The command, for `npm start` and `minis lab`: starts the servers, says how to try each, measures once, prints the table,
 * and serves the page until Ctrl-C. Results go to standard output, progress to standard error. Exit codes: 0 done, 1 failed,
 * 2 wrong usage.
 */
import { parseArgs } from 'node:util';
import { printable } from 'explain-mini';
import type { Comparison } from './compare.ts';
import { LabError } from './errors.ts';
import { Lab, type LabOptions } from './lab.ts';
import { printTable } from './table.ts';

export const HELP: string = `lab: the same updates by TCP, HTTP and WebSocket, measured live over real sockets

  minis lab [options]
    --host HOST            listen here (127.0.0.1)
    --allow-host NAME      answer for this host too (see minis serve --help); repeatable
    --port PORT            HTTP and WebSocket (8080); 0 for any free one, as below
    --echo-port PORT       TCP echo (7007)
    --ticker-port PORT     the ticker over raw TCP (7008)
    --updates N            how many updates are delivered (100)
    --interval MS          one every so many milliseconds (50)
    --poll-interval MS     who polls asks again about so long after an answer
                           (as --interval)
    --once                 measure, print the table, and end
    --help

Then open the page in a browser. Ctrl-C closes; a second one cuts what is left.
`;

const optionTypes = {
  host: { type: 'string', default: '127.0.0.1' },
  'allow-host': { type: 'string', multiple: true },
  port: { type: 'string', default: '8080' },
  'echo-port': { type: 'string', default: '7007' },
  'ticker-port': { type: 'string', default: '7008' },
  updates: { type: 'string', default: '100' },
  interval: { type: 'string', default: '50' },
  'poll-interval': { type: 'string' },
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function start(args: string[]): Promise<void> {
  const command = commandOf(args);
  if (command === 'help') return void process.stdout.write(HELP);
  const lab = await Lab.start(command.options);
  closeOnSignals(lab);
  for (const { name, address, example } of lab.listening) {
    process.stdout.write(`${name.padEnd(11)} ${address.padEnd(28)} try: ${example}\n`);
  }
  process.stdout.write('\n');
  try {
    process.stdout.write(`${printTable(await lab.compare(showProgress))}\n`);
  } catch (error) {
    // Ctrl-C while measuring is a normal end of serving, but `--once` was asked for a table and has none.
    if (command.once || !isStopped(error)) throw error;
    return;
  } finally {
    if (command.once) await lab.close();
  }
  if (!command.once) process.stdout.write(`serving on; measure again at ${lab.origin}/, end with Ctrl-C\n`);
}

type Command = 'help' | { readonly options: LabOptions; readonly once: boolean };

/** @throws LabError `usage` */
function commandOf(args: string[]): Command {
  const values = parse(args);
  if (values.help) return 'help';
  const interval = numberOf('--interval', values.interval, 1, 60_000);
  const poll = values['poll-interval'];
  const options = {
    host: values.host,
    allowHosts: values['allow-host'],
    port: numberOf('--port', values.port, 0, 65_535),
    echoPort: numberOf('--echo-port', values['echo-port'], 0, 65_535),
    tickerPort: numberOf('--ticker-port', values['ticker-port'], 0, 65_535),
    updates: numberOf('--updates', values.updates, 1, 100_000),
    interval,
    pollInterval: poll === undefined ? interval : numberOf('--poll-interval', poll, 1, 60_000),
  };
  return { options, once: values.once };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: optionTypes }).values;
  } catch (error) {
    throw new LabError('usage', (error as Error).message.split('\n')[0]!);
  }
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new LabError('usage', `${option} must be a whole number from ${least} to ${most}, not "${text}"`);
}

function closeOnSignals(lab: Lab): void {
  let isClosing = false;
  const stop = () => {
    if (!isClosing) process.stderr.write('\nclosing; once more to cut what is left\n');
    void (isClosing ? lab.destroy() : lab.close()).then(() =>
      process.off('SIGINT', stop).off('SIGTERM', stop),
    );
    isClosing = true;
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

/** One line that is overwritten; only on a terminal. */
function showProgress({ state, made, updates }: Comparison): void {
  if (!process.stderr.isTTY) return;
  const done = Math.round((30 * made) / updates);
  const bar = `${'#'.repeat(done)}${'.'.repeat(30 - done)}`;
  process.stderr.write(state === 'done' ? '\r\x1b[K' : `\rmeasuring ${bar} ${made} of ${updates} updates`);
}

function isStopped(error: unknown): boolean {
  return error instanceof LabError && error.code === 'stopped';
}

export async function lab(args: string[]): Promise<void> {
  try {
    await start(args);
  } catch (error) {
    const isUsage = error instanceof LabError && error.code === 'usage';
    process.stderr.write(`lab: ${printable((error as Error).message)}${isUsage ? '; see --help' : ''}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
