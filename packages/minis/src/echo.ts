/**
 * `minis echo`: an echo server, or a client of one. What is echoed goes to standard output; the trace of every socket, each
 * stage next to its system call, goes to standard error.
 */
import { once } from 'node:events';
import { printableLines } from 'explain-mini';
import {
  type ConnectOptions,
  connect,
  createEchoServer,
  describe,
  EchoError,
  type Endpoint,
  formatEndpoint,
  type ObserveOptions,
} from 'tcp-echo';
import { closeOnSignal, hostOf, only, parse, wholeNumber } from './usage.ts';

export const help: string = `minis echo: the echo service of RFC 862 over TCP

  minis echo [options]            echo whatever comes, until Ctrl-C (a second one cuts what is left)
  minis echo [options] TEXT|-     send TEXT and a newline, or standard input; print the echo
    --host HOST                   (127.0.0.1: this machine only)
    --port PORT                   (7007; RFC 862 says 7, which needs root; for the server 0 takes any free one)
    --quiet                       no trace on standard error

Try: minis echo, then in another terminal: minis echo hello, or: nc 127.0.0.1 7007
`;

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '7007' },
  quiet: { type: 'boolean' },
} as const;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  const port = wholeNumber('--port', values.port, 0, 65_535);
  const options = { host: hostOf(values.host), port, ...(values.quiet ? {} : tracing()) };
  if (positionals.length === 0) return serve(options);
  const text = only(positionals, 'one TEXT (quote it if it has spaces), or - for standard input');
  await send(options, text === '-' ? process.stdin : [Buffer.from(`${text}\n`)]);
}

async function serve({ host: name, port: wished, ...trace }: ObserveOptions & Endpoint): Promise<void> {
  const server = createEchoServer(trace);
  const { host, port } = await server.listen({ host: name, port: wished });
  process.stdout.write(`echoing on ${formatEndpoint({ host, port })}; try: nc ${host} ${port}\n`);
  closeOnSignal(
    () => server.close(),
    () => server.destroy(),
  );
}

async function send(options: ConnectOptions, chunks: AsyncIterable<Buffer> | Buffer[]): Promise<void> {
  const client = await connect(options);
  process.stdout.once('error', () => process.exit()); // no one reads what comes back
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
  sending.catch(() => {}); // the loop below fails too, and reports it
  for await (const chunk of client) {
    echoed += chunk.length;
    const shown = process.stdout.isTTY ? printableLines(decoder.decode(chunk, { stream: true })) : chunk;
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
