/**
 * A server without a socket: ServerProtocol of http-mini and, after an opening handshake, Protocol of ws-mini, with a small
 * program on top that answers what the catalogue asks. It made the catalogue's answers, and it reads what you change in them.
 *
 * It answers a request when it has all of it, so its answers do not depend on how the bytes were cut.
 */
import { Fields, octets, type RequestHead, ServerProtocol, StatusLines } from 'http-mini/wire';
import {
  acceptFields,
  encodeUtf8,
  isWebSocketError,
  Protocol,
  readOpeningRequest,
  refusalFields,
} from 'ws-mini/wire';
import { readFrames } from './frames.ts';
import { Findings, type Outcome } from './outcome.ts';
import { joined, type Recording } from './recording.ts';

/** What the catalogue's server says in Date: the moment of RFC 9110's own examples. */
const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);

const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

export class MemoryServer {
  readonly #found = new Findings();
  readonly #http: ServerProtocol | undefined;
  #frames: Protocol | undefined;
  /** Where the frames begin among all bytes received. */
  #base = 0;
  #request: RequestHead | undefined;
  #content: Uint8Array[] = [];
  #trailers: Fields | undefined;
  #output: Uint8Array[] = [];

  constructor(begins: Recording['begins']) {
    if (begins === 'http') this.#http = new ServerProtocol({}, new StatusLines(() => NOW));
    else this.#frames = new Protocol({ role: 'server' });
  }

  receive(bytes: Uint8Array): void {
    this.#found.received += bytes.length;
    const own = Uint8Array.from(bytes); // frames are unmasked in place
    if (this.#frames !== undefined) this.#frames.receive(own);
    else this.#http!.receive(own);
    this.#pump();
  }

  /** The client will send no more. */
  receiveEnd(): void {
    if (this.#frames === undefined) this.#http!.receiveEnd();
    this.#pump();
  }

  /**
   * Nothing more was recorded: finds what is wrong already in an unfinished line, which the parser may have kept for later.
   * To end early is no fault of the bytes.
   */
  settle(): void {
    if (this.#frames !== undefined || this.isOver) return;
    const { broken, events } = this.#found;
    const [count, output] = [events.length, [...this.#output]];
    this.receiveEnd();
    if (broken !== undefined || this.#found.broken?.code !== 'incomplete-message') return;
    this.#found.broken = undefined;
    events.length = count;
    this.#output = output;
  }

  /** What to send now, and whether that is the last. */
  take(): { bytes: Uint8Array; ends: boolean } {
    const bytes = joined(this.#output);
    this.#output = [];
    return { bytes, ends: this.isOver };
  }

  /** Nothing more is read, and nothing more will be sent. */
  get isOver(): boolean {
    if (this.#frames !== undefined) return this.#frames.state === 'closed' || this.#frames.state === 'failed';
    return this.#http!.state === 'closed' || this.#http!.state === 'broken';
  }

  get outcome(): Omit<Outcome, 'answer'> {
    return { events: this.#found.events, broken: this.#found.broken };
  }

  #pump(): void {
    if (this.#frames === undefined) this.#readRequests(this.#http!);
    if (this.#frames !== undefined) this.#readFrames(this.#frames);
  }

  // ── HTTP ──

  #readRequests(http: ServerProtocol): void {
    while (this.#frames === undefined) {
      this.#request ??= this.#nextRequest(http);
      if (this.#request === undefined || !this.#readContent(http)) break;
      const request = this.#request;
      const content = joined(this.#content);
      this.#request = undefined;
      this.#content = [];
      this.#found.addContent(content, this.#trailers);
      this.#answer(http, request, content);
      this.#flush(http);
    }
    this.#flush(http);
  }

  #nextRequest(http: ServerProtocol): RequestHead | undefined {
    const next = http.nextRequest();
    if (next === undefined) return undefined;
    if (next.type === 'refused') this.#found.fail(next.error);
    else this.#found.add('request', `${next.method} ${next.target}`);
    return next.type === 'head' ? next : undefined;
  }

  /** @returns whether all of it has come */
  #readContent(http: ServerProtocol): boolean {
    for (;;) {
      const event = http.nextContent();
      if (event?.type === 'content') this.#content.push(event.bytes);
      else if (event?.type === 'refused') {
        this.#found.fail(event.error);
        this.#request = undefined;
        return false;
      } else if (event === undefined) return false;
      else if (event.type === 'end') {
        this.#trailers = event.trailers;
        return true;
      }
    }
  }

  #answer(http: ServerProtocol, request: RequestHead, content: Uint8Array): void {
    const { method, target, fields } = request;
    if (request.upgrade.some((protocol) => protocol.toLowerCase() === 'websocket'))
      this.#switch(http, request);
    else if (method === 'CONNECT') http.answer({ status: 405, headers: { Allow: 'GET, HEAD, POST, PUT' } });
    else if (request.hasUnknownExpectation)
      http.answer({ status: 417 }); // RFC 9110 10.1.1
    else if (content.length > 0)
      http.answer(
        { headers: { 'Content-Type': fields.get('content-type') ?? 'application/octet-stream' } },
        content,
      );
    else if (target === '/greeting') {
      // Trailers only to a client that asks for them (RFC 9110 6.5.1).
      const takesTrailers = fields.list('te').includes('trailers');
      http.begin({ headers: TEXT, ...(takesTrailers && { trailers: { 'Server-Timing': 'greet;dur=0.1' } }) });
      http.send(encodeUtf8('안녕'));
      http.end();
    } else http.answer({ headers: TEXT }, target === '/' ? 'hello\n' : `you asked for ${target}\n`);
  }

  #switch(http: ServerProtocol, head: RequestHead): void {
    try {
      const request = readOpeningRequest(head);
      http.switchProtocols(new Fields(acceptFields(request, undefined, [])));
      this.#found.add('switched', 'websocket');
      this.#flush(http);
      this.#frames = new Protocol({ role: 'server' });
      const leftover = http.leftover();
      this.#base = this.#found.received - leftover.length;
      if (request.path === '/greet') this.#frames.sendText('hi');
      this.#frames.receive(leftover);
    } catch (error) {
      if (!isWebSocketError(error)) throw error;
      this.#found.fail(error);
      http.answer({ status: error.status ?? 400, headers: refusalFields(error) }, `${error.message}\n`);
    }
  }

  #flush(http: ServerProtocol): void {
    const taken = http.output.take();
    for (const part of typeof taken === 'string' ? [taken] : taken)
      if (part.length > 0) this.#output.push(typeof part === 'string' ? octets(part) : part);
  }

  // ── Frames ──

  #readFrames(frames: Protocol): void {
    readFrames(frames, this.#found, this.#base, (data) => {
      if (typeof data === 'string') frames.sendText(data);
      else frames.sendBinary(data);
    });
    this.#output.push(...frames.takeOutput());
  }
}
