// Law 8: out = in, for any sizes, pauses and half-closes; by our client and by peers that behave badly.
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connect } from '../src/index.ts';
import { pattern, rawPeer, readAll, runs, startServer } from './support.ts';

const sizes = fc.oneof({ weight: 5, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(200_000) });

describe('law 8, echo', () => {
  // rfc862/tcp/echo
  test('our client: any sends, any pauses of the reader, half-close at the end', async () => {
    const { port, server } = await startServer();
    await fc.assert(
      fc.asyncProperty(
        fc.array(sizes, { maxLength: 12 }),
        fc.array(fc.nat(3), { maxLength: 8 }),
        async (sends, pauses) => {
          const client = await connect({ port });
          const parts = sends.map((size, i) => pattern(size, i));
          const sending = (async () => {
            for (const part of parts) await client.send(part);
            client.end();
          })();
          const echo: Uint8Array[] = [];
          let turn = 0;
          for await (const chunk of client) {
            echo.push(chunk);
            // A pause is some turns of the event loop: time enough for the other side to run ahead.
            for (let i = pauses[turn++] ?? 0; i > 0; i--) await new Promise(setImmediate);
          }
          await sending;
          expect(Buffer.concat(echo).equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      runs(0.5),
    );
    await server.close();
  });

  test('raw peers, several at once: law 1 as well, any cut of the bytes echoes the same', async () => {
    const { port } = await startServer();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(sizes, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        async (peers) => {
          const echoes = peers.map(async (writes, i) => {
            const peer = await rawPeer(port);
            const echo = readAll(peer);
            const parts = writes.map((size) => pattern(size, i + 1));
            for (const part of parts) if (!peer.write(part)) await once(peer, 'drain');
            peer.end();
            expect((await echo).equals(Buffer.concat(parts))).toBe(true);
          });
          await Promise.all(echoes);
        },
      ),
      runs(0.25),
    );
  });
});

describe('awkward peers', () => {
  test('byte by byte', async () => {
    const { port } = await startServer();
    const peer = await rawPeer(port);
    const bytes = pattern(500);
    for (const byte of bytes) {
      peer.write(Uint8Array.of(byte));
      const [echo] = await once(peer, 'data');
      expect(echo).toEqual(Buffer.of(byte));
    }
  });

  test('half-closing at once: nothing to echo, and our FIN', async () => {
    const { port, seen } = await startServer();
    const peer = await rawPeer(port);
    peer.end();
    expect(await readAll(peer)).toHaveLength(0);
    const closed = await seen.event((e) => e.stage === 'closed');
    expect(closed.error).toBeUndefined();
  });

  test('64 MiB through, half-closed early: FIN comes after the last byte', async () => {
    // rfc862/tcp/until-close
    const { port } = await startServer();
    const client = await connect({ port });
    const block = pattern(1024 * 1024);
    const sending = (async () => {
      for (let i = 0; i < 64; i++) await client.send(block);
      client.end();
    })();
    let at = 0;
    for await (const chunk of client) {
      for (let done = 0; done < chunk.length; ) {
        const expected = block.subarray((at + done) % block.length).subarray(0, chunk.length - done);
        expect(expected.equals(chunk.subarray(done, done + expected.length))).toBe(true);
        done += expected.length;
      }
      at += chunk.length;
    }
    await sending;
    expect(at).toBe(64 * 1024 * 1024);
  });

  test('never reading: it stops being read from, and memory stays within the limit', async () => {
    const { port, seen } = await startServer();
    const peer = await rawPeer(port);
    peer.pause();
    const bytes = pattern(24 * 1024 * 1024);
    peer.write(bytes);
    await seen.event((e) => e.stage === 'paused');
    const written = () => seen.events.filter((e) => e.stage === 'written').length;
    const before = written();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(written()).toBe(before); // nothing more is read for it
    peer.end();
    expect((await readAll(peer)).equals(bytes)).toBe(true); // and once it reads, nothing is lost
    const most = Math.max(...seen.events.map((e) => e.pending ?? 0));
    expect(most).toBeLessThanOrEqual(128 * 1024); // what one read() may find
  });

  test('resetting in the middle: one typed error, and the others are served', async () => {
    const { port, seen } = await startServer();
    const good = await connect({ port });
    const bad = await rawPeer(port);
    bad.write('x');
    await once(bad, 'data');
    bad.resetAndDestroy();
    const closed = await seen.event((e) => e.stage === 'closed');
    expect(closed).toMatchObject({ socket: 'connection 2', error: { code: 'connection-reset', by: 'peer' } });
    await good.send('still here');
    good.end();
    expect(`${await readAll(good)}`).toBe('still here');
  });

  test('resetting while the echo is pending', async () => {
    const { port, seen, server } = await startServer();
    const peer = await rawPeer(port);
    peer.pause();
    peer.write(pattern(16 * 1024 * 1024));
    await seen.event((e) => e.stage === 'paused');
    peer.resetAndDestroy();
    const closed = await seen.event((e) => e.stage === 'closed');
    expect(closed.error).toMatchObject({ code: 'connection-reset' });
    await server.close();
  });

  test('law 4: any writes, then any end, leave a server that serves', async () => {
    const { port, seen, server } = await startServer();
    const ends = fc.constantFrom('end', 'destroy', 'resetAndDestroy');
    let peers = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { maxLength: 3 }), ends, fc.boolean(), async (writes, end, reads) => {
        const peer = await rawPeer(port);
        const name = `connection ${++peers}`;
        if (reads) peer.resume();
        for (const size of writes) peer.write(pattern(size));
        peer[end as 'end']();
        if (end === 'end') peer.resume();
        const { error } = await seen.event((e) => e.socket === name && e.stage === 'closed');
        if (error) expect(error).toMatchObject({ code: 'connection-reset', by: 'peer' });
      }),
      runs(0.5),
    );
    const client = await connect({ port });
    await client.send('alive');
    client.end();
    expect(`${await readAll(client)}`).toBe('alive');
    await server.close();
  });
});
