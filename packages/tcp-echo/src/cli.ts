#!/usr/bin/env node
/**
 * `tcp-echo serve` and `tcp-echo send`. What is echoed goes to standard output; the trace of every socket, each
 * stage next to its system call, goes to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type ConnectOptions, connect } from './client.ts';
import { EchoError } from './errors.ts';
import { describe, type Endpoint, formatEndpoint, type ObserveOptions } from './lifecycle.ts';
import { createEchoServer } from './server.ts';

const HELP = `tcp-echo: the echo service of RFC 862 over TCP

  tcp-echo serve [options]          echo whatever comes, until Ctrl-C
  tcp-echo send [options] TEXT|-    send TEXT and a newline, or standard input; print the echo
    --host HOST                     (127.0.0.1)
    --port PORT                     (7007; RFC 862 says 7, which needs root; serve: 0 for any free one)
    --quiet                         no trace on standard error
    --help

Try: tcp-echo serve, then in another terminal: tcp-echo send hello, or: nc 127.0.0.1 7007
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '7007' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [command, text, ...more] = positionals;
  if (values.help) return void process.stdout.write(HELP);
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65535)) throw wrong(`--port must be a number up to 65535, not "${values.port}"`);
  const options = { host: values.host, port, ...(values.quiet ? {} : tracing()) };
  if (command === 'serve') {
    if (text !== undefined) throw wrong(`serve takes no text, but got "${text}"`);
    await serve(options);
  } else if (command === 'send') {
    if (text === undefined || more.length > 0)
      throw wrong('send takes one TEXT (quote it if it has spaces), or - for standard input');
    await send(options, text === '-' ? process.stdin : [Buffer.from(`${text}\n`)]);
  } else throw wrong(command ? `there is no command "${command}": serve or send?` : 'serve or send?');
}

async function serve({ host: name, port: wished, ...trace }: ObserveOptions & Endpoint): Promise<void> {
  const server = createEchoServer(trace);
  const { host, port } = await server.listen({ host: name, port: wished });
  process.stdout.write(`echoing on ${formatEndpoint({ host, port })}; try: nc ${host} ${port}\n`);
  let stop = () => {
    stop = () => server.destroy();
    process.stderr.write('closing; once more to cut what is left\n');
    return server.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop());
}

async function send(options: ConnectOptions, chunks: AsyncIterable<Buffer> | Buffer[]): Promise<void> {
  const client = await connect(options);
  process.stdout.on('error', () => process.exit(0)); // `| head` has read enough: nothing is wrong
  const decoder = new TextDecoder(); // a character may come in two chunks
  let sent = 0;
  let echoed = 0;
  async function sendAll(): Promise<void> {
    for await (const chunk of chunks) {
      await client.send(chunk);
      sent += chunk.length;
    }
    client.end();
  }
  const sending = sendAll();
  sending.catch(() => {}); // the loop below fails by itself
  for await (const chunk of client) {
    echoed += chunk.length;
    const shown = process.stdout.isTTY ? printable(decoder.decode(chunk, { stream: true })) : chunk;
    if (!process.stdout.write(shown)) await once(process.stdout, 'drain');
  }
  await sending;
  if (sent !== echoed) throw new EchoError('message-incomplete', `${sent} bytes sent, ${echoed} came back`);
}

function tracing(): ObserveOptions {
  const start = performance.now();
  const clock = () => performance.now() - start;
  return { clock, observe: (event) => void process.stderr.write(`${describe(event)}\n`) };
}

/**
 * What a peer sent, for a terminal: control characters, which steer it, and those that are invisible or turn the direction
 * of writing become dots. A CR goes: most stand before an LF, any other moves the cursor.
 */
function printable(text: string): string {
  return text.replaceAll('\r', '').replace(/(?![\p{Join_Control}\n\t])[\p{C}\p{Zl}\p{Zp}]/gu, '.');
}

function wrong(message: string): EchoError {
  return new EchoError('invalid-option', message);
}

main(process.argv.slice(2)).catch((error: NodeJS.ErrnoException) => {
  // Wrong usage is what we, or parseArgs, say of the options.
  const wrongUsage = error.code === 'invalid-option' || error.code?.startsWith('ERR_PARSE_ARGS');
  const message = error.message.replace(/\. To specify .*/s, ''); // parseArgs goes on and on
  process.stderr.write(
    `tcp-echo: ${printable(message)}${wrongUsage ? ' (tcp-echo --help tells more)' : ''}\n`,
  );
  process.exitCode = wrongUsage ? 2 : 1;
  process.stdin.destroy(); // it may still be open, and would keep the process
});
