// A browser's WebSocket with ws-mini's server: what the page sees, and what the server sees of the page.

import { runInThisContext } from 'node:vm';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  CloseEvent,
  type Connection,
  type Observation,
  WebSocket,
  WebSocketError,
  WebSocketServer,
  type WebSocketServerOptions,
  WebSocketStream,
} from 'ws-mini';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';

/** Run in the page: opens, sends, collects as many messages as were sent, closes, and says how it went. */
interface Visit {
  readonly port: number;
  /** And query. */
  readonly path?: string;
  readonly protocols?: readonly string[];
  /** Text; or binary of so many bytes of one value. */
  readonly messages?: readonly (string | { readonly length: number; readonly value: number })[];
  /** Undefined: the server closes. */
  readonly close?: readonly [code?: number, reason?: string];
}

interface Told {
  readonly protocol: string;
  readonly extensions: string;
  readonly received: readonly string[];
  readonly closed: { readonly code: number; readonly reason: string; readonly wasClean: boolean };
  readonly hadError: boolean;
}

/** As source text, since the types here are Node's. */
const VISIT = `async ({ port, path = '/', protocols = [], messages = [], close }) => {
  const socket = new WebSocket('ws://127.0.0.1:' + port + path, protocols);
  socket.binaryType = 'arraybuffer';
  const received = [];
  let hadError = false;
  const finish = () => close && received.length === messages.length && socket.close(...close);
  socket.onerror = () => (hadError = true);
  socket.onmessage = ({ data }) => {
    const bytes = typeof data === 'string' ? undefined : new Uint8Array(data);
    received.push(bytes ? bytes.length + ' bytes, all ' + [...new Set(bytes)].join() : data);
    finish();
  };
  socket.onopen = () => {
    for (const message of messages)
      socket.send(typeof message === 'string' ? message : new Uint8Array(message.length).fill(message.value));
    finish();
  };
  const { code, reason, wasClean } = await new Promise((resolve) => (socket.onclose = resolve));
  const { protocol, extensions } = socket;
  return { protocol, extensions, received, closed: { code, reason, wasClean }, hadError };
}`;

/**
 * Run in the page and here: what the interfaces look like from outside, and how they convert what they are given. Not asked
 * is what Chromium has otherwise than the standards: subprotocols that differ in case alone (it takes them), a CloseEvent
 * made with half a surrogate pair (it keeps it), [EnforceRange] (it clamps).
 */
const SURVEY = `({ WebSocket, WebSocketStream, WebSocketError, CloseEvent }) => {
  const survey = [];
  const tell = (what, run) => {
    try {
      survey.push(what + ': ' + String(run()));
    } catch (error) {
      survey.push(what + ': throws ' + error.name);
    }
  };
  for (const of of [WebSocket, WebSocketStream, CloseEvent]) {
    const members = Object.getOwnPropertyDescriptors(of.prototype);
    survey.push(of.name + ' takes ' + of.length + ', is ' + Object.prototype.toString.call(of.prototype));
    for (const name of Object.keys(members).sort()) {
      if (name === 'constructor') continue;
      const { get, set, value, enumerable, configurable, writable } = members[name];
      const called = [get?.name, set?.name, typeof value === 'function' ? name + '/' + value.length : value];
      survey.push(of.name + '.' + name + ': ' + [...called, enumerable, configurable, writable].join(' '));
      if (get && name !== 'opened' && name !== 'closed') tell('foreign ' + name, () => get.call({}));
      if (set) tell('foreign ' + name + ' set', () => set.call({}, null));
      if (typeof value === 'function') tell('foreign ' + name, () => value.call({}));
    }
  }
  const url = 'ws://127.0.0.1:1/';
  const quiet = (stream) => {
    for (const promise of [stream.opened, stream.closed]) promise.catch(() => {});
    return stream;
  };
  const shared = new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer;
  const resizable = new ArrayBuffer(1, { maxByteLength: 2 });
  const bad = { toString() { throw new RangeError('bad'); } };
  tell('new WebSocket', () => new WebSocket());
  for (const of of [Symbol(), bad, url + '#x', 'ftp://x', ''])
    tell('URL', () => new WebSocket(of));
  for (const of of [null, undefined, 5, {}, 'a b', '', ['a', 'a'], new String('aa'), { [Symbol.iterator]: 5 }, [Symbol()], bad])
    tell('protocols', () => new WebSocket(url, of));
  const socket = new WebSocket(url);
  tell('send()', () => socket.send());
  for (const of of ['x', null, Symbol(), bad, shared, new Uint8Array(shared), resizable, new DataView(resizable), new Blob([])])
    tell('send', () => socket.send(of));
  for (const of of [[999], [1001], [NaN], [null], [2999.4], [5000], [1000, 'x'.repeat(124)], [Symbol()], [999, bad], [1000, Symbol()]])
    tell('close', () => socket.close(...of));
  for (const of of [Symbol(), 'nonsense', { toString: () => 'arraybuffer' }])
    tell('binaryType', () => ((socket.binaryType = of), socket.binaryType));
  for (const of of [5, 'x', null, Object, { handleEvent() {} }])
    tell('onopen', () => ((socket.onopen = of), typeof socket.onopen));
  socket.close();
  tell('new WebSocketStream', () => new WebSocketStream());
  for (const of of [5, 'x', null, undefined, { protocols: 'x' }, { protocols: null }, { protocols: ['a', 'a'] }, { signal: null }, { signal: {} }])
    tell('WebSocketStream', () => quiet(new WebSocketStream(url, of)));
  const stream = quiet(new WebSocketStream(url));
  for (const of of [5, true, { closeCode: 999 }, { closeCode: null }, { closeCode: Symbol() }, { reason: Symbol() }, { reason: 'é'.repeat(62) }, null])
    tell('stream.close', () => stream.close(of));
  for (const of of [[], ['m'], ['m', null], ['m', 5], ['m', { closeCode: 3000.9 }], ['m', { closeCode: 1001 }], ['m', { closeCode: null }], ['m', { reason: 'why' }], ['m', { closeCode: 4000, reason: null }], ['m', { reason: '\ud800' }], ['m', { reason: 'x'.repeat(124) }], [Symbol()]])
    tell('WebSocketError', () => {
      const { name, message, closeCode, reason } = new WebSocketError(...of);
      return [name, message, closeCode, reason].join();
    });
  for (const of of [[], ['x'], ['x', null], ['x', { code: 70000, reason: 5, wasClean: 'x' }], ['x', { code: NaN }], ['x', { code: Symbol() }]])
    tell('CloseEvent', () => {
      const { type, code, reason, wasClean } = new CloseEvent(...of);
      return [type, code, reason, wasClean].join();
    });
  return survey;
}`;

describe.skipIf(!hasBrowser)('Chromium and ws-mini', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
    page = await browser.newPage();
    page.setDefaultTimeout(0);
  }, 120_000);
  afterAll(() => browser.close());

  async function start(
    serve: (connection: Connection) => void,
    options: Partial<WebSocketServerOptions> = {},
  ): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options } as WebSocketServerOptions);
    onTestFinished(() => server.close());
    server.on('connection', serve);
    return (await server.listening)!.port;
  }

  const visit = (visit: Visit): Promise<Told> => page.evaluate(`(${VISIT})(${JSON.stringify(visit)})`);

  async function echo(connection: Connection): Promise<void> {
    for await (const message of connection) await connection.send(message);
  }

  test('text, binary, empty and large messages come back', async () => {
    const port = await start((connection) => void echo(connection));
    const text = 'aé한😀\0'.repeat(1000);
    const lengths = [0, 1, 125, 126, 65_535, 65_536, 5 * 1024 * 1024];
    const told = await visit({
      port,
      messages: ['', text, ...lengths.map((length) => ({ length, value: 7 }))],
      close: [1000],
    });
    expect(told).toEqual({
      protocol: '',
      extensions: '',
      received: ['', text, ...lengths.map((length) => `${length} bytes, all ${length > 0 ? 7 : ''}`)],
      closed: { code: 1000, reason: '', wasClean: true },
      hadError: false,
    });
  });

  test.each([
    ['without context', true, 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'],
    [
      'with context',
      { serverNoContextTakeover: false, clientNoContextTakeover: false },
      'permessage-deflate',
    ],
    [
      'with windows of 9 bits',
      { serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    ],
  ])('compressed %s', async (_, perMessageDeflate, extensions) => {
    const compressed = { in: 0, out: 0 };
    const observe = (seen: Observation): void => {
      if (seen.type === 'frame' && seen.header.rsv === 4) compressed[seen.direction]++;
    };
    const port = await start((connection) => void echo(connection), { perMessageDeflate, observe });
    const messages = [
      'the same again, '.repeat(300),
      'the same again, '.repeat(6000),
      { length: 300_000, value: 1 },
    ];
    const told = await visit({ port, messages, close: [1000] });
    expect(told.extensions).toBe(extensions);
    expect(told.received).toEqual([...messages.slice(0, 2), '300000 bytes, all 1']);
    expect(compressed).toEqual({ in: 3, out: 3 });
  });

  test('a subprotocol is agreed on; a Ping is answered and measured', async () => {
    let roundTrip: number | undefined;
    const port = await start(
      async (connection) => {
        roundTrip = await connection.ping();
        connection.close(3000, connection.protocol);
      },
      { protocols: ['chat.v2', 'chat.v1'] },
    );
    const told = await visit({ port, protocols: ['chat.v0', 'chat.v1'] });
    expect(told).toMatchObject({
      protocol: 'chat.v1',
      closed: { code: 3000, reason: 'chat.v1', wasClean: true },
    });
    expect(roundTrip).toBeGreaterThanOrEqual(0);
  });

  test.each<[NonNullable<Visit['close']>, { code: number; reason: string }]>([
    [[], { code: 1005, reason: '' }],
    [[1000], { code: 1000, reason: '' }],
    [[3000, 'bye'], { code: 3000, reason: 'bye' }],
    [[4999, '안녕'.repeat(20)], { code: 4999, reason: '안녕'.repeat(20) }],
  ])('the page closes by close(...%j)', async (close, said) => {
    let closed: Promise<unknown> | undefined;
    const port = await start((connection) => {
      closed = connection.closed;
    });
    const told = await visit({ port, close });
    expect(told.closed).toEqual({ ...said, wasClean: true });
    expect(await closed).toMatchObject({ ...said, wasClean: true, error: undefined });
  });

  test.each([1000, 1001, 1008, 1011, 3000, 4999])('the server closes with %i', async (code) => {
    const port = await start((connection) => void connection.close(code, 'why'));
    const told = await visit({ port });
    expect(told).toMatchObject({ closed: { code, reason: 'why', wasClean: true }, hadError: false });
  });

  test('a message beyond the limit is 1009, a cut is 1006', async () => {
    const port = await start((connection) => connection.on('message', () => {}), { maxMessage: 1000 });
    const tooBig = await visit({ port, messages: [{ length: 1001, value: 0 }] });
    expect(tooBig.closed).toMatchObject({ code: 1009 });
    const cutting = await start((connection) => void connection.terminate());
    const cut = await visit({ port: cutting });
    expect(cut.closed).toEqual({ code: 1006, reason: '', wasClean: false });
  });

  test('a target that no RFC allows, as its URL makes it', async () => {
    const targets: string[] = [];
    const port = await start((connection) => void connection.close(1000), {
      verify: ({ target }) => targets.push(target) > 0,
    });
    const told = await visit({ port, path: '/a[b]%zz?[c]|{d}^`%' });
    expect(told.closed).toMatchObject({ code: 1000 });
    expect(targets).toEqual(['/a[b]%zz?[c]|{d}^`%']);
  });

  test('its interfaces and ours are alike, member by member and call by call', async () => {
    const theirs = (await page.evaluate(`(${SURVEY})(globalThis)`)) as string[];
    const ours = runInThisContext(`(${SURVEY})`)({ WebSocket, WebSocketStream, WebSocketError, CloseEvent });
    expect(ours).toEqual(theirs);
  });

  test('a page of another origin is refused', async () => {
    const port = await start((connection) => void echo(connection), { origins: ['https://example.org'] });
    const told = await visit({ port });
    expect(told).toMatchObject({ hadError: true, closed: { code: 1006, wasClean: false } });
  });
});
