/** What programs give ws-mini to write: opening requests, their answers and refusals, and the reasons of a Close. */
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, WebSocket, WebSocketServer, type WebSocketServerOptions } from 'ws-mini';
import { encodeFrame, FrameDecoder, Opcode } from 'ws-mini/wire';
import {
  asItIs,
  asUtf8,
  asValue,
  contentOf,
  given,
  HARMLESS,
  MARK,
  nameIn,
  type Place,
  type Put,
  startOf,
  valueIn,
  type Written,
} from './place.ts';

// ── The client ──

function asked(
  field: string,
  at: Place['at'],
  ask: (put: Put, transport: Duplex) => Promise<unknown>,
  more: Partial<Place> = {},
): Place {
  return {
    writer: 'ws-mini client',
    field,
    side: 'request',
    harmless: HARMLESS,
    becomes: asValue,
    at,
    write: (put) => openingOf((transport) => ask(put, transport)),
    ...more,
  };
}

/** All that a client sends, until it is told that there is no WebSocket. */
export async function openingOf(open: (transport: Duplex) => Promise<unknown>): Promise<Written> {
  const [ours, theirs] = duplexPair();
  let sent = '';
  theirs
    .on('error', () => {})
    .on('data', (part: Buffer) => {
      sent += part.toString('latin1');
      if (sent.includes('\r\n\r\n') && !theirs.writableEnded)
        theirs.end('HTTP/1.1 400 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
  let error: unknown;
  try {
    await open(ours);
  } catch (thrown) {
    error = thrown;
  }
  await turn();
  ours.on('error', () => {}).destroy();
  theirs.destroy();
  const bytes = Buffer.from(sent, 'latin1');
  // If anything was sent, the error is that of the answer.
  return bytes.length > 0 ? { bytes } : { bytes, error };
}

const URL_HERE = 'ws://a/';
/** A new one with every request. */
const withoutKey =
  (at: Place['at']): Place['at'] =>
  (messages) =>
    at(
      messages.map((message) => ({
        ...message,
        fields: message.fields.filter(([name]) => name !== 'Sec-WebSocket-Key'),
      })),
    );

const openings: readonly Place[] = [
  asked('URL: path', startOf(1), (put, transport) => connect(`${URL_HERE}${given(put)}`, { transport }), {
    becomes: undefined,
    onlyText: true,
  }),
  asked(
    'WebSocket: path',
    startOf(1),
    (put, transport) => opened(new WebSocket(`${URL_HERE}${given(put)}`, [], { transport })),
    {
      becomes: undefined,
      onlyText: true,
    },
  ),
  asked('headers: x-place, of an object', valueIn('x-place'), (put, transport) => {
    const headers = {};
    put(headers, 'x-place');
    return connect(URL_HERE, { transport, headers });
  }),
  asked('headers: origin, of pairs', valueIn('origin'), (put, transport) => {
    const pair: [string, string] = ['Origin', ''];
    put(pair, '1');
    return connect(URL_HERE, { transport, headers: [pair] });
  }),
  asked(
    'headers: a name, of pairs',
    nameIn(MARK),
    (put, transport) => {
      const pair: [string, string] = ['', MARK];
      put(pair, '0');
      return connect(URL_HERE, { transport, headers: [pair] });
    },
    { becomes: asItIs },
  ),
  asked(
    'a subprotocol',
    valueIn('sec-websocket-protocol'),
    (put, transport) => {
      const protocols = [''];
      put(protocols, '0');
      return connect(URL_HERE, { transport, protocols });
    },
    { becomes: asItIs },
  ),
  asked(
    'WebSocket: a subprotocol',
    valueIn('sec-websocket-protocol'),
    (put, transport) => opened(new WebSocket(URL_HERE, given(put) as string, { transport })),
    // Web IDL makes text of anything, and a list of an array.
    { becomes: asItIs, onlyText: true },
  ),
].map((place) => ({ ...place, at: withoutKey(place.at) }));

export function opened(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.onclose = resolve;
  });
}

// ── The server ──

function answered(
  field: string,
  at: Place['at'],
  options: (put: Put) => WebSocketServerOptions,
  more: Partial<Place> = {},
): Place {
  return {
    writer: 'ws-mini server',
    field,
    side: 'response',
    harmless: HARMLESS,
    becomes: asValue,
    at,
    write: (put) => answerTo(options(put), OPENING),
    ...more,
  };
}

const OPENING =
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: plain, other\r\n\r\n';

/** All that a server sends to a client that says no more than this. */
export async function answerTo(options: WebSocketServerOptions, opening: string): Promise<Written> {
  let server: WebSocketServer;
  try {
    server = new WebSocketServer({ noServer: true, ...options });
  } catch (error) {
    return { bytes: new Uint8Array(0), error };
  }
  let error: unknown;
  server.on('error', (reported) => {
    // A refusal is what was asked for, and no error of the writer.
    if ((reported as { code?: string }).code !== 'handshake-refused') error = reported;
  });
  const [ours, theirs] = duplexPair();
  const parts: Uint8Array[] = [];
  theirs.on('error', () => {}).on('data', (part) => parts.push(part));
  ours.once('close', () => theirs.destroy());
  const closed = new Promise((resolve) => theirs.once('end', resolve).once('close', resolve));
  server.accept(ours);
  theirs.end(Buffer.from(opening, 'latin1'));
  await closed;
  await server.close();
  return { bytes: Buffer.concat(parts), error };
}

function refusal(put: Put, key: 'status' | 'body' | undefined, headers = {}): WebSocketServerOptions {
  return {
    verify: () => {
      const answer = { status: 403, body: 'no', headers };
      if (key !== undefined) put(answer, key);
      return answer;
    },
  };
}

const answers: readonly Place[] = [
  answered('101: x-place, of an object', valueIn('x-place'), (put) => {
    const headers = {};
    put(headers, 'x-place');
    return { headers };
  }),
  answered('101: x-place, made for each', valueIn('x-place'), (put) => ({
    headers: () => {
      const headers = {};
      put(headers, 'x-place');
      return headers;
    },
  })),
  answered('101: set-cookie, of pairs', valueIn('set-cookie'), (put) => {
    const pair: [string, string] = ['Set-Cookie', ''];
    put(pair, '1');
    return { headers: [pair] };
  }),
  answered(
    '101: a name, of pairs',
    nameIn(MARK),
    (put) => {
      const pair: [string, string] = ['', MARK];
      put(pair, '0');
      return { headers: [pair] };
    },
    { becomes: asItIs },
  ),
  answered(
    'the subprotocol',
    valueIn('sec-websocket-protocol'),
    (put) => ({ protocols: () => given(put) as string }),
    { becomes: asItIs },
  ),
  answered('a refusal: status', startOf(1), (put) => refusal(put, 'status'), { harmless: 403 }),
  answered('a refusal: body', contentOf, (put) => refusal(put, 'body'), { becomes: asUtf8, onlyText: true }),
  answered('a refusal: x-place', valueIn('x-place'), (put) => {
    const headers = {};
    put(headers, 'x-place');
    return refusal(put, undefined, headers);
  }),
  answered('a refusal: set-cookie', valueIn('set-cookie'), (put) => {
    const headers = {};
    put(headers, 'Set-Cookie');
    return refusal(put, undefined, headers);
  }),
];

export const webSocketPlaces: readonly Place[] = [...openings, ...answers];

// ── The reason of a Close ──

/** @returns what is wrong with what went out; undefined if it was refused by a typed error, or is right */
export async function closingWith(reason: unknown): Promise<'refused' | 'exact' | string> {
  const [ours, theirs] = duplexPair();
  const server = new WebSocketServer({ noServer: true });
  ours.once('close', () => theirs.destroy());
  const frames: string[] = [];
  const decoder = new FrameDecoder();
  let head = '';
  theirs
    .on('error', () => {})
    .on('data', (part: Buffer) => {
      let rest = part;
      if (!head.includes('\r\n\r\n')) {
        const before = head.length;
        head += part.toString('latin1');
        const end = head.indexOf('\r\n\r\n') + 4;
        if (end < 4) return;
        rest = part.subarray(end - before);
      }
      decoder.receive(Uint8Array.from(rest));
      for (let piece = decoder.next(); piece !== undefined; piece = decoder.next())
        frames.push(
          `${piece.header.opcode} ${Buffer.from(piece.bytes.subarray(piece.start, piece.end)).toString('hex')}`,
        );
    });
  const closed = new Promise((resolve) => theirs.once('end', resolve).once('close', resolve));
  let error: unknown;
  server.once('connection', (connection) => {
    try {
      connection.close(4000, reason as string);
    } catch (thrown) {
      error = thrown;
      connection.close(4000, 'plain');
    }
  });
  server.accept(ours);
  theirs.write(OPENING);
  theirs.write(
    encodeFrame({ fin: true, rsv: 0, opcode: Opcode.close, payload: Uint8Array.of(0x0f, 0xa0), maskKey: 1 }),
  );
  theirs.end();
  await closed;
  await server.close();
  const right = `8 0fa0${Buffer.from(error === undefined ? String(reason) : 'plain').toString('hex')}`;
  if (frames.length !== 1 || frames[0] !== right) return `went out: ${frames.join('; ').slice(0, 300)}`;
  return error === undefined ? 'exact' : 'refused';
}
