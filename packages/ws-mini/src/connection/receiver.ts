// From the bytes of a transport to events that last: the Protocol's, but with compressed messages inflated, and with
// copies of what lies in the shared read buffer. While a message is inflated in a thread, everything behind it waits, so
// that nothing overtakes it. And no connection takes too much time in one turn of the event loop.

import { type Message, type Protocol, type ProtocolEvent, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import type { Inbox } from './inbox.ts';
import { kept } from './transport.ts';

export type ReceiverEvent =
  | ProtocolEvent
  /** `next` gives nothing before `until` is fulfilled; without it, before `refresh` is called in a later turn. */
  | { readonly type: 'busy'; readonly until?: Promise<void> };

/**
 * How much we do before other connections get their turn: so many messages, or what takes about as long. Why bytes count
 * as well: a peer that sends fast enough is read 32 times in a row, and a message may come in fragments of nothing.
 */
const BUDGET = 2048;
const COMPRESSED = 64;
/** Bytes received, and bytes that come out of inflating. */
const RECEIVED = 1 / 256;
const INFLATED = 1 / 1024;

export class Receiver {
  readonly #wire: Protocol;
  readonly deflate: Deflate | undefined;
  /**
   * `inflating`: a message is in a thread. `yielding`: the budget is used up, and a later turn goes on. `held up`: a
   * compressed message waits for room. Unlike others it does not wait in the inbox: inflated it may be far larger.
   */
  state: 'ready' | 'inflating' | 'yielding' | 'held up' = 'ready';
  /** The bytes that we are handling lie in the shared read buffer. */
  #isLent = false;
  /** The message that comes next: it was held up, or is inflated now. */
  #first: ReceiverEvent | undefined;
  /** What is left until we give way. It lasts beyond a turn: giving way once too often costs nothing. */
  #budget = BUDGET;

  constructor(wire: Protocol, deflate: Deflate | undefined) {
    this.#wire = wire;
    this.deflate = deflate;
  }

  /** @param isLent see `TransportEvents` */
  receive(chunk: Uint8Array, isLent: boolean): void {
    this.#isLent = isLent;
    this.#budget -= chunk.length * RECEIVED;
    this.#wire.receive(chunk);
  }

  /** Whether we are behind, rather than the consumer. */
  get isAtWork(): boolean {
    return this.state === 'inflating' || this.state === 'yielding';
  }

  /** A later turn has come. */
  refresh(): void {
    this.#budget = BUDGET;
    if (this.state === 'yielding') this.state = 'ready';
  }

  /** The next event; undefined until more is received, or while `state` is not `ready`. */
  next(inbox: Inbox): ReceiverEvent | undefined {
    if (this.state === 'yielding') return undefined;
    if (this.state === 'inflating' && this.#first === undefined) return undefined;
    this.state = 'ready';
    if (this.#first === undefined && this.#budget < 0) {
      this.state = 'yielding';
      return { type: 'busy' };
    }
    const event = this.#first ?? this.#wire.next();
    this.#first = undefined;
    if (event?.type === 'message') {
      if (event.compressed !== undefined) return this.#inflate(event, event.compressed, inbox.isFull);
      this.#budget--;
      if (this.#isLent && typeof event.data !== 'string') return { ...event, data: this.#own(event.data) };
    } else if (event?.type === 'part' && this.#isLent) return { ...event, data: this.#own(event.data) };
    else this.#budget--;
    return event;
  }

  /** Bytes that we can give away: a copy if `data` lies in the shared read buffer. */
  #own(data: Uint8Array): Uint8Array {
    if (!this.#isLent) return data;
    const own = kept(data);
    // Then copy everything behind it at once: a copy for each of many small messages would cost more.
    if (own !== data) this.endLoan();
    return own;
  }

  /** Copies what still lies in the shared read buffer, which the next read overwrites. */
  endLoan(): void {
    if (this.#isLent) this.#wire.keep(kept);
    this.#isLent = false;
  }

  #inflate(message: Message, type: 'text' | 'binary', isHeldUp: boolean): ReceiverEvent | undefined {
    const deflated = message.data as Uint8Array;
    if (isHeldUp) {
      this.#first = { ...message, data: this.#own(deflated) };
      this.state = 'held up';
      return undefined;
    }
    this.#budget -= COMPRESSED;
    try {
      const result = this.deflate!.decompress(deflated);
      if (result instanceof Promise) return { type: 'busy', until: this.#inflateLater(result, type) };
      this.#budget -= result.length * INFLATED;
      return this.#wire.inflated(result, type);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #inflateLater(result: Promise<Uint8Array>, type: 'text' | 'binary'): Promise<void> {
    this.state = 'inflating';
    this.#first = await result
      .then((data) => this.#wire.inflated(data, type))
      .catch((error) => this.#failed(error));
  }

  #failed(error: unknown): ReceiverEvent {
    if (!(error instanceof WebSocketError)) throw error;
    this.#wire.fail(error);
    return { type: 'failed', error };
  }
}
