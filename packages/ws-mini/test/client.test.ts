// How `connect` ends without a connection, and that each error says what failed and what to do.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, connect, HandshakeError, WebSocketServer } from '../src/index.ts';
import { acceptFor, keyFrom } from '../src/wire/index.ts';

/** A server that plays one script for each connection. */
async function serve(play: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => play(socket));
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n';
const nonce = new Uint8Array(16);
const SWITCHED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: ${acceptFor(keyFrom(nonce))}\r\n\r\n`;

test('interim answers without end are not waited out', async () => {
  const host = await serve((socket) => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(EARLY_HINTS, more);
    };
    more();
  });
  const error = await connect(`ws://${host}/`, { handshakeTimeout: Infinity }).catch((error) => error);
  expect(error).toMatchObject({ name: 'WebSocketError', code: 'too-many-informations', by: 'peer' });
  expect(error.message).toContain('32');
  expect(error.message).toContain('maxInformations');
});

test.each([
  [undefined, 32, true],
  [undefined, 33, false],
  [2, 2, true],
  [2, 3, false],
  [0, 1, false],
  [Infinity, 100, true],
])('maxInformations %s, %i interim answers in one read: opens is %s', async (max, count, opens) => {
  const host = await serve((socket) => socket.write(EARLY_HINTS.repeat(count) + SWITCHED));
  const opening = connect(`ws://${host}/`, { nonce, maxInformations: max });
  if (opens) (await opening).terminate();
  else await expect(opening).rejects.toMatchObject({ code: 'too-many-informations' });
});

test('a host whose addresses all refuse: the error says so for each of them', async () => {
  const port = await closedPort();
  const lookup = (_: string, __: object, found: (error: null, list: object[]) => void): void =>
    found(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  const socket = { lookup: lookup as never, autoSelectFamily: true };
  const error = await connect(`ws://many.example:${port}/`, { socket }).catch((error) => error);
  expect(error).toMatchObject({ code: 'connection-lost' });
  for (const part of [`many.example:${port}`, `127.0.0.1:${port}`, `127.0.0.2:${port}`, 'ECONNREFUSED'])
    expect(error.message).toContain(part);
});

test('an address that refuses is named', async () => {
  const port = await closedPort();
  const error = await connect(`ws://127.0.0.1:${port}/`).catch((error) => error);
  expect(error.message).toContain(`127.0.0.1:${port}`);
  expect(error.message).toContain('ECONNREFUSED');
});

test.each([
  ['404 Not Found', '', '404 Not Found'],
  ['200 OK', '', '200 OK'],
  ['799 Whatever', '', '799, not 101'],
  ['301 Moved Permanently', 'Location: /there\r\n', '"/there", and redirects are not followed'],
])('an answer of %s is named', async (status, fields, named) => {
  const host = await serve((socket) => socket.write(`HTTP/1.1 ${status}\r\n${fields}\r\n`));
  const error = await connect(`ws://${host}/`).catch((error) => error);
  expect(error).toMatchObject({ code: 'status-not-101', status: Number.parseInt(status, 10) });
  expect(error.message).toContain(host);
  expect(error.message).toContain(named);
});

test('an end without an answer, and silence, name the server', async () => {
  const host = await serve((socket) => socket.end());
  const error = await connect(`ws://${host}/`).catch((error) => error);
  expect(error).toMatchObject({ code: 'connection-lost', message: expect.stringContaining(host) });
  const silent = await serve(() => {});
  const late = await connect(`ws://${silent}/`, { handshakeTimeout: 20 }).catch((error) => error);
  expect(late).toMatchObject({ code: 'handshake-timeout', message: expect.stringContaining(silent) });
});

test('what a refusal by a server of ours says has no more than it should', async () => {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verify: () => {
      throw new Error('secret');
    },
  });
  onTestFinished(() => server.close());
  const errors: Error[] = [];
  server.on('error', (error) => errors.push(error));
  const { port } = (await server.listening)!;
  const error = await connect(`ws://127.0.0.1:${port}/`).catch((error) => error);
  expect(error).toMatchObject({ status: 500 });
  expect(Buffer.from(error.response.body).toString()).not.toContain('secret');
  expect(errors).toMatchObject([{ code: 'handshake-not-checked', cause: { message: 'secret' } }]);
});

describe('the content of a refusal', () => {
  const bodyOf = async (play: (socket: Socket) => void, options: ClientOptions = {}): Promise<string> => {
    const host = await serve(play);
    const error = await connect(`ws://${host}/`, options).catch((error) => error);
    expect(error).toBeInstanceOf(HandshakeError);
    return Buffer.from(error.response.body).toString();
  };
  const CHUNKED = 'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n';
  /** Says each part when the client has had time to read the one before. */
  const inParts = (parts: string[]) => async (socket: Socket) => {
    for (const part of parts) {
      await new Promise((sent) => socket.write(part, sent));
      await new Promise(setImmediate);
    }
  };

  test('is there as a whole, although it comes after the head', async () => {
    expect(await bodyOf(inParts(['HTTP/1.1 401 U\r\nContent-Length: 10\r\n\r\n', 'wrong', ' key.']))).toBe(
      'wrong key.',
    );
  });

  test('is without the chunked coding', async () => {
    expect(await bodyOf(inParts([CHUNKED, '5\r\nwrong\r\n', '4\r\n key\r\n0\r\n\r\n']))).toBe('wrong key');
  });

  test('may last until the connection ends', async () => {
    expect(await bodyOf((socket) => socket.end('HTTP/1.0 503 S\r\n\r\nbusy'))).toBe('busy');
  });

  test.each([
    ['that is cut off', '9\r\nwron', 'wron'],
    ['whose coding is broken', '5\r\nwrong\r\nz', 'wrong'],
  ])('%s: what came of it counts', async (_, content, body) => {
    expect(await bodyOf((socket) => socket.end(CHUNKED + content))).toBe(body);
  });

  test('that does not come in time: what came of it counts', async () => {
    expect(await bodyOf(inParts([CHUNKED, '9\r\nwron']), { handshakeTimeout: 500 })).toBe('wron');
  });

  test.each([
    [undefined, 64 * 1024],
    [10, 10],
    [0, 0],
  ])('is cut at maxRefusal %s', async (maxRefusal, length) => {
    const endless = (socket: Socket): void => {
      socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
      const more = (): void => {
        if (!socket.destroyed) socket.write('x'.repeat(10_000), more);
      };
      more();
    };
    const body = await bodyOf(endless, { maxRefusal, handshakeTimeout: Infinity });
    expect(body.length).toBe(length);
  });
});

test('needsProtocol: a server that takes none of the subprotocols is left', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', protocols: ['a'] });
  onTestFinished(() => server.close());
  const url = `ws://127.0.0.1:${(await server.listening)!.port}/`;
  for (const [protocols, protocol] of [
    [['b', 'a'], 'a'],
    [[], ''],
  ] as const) {
    const client = await connect(url, { protocols, needsProtocol: true });
    expect(client.protocol).toBe(protocol);
    client.terminate();
  }
  const refused = connect(url, { protocols: ['b'], needsProtocol: true });
  await expect(refused).rejects.toMatchObject({ code: 'subprotocol-missing', by: 'peer' });
  const client = await connect(url, { protocols: ['b'] });
  expect(client.protocol).toBe('');
  client.terminate();
});

test('what `onSwitch` throws is a warning, and the connection opens', async () => {
  const server = new WebSocketServer({ port: 0 });
  onTestFinished(() => server.close());
  const warned = once(process, 'warning');
  const onSwitch = (): never => {
    throw new Error('mine');
  };
  const client = await connect(`ws://127.0.0.1:${(await server.listening)!.port}/`, { onSwitch });
  expect(client.readyState).toBe('open');
  expect((await warned)[0]).toMatchObject({
    code: 'callback-failed',
    message: expect.stringMatching(/onSwitch.*mine/),
  });
});
