import { expect, onTestFinished, test, vi } from 'vitest';
import { socketsIn } from '../src/sockets.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (slot: number, remote: string, state: string, inode: number): string =>
  `${slot}: 0100007F:1F90 ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1`;

test('a socket that the table has twice, because it changed while it was read, is one socket in its later state', () => {
  const table = [
    HEADER,
    row(0, '00000000:0000', '0A', 7),
    row(1, '0100007F:C350', '03', 8),
    row(2, '0100007F:C351', '01', 9),
    row(3, '0100007F:C350', '01', 8),
  ].join('\n');
  const sockets = socketsIn(`${table}\n`, new Map([['8', 42]]));
  expect(sockets.map(({ state, inode, descriptor }) => [state, inode, descriptor])).toEqual([
    ['LISTEN', '7', undefined],
    ['ESTABLISHED', '8', 42],
    ['ESTABLISHED', '9', undefined],
  ]);
});

/** A system whose /proc/net cannot be opened; with `isThere`, it is there all the same. */
async function withoutTables(isThere: boolean) {
  vi.resetModules();
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    existsSync: () => isThere,
    openSync: () => {
      throw new Error('no such file, or no descriptors left');
    },
  }));
  onTestFinished(() => {
    vi.doUnmock('node:fs');
    vi.resetModules();
  });
  return import('../src/sockets.ts');
}

test.each([false, true])(
  'without the kernel’s tables no socket is shown, and nothing fails: there %s',
  async (isThere) => {
    const { showsSockets, systemSockets, listedSockets } = await withoutTables(isThere);
    expect(showsSockets).toBe(isThere && process.platform === 'linux');
    expect(systemSockets()).toEqual([]);
    expect(listedSockets([8080, 0])).toEqual([undefined]);
  },
);
