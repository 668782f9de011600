// The protocol without a socket: what a client and a server say to each other, byte for byte, and what
// a server says to a client that breaks a rule.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/bytes.ts

import { encodeFrame, Opcode, Protocol } from 'ws-mini/wire';

const hex = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('hex');

// RFC 6455 5.7 uses this key; a real client draws a new one for every frame.
const client = new Protocol({ role: 'client', maskKey: () => 0x37fa213d });
const server = new Protocol({ role: 'server' });

client.sendText('Hello');
const request = client.takeOutput();
console.log('client sends  ', hex(request));

for (const bytes of request) server.receive(bytes);
const event = server.next();
console.log('server gets   ', event);
server.sendText('Hello');
console.log('server sends  ', hex(server.takeOutput()));

// Right or wrong: a Ping must not be fragmented (5.5), so this one is refused.
server.receive(encodeFrame({ opcode: Opcode.ping, fin: false, maskKey: 1 }));
const failure = server.next();
if (failure?.type === 'failed') console.log('server refuses', failure.error.code, 'by', failure.error.rule);
console.log('server sends  ', hex(server.takeOutput()));
