/**
 * permessage-deflate as the probe does it (RFC 7692 7.2), on node:zlib. Not ws-mini's own, which may be what is asked.
 * A window is the end of what went before, handed to zlib as its dictionary.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Role } from './frame.ts';

/** One direction, as agreed. */
interface Direction {
  readonly takeover: boolean;
  readonly bits: number;
}

/** What both sides leave off at the end of a message (7.2.1). */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

export class Deflation {
  readonly ours: Direction;
  readonly theirs: Direction;
  #sent: Uint8Array = new Uint8Array();
  #received: Uint8Array = new Uint8Array();

  /** @param agreed the value of Sec-WebSocket-Extensions in the 101 */
  constructor(agreed: string, asked: Role) {
    const probe = asked === 'server' ? 'client' : 'server';
    this.ours = directionOf(agreed, probe);
    this.theirs = directionOf(agreed, asked);
  }

  compress(data: Uint8Array): Uint8Array {
    const { takeover, bits } = this.ours;
    // zlib has no 8 for raw deflate; with 9 it refers to 250 bytes back at most, which is within 2^8.
    const deflated = deflate(data, { windowBits: Math.max(bits, 9), dictionary: this.#sent });
    if (takeover) this.#sent = endOf(this.#sent, data, bits);
    return deflated;
  }

  /** @throws Error where it refers to what is not in the window, or is no deflate */
  inflate(deflated: Uint8Array): Uint8Array {
    const { takeover, bits } = this.theirs;
    const data = inflateRawSync(Buffer.concat([deflated, TAIL]), {
      windowBits: bits,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 32 * 1024 * 1024,
      // zlib looks at the window only for what lies before the buffer that it writes to: a small one keeps it honest.
      ...(bits < 15 && { chunkSize: 64 }),
      ...(this.#received.length > 0 && { dictionary: this.#received }),
    });
    if (takeover) this.#received = endOf(this.#received, data, bits);
    return data;
  }
}

/** A message as one that stands alone, unless a dictionary is given: the blocks that zlib makes, without the tail. */
export function deflate(
  data: Uint8Array,
  { dictionary, ...options }: { level?: number; windowBits?: number; dictionary?: Uint8Array } = {},
): Uint8Array {
  const deflated = deflateRawSync(data, {
    ...options,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(dictionary !== undefined && dictionary.length > 0 && { dictionary }),
  });
  return deflated.subarray(0, -TAIL.length);
}

function directionOf(agreed: string, sender: Role): Direction {
  const bits = new RegExp(`${sender}_max_window_bits="?(\\d+)`).exec(agreed)?.[1];
  const takeover = !agreed.includes(`${sender}_no_context_takeover`);
  return { takeover, bits: Math.min(Math.max(Number(bits ?? 15), 8), 15) };
}

function endOf(before: Uint8Array, data: Uint8Array, bits: number): Uint8Array {
  return Buffer.concat([before, data]).subarray(-(2 ** bits));
}
