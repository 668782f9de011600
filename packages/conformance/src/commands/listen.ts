/**
 * `minis probe --listen`: the counterpart for clients. It listens for HTTP clients on one port and for WebSocket clients on
 * the next, says how a client is driven there, and tells at the end, or when asked, what came of it.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { patternOf } from '../pattern.ts';
import { listenHttp } from '../probes/http-client/listen.ts';
import type { Listening, ListenOptions } from '../probes/listening.ts';
import { standingOf, whyNothing } from '../probes/run.ts';
import { listenWebSocket } from '../probes/websocket-client/listen.ts';
import { formatHtml } from '../report/html.ts';
import { formatBroken, formatMatrix, formatSummary } from '../report/terminal.ts';
import { CannotRun, numberOf, usage } from '../usage.ts';

const HELP = `minis probe --listen: puts the probes to any HTTP or WebSocket client that comes

  minis probe --listen [OPTIONS]

  --port PORT       9001 for HTTP clients, and the next one for WebSocket clients; 0 for any free ones
  --host HOST       127.0.0.1; 0.0.0.0 lets others in
  --only PATTERN    probes whose name has PATTERN in it, * standing for anything
  --strict          a SHOULD that is not held fails too
  --quiet MS        without a byte for so long a client counts as silent (500)
  --html FILE       the results for people, with the bytes of each
  --help

Ctrl-C tells the result and ends. Exit codes: 0 no MUST failed, 1 one did, 2 could not listen.
`;

const options = {
  port: { type: 'string', default: '9001' },
  host: { type: 'string', default: '127.0.0.1' },
  only: { type: 'string', default: '' },
  strict: { type: 'boolean', default: false },
  quiet: { type: 'string', default: '500' },
  html: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

export async function listen(args: string[]): Promise<void> {
  const { values } = usage(() => parseArgs({ args, options }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = numberOf('--port', values.port, 0, 65_534);
  const quiet = numberOf('--quiet', values.quiet, 1, 1e6);
  const common: Omit<ListenOptions, 'port'> = { host: values.host, quiet, only: patternOf(values.only) };
  const began = performance.now();
  const listening: Listening[] = [];
  try {
    listening.push(await listenHttp({ ...common, port }));
    listening.push(await listenWebSocket({ ...common, port: port === 0 ? 0 : port + 1 }));
  } catch (error) {
    await Promise.all(listening.map((one) => one.close()));
    throw new CannotRun(error as Error);
  }
  for (const { howTo } of listening) for (const line of howTo) process.stdout.write(`${line}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  const results = listening.flatMap((one) => one.results());
  await Promise.all(listening.map((one) => one.close()));
  const nothing = results.length === 0 ? 'no client came' : whyNothing(results);
  if (nothing !== undefined) throw new CannotRun(new Error(nothing));
  if (values.html !== undefined) writeFileSync(values.html, formatHtml(results, values.strict, new Date()));
  process.stdout.write(`\n${formatMatrix(results, values.strict)}${formatBroken(results, values.strict)}\n`);
  process.stdout.write(formatSummary(results, (performance.now() - began) / 1000, values.strict));
  if (results.some((result) => standingOf(result, values.strict) === 'failed')) process.exitCode = 1;
}
