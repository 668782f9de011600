/**
 * `minis probe --listen`: the counterpart for clients. It listens for HTTP clients on one port and for WebSocket clients on
 * the next, says how a client is driven there, and tells at the end, or when asked, what came of it.
 */
import { parseArgs } from 'node:util';
import { type Chosen, probesOf } from '../families.ts';
import { listenHttp } from '../probes/http-client/listen.ts';
import type { Listening, ListenOptions } from '../probes/listening.ts';
import type { Family, Result } from '../probes/probe.ts';
import { whyNothing } from '../probes/run.ts';
import { listenWebSocket } from '../probes/websocket-client/listen.ts';
import { CannotRun, numberOf, UsageError, usage } from '../usage.ts';
import { CHOICE_HELP, choiceOptions, chosenBy } from './choice.ts';
import {
  CONCLUSION_HELP,
  checkFiles,
  conclude,
  conclusionOptions,
  knownFailuresFor,
  quietOf,
  withJsonFile,
} from './conclusion.ts';

const HELP = `minis probe --listen: puts the probes to any HTTP or WebSocket client that comes

  minis probe --listen [OPTIONS]

  --port PORT       9001 for HTTP clients, and the next one for WebSocket clients; 0 for any free ones
  --host HOST       127.0.0.1; 0.0.0.0 lets others in
${CHOICE_HELP}
  --quiet MS        without a byte for so long a client counts as silent (500)
${CONCLUSION_HELP}
  --help

Ctrl-C, or SIGTERM, tells the result and ends. Exit codes: 0 no MUST failed, 1 one did, 2 wrong usage,
3 could not listen, or no client came.
`;

const options = {
  ...choiceOptions,
  ...conclusionOptions,
  port: { type: 'string', default: '9001' },
  host: { type: 'string', default: '127.0.0.1' },
  quiet: { type: 'string', default: '500' },
  help: { type: 'boolean', default: false },
} as const;

/** @param command what it was called by, for whoever wants to ask one probe again */
export async function listen(args: string[], command: string): Promise<void> {
  const { values } = usage(() => parseArgs({ args: withJsonFile(args), options }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  // `node:net` would take an empty name for every address of the machine.
  if (values.host === '')
    throw new UsageError('--host must not be empty (127.0.0.1 is this machine, :: everybody)');
  const port = numberOf('--port', values.port, 0, 65_534);
  const chosen = chosenBy(values);
  const common: Omit<ListenOptions, 'port'> = { host: values.host, quiet: quietOf(values.quiet), chosen };
  const known = knownFailuresFor(values);
  checkFiles(values);
  const began = performance.now();
  const listening: Listening[] = [];
  try {
    listening.push(await listenHttp({ ...common, port }));
    listening.push(await listenWebSocket({ ...common, port: port === 0 ? 0 : port + 1 }));
  } catch (error) {
    await Promise.all(listening.map((one) => one.close()));
    throw new CannotRun(error as Error);
  }
  // With `--json` alone, the standard output is for programs.
  const people = values.json === '-' ? process.stderr : process.stdout;
  for (const { howTo } of listening) for (const line of howTo) people.write(`${line}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  const seen = listening.flatMap((one) => one.results());
  await Promise.all(listening.map((one) => one.close()));
  const nothing =
    seen.length === 0 ? 'no client came: the lines above say how one is driven' : whyNothing(seen);
  if (nothing !== undefined) throw new CannotRun(new Error(nothing));
  people.write('\n');
  conclude(withMissed(seen, chosen), values, {
    seconds: (performance.now() - began) / 1000,
    known,
    isWhole: true,
    command: () => `${command} --listen`,
  });
}

/** With a result for each probe to which a client did not come, of those whose family it was asked about. */
function withMissed(seen: readonly Result[], chosen: Chosen): Result[] {
  const clients = new Map(seen.map((one) => [`${one.family} ${one.implementation}`, one]));
  return [...clients.values()].flatMap(({ family, implementation }) => {
    const own = seen.filter((one) => one.family === family && one.implementation === implementation);
    const asked = new Set(own.map(({ probe }) => probe.name));
    const missed = probesOf[family].filter((probe) => chosen(probe, family) && !asked.has(probe.name));
    return [
      ...own,
      ...missed.map(
        ({ name, requirements, level, why, expected }) =>
          ({
            family,
            implementation,
            probe: { name, requirements, level, why, expected },
            finding: { verdict: 'not asked', observed: MISSED[family], transcript: [] },
          }) as const,
      ),
    ];
  });
}

const MISSED: Readonly<Record<Family, string>> = {
  'http-server': '',
  'websocket-server': '',
  'tcp-server': '',
  'http-client': 'the client did not come to its URL, or nobody could tell it when to come',
  'websocket-client': 'the client did not come to its case',
};
