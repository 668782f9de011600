// Law 7 with permessage-deflate: each client with each server, in every combination of the four parameters, with messages
// on both sides of every boundary. That what is agreed on is also done shows in the bytes.

import { describe, expect, test } from 'vitest';
import { deflateParameters } from '../../src/arbitraries/websocket.ts';
import { webSocketPairs } from '../../src/properties/index.ts';
import { echoThrough } from '../../src/properties/websocket.ts';

/** Frame lengths (RFC 6455 5.2), where code changes its way of copying or inflating, and the windows of 8, 9 and 15 bits. */
const LENGTHS = [
  ...[0, 1, 125, 126, 127, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025],
  ...[4095, 4096, 4097, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537],
];
const LINE = 'The same words again, and now and then others: ';
const messages = LENGTHS.map((length, i) => {
  const text = `${i} ${LINE}`.repeat(length / LINE.length + 1).slice(0, length);
  return i % 2 === 0 ? text : Uint8Array.from(Buffer.from(text));
});
const total = LENGTHS.reduce((sum, length) => sum + length, 0);

/** The first bytes one by one, then packets. */
const pieces = [...Array<number>(40).fill(1), 1460, 7, 1460, 3];

describe.each(
  webSocketPairs.map(([client, server]) => ({ name: `${client.name} → ${server.name}`, client, server })),
)('$name', ({ client, server }) => {
  test('in all combinations', { timeout: 120_000 }, async () => {
    for (const deflate of deflateParameters) {
      const sizes = await echoThrough(client, server, { messages, deflate, up: pieces, down: pieces });
      const isCompressed = { up: sizes.up < total / 3, down: sizes.down < total / 3 };
      expect({ ...deflate, ...isCompressed }).toEqual({ ...deflate, up: client.compresses, down: true });
    }
  });
});
