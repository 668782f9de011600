/**
 * One direction of a TCP connection over a link that delays and loses: a segment goes in, and comes out when TCP would
 * hand it over. Nothing is ever dropped. A lost segment is sent again, and until it has come, all behind it waits,
 * because TCP keeps the order (RFC 9293 3.4). It has no socket and no clock, so a test can be the time.
 *
 * Segments are what the relay reads, cut at 1,460 bytes. Acknowledgements are not lost; one that was would be covered by the next.
 */

export interface LinkOptions {
  /** Milliseconds in each direction. */
  readonly delay: number;
  /** Percent of what is sent, in each direction. */
  readonly loss: number;
  readonly seed: number;
}

/** Bytes of a segment on an Ethernet: 1,500 less 40 for the headers of IP and TCP. */
export const SEGMENT = 1460;
/** Milliseconds: RFC 6298 2.4 asks for a second at least, but Linux waits for a round trip and these. */
const LEAST_TIMEOUT = 200;
/** Milliseconds for a SYN, of which no round trip is known yet (RFC 6298 2.1). */
const FIRST_TIMEOUT = 1000;
/** So many later segments must have come before the sender knows without a timeout (fast retransmit, RFC 5681 3.2). */
const DUPLICATES = 3;

interface Segment {
  readonly bytes: Uint8Array;
  /** When it will have come, by itself. */
  arrival: number;
  /** How often it is lost, decided when it is sent. */
  readonly losses: number;
  /** Later segments that came while this one was missing. */
  later: number;
}

export class Flight {
  readonly #delay: number;
  readonly #timeout: number;
  readonly #isLost: () => boolean;
  readonly #segments: Segment[] = [];
  #size = 0;

  /** @param isLost decides about one sending, as `losses` does */
  constructor({ delay }: Pick<LinkOptions, 'delay'>, isLost: () => boolean) {
    this.#delay = delay;
    this.#timeout = LEAST_TIMEOUT + 2 * delay;
    this.#isLost = isLost;
  }

  /** Bytes that have been sent and not been received. */
  get size(): number {
    return this.#size;
  }

  /** When the next bytes can be received; undefined if none are on their way. */
  get next(): number | undefined {
    return this.#segments[0]?.arrival;
  }

  send(bytes: Uint8Array, now: number): void {
    for (let at = 0; at < bytes.length; at += SEGMENT) this.#send(bytes.subarray(at, at + SEGMENT), now);
  }

  #send(bytes: Uint8Array, now: number): void {
    const losses = lostInARow(this.#isLost);
    if (losses === 0) this.#noteDuplicate(now);
    this.#segments.push({
      bytes,
      arrival: now + this.#delay + backoff(this.#timeout, losses),
      losses,
      later: 0,
    });
    this.#size += bytes.length;
  }

  /** This segment will come, and tells of those that are missing: the receiver acknowledges again what it has. */
  #noteDuplicate(now: number): void {
    for (const segment of this.#segments) {
      if (segment.losses === 0 || ++segment.later !== DUPLICATES) continue;
      // There, back as an acknowledgement, and there again. If that is lost as well, only the timeout helps.
      const again = now + 3 * this.#delay + backoff(this.#timeout, segment.losses - 1);
      segment.arrival = Math.min(segment.arrival, again);
    }
  }

  /** What has come, in order: a segment that is missing holds back those behind it. */
  receive(now: number): Uint8Array[] {
    let count = 0;
    while (count < this.#segments.length && this.#segments[count]!.arrival <= now) count++;
    const come = this.#segments.splice(0, count).map(({ bytes }) => bytes);
    for (const bytes of come) this.#size -= bytes.length;
    return come;
  }
}

/** Milliseconds from a SYN to its acknowledgement: a round trip, and longer if one of the two is lost. */
export function handshake({ delay }: Pick<LinkOptions, 'delay'>, isLost: () => boolean): number {
  return (
    2 * delay +
    backoff(
      FIRST_TIMEOUT,
      lostInARow(() => isLost() || isLost()),
    )
  );
}

/** The timeout doubles each time (RFC 6298 5.5). */
function backoff(timeout: number, losses: number): number {
  return timeout * (2 ** losses - 1);
}

function lostInARow(isLost: () => boolean): number {
  let losses = 0;
  while (isLost()) losses++;
  return losses;
}

/**
 * Decides what is lost, one after the other. The nth decision of a lane is the same for the same seed, whatever the time.
 * @param lane a number for each direction of each connection, which have losses of their own
 */
export function losses({ loss, seed }: Pick<LinkOptions, 'loss' | 'seed'>, lane: number): () => boolean {
  const next = random(seed * 65_537 + lane);
  return () => loss > 0 && next() * 100 < loss;
}

/** Mulberry32: small, and good enough to throw dice. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
