import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Connection } from '../src/connection/connection.ts';
import type { MessageStream } from '../src/connection/message-stream.ts';
import type { CloseInfo } from '../src/connection/options.ts';
import { settingsFor } from '../src/connection/options.ts';
import { encodeFrame, type FrameInit, WebSocketError } from '../src/wire/index.ts';
import { connectionPair, Peer, socketPair, withPeer } from './sockets.ts';
import { concat, hex, nextUncaught, toHex, utf8 } from './support.ts';

const masked = (...frames: FrameInit[]): Uint8Array =>
  concat(frames.map((frame) => encodeFrame({ ...frame, maskKey: 0x01020304 })));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const CLOSE = masked({ opcode: 8, payload: hex('03e8') });

const messages = async (connection: Connection, count = Infinity): Promise<unknown[]> => {
  const received: unknown[] = [];
  if (count > 0)
    for await (const message of connection)
      if (received.push(typeof message === 'string' ? message : toHex(message)) === count) break;
  return received;
};

test('a Pong that answers no Ping, with data or without', async () => {
  const [server, client] = await connectionPair();
  const pongs: string[] = [];
  client.on('pong', (data) => pongs.push(toHex(data)));
  expect([server.pong(hex('0102')), server.pong()]).toEqual([true, true]);
  expect(() => server.pong(new Uint8Array(126))).toThrow(/125/);
  expect(() => server.pong(100 as never)).toThrow(expect.objectContaining({ code: 'data-not-supported' }));
  await server.ping();
  await server.close(1000);
  expect(pongs).toEqual(['0102', '']);
  expect(server.pong()).toBe(false);
});

test('close with `keepsReceiving`: what comes before the Close of the peer is received', async () => {
  const [server, client] = await connectionPair();
  const received: unknown[] = [];
  client.on('message', (message) => received.push(message));
  server.on('message', (message) => server.send(message));
  client.send('asked before');
  expect(await client.close(1000, '', { keepsReceiving: true })).toMatchObject({
    code: 1000,
    wasClean: true,
  });
  expect(received).toEqual(['asked before']);
});

test('close with `keepsReceiving`: a loop gets it, too', async () => {
  const [server, client] = await connectionPair();
  server.on('message', (message) => server.send(message));
  client.send('asked before');
  const end = client.close(1000, '', { keepsReceiving: true });
  expect(await messages(client)).toEqual(['asked before']);
  expect(await end).toMatchObject({ code: 1000, wasClean: true });
});

describe('messages', () => {
  test('go both ways, text and binary, small and large, in order', async () => {
    const [server, client] = await connectionPair();
    const large = new Uint8Array(300_000).fill(0xab);
    for (const side of [server, client]) {
      side.send('one');
      side.send(hex('02'));
      side.send(large.buffer);
      side.send(new DataView(hex('00040500').buffer, 1, 2));
      side.send('');
    }
    for (const side of [server, client]) {
      const received = await messages(side, 5);
      expect(received).toEqual(['one', '02', toHex(large), '0405', '']);
    }
    expect(await client.close(1000)).toMatchObject({ code: 1000, wasClean: true, error: undefined });
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  test('come to listeners as well, and stop between pause and resume', async () => {
    const [server, client] = await connectionPair();
    const received: unknown[] = [];
    server.on('message', (message) => {
      received.push(message);
      if (message === 'b') server.pause();
      if (message === 'd') server.close(1000);
    });
    for (const message of ['a', 'b', 'c', 'd', 'e']) client.send(message);
    while (received.length < 2) await once(server, 'message');
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toEqual(['a', 'b']);
    server.resume();
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(received).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each([1, 2])(
    'a listener that threw %i times loses nothing, and nothing overtakes what waits',
    async (most) => {
      // More than is read ahead.
      const contents = Array.from({ length: 5 }, (_, i) => String(i).repeat(40_000));
      const frames = contents.map((payload) => ({ opcode: 1, payload }));
      const [server, peer] = await withPeer({}, concat([masked(...frames), CLOSE]));
      await new Promise((resolve) => setImmediate(resolve));
      const received: unknown[] = [];
      const thrown = nextUncaught();
      server.on('message', (message) => {
        if (received.push(message) <= most) throw new Error('in a listener');
      });
      expect(String(await thrown)).toContain('in a listener');
      if (most > 1) server.resume();
      await peer.ended;
      expect(received).toEqual(contents);
      peer.socket.destroy();
    },
  );

  test('what is behind a message whose listener threw comes after `resume`', async () => {
    const frames = ['a', 'b', 'c'].map((payload) => ({ opcode: 1, payload }));
    const [server, peer] = await withPeer({}, masked(...frames));
    const received: unknown[] = [];
    const thrown = nextUncaught();
    server.on('message', (message) => {
      if (received.push(message) === 1) throw new Error('in a listener');
    });
    expect(String(await thrown)).toContain('in a listener');
    server.resume();
    expect(received).toEqual(['a', 'b', 'c']);
    peer.socket.destroy();
    await server.closed;
  });

  test('pausing and resuming for every message nests no calls', async () => {
    const [server, peer] = await withPeer();
    let count = 0;
    server.on('message', () => {
      count++;
      server.pause();
      server.resume();
    });
    peer.socket.write(
      concat([...Array.from({ length: 20_000 }, () => masked({ opcode: 1, payload: 'x' })), CLOSE]),
    );
    await peer.ended;
    expect(count).toBe(20_000);
    peer.socket.destroy();
  });

  test('wait for their first consumer, and none is lost', async () => {
    const [near, far] = await socketPair();
    const first = masked({ opcode: 1, payload: 'from the leftover' });
    const server = new Connection(far, first, settingsFor({ role: 'server' }));
    near.write(masked({ opcode: 1, payload: 'second' }));
    near.write(masked({ opcode: 9, payload: 'p' }));
    // The Ping is behind messages that nobody has asked for, and is answered all the same.
    expect(toHex((await once(near, 'data'))[0])).toBe('8a0170');
    expect(await messages(server, 2)).toEqual(['from the leftover', 'second']);
    near.destroy();
    await server.closed;
  });

  test.each(['messages', 'streams'] as const)(
    'a loop over %s that is left while it waits takes nothing from the next one, and holds no Close',
    async (kind) => {
      const [server, client] = await connectionPair({ closeTimeout: Infinity });
      const loopOf = (): AsyncIterableIterator<unknown, undefined> =>
        kind === 'messages' ? server[Symbol.asyncIterator]() : server.streams();
      const left = loopOf();
      const waiting = left.next();
      await left.return!();
      expect((await waiting).done).toBe(true);
      void client.send('one');
      const { value } = await loopOf().next();
      const parts = kind === 'messages' ? value : (await Readable.from(value as MessageStream).toArray())[0];
      expect(parts).toBe('one');
      const abandoned = loopOf();
      const last = abandoned.next();
      await abandoned.return!();
      expect((await last).done).toBe(true);
      void client.send('two');
      expect((await client.close(1000)).wasClean).toBe(true);
    },
  );

  test('a Readable that is destroyed leaves the next message to a loop', async () => {
    const [server, client] = await connectionPair();
    const readable = Readable.from(server);
    readable.once('data', () => readable.destroy());
    void client.send('one');
    await once(readable, 'close');
    void client.send('two');
    expect((await server[Symbol.asyncIterator]().next()).value).toBe('two');
    server.terminate();
    await client.closed;
  });

  test('a leftover that is cut inside a frame goes on with what the socket brings', async () => {
    const bytes = masked({ opcode: 1, payload: 'in two parts' });
    const [server, peer] = await withPeer({}, bytes.slice(0, 5));
    peer.socket.write(bytes.subarray(5));
    expect(await messages(server, 1)).toEqual(['in two parts']);
    server.terminate();
  });

  test('that came before the end can be had after it', async () => {
    const [server, peer] = await withPeer();
    peer.socket.write(
      masked({ opcode: 1, payload: 'a' }, { opcode: 1, payload: 'b' }, { opcode: 1, payload: 'c' }),
    );
    peer.socket.end();
    const info = await server.closed;
    expect(info).toMatchObject({ code: 1006, wasClean: false });
    expect(info.error).toMatchObject({ code: 'connection-lost', by: 'peer' });
    expect(await messages(server)).toEqual(['a', 'b', 'c']);
    expect(await messages(server)).toEqual([]);
  });

  test('in fragments: others wait in line, and control frames do not', async () => {
    const [server, client] = await connectionPair();
    server.sendFragment('a', false);
    server.ping(hex('70'));
    expect(() => server.send('b')).toThrow(expect.objectContaining({ code: 'fragment-unexpected' }));
    server.sendFragment('c', true);
    server.send('d');
    expect(await messages(client, 2)).toEqual(['ac', 'd']);
    client.terminate();
    await server.closed;
    expect(await server.sendFragment('e', true)).toBe(false);
  });

  test('what is neither text nor bytes is refused', async () => {
    const [server, client] = await connectionPair();
    for (const data of [1, null, undefined, {}, [1]])
      expect(() => server.send(data as unknown as string)).toThrow(
        expect.objectContaining({ code: 'data-not-supported' }),
      );
    client.terminate();
    await server.closed;
  });
});

describe('one write per turn', () => {
  test.each(['listener', 'loop'])('all answers to a chunk leave together, by a %s', async (how) => {
    const parts: number[] = [];
    const observer = { received: () => {}, sent: (bytes: Uint8Array) => parts.push(bytes.length) };
    const [server, peer] = await withPeer({ observer });
    if (how === 'listener') server.on('message', (message) => server.send(message));
    else
      (async () => {
        for await (const message of server) await server.send(message);
      })();
    peer.socket.write(masked(...Array.from({ length: 100 }, () => ({ opcode: 1, payload: 'hello' }))));
    await peer.until(() => Buffer.concat(peer.chunks).length === 700);
    expect(parts).toEqual([700]);
    peer.socket.destroy();
    await server.closed;
  });

  test('what was sent before a listener threw is sent', async () => {
    const [server, peer] = await withPeer();
    const thrown = nextUncaught();
    server.on('message', (message) => {
      server.send(message);
      throw new Error('in a listener');
    });
    peer.socket.write(masked({ opcode: 1, payload: 'x' }));
    await peer.until(() => peer.received === '810178');
    peer.socket.destroy();
    expect(String(await thrown)).toContain('in a listener');
    await server.closed;
  });
});

describe('back-pressure', () => {
  test('a peer that does not read makes `send` wait, and reading lets it go on', async () => {
    const [server, peer] = await withPeer({ maxQueued: Infinity });
    peer.socket.pause();
    let sent = 0;
    const block = new Uint8Array(1_000_000);
    const sending = (async () => {
      for (; sent < 20; sent++) expect(await server.send(block)).toBe(true);
    })();
    // Nothing is read, so `send` stops being fulfilled: a few turns of the loop show whether it does.
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(20);
    expect(server.bufferedAmount).toBeLessThan(3_000_000);
    peer.socket.resume();
    await sending;
    peer.socket.pause();
    const blocks = Array.from({ length: 10 }, () => server.send(block));
    peer.socket.destroy();
    expect((await Promise.all(blocks)).at(-1)).toBe(false);
    await server.closed;
  });

  test('a consumer that does not ask makes the peer wait', async () => {
    const [server, client] = await connectionPair();
    const block = new Uint8Array(1_000_000);
    let sent = 0;
    const sending = (async () => {
      for (; sent < 30; sent++) await client.send(block);
    })();
    // Long enough for all of it to be read, if it were read.
    for (let i = 0; i < 2000; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(30);
    const received = await messages(server, 30);
    expect(received).toHaveLength(30);
    await sending;
    client.terminate();
    await server.closed;
  });

  test('a slow peer is cut off at the limit, or its messages are dropped', async () => {
    for (const slowConsumer of ['terminate', 'drop'] as const) {
      const [server, peer] = await withPeer({ maxQueued: 100_000, slowConsumer });
      peer.socket.pause();
      const block = new Uint8Array(50_000);
      let taken = 0;
      for (let i = 0; i < 1000; i++) {
        const before = server.bufferedAmount;
        server.send(block);
        if (server.bufferedAmount > before) taken++;
        await new Promise((resolve) => setImmediate(resolve));
        if (server.readyState !== 'open' || server.bufferedAmount > 100_000) break;
      }
      expect(taken).toBeGreaterThan(0);
      expect(await server.send(block)).toBe(false);
      if (slowConsumer === 'terminate') {
        expect((await server.closed).error).toMatchObject({ code: 'queue-full' });
      } else {
        expect(server.readyState).toBe('open');
        server.terminate();
        await server.closed;
      }
      peer.socket.destroy();
    }
  });

  test('of a message in fragments nothing is dropped but all of it', async () => {
    const full = new Uint8Array(8_000_000);
    const [server, peer] = await withPeer({ maxQueued: 1000, slowConsumer: 'drop' });
    peer.socket.pause();
    server.send(full);
    for (const last of [false, false, true]) expect(await server.sendFragment('dropped', last)).toBe(false);
    peer.socket.resume();
    await peer.until(() => peer.size > full.length);
    await server.send('sent');
    await peer.until(() => peer.received.endsWith('810473656e74'));
    // One that has begun cannot be dropped, nor finished without what is missing.
    peer.socket.pause();
    server.sendFragment(full, false);
    expect(await server.sendFragment('b', true)).toBe(false);
    expect((await server.closed).error).toMatchObject({ code: 'queue-full' });
    peer.socket.destroy();
  });

  test('a flood of Pings to a peer that does not read costs one Pong', async () => {
    const [server, peer] = await withPeer({ maxQueued: Infinity });
    peer.socket.pause();
    server.send(new Uint8Array(20_000_000));
    const flood = masked(...Array.from({ length: 2000 }, (_, i) => ({ opcode: 9, payload: String(i) })), {
      opcode: 1,
      payload: 'end',
    });
    peer.socket.write(flood);
    expect(await messages(server, 1)).toEqual(['end']);
    expect(server.bufferedAmount).toBeLessThan(20_000_100);
    peer.socket.resume();
    await peer.until(() => peer.size === 20_000_000 + 10 + 6);
    expect(peer.frames()[1]).toBe(`10:${toHex(utf8('1999'))}`);
    peer.socket.destroy();
    await server.closed;
  });
});

describe('Ping', () => {
  test('is answered with the round trip, by data or by a later Pong', async () => {
    const [server, peer] = await withPeer({
      clock: (() => {
        let now = 0;
        return () => (now += 10);
      })(),
    });
    const first = server.ping();
    const second = server.ping(utf8('two'));
    await peer.until(() => peer.frames().length === 2);
    let isAnswered = false;
    for (const ping of [first, second]) ping.then(() => (isAnswered = true));
    peer.socket.write(masked({ opcode: 10, payload: 'other' }));
    await once(server, 'pong');
    expect(isAnswered).toBe(false);
    peer.socket.write(masked({ opcode: 10, payload: 'two' }));
    expect(await first).toBeGreaterThan(0);
    expect(await second).toBeGreaterThan(0);
    const third = server.ping();
    peer.socket.destroy();
    expect(await third).toBeUndefined();
    await server.closed;
    expect(await server.ping()).toBeUndefined();
  });

  test('whose data an earlier one had is answered by one Pong, as the latest of several', async () => {
    const [server, peer] = await withPeer();
    const pings = [server.ping(utf8('same')), server.ping(utf8('same'))];
    await peer.until(() => peer.frames().length === 2);
    peer.socket.write(masked({ opcode: 10, payload: 'same' }));
    for (const ping of pings) expect(await ping).toBeGreaterThanOrEqual(0);
    server.terminate();
    peer.socket.destroy();
  });

  test('awaited by the consumer behind whose messages its Pong is: ends after `heartbeat` without it', async () => {
    let now = 0;
    const [server, peer] = await withPeer({ heartbeat: 1000, clock: () => now });
    const large = { opcode: 2, payload: new Uint8Array(70_000) };
    const more = new Array(10).fill(large);
    peer.socket.write(masked(large, large, { opcode: 9 }, ...more, { opcode: 10, payload: 'late' }));
    let isBehind = false;
    server.once('ping', () => (isBehind = true));
    const isOver = (async () => {
      for await (const _ of server) return await server.ping(utf8('late'));
      return 'no message';
    })();
    let result: unknown = 'none yet';
    void isOver.then((roundTrip) => (result = roundTrip));
    while (!isBehind) {
      server.check(now);
      await turn();
    }
    for (let i = 0; i < 10_000 && result === 'none yet'; i++) {
      now += 250;
      server.check(now);
      await turn();
    }
    expect(result).toBeUndefined();
    expect(server.readyState).toBe('open');
    server.terminate();
    peer.socket.destroy();
  });

  test('with a Buffer finds its Pong, whose data is none', async () => {
    const [server, client] = await connectionPair();
    expect(await server.ping(Buffer.from('a Buffer'))).toBeGreaterThanOrEqual(0);
    client.close();
    await server.closed;
  });

  test('and Pong are heard while nobody wants a message', async () => {
    const [server, peer] = await withPeer();
    const pong = once(server, 'pong');
    const ping = once(server, 'ping');
    peer.socket.write(masked({ opcode: 9, payload: 'a' }, { opcode: 10, payload: 'b' }));
    expect((await ping)[0]).toEqual(utf8('a'));
    expect((await pong)[0]).toEqual(utf8('b'));
    await peer.until(() => peer.received === '8a0161');
    peer.socket.destroy();
    await server.closed;
  });

  test('is sent after silence, and after more silence the peer is given up', async () => {
    const [server, peer] = await withPeer({ heartbeat: 1000 });
    server.check(0);
    server.check(999);
    expect(peer.received).toBe('');
    server.check(1000);
    await peer.until(() => peer.received === '8900');
    peer.socket.write(masked({ opcode: 10 }));
    await once(server, 'pong');
    server.check(2000);
    server.check(3000);
    server.check(3999);
    expect(server.readyState).toBe('open');
    server.check(4000);
    expect((await server.closed).error).toMatchObject({ code: 'heartbeat-missed' });
    peer.socket.destroy();
  });

  test('is not expected from a peer that our own consumer keeps waiting', async () => {
    const [server, peer] = await withPeer({ heartbeat: 1 });
    peer.socket.write(masked({ opcode: 9 }, { opcode: 2, payload: new Uint8Array(70_000) }));
    await once(server, 'ping');
    await peer.until(() => peer.received === '8a00');
    for (let now = 0; now < 100; now += 10) server.check(now);
    expect(server.readyState).toBe('open');
    expect(peer.received).toBe('8a00');
    server.terminate();
    peer.socket.destroy();
    await server.closed;
  });
});

describe('closing (RFC 6455 7)', () => {
  test('the server ends TCP first, also where the client closes', async () => {
    const [server, peer] = await withPeer();
    peer.socket.write(CLOSE);
    await peer.ended;
    expect(peer.received).toBe('880203e8');
    peer.socket.end();
    expect(await server.closed).toEqual({ code: 1000, reason: '', wasClean: true, error: undefined });
  });

  test('the client waits for the server to end TCP, and not for ever', async () => {
    let now = 0;
    const [client, peer] = await withPeer({ role: 'client', clock: () => now, closeTimeout: 5000 });
    peer.socket.write(encodeFrame({ opcode: 8, payload: hex('03e9') }));
    await peer.until(() => peer.frames().length === 1);
    expect(client.readyState).toBe('closing');
    client.check(now);
    now = 5000;
    client.check(now);
    expect(await client.closed).toMatchObject({ code: 1001, wasClean: true, error: undefined });
    peer.socket.destroy();
  });

  test('a peer that answers no Close is given up', async () => {
    let now = 0;
    const [server, peer] = await withPeer({ clock: () => now, closeTimeout: 100 });
    const closed = server.close(1000);
    expect(server.readyState).toBe('closing');
    now = 99;
    server.check(now);
    expect(server.closeInfo).toBeUndefined();
    now = 100;
    server.check(now);
    expect((await closed).error).toMatchObject({ code: 'close-timeout' });
    peer.socket.destroy();
  });

  test('a second sign of the end gives no more time', async () => {
    let now = 0;
    const [server, peer] = await withPeer({ clock: () => now, closeTimeout: 5000 });
    const closed = server.close(1000);
    now = 4000;
    peer.socket.write(CLOSE);
    await peer.ended;
    now = 5000;
    server.check(now);
    // Both Closes are there, so that only TCP was cut short.
    expect(await closed).toMatchObject({ wasClean: true });
    peer.socket.destroy();
  });

  test('a peer that ends TCP and does not read our end is given up', async () => {
    let now = 0;
    const [server, peer] = await withPeer({ clock: () => now, closeTimeout: 5000, maxQueued: Infinity });
    peer.socket.pause();
    server.send(new Uint8Array(20_000_000));
    peer.socket.end();
    await new Promise<void>((resolve) => {
      const look = (): void => (server.readyState === 'closing' ? resolve() : void setImmediate(look));
      look();
    });
    now = 5000;
    server.check(now);
    expect((await server.closed).error).toMatchObject({ code: 'close-timeout' });
    peer.socket.destroy();
  });

  test('a FIN behind messages that nobody has asked for yet: the Close in front of it is answered', async () => {
    // Small ones, so that all of it is one chunk: more than is held, in less than is read at once.
    const empty = Array.from({ length: 2100 }, () => ({ opcode: 2 }));
    const [near, far] = await socketPair();
    const peer = new Peer(near);
    far.allowHalfOpen = false; // as a server of node:net has it
    const server = new Connection(far, new Uint8Array(0), settingsFor({ role: 'server' }));
    near.end(concat([masked(...empty), CLOSE]));
    await peer.ended;
    expect(peer.received).toBe('880203e8');
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(await messages(server)).toHaveLength(2100);
  });

  test("both at once: each sees the other's code, and there is one Close each way", async () => {
    // rfc6455/7.1.5/code
    const [server, client] = await connectionPair();
    server.close(4001, 'from the server');
    client.close(4002, 'from the client');
    expect(await server.closed).toMatchObject({ code: 4002, reason: 'from the client', wasClean: true });
    expect(await client.closed).toMatchObject({ code: 4001, reason: 'from the server', wasClean: true });
  });

  test("what is on its way when we close is dropped, and the peer's Close found behind it", async () => {
    const [server, peer] = await withPeer();
    peer.socket.write(masked({ opcode: 1, payload: 'held' }, { opcode: 1, payload: 'behind' }));
    const closing = server.close(1000);
    peer.socket.write(concat([masked({ opcode: 1, payload: 'late' }), CLOSE]));
    await peer.ended;
    peer.socket.end();
    expect(await closing).toMatchObject({ wasClean: true });
    expect(await messages(server)).toEqual([]);
  });

  test('all that was sent goes out before Close', async () => {
    const [server, client] = await connectionPair({ maxQueued: Infinity });
    for (let i = 0; i < 10; i++) server.send(new Uint8Array(500_000));
    server.close(1000);
    expect(await messages(client)).toHaveLength(10);
    expect(client.closeInfo).toMatchObject({ code: 1000, wasClean: true });
  });

  test('a broken rule is answered with its code, and reading goes on until the peer has ended', async () => {
    const [server, peer] = await withPeer();
    peer.socket.write(concat([masked({ opcode: 1, payload: hex('ff') }), new Uint8Array(200_000)]));
    await peer.ended;
    expect(peer.frames()).toEqual([`8:03ef${toHex(utf8('a text message is not UTF-8'))}`]);
    peer.socket.end(new Uint8Array(1000));
    const info = await server.closed;
    expect(info).toMatchObject({ code: 1006, wasClean: false });
    expect(info.error).toMatchObject({ code: 'text-not-utf8', closeCode: 1007, offset: 6 });
  });

  test('a reset is an error that needs no listener, and reaches those there are', async () => {
    const [server, peer] = await withPeer();
    const heard = new Promise<CloseInfo>((resolve) => server.on('close', resolve));
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    peer.socket.resetAndDestroy();
    const info = await heard;
    expect(info.error).toBeInstanceOf(WebSocketError);
    expect(errors).toEqual([info.error]);
    const [other, otherPeer] = await withPeer();
    otherPeer.socket.resetAndDestroy();
    expect((await other.closed).error).toMatchObject({ code: 'connection-lost' });
  });

  // rfc6455/6.1/open, rfc6455/7.2.2/abort
  test('after the end nothing throws: sending says false, closing and terminating do nothing', async () => {
    const [server, client] = await connectionPair();
    client.terminate();
    const info = await server.closed;
    expect(info.code).toBe(1006);
    expect(await server.send('x')).toBe(false);
    expect(await server.sendFrame(hex('8100'))).toBe(false);
    expect(await server.close(1000)).toBe(info);
    server.terminate();
    expect(server.readyState).toBe('closed');
    expect(client.readyState).not.toBe('open');
    expect(await messages(server)).toEqual([]);
  });

  // rfc6455/5.1/mask
  test('a frame that is built already is refused by a client: it must be masked', async () => {
    const [server, client] = await connectionPair();
    const refused = expect.objectContaining({ code: 'frame-invalid', by: 'user' });
    expect(() => client.sendFrame(hex('8100'))).toThrow(refused);
    expect(await server.sendFrame(hex('8100'))).toBe(true);
    expect(await client[Symbol.asyncIterator]().next()).toEqual({ value: '', done: false });
    client.terminate();
  });

  test('a code or reason that may not be sent is refused, and the connection stays open', async () => {
    const [server, client] = await connectionPair();
    expect(() => server.close(1004)).toThrow(expect.objectContaining({ code: 'close-code-not-sendable' }));
    expect(() => server.close(1000, 'x'.repeat(124))).toThrow(
      expect.objectContaining({ code: 'control-data-too-long' }),
    );
    expect(server.readyState).toBe('open');
    client.close();
    expect(await server.closed).toMatchObject({ code: 1005 });
  });
});
