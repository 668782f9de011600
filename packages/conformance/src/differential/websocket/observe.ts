/**
 * What one end of a WebSocket connection makes of bytes: what its program sees, and what it sends back. The other end is a
 * raw socket, which hands the bytes on as they are, in the pieces that it is told. As with HTTP beside this folder, nothing
 * waits for time to pass: the bytes end every connection, by a FIN or by what no end can take.
 */
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { WebSocketServer as WsServer, WebSocket as WsWebSocket } from 'ws';
import { type Connection, connect, WebSocketServer } from 'ws-mini';
import { acceptFor, FrameDecoder, Opcode } from 'ws-mini/wire';
import { cut } from '../../arbitraries/pieces.ts';
import { nextTurn } from '../../peers/cutting-proxy.ts';
import { within } from '../../properties/within.ts';
import { type Compression, FILLER, MAX_MESSAGE, type Role, type Stream } from './frames.ts';

export interface Observation {
  /** Messages, Pings and Pongs as the program sees them, in order, and at last the Close: type and bytes in hexadecimal. */
  readonly seen: readonly string[];
  /** Frames, in order. */
  readonly sent: readonly string[];
  /** The rule that was broken, as each of them calls it. */
  readonly code: string | undefined;
}

export interface ObservedEnd {
  readonly name: 'ws-mini' | 'ws';
  readonly role: Role;
  /** One connection at a time. */
  observe(stream: Stream): Promise<Observation>;
  close(): Promise<void>;
}

/** What is noted of one connection, while it lasts. */
interface Notes {
  readonly seen: string[];
  code: string | undefined;
  readonly closed: Promise<unknown>;
}

export async function observeServer(name: ObservedEnd['name']): Promise<ObservedEnd> {
  let notes: Notes | undefined;
  const { port, close } = await SERVERS[name]((noted) => {
    notes = noted;
  });
  return {
    name,
    role: 'server',
    async observe(stream) {
      const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      socket.write(requestFor(stream.compression));
      const sent = await converse(socket, stream, async () => {});
      return observationOf(notes!, sent);
    },
    close,
  };
}

export async function observeClient(name: ObservedEnd['name']): Promise<ObservedEnd> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name,
    role: 'client',
    async observe(stream) {
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const notes = CLIENTS[name](`ws://127.0.0.1:${port}/`, stream.compression !== 'none');
      const [socket] = await accepted;
      const sent = await converse(socket, stream, async (head) => {
        socket.write(responseFor(head, stream.compression));
        // What came in one packet with the 101 would be read before a program that awaits `connect` listens.
        await notes;
      });
      return observationOf(await notes, sent);
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function observationOf(notes: Notes, sent: readonly string[]): Promise<Observation> {
  await within(DEADLINE, notes.closed);
  const { seen, code } = notes;
  // A side that fails the connection says why in its own words, or not at all (RFC 6455 5.5.1): only the code counts.
  return { seen, sent: code === undefined ? sent : sent.map((frame) => frame.replace(CLOSE, '$1')), code };
}

const CLOSE = /^(close .{4}).*/;

// ── The four ends ──

/** What is offered decides alone. */
const TAKES_ANY = { serverNoContextTakeover: false, clientNoContextTakeover: false };
const HERE = { port: 0, host: '127.0.0.1' };

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

const SERVERS: Record<ObservedEnd['name'], (accept: (notes: Notes) => void) => Promise<Listening>> = {
  async 'ws-mini'(accept) {
    const server = new WebSocketServer({ ...HERE, perMessageDeflate: TAKES_ANY, maxMessage: MAX_MESSAGE });
    server.on('connection', (connection) => accept(notesOfWsMini(connection)));
    const { port } = (await server.listening)!;
    return { port, close: () => server.close() };
  },
  async ws(accept) {
    const server = new WsServer({ ...HERE, perMessageDeflate: true, maxPayload: MAX_MESSAGE });
    server.on('connection', (socket) => accept(notesOfWs(socket)));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
  },
};

const CLIENTS: Record<ObservedEnd['name'], (url: string, perMessageDeflate: boolean) => Promise<Notes>> = {
  async 'ws-mini'(url, perMessageDeflate) {
    return notesOfWsMini(await connect(url, { perMessageDeflate, maxMessage: MAX_MESSAGE }));
  },
  async ws(url, perMessageDeflate) {
    return notesOfWs(new WsWebSocket(url, { perMessageDeflate, maxPayload: MAX_MESSAGE }));
  },
};

function notesOfWsMini(connection: Connection): Notes {
  const seen: string[] = [];
  const closed = connection.closed.then(({ code, reason, error }) => {
    seen.push(`close ${code} ${reason}`);
    notes.code = error?.code;
  });
  const notes: Notes = { seen, code: undefined, closed };
  connection.on('ping', (data) => seen.push(`ping ${hex(data)}`));
  connection.on('pong', (data) => seen.push(`pong ${hex(data)}`));
  connection.on('message', (message) =>
    seen.push(`${typeof message === 'string' ? 'text' : 'binary'} ${hex(message)}`),
  );
  return notes;
}

function notesOfWs(socket: WsWebSocket): Notes {
  const seen: string[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.on('close', (code, reason) => {
      seen.push(`close ${code} ${reason.toString()}`);
      resolve();
    });
  });
  const notes: Notes = { seen, code: undefined, closed };
  socket.on('error', (error) => {
    notes.code ??= (error as NodeJS.ErrnoException).code;
  });
  socket.on('ping', (data) => seen.push(`ping ${hex(data)}`));
  socket.on('pong', (data) => seen.push(`pong ${hex(data)}`));
  socket.on('message', (data, isBinary) =>
    seen.push(`${isBinary ? 'binary' : 'text'} ${hex(data as Buffer)}`),
  );
  return notes;
}

// ── The raw socket at the other end ──

const EXTENSION: Record<Compression, string> = {
  none: '',
  'no context':
    'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n',
  context: 'Sec-WebSocket-Extensions: permessage-deflate\r\n',
};

function requestFor(compression: Compression): string {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const head = `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`;
  return `${head}${EXTENSION[compression]}\r\n`;
}

function responseFor(head: string, compression: Compression): string {
  const accept = acceptFor(/^Sec-WebSocket-Key: (.*)\r$/im.exec(head)![1]!);
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
  return `${upgrade}\r\nSec-WebSocket-Accept: ${accept}\r\n${EXTENSION[compression]}\r\n`;
}

/** Milliseconds in which a connection has ended; it takes a few. Not a wait: a hang fails by it. */
const DEADLINE = 60_000;

/** After the other end's head, sends it the stream; answers the frames that come back until TCP is over. */
async function converse(
  socket: Socket,
  { bytes, pieces, ending }: Stream,
  onHead: (head: string) => Promise<void>,
): Promise<string[]> {
  socket.on('error', () => {}); // a reset after a rule was broken; what came before counts
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const ended = new Promise((resolve) => socket.once('end', resolve));
  const sent: string[] = [];
  try {
    const [head, rest] = await within(DEADLINE, readHead(socket));
    const isClosing = new Promise<void>((resolve) => {
      const decoder = new FrameDecoder();
      const decode = (chunk: Uint8Array): void => {
        sent.push(...framesIn(decoder.receive(chunk)));
        if (sent.at(-1)?.startsWith('close') === true) resolve();
      };
      decode(rest);
      socket.on('data', decode);
    });
    await onHead(head);
    const all = ending === 'fin' ? bytes : Buffer.concat([bytes, FILLER]);
    for (const piece of cut(all, pieces)) {
      await new Promise((resolve) => socket.write(piece, resolve));
      await nextTurn();
    }
    if (ending === 'filler') await within(DEADLINE, Promise.race([isClosing, ended, closed]));
    socket.end();
    await within(DEADLINE, closed);
  } finally {
    socket.destroy();
  }
  return sent;
}

/** @returns the head, and what came behind it */
export function readHead(socket: Socket): Promise<[head: string, rest: Uint8Array]> {
  let received = '';
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('closed before the opening handshake was over')));
    socket.on('data', function read(chunk) {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      socket.off('data', read);
      resolve([received.slice(0, end), Buffer.from(received.slice(end), 'latin1')]);
    });
  });
}

const NAMES = new Map<number, string>(Object.entries(Opcode).map(([name, opcode]) => [opcode, name]));

/** Neither end sends more than control frames here, and those come whole. */
function* framesIn(decoder: FrameDecoder): Generator<string> {
  for (let piece = decoder.next(); piece !== undefined; piece = decoder.next())
    yield `${NAMES.get(piece.header.opcode)} ${hex(piece.bytes.subarray(piece.start, piece.end))}`;
}

function hex(data: string | Uint8Array): string {
  return Buffer.from(data as Uint8Array).toString('hex');
}
