/** Attacks on WebSocket servers. */
import { deflateRawSync } from 'node:zlib';
import { encodeFrame, Opcode } from 'ws-mini/wire';
import { type Attack, PROCESS, type Target, tlsAttacks } from './attack.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** MiB: a socket of Node, its connection, what was read, and what waits to be sent: 1 MiB, and as much again on its way. */
const EACH = 0.25;
const limit = (connections: number, more = 0): number => PROCESS + connections * (EACH + more);

const opening = (path: string, extensions = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extensions}\r\n`;
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';

type Written = Omit<Parameters<typeof encodeFrame>[0], 'maskKey'>;
const frame = (written: Written): Buffer => Buffer.from(encodeFrame({ maskKey: 0x01020304, ...written }));
const compressed = (bytes: Uint8Array): Buffer =>
  frame({ opcode: Opcode.binary, rsv: 4, payload: deflated(bytes) });

/** As RFC 7692 7.2.1 has it: without the four bytes of an empty block at the end. */
function deflated(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { finishFlush: 2 }).subarray(0, -4);
}

const begun = (path: string, bytes: Uint8Array, extensions = ''): Buffer =>
  Buffer.concat([Buffer.from(opening(path, extensions), 'latin1'), bytes]);

const attacks: readonly Attack[] = [
  { name: 'connections that say nothing', connections: 1000, bound: limit(1000) },
  {
    name: 'half opening handshakes',
    connections: 200,
    first: opening('/sink').slice(0, -2),
    again: { bytes: 'a', every: 100 },
    bound: limit(200),
  },
  { name: 'silence after the handshake', connections: 200, first: opening('/sink'), bound: limit(200) },
  {
    name: 'a frame that promises 1 MiB and stops',
    connections: 200,
    first: begun('/sink', frame({ opcode: Opcode.binary, payload: new Uint8Array(MIB) }).subarray(0, 100)),
    bound: limit(200),
  },
  {
    name: 'zip bombs: 256 MiB of zeros in 255 KiB',
    connections: 5,
    first: opening('/sink', DEFLATE),
    again: { bytes: () => compressed(Buffer.alloc(256 * MIB)) },
    bound: limit(5, 8),
  },
  {
    name: 'tiny compressed messages',
    connections: 10,
    first: opening('/sink', DEFLATE),
    again: { bytes: compressed(Buffer.from('a')) },
    bound: limit(10, 2),
  },
  {
    name: 'fragments of one byte',
    connections: 10,
    first: begun('/sink', frame({ opcode: Opcode.binary, fin: false, payload: 'a' })),
    again: { bytes: frame({ opcode: Opcode.continuation, fin: false, payload: 'a' }) },
    bound: limit(10, 4),
  },
  {
    name: 'fragments without a byte',
    connections: 10,
    first: begun('/sink', frame({ opcode: Opcode.binary, fin: false, payload: '' })),
    again: { bytes: frame({ opcode: Opcode.continuation, fin: false, payload: '' }) },
    bound: limit(10, 2),
  },
  {
    name: 'Pings, Pongs unread',
    connections: 20,
    first: opening('/sink'),
    again: { bytes: frame({ opcode: Opcode.ping, payload: 'a'.repeat(125) }) },
    reads: false,
    bound: limit(20, 2),
  },
  {
    name: 'messages, echoes unread',
    connections: 20,
    first: opening('/echo'),
    again: { bytes: frame({ opcode: Opcode.binary, payload: 'a'.repeat(1000) }) },
    reads: false,
    bound: limit(20, 4),
  },
  { name: 'a Close never answered', connections: 200, first: opening('/close'), bound: limit(200) },
  ...tlsAttacks(limit),
];

export const onWebSocketServers: Target = {
  table: 'WebSocket',
  program: 'websocket-server.ts',
  implementations: ['ws-mini', 'ws'],
  asking: {
    opening: opening('/echo'),
    isOpen: (received) => received.includes('\r\n\r\n'),
    question: frame({ opcode: Opcode.text, payload: 'hello' }).toString('latin1'),
    isAnswered: (received) => received.endsWith('\x81\x05hello'),
  },
  isClient: false,
  attacks,
};
