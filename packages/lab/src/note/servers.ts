/**
 * The servers and clients of this repository for the experiments, on free ports, with the option `observe` as the witness:
 * what it sees of connections and bytes becomes the steps. All end with the run.
 */
import {
  Client,
  type ClientOptions,
  createServer,
  type Handler,
  type HttpServer,
  type ServerOptions,
} from 'http-mini';
import {
  type Connection,
  connect,
  type ClientOptions as WebSocketClientOptions,
  WebSocketServer,
  type WebSocketServerOptions,
} from 'ws-mini';
import type { Run } from './experiment.ts';
import { HOST } from './talker.ts';

export interface HttpLab {
  readonly server: HttpServer;
  readonly port: number;
  /** How many connections it has accepted. */
  connections: number;
}

/** @param shown how many connections to write down as steps; the others are only counted */
export async function serveHttp(
  run: Run,
  handler: Handler,
  options: ServerOptions = {},
  shown: number = Number.POSITIVE_INFINITY,
): Promise<HttpLab> {
  const lab = { connections: 0 };
  const server = createServer(handler, {
    ...options,
    observe(event) {
      if (event.type === 'opened') lab.connections = event.connection;
      if (event.connection > shown) return;
      const text = { en: `connection ${event.connection}`, ko: `연결 ${event.connection}` };
      if (event.type === 'opened') run.step('server', 'accept()', text);
      else if (event.type === 'closed') run.step('server', 'close()', text);
      else if (event.type === 'received') run.read('server', event.bytes, text);
      else if (event.type === 'sent') run.wrote('server', event.bytes, text);
    },
  });
  run.after(() => server.destroy());
  const { port } = await server.listen({ host: HOST, port: 0 });
  return Object.assign(lab, { server, port });
}

export function httpClient(run: Run, port: number, options: ClientOptions = {}): Client {
  const client = new Client(`http://${HOST}:${port}`, options);
  run.after(() => client.destroy());
  return client;
}

export async function serveWebSocket(
  run: Run,
  onConnection: (connection: Connection) => void,
  options: WebSocketServerOptions = {},
): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ host: HOST, port: 0, observe: webSocketWitness(run), ...options });
  run.after(async () => {
    for (const connection of server.connections) connection.terminate();
    await server.close();
  });
  server.on('connection', onConnection);
  const { port } = (await server.listening)!;
  return { server, port };
}

/** Writes down the handshake and the frames, as the server sees them. */
export function webSocketWitness(run: Run): NonNullable<WebSocketServerOptions['observe']> {
  return (seen) => {
    if (seen.type !== 'handshake' && seen.type !== 'bytes') return;
    if (seen.direction === 'in') run.read('server', seen.bytes);
    else run.wrote('server', seen.bytes);
  };
}

export async function openWebSocket(
  run: Run,
  port: number,
  options: WebSocketClientOptions = {},
): Promise<Connection> {
  const connection = await connect(`ws://${HOST}:${port}/`, options);
  run.after(() => connection.terminate());
  return connection;
}
