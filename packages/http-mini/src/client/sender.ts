/**
 * RequestSender: sends the requests of one connection, one after the other. Small content leaves with its head in one write.
 * Other content (a stream, large content, content that waits for 100, content with trailers) goes no faster than the server
 * takes it, and stops if the server does not want the rest.
 *
 *     idle ─▶ (expecting) ─▶ sending ◀─▶ blocked        sending ─▶ idle        each but idle ─▶ stopped
 */
import { Readable } from 'node:stream';
import { isWhole, Parts } from '../io/body.ts';
import { type SocketWriter, sendContent } from '../io/writer.ts';
import { type ContentEncoder, contentEncoder } from '../wire/content.ts';
import { type HttpError, isHttpError, reasonOf, userError } from '../wire/errors.ts';
import type { ClientSettings } from './options.ts';
import type { OutgoingRequest } from './outgoing.ts';

/** What the sender tells the connection. */
export interface SenderOwner {
  /** The sender has changed its state. */
  senderMoved(): void;
  /** The content cannot be sent as it was announced. */
  cancel(error: HttpError): void;
}

export class RequestSender {
  state: 'idle' | 'expecting' | 'sending' | 'blocked' | 'stopped' = 'idle';
  /** The request whose content is being sent, or was being sent at `stop`. */
  request: OutgoingRequest | undefined;
  readonly #owner: SenderOwner;
  readonly #writer: SocketWriter;
  readonly #settings: ClientSettings;
  #encoder: ContentEncoder | undefined;
  /** The parts of the content that is being sent. */
  #parts: Parts | undefined;
  #wake: (() => void) | undefined;

  constructor(owner: SenderOwner, writer: SocketWriter, settings: ClientSettings) {
    this.#owner = owner;
    this.#writer = writer;
    this.#settings = settings;
  }

  send(request: OutgoingRequest): void {
    const { content, framing } = request;
    this.#writer.output.text(request.head);
    if (content !== undefined) {
      const isSimple = framing.kind !== 'chunked' && !request.expectsContinue;
      if (isSimple && isWhole(content) && content.length <= this.#writer.atOnce)
        this.#writer.output.content(content);
      else void this.#sendContent(request);
    }
    // With pipelining, several requests may come in one turn: join them into one write. Otherwise waiting only costs time.
    if (this.#settings.pipelining > 1) this.#writer.flushSoon();
    else this.#writer.flush();
  }

  /**
   * The server has sent 100 (Continue), or nothing for too long: "A client that sends a 100-continue expectation ...
   * SHOULD NOT wait for an indefinite period" (rfc9110/10.1.1/expect-wait).
   */
  proceed(): void {
    if (this.state === 'expecting') this.#go();
  }

  /** The server has taken what was written. */
  drained(): void {
    if (this.state === 'blocked') this.#go();
  }

  /** Stops sending: the rest is not wanted, or the connection is gone. */
  stop(): void {
    if (this.state === 'idle' || this.#isStopped) return;
    this.#parts?.letGo();
    this.state = 'stopped';
    this.#wake?.();
  }

  /**
   * Whether all announced bytes were sent, and only the end of the iterable is still to come. The server may answer before a
   * file reports its end (test: `a file of known length keeps its connection`).
   */
  get isComplete(): boolean {
    return this.state === 'sending' && this.#encoder?.isComplete === true;
  }

  get #isStopped(): boolean {
    return this.state === 'stopped';
  }

  #go(): void {
    this.state = 'sending';
    this.#owner.senderMoved();
    this.#wake?.();
  }

  #wait(state: 'expecting' | 'blocked'): Promise<void> {
    this.state = state;
    this.#owner.senderMoved();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Never rejects: the owner gets the errors. */
  async #sendContent(request: OutgoingRequest): Promise<void> {
    const { framing, trailers } = request;
    this.request = request;
    this.#encoder = contentEncoder(framing);
    this.state = 'sending';
    try {
      if (request.expectsContinue) await this.#wait('expecting');
      // Do not ask for the first part if stopped: that would use up the caller's iterable (test: `after 417`).
      if (this.#isStopped) return;
      request.isBegun = true;
      const content = request.content!;
      this.#parts = new Parts(typeof content === 'function' ? await content() : content);
      if (this.#isStopped) return this.#parts.letGo(); // stopped while the caller made the content
      const encoder = this.#encoder;
      const { output } = this.#writer;
      await sendContent(this.#writer, {
        parts: this.#parts,
        trailers,
        send: (part) => output.part(encoder, part),
        end: (last) => output.text(encoder.end(last)),
        isWanted: () => !this.#isStopped,
        drained: () => this.#wait('blocked'),
      });
      if (this.#isStopped) return;
      this.#writer.flushSoon();
      this.request = undefined;
      this.#parts = undefined;
      this.state = 'idle';
      this.#owner.senderMoved();
    } catch (cause) {
      if (this.#isStopped) return;
      this.state = 'stopped';
      this.#owner.cancel(isHttpError(cause) ? cause : bodyError(request, cause));
    }
  }
}

function bodyError({ content }: OutgoingRequest, thrown: unknown): HttpError {
  // If a stream failed before we asked for a part, it throws only that it is closed: `errored` has the reason.
  const cause = (content instanceof Readable && content.errored) || thrown;
  return userError('invalid-content', `the body of the request failed: ${reasonOf(cause)}`, cause);
}
