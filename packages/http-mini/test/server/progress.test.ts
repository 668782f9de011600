// A deadline counts time without progress: bytes that come, and bytes that leave, begin it anew. And it follows no wall clock.
import { describe, expect, test, vi } from 'vitest';
import {
  chunkedPost,
  deferred,
  get,
  handClock,
  post,
  type RawClient,
  serve,
  statuses,
  turns,
} from './support.ts';

// Time passes by hand; the server looks at its deadlines every 5 ms.
const OFTEN = { lingerTimeout: 40 };
const MEGABYTE = 1024 * 1024;
// More in one step than the buffers of both systems can hide.
const STEP = 8 * MEGABYTE;
const STEPS = 8;

/** Reads so much more and then, for the time being, no more. */
async function read(client: RawClient, bytes: number): Promise<void> {
  const before = client.socket.bytesRead;
  client.socket.resume();
  while (client.socket.bytesRead < before + bytes && !client.isClosed) await turns(1);
  client.socket.pause();
}

/** A client that has sent this and reads only by steps; what it reads is not kept. */
async function reader(connect: () => Promise<RawClient>, bytes: string): Promise<RawClient> {
  const client = await connect();
  client.socket.removeAllListeners('data').pause();
  client.send(bytes);
  return client;
}

describe('a slow reader', () => {
  test('is not cut off by stallTimeout while it takes one large part, and is when it takes no more', async () => {
    const { clock, look, pass } = handClock();
    const body = [Buffer.alloc(STEPS * STEP)];
    const { connect, server } = await serve(() => ({ body }), { ...OFTEN, clock, stallTimeout: 1000 });
    const client = await reader(connect, get());
    for (let i = 0; i < STEPS - 2; i++) {
      await read(client, STEP);
      await pass(600);
      await look();
    }
    expect(server.connections).toBe(1);
    await pass(1001);
    while (server.connections > 0) await turns(1);
  });

  test.each([
    ['gets all of a response that was under way when the server was closed', true],
    ['is cut off by close when it takes no more', false],
  ])('%s', async (_, takesAll) => {
    const { clock, look, pass } = handClock();
    const body = Buffer.alloc(STEPS * STEP);
    const { connect, server } = await serve(() => ({ body }), { ...OFTEN, clock, closeTimeout: 50 });
    const client = await reader(connect, get());
    await read(client, 1);
    const closed = server.close();
    for (let i = 0; i < STEPS - 2; i++) {
      await read(client, STEP);
      await pass(30);
      await look();
    }
    expect(server.connections).toBe(1);
    if (takesAll) {
      client.socket.resume();
      await client.ended();
      expect(client.socket.bytesRead).toBeGreaterThan(STEPS * STEP);
      client.socket.end();
    } else {
      await pass(51);
    }
    await closed;
  });
});

describe('a slow sender', () => {
  const echo = async (request: { text(): Promise<string> }) => ({ body: await request.text() });

  test('is given requestTimeout from each part of its content to the next', async () => {
    const { clock, pass } = handClock();
    const { connect } = await serve(echo, { ...OFTEN, clock, requestTimeout: 1000 });
    const client = await connect();
    client.send(chunkedPost(''));
    for (const letter of 'abcd') {
      client.send(`1\r\n${letter}\r\n`);
      await turns(); // it arrives
      await pass(900);
    }
    client.send('0\r\n\r\n');
    expect(await client.until('abcd')).toMatch(/^HTTP\/1\.1 200 /);
    client.send(chunkedPost('1\r\na\r\n'));
    await turns();
    await pass(1001);
    expect(statuses(await client.closed())).toEqual([200, 408]);
  });

  test('is not cut off by close while its content comes', async () => {
    const { clock, pass } = handClock();
    const { connect, server } = await serve(echo, { ...OFTEN, clock, closeTimeout: 50 });
    const client = await connect();
    client.send(chunkedPost(''));
    await turns();
    while (server.connections === 0) await turns(1);
    const closed = server.close();
    for (const letter of 'abcdefgh') {
      client.send(`1\r\n${letter}\r\n`);
      await turns();
      await pass(45);
    }
    client.send('0\r\n\r\n');
    expect(await client.closed()).toMatch(/abcdefgh$/);
    await closed;
  });

  test('is not late with what the handler has not asked for', async () => {
    const { clock, look, pass } = handClock();
    const go = deferred();
    const { connect } = await serve(
      async (request) => {
        await go.promise;
        return { body: await request.text() };
      },
      { ...OFTEN, clock, requestTimeout: 1000 },
    );
    const all = await connect();
    all.send(post('abc'));
    const half = await connect();
    half.send(post('abc').slice(0, -1));
    const polite = await connect(); // waits to be told that its content is wanted (RFC 9110 10.1.1)
    polite.send(post('abc', 'Expect: 100-continue').slice(0, -3));
    await turns();
    await pass(5000);
    await look();
    go.resolve();
    half.send('c');
    await polite.until('100 Continue');
    polite.send('abc');
    for (const client of [all, half, polite]) expect(await client.until('\r\n\r\nabc')).toContain(' 200 OK');
  });
});

describe('the end in stages (RFC 9112 9.6)', () => {
  test('a client that still sends is read for longer than lingerTimeout, so that no reset takes its answer away', async () => {
    const { clock, look, pass } = handClock();
    const { connect, server } = await serve(async (request) => ({ body: await request.bytes() }), {
      clock,
      lingerTimeout: 40,
      maxContentBytes: 10,
    });
    const client = await connect();
    client.send(post('').replace('Content-Length: 0', 'Content-Length: 1000000'));
    await client.ended();
    for (let i = 0; i < 4; i++) {
      client.send('x'.repeat(100_000));
      await turns();
      await pass(39);
      await look();
    }
    expect(server.connections).toBe(1);
    await pass(41);
    while (server.connections > 0) await turns(1);
    expect(statuses(client.received)).toEqual([413]);
  });

  test('but not for ever', async () => {
    const { clock, pass } = handClock();
    const { connect, server } = await serve(() => ({}), { clock, lingerTimeout: 40 });
    const client = await connect();
    client.send(get('/', 'Connection: close'));
    await client.ended();
    const sendOn = async (milliseconds: number): Promise<void> => {
      client.send('x');
      await turns();
      await pass(milliseconds);
    };
    for (let i = 0; i < 60; i++) await sendOn(39);
    expect(server.connections).toBe(1);
    await sendOn(100);
    while (server.connections > 0) await turns(1);
  });
});

describe('the time of day', () => {
  const HOUR = 3600_000;

  test.each([HOUR, -HOUR])(
    'may jump by %i ms: who is in time is served, and who is not is cut off',
    async (jump) => {
      let jumped = 0;
      const now = Date.now;
      const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + jumped);
      /** A server tells another time when it has looked at all its deadlines. */
      const looked = async (witness: RawClient): Promise<void> => {
        const told = async (): Promise<number> => {
          witness.received = '';
          witness.send(get());
          return Date.parse(/Date: (.*)\r\n/.exec(await witness.until('\r\n\r\n'))![1]!);
        };
        const before = await told();
        jumped += 2000;
        while ((await told()) === before);
      };
      try {
        const begun = async (
          headTimeout: number,
        ): Promise<[client: RawClient, looked: () => Promise<void>]> => {
          const { connect } = await serve(() => ({}), { ...OFTEN, headTimeout });
          const witness = await connect();
          const client = await connect();
          client.send('GET / HT');
          await turns();
          return [client, () => looked(witness)];
        };
        const [client, lookedAtClient] = await begun(60_000);
        await lookedAtClient();
        jumped += jump;
        await lookedAtClient();
        client.send('TP/1.1\r\nHost: a\r\n\r\n');
        expect(statuses(await client.until('\r\n\r\n'))).toEqual([200]);

        const [dead, lookedAtDead] = await begun(200);
        await lookedAtDead();
        jumped += jump;
        expect(statuses(await dead.closed())).toEqual([408]);
      } finally {
        spy.mockRestore();
      }
    },
  );
});
