// What Web IDL asks of WebSocket, WebSocketStream, WebSocketError and CloseEvent: how arguments are converted, what a
// member does on an object that is none of its own, how members are named. Checked against Chromium.

import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  CloseEvent,
  connect,
  WebSocket,
  WebSocketError,
  WebSocketServer,
  WebSocketStream,
} from '../src/index.ts';
import { Protocol } from '../src/wire/index.ts';
import { nextUncaught, toHex } from './support.ts';

interface Heard {
  readonly url: string;
  readonly protocols: (readonly string[])[];
  readonly messages: string[];
}

/** A server that takes the first subprotocol, writes down what it is told, and echoes it. */
async function listen(): Promise<Heard> {
  const protocols: (readonly string[])[] = [];
  const messages: string[] = [];
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    protocols: ({ protocols: [first] }) => first,
  });
  onTestFinished(() => server.close());
  server.on('connection', (socket, request) => {
    protocols.push(request.protocols);
    socket.on('message', (message) => {
      messages.push(typeof message === 'string' ? message : `bytes ${toHex(message)}`);
      void socket.send(message);
    });
  });
  return { url: `ws://127.0.0.1:${(await server.listening)!.port}/`, protocols, messages };
}
const opened = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.addEventListener('open', resolve));
const closed = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.addEventListener('close', resolve));

/** The same call, with arguments that its types would not let pass. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point
const untyped = (value: unknown): any => value;
const thrown = (run: () => unknown): string => {
  try {
    return `no error, but ${String(run())}`;
  } catch (error) {
    return (error as Error).name;
  }
};
const throwing = {
  toString() {
    throw new RangeError('converted');
  },
};

describe('new WebSocket', () => {
  test('converts its arguments, or throws a TypeError', () => {
    const construct = (...args: unknown[]): string => thrown(() => new (untyped(WebSocket))(...args));
    expect(construct()).toBe('TypeError');
    expect(construct(Symbol('x'))).toBe('TypeError');
    expect(construct('ws://127.0.0.1:1', { [Symbol.iterator]: 5 })).toBe('TypeError');
    expect(construct('ws://127.0.0.1:1', Symbol('x'))).toBe('TypeError');
    expect(construct('ws://127.0.0.1:1', [Symbol('x')])).toBe('TypeError');
    expect(construct(throwing)).toBe('RangeError');
    expect(construct('ws://127.0.0.1:1', throwing)).toBe('RangeError');
    // No sequence, and so a string: "[object Object]", which no subprotocol may be.
    expect(construct('ws://127.0.0.1:1', { headers: {} })).toBe('SyntaxError');
    expect(construct('ws://127.0.0.1:1', [], { headers: { 'no name': '' } })).toBe('WebSocketError');
    // An object with an iterator is a sequence, even if it is a string.
    expect(construct('ws://127.0.0.1:1', new String('aa'))).toBe('SyntaxError');
    expect(thrown(() => untyped(WebSocket)('ws://127.0.0.1:1'))).toBe('TypeError');
  });

  test.each([
    [undefined, []],
    [null, ['null']],
    [5, ['5']],
    [{ toString: () => 'chat' }, ['chat']],
    [new Set(['a', 'b']), ['a', 'b']],
    [
      [7, null],
      ['7', 'null'],
    ],
    ['a', ['a']],
  ])('protocols %j', async (given, asked) => {
    const { url, protocols } = await listen();
    const socket = new WebSocket(url, untyped(given));
    await opened(socket);
    expect(protocols).toEqual([asked]);
    expect(socket.protocol).toBe(asked[0] ?? '');
    socket.close();
  });
});

describe('send', () => {
  test('throws a TypeError for what cannot be converted, whatever the state', async () => {
    const { url, messages } = await listen();
    const socket = new WebSocket(url);
    const shared = new SharedArrayBuffer(2);
    const resizable = new (untyped(ArrayBuffer))(2, { maxByteLength: 4 });
    const refused = [Symbol('x'), Object.create(null), shared, new Uint8Array(shared), resizable];
    const check = (): void => {
      expect(thrown(() => untyped(socket).send())).toBe('TypeError');
      for (const data of refused) expect(thrown(() => socket.send(untyped(data)))).toBe('TypeError');
      expect(thrown(() => socket.send(new DataView(resizable)))).toBe('TypeError');
      expect(thrown(() => socket.send(untyped(throwing)))).toBe('RangeError');
    };
    check();
    await opened(socket);
    check();
    expect(socket.bufferedAmount).toBe(0);
    const last = new Promise((resolve) => (socket.onmessage = ({ data }) => data === '5' && resolve(data)));
    for (const data of [undefined, null, { toString: () => 'x' }, [1, 2], 5]) socket.send(untyped(data));
    await last;
    expect(messages).toEqual(['undefined', 'null', 'x', '1,2', '5']);
    const end = closed(socket);
    socket.close();
    check();
    await end;
    check();
    expect(socket.bufferedAmount).toBe(0);
  });

  test('is told apart from text in bytes of another realm: a vm, a worker, an iframe', async () => {
    const { url, messages } = await listen();
    const buffer: ArrayBuffer = runInNewContext('Uint8Array.of(1, 2, 3).buffer');
    const views: ArrayBufferView[] = runInNewContext(
      '[Uint8Array.of(4), Uint16Array.of(0x0606).subarray(0, 1), new DataView(Uint8Array.of(7, 8).buffer, 1)]',
    );
    const all = [buffer, ...views];
    const expected = ['bytes 010203', 'bytes 04', 'bytes 0606', 'bytes 08'];

    const socket = new WebSocket(url);
    await opened(socket);
    for (const data of all) socket.send(untyped(data));
    expect(socket.bufferedAmount).toBe(7);
    socket.close();
    await closed(socket);

    const { writable, readable } = await new WebSocketStream(url).opened;
    const writer = writable.getWriter();
    for (const data of all) await writer.write(untyped(data));
    const echoes = readable.getReader();
    for (let i = 0; i < all.length; i++) await echoes.read();
    await writer.close();

    const connection = await connect(url);
    for (const data of all) await connection.send(untyped(data));
    expect(messages).toEqual([...expected, ...expected, ...expected.slice(0, messages.length - 8)]);
    const foreign = untyped(views[0]);
    expect(await connection.ping(foreign)).toBeGreaterThanOrEqual(0);
    await connection.close();
    expect(messages).toEqual([...expected, ...expected, ...expected]);

    const protocol = new Protocol({ role: 'server' });
    protocol.sendBinary(foreign);
    expect(toHex(Buffer.concat(protocol.takeOutput()))).toBe('820104');
  });
});

describe('close', () => {
  test('converts both arguments before it looks at them', () => {
    const socket = new WebSocket('ws://127.0.0.1:1/');
    expect(thrown(() => socket.close(untyped(Symbol('x'))))).toBe('TypeError');
    expect(thrown(() => socket.close(1000, untyped(Symbol('x'))))).toBe('TypeError');
    expect(thrown(() => socket.close(999, untyped(throwing)))).toBe('RangeError');
    expect(thrown(() => socket.close(untyped(null)))).toBe('InvalidAccessError');
    socket.close();
  });
});

describe('members', () => {
  const attributes = [
    ...['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol', 'binaryType'],
    ...['onopen', 'onmessage', 'onerror', 'onclose'],
  ];

  test.each(attributes)('%s belongs to a WebSocket', (name) => {
    const { get, set, enumerable } = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)!;
    expect(enumerable).toBe(true);
    expect(get!.name).toBe(`get ${name}`);
    for (const other of [{}, new EventTarget(), WebSocket.prototype, undefined]) {
      expect(thrown(() => get!.call(other))).toBe('TypeError');
      if (set !== undefined) expect(thrown(() => set.call(other, null))).toBe('TypeError');
    }
  });

  test('and so do the methods; their lengths are those of the interface', () => {
    const { send, close } = WebSocket.prototype;
    for (const other of [{}, WebSocket.prototype, undefined]) {
      expect(thrown(() => send.call(untyped(other), 'x'))).toBe('TypeError');
      expect(thrown(() => close.call(untyped(other), 5))).toBe('TypeError');
    }
    expect([WebSocket.length, send.length, close.length]).toEqual([1, 1, 0]);
    expect([WebSocketStream.length, WebSocketStream.prototype.close.length]).toEqual([1, 0]);
    expect(Object.prototype.toString.call(WebSocketStream.prototype)).toBe('[object WebSocketStream]');
    expect(Object.keys(WebSocketStream.prototype).sort()).toEqual(['close', 'closed', 'opened', 'url']);
  });

  test('of a WebSocketStream: the promises reject, and do not throw', async () => {
    const get = (name: string): (() => unknown) =>
      Object.getOwnPropertyDescriptor(WebSocketStream.prototype, name)!.get!;
    for (const name of ['opened', 'closed'])
      await expect(get(name).call({}) as Promise<unknown>).rejects.toBeInstanceOf(TypeError);
    expect(thrown(() => get('url').call({}))).toBe('TypeError');
    expect(thrown(() => WebSocketStream.prototype.close.call(untyped({})))).toBe('TypeError');
  });

  test('binaryType is converted to a string first', () => {
    const socket = new WebSocket('ws://127.0.0.1:1/');
    expect(thrown(() => Object.assign(socket, { binaryType: Symbol('x') }))).toBe('TypeError');
    Object.assign(socket, { binaryType: { toString: () => 'arraybuffer' } });
    expect(socket.binaryType).toBe('arraybuffer');
    socket.close();
  });

  test('a handler may be a function of another realm, and what it throws is uncaught', async () => {
    const { url, messages } = await listen();
    const socket = new WebSocket(url);
    const calls: unknown[] = [];
    const handler = runInNewContext('(calls) => function (event) { calls.push(this, event.data); }')(calls);
    socket.onmessage = handler;
    expect(socket.onmessage).toBe(handler);
    await opened(socket);
    socket.addEventListener('message', () => {
      throw new RangeError('of the listener');
    });
    const uncaught = nextUncaught();
    socket.send('x');
    expect(await uncaught).toMatchObject({ message: 'of the listener' });
    expect(calls).toEqual([socket, 'x']);
    const end = closed(socket);
    socket.close();
    await end;
    expect(messages).toEqual(['x']);
  });
});

describe('new WebSocketStream', () => {
  test('checks its dictionary', async () => {
    const construct = (...args: unknown[]): string =>
      thrown(() => new (untyped(WebSocketStream))(...args).closed.catch(() => {}));
    expect(construct()).toBe('TypeError');
    const url = 'ws://127.0.0.1:1';
    for (const options of ['x', 5, true, Symbol('x')]) expect(construct(url, options)).toBe('TypeError');
    for (const protocols of ['x', null, 5, {}]) expect(construct(url, { protocols })).toBe('TypeError');
    for (const signal of [null, {}, new EventTarget()]) expect(construct(url, { signal })).toBe('TypeError');
    for (const options of [undefined, null, {}, { protocols: undefined, signal: undefined }])
      expect(construct(url, options)).toMatch('no error');
  });

  test('takes any sequence for subprotocols', async () => {
    const { url, protocols } = await listen();
    const stream = new WebSocketStream(url, { protocols: untyped(new Set([5, 'b'])) });
    expect(await stream.opened).toMatchObject({ protocol: '5' });
    expect(protocols).toEqual([['5', 'b']]);
    stream.close(untyped(null));
    expect(await stream.closed).toEqual({ closeCode: 1005, reason: '' });
  });

  test('and so does close', async () => {
    const stream = new WebSocketStream('ws://127.0.0.1:1/');
    const close = (info: unknown): string => thrown(() => stream.close(untyped(info)));
    for (const info of [5, 'x', true, Symbol('x')]) expect(close(info)).toBe('TypeError');
    for (const closeCode of [Number.NaN, Number.POSITIVE_INFINITY, -1, 65_536, Symbol('x')])
      expect(close({ closeCode })).toBe('TypeError');
    for (const closeCode of [null, 999, 1001, 5000, 2999.9])
      expect(close({ closeCode })).toBe('InvalidAccessError');
    expect(close({ reason: Symbol('x') })).toBe('TypeError');
    expect(close({ reason: 'é'.repeat(62) })).toBe('SyntaxError');
    stream.close();
    await expect(stream.closed).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('new WebSocketError', () => {
  test('is as the proposal has it: a message, and what to close with', () => {
    expect(new WebSocketError()).toMatchObject({
      name: 'WebSocketError',
      message: '',
      closeCode: null,
      reason: '',
    });
    const error = new WebSocketError('message', { closeCode: 3456, reason: 'reason' });
    expect(error).toMatchObject({
      name: 'WebSocketError',
      message: 'message',
      closeCode: 3456,
      reason: 'reason',
    });
    expect(error).toMatchObject({ code: 'close-requested', by: 'user' });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('WebSocketError: message');
    expect(new WebSocketError('', { reason: 'specified' })).toMatchObject({
      closeCode: 1000,
      reason: 'specified',
    });
    expect(new WebSocketError('', { closeCode: 3000.9 })).toMatchObject({ closeCode: 3000, reason: '' });
    expect(new WebSocketError('', { reason: '\ud800' }).reason).toBe('\ufffd');
    expect(new WebSocketError('', untyped(null)).closeCode).toBeNull();
    expect(new WebSocketError('aborted').message).toBe('aborted');
    expect(new WebSocketError(untyped(5)).message).toBe('5');
  });

  test('refuses what no Close of a program may say', () => {
    const construct = (...args: unknown[]): string => thrown(() => new (untyped(WebSocketError))(...args));
    for (const closeCode of [999, 1001, 2999, 5000, null])
      expect(construct('', { closeCode })).toBe('InvalidAccessError');
    expect(construct('', { closeCode: 1000, reason: 'x'.repeat(124) })).toBe('SyntaxError');
    expect(construct('', { reason: '🔌'.repeat(32) })).toBe('SyntaxError');
    for (const info of [5, 'x', { closeCode: Number.NaN }]) expect(construct('m', info)).toBe('TypeError');
    expect(construct(Symbol('x'))).toBe('TypeError');
  });
});

describe('CloseEvent', () => {
  test('has the name of its interface, and its attributes are those of one', async () => {
    expect([CloseEvent.name, CloseEvent.length, Object.keys(CloseEvent)]).toEqual(['CloseEvent', 1, []]);
    const event = new CloseEvent('close', { code: 1000 });
    expect(event.constructor).toBe(CloseEvent);
    expect(Object.prototype.toString.call(event)).toBe('[object CloseEvent]');
    const names = [];
    for (const name in event) names.push(name);
    expect(names).toEqual(expect.arrayContaining(['code', 'reason', 'wasClean', 'type']));
    expect(Object.keys(event).filter((name) => name !== 'isTrusted')).toEqual([]);
    const { get } = Object.getOwnPropertyDescriptor(CloseEvent.prototype, 'code')!;
    expect(thrown(() => get!.call({}))).toBe('TypeError');
    expect(() => Object.assign(event, { code: 5 })).toThrow(TypeError);
    const socket = new WebSocket('ws://127.0.0.1:1/');
    expect((await closed(socket))!.constructor).toBe(CloseEvent);
  });

  test('converts what it is made of', () => {
    const made = (init: unknown): CloseEvent => new CloseEvent('close', untyped(init));
    expect(made(null)).toMatchObject({ code: 0, reason: '', wasClean: false });
    expect(made({ code: 70_000, reason: 5, wasClean: 'yes' })).toMatchObject({
      code: 4464,
      reason: '5',
      wasClean: true,
    });
    expect(made({ code: Number.NaN, reason: undefined }).code).toBe(0);
    expect(thrown(() => made(5))).toBe('TypeError');
    expect(thrown(() => new (untyped(CloseEvent))())).toBe('TypeError');
  });
});
