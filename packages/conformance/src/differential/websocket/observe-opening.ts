/**
 * What servers answer to an opening handshake, and what clients make of the answer to theirs. Whoever is observed is left
 * at once after that: the connection is not the question.
 */
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { ResponseParser } from 'http-mini/wire';
import type { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocketServer as WsServer, WebSocket as WsWebSocket } from 'ws';
import { connect, WebSocketError, type WebSocketErrorCode, WebSocketServer } from 'ws-mini';
import { acceptFor } from 'ws-mini/wire';
import { undiciWebSocketTo } from '../../peers/undici.ts';
import { within } from '../../properties/within.ts';
import { readHead } from './observe.ts';
import { ACCEPT, type Answer } from './opening.ts';

export interface Opened {
  /** 101, or the status of the refusal; 0 for an end without an answer. For clients: 101 or 0. */
  readonly status: number;
  /** What was agreed on. */
  readonly protocol: string;
  readonly extensions: string;
  /** The rule that ws-mini says was broken. */
  readonly code?: WebSocketErrorCode | undefined;
}

export interface ObservedOpening<Input> {
  observe(input: Input): Promise<Opened>;
  close(): Promise<void>;
}

/** Milliseconds for one handshake; it takes a few. Not a wait: a hang fails by it. */
const DEADLINE = 60_000;
const HERE = { port: 0, host: '127.0.0.1' };
const FAILED: Opened = { status: 0, protocol: '', extensions: '' };

// ── Servers ──

export async function observeWsMiniServer(): Promise<ObservedOpening<string>> {
  const server = new WebSocketServer({
    ...HERE,
    perMessageDeflate: { serverNoContextTakeover: false, clientNoContextTakeover: false },
    // As ws does; by itself ws-mini speaks none that it was not told of.
    protocols: ({ protocols }) => protocols[0],
  });
  let code: WebSocketErrorCode | undefined;
  server.on('error', (error) => {
    if (error instanceof WebSocketError) code = error.code;
  });
  const { port } = (await server.listening)!;
  return {
    async observe(text) {
      code = undefined;
      return { ...(await ask(port, text)), code };
    },
    async close() {
      for (const connection of server.connections) connection.terminate();
      await server.close();
    },
  };
}

export async function observeWsServer(): Promise<ObservedOpening<string>> {
  const server = new WsServer({ ...HERE, perMessageDeflate: true });
  server.on('connection', (socket) => socket.on('error', () => {}));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    observe: (text) => ask(port, text),
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function ask(port: number, text: string): Promise<Opened> {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(text);
  try {
    const received = await within(DEADLINE, readHead(socket)).catch(() => undefined);
    if (received === undefined) return FAILED;
    const parser = new ResponseParser().expect('GET').receive(Buffer.from(received[0], 'latin1'));
    const event = parser.next();
    if (event?.type !== 'head') return FAILED;
    const { status, fields } = event;
    const agreed = (name: string): string => (status === 101 ? (fields.get(name) ?? '') : '');
    const isSwitch = fields.get('upgrade') === 'websocket' && fields.get('connection') === 'Upgrade';
    if (status === 101 && !(isSwitch && agreed('sec-websocket-accept') === acceptFor(keyIn(text))))
      return FAILED;
    return {
      status,
      protocol: agreed('sec-websocket-protocol'),
      extensions: agreed('sec-websocket-extensions'),
    };
  } finally {
    socket.destroy();
  }
}

function keyIn(request: string): string {
  return /^Sec-WebSocket-Key: (.*)\r$/im.exec(request)?.[1] ?? '';
}

// ── Clients ──

type Open = (url: string, protocols: readonly string[]) => Promise<Opened>;

export const observeWsMiniClient = (): Promise<ObservedOpening<Answer>> =>
  observeClient(async (url, protocols) => {
    try {
      // The content of a refusal is not compared, and may never end.
      const connection = await connect(url, { protocols, perMessageDeflate: true, maxRefusal: 0 });
      connection.terminate();
      return {
        status: 101,
        protocol: connection.protocol,
        extensions: isCompressing(connection.extensions.length > 0),
      };
    } catch (error) {
      return { ...FAILED, code: (error as WebSocketError).code };
    }
  });

export const observeWsClient = (): Promise<ObservedOpening<Answer>> =>
  observeClient((url, protocols) => {
    const socket = new WsWebSocket(url, [...protocols]);
    return outcome(socket as unknown as UndiciWebSocket, () => socket.terminate());
  });

export const observeUndici = (): Promise<ObservedOpening<Answer>> =>
  observeClient((url, protocols) => outcome(undiciWebSocketTo(url, protocols), () => {}));

function outcome(socket: UndiciWebSocket, leave: () => void): Promise<Opened> {
  return new Promise((resolve) => {
    socket.addEventListener('open', () => {
      const { protocol, extensions } = socket;
      resolve({ status: 101, protocol, extensions: isCompressing(extensions !== '') });
      leave();
    });
    socket.addEventListener('error', () => resolve(FAILED));
  });
}

/** Clients name what they agreed on each in its own way: with parameters, without, in an order of their own. */
function isCompressing(extensions: boolean): string {
  return extensions ? 'permessage-deflate' : '';
}

async function observeClient(open: Open): Promise<ObservedOpening<Answer>> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    async observe({ text, protocols }) {
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const opened = open(`ws://127.0.0.1:${port}/`, protocols);
      const [socket] = await within(DEADLINE, accepted);
      socket.on('error', () => {});
      try {
        const [request] = await within(DEADLINE, readHead(socket));
        // The FIN ends it for those who open, and for those who would read content without a length.
        socket.end(text.replaceAll(ACCEPT, acceptFor(keyIn(request))));
        return await within(DEADLINE, opened);
      } finally {
        socket.destroy();
      }
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
