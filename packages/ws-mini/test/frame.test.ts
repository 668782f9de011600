import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { encodeFrame, FrameDecoder, type FrameInit, type FrameRules, Opcode } from '../src/wire/index.ts';
import { byteByByte, caught, concat, frames, hex, toHex, utf8 } from './support.ts';

describe('RFC 6455 5.7', () => {
  test.each([
    ['a single-frame unmasked text message', '81 05 48 65 6c 6c 6f', { opcode: 1, payload: 'Hello' }],
    [
      'a single-frame masked text message',
      '81 85 37 fa 21 3d 7f 9f 4d 51 58',
      { opcode: 1, payload: 'Hello', maskKey: 0x37fa213d },
    ],
    ['the first fragment', '01 03 48 65 6c', { opcode: 1, payload: 'Hel', fin: false }],
    ['the last fragment', '80 02 6c 6f', { opcode: 0, payload: 'lo' }],
    ['an unmasked Ping', '89 05 48 65 6c 6c 6f', { opcode: 9, payload: 'Hello' }],
    [
      'a masked Pong',
      '8a 85 37 fa 21 3d 7f 9f 4d 51 58',
      { opcode: 10, payload: 'Hello', maskKey: 0x37fa213d },
    ],
    ['the header of 256 bytes', '82 7e 01 00', { opcode: 2, length: 256, payload: '' }],
    ['the header of 64 KiB', '82 7f 00 00 00 00 00 01 00 00', { opcode: 2, length: 65_536, payload: '' }],
  ] as [string, string, FrameInit][])('%s', (_, bytes, init) => {
    expect(toHex(encodeFrame(init))).toBe(toHex(hex(bytes)));
    const piece = new FrameDecoder().receive(hex(bytes)).next()!;
    const text = Buffer.from(piece.bytes.subarray(piece.start, piece.end)).toString();
    expect(text).toBe(init.payload);
    expect(piece.header).toMatchObject({
      opcode: init.opcode,
      fin: init.fin ?? true,
      maskKey: init.maskKey,
      length: init.length ?? text.length,
    });
  });
});

test('chunks handed over before the earlier ones are pulled are joined', () => {
  const bytes = encodeFrame({ opcode: 2, payload: hex('010203'), maskKey: 1 });
  const decoder = new FrameDecoder();
  for (const byte of byteByByte(bytes)) decoder.receive(byte);
  const { bytes: received, start, end } = decoder.next()!;
  expect(toHex(received.subarray(start, end))).toBe('010203');
});

test('chunks that wait are copied a few times, and not once more for each that comes', () => {
  const frames = concat(new Array(500).fill(encodeFrame({ opcode: 2, payload: hex('010203'), maskKey: 1 })));
  const copied = vi.spyOn(Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array, 'set');
  onTestFinished(() => void copied.mockRestore());
  const decoder = new FrameDecoder();
  for (const byte of byteByByte(frames)) decoder.receive(byte);
  const bytes = copied.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
  expect(bytes).toBeLessThan(4 * frames.length);
  for (let offset = 6; offset < frames.length; offset += 9) {
    const { bytes: received, start, end, ...piece } = decoder.next()!;
    expect([toHex(received.subarray(start, end)), piece.offset]).toEqual(['010203', offset]);
    // What comes behind it while somebody has it is not in its way.
    decoder.receive(hex('00'));
    expect(toHex(received.subarray(start, end))).toBe('010203');
  }
});

test('a frame is a view of the chunk it came in, and in its place, though nobody asked for more before', () => {
  const decoder = new FrameDecoder();
  for (const offset of [2, 5, 8]) {
    const chunk = hex('82 01 aa');
    const piece = decoder.receive(chunk).next()!;
    expect(piece.bytes).toBe(chunk);
    expect(piece.offset).toBe(offset);
  }
  const { buffer } = decoder.receive(hex('82 00')).next()!.bytes;
  decoder.next();
  expect(decoder.leftover().buffer).not.toBe(buffer); // an idle connection holds no chunk
});

test('leavesMasked: only payload of a data frame that comes in pieces, each with the key as it stands there', () => {
  const decoder = new FrameDecoder({ leavesMasked: true });
  const pieces = (init: FrameInit, cut: number): string[] => {
    const bytes = encodeFrame({ ...init, maskKey: 0x01020304 });
    return [bytes.slice(0, cut), bytes.slice(cut)].map((chunk) => {
      const { bytes, start, end, key } = decoder.receive(chunk).next()!;
      return `${toHex(bytes.subarray(start, end))} ${key?.toString(16)}`;
    });
  };
  const payload = hex('aa aa aa');
  expect(pieces({ opcode: 2, payload }, 7)).toEqual(['ab 1020304', 'a8a9 2030401']);
  expect(pieces({ opcode: 2, payload }, 6)).toEqual([' undefined', 'aaaaaa undefined']);
  expect(pieces({ opcode: 9, payload }, 7)).toEqual(['aa undefined', 'aaaa undefined']);
});

test('what is kept does not change with the memory it came in', () => {
  const chunk = concat([
    encodeFrame({ opcode: 2, payload: 'one' }),
    encodeFrame({ opcode: 1, payload: 'two' }),
    encodeFrame({ opcode: 3 }),
  ]);
  const decoder = new FrameDecoder().receive(chunk);
  decoder.next();
  decoder.keep((bytes) => bytes.slice());
  new FrameDecoder().keep(() => expect.unreachable()); // nothing waits
  chunk.fill(0);
  expect(toHex(decoder.leftover())).toBe(`8103${toHex(utf8('two'))}8300`);
  expect(decoder.next()!.offset).toBe(7);
  expect(caught(() => decoder.next()).offset).toBe(10);
});

test('says what is missing, and gives back what it has not read', () => {
  const decoder = new FrameDecoder();
  const missing: number[] = [decoder.missing];
  for (const byte of byteByByte(encodeFrame({ opcode: 2, payload: new Uint8Array(200), maskKey: 1 })).slice(
    0,
    10,
  )) {
    decoder.receive(byte).next();
    missing.push(decoder.missing);
  }
  expect(missing).toEqual([0, 1, 6, 5, 4, 3, 2, 1, 200, 199, 198]);
  decoder.receive(new Uint8Array(198)).next();
  decoder.receive(hex('82')).next();
  expect(decoder.missing).toBe(1); // whatever the longer header before it has left in the scratch
  expect(new FrameDecoder().receive(hex('81 00 81 01')).leftover()).toEqual(hex('81 00 81 01'));
});

describe('refuses', () => {
  test.each([
    ['RSV1 without an extension', 'c1 00', 'reserved-bit-set at 0', {}],
    ['RSV1 on a Ping', 'c9 00', 'reserved-bit-set at 0', { rsv: 4 }],
    ['RSV1 on a continuation', 'c0 00', 'reserved-bit-set at 0', { rsv: 4 }],
    ['RSV2', 'a1 00', 'reserved-bit-set at 0', { rsv: 4 }],
    ['RSV3', '91 00', 'reserved-bit-set at 0', { rsv: 4 }],
    ['opcode 3', '83 00', 'opcode-unknown at 0', {}],
    ['opcode 7', '87 00', 'opcode-unknown at 0', {}],
    ['opcode 11', '8b 00', 'opcode-unknown at 0', {}],
    ['opcode 15', '8f 00', 'opcode-unknown at 0', {}],
    ['an unmasked frame from a client', '81 00', 'frame-not-masked at 1', { masked: true }],
    ['a masked frame from a server', '81 80', 'frame-masked at 1', { masked: false }],
    ['a fragmented Ping', '09 00', 'control-frame-fragmented at 0', {}],
    ['a Close of 126 bytes', '88 7e', 'control-frame-too-long at 1', {}],
    ['125 in 16 bits', '82 7e 00 7d', 'length-not-minimal at 2', {}],
    ['65535 in 64 bits', '82 7f 00 00 00 00 00 00 ff ff', 'length-not-minimal at 2', {}],
    ['the top bit of 64', '82 7f 80 00 00 00 00 00 00 00', 'length-top-bit-set at 2', {}],
    ['the top bit of 64, and all others', '82 7f ff ff ff ff ff ff ff ff', 'length-top-bit-set at 2', {}],
  ] as [string, string, string, FrameRules][])('%s', (_, bytes, error, rules) => {
    const before = encodeFrame(rules.masked === true ? { opcode: 2, maskKey: 5 } : { opcode: 2 });
    expect(frames([hex(bytes)], rules)).toEqual([error]);
    const [code, offset] = error.split(' at ');
    const after = frames(byteByByte(concat([before, hex(bytes)])), rules);
    expect(after.at(-1)).toBe(`${code} at ${Number(offset) + before.length}`);
  });

  test('at the second byte, before the rest of the header is there', () => {
    expect(frames([hex('c1'), hex('fe')])).toEqual(['reserved-bit-set at 0']);
  });
});

describe('accepts', () => {
  test.each([
    ['RSV1 on text, if an extension gave it a meaning', 'c1 00'],
    ['125 bytes of Ping', `89 7d ${'00'.repeat(125)}`],
    ['126 in 16 bits', `82 7e 00 7e ${'00'.repeat(126)}`],
    ['65535 in 16 bits', `82 7e ff ff ${'00'.repeat(65_535)}`],
    ['65536 in 64 bits', `82 7f 00 00 00 00 00 01 00 00 ${'00'.repeat(65_536)}`],
  ])('%s', (_, bytes) => {
    expect(frames([hex(bytes)], { rsv: 4 })).toHaveLength(1);
    expect(frames([hex(bytes)], { rsv: 4 })[0]).toMatch(/^\{/);
  });

  test('a length of 2^53 and more, as a number that is about as large', () => {
    const { header } = new FrameDecoder().receive(hex('82 7f 7f ff ff ff ff ff ff ff')).next()!;
    expect(header.length).toBe(2 ** 63);
  });
});

describe('encodeFrame', () => {
  test('builds what is wrong, when asked to', () => {
    expect(toHex(encodeFrame({ opcode: 15, rsv: 7, fin: false, payload: hex('00') }))).toBe('7f0100');
    expect(toHex(encodeFrame({ opcode: 1, lengthBytes: 8, payload: 'a' }))).toBe('817f000000000000000161');
    expect(toHex(encodeFrame({ opcode: 1, lengthBytes: 2, length: 1, maskKey: -1 }))).toBe(
      '81fe0001ffffffff',
    );
    expect(toHex(encodeFrame({ opcode: 1, length: 2 ** 63 }))).toBe('817f8000000000000000');
  });

  test.each([
    { opcode: 16 },
    { opcode: -1 },
    { opcode: 1.5 },
    { opcode: 1, rsv: 8 },
    { opcode: 1, length: 128, lengthBytes: 0 },
    { opcode: 1, length: 65_536, lengthBytes: 2 },
    { opcode: 1, length: -1 },
    { opcode: Opcode.text, length: Number.NaN },
  ] as FrameInit[])('refuses what does not fit its bits: %o', (init) => {
    expect(caught(() => encodeFrame(init))).toMatchObject({ code: 'frame-invalid', by: 'user' });
  });
});

test('an error carries rule, fault and close code', () => {
  expect(caught(() => new FrameDecoder().receive(hex('83 00')).next())).toMatchObject({
    rule: 'RFC 6455 5.2',
    by: 'peer',
    closeCode: 1002,
    offset: 0,
    name: 'WebSocketError',
  });
});
