import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  CloseEvent,
  connect,
  WebSocket,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../src/index.ts';
import { acceptFor, encodeFrame } from '../src/wire/index.ts';
import { concat, countingKeys, hex, toHex } from './support.ts';

async function echoServer(options: WebSocketServerOptions = {}): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
  return `ws://127.0.0.1:${(await server.listening)!.port}/`;
}

/** A server that answers a handshake as it is told, byte for byte. */
async function rawServer(answer: (key: string, socket: Socket) => string | Uint8Array): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const key = /Sec-WebSocket-Key: (\S+)/.exec(request.toString())![1]!;
      socket.write(answer(key, socket));
    });
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
}
const accept = (key: string, more = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n${more}\r\n`;

/** All events in order, as lines; fulfilled with them after 'close'. */
function record(socket: WebSocket): Promise<string[]> {
  const lines: string[] = [];
  const states = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
  return new Promise((resolve) => {
    for (const type of ['open', 'message', 'error', 'close'] as const)
      socket.addEventListener(type, (event) => {
        const what = event as Event & {
          data?: unknown;
          code?: number;
          reason?: string;
          wasClean?: boolean;
          error?: { code: string };
        };
        const detail =
          type === 'message'
            ? what.data
            : type === 'error'
              ? what.error!.code
              : type === 'close'
                ? `${what.code} ${what.reason} ${what.wasClean}`
                : '';
        lines.push(`${type} ${detail} ${states[socket.readyState]}`.replace(/ +/g, ' '));
        if (type === 'close') resolve(lines);
      });
  });
}
const opened = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.addEventListener('open', resolve));

let url: string;
beforeEach(async () => {
  url = await echoServer();
});

describe('the constructor', () => {
  test.each([
    ['a URL that is none', ['nonsense']],
    ['another scheme', ['ftp://example.com']],
    ['a fragment', ['ws://example.com/#x']],
    ['a subprotocol that is no token', ['ws://example.com', 'a b']],
    ['an empty subprotocol', ['ws://example.com', '']],
    ['a subprotocol twice', ['ws://example.com', ['a', 'a']]],
    ['a subprotocol twice, but for case', ['ws://example.com', ['echo', 'eCho']]],
    ['a fragment that is empty', ['ws://example.com/#']],
    ['a space in the host', ['ws://foo bar.com/']],
    ['a URL without a base', ['#test']],
  ] as [string, [string, (string | string[])?]][])('throws a SyntaxError on %s', (_, args) => {
    expect(() => new WebSocket(...args)).toThrow(
      expect.objectContaining({ name: 'SyntaxError', constructor: DOMException }),
    );
  });

  test('gives the attributes their first values', async () => {
    const socket = new WebSocket(url.replace('ws:', 'http:'));
    const events = record(socket);
    expect(socket.url).toBe(url);
    expect([
      socket.readyState,
      socket.bufferedAmount,
      socket.protocol,
      socket.extensions,
      socket.binaryType,
    ]).toEqual([0, 0, '', '', 'blob']);
    expect([socket.onopen, socket.onmessage, socket.onerror, socket.onclose]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    await opened(socket);
    socket.close();
    await events;
  });

  test.each([
    ['http://a.example:80/x y?q=%20', 'ws://a.example/x%20y?q=%20'],
    ['https://a.example:443', 'wss://a.example/'],
    ['wss://A.example:8443/%c3%a9?é', 'wss://a.example:8443/%c3%a9?%C3%A9'],
    [new URL('ws://[::1]:81/'), 'ws://[::1]:81/'],
  ])('serialises %s', (given, url) => {
    const socket = new WebSocket(given);
    expect(socket.url).toBe(url);
    expect(() => Object.assign(socket, { url: 'ws://other/' })).toThrow(TypeError);
    socket.close();
  });

  test('and its members are those of an interface', () => {
    expect(Object.prototype.toString.call(WebSocket.prototype)).toBe('[object WebSocket]');
    const names = [
      'url',
      'readyState',
      'bufferedAmount',
      'extensions',
      'protocol',
      'binaryType',
      'send',
      'close',
    ];
    const members: string[] = [];
    for (const name in WebSocket.prototype) members.push(name);
    expect(members).toEqual(expect.arrayContaining([...names, 'onopen', 'onmessage', 'onerror', 'onclose']));
    expect(members).not.toContain('constructor');
  });

  test('sends the name and password that a URL has', async () => {
    const asked: (string | undefined)[] = [];
    const address = await echoServer({ verify: ({ fields }) => asked.push(fields.get('authorization')) > 0 });
    for (const user of ['foo:b%c3%a4r@', 'foo@', '%zz@', '']) {
      const socket = new WebSocket(address.replace('//', `//${user}`));
      expect(socket.url).toBe(address.replace('//', `//${user}`));
      await opened(socket);
      socket.close();
    }
    const own = { headers: { Authorization: 'Bearer x' } };
    const socket = new WebSocket(address.replace('//', '//foo:bar@'), [], own);
    await opened(socket);
    socket.close();
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(asked).toEqual([basic('foo:bär'), basic('foo:'), basic('%zz:'), undefined, 'Bearer x']);
  });

  test('and the constants are on class, prototype and object', () => {
    for (const target of [WebSocket, WebSocket.prototype])
      expect([target.CONNECTING, target.OPEN, target.CLOSING, target.CLOSED]).toEqual([0, 1, 2, 3]);
    expect(() => Object.assign(WebSocket, { OPEN: 5 })).toThrow(TypeError);
  });
});

describe('events', () => {
  test('come in order: open, messages, close', async () => {
    const socket = new WebSocket(url);
    const events = record(socket);
    await opened(socket);
    socket.send('a');
    socket.send('b');
    await new Promise<void>((resolve) => {
      let count = 0;
      socket.onmessage = () => ++count === 2 && resolve();
    });
    socket.close(3000, 'bye');
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    expect(await events).toEqual([
      'open OPEN',
      'message a OPEN',
      'message b OPEN',
      'close 3000 bye true CLOSED',
    ]);
  });

  test('a message right behind the handshake comes after open', async () => {
    const address = await rawServer((key) =>
      concat([
        Buffer.from(accept(key)),
        encodeFrame({ opcode: 1, payload: 'first' }),
        encodeFrame({ opcode: 8 }),
      ]),
    );
    // This server does not end TCP, so that the client has to.
    const socket = new WebSocket(address, [], { closeTimeout: 20 });
    const events = await record(socket);
    expect(events[0]).toBe('open OPEN');
    expect(events[1]).toMatch(/^message first/);
    expect(events[2]).toBe('close 1005 true CLOSED');
  });

  test('each message is a task of its own: promises settle in between', async () => {
    const socket = new WebSocket(url);
    await opened(socket);
    for (let i = 0; i < 5; i++) socket.send(String(i));
    const received: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      const event = await new Promise<MessageEvent>((resolve) => {
        socket.onmessage = resolve as (event: MessageEvent) => void;
      });
      // A chain of promises, as in any async code around the handler.
      await Promise.resolve()
        .then(() => {})
        .then(() => {});
      received.push(event.data);
    }
    expect(received).toEqual(['0', '1', '2', '3', '4']);
    socket.close();
  });

  test('messages whose turn has not come when TCP ends come before close', async () => {
    const frames = ['0', '1', '2'].map((payload) => encodeFrame({ opcode: 1, payload }));
    const address = await rawServer((key) => concat([Buffer.from(accept(key)), ...frames]));
    const socket = new WebSocket(address, [], { maxQueued: 1 });
    const events = record(socket);
    // More than may wait: this ends the connection.
    socket.onmessage = () => {
      socket.send('xx');
      socket.send('xx');
    };
    expect(await events).toEqual([
      'open OPEN',
      'message 0 OPEN',
      'message 1 OPEN',
      'message 2 OPEN',
      'error queue-full CLOSED',
      'close 1006 false CLOSED',
    ]);
  });

  test.each(['0', '1'])(
    "none comes after `close` in that of %s, also if the peer's Close is in",
    async (last) => {
      const frames = ['0', '1', '2', '3'].map((payload) => encodeFrame({ opcode: 1, payload }));
      const address = await rawServer((key, server) => {
        server.on('data', () => server.end());
        return concat([Buffer.from(accept(key)), ...frames, encodeFrame({ opcode: 8 })]);
      });
      const socket = new WebSocket(address);
      const events = record(socket);
      socket.onmessage = ({ data }) => data === last && socket.close();
      const messages = (await events).filter((line) => line.startsWith('message'));
      expect(messages).toHaveLength(Number(last) + 1);
    },
  );

  test('have the classes of the standard', async () => {
    const socket = new WebSocket(url);
    socket.onopen = (event) => {
      expect(event).toBeInstanceOf(Event);
      socket.send('x');
    };
    const message = new Promise<MessageEvent>((resolve) => (socket.onmessage = resolve));
    const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
    expect(await message).toBeInstanceOf(MessageEvent);
    expect((await message).constructor).toBe(MessageEvent);
    expect(String(await message)).toBe(String(new MessageEvent('message')));
    const { ports } = await message;
    const plain = new MessageEvent('message', { data: 'x', origin: new URL(url).origin });
    for (const name of ['type', 'data', 'origin', 'lastEventId', 'source', 'bubbles', 'cancelable'] as const)
      expect((await message)[name]).toEqual(plain[name]);
    expect(ports).toEqual([]);
    expect(ports).toBe((await message).ports);
    expect(Object.isFrozen(ports)).toBe(true);
    const members: string[] = [];
    for (const name in await message) members.push(name);
    expect(members).toEqual(
      expect.arrayContaining(['type', 'data', 'origin', 'lastEventId', 'source', 'ports']),
    );
    socket.close(1000);
    expect(await closed).toBeInstanceOf(CloseEvent);
    expect(await closed).toMatchObject({ code: 1000, reason: '', wasClean: true, type: 'close' });
  });

  test('importing the package does not ask for MessageEvent, with which Node 22 loads its undici', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'MessageEvent')!;
    let asked = 0;
    const get = () => {
      asked++;
      return own.get?.call(globalThis) ?? own.value;
    };
    Object.defineProperty(globalThis, 'MessageEvent', { configurable: true, get });
    try {
      vi.resetModules();
      await import('../src/index.ts');
      expect(asked).toBe(0);
    } finally {
      Object.defineProperty(globalThis, 'MessageEvent', own);
    }
  });

  test('CloseEvent can be made by anybody', () => {
    expect(new CloseEvent('close')).toMatchObject({ wasClean: false, code: 0, reason: '', bubbles: false });
    const event = new CloseEvent('x', { wasClean: true, code: 1000, reason: 'y', bubbles: true });
    expect(event).toMatchObject({ type: 'x', wasClean: true, code: 1000, reason: 'y', bubbles: true });
  });

  test('handlers are replaced, removed and called with the socket as this', async () => {
    const socket = new WebSocket(url);
    const calls: string[] = [];
    socket.onopen = () => calls.push('replaced');
    socket.addEventListener('open', () => calls.push('listener'));
    socket.onopen = function () {
      calls.push(this === socket ? 'handler' : 'wrong this');
    };
    socket.onclose = () => calls.push('removed');
    socket.onclose = null;
    socket.onerror = 5 as never;
    expect(socket.onerror).toBeNull();
    // An object that cannot be called is kept, and not called.
    const object = { handleEvent: () => calls.push('no handler') } as never;
    socket.onclose = object;
    expect(socket.onclose).toBe(object);
    expect(typeof socket.onopen).toBe('function');
    await opened(socket);
    socket.close();
    await record(socket);
    // A replaced handler keeps its place: before the listener that came after it.
    expect(calls).toEqual(['handler', 'listener']);
  });
});

describe('send', () => {
  test('takes text, buffers, views and blobs, in order', async () => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    await opened(socket);
    const received: string[] = [];
    const all = new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        received.push(
          typeof data === 'string' ? data : `bytes ${toHex(new Uint8Array(data as ArrayBuffer))}`,
        );
        if (received.length === 7) resolve();
      };
    });
    const changing = hex('0404');
    socket.send('é');
    socket.send(hex('01').buffer as ArrayBuffer);
    socket.send(new Uint16Array([0x0202]));
    socket.send(new Blob(['\x03']));
    socket.send(changing);
    changing.fill(9);
    socket.send(new Blob(['\x05']));
    socket.send('\ud800');
    expect(socket.bufferedAmount).toBe(2 + 1 + 2 + 1 + 2 + 1 + 3);
    await all;
    expect(received).toEqual(['é', 'bytes 01', 'bytes 0202', 'bytes 03', 'bytes 0404', 'bytes 05', '\ufffd']);
    expect(socket.bufferedAmount).toBe(0);
    socket.send(new Blob(['before the Close']));
    const last = new Promise<string>((resolve) => (socket.onmessage = ({ data }) => resolve(String(data))));
    const events = record(socket);
    await last;
    socket.close();
    expect((await events).at(-1)).toBe('close 1005 true CLOSED');
  });

  test('gives blobs by default, and only what a BinaryType may be', async () => {
    const socket = new WebSocket(url);
    socket.binaryType = 'nonsense' as 'blob';
    expect(socket.binaryType).toBe('blob');
    await opened(socket);
    const message = new Promise<Blob>((resolve) => (socket.onmessage = ({ data }) => resolve(data as Blob)));
    socket.send(hex('010203'));
    expect(new Uint8Array(await (await message).arrayBuffer())).toEqual(hex('010203'));
    socket.close();
  });

  test('throws while connecting, and counts what comes too late', async () => {
    const socket = new WebSocket(url);
    expect(() => socket.send('x')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    const events = record(socket);
    await opened(socket);
    socket.close();
    socket.send('äb');
    socket.send(new Uint8Array(4));
    expect(socket.bufferedAmount).toBe(7);
    await events;
    socket.send('c');
    expect(socket.bufferedAmount).toBe(8);
  });
});

describe('bufferedAmount', () => {
  test.each([
    ['text', () => 'xx'],
    ['bytes', () => hex('0102')],
    ['blobs', () => new Blob(['xx'])],
  ])('counts what was sent when the connection had ended already: %s', async (_, message) => {
    const frames = ['0', '1', '2'].map((payload) => encodeFrame({ opcode: 1, payload }));
    const address = await rawServer((key) => concat([Buffer.from(accept(key)), ...frames]));
    const socket = new WebSocket(address, [], { maxQueued: 1 });
    const amounts: number[] = [];
    socket.onmessage = ({ data }) => {
      // More than may wait: this ends the connection, before the turn of the others has come.
      if (data === '0') for (const text of ['ended', 'by this']) socket.send(text);
      else socket.send(message());
      amounts.push(socket.bufferedAmount);
    };
    expect((await record(socket)).at(-1)).toBe('close 1006 false CLOSED');
    // Nothing is forgotten with the end.
    expect(amounts[1]! - amounts[0]!).toBe(2);
    expect(amounts[2]! - amounts[1]!).toBe(2);
    // The bytes of a Blob come later.
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.bufferedAmount).toBe(amounts[2]);
    socket.send(message());
    expect(socket.bufferedAmount - amounts[2]!).toBe(2);
  });

  test('keeps what never left when the connection is lost', async () => {
    let peer: Socket | undefined;
    const address = await rawServer((key, server) => {
      peer = server.pause();
      return accept(key);
    });
    const socket = new WebSocket(address);
    await opened(socket);
    const events = record(socket);
    for (let i = 0; i < 20; i++) socket.send(new Uint8Array(1_000_000));
    // What the network takes while the peer does not read.
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    const waiting = socket.bufferedAmount;
    expect(waiting).toBeGreaterThan(1_000_000);
    peer!.destroy();
    expect((await events).at(-1)).toMatch(/^close 1006/);
    // But for the piece that was on its way.
    expect(socket.bufferedAmount).toBeLessThanOrEqual(waiting);
    expect(socket.bufferedAmount).toBeGreaterThan(waiting / 2);
  });
});

describe('close', () => {
  test.each([[999], [1001], [1005], [2999], [5000], [0], [Number.NaN], [-1]])(
    'throws an InvalidAccessError on %i',
    (code) => {
      const socket = new WebSocket(url);
      expect(() => socket.close(code)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
      socket.close(2999.6);
    },
  );

  test('throws a SyntaxError on a reason of more than 123 bytes', async () => {
    const socket = new WebSocket(url);
    expect(() => socket.close(1000, 'é'.repeat(62))).toThrow(
      expect.objectContaining({ name: 'SyntaxError' }),
    );
    const events = record(socket);
    await opened(socket);
    socket.close(undefined, 'why');
    socket.close(3000);
    expect((await events).at(-1)).toBe('close 1000 why true CLOSED');
    socket.close();
  });

  test('again in the middle of `close`, or of the event, changes nothing', async () => {
    const socket = new WebSocket(url);
    const events = record(socket);
    await opened(socket);
    const reason = {
      toString: () => {
        socket.close(4000, 'inner');
        return 'outer';
      },
    };
    socket.close(3000, reason as unknown as string);
    socket.addEventListener('close', () => socket.close(4001));
    expect(await events).toEqual(['open OPEN', 'close 4000 inner true CLOSED']);
  });

  test('with a reason of lone surrogates', async () => {
    const socket = new WebSocket(url);
    const events = record(socket);
    await opened(socket);
    socket.close(1000, '\ud807');
    expect((await events).at(-1)).toBe('close 1000 \ufffd true CLOSED');
  });

  test('while connecting gives up: error, close with 1006', async () => {
    const socket = new WebSocket(url);
    const events = record(socket);
    socket.close();
    expect(socket.readyState).toBe(2);
    expect(await events).toEqual(['error aborted CLOSED', 'close 1006 false CLOSED']);
  });

  test('waits for a blob that was sent before it', async () => {
    const socket = new WebSocket(url);
    await opened(socket);
    const events = record(socket);
    socket.send(new Blob(['x'.repeat(100_000)]));
    socket.close(1000);
    expect((await events).at(-1)).toBe('close 1000 true CLOSED');
  });
});

describe('a handshake that fails is an error and close 1006', () => {
  const refused = async (
    answer: (key: string, socket: Socket) => string | Uint8Array,
    protocols: string[] = [],
  ) => {
    const socket = new WebSocket(await rawServer(answer), protocols, { handshakeTimeout: 2000 });
    const events = await record(socket);
    expect(events.at(-1)).toBe('close 1006 false CLOSED');
    return events[0];
  };

  test.each([
    ['200', () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'status-not-101'],
    [
      'a redirect, which is not followed',
      () => 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n',
      'status-not-101',
    ],
    [
      'no Upgrade',
      (key: string) => accept(key).replace('Upgrade: websocket\r\n', ''),
      'upgrade-not-websocket',
    ],
    ['a wrong Accept', () => accept('other'), 'accept-wrong'],
    [
      'an extension that was not offered',
      (key: string) => accept(key, 'Sec-WebSocket-Extensions: x\r\n'),
      'extension-not-offered',
    ],
    ['what is no HTTP', () => 'SSH-2.0\r\n\r\n', 'response-malformed'],
    ['a head without end', () => `HTTP/1.1 101 X\r\nX: ${'x'.repeat(20_000)}`, 'response-malformed'],
  ] as [string, (key: string) => string, string][])('%s', async (_, answer, code) => {
    expect(await refused(answer)).toBe(`error ${code} CLOSED`);
  });

  test('the end of TCP', async () => {
    const events = refused((_, socket) => {
      socket.end();
      return '';
    });
    expect(await events).toBe('error connection-lost CLOSED');
  });

  test('no subprotocol, though some were asked for (WHATWG)', async () => {
    expect(await refused((key) => accept(key), ['a'])).toBe('error subprotocol-missing CLOSED');
  });

  test('nobody there', async () => {
    const socket = new WebSocket('ws://127.0.0.1:1/');
    expect(await record(socket)).toEqual(['error connection-lost CLOSED', 'close 1006 false CLOSED']);
  });

  test('silence', async () => {
    const address = await rawServer(() => '');
    const socket = new WebSocket(address, [], { handshakeTimeout: 20 });
    expect(await record(socket)).toEqual(['error handshake-timeout CLOSED', 'close 1006 false CLOSED']);
  });

  test('needs no listener', async () => {
    new WebSocket('ws://127.0.0.1:1/');
    await record(new WebSocket('ws://127.0.0.1:1/'));
  });
});

describe('connect', () => {
  test('interim responses come before the answer', async () => {
    const address = await rawServer((key) => `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${accept(key)}`);
    const client = await connect(address);
    client.terminate();
  });

  test('can be aborted, also before it begins', async () => {
    const address = await rawServer(() => '');
    const controller = new AbortController();
    const opening = connect(address, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(opening).rejects.toMatchObject({ code: 'aborted', cause: { message: 'changed my mind' } });
    await expect(connect(address, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    const late = new AbortController();
    const client = await connect(url, { signal: late.signal });
    late.abort();
    expect(await client.ping()).toBeGreaterThan(0);
    await client.close(1000);
  });

  test("a signal that outlives many connections keeps nothing of them: a WebSocket's, too", async () => {
    const { signal } = new AbortController();
    for (const end of ['open', 'error']) {
      const socket = new WebSocket(end === 'open' ? url : 'ws://127.0.0.1:1/', [], { signal });
      await once(socket, end);
      socket.close();
    }
    await new Promise(setImmediate);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node 20 keeps in a signal a reference to each that AbortSignal.any has made of it.
    const kept = Object.getOwnPropertySymbols(signal).find(
      ({ description }) => description === 'kDependantSignals',
    );
    expect(kept && (signal as unknown as Record<symbol, Set<unknown> | undefined>)[kept]?.size).toBeFalsy();
  });

  test('aborts a WebSocket, also before it begins, and says why', async () => {
    const address = await rawServer(() => '');
    const controller = new AbortController();
    const errors = [controller.signal, AbortSignal.abort(new Error('mine'))].map((signal) =>
      once(new WebSocket(address, [], { signal }), 'error'),
    );
    controller.abort(new Error('mine'));
    for (const [event] of await Promise.all(errors))
      expect(event.error).toMatchObject({ code: 'aborted', cause: { message: 'mine' } });
    expect(() => new WebSocket(address, [], { signal: {} as AbortSignal })).toThrow(/signal/);
  });

  test('the deadline of the handshake ends with it', async () => {
    // Timers are ours, time is not the machine's: a slow machine cannot reach the deadline before the server answers.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const client = await connect(url, { handshakeTimeout: 30 });
      vi.advanceTimersByTime(1000);
      expect(await client.ping()).toBeGreaterThan(0);
      await client.close(1000);
    } finally {
      vi.useRealTimers();
    }
  });

  test("the same bytes every time, with a nonce and a mask source of one's own", async () => {
    const sent: string[] = [];
    for (let i = 0; i < 2; i++) {
      let bytes = '';
      const address = await rawServer((key, socket) => {
        expect(key).toBe('AAAAAAAAAAAAAAAAAAAAAA==');
        socket.on('data', (chunk) => (bytes += toHex(chunk)));
        return accept(key);
      });
      const client = await connect(address, { nonce: new Uint8Array(16), maskKey: countingKeys() });
      client.send('hello');
      client.terminate();
      await client.closed;
      sent.push(bytes);
    }
    expect(sent[0]).toBe(sent[1]);
  });

  test('keys are fresh by default', async () => {
    const { randomMaskKey } = await import('../src/connection/mask-keys.ts');
    const keys = new Set(Array.from({ length: 10_000 }, randomMaskKey));
    // 10,000 of 2^32: two alike in a hundred runs, a dozen never.
    expect(keys.size).toBeGreaterThan(9_988);
  });
});
