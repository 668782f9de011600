import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { encodeFrame, FrameDecoder, type FrameInit, MessageAssembler, Protocol } from '../src/wire/index.ts';
import {
  byteByByte,
  caught,
  concat,
  cutAt,
  cuts,
  events,
  hex,
  payload,
  runs,
  text,
  toHex,
  utf8,
} from './support.ts';

/** A message as frames: cut at any byte, with control frames in between. */
const fragmented = (
  opcode: number,
  body: Uint8Array,
  fractions: number[],
  between: FrameInit[],
): Uint8Array => {
  const parts = cutAt(body, fractions);
  const frames = parts.flatMap((part, i): FrameInit[] => [
    { opcode: i === 0 ? opcode : 0, payload: part, fin: i === parts.length - 1 },
    ...(i < parts.length - 1 ? between : []),
  ]);
  return concat(frames.map((frame) => encodeFrame({ ...frame, maskKey: 0x01020304 })));
};

test('a message is the same whole and in fragments, under any cuts, with Pings in between', () => {
  fc.assert(
    fc.property(fc.oneof(text, payload), cuts, cuts, (data, fragments, chunks) => {
      const isText = typeof data === 'string';
      const body = isText ? utf8(data) : data;
      // Lone surrogates cannot be sent; what arrives is what UTF-8 made of them.
      const expected = isText ? `text: ${Buffer.from(body).toString()}` : `message: ${toHex(body)}`;
      const ping: FrameInit = { opcode: 9, payload: hex('70') };
      const bytes = fragmented(isText ? 1 : 2, body, fragments, [ping]);
      const answered = `answered: ${'8a0170'.repeat(fragments.length)}`;
      const lines = events(cutAt(bytes, chunks));
      expect(lines.filter((line) => line !== 'ping: 70')).toEqual([expected, answered]);
    }),
    runs,
  );
});

test('in parts: each piece as it comes, an empty one only as the last, from the next message on', () => {
  const decoder = new FrameDecoder({ rsv: 4 });
  const assembler = new MessageAssembler(6);
  const parts = (input: string): unknown[] => {
    const seen: unknown[] = [];
    decoder.receive(hex(input));
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
      const part = assembler.receive(piece);
      if (part?.type === 'part') seen.push([part.of, toHex(part.data), part.compressed, part.last]);
      else if (part !== undefined) seen.push(toHex(part.data as Uint8Array));
    }
    return seen;
  };
  expect(parts('02 01 aa')).toEqual([]);
  assembler.inParts = true;
  expect(parts('80 01 bb')).toEqual(['aabb']);
  expect(parts('02 02 01')).toEqual([['binary', '01', false, false]]);
  expect(parts('02')).toEqual([['binary', '02', false, false]]);
  expect(parts('00 00')).toEqual([]);
  expect(parts('80 00')).toEqual([['binary', '', false, true]]);
  expect(parts('81 03 e2 82')).toEqual([['text', 'e282', false, false]]);
  expect(parts('ac')).toEqual([['text', 'ac', false, true]]);
  expect(parts('c1 01 ff')).toEqual([['text', 'ff', true, true]]);
  expect(parts('02 04 01 02 03 04')).toEqual([['binary', '01020304', false, false]]);
  expect(caught(() => parts('80 03')).code).toBe('message-too-big');
});

test('the place of a bad byte does not depend on where the chunks are cut', () => {
  for (const chunks of [['81 03 ff 61 61'], ['81 03', 'ff 61 61'], ['81', '03 ff', '61 61']])
    expect(events(chunks.map(hex), { role: 'client', maskKey: () => 0 })[0]).toBe(
      'failed: text-not-utf8 at 2',
    );
});

const client = (frames: FrameInit[]): Uint8Array =>
  concat(frames.map((frame) => encodeFrame({ ...frame, maskKey: 0x0badcafe })));

describe('refuses, at the offending byte and not later', () => {
  const size = 6;
  test.each<[string, FrameInit[], string]>([
    ['a continuation of nothing', [{ opcode: 0, payload: 'x' }], 'continuation-unexpected at 0'],
    [
      'a continuation after a whole message',
      [{ opcode: 1, payload: 'x' }, { opcode: 0 }],
      `continuation-unexpected at ${size + 1}`,
    ],
    [
      'a message inside another',
      [{ opcode: 1, fin: false }, { opcode: 1 }],
      `continuation-expected at ${size}`,
    ],
    ['text that is not UTF-8', [{ opcode: 1, payload: hex('6180') }], `text-not-utf8 at ${size + 1}`],
    [
      'text that ends inside a character',
      [{ opcode: 1, payload: hex('61e282') }],
      `text-not-utf8 at ${size + 3}`,
    ],
    [
      'fragments that end inside a character',
      [
        { opcode: 1, payload: hex('e2'), fin: false },
        { opcode: 0, payload: hex('82') },
      ],
      `text-not-utf8 at ${2 * size + 2}`,
    ],
    [
      'a bad byte in an unfinished message',
      [
        { opcode: 1, payload: hex('ed'), fin: false },
        { opcode: 0, payload: hex('a0'), fin: false },
      ],
      `text-not-utf8 at ${2 * size + 1}`,
    ],
    ['more than the limit', [{ opcode: 2, payload: new Uint8Array(101) }], 'message-too-big at 0'],
    [
      'more than the limit, in all',
      [
        { opcode: 2, payload: new Uint8Array(100), fin: false },
        { opcode: 0, payload: 'x' },
      ],
      `message-too-big at ${size + 100}`,
    ],
  ])('%s', (_, frames, error) => {
    const bytes = client(frames);
    const options = { role: 'server', maxMessage: 100 } as const;
    const lines = events([bytes.slice()], options);
    expect(lines.at(-2)).toBe(`failed: ${error}`);
    const at = Number(error.split(' ').at(-1));
    const slow = events(byteByByte(bytes), options);
    expect(slow).toEqual(lines);
    // Not a byte more than needed: the byte at the offset, or the header that it begins.
    const needed = error.startsWith('text') ? Math.min(at + 1, bytes.length) : at + size;
    expect(events([bytes.slice(0, needed)], options).at(-2)).toBe(`failed: ${error}`);
    if (error.startsWith('text')) expect(events([bytes.slice(0, needed - 1)], options)).toHaveLength(1);
  });
});

test('a message of exactly the limit is taken', () => {
  const options = { role: 'server', maxMessage: 100 } as const;
  expect(events([client([{ opcode: 2, payload: new Uint8Array(100) }])], options)[0]).toMatch(/^message/);
});

test('a message in one piece is a view of what was received, not a copy', () => {
  const chunk = encodeFrame({ opcode: 2, payload: hex('0102') });
  const event = new Protocol({ role: 'client', maskKey: () => 0 }).receive(chunk).next();
  expect(event?.type === 'message' && (event.data as Uint8Array).buffer).toBe(chunk.buffer);
});

test('memory is in proportion to bytes: a frame that announces much gets none before it comes', () => {
  const assembler = new MessageAssembler(Infinity);
  const decoder = new FrameDecoder();
  const header = encodeFrame({ opcode: 2, length: 2 ** 40, payload: 'x' });
  expect(() => assembler.receive(decoder.receive(header).next()!)).not.toThrow();
});

test('a claim is believed twenty times over: a MiB gets its memory with the first read, a TiB no more than that', () => {
  const given = (length: number): number => {
    const bytes = concat([encodeFrame({ opcode: 2, length, payload: '' }), new Uint8Array(0x1_0000 - 10)]);
    const assembler = new MessageAssembler(Infinity);
    const before = process.memoryUsage().arrayBuffers;
    assembler.receive(new FrameDecoder().receive(bytes).next()!);
    return process.memoryUsage().arrayBuffers - before;
  };
  expect(given(2 ** 20)).toBeGreaterThanOrEqual(2 ** 20);
  expect(given(2 ** 40)).toBeGreaterThan(2 ** 20);
  expect(given(2 ** 40)).toBeLessThanOrEqual(20 * 0x1_0000);
});

test.each([1, 1.3, 2, 16])('a message of %s MiB in one frame holds its own bytes and no more', (size) => {
  const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(size * 2 ** 20) });
  const decoder = new FrameDecoder();
  const assembler = new MessageAssembler(2 ** 24);
  let message: ReturnType<MessageAssembler['receive']>;
  for (let at = 0; at < bytes.length; at += 0x1_0000) {
    decoder.receive(bytes.slice(at, at + 0x1_0000));
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next())
      message = assembler.receive(piece);
  }
  const data = message!.data as Uint8Array;
  expect(data.length).toBe(Math.trunc(size * 2 ** 20));
  expect(data.buffer.byteLength).toBeLessThan(data.length + 16); // it lies as the chunk does
});

test('what no buffer can hold, though the limit lets it pass, is too big a message and no RangeError', () => {
  const begun = encodeFrame({ opcode: 2, length: 2 ** 40, payload: 'x', maskKey: 1 });
  const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  try {
    const protocol = new Protocol({ role: 'server', maxMessage: Infinity });
    const event = protocol.receive(begun).next();
    const error = { code: 'message-too-big', closeCode: 1009, offset: 0, cause: { name: 'RangeError' } };
    expect(event).toMatchObject({ type: 'failed', error });
  } finally {
    allocate.mockRestore();
  }
});

test('what no string can hold is too big a message as well', () => {
  // Untouched zeros: the system has given nothing but addresses.
  const bytes = new Uint8Array(2 ** 29 + 10);
  bytes.set(encodeFrame({ opcode: 1, length: 2 ** 29, payload: '' }));
  const protocol = new Protocol({ role: 'client', maskKey: () => 0, maxMessage: Infinity });
  const event = protocol.receive(bytes).next();
  const error = { code: 'message-too-big', closeCode: 1009, cause: expect.any(Error) };
  expect(event).toMatchObject({ type: 'failed', error });
  expect(event).toMatchObject({ error: { message: 'no text can be made of 536870912 bytes' } });
});

const address = ({ byteOffset }: Uint8Array): number => byteOffset % 16;

test('a message lies in its memory as in the chunk it comes from', () => {
  for (const offset of [0, 1, 7, 15]) {
    const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(200), maskKey: 0x37fa213d });
    const chunk = new Uint8Array(offset + bytes.length).subarray(offset);
    chunk.set(bytes);
    const protocol = new Protocol({ role: 'server' });
    protocol.receive(chunk.subarray(0, 150)).next();
    const event = protocol.receive(chunk.subarray(150)).next() as { data: Uint8Array };
    expect(address(event.data)).toBe(address(chunk.subarray(bytes.length - 200)));
    expect(event.data).toEqual(Buffer.alloc(200));
  }
});

test('it lies as the chunk for which its memory had to grow', () => {
  const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(100_000), maskKey: 0x37fa213d });
  const protocol = new Protocol({ role: 'server' });
  // So little is there at first that no more than 64 KiB are believed.
  protocol.receive(bytes.slice(0, 21)).next();
  const chunk = new Uint8Array(bytes.length - 21 + 5).subarray(5);
  chunk.set(bytes.subarray(21));
  const event = protocol.receive(chunk).next() as { data: Uint8Array };
  expect(address(event.data.subarray(7))).toBe(5);
});

test('memory is in proportion to bytes: a million fragments of one byte', () => {
  const count = 1_000_000;
  const bytes = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) bytes.set([i === 0 ? 2 : i === count - 1 ? 0x80 : 0, 1, 7], i * 3);
  const before = process.memoryUsage().arrayBuffers;
  const protocol = new Protocol({ role: 'client', maskKey: () => 0, maxFragments: Infinity });
  const event = protocol.receive(bytes).next();
  expect(event?.type === 'message' && event.data.length).toBe(count);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(count * 8);
});

test('text as bytes: checked, told from binary, and not decoded', () => {
  const protocol = new Protocol({ role: 'client', maskKey: () => 0, textAs: 'bytes' });
  const next = (...frames: FrameInit[]): unknown => {
    protocol.receive(concat(frames.map((frame) => encodeFrame(frame))));
    const event = protocol.next();
    return event?.type === 'message' ? [toHex(event.data as Uint8Array), event.isText] : event;
  };
  expect(next({ opcode: 1, payload: 'é' })).toEqual(['c3a9', true]);
  expect(next({ opcode: 2, payload: 'é' })).toEqual(['c3a9', undefined]);
  const fragments = [
    { opcode: 1, fin: false, payload: hex('c3') },
    { opcode: 0, payload: hex('a9') },
  ];
  expect(next(...fragments)).toEqual(['c3a9', true]);
  expect(next({ opcode: 1, payload: hex('61ff') })).toMatchObject({
    type: 'failed',
    error: { code: 'text-not-utf8' },
  });
});

test('a compressed message is handed on as it came, with its type', () => {
  const bytes = concat([
    encodeFrame({ opcode: 1, rsv: 4, fin: false, payload: hex('80ff') }),
    encodeFrame({ opcode: 0, payload: hex('00') }),
    encodeFrame({ opcode: 2, rsv: 4, payload: hex('01') }),
    encodeFrame({ opcode: 2, payload: hex('02') }),
  ]);
  const protocol = new Protocol({ role: 'client', maskKey: () => 0, compression: true });
  protocol.receive(bytes);
  const received = [protocol.next(), protocol.next(), protocol.next()].map((event) =>
    event?.type === 'message' ? [toHex(event.data as Uint8Array), event.compressed] : event,
  );
  expect(received).toEqual([
    ['80ff00', 'text'],
    ['01', 'binary'],
    ['02', undefined],
  ]);
});
