/**
 * What a server makes of bytes: they go over a raw socket which then closes its half, and when the server has closed too,
 * it is known what each handler saw and what each request was answered. Nothing here waits for time to pass. RFC 9112 9.6
 * lets a client do so; node:http answers a half-closed client only where `httpAllowHalfOpen` says so, hence that below.
 */
import { once } from 'node:events';
import { createServer as createNodeServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type HttpErrorCode } from 'http-mini';
import { type ResponseHead, ResponseParser } from 'http-mini/wire';
import type { Field } from '../arbitraries/http.ts';
import { pairs } from '../peers/http-peer.ts';
import { within } from '../properties/within.ts';
import type { Observation } from './difference.ts';

/** A request as its server read it. Bytes are given one character for each, as in all of this folder. */
export interface ObservedRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
}

export interface ServerExchange {
  /** Undefined where the server refused the bytes before it had read a head. */
  request?: ObservedRequest;
  /** Undefined until the handler has read it to its end. */
  content?: string;
  trailers?: readonly Field[];
  /** Undefined where a request was not answered. */
  status?: number;
  /** Whether the answer announced the end of the connection (RFC 9112 9.3). */
  closes?: boolean;
}

export interface ObservedServer {
  readonly name: string;
  /** One connection at a time: what a handler sees belongs to the connection that is open. */
  observe(bytes: Uint8Array): Promise<Observation<ServerExchange>>;
  close(): Promise<void>;
}

/** What is noted while one connection lasts. */
interface Notes {
  readonly exchanges: ServerExchange[];
  /** Whether the content of a request has come to its end, handler or not. */
  isComplete(exchange: ServerExchange): boolean;
  code?: HttpErrorCode;
}

/** Names the request that is answered, since node:http may leave some of them without an answer. */
const NUMBER = 'X-Request';

/** Neither server is to open a tunnel: RFC 9110 9.3.6. */
const NO_TUNNEL = 501;

export async function observeHttpMini(): Promise<ObservedServer> {
  const fresh = (): Notes => ({ exchanges: [], isComplete: ({ content }) => content !== undefined });
  let notes = fresh();
  const server = createServer(
    async (request) => {
      const { exchanges } = notes;
      const exchange = exchanges.at(-1)!; // the tap below has just seen it
      const headers = { [NUMBER]: `${exchanges.length}` };
      if (request.method === 'CONNECT') {
        return { status: NO_TUNNEL, headers: { ...headers, Connection: 'close' } };
      }
      exchange.content = latin1(await request.bytes());
      exchange.trailers = [...(request.trailers ?? [])];
      return { headers };
    },
    {
      maxContentBytes: Infinity,
      onError: ({ code }) => (notes.code ??= code),
      observe(event) {
        if (event.type !== 'request') return;
        const { method, target, version, fields } = event.head;
        notes.exchanges.push({ request: { method, target, version, fields: [...fields] } });
      },
    },
  );
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    name: 'http-mini',
    async observe(bytes) {
      notes = fresh();
      return observationOf(await converse(port, bytes), notes);
    },
    async close() {
      server.destroy();
    },
  };
}

export async function observeNode(): Promise<ObservedServer> {
  let incoming = new Map<ServerExchange, IncomingMessage>();
  const fresh = (): Notes => ({
    exchanges: [],
    isComplete: (exchange) => incoming.get(exchange)!.complete,
  });
  let notes = fresh();
  const note = (request: IncomingMessage): [ServerExchange, number] => {
    const { method, url, httpVersion, rawHeaders } = request;
    const exchange: ServerExchange = {
      request: { method: method!, target: url!, version: httpVersion, fields: pairs(rawHeaders) },
    };
    incoming.set(exchange, request);
    return [exchange, notes.exchanges.push(exchange)];
  };
  const server = createNodeServer(async (request, response) => {
    const [exchange, number] = note(request);
    let content = '';
    try {
      for await (const part of request) content += latin1(part);
    } catch {
      return; // node:http has answered what broke off
    }
    Object.assign(exchange, { content, trailers: pairs(request.rawTrailers) });
    response.writeHead(200, { [NUMBER]: number, 'Content-Length': 0 }).end();
  });
  server.on('checkExpectation', (request, response) => {
    response.writeHead(417, { [NUMBER]: note(request)[1], 'Content-Length': 0 }).end();
  });
  server.on('connect', (request, socket) => {
    const [, number] = note(request);
    socket.on('error', () => {}); // node:http may have ended it already, after an earlier request that closes
    socket.end(`HTTP/1.1 ${NO_TUNNEL} Not Implemented\r\n${NUMBER}: ${number}\r\nConnection: close\r\n\r\n`);
  });
  Object.assign(server, { httpAllowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name: 'node:http',
    async observe(bytes) {
      incoming = new Map();
      notes = fresh();
      return observationOf(await converse(port, bytes), notes);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Milliseconds in which a server has closed, whatever it was sent; it takes one or two. Not a wait: a hang fails by it. */
const DEADLINE = 60_000;

/** Sends the bytes, says that there are no more, and answers all that comes back until both sides have closed. */
async function converse(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const received: Buffer[] = [];
  socket.on('data', (part) => received.push(part));
  socket.on('error', () => {}); // a server may cut off what it does not want; what came before counts
  socket.end(bytes);
  try {
    await within(DEADLINE, new Promise((resolve) => socket.once('close', resolve)));
  } finally {
    socket.destroy();
  }
  return Buffer.concat(received);
}

function observationOf(
  received: Buffer,
  { exchanges, isComplete, code }: Notes,
): Observation<ServerExchange> {
  const refused: ServerExchange[] = [];
  for (const { status, fields, isPersistent } of answersIn(received)) {
    const answer = { status, closes: !isPersistent };
    const isCutOff = (exchange: ServerExchange): boolean =>
      exchange.status === undefined && !isComplete(exchange);
    const exchange = exchanges[Number(fields.get(NUMBER)) - 1] ?? exchanges.find(isCutOff);
    if (exchange === undefined) refused.push(answer);
    else Object.assign(exchange, answer);
  }
  return { exchanges: [...exchanges, ...refused], code };
}

/** The final responses. To GET all of them: neither server is asked for content, so none depends on the method. */
function answersIn(received: Uint8Array): ResponseHead[] {
  const answers: ResponseHead[] = [];
  const parser = new ResponseParser().receive(received);
  while (parser.unread > 0) {
    parser.expect('GET');
    for (let event = parser.next(); event !== undefined && event.type !== 'end'; event = parser.next()) {
      if (event.type === 'head') answers.push(event);
    }
  }
  return answers;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
