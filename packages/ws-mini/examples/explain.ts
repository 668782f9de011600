// Every byte of a connection, and every bit of a frame's header: where it lies, what it is, which section
// of which RFC says so; from what the package's own decoder reports. Half a frame says what it waits for.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/explain.ts
import { explain, formatExplanation } from 'ws-mini/explain';
import { encodeFrame } from 'ws-mini/wire';

const masked = encodeFrame({ opcode: 1, payload: 'Hello', maskKey: 0x37fa213d });
const close = Uint8Array.of(0x88, 0x05, 0x03, 0xe8, 0x62, 0x79, 0x65);
const halfAFrame = encodeFrame({ opcode: 2, payload: Uint8Array.of(1, 2), length: 300 });
const fragmentedPing = encodeFrame({ opcode: 9, fin: false });

for (const bytes of [masked, close, halfAFrame, fragmentedPing])
  console.log(formatExplanation(explain(bytes)));
