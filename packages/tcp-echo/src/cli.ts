#!/usr/bin/env node
/**
 * `tcp-echo serve` and `tcp-echo send`. What is echoed goes to standard output; the trace of every socket, each
 * stage next to its system call, goes to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { connect, type EchoClient } from './client.ts';
import { EchoError } from './errors.ts';
import { describe, formatEndpoint, type ObserveOptions } from './lifecycle.ts';
import { createEchoServer } from './server.ts';

const HELP = `tcp-echo: the echo service of RFC 862 over TCP

  tcp-echo serve [options]          echo whatever comes, until Ctrl-C
    --max-connections N             connections at once (1024)
    --idle-deadline SECONDS         cut a connection in which nothing moves (60)
  tcp-echo send [options] TEXT|-    send TEXT and a newline, or standard input; print the echo
    --deadline SECONDS              give up when the whole takes longer (none)
  both:
    --host HOST                     (127.0.0.1)
    --port PORT                     (7007; RFC 862 says 7, which needs root; serve: 0 for any free one)
    --quiet                         no trace on standard error
    --help

Try: tcp-echo serve, then in another terminal: tcp-echo send hello, or: nc 127.0.0.1 7007
`;

const common = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '7007' },
  quiet: { type: 'boolean', default: false },
} as const;
const serveOptions = {
  ...common,
  'max-connections': { type: 'string' },
  'idle-deadline': { type: 'string' },
} as const;
const sendOptions = { ...common, deadline: { type: 'string' } } as const;

class UsageError extends Error {}

async function main([command, ...args]: string[]): Promise<void> {
  if (command === '--help' || args.includes('--help')) process.stdout.write(HELP);
  else if (command === 'serve') await serve(args);
  else if (command === 'send') await send(args);
  else throw new UsageError(command ? `there is no command "${command}": serve or send?` : 'serve or send?');
}

async function serve(args: string[]): Promise<void> {
  const { values, positionals } = usage(() =>
    parseArgs({ args, options: serveOptions, allowPositionals: true }),
  );
  if (positionals.length > 0) throw new UsageError(`serve takes no text, but got "${positionals[0]}"`);
  const port = numberOf('--port', values.port, 0, 65535);
  const { 'max-connections': cap, 'idle-deadline': idle } = values;
  const server = createEchoServer({
    ...tracing(values.quiet),
    maxConnections: cap === undefined ? cap : numberOf('--max-connections', cap, 1),
    idleDeadline: idle === undefined ? idle : numberOf('--idle-deadline', idle, 1) * 1000,
  });
  const address = await server.listen({ host: values.host, port });
  process.stdout.write(`echoing on ${formatEndpoint(address)}; try: nc ${address.host} ${address.port}\n`);
  let asked = false;
  const stop = () => {
    if (!asked) process.stderr.write('closing; once more to cut what is left\n');
    void (asked ? server.destroy() : server.close()).then(() =>
      process.off('SIGINT', stop).off('SIGTERM', stop),
    );
    asked = true;
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

async function send(args: string[]): Promise<void> {
  const { values, positionals } = usage(() =>
    parseArgs({ args, options: sendOptions, allowPositionals: true }),
  );
  const [text] = positionals;
  if (text === undefined || positionals.length > 1) {
    throw new UsageError('send takes one TEXT (quote it if it has spaces), or - for standard input');
  }
  const { deadline } = values;
  const client = await connect({
    ...tracing(values.quiet),
    host: values.host,
    port: numberOf('--port', values.port, 1, 65535),
    totalDeadline: deadline === undefined ? deadline : numberOf('--deadline', deadline, 1) * 1000,
  });
  process.stdout.on('error', () => process.exit(0)); // `| head` has read enough: nothing is wrong
  const sending = sendAll(client, text === '-' ? process.stdin : [Buffer.from(`${text}\n`)]);
  sending.catch(() => {}); // the loop below fails by itself
  let echoed = 0;
  for await (const chunk of client) {
    echoed += chunk.length;
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  }
  const sent = await sending;
  if (sent !== echoed) throw new EchoError('echo-incomplete', `${sent} bytes sent, ${echoed} came back`);
}

async function sendAll(
  client: EchoClient,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<number> {
  let sent = 0;
  for await (const chunk of chunks) {
    await client.send(chunk);
    sent += chunk.length;
  }
  client.end();
  return sent;
}

function tracing(quiet: boolean): ObserveOptions {
  if (quiet) return {};
  const start = performance.now();
  const clock = () => performance.now() - start;
  return { clock, observe: (event) => void process.stderr.write(`${describe(event)}\n`) };
}

function numberOf(name: string, text: string, least: number, most = 2_147_483): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** `parseArgs` throws for one reason only: what the user wrote. */
function usage<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  const wrongUsage = error instanceof UsageError;
  process.stderr.write(`tcp-echo: ${error.message}${wrongUsage ? ' (tcp-echo --help tells more)' : ''}\n`);
  process.exitCode = wrongUsage ? 2 : 1;
  process.stdin.destroy(); // it may still be open, and would keep the process
});
