import { expect, test } from 'vitest';
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
