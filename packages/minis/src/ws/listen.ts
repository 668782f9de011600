/** `minis listen`: a server to try a client on, until Ctrl-C. */
import { printable } from 'explain-mini';
import { type Connection, type Observation, WebSocketServer } from 'ws-mini';
import { closeOnSignal, hostOf, parse, systemError, UsageError, wholeNumber } from '../usage.ts';
import { explainLive } from './live.ts';

export const help: string = `minis listen: a server, until Ctrl-C (a second one cuts what is left)

  minis listen [options]
    --echo         sends each message back to who sent it (this, unless said otherwise)
    --broadcast    sends each message to everybody, its sender included
    --host HOST    (127.0.0.1: this machine only)
    --port PORT    (8080; 0 for any free one)
    --deflate      compresses messages for those who offer it (permessage-deflate)
    --explain      every byte and bit of handshake and frames, and what compressed messages hold

One line for each connection, message and end.

Try: minis listen --broadcast, and in two other terminals: minis ws ws://127.0.0.1:8080/
`;

const OPTIONS = {
  echo: { type: 'boolean' },
  broadcast: { type: 'boolean' },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8080' },
  deflate: { type: 'boolean' },
  explain: { type: 'boolean' },
} as const;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`it takes no "${positionals[0]}"`);
  if (values.echo && values.broadcast) throw new UsageError('--echo or --broadcast, not both');
  const port = wholeNumber('--port', values.port, 0, 65_535);
  const host = hostOf(values.host);

  const names = new Map<Connection, string>();
  const server = new WebSocketServer({
    host,
    port,
    perMessageDeflate: values.deflate && { threshold: 0 },
    observe: values.explain ? explainer(names) : undefined,
  });
  const address = await listening(server, `${host}:${port}`);
  print(`listening on ws://${host.includes(':') ? `[${host}]` : host}:${address?.port}/`);
  let count = 0;
  server.on('connection', (connection, request) => {
    const name = `#${++count}`;
    names.set(connection, name);
    print(`${name} open ${request.target} from ${connection.remoteAddress}`);
    void serve(connection, name, values.broadcast ? server : undefined).finally(() =>
      names.delete(connection),
    );
  });
  closeOnSignal(
    () => server.close(),
    () => {
      for (const connection of server.connections) connection.terminate();
    },
  );
}

async function listening(server: WebSocketServer, what: string): Promise<{ port: number } | undefined> {
  try {
    const address = await server.listening;
    // Only from here on: if it cannot listen, that is the failure of the command.
    server.on('error', (error) => process.stderr.write(`minis: ${printable(error.message)}\n`));
    return address;
  } catch (error) {
    throw systemError(error, what);
  }
}

/** One connection, to its end. It reads the next message when the last one has been taken. */
async function serve(connection: Connection, name: string, all: WebSocketServer | undefined): Promise<void> {
  for await (const message of connection) {
    print(`${name} ${typeof message === 'string' ? shown(message) : `<${message.length} bytes>`}`);
    if (all === undefined) await connection.send(message);
    else all.broadcast(message);
  }
  const { code, reason, error } = await connection.closed;
  print(
    `${name} closed ${code}${reason === '' ? '' : ` ${shown(reason)}`}${error === undefined ? '' : `: ${error.message}`}`,
  );
}

/** An explainer for each connection. */
function explainer(
  names: Map<Connection, string>,
): (observation: Observation, connection: Connection) => void {
  const observers = new WeakMap<Connection, ReturnType<typeof explainLive>>();
  return (observation, connection) => {
    let observer = observers.get(connection);
    if (observer === undefined) {
      observer = explainLive('server', (text) =>
        process.stdout.write(`${names.get(connection) ?? ''} ${text}`),
      );
      observers.set(connection, observer);
    }
    observer(observation);
  };
}

/** It may quote a client. */
function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
