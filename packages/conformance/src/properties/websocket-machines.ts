/** ws-mini's decoder and protocol without a socket, as machines for laws 1, 4 and 5, and their round trips (law 2). */
import fc from 'fast-check';
import {
  encodeFrame,
  FrameDecoder,
  type FrameInit,
  type FrameRules,
  Protocol,
  WebSocketError,
} from 'ws-mini/wire';
import { anyContent, anyText } from '../arbitraries/content.ts';
import { anyNoise } from '../arbitraries/http-messages.ts';
import { anyPieces, cut } from '../arbitraries/pieces.ts';
import { anyStream, MAX_MESSAGE } from '../differential/websocket/frames.ts';
import { expectSame } from './expect.ts';
import { errorLine, type Machine, type Stream } from './machine.ts';
import { type Property, pureProperty } from './property.ts';

/** Frames that may break any rule, for an end of either role. */
const anyFrameStream = fc.constantFrom('client' as const, 'server' as const).chain(anyStream);

/** Each is long in another way. */
const LONG: Record<string, (length: number) => FrameInit[]> = {
  'one frame': (length) => [{ opcode: 2, payload: new Uint8Array(length) }],
  'empty frames': (length) => Array<FrameInit>(length >> 3).fill({ opcode: 2 }),
  'fragments of a byte': (length) => [
    { opcode: 2, fin: false },
    ...Array<FrameInit>(length >> 3).fill({ opcode: 0, fin: false, payload: 'a' }),
    { opcode: 0 },
  ],
  Pongs: (length) => Array<FrameInit>(length >> 6).fill({ opcode: 10, payload: new Uint8Array(100) }),
};
const longStreams = <Options>(options: Options): fc.Arbitrary<Stream<Options>> =>
  fc
    .record({ kind: fc.constantFrom(...Object.values(LONG)), length: fc.integer({ min: 1000, max: 4000 }) })
    .map(({ kind, length }) => {
      const frames = kind(length).map((frame) => encodeFrame({ ...frame, maskKey: 0x37fa213d }));
      return { bytes: Buffer.concat(frames), options };
    });

export const frameMachine: Machine<FrameRules> = {
  name: 'ws-mini frames',
  streams: fc.record({
    bytes: fc.oneof(
      anyFrameStream.map(({ bytes }) => bytes),
      anyNoise,
    ),
    options: fc.record(
      { masked: fc.boolean(), rsv: fc.constantFrom(0, 4, 7) },
      { requiredKeys: [] },
    ) as fc.Arbitrary<FrameRules>,
  }),
  longStreams: longStreams({ masked: true }),
  events(pieces, rules, isLate = false) {
    const decoder = new FrameDecoder(rules);
    const lines: string[] = [];
    let payload = '';
    try {
      for (const piece of pieces) {
        decoder.receive(piece);
        if (isLate && piece !== pieces.at(-1)) continue;
        for (let part = decoder.next(); part !== undefined; part = decoder.next()) {
          payload += hex(part.bytes.subarray(part.start, part.end));
          if (!part.last) continue;
          lines.push(`${JSON.stringify(part.header)} ${payload}`);
          payload = '';
        }
      }
    } catch (error) {
      lines.push(lineOf(error));
    }
    return lines;
  },
};

interface ProtocolSetting {
  readonly role: 'client' | 'server';
  readonly compression: boolean;
  readonly inParts: boolean;
  readonly maxMessage: number;
  readonly maxFragments?: number;
}

export const protocolMachine: Machine<ProtocolSetting> = {
  name: 'ws-mini protocol',
  streams: fc
    .tuple(anyFrameStream, fc.boolean(), fc.option(anyNoise))
    .map(([{ role, compression, bytes }, inParts, noise]) => ({
      bytes: noise ?? bytes,
      options: { role, compression: compression !== 'none', inParts, maxMessage: MAX_MESSAGE },
    })),
  longStreams: longStreams({
    role: 'server',
    compression: false,
    inParts: false,
    maxMessage: Infinity,
    maxFragments: Infinity,
  }),
  events(pieces, { inParts, ...options }, isLate) {
    const protocol = new Protocol({ ...options, maskKey: () => 0 });
    if (inParts) protocol.receiveInParts();
    return protocolEvents(protocol, pieces, isLate);
  },
  exceeds: (line, { maxMessage }) => line.length > 'part of message, compressed '.length + 2 * maxMessage,
};

/** A line for each event, then what was answered, and the broken rule last. Parts come as their message, as far as it came. */
export function protocolEvents(protocol: Protocol, pieces: readonly Uint8Array[], isLate = false): string[] {
  const lines: string[] = [];
  let parts = '';
  let broken: string[] = [];
  for (const piece of pieces) {
    protocol.receive(piece);
    if (isLate && piece !== pieces.at(-1)) continue;
    for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
      if (broken.length > 0) lines.push('an event after the error');
      if (event.type === 'failed') broken = [lineOf(event.error)];
      else if (event.type === 'close') lines.push(`close ${event.code} ${event.reason}`);
      else if (event.type === 'part') {
        parts += hex(event.data);
        if (!event.last) continue;
        lines.push(`${event.of}, compressed ${event.compressed}: ${parts}`);
        parts = '';
      } else if (event.type !== 'message' || typeof event.data !== 'string')
        lines.push(`${event.type}: ${hex(event.data as Uint8Array)}`);
      else lines.push(`text: ${event.data}`);
    }
  }
  // Of a message that breaks a rule, parts are given as far as they came before.
  if (parts !== '' && broken.length === 0) lines.push(`begun: ${parts}`);
  return [...lines, `answered: ${protocol.takeOutput().map(hex).join('')}`, ...broken];
}

/** Ours alone; whatever else was thrown is nothing that a machine may throw. */
function lineOf(error: unknown): string {
  if (!(error instanceof WebSocketError) || error.by !== 'peer') throw error;
  return errorLine(error.code, error.offset ?? Number.NaN);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

// ── Law 2 ──

const anyFrame: fc.Arbitrary<FrameInit> = fc
  .tuple(
    fc.oneof(
      fc.record({ opcode: fc.constantFrom<number>(0, 1, 2), fin: fc.boolean(), payload: anyContent }),
      fc.record({
        opcode: fc.constantFrom<number>(8, 9, 10),
        fin: fc.constant(true),
        payload: fc.uint8Array({ maxLength: 125 }),
      }),
    ),
    fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
  )
  .map(([frame, maskKey]) => (maskKey === null ? frame : { ...frame, maskKey }));

export function framesComeBack(encode: typeof encodeFrame = encodeFrame): Property {
  return pureProperty(
    2,
    'what is encoded is parsed, and encoded again',
    frameMachine.name,
    anyFrame,
    (frame) => {
      const bytes = encode(frame);
      const piece = new FrameDecoder().receive(Uint8Array.from(bytes)).next()!;
      const { opcode, fin, maskKey } = piece.header;
      const payload = piece.bytes.subarray(piece.start, piece.end);
      const back = { opcode, fin, payload, ...(maskKey === undefined ? {} : { maskKey }) };
      expectSame(
        'frame',
        { ...back, payload: hex(payload) },
        { ...frame, payload: hex(frame.payload as Uint8Array) },
      );
      expectSame('bytes', hex(encode(back)), hex(bytes));
    },
  );
}

const anyControl = fc.uint8Array({ maxLength: 125 });
const anyCommand = fc.oneof(
  fc.record({ do: fc.constant('message' as const), parts: fc.tuple(anyText) }),
  fc.record({ do: fc.constant('message' as const), parts: fc.tuple(anyContent) }),
  fc.record({
    do: fc.constant('fragments' as const),
    parts: fc.array(anyText, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant('fragments' as const),
    parts: fc.array(anyContent, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ do: fc.constantFrom('ping' as const, 'pong' as const), parts: fc.tuple(anyControl) }),
  /** What waits so far is written. */
  fc.record({ do: fc.constant('take' as const), parts: fc.constant([]) }),
);
type Command = typeof anyCommand extends fc.Arbitrary<infer Value> ? Value : never;

/** @returns what the other side is to see, as `protocolEvents` says it */
function perform(sender: Protocol, { do: what, parts }: Command): string[] {
  const [first] = parts;
  if (first === undefined) return [];
  if (what === 'ping' || what === 'pong') sender[what](first as Uint8Array);
  else if (what === 'fragments')
    parts.forEach((part, i) => {
      sender.sendFragment(part, i === parts.length - 1);
    });
  else if (typeof first === 'string') sender.sendText(first);
  else sender.sendBinary(first);
  if (typeof first === 'string') return [`text: ${parts.join('')}`];
  const type = what === 'ping' || what === 'pong' ? what : 'message';
  return [`${type}: ${hex(Buffer.concat(parts as Uint8Array[]))}`];
}

/** Under any cut, in either role. */
export function commandsAreSeen(read: typeof protocolEvents = protocolEvents): Property {
  return pureProperty(
    2,
    'what is encoded is parsed, and encoded again',
    protocolMachine.name,
    fc.record({ from: fc.boolean(), commands: fc.array(anyCommand, { maxLength: 8 }), pieces: anyPieces }),
    ({ from, commands, pieces }) => {
      const ends = (['client', 'server'] as const).map((role, i) => new Protocol({ role, maskKey: () => i }));
      const [sender, receiver] = (from ? ends : ends.toReversed()) as [Protocol, Protocol];
      const written: Uint8Array[] = [];
      const expected = commands.flatMap((command) => {
        if (command.do === 'take')
          written.push(...sender.takeOutput().map((bytes) => Uint8Array.from(bytes)));
        return perform(sender, command);
      });
      const waiting = sender.pending;
      const rest = Buffer.concat(sender.takeOutput());
      expectSame('bytes that wait', waiting, rest.length);
      const bytes = Buffer.concat([...written, rest]);
      expectSame('events', read(receiver, cut(bytes, pieces)).slice(0, -1), expected);
    },
  );
}
