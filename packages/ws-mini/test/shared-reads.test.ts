// All clients' sockets read into one buffer, so that the next read overwrites what came with the last one: whatever
// is handed over, or waits, must be a copy. Each test fails if one `kept` or `keep` in src/ is left out.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { constants, deflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, connect, type HandshakeError, type Observation } from '../src/index.ts';
import { acceptFor, encodeFrame } from '../src/wire/index.ts';
import { concat, utf8 } from './support.ts';

const bytes = (fill: number, length: number): Buffer => Buffer.alloc(length, fill);
const frame = (payload: Uint8Array): Uint8Array => encodeFrame({ opcode: 2, payload });

/** Says when a client has asked: with its key, and the socket to answer on. */
async function rawServer(asked: (key: string, socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket
      .on('error', () => {})
      .once('data', (request) => {
        asked(/Sec-WebSocket-Key: (\S+)/.exec(request.toString())![1]!, socket);
      });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n';

function accept(key: string, extension = ''): Buffer {
  const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n${extension}`;
  return Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`);
}

/** Answers all clients in one turn, as soon as all have asked, so that they read in one turn as well. */
async function answerAtOnce(answers: readonly ((key: string) => Uint8Array)[]): Promise<string> {
  const asked: [string, Socket][] = [];
  return rawServer((...client) => {
    if (asked.push(client) < answers.length) return;
    for (const [i, [key, socket]] of asked.entries()) socket.write(answers[i]!(key));
  });
}

/** A client, the server's socket, and how to have another client read something else. */
async function open(options: ClientOptions = {}) {
  const sockets: Socket[] = [];
  const url = await rawServer((key, socket) => {
    sockets.push(socket);
    socket.write(accept(key));
  });
  const client = await connect(url, options);
  const other = await connect(url);
  const overwrite = async (): Promise<void> => {
    const read = once(other, 'message');
    sockets[1]!.write(encodeFrame({ opcode: 1, payload: '#'.repeat(60_000) }));
    await read;
  };
  return { client, server: sockets[0]!, overwrite };
}

test('a message', async () => {
  const { client, server, overwrite } = await open();
  server.write(frame(bytes(1, 100)));
  const [message] = await once(client, 'message');
  await overwrite();
  expect(message).toEqual(bytes(1, 100));
});

test('a Ping', async () => {
  const { client, server, overwrite } = await open();
  server.write(encodeFrame({ opcode: 9, payload: 'ping' }));
  const [data] = await once(client, 'ping');
  await overwrite();
  expect(data).toEqual(utf8('ping'));
});

test('what an observer was given', async () => {
  const seen: Observation[] = [];
  const { client, server, overwrite } = await open({ observe: (observation) => seen.push(observation) });
  seen.length = 0;
  server.write(encodeFrame({ opcode: 1, payload: 'seen' }));
  await once(client, 'message');
  await overwrite();
  const [read, whole] = seen as { bytes?: Uint8Array; payload?: Uint8Array }[];
  expect(read!.bytes).toEqual(encodeFrame({ opcode: 1, payload: 'seen' }));
  expect(whole!.payload).toEqual(utf8('seen'));
});

test.each([
  ['texts', 1],
  ['binary messages', 2],
])('%s behind those that nobody has taken yet', async (_, opcode) => {
  const { client, server, overwrite } = await open();
  const messages = Array.from({ length: 30 }, (_, i) => Buffer.alloc(10_000, 0x20 + i));
  server.write(concat(messages.map((payload) => encodeFrame({ opcode, payload }))));
  const received: boolean[] = [];
  for await (const message of client) {
    await overwrite();
    const isTheSame = messages[received.length]!.equals(Buffer.from(message as string));
    if (received.push(isTheSame) === messages.length) break;
  }
  expect(received).toEqual(messages.map(() => true));
});

test('messages that wait, also where an observer has thrown', async () => {
  let isArmed = false;
  const observe: ClientOptions['observe'] = ({ type, direction }) => {
    if (isArmed && type === 'bytes' && direction === 'out') throw new Error('in an observer');
  };
  const { client, server, overwrite } = await open({ observe });
  // Within one read, but more than is held; and a Pong to be observed.
  const messages = Array.from({ length: 600 }, (_, i) => String(i).padEnd(100, '-'));
  const frames = messages.map((payload) => encodeFrame({ opcode: 1, payload }));
  isArmed = true;
  const warned = once(process, 'warning');
  server.write(concat([encodeFrame({ opcode: 9 }), ...frames]));
  expect(String(await warned)).toContain('in an observer');
  isArmed = false;
  await overwrite();
  const received: unknown[] = [];
  for await (const message of client) if (received.push(message) === messages.length) break;
  expect(received).toEqual(messages);
});

test('the parts of a message', async () => {
  const { client, server, overwrite } = await open();
  server.write(frame(bytes(1, 100_000)));
  const { value: message } = await client.streams().next();
  await overwrite();
  const parts: Uint8Array[] = [];
  for await (const part of message!) parts.push(part as Uint8Array);
  expect(bytes(1, 100_000).equals(concat(parts))).toBe(true);
});

test('compressed messages that wait for a thread', async () => {
  // More than there are threads, each too long to be inflated at once.
  const contents = Array.from({ length: 12 }, (_, i) => bytes(i, 100_000));
  const frames = contents.map((content) => {
    const deflated = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    return encodeFrame({ opcode: 2, rsv: 4, payload: deflated });
  });
  const sockets: Socket[] = [];
  const url = await rawServer((key, socket) => {
    sockets.push(socket);
    socket.write(accept(key, DEFLATE));
  });
  const clients = await Promise.all(contents.map(() => connect(url, { perMessageDeflate: true })));
  const messages = clients.map((client) => once(client, 'message'));
  for (const [i, socket] of sockets.entries()) socket.write(frames[i]!);
  const received = await Promise.all(messages);
  const fills = received.map(([message]) => (message as Uint8Array)[0]!);
  expect(fills.toSorted((a, b) => a - b)).toEqual(contents.map((_, i) => i));
});

test('what comes right behind the handshake', async () => {
  const url = await answerAtOnce(
    [1, 2].map((fill) => (key) => concat([accept(key), frame(bytes(fill, 50))])),
  );
  const received = await Promise.all([0, 1].map(async () => once(await connect(url), 'message')));
  expect(received.map(([message]) => message[0]).toSorted()).toEqual([1, 2]);
});

test('a handshake in two reads, for its observer', async () => {
  const heads: Uint8Array[] = [];
  const observe: ClientOptions['observe'] = (observation) => {
    if (observation.type === 'handshake' && observation.direction === 'in') heads.push(observation.bytes);
  };
  const { server, overwrite } = await open();
  server.destroy();
  let head: Buffer | undefined;
  const url = await rawServer(async (key, socket) => {
    head = accept(key);
    socket.write(head.subarray(0, 50));
    await overwrite();
    socket.write(head.subarray(50));
  });
  await connect(url, { observe });
  expect(Buffer.from(heads[0]!)).toEqual(head);
});

test('the start of a refusal', async () => {
  const refusals = ['one', 'two'].map((body) => `HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\n${body}`);
  const url = await answerAtOnce(refusals.map((refusal) => () => utf8(refusal)));
  const errors = await Promise.all([0, 1].map(() => connect(url).catch((error: HandshakeError) => error)));
  const bodies = errors.map((error) => Buffer.from((error as HandshakeError).response.body).toString());
  expect(bodies.toSorted()).toEqual(['one', 'two']);
});
