import dns from 'node:dns';
import { getEventListeners, once } from 'node:events';
import { createServer, connect as rawConnect, type Socket } from 'node:net';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pattern } from '../../../scripts/for-tests/pattern.ts';
import {
  type ConnectOptions,
  connect,
  createEchoServer,
  delimiterDecoder,
  EchoError,
  lengthPrefixDecoder,
} from '../src/index.ts';
import { observer, readAll, startServer } from './support.ts';

/** A server that does with each socket what the test wants, and which shows the sockets it still has. */
async function strangeServer(
  treat: (socket: Socket) => void,
): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    treat(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, sockets };
}

/** A port where connecting takes for ever: its program sleeps, and the kernel's queue for accept() is full. */
async function sleepingServer(): Promise<number> {
  const program = `
    const server = require('node:net').createServer().listen(0, '127.0.0.1', 1);
    server.on('listening', () => {
      require('node:worker_threads').parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const worker = new Worker(program, { eval: true });
  const [port] = await once(worker, 'message');
  const fillers = Array.from({ length: 8 }, () =>
    rawConnect({ port, host: '127.0.0.1' }).on('error', () => {}),
  );
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  await once(fillers[0] as Socket, 'connect');
  return port;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EchoError);
  return (error as EchoError).code;
}

describe('AbortSignal, at each stage', () => {
  test('before: no socket is made', async () => {
    const seen = observer();
    const reason = new Error('no more');
    const failed = connect({ port: 9, signal: AbortSignal.abort(reason), observe: seen.observe });
    await expect(failed).rejects.toMatchObject({ code: 'aborted', by: 'user', cause: reason });
    expect(seen.events).toEqual([]);
  });

  test('while connecting: the socket goes', async () => {
    const seen = observer();
    const abort = new AbortController();
    const failed = connect({ port: await sleepingServer(), signal: abort.signal, observe: seen.observe });
    await new Promise(setImmediate);
    abort.abort();
    expect(await codeOf(failed)).toBe('aborted');
    await seen.event((e) => e.stage === 'closed');
    expect(seen.events.map((e) => e.stage)).toEqual(['created', 'closed']);
  });

  test('while looking the name up', async () => {
    const abort = new AbortController();
    const failed = connect({ port: 9, host: 'localhost', signal: abort.signal });
    abort.abort();
    expect(await codeOf(failed)).toBe('aborted');
  });

  test('while receiving, and while a send waits: both fail, the peer sees the end', async () => {
    const abort = new AbortController();
    const { port, sockets } = await strangeServer((socket) => socket.pause());
    const client = await connect({ port, signal: abort.signal });
    const sending = client.send(pattern(32 * 1024 * 1024)); // more than any kernel takes
    const reading = readAll(client);
    while (sockets.size === 0) await new Promise(setImmediate);
    const [other] = sockets as Set<Socket> & [Socket];
    abort.abort();
    expect(await codeOf(sending)).toBe('aborted');
    expect(await codeOf(reading)).toBe('aborted');
    expect(await codeOf(client.send('x'))).toBe('aborted');
    // By our reset; or by an 'end', which Node 20 and 22 make of a reset that comes with unread bytes before it.
    await readAll(other).catch(() => {});
  });

  test('afterwards: the signal is not held on to', async () => {
    const abort = new AbortController();
    const listeners = () => getEventListeners(abort.signal, 'abort').length;
    const { port } = await startServer();
    const client = await connect({ port, signal: abort.signal });
    expect(listeners()).toBe(1);
    await client.close();
    expect(listeners()).toBe(0);
  });
});

describe('deadlines', () => {
  test('connectDeadline', async () => {
    const seen = observer();
    const options = { port: await sleepingServer(), connectDeadline: 20, observe: seen.observe };
    expect(await codeOf(connect(options))).toBe('connect-deadline');
    const closed = await seen.event((e) => e.stage === 'closed');
    expect(closed.error).toMatchObject({ code: 'connect-deadline', by: 'peer' });
  });

  test('AbortSignal.timeout() ends a conversation with a server that never answers', async () => {
    const { port } = await strangeServer((socket) => socket.resume());
    const converse = async (): Promise<void> => {
      const client = await connect({ port, signal: AbortSignal.timeout(50) });
      await client.send('anybody?');
      await readAll(client);
    };
    // On a busy machine the time may be over before the last step of these.
    await expect(converse()).rejects.toMatchObject({ code: 'aborted', cause: { name: 'TimeoutError' } });
  });

  test('close() cuts a peer that keeps its side open', async () => {
    const { port } = await strangeServer((socket) => socket.resume());
    const seen = observer();
    const client = await connect({ port, closeDeadline: 50, observe: seen.observe });
    await client.close();
    expect(seen.events.at(-1)).toMatchObject({ stage: 'closed', error: { code: 'close-deadline' } });
  });

  test('close() waits as long as bytes leave, however slowly', async () => {
    const bytes = pattern(16 * 1024 * 1024); // more than the two kernels hold
    let received = 0;
    const { port, sockets } = await strangeServer((socket) => socket.pause());
    const client = await connect({ port, closeDeadline: 60_000 });
    while (sockets.size === 0) await new Promise(setImmediate);
    const [peer] = sockets as Set<Socket> & [Socket];
    // Time that is over whenever the peer has taken a part: too little for it by any clock that does not look.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const sending = client.send(bytes);
    const closing = client.close();
    for await (const chunk of peer) {
      if ((received + chunk.length) >> 20 > received >> 20) vi.advanceTimersByTime(50_000);
      received += chunk.length;
    }
    expect(received).toBe(bytes.length);
    await sending;
    peer.end();
    await closing;
  });

  test('what the system has taken arrives, even after closeDeadline', async () => {
    const bytes = pattern(1024 * 1024);
    const { port, sockets } = await strangeServer((socket) => socket.pause());
    const seen = observer();
    const client = await connect({ port, closeDeadline: 20, observe: seen.observe });
    await client.send(bytes);
    await client.close();
    expect(seen.events.at(-1)).toMatchObject({ stage: 'closed', error: { code: 'close-deadline' } });
    expect((await readAll([...sockets][0] as Socket)).equals(bytes)).toBe(true);
  });

  test('a deadline past setTimeout’s range is refused, not taken as 1 ms', async () => {
    expect(await codeOf(connect({ port: 9, connectDeadline: 2 ** 31 }))).toBe('invalid-option');
  });

  test('close() discards an echo that nobody reads, however long', async () => {
    const { port } = await startServer();
    const client = await connect({ port });
    client.send(pattern(8 * 1024 * 1024));
    await client.close();
    expect(await codeOf(client.send('x'))).toBe('send-after-end');
  });
});

describe('send and receive', () => {
  test('a server that goes away: refused, reset, ended', async () => {
    const { port } = await strangeServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const client = await connect({ port });
    await client.send('hello?');
    expect(await codeOf(readAll(client))).toBe('connection-reset');
    const gentle = await strangeServer((socket) => socket.end('bye'));
    expect(`${await readAll(await connect({ port: gentle.port }))}`).toBe('bye');
    const nobody = await startServer();
    await nobody.server.close();
    await expect(connect({ port: nobody.port })).rejects.toMatchObject({
      code: 'connection-refused',
      message: `127.0.0.1:${nobody.port}: refused: no program listens there`,
    });
  });

  test('what came before a reset is read first, then the error', async () => {
    const { port } = await strangeServer(async (socket) => {
      socket.write('last words');
      // Some turns of the event loop, in which the client's socket takes them in, though nobody reads yet.
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      socket.resetAndDestroy();
    });
    const seen = observer();
    const client = await connect({ port, observe: seen.observe });
    await seen.event((e) => e.stage === 'closed');
    const chunks = client[Symbol.asyncIterator]();
    expect(`${(await chunks.next()).value}`).toBe('last words');
    await expect(chunks.next()).rejects.toMatchObject({ code: 'connection-reset' });
  });

  test('a reader that stops makes the peer stop', async () => {
    const { port, seen } = await startServer();
    const client = await connect({ port });
    const bytes = pattern(24 * 1024 * 1024);
    client.send(bytes);
    client.end();
    await seen.event((e) => e.stage === 'paused'); // the server, because we do not read
    expect((await readAll(client)).equals(bytes)).toBe(true);
  });

  test('break leaves the connection open, to be iterated again', async () => {
    const { port } = await startServer();
    const client = await connect({ port });
    await client.send('one');
    for await (const chunk of client) {
      expect(`${Buffer.from(chunk)}`).toBe('one');
      break;
    }
    await client.send('two');
    client.end();
    expect(`${await readAll(client)}`).toBe('two');
  });

  test('a send that is not awaited before end() settles, and arrives', async () => {
    const { port } = await startServer();
    const client = await connect({ port });
    const sending = client.send(pattern(1024 * 1024));
    client.end();
    const [echo] = await Promise.all([readAll(client), sending]);
    expect(echo).toHaveLength(1024 * 1024);
    expect(await codeOf(client.send('late'))).toBe('send-after-end');
    // And to a server that only reads: no echo will wake what waits.
    const silent = await strangeServer((socket) => socket.resume());
    const mute = await connect({ port: silent.port });
    const quietly = mute.send(pattern(8 * 1024 * 1024));
    mute.end();
    await quietly;
  });

  test('a failing send that nobody awaits does not end the process', async () => {
    let unhandled = 0;
    const count = () => unhandled++;
    process.on('unhandledRejection', count);
    onTestFinished(() => void process.off('unhandledRejection', count));
    const { port } = await startServer();
    const client = await connect({ port });
    client.destroy();
    client.send('into the void');
    await new Promise(setImmediate);
    expect(unhandled).toBe(0);
    expect(await codeOf(readAll(client))).toBe('aborted');
  });

  test('anything but a string or bytes is refused, and nothing is sent', async () => {
    const { port } = await startServer();
    const client = await connect({ port });
    for (const wrong of [undefined, null, 5, {}, [1, 2]]) {
      expect(await codeOf(client.send(wrong as unknown as string))).toBe('invalid-option');
    }
    client.end();
    expect(await readAll(client)).toHaveLength(0);
  });

  test('bytes of another realm are bytes', async () => {
    const { port } = await startServer();
    const client = await connect({ port });
    await client.send(runInNewContext('new Uint8Array([104, 105])'));
    client.end();
    expect(`${await readAll(client)}`).toBe('hi');
  });

  test.each<Partial<ConnectOptions>>([
    { port: undefined as unknown as number },
    { port: 70000 },
    { host: 7 as unknown as string },
    { connectDeadline: 0 },
    { closeDeadline: Number.NaN },
    { signal: {} as AbortSignal },
    { observe: 5 as unknown as () => void },
  ])('%o is refused by name', async (options) => {
    expect(await codeOf(connect({ port: 9, ...options }))).toBe('invalid-option');
  });

  test('an option that does not exist is refused by name, whatever takes options', async () => {
    const refused = { code: 'invalid-option', by: 'user', message: expect.stringContaining('"timeout"') };
    const wrong = { port: 9, timeout: 5 };
    await expect(connect(wrong)).rejects.toMatchObject(refused);
    await expect(createEchoServer().listen(wrong)).rejects.toMatchObject(refused);
    for (const create of [createEchoServer, delimiterDecoder, lengthPrefixDecoder]) {
      expect(() => create({ timeout: 5 } as object)).toThrow(expect.objectContaining(refused));
      expect(() => create(null as unknown as object)).toThrow(
        expect.objectContaining({ code: 'invalid-option' }),
      );
    }
  });

  test('a name with several addresses that all fail: each is told why', async () => {
    // No connection can be made to a group of machines, so the system refuses at once, in words that are not ours.
    const addresses = [
      { address: 'ff02::1', family: 6 },
      { address: '224.0.0.1', family: 4 },
    ];
    type Done = (error: null, found: typeof addresses) => void;
    const lookup = (_name: string, _options: object, done: Done) => process.nextTick(done, null, addresses);
    vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(connect({ port: 9, host: 'two.example' })).rejects.toMatchObject({
      code: 'connection-failed',
      message: expect.stringMatching(/^two\.example:9: .*ff02::1.*; .*224\.0\.0\.1/),
    });
  });

  test('an unknown name', async () => {
    expect(await codeOf(connect({ port: 9, host: 'no-such-host.invalid' }))).toBe('host-not-found');
  });
});
