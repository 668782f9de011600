/**
 * A recording: the bytes of one connection in the order in which they passed. TCP keeps that order and nothing else, so a
 * recording can be cut anew, and must mean the same.
 */
import type { Side } from 'explain-mini';

/** Bytes that one side sent in one piece. */
export interface Passage {
  readonly from: Side;
  readonly bytes: Uint8Array;
  /** Milliseconds since the connection began, if that is known. */
  readonly at?: number | undefined;
  /** With the last of these bytes this side ended its direction: in TCP, its FIN. */
  readonly ends?: true | undefined;
}

export interface Recording {
  /** What the bytes begin with: HTTP, or frames after an opening handshake that was not recorded. */
  readonly begins: 'http' | 'frames';
  readonly passages: readonly Passage[];
}

/** All bytes of one side. */
export function bytesOf({ passages }: Recording, side: Side): Uint8Array {
  return joined(passages.filter(({ from }) => from === side).map(({ bytes }) => bytes));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The same recording as if TCP had cut it otherwise: what one side sends before the other answers is joined, and cut again.
 * @param sizeOf the size of the next piece, from 1 up
 */
export function recut(recording: Recording, sizeOf: () => number): Recording {
  const passages: Passage[] = [];
  for (const { from, bytes, at, ends } of turnsOf(recording)) {
    let start = 0;
    do {
      const end = Math.min(bytes.length, start + Math.max(1, sizeOf()));
      passages.push({
        from,
        bytes: bytes.subarray(start, end),
        at,
        ends: end === bytes.length ? ends : undefined,
      });
      start = end;
    } while (start < bytes.length);
  }
  return { ...recording, passages };
}

/** What each side sent before the other did, as one passage. */
function turnsOf({ passages }: Recording): Passage[] {
  const turns: Passage[] = [];
  for (const passage of passages) {
    const last = turns.at(-1);
    if (last === undefined || last.from !== passage.from || last.ends) turns.push(passage);
    else
      turns[turns.length - 1] = { ...last, bytes: joined([last.bytes, passage.bytes]), ends: passage.ends };
  }
  return turns;
}

/** The recording with the bytes of one side from `start` to `end` replaced. Other bytes stay in their passages. */
export function edited(
  recording: Recording,
  side: Side,
  start: number,
  end: number,
  by: Uint8Array,
): Recording {
  let offset = 0;
  let isDone = false;
  const passages = recording.passages.map((passage) => {
    if (passage.from !== side) return passage;
    const { bytes } = passage;
    const from = clamp(start - offset, bytes.length);
    const to = clamp(end - offset, bytes.length);
    // An insertion between two passages belongs to the first.
    const isHere = !isDone && start >= offset && start <= offset + bytes.length;
    offset += bytes.length;
    if (isHere) isDone = true;
    else if (from === to) return passage;
    return {
      ...passage,
      bytes: joined([bytes.subarray(0, from), isHere ? by : NOTHING, bytes.subarray(to)]),
    };
  });
  return { ...recording, passages };
}
const NOTHING = new Uint8Array(0);

function clamp(at: number, size: number): number {
  return Math.max(0, Math.min(size, at));
}
