/**
 * The ticker over HTTP and WebSocket, on one port: `/latest` answers at once, `/next?after=N` as soon as there is a newer
 * update than N (a long poll, RFC 6202 2.1), `/events` never ends (server-sent events, HTML 9.2), and `/ticker` is a WebSocket.
 */
import {
  createServer,
  type HttpRequest,
  type HttpResponse,
  type HttpServer,
  switchProtocols,
} from 'http-mini';
import type { Endpoint } from 'tcp-echo';
import { type Connection, WebSocketServer } from 'ws-mini';
import { ignore } from '../messages.ts';
import type { Ticker } from '../ticker.ts';
import { MOST_PENDING } from './tcp-ticker.ts';

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const eventStream = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };

export class WebTicker {
  readonly #ticker: Ticker;
  readonly #http: HttpServer;
  readonly #sockets: WebSocketServer;

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxQueued: MOST_PENDING,
      slowConsumer: 'drop',
      // No page belongs here: one of any site could open WebSockets, and be measured (RFC 6455 10.2).
      verify: ({ origin }) => origin === undefined,
    });
    this.#sockets.on('connection', (connection) => push(ticker, connection));
    const upgrade = this.#sockets.handler(switchProtocols);
    this.#http = createServer((request) =>
      request.path === '/ticker' ? upgrade(request) : this.#answer(request),
    );
  }

  async listen(where: Endpoint): Promise<Endpoint> {
    const { address, port } = await this.#http.listen(where);
    return { host: address, port };
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    for (const connection of this.#sockets.connections) connection.terminate();
    this.#http.destroy();
    await Promise.all([this.#sockets.close(), this.#http.close()]);
  }

  #answer(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { path, query = '', signal } = request;
    if (path === '/latest') return this.#latest();
    if (path === '/next') return this.#next(Number(new URLSearchParams(query).get('after') ?? -1), signal);
    if (path === '/events') return { headers: eventStream, body: events(this.#ticker, signal) };
    return { status: 404, body: 'there is /latest, /next, /events and /ticker\n' };
  }

  /** With a line feed, as files end, so that curl leaves the prompt on a line of its own. */
  #latest(): HttpResponse {
    return { headers: json, body: `${this.#ticker.text}\n` };
  }

  #next(after: number, signal: AbortSignal): HttpResponse | Promise<HttpResponse> {
    if (this.#ticker.update.number > after) return this.#latest();
    return new Promise((resolve) => {
      const answer = () => {
        unsubscribe();
        resolve(this.#latest());
      };
      const unsubscribe = this.#ticker.subscribe(answer);
      signal.addEventListener('abort', answer, { once: true }); // nobody waits any more
    });
  }
}

/** Sends the latest update, and each new one, unasked. */
export function push(ticker: Ticker, connection: Connection): void {
  ignore(connection);
  connection.send(ticker.text);
  connection.on(
    'close',
    ticker.subscribe((text) => connection.send(text)),
  );
}

/** A field and an empty line for each update; what comes in one turn is one chunk. */
async function* events(ticker: Ticker, signal: AbortSignal): AsyncGenerator<string> {
  let waiting = `data: ${ticker.text}\n\n`;
  let wake = () => {};
  const unsubscribe = ticker.subscribe((text) => {
    if (waiting.length < MOST_PENDING) waiting += `data: ${text}\n\n`;
    wake();
  });
  signal.addEventListener('abort', () => wake());
  try {
    while (!signal.aborted) {
      const events = waiting;
      waiting = '';
      if (events !== '') yield events;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unsubscribe();
  }
}
