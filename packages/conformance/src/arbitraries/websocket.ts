/** What WebSocket peers say to each other: messages, frames, and the ways to say goodbye. */
import fc from 'fast-check';
import type { DeflateAgreement } from 'ws-mini/wire';
import { anyCharacter, anyContent, anyText } from './content.ts';

/** Text as a string, binary as bytes. */
export type Message = string | Uint8Array;

// undici takes a byte order mark off its text, which belongs to it (WHATWG WebSockets 6.1: "UTF-8 decode without BOM").
const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  anyText.map((text) => text.replace(/^\ufeff+/, '')),
  anyContent,
);

export const anyMessages: fc.Arbitrary<Message[]> = fc.array(anyMessage, { minLength: 1, maxLength: 6 });

/** Every combination of the parameters of permessage-deflate (RFC 7692 7.1), the smallest windows and the largest. */
export const deflateParameters: readonly DeflateAgreement[] = [false, true].flatMap(
  (serverNoContextTakeover) =>
    [false, true].flatMap((clientNoContextTakeover) =>
      [8, 9, 15].flatMap((serverMaxWindowBits) =>
        [8, 9, 15].map((clientMaxWindowBits) => ({
          serverNoContextTakeover,
          clientNoContextTakeover,
          serverMaxWindowBits,
          clientMaxWindowBits,
        })),
      ),
    ),
);

export interface Goodbye {
  readonly from: 'client' | 'server';
  readonly code: number;
  readonly reason: string;
}

/** The codes that a program may send by the WHATWG interface, and reasons of at most 123 bytes (RFC 6455 5.5). */
export const anyGoodbye: fc.Arbitrary<Goodbye> = fc.record({
  from: fc.constantFrom('client', 'server'),
  code: fc.oneof(fc.constant(1000), fc.integer({ min: 3000, max: 4999 })),
  reason: fc
    .string({ unit: anyCharacter, maxLength: 123 })
    .filter((reason) => Buffer.byteLength(reason) <= 123 && !reason.startsWith('\ufeff')),
});

export interface FramePlan {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** 32 bits, or undefined for a frame without mask. */
  readonly maskKey: number | undefined;
}

const control = fc.record({
  fin: fc.constant(true),
  opcode: fc.constantFrom(9, 10),
  payload: fc.uint8Array({ maxLength: 125 }),
});
const binary = fc
  .array(anyContent, { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.map((payload, i) => ({ fin: i === parts.length - 1, opcode: i === 0 ? 2 : 0, payload })),
  );
const text = anyText.map((whole) => [{ fin: true, opcode: 1, payload: new Uint8Array(Buffer.from(whole)) }]);

/** Whole and fragmented messages with control frames between their fragments; all of them masked, or none. */
export const anyFrames: fc.Arbitrary<FramePlan[]> = fc
  .tuple(
    fc.array(fc.oneof(binary, text), { minLength: 1, maxLength: 4 }),
    fc.array(control, { maxLength: 4 }),
    fc.array(fc.nat({ max: 15 }), { minLength: 4, maxLength: 4 }),
    fc.option(fc.integer({ min: 0, max: 0xffff_ffff }), { nil: undefined }),
  )
  .map(([messages, controls, places, firstKey]) => {
    const frames = messages.flat();
    controls.forEach((frame, i) => {
      frames.splice(places[i]! % (frames.length + 1), 0, frame);
    });
    return frames.map((frame, i) => ({
      ...frame,
      maskKey: firstKey === undefined ? undefined : (firstKey + i * 0x9e37_79b9) >>> 0,
    }));
  });
