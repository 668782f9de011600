/** What callers say, right and wrong: options that do not exist, and callbacks and getters that throw. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { Client, type RedirectOptions, request } from '../../src/client/client.ts';
import type { ClientOptions, TargetOptions } from '../../src/client/options.ts';
import { HttpError } from '../../src/wire/errors.ts';
import { answerAll, clientOf, serve } from './peer.ts';

/** What a revoked Proxy is asked, it answers by throwing: even `instanceof` does. */
function revoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

const NOWHERE = 'http://127.0.0.1:1/';

// ── Options that do not exist ──

test.each([
  [{ timeout: 5 }, 'timeout'],
  [{ target: '/' }, 'target'], // the URL says it
  [{ connectTimeOut: 5 }, 'connectTimeOut'],
  [{ maxTargetBytes: 5 }, 'maxTargetBytes'], // a server's
  [{ tls: { keys: '' } }, 'tls.keys'],
  [{ socket: { port: 1 } }, 'socket.port'],
  [{ lenient: { lineFeeds: true } }, 'lenient.lineFeeds'],
])('request refuses %o by name', async (options, name) => {
  const error = await request(NOWHERE, options as RedirectOptions).catch((refusal) => refusal);
  expect(error).toMatchObject({ code: 'invalid-option', by: 'user' });
  expect(error.message).toContain(`"${name}"`);
});

test('the refusal of an option names those that exist', async () => {
  const error = await request(NOWHERE, { timeout: 5 } as RedirectOptions).catch((refusal) => refusal);
  for (const name of ['totalTimeout', 'responseTimeout', 'redirects']) expect(error.message).toContain(name);
});

test.each([[{ timeout: 5 }], [{ redirects: 1 }], [{ connectTimeout: 5 }]])(
  'a request of a client refuses %o, with nothing sent',
  async (options) => {
    const server = await serve((peer) => answerAll(peer));
    const error = await clientOf(server.url)
      .request(options as TargetOptions)
      .catch((refusal) => refusal);
    expect(error).toMatchObject({ name: 'HttpError', code: 'invalid-option', by: 'user' });
    expect(error.message).toContain(`"${Object.keys(options)[0]}"`);
    expect(server.peers).toHaveLength(0);
  },
);

test.each([
  [{ timeout: 5 }, 'timeout'],
  [{ method: 'GET' }, 'method'],
  [{ tls: { secureContext: {} } }, 'tls.secureContext'],
])('a client refuses %o by name', (options, name) => {
  const refused = expect(() => new Client(NOWHERE, options as ClientOptions));
  refused.toThrow(expect.objectContaining({ code: 'invalid-option', by: 'user' }));
  refused.toThrow(`"${name}"`);
});

// ── Options of another type ──

test.each([
  [{ signal: 5 }, 'signal'],
  [{ signal: {} }, 'signal'],
  [{ onInformation: 5 }, 'onInformation'],
  [{ expectContinue: 'yes' }, 'expectContinue'],
  [{ connection: 'Close' }, 'connection'],
  [{ headers: 5 }, 'headers'],
  [{ headers: null }, 'headers'],
  [{ headers: ['a'] }, 'headers'],
  [{ headers: [5] }, 'headers'],
  [{ body: 'x', trailers: 5 }, 'trailers'],
  [{ body: 'x', trailers: null }, 'trailers'],
])('the option %o is refused by name', async (options, name) => {
  const error = await clientOf(NOWHERE)
    .request(options as TargetOptions)
    .catch((refusal) => refusal);
  expect(error).toMatchObject({ name: 'HttpError', code: 'invalid-option', by: 'user' });
  expect(error.message).toContain(name);
});

test.each([
  [{ observe: 5 }, 'observe'],
  [{ connection: 'Close' }, 'connection'],
  [{ httpVersion: '2' }, 'httpVersion'],
  [{ tls: 5 }, 'tls'],
  [{ tls: { rejectUnauthorized: 'no' } }, 'rejectUnauthorized'],
  [{ tls: { cert: 'no certificate' } }, 'tls.cert'],
  [{ tls: { minVersion: 'TLSv9' } }, 'tls.minVersion'],
  [{ socket: 5 }, 'socket'],
  [{ socket: null }, 'socket'],
  [{ socket: { family: 5 } }, 'socket.family'],
  [{ socket: { autoSelectFamily: 1 } }, 'socket.autoSelectFamily'],
  [{ socket: { autoSelectFamilyAttemptTimeout: 1 } }, 'socket.autoSelectFamilyAttemptTimeout'],
  [{ socket: { autoSelectFamilyAttemptTimeout: Infinity } }, 'socket.autoSelectFamilyAttemptTimeout'],
  [{ socket: { localAddress: 'localhost' } }, 'socket.localAddress'],
  [{ socket: { lookup: '127.0.0.1' } }, 'socket.lookup'],
  [{ socket: { family: 4 }, connect: () => {} }, 'socket'],
])('the option %o of a client is refused by name', (options, name) => {
  const refused = expect(() => new Client(NOWHERE, options as ClientOptions));
  refused.toThrow(expect.objectContaining({ name: 'HttpError', by: 'user' }));
  refused.toThrow(name);
});

// ── Options that throw ──

const cause = new Error('mine');
const NAMES = ['method', 'headers', 'body', 'signal', 'expectContinue', 'totalTimeout', 'onInformation'];

test.each(NAMES.map((name) => [name]))('a getter of %s that throws rejects the request', async (name) => {
  const options = Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw cause;
    },
  });
  for (const asked of [() => request(NOWHERE, options), () => clientOf(NOWHERE).request(options)]) {
    await expect(asked()).rejects.toMatchObject({ code: 'invalid-option', by: 'user', cause });
  }
});

test.each([
  ['the options', () => request(NOWHERE, revoked())],
  ['the URL', () => request(revoked())],
  ['the headers', () => request(NOWHERE, { headers: revoked() })],
  ['the body', () => request(NOWHERE, { body: revoked() })],
  ['the signal', () => request(NOWHERE, { signal: revoked() })],
  ['the certificates', () => request(NOWHERE, { tls: { ca: revoked() } })],
  ["a client's request", () => clientOf(NOWHERE).request(revoked())],
  ['null', () => request(NOWHERE, null as never)],
  ["null of a client's request", () => clientOf(NOWHERE).request(null as never)],
])('a revoked Proxy as %s rejects', async (_, ask) => {
  const error = await ask().catch((refusal) => refusal);
  expect(error).toBeInstanceOf(HttpError);
  expect(error).toMatchObject({ by: 'user' });
});

test.each([
  ['the options', () => new Client(NOWHERE, revoked())],
  ['the origin', () => new Client(revoked())],
  ['nothing', () => new Client(NOWHERE, null as never)],
])('a revoked Proxy as %s of a client is an error of this package', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ name: 'HttpError', by: 'user' }));
});

// ── Callbacks that throw ──

/** What is thrown, and how: at once, or by a promise, as an asynchronous function does. */
const THROWERS: [string, () => unknown][] = [
  ['throws', () => raise(cause)],
  ['throws a revoked Proxy', () => raise(revoked())],
  ['throws nothing', () => raise(undefined)],
  ['rejects', async () => raise(cause)],
  ['rejects with a revoked Proxy', () => new Promise((_, reject) => reject(revoked()))],
];

function raise(thrown: unknown): never {
  throw thrown;
}

/** Fails the test if anything went past every handler, which would have ended the process. */
function watchProcess(): () => Promise<void> {
  const unhandled: unknown[] = [];
  const note = (thrown: unknown): unknown => unhandled.push(thrown);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtException', note));
  return async () => {
    await new Promise(setImmediate);
    expect(unhandled).toHaveLength(0);
  };
}

test.each(THROWERS)('an observe that %s becomes a warning, and stops nothing', async (_, observe) => {
  const nothingUnhandled = watchProcess();
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => void warn.mockRestore());
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url, { observe: observe as () => void });
  expect(await (await client.request()).text()).toBe('ok');
  await client.close();
  await nothingUnhandled();
  const { lastCall } = warn.mock;
  expect(lastCall![0]).toMatchObject({ code: 'handler-failed', by: 'user' });
});

test.each(THROWERS)('an onInformation that %s fails its request', async (_, onInformation) => {
  const nothingUnhandled = watchProcess();
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says('HTTP/1.1 103 Early Hints\r\n\r\n');
  });
  const request = clientOf(server.url).request({ onInformation: onInformation as () => void });
  await expect(request).rejects.toMatchObject({ code: 'handler-failed', by: 'user' });
  await server.peers[0]!.closed();
  await nothingUnhandled();
});

test.each(THROWERS)('a body whose function %s fails its request', async (_, body) => {
  const nothingUnhandled = watchProcess();
  const server = await serve(async () => {});
  const request = clientOf(server.url).request({ method: 'POST', body: body as () => never });
  await expect(request).rejects.toMatchObject({ code: 'invalid-content', by: 'user' });
  await server.peers[0]!.closed();
  await nothingUnhandled();
});

test.each(THROWERS)('a body whose next part %s fails its request', async (_, next) => {
  const nothingUnhandled = watchProcess();
  const server = await serve(async () => {});
  const body = { [Symbol.asyncIterator]: () => ({ next: next as () => Promise<never> }) };
  const request = clientOf(server.url).request({ method: 'POST', body });
  await expect(request).rejects.toMatchObject({ code: 'invalid-content', by: 'user' });
  await server.peers[0]!.closed();
  await nothingUnhandled();
});

test.each(THROWERS)('trailers whose function %s fail their request', async (_, trailers) => {
  const nothingUnhandled = watchProcess();
  const server = await serve(async () => {});
  const asked = { method: 'POST', body: 'x', trailers: trailers as () => never };
  const request = clientOf(server.url).request(asked);
  await expect(request).rejects.toMatchObject({ name: 'HttpError', by: 'user' });
  await server.peers[0]!.closed();
  await nothingUnhandled();
});

test('a revoked Proxy as the reason of an abort is the cause, and nothing else', async () => {
  const nothingUnhandled = watchProcess();
  const server = await serve(async () => {});
  const controller = new AbortController();
  const request = clientOf(server.url).request({ signal: controller.signal });
  controller.abort(revoked());
  await expect(request).rejects.toMatchObject({ code: 'aborted', by: 'user' });
  await nothingUnhandled();
});
