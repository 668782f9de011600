/**
 * http-mini's two protocols of a connection as machines, for laws 1 and 4: a server that does the same with each request,
 * and a client that has sent three requests on a connection that was used before. The other side then ends.
 */
import fc from 'fast-check';
import {
  ClientProtocol,
  type ContentEvent,
  encodeRequest,
  type Failed,
  latin1,
  type Output,
  octets,
  type Refused,
  ServerProtocol,
} from 'http-mini/wire';
import { anyNoise, anyRequestBytes, anyResponseBytes } from '../arbitraries/http-messages.ts';
import { errorLine, type Machine } from './machine.ts';

/** What a server does with each request: reads its content first, answers at once, or reads while it answers. */
const anyWay = fc.constantFrom('read', 'ignore', 'echo');
export type Way = 'read' | 'ignore' | 'echo';

const anyRequests = fc.oneof(anyRequestBytes, anyRequestBytes, anyNoise);
const anyResponses = fc.oneof(anyResponseBytes, anyResponseBytes, anyNoise);

/** Lines, in which content stands as one however it came. */
class Lines {
  readonly lines: string[] = [];
  #content = '';
  #error: string | undefined;
  readonly #start: number;

  /** @param start the place of the stream's first byte, for errors */
  constructor(start = 0) {
    this.#start = start;
  }

  say(line: string): void {
    if (this.#error !== undefined) this.lines.push('an event after the error');
    if (this.#content !== '') this.lines.push(`content ${this.#content}`);
    this.#content = '';
    this.lines.push(line);
  }

  of(event: ContentEvent | Refused | Failed): void {
    if (event.type === 'content') this.#content += latin1(event.bytes, 0, event.bytes.length);
    else if (event.type === 'end') this.say(`end ${JSON.stringify([...(event.trailers ?? [])])}`);
    else if (event.type === 'chunk-extensions') this.say(JSON.stringify(event.extensions));
    else {
      if (event.error.by !== 'peer') throw event.error;
      this.say('over');
      const { code, offset } = event.error;
      this.#error = errorLine(code, offset === undefined ? undefined : offset - this.#start);
    }
  }

  close(output: Output, ...ends: unknown[]): string[] {
    this.#content = this.#content === '' ? '' : `${this.#content}…`;
    const error = this.#error;
    this.#error = undefined;
    this.say(`sent ${textOf(output)}, then ${ends.join()}`);
    return error === undefined ? this.lines : [...this.lines, error];
  }
}

export function textOf(output: Output): string {
  const taken = output.take();
  const parts = typeof taken === 'string' ? [taken] : taken;
  return parts.map((part) => (typeof part === 'string' ? part : latin1(part, 0, part.length))).join('');
}

/** One that may be given to CONNECT as well. */
const ANSWER = { status: 404 };

/** Everything there is to pull. */
function serve(protocol: ServerProtocol, way: Way, lines: Lines): void {
  for (;;) {
    const request = protocol.nextRequest();
    if (request?.type === 'head') {
      lines.say(`${request.method} ${request.target} ${request.version}`);
      if (way === 'ignore') protocol.answer(ANSWER, 'ignored');
      else if (way === 'echo') protocol.begin(ANSWER);
      continue;
    }
    const event = request ?? protocol.nextContent();
    if (event === undefined) return;
    lines.of(event);
    const isAnswering = protocol.state === 'answering';
    // One by one, since where chunks end would tell where the bytes were cut.
    if (event.type === 'content' && isAnswering)
      for (const byte of event.bytes) protocol.send(Uint8Array.of(byte));
    else if (event.type !== 'end') continue;
    else if (isAnswering) protocol.end();
    else protocol.answer(ANSWER, 'read');
  }
}

export const serversConnection: Machine<Way> = {
  name: 'http-mini connections of servers',
  streams: fc.record({ bytes: anyRequests, options: anyWay }),
  events(pieces, way, isLate) {
    const protocol = new ServerProtocol({ maxDroppedBytes: 20 });
    const lines = new Lines();
    for (const piece of pieces) {
      protocol.receive(piece);
      if (!isLate || piece === pieces.at(-1)) serve(protocol, way, lines);
    }
    protocol.receiveEnd();
    serve(protocol, way, lines);
    return lines.close(protocol.output, protocol.state, protocol.waitsFor, protocol.requests);
  },
};

const FIRST = 'HTTP/1.1 204 No Content\r\n\r\n';
const used = (): ClientProtocol => {
  const protocol = new ClientProtocol();
  protocol.request(encodeRequest({}, null, 'a'));
  protocol.receive(octets(FIRST));
  protocol.nextResponse();
  protocol.nextContent();
  return protocol;
};

function pullAll(protocol: ClientProtocol, lines: Lines): void {
  for (;;) {
    const event = protocol.nextResponse() ?? protocol.nextContent();
    if (event === undefined) return;
    if ('status' in event) lines.say(`${event.type} ${event.status} ${event.version}`);
    else lines.of(event);
  }
}

export const clientsConnection: Machine<readonly string[]> = {
  name: 'http-mini connections of clients',
  streams: fc.record({
    bytes: anyResponses,
    options: fc.array(fc.constantFrom('GET', 'GET', 'HEAD', 'PUT'), { maxLength: 3 }),
  }),
  events(pieces, methods, isLate) {
    const protocol = used();
    const lines = new Lines(FIRST.length);
    for (const method of methods) protocol.request(encodeRequest({ method }, null, 'a'));
    for (const piece of pieces) {
      protocol.receive(piece);
      if (!isLate || piece === pieces.at(-1)) pullAll(protocol, lines);
    }
    protocol.receiveEnd();
    pullAll(protocol, lines);
    const ends = [protocol.state, protocol.waitsFor, protocol.unanswered, protocol.retriable.length];
    return lines.close(protocol.output, ...ends);
  },
};
