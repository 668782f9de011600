// The echo and peers that behave badly. Laws 4 and 8 are asked of it in packages/conformance/src/properties.
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { pattern } from '../../../scripts/for-tests/pattern.ts';
import { connect } from '../src/index.ts';
import { rawPeer, readAll, startServer } from './support.ts';

describe('awkward peers', () => {
  test('byte by byte', async () => {
    // rfc862/tcp/echo
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
});
