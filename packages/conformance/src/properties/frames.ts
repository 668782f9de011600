/**
 * The frames of RFC 6455 5.2, without a connection: what ws writes is what ws-mini reads, and the other way round, bit by
 * bit, in any cut.
 */
import fc from 'fast-check';
import { encodeFrame, FrameDecoder, Opcode, Protocol } from 'ws-mini/wire';
import { anyPieces, cut, type Pieces } from '../arbitraries/pieces.ts';
import { anyFrames, type FramePlan } from '../arbitraries/websocket.ts';
import { wsFrame, wsRead } from '../peers/ws-frames.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, pureProperty } from './property.ts';

interface Framed {
  readonly frames: FramePlan[];
  readonly pieces: Pieces;
}
const anyFramed: fc.Arbitrary<Framed> = fc.record({ frames: anyFrames, pieces: anyPieces });

/** Also byte by byte the same bytes: of one frame there is one shortest form. */
export const wsWritesWsMiniReads: Property = pureProperty(
  7,
  'frames are read as written, in any cut',
  'ws → ws-mini/wire',
  anyFramed,
  ({ frames, pieces }) => {
    const bytes = Buffer.concat(frames.map(wsFrame));
    expectSameBytes('the bytes of both writers', Buffer.concat(frames.map(wsMiniFrame)), bytes);
    const read = decode(cut(bytes, pieces));
    expectSame('number of frames', read.length, frames.length);
    frames.forEach((frame, i) => {
      const { payload, ...rest } = read[i]!;
      const { payload: planned, ...plan } = frame;
      expectSame('frame', Object.entries(rest).sort(), Object.entries(plan).sort());
      expectSameBytes('payload', payload, planned);
    });
    expectSame('messages', protocolRead(cut(bytes, pieces), isMasked(frames)), messagesOf(frames));
  },
);

export const wsMiniWritesWsReads: Property = pureProperty(
  7,
  'frames are read as written, in any cut',
  'ws-mini/wire → ws',
  anyFramed,
  ({ frames, pieces }) => {
    const bytes = Buffer.concat(frames.map(wsMiniFrame));
    expectSame('messages', wsRead(cut(bytes, pieces), isMasked(frames)), messagesOf(frames));
  },
);

function wsMiniFrame({ maskKey, ...frame }: FramePlan): Uint8Array {
  return encodeFrame(maskKey === undefined ? frame : { ...frame, maskKey });
}

/** Who reads masked frames is a server (RFC 6455 5.1). */
function isMasked([first]: readonly FramePlan[]): boolean {
  return first!.maskKey !== undefined;
}

function decode(chunks: readonly Uint8Array[]): FramePlan[] {
  const decoder = new FrameDecoder();
  const frames: FramePlan[] = [];
  let parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    decoder.receive(chunk);
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
      if (piece.first) parts = [];
      parts.push(piece.bytes.slice(piece.start, piece.end));
      const { fin, opcode, maskKey } = piece.header;
      if (piece.last) frames.push({ fin, opcode, maskKey, payload: Buffer.concat(parts) });
    }
  }
  return frames;
}

/** Messages, pings and pongs as lines, as ws gives them. */
function protocolRead(chunks: readonly Uint8Array[], isServer: boolean): string[] {
  const protocol = isServer
    ? new Protocol({ role: 'server' })
    : new Protocol({ role: 'client', maskKey: () => 0 });
  const lines: string[] = [];
  for (const chunk of chunks) {
    protocol.receive(chunk);
    for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
      if (event.type === 'message')
        lines.push(line(typeof event.data === 'string' ? 'text' : 'binary', event.data));
      else if (event.type === 'failed') lines.push(`error ${event.error.message}`);
      else if (event.type !== 'close') lines.push(line(event.type, event.data));
    }
  }
  return lines;
}

/** What these frames mean: control frames where they stand, messages where they end (RFC 6455 5.4). */
function messagesOf(frames: readonly FramePlan[]): string[] {
  const lines: string[] = [];
  let parts: Uint8Array[] = [];
  let type = '';
  for (const { fin, opcode, payload } of frames) {
    if (opcode === Opcode.ping || opcode === Opcode.pong) {
      lines.push(line(opcode === Opcode.ping ? 'ping' : 'pong', payload));
      continue;
    }
    if (opcode !== Opcode.continuation) type = opcode === Opcode.text ? 'text' : 'binary';
    parts.push(payload);
    if (!fin) continue;
    lines.push(line(type, Buffer.concat(parts)));
    parts = [];
  }
  return lines;
}

function line(type: string, data: string | Uint8Array): string {
  return `${type} ${Buffer.from(data as Uint8Array).toString('hex')}`;
}
