// A whole connection: a request, the 101 that turns it into a WebSocket, and the frames of both sides, with the reason why
// each field is there.
//   npx tsx --conditions=@minis/source packages/explain/examples/connection.ts
import { explainConnection, formatConnection, type Side } from 'explain-mini';
import { acceptFor, encodeClose, encodeFrame } from 'ws-mini/wire';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
const head = (text: string) => Buffer.from(`${text}\r\n\r\n`, 'latin1');
const passages: readonly [from: Side, bytes: Uint8Array][] = [
  [
    'client',
    head(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13`),
  ],
  ['server', head(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}Sec-WebSocket-Accept: ${acceptFor(key)}`)],
  ['client', encodeFrame({ opcode: 1, payload: 'Hello', maskKey: 0x37fa213d })],
  ['server', encodeFrame({ opcode: 8, payload: encodeClose(1000, 'bye') })],
  ['client', encodeFrame({ opcode: 9, fin: false, maskKey: 1 })], // a Ping is never cut up
];
const parts = explainConnection(passages.map(([from, bytes]) => ({ from, bytes })));
console.log(formatConnection(parts, { why: true }));
