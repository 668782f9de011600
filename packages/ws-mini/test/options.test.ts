// Options are checked when they are given, by name and by kind: a misspelt limit would silently be none, and a limit that
// is no number would hold nothing back.

import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import {
  type ClientOptions,
  connect,
  WebSocket,
  WebSocketServer,
  type WebSocketServerOptions,
  WebSocketStream,
} from '../src/index.ts';

const invalid = expect.objectContaining({ name: 'WebSocketError', code: 'option-invalid', by: 'user' });
const named = (name: string): unknown => expect.objectContaining({ message: expect.stringContaining(name) });

/** No socket is ever opened for these. */
const URL_OF_NOBODY = 'ws://127.0.0.1:1/';

const serverOf = (options: object): WebSocketServer =>
  new WebSocketServer({ noServer: true, ...options } as WebSocketServerOptions);
const clientOf = (options: object): Promise<unknown> => connect(URL_OF_NOBODY, options as ClientOptions);

test.each([
  ['maxPayload', { maxPayload: 1000 }],
  ['timeout', { timeout: 5 }],
  ['__proto__', JSON.parse('{ "__proto__": 1 }')],
  ['toString', { toString: 1 }],
  ['perMessageDeflate.treshold', { perMessageDeflate: { treshold: 5 } }],
])('%s is no option of a server nor of a client, and is refused by name', (name, options) => {
  for (const make of [() => serverOf(options), () => clientOf(options)]) {
    expect(make).toThrow(invalid);
    expect(make).toThrow(named(name));
  }
});

test('an option of the other side is refused as well', () => {
  expect(() => serverOf({ nonce: new Uint8Array(16) })).toThrow(named('nonce'));
  expect(() => clientOf({ verify: () => true })).toThrow(named('verify'));
});

test.each([null, 5, 'path', () => {}])('%s is no object of options', (options) => {
  expect(() => new WebSocketServer(options as WebSocketServerOptions)).toThrow(invalid);
  expect(() => connect(URL_OF_NOBODY, options as ClientOptions)).toThrow(invalid);
});

test('the interfaces of browsers refuse them too', () => {
  const options = { maxPayload: 1 } as ClientOptions;
  for (const make of [
    () => new WebSocket(URL_OF_NOBODY, [], options),
    () => new WebSocketStream(URL_OF_NOBODY, options),
  ])
    expect(make).toThrow(named('maxPayload'));
});

const bad = {
  limits: [Number.NaN, -1, '5', null, {}, 5n],
  functions: ['name', 5, {}],
  texts: [5, ['a'], {}],
};

test.each([
  ...[
    'maxMessage',
    'maxFragments',
    'maxQueued',
    'closeTimeout',
    'heartbeat',
    'handshakeTimeout',
    'maxHandshake',
  ].flatMap((name) => bad.limits.map((value) => [name, value])),
  ...['clock', 'observe'].flatMap((name) => bad.functions.map((value) => [name, value])),
  ['clock', () => Number.NaN],
  ['clock', () => raise()],
  ['slowConsumer', 'wait'],
  ['perMessageDeflate', 'yes'],
  ['perMessageDeflate', null],
] as [string, unknown][])('%s is refused by a server and a client, if it is %o', (name, value) => {
  for (const make of [() => serverOf({ [name]: value }), () => clientOf({ [name]: value })]) {
    expect(make).toThrow(invalid);
    expect(make).toThrow(named(name));
  }
});

test.each([
  ...bad.limits.map((value) => ['maxConnections', value]),
  ...bad.functions.map((value) => ['verify', value]),
  ...bad.texts.map((value) => ['path', value]),
  ...bad.texts.map((value) => ['host', value]),
  // As a text it would let in whoever is named by a part of it.
  ['origins', 'http://good.example'],
  ['origins', [5]],
  ['protocols', 'chat'],
  ['protocols', 5],
  ['noServer', 'yes'],
  ['tls', 5],
] as [string, unknown][])('%s is refused by a server, if it is %o', (name, value) => {
  expect(() => serverOf({ [name]: value })).toThrow(invalid);
  expect(() => serverOf({ [name]: value })).toThrow(named(name));
});

test.each([
  ...bad.limits.map((value) => ['maxInformations', value]),
  ...bad.functions.map((value) => ['maskKey', value]),
  ['protocols', 'chat'],
  ['protocols', [5]],
  ['signal', {}],
  ['socket', 5],
  ['socket', { localAddress: 'nowhere' }],
  ['socket', { lookup: () => raise() }],
  ['nonce', new Uint8Array(3)],
  ['nonce', 'sixteen letters.'],
] as [string, unknown][])('%s is refused by a client, if it is %o', (name, value) => {
  // A name, for which an address has to be found.
  const make = (): unknown => connect('ws://nobody.invalid/', { [name]: value } as ClientOptions);
  expect(make).toThrow(invalid);
  expect(make).toThrow(named(name));
});

function raise(): never {
  throw new Error('not found');
}

test.each([
  ['a getter that throws', { get maxMessage(): number { return raise(); } }], // biome-ignore format: one line
  ['a revoked Proxy', revoked()],
])('%s is an error of this package', (_, options) => {
  expect(() => new WebSocketServer(options as WebSocketServerOptions)).toThrow(invalid);
  expect(() => connect(URL_OF_NOBODY, options as ClientOptions)).toThrow(invalid);
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test.each([
  ['that throw', { get Cookie(): string { return raise(); } }], // biome-ignore format: one line
  ['that are none', 5],
  ['that are a revoked Proxy', revoked()],
])('headers %s are an error of this package', (_, headers) => {
  const expected = expect.objectContaining({ code: 'header-invalid', by: 'user' });
  expect(() => connect(URL_OF_NOBODY, { headers } as ClientOptions)).toThrow(expected);
});

test('options are read once: a later change of theirs changes nothing', async () => {
  let asked = 0;
  const options = {
    port: 0,
    host: '127.0.0.1',
    get path(): string {
      asked++;
      return '/a';
    },
    maxConnections: 1,
  };
  const server = new WebSocketServer(options);
  options.maxConnections = 0;
  const { port } = (await server.listening)!;
  const client = await connect(`ws://127.0.0.1:${port}/a`);
  await client.close(1000);
  await server.close();
  expect(asked).toBe(1);
});

test('certificates that are none are refused at once', () => {
  const make = (): unknown => new WebSocketServer({ port: 0, tls: { key: 'none', cert: 'none' } });
  expect(make).toThrow(invalid);
  expect(make).toThrow(named('tls'));
});

test('Infinity turns each limit off', async () => {
  const off = { maxMessage: Infinity, maxFragments: Infinity, maxQueued: Infinity, heartbeat: Infinity };
  const both = { ...off, closeTimeout: Infinity, handshakeTimeout: Infinity, maxHandshake: Infinity };
  const server = new WebSocketServer({ ...both, port: 0, host: '127.0.0.1', maxConnections: Infinity });
  const { port } = (await server.listening)!;
  const client = await connect(`ws://127.0.0.1:${port}`, { ...both, maxInformations: Infinity });
  expect((await client.close(1000)).wasClean).toBe(true);
  await server.close();
});

test('a server that is refused has taken nothing of the http server it was given', () => {
  const http = createServer();
  expect(() => new WebSocketServer({ server: http as never, maxMessage: -1 })).toThrow(invalid);
  expect(http.listenerCount('upgrade')).toBe(0);
});
