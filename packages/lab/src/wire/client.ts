/**
 * A client without a socket, as far as it reads: ResponseParser of http-mini and, after a 101, Protocol of ws-mini. It is told
 * which requests were sent, since a response is read by the method that it answers (RFC 9112 6.3).
 */
import { type Fields, HttpError, type RequestHead, type ResponseHead, ResponseParser } from 'http-mini/wire';
import {
  type ClientHandshake,
  isWebSocketError,
  Protocol,
  readOpeningRequest,
  readOpeningResponse,
} from 'ws-mini/wire';
import { readFrames } from './frames.ts';
import { Findings, type Outcome } from './outcome.ts';
import { joined, type Recording } from './recording.ts';

/** What the catalogue's clients mask with, one key after the other; the first is that of RFC 6455 5.7. */
export function maskKeys(): () => number {
  let key = 0x37fa213d;
  return () => {
    const taken = key;
    key = (Math.imul(key, 1664525) + 1013904223) >>> 0;
    return taken;
  };
}

export class MemoryClient {
  readonly #found = new Findings();
  readonly #http = new ResponseParser();
  #frames: Protocol | undefined;
  #base = 0;
  /** Requests that are not answered, in order; undefined for one that could not be read. */
  readonly #requests: (RequestHead | undefined)[] = [];
  #response: ResponseHead | undefined;
  #content: Uint8Array[] = [];
  #output: Uint8Array[] = [];
  #isOver = false;
  readonly #wasAsked: () => boolean;

  /** @param wasAsked whether there was a request after all, which could not be read, if bytes answer none */
  constructor(begins: Recording['begins'], wasAsked: () => boolean) {
    this.#wasAsked = wasAsked;
    if (begins === 'frames') this.#frames = new Protocol({ role: 'client', maskKey: maskKeys() });
  }

  /** A request was sent, whose answer may come; undefined for one that could not be read. */
  sent(request: RequestHead | undefined): void {
    this.#requests.push(request);
    this.#http.expect(request?.method ?? 'GET');
  }

  receive(bytes: Uint8Array): void {
    this.#found.received += bytes.length;
    const own = Uint8Array.from(bytes); // frames are unmasked in place
    if (this.#frames !== undefined) this.#frames.receive(own);
    else if (!this.#isOver) this.#http.receive(own);
    this.#pump();
  }

  /** The server will send no more: that may end a response (RFC 9112 6.3). */
  receiveEnd(): void {
    if (this.#frames !== undefined || this.#isOver) return;
    this.#guarded(() => {
      if (this.#http.end() !== undefined) this.#endContent(undefined);
    });
  }

  /**
   * Nothing more was recorded: finds what is wrong already in an unfinished line, which the parser may have kept for later.
   * To end early is no fault of the bytes.
   */
  settle(): void {
    if (this.#frames !== undefined || this.#isOver) return;
    try {
      this.#http.end();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.code !== 'incomplete-message') this.#found.fail(error);
    }
  }

  /** What the client sends back by itself: Pongs, and its Close. */
  get answer(): Uint8Array {
    return joined(this.#output);
  }

  get outcome(): Omit<Outcome, 'answer'> {
    return { events: this.#found.events, broken: this.#found.broken };
  }

  #pump(): void {
    if (this.#frames === undefined && !this.#isOver) this.#guarded(() => this.#readResponses());
    if (this.#frames === undefined) return;
    readFrames(this.#frames, this.#found, this.#base, () => {});
    this.#output.push(...this.#frames.takeOutput());
  }

  /** A broken rule ends the reading. */
  #guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof HttpError) && !isWebSocketError(error)) throw error;
      this.#found.fail(error);
      this.#isOver = true;
    }
  }

  #readResponses(): void {
    while (this.#frames === undefined) {
      if (this.#requests.length === 0 && this.#http.unread > 0 && this.#wasAsked()) this.sent(undefined);
      const event = this.#http.next();
      if (event === undefined) return;
      if (event.type === 'information') this.#found.add('interim', `${event.status} ${event.reason}`);
      else if (event.type === 'head') {
        this.#response = event;
        this.#found.add('response', `${event.status} ${event.reason}`);
      } else if (event.type === 'content') this.#content.push(event.bytes);
      else if (event.type === 'end') this.#endContent(event.trailers);
    }
  }

  #endContent(trailers: Fields | undefined): void {
    const content = joined(this.#content);
    this.#content = [];
    this.#found.addContent(content, trailers);
    const request = this.#requests.shift();
    if (this.#response?.status === 101) this.#switch(this.#response, request);
  }

  #switch(response: ResponseHead, request: RequestHead | undefined): void {
    if (request !== undefined && request.upgrade.length === 0)
      throw new HttpError('unsolicited-response', 'the server changes to a protocol that nobody asked for');
    const offer = request === undefined ? undefined : offerOf(request);
    if (offer !== undefined) readOpeningResponse(response, offer);
    const leftover = this.#http.leftover();
    this.#isOver = response.fields.get('upgrade')?.toLowerCase() !== 'websocket';
    if (this.#isOver) return;
    this.#found.add('switched', 'websocket');
    this.#base = this.#found.received - leftover.length;
    this.#frames = new Protocol({ role: 'client', maskKey: maskKeys() });
    this.#frames.receive(leftover);
  }
}

/** What the client asked for; undefined if that was no opening handshake, which is the client's fault. */
function offerOf(request: RequestHead): ClientHandshake | undefined {
  try {
    return readOpeningRequest(request) as unknown as ClientHandshake; // all but the URL, on which no answer depends
  } catch (error) {
    if (isWebSocketError(error)) return undefined;
    throw error;
  }
}
