// What was accepted arrives, however slow the link, and what came before an end is handed over and can be answered,
// by any consumer. The peer is a raw socket, so that it can be as slow, as rude and as quick to leave as it likes.

import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Connection,
  connect,
  WebSocket,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../src/index.ts';
import { acceptFor, encodeFrame, type FrameInit } from '../src/wire/index.ts';
import { Peer } from './sockets.ts';
import { concat, hex, nextUncaught, toHex, utf8 } from './support.ts';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
const MIB = 2 ** 20;
const CLOSE = { opcode: 8, payload: hex('03e8') };
const BROKEN = { opcode: 3 };
const texts = (...payloads: string[]): FrameInit[] => payloads.map((payload) => ({ opcode: 1, payload }));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A connection of ours, and a peer of raw bytes that has the opening handshake behind it. */
interface Pair {
  readonly ours: Connection;
  readonly peer: RawPeer;
}

class RawPeer extends Peer {
  readonly role: 'client' | 'server';
  readonly #mask: Pick<FrameInit, 'maskKey'>;

  constructor(socket: Socket, role: 'client' | 'server') {
    super(socket);
    this.role = role;
    this.#mask = role === 'client' ? { maskKey: 0x01020304 } : {};
  }

  encode(...frames: FrameInit[]): Uint8Array {
    return concat(frames.map((frame) => encodeFrame({ ...frame, ...this.#mask })));
  }

  /** In one write, and so in one read of the other end, if they are small. */
  send(...frames: FrameInit[]): void {
    this.socket.write(this.encode(...frames));
  }

  /** Reads on until so many bytes more have come, and then no more. */
  async read(bytes: number): Promise<void> {
    const most = this.size + bytes;
    this.socket.resume();
    await this.until(() => this.size >= most);
    this.socket.pause();
  }
}

type Options = Omit<WebSocketServerOptions, 'port' | 'server'>;

/** @param frames come in one read with the opening handshake */
async function serverPair(options: Options = {}, frames: FrameInit[] = [], more = ''): Promise<Pair> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => {
    for (const connection of server.connections) connection.terminate();
    return server.close();
  });
  const { port } = (await server.listening)!;
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const connected = once(server, 'connection');
  const peer = new RawPeer(socket, 'client');
  socket.write(concat([Buffer.from(`${REQUEST}${more}\r\n`), peer.encode(...frames)]));
  const [ours] = (await connected) as [Connection];
  await peer.until(() => peer.size > 0);
  peer.chunks.length = 0;
  return { ours, peer };
}

/** A server of raw bytes; `frames` come in one read with its answer. */
async function rawServer(frames: FrameInit[] = []): Promise<{ url: string; peer: Promise<RawPeer> }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const peer = once(server, 'connection').then(async ([socket]: Socket[]) => {
    onTestFinished(() => void socket!.destroy());
    const peer = new RawPeer(socket!, 'server');
    await peer.until(() => peer.size > 0);
    const key = /^sec-websocket-key: (.*)\r$/im.exec(Buffer.concat(peer.chunks).toString())![1]!;
    peer.chunks.length = 0;
    const head =
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`;
    socket!.write(concat([Buffer.from(head), peer.encode(...frames)]));
    return peer;
  });
  return { url: `ws://127.0.0.1:${port}/`, peer };
}

async function clientPair(options: Options = {}, frames: FrameInit[] = []): Promise<Pair> {
  const { url, peer } = await rawServer(frames);
  const ours = await connect(url, options as object);
  onTestFinished(() => ours.terminate());
  return { ours, peer: await peer };
}

const pairs = [
  ['server', serverPair],
  ['client', clientPair],
] as const;

/** Time that the test makes pass, and that the deadlines have noticed when `pass` is fulfilled. */
class Clock {
  #now = 0;
  #asked = 0;

  readonly read = (): number => {
    this.#asked++;
    return this.#now;
  };

  async pass(time: number, ours: Connection): Promise<void> {
    this.#now += time;
    // One that has begun before may see the old time.
    for (const until = this.#asked + 2; this.#asked < until && ours.closeInfo === undefined; )
      await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe.each(pairs)('a slow link, our %s', (_, pair) => {
  test('`close` keeps what `send` accepted, for as long as the peer takes some of it', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20, maxQueued: Infinity });
    peer.socket.pause();
    for (let i = 0; i < 16; i++) ours.send(new Uint8Array(MIB));
    const closing = ours.close(1000);
    // All in all more than the deadline, a MiB at a time well within it.
    for (let i = 0; i < 13 && ours.closeInfo === undefined; i++) {
      await peer.read(MIB);
      await clock.pass(2, ours);
    }
    expect(ours.closeInfo).toBeUndefined();
    peer.socket.resume();
    await peer.until(() => peer.size > 16 * MIB && peer.frames().length === 17);
    expect(peer.frames().at(-1)).toBe('8:03e8');
    peer.send(CLOSE);
    peer.socket.end();
    expect(await closing).toMatchObject({ code: 1000, wasClean: true });
  });

  test('`send` says true for a message that arrived whole, though the end came before it was taken', async () => {
    const { ours, peer } = await pair({ maxMessage: Infinity });
    peer.socket.pause();
    // No multiple of our writes: the last one must be large, too.
    const sent = ours.send(new Uint8Array(7_900_000));
    peer.send(CLOSE);
    peer.socket.end();
    while (ours.readyState === 'open') await turn();
    peer.socket.resume();
    await peer.ended;
    expect(peer.frames().map((frame) => frame.slice(0, 2))).toEqual(['2:', '8:']);
    expect(await sent).toBe(true);
  });

  test('`close` gives up a peer that takes nothing', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20, maxQueued: Infinity });
    peer.socket.pause();
    ours.send(new Uint8Array(16 * MIB));
    const closing = ours.close(1000);
    await clock.pass(19, ours);
    expect(ours.closeInfo).toBeUndefined();
    await clock.pass(21, ours);
    expect((await closing).error).toMatchObject({ code: 'close-timeout' });
  });

  test('`close` waits for a Close that stands behind what the peer still sends', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20 });
    const closing = ours.close(1000);
    await peer.until(() => peer.frames().length === 1);
    for (let i = 0; i < 15; i++) {
      peer.send(...texts('still here'));
      await clock.pass(2, ours);
    }
    peer.send(CLOSE);
    peer.socket.end();
    expect(await closing).toMatchObject({ code: 1000, wasClean: true });
  });

  /** A peer for which so many MiB wait, and a clock by which 20 ms of silence are too many. */
  async function withWaiting(mebibytes: number): Promise<Pair & { clock: Clock }> {
    const clock = new Clock();
    const options = { clock: clock.read, heartbeat: 20, closeTimeout: 20, maxQueued: Infinity };
    const { ours, peer } = await pair(options);
    peer.socket.pause();
    ours.send(new Uint8Array(mebibytes * MIB));
    return { ours, peer, clock };
  }

  test('the heartbeat takes what the peer takes for a sign of life', async () => {
    const { ours, peer, clock } = await withWaiting(32);
    for (let i = 0; i < 28 && ours.closeInfo === undefined; i++) {
      await peer.read(MIB);
      await clock.pass(2, ours);
    }
    expect(ours.closeInfo).toBeUndefined();
    peer.socket.resume();
    await peer.until(() => peer.size > 32 * MIB);
  });

  test('the heartbeat gives up a peer that takes nothing at all', async () => {
    const { ours, clock } = await withWaiting(16);
    for (let i = 0; i < 4 && ours.closeInfo === undefined; i++) await clock.pass(20, ours);
    expect((await ours.closed).error).toMatchObject({ code: 'heartbeat-missed' });
  });

  test('a Ping and a Pong go ahead of the messages that wait', async () => {
    const { ours, peer } = await pair({ maxQueued: Infinity });
    peer.socket.pause();
    for (let i = 0; i < 16; i++) ours.send(new Uint8Array(MIB));
    const pinged = once(ours, 'ping');
    peer.send({ opcode: 9, payload: 'theirs' });
    await pinged;
    void ours.ping(utf8('ours'));
    peer.socket.resume();
    await peer.until(() => peer.size > 16 * MIB && peer.frames().length === 18);
    const opcodes = peer.frames().map((frame) => frame.split(':')[0]);
    expect(opcodes.indexOf('9')).toBeLessThan(15);
    expect(opcodes.indexOf('10')).toBeLessThan(15);
  });
});

/** Each answers every message with its own text, some turns later or not. */
const consumers: Record<string, (ours: Connection) => unknown> = {
  async 'a loop'(ours) {
    for await (const message of ours) await ours.send(message);
  },
  async 'a loop that takes its time'(ours) {
    for await (const message of ours) {
      for (let i = 0; i < 10; i++) await turn();
      await ours.send(message);
    }
  },
  async 'streams()'(ours) {
    for await (const message of ours.streams()) {
      let whole = '';
      for await (const part of message) whole += part;
      await turn();
      await ours.send(whole);
    }
  },
  'a listener'(ours) {
    ours.on('message', (message) => ours.send(message));
  },
  'a listener with an await'(ours) {
    ours.on('message', async (message) => {
      await null;
      await ours.send(message);
    });
  },
  'a listener that pauses'(ours) {
    ours.on('message', async (message) => {
      ours.pause();
      for (let i = 0; i < 10; i++) await turn();
      void ours.send(message);
      ours.resume();
    });
  },
};

const ends = [
  ['a Close', [CLOSE], ['8:03e8'], 1000],
  ['a broken rule', [BROKEN], [expect.stringMatching(/^8:03ea/)], 1006],
  ['a FIN', [], [], 1006],
] as const;

describe.each(pairs)('what came in one read with the end is answered, our %s', (_, pair) => {
  for (const [name, consume] of Object.entries(consumers))
    test.each(ends)(`by ${name}, before %s`, async (_, frames, last, code) => {
      const { ours, peer } = await pair({});
      consume(ours);
      peer.send(...texts('one', 'two', 'three'), ...frames);
      peer.socket.end();
      await peer.ended;
      const answers = ['one', 'two', 'three'].map((text) => `1:${Buffer.from(text).toString('hex')}`);
      expect(peer.frames()).toEqual([...answers, ...last]);
      expect(await ours.closed).toMatchObject({ code });
    });

  test('a loop that does not ask again holds our Close no longer than `closeTimeout`; Pings are answered at once', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20 });
    peer.send(...texts('one'), { opcode: 9, payload: 'p' }, CLOSE);
    const loop = ours[Symbol.asyncIterator]();
    expect((await loop.next()).value).toBe('one');
    await peer.until(() => peer.frames().length > 0);
    expect(peer.frames()).toEqual(['10:70']);
    await clock.pass(19, ours);
    expect(peer.frames()).toEqual(['10:70']);
    expect(await ours.send('still open')).toBe(true);
    await clock.pass(2, ours);
    await peer.until(() => peer.frames().length === 3);
    expect(peer.frames().at(-1)).toBe('8:03e8');
    expect(await ours.send('too late')).toBe(false);
  });

  test('without a consumer, and after a loop was left, our Close is sent at once', async () => {
    for (const leaves of [false, true]) {
      const { ours, peer } = await pair({ heartbeat: Infinity, closeTimeout: Infinity });
      if (leaves) {
        peer.send(...texts('one'));
        for await (const message of ours) if (message === 'one') break;
      }
      peer.send(...texts('two', 'three'), CLOSE);
      await peer.until(() => peer.frames().length > 0);
      expect(peer.frames()).toEqual(['8:03e8']);
      peer.socket.end();
      await ours.closed;
      const rest: unknown[] = [];
      for await (const message of ours) rest.push(message);
      expect(rest).toEqual(['two', 'three']);
    }
  });
});

test('WebSocket.onmessage answers each of three messages in front of a Close', async () => {
  const { url, peer } = await rawServer([...texts('one', 'two', 'three'), CLOSE]);
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => socket.send(data);
  const there = await peer;
  await there.until(() => there.frames().length === 4);
  expect(there.frames().map((frame) => frame.split(':')[0])).toEqual(['1', '1', '1', '8']);
  there.socket.end();
  await once(socket as never, 'close');
});

describe.each(pairs)('listeners come and go, our %s', (_, pair) => {
  test('one that throws at a message that came with the handshake makes nothing deaf', async () => {
    const thrown = nextUncaught();
    const received: unknown[] = [];
    const { ours, peer } = await pair({}, texts('throws', 'two'));
    ours.on('message', (message) => {
      if (received.push(message) === 1) throw new Error('in a listener');
    });
    expect(String(await thrown)).toContain('in a listener');
    peer.send(...texts('three'), CLOSE);
    await peer.until(() => peer.frames().length === 1);
    expect(received).toEqual(['throws', 'two', 'three']);
  });

  test('the first does not start what was paused before it, or in its turn', async () => {
    const { ours, peer } = await pair();
    const received: unknown[] = [];
    ours.pause();
    ours.on('message', (message) => received.push(message));
    await turn();
    ours.removeAllListeners('message');
    ours.on('message', (message) => received.push(message));
    ours.pause();
    peer.send(...texts('a'), { opcode: 9 });
    await peer.until(() => peer.frames().length === 1);
    await turn();
    expect(received).toEqual([]);
    ours.resume();
    expect(received).toEqual(['a']);
  });

  test('one for pings that throws holds up nothing that is behind the Ping', async () => {
    const thrown = nextUncaught();
    const { ours, peer } = await pair();
    ours.on('ping', () => {
      throw new Error('in a listener');
    });
    const message = once(ours, 'message');
    peer.send({ opcode: 9 }, ...texts('behind'));
    expect(String(await thrown)).toContain('in a listener');
    expect(await message).toEqual(['behind', false]);
  });

  test('one that throws at the end leaves no other end untold', async () => {
    const { ours, peer } = await pair();
    const thrown = nextUncaught();
    ours.on('error', () => {
      throw new Error('in a listener');
    });
    const closed = once(ours, 'close', { signal: AbortSignal.timeout(20_000) }).catch(() => 'never');
    // `once` listens for 'error' too, and would hear it first.
    ours.removeAllListeners('error').on('error', () => {
      throw new Error('in a listener');
    });
    peer.socket.resetAndDestroy();
    expect(String(await thrown)).toContain('in a listener');
    expect(await closed).toMatchObject([{ code: 1006 }]);
    expect(await ours.closed).toMatchObject({ code: 1006 });
  });

  test('what comes after the last has gone waits for the next consumer', async () => {
    const { ours, peer } = await pair();
    const first = once(ours, 'message');
    peer.send(...texts('one', 'two'));
    expect(await first).toEqual(['one', false]);
    peer.send(...texts('three'));
    const received: unknown[] = [];
    for await (const message of ours) if (received.push(message) === 2) break;
    expect(received).toEqual(['two', 'three']);
    // And a listener again, and one in its place.
    const ignore = (): void => {};
    ours.on('message', ignore).off('message', ignore);
    peer.send(...texts('four', 'five'));
    expect(await once(ours, 'message')).toEqual(['four', false]);
    expect(await once(ours, 'message')).toEqual(['five', false]);
  });
});

describe('an end behind messages that nobody reads', () => {
  const readers: Record<string, (ours: Connection) => unknown> = {
    'nobody at all': () => {},
    'a paused consumer': (ours) => {
      ours.on('message', () => {});
      setImmediate(() => ours.pause());
    },
    async 'a loop that was left'(ours) {
      for await (const _ of ours) break;
    },
  };
  const goodbyes: Record<string, (peer: RawPeer) => unknown> = {
    Close: (peer) => peer.send(CLOSE),
    FIN: (peer) => peer.socket.end(),
    reset: (peer) => peer.socket.resetAndDestroy(),
  };
  for (const [reader, read] of Object.entries(readers))
    for (const [goodbye, leave] of Object.entries(goodbyes))
      test(`${reader}, ${goodbye}`, async () => {
        const { ours, peer } = await serverPair({ heartbeat: 20, closeTimeout: 20 });
        read(ours);
        // Not all at once, or a reset would take away what was not read.
        for (let i = 0; i < 70; i++) peer.send({ opcode: 2, payload: new Uint8Array(1000) });
        for (let round = 1; round <= 3; round++) {
          // In a read of its own, of which the last comes when more than enough waits.
          peer.send({ opcode: 2, payload: new Uint8Array(20_000) }, { opcode: 9 });
          const isAnswered = (): boolean =>
            peer.frames().filter((frame) => frame.startsWith('10:')).length === round;
          // On a slow machine the heartbeat may have cut the connection by now, which ends it as well.
          await Promise.race([peer.until(isAnswered), ours.closed]);
        }
        leave(peer);
        // Nobody at this end does anything more than that.
        peer.socket.end();
        await ours.closed;
      });

  test('more than is read ahead: the heartbeat finds that the peer is gone', async () => {
    const { ours, peer } = await serverPair({ heartbeat: 20, closeTimeout: 20 });
    peer.socket.write(
      peer.encode(...Array.from({ length: 64 }, () => ({ opcode: 2, payload: new Uint8Array(0x1_0000) }))),
    );
    await once(ours, 'ping', { signal: AbortSignal.timeout(1) }).catch(() => {});
    peer.socket.resetAndDestroy();
    expect(await ours.closed).toMatchObject({ code: 1006 });
  });
});

test('tiny compressed messages leave others their turn', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  const counts = new Map<string, number>();
  let countThen = 0;
  server.on('connection', (connection, request) => {
    connection.on('message', () => {
      counts.set(request.path, (counts.get(request.path) ?? 0) + 1);
      if (request.path === '/other') countThen = counts.get('/flood') ?? 0;
    });
  });
  const peers = await Promise.all(
    ['/flood', '/other'].map(async (path) => {
      const socket = connectTcp(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      const peer = new RawPeer(socket, 'client');
      socket.write(`${REQUEST.replace('/', path)}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`);
      await peer.until(() => peer.size > 0);
      peer.chunks.length = 0;
      return peer;
    }),
  );
  const [flood, other] = peers as [RawPeer, RawPeer];
  const deflated = deflateRawSync('x', { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frame = flood.encode({ opcode: 1, rsv: 4, payload: deflated });
  const count = Math.floor(60_000 / frame.length);
  flood.socket.write(concat(Array.from({ length: count }, () => frame)));
  other.send(...texts('me too'));
  flood.send(CLOSE);
  await flood.until(() => flood.frames().length === 1);
  expect(counts.get('/flood')).toBe(count);
  expect(countThen).toBeLessThan(count);
});

describe.each(pairs)('an end that waits for nothing but time would, our %s', (_, pair) => {
  const patient = { heartbeat: Infinity, closeTimeout: Infinity };

  test('a loop after `pause` is a consumer', async () => {
    const { ours, peer } = await pair(patient);
    ours.pause();
    peer.send(...texts('one'), CLOSE);
    peer.socket.end();
    for await (const message of ours) await ours.send(message);
    await peer.ended;
    expect(peer.frames()).toEqual(['1:6f6e65', '8:03e8']);
  });

  test('loops that share the messages each answer theirs, whoever is first', async () => {
    const { ours, peer } = await pair(patient);
    const answers = async (turns: number): Promise<void> => {
      for await (const message of ours) {
        for (let i = 0; i < turns; i++) await turn();
        await ours.send(message);
      }
    };
    const all = Promise.all([answers(1), answers(10)]);
    peer.send(...texts('one', 'two'), CLOSE);
    peer.socket.end();
    await all;
    await peer.ended;
    expect(peer.frames()).toEqual(['1:6f6e65', '1:74776f', '8:03e8']);
  });

  test('a loop that waits for its own `close`, behind a message in parts, while the peer closes too', async () => {
    const { ours, peer } = await pair(patient);
    let goOn: (() => void) | undefined;
    async function* parts(): AsyncGenerator<string> {
      yield 'a';
      await new Promise<void>((resolve) => (goOn = resolve));
      yield 'b';
    }
    peer.send(...texts('one'));
    for await (const _ of ours) {
      void ours.send(parts());
      const closing = ours.close(1000);
      await peer.until(() => peer.frames().length === 1);
      peer.send({ opcode: 9 }, CLOSE);
      await peer.until(() => peer.frames().length === 2);
      goOn!();
      await peer.until(() => peer.frames().length === 5);
      expect(peer.frames()).toEqual(['1:61', '10:', '0:62', '0:', '8:03e8']);
      if (peer.role === 'server') peer.socket.end();
      else peer.socket.on('end', () => peer.socket.end());
      expect(await closing).toMatchObject({ wasClean: true });
    }
  });

  test('a FIN behind both Closes is seen, though nobody reads the messages before them', async () => {
    const { ours, peer } = await pair(patient);
    for (let i = 0; i < 70; i++) peer.send({ opcode: 2, payload: new Uint8Array(1000) });
    peer.send({ opcode: 9 });
    await peer.until(() => peer.frames().length === 1);
    // Reading has stopped for the consumer; now one looks for the end.
    peer.send(CLOSE);
    ours.check(0);
    await peer.until(() => peer.frames().length === 2);
    peer.socket.end();
    expect(await ours.closed).toMatchObject({ wasClean: true });
  });
});

describe.each(pairs)('memory that is used again when `send` is fulfilled, our %s', (_, pair) => {
  const filled = (size: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `2:${toHex(new Uint8Array(size).fill(i + 1))}`);

  test('while the peer reads', async () => {
    const { ours, peer } = await pair();
    const memory = new Uint8Array(5000);
    for (let i = 1; i <= 8; i++) await ours.send(memory.fill(i));
    await peer.until(() => peer.frames().length === 8);
    expect(peer.frames()).toEqual(filled(5000, 8));
  });

  test('at once if it is small, also behind a slow message', async () => {
    const { ours, peer } = await pair();
    let finish: (() => void) | undefined;
    async function* parts(): AsyncGenerator<string> {
      await new Promise<void>((resolve) => (finish = resolve));
    }
    void ours.send(parts());
    const memory = new Uint8Array(4096);
    for (let i = 1; i <= 3; i++) void ours.send(memory.fill(i));
    void ours.sendFragment(memory.fill(4), true);
    memory.fill(5);
    finish!();
    await peer.until(() => peer.frames().length === 5);
    expect(peer.frames().slice(1)).toEqual(filled(4096, 4));
  });

  test('when the system has no room left', async () => {
    const { ours, peer } = await pair();
    peer.socket.pause();
    const memory = new Uint8Array(40_000);
    let count = 0;
    let isFull = false;
    while (!isFull) {
      const sent = ours.send(memory.fill(++count));
      // Full is what has still not gone when there was time for it.
      await Promise.race([sent, turn().then(turn)]);
      isFull = ours.bufferedAmount > 0;
      if (isFull) peer.socket.resume();
      await sent;
    }
    await ours.send(memory.fill(++count));
    await peer.until(() => peer.size >= count * 40_000 && peer.frames().length === count);
    expect(peer.frames()).toEqual(filled(40_000, count));
  });

  test('by the source of a message, which goes on until the system has no room left', async () => {
    const { ours, peer } = await pair();
    peer.socket.pause();
    const memory = new Uint8Array(40_000);
    let count = 0;
    async function* parts(): AsyncGenerator<Uint8Array> {
      while (!peer.socket.readableFlowing) yield memory.fill(++count);
    }
    const sent = ours.send(parts());
    // It waits for room in the end.
    while (ours.bufferedAmount === 0) await turn();
    peer.socket.resume();
    await sent;
    await peer.until(() => peer.size > count * 40_000 && peer.frames().length === count + 1);
    const contents = peer.frames().map((frame) => frame.slice(2));
    expect(contents).toEqual([...filled(40_000, count).map((frame) => frame.slice(2)), '']);
  });
});

describe.each(pairs)('sources of messages, our %s', (_, pair) => {
  test('the deadline of `close` counts from the last part that a slow one gave', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20 });
    let give: (() => void) | undefined;
    async function* parts(): AsyncGenerator<string> {
      for (let i = 0; i < 5; i++) {
        await new Promise<void>((resolve) => (give = resolve));
        yield 'x';
      }
    }
    void ours.send(parts());
    const closing = ours.close(1000);
    for (let i = 1; i <= 5; i++) {
      await turn();
      give!();
      await peer.until(() => peer.frames().length >= i);
      await clock.pass(8, ours);
    }
    await peer.until(() => peer.frames().length === 7);
    peer.send(CLOSE);
    peer.socket.end();
    expect(await closing).toMatchObject({ code: 1000, wasClean: true });
  });

  test('one that throws before it has begun fails the connection, and nothing else', async () => {
    const { ours, peer } = await pair();
    const source = {
      [Symbol.asyncIterator](): AsyncIterator<string> {
        throw new Error('in a source');
      },
    };
    expect(await ours.send(source)).toBe(false);
    await peer.until(() => peer.frames().length === 1);
    expect(peer.frames()[0]).toMatch(/^8:03f3/);
    peer.socket.end();
    expect((await ours.closed).error).toMatchObject({ code: 'message-source-failed' });
  });

  test('one that throws when it is told of the end makes no failure of it', async () => {
    const clock = new Clock();
    const { ours, peer } = await pair({ clock: clock.read, closeTimeout: 20 });
    const source = {
      [Symbol.asyncIterator]: (): AsyncIterator<string> => ({
        next: () => new Promise(() => {}),
        return: () => {
          throw new Error('in a source');
        },
      }),
    };
    const sent = ours.send(source);
    peer.send(CLOSE);
    await turn();
    while (peer.frames().length === 0) await clock.pass(20, ours);
    expect(await sent).toBe(false);
    peer.socket.end();
    expect(await ours.closed).toMatchObject({ code: 1000, wasClean: true });
  });
});

test('loops end though a listener throws at an end that came while a message was inflated', async () => {
  const deflated = deflateRawSync(new Uint8Array(MIB), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(
    0,
    -4,
  );
  const extension = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
  const { ours, peer } = await serverPair({ perMessageDeflate: true }, [], extension);
  const thrown = nextUncaught();
  ours.on('close', () => {
    throw new Error('in a listener');
  });
  const received = (async () => {
    let count = 0;
    for await (const _ of ours) count++;
    return count;
  })();
  peer.send({ opcode: 9 }, { opcode: 2, rsv: 4, payload: deflated });
  await once(ours, 'ping');
  // In a turn in which the thread is still at work.
  ours.terminate();
  expect(String(await thrown)).toContain('in a listener');
  expect(await received).toBe(1);
});
