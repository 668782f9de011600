/**
 * The HTTP server, and the WebSockets on its port. By HTTP: the page, the latest update for clients that poll, the state
 * of the comparison. By WebSocket: `/ticker` pushes each update; `/comparison` pushes the state as it changes, and
 * accepts one message, `measure`.
 */
import { readFileSync } from 'node:fs';
import {
  answersFor,
  createServer,
  type HttpRequest,
  type HttpResponse,
  type HttpServer,
  switchProtocols,
} from 'http-mini';
import type { Endpoint } from 'tcp-echo';
import { type Connection, WebSocketServer } from 'ws-mini';
import type { Ticker } from './ticker.ts';

export interface WebOptions {
  readonly ticker: Ticker;
  /** Names that are answered for, besides those of `answersFor`. */
  readonly allowHosts: readonly string[] | undefined;
  /** The state of the comparison, as JSON. */
  readonly state: () => string;
  /** Called when a page asks to measure again. */
  readonly measure: () => void;
}

/** Bytes that may wait for a WebSocket. Beyond this it misses updates, like a subscriber of the TCP ticker. */
const MOST_PENDING = 64 * 1024;

const page = readFileSync(new URL('./page.html', import.meta.url));
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // The page is one file and never loads anything else. `ws:` because not every browser counts a WebSocket of the same
  // origin as 'self'.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self' ws:",
};

export class Web {
  readonly #options: WebOptions;
  readonly #http: HttpServer;
  readonly #sockets: WebSocketServer;
  readonly #watchers = new Set<Connection>();

  constructor(options: WebOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxQueued: MOST_PENDING,
      slowConsumer: 'drop',
      // Any page in the browser could connect here and measure at will (RFC 6455 10.2); only ours may.
      verify: ({ origin, fields }) => origin === undefined || origin === `http://${fields.get('host')}`,
    });
    const upgrade = this.#sockets.handler(switchProtocols);
    this.#sockets.on('connection', (connection, { path }) => this.#accept(connection, path));
    const answer = (request: HttpRequest) => {
      if (!answersFor(request.authority, this.#http.address?.address, options.allowHosts))
        return misdirected(request);
      return isUpgrade(request) ? upgrade(request) : this.#answer(request);
    };
    this.#http = createServer(answer, { allowMethods: ['GET', 'HEAD'] });
  }

  async listen(where: Endpoint): Promise<Endpoint> {
    const { address, port } = await this.#http.listen(where);
    return { host: address, port };
  }

  /** Pushes the state of the comparison to every page. */
  publish(): void {
    this.#sockets.broadcast(this.#options.state(), this.#watchers);
  }

  async close(): Promise<void> {
    await Promise.all([this.#sockets.close(1001, 'the lab closes'), this.#http.close()]);
  }

  destroy(): void {
    for (const connection of this.#sockets.connections) connection.terminate();
    this.#http.destroy();
  }

  #answer({ path }: HttpRequest): HttpResponse {
    // With a line feed, as files end, so that curl leaves the prompt on a line of its own.
    const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    if (path === '/') return { headers: pageHeaders, body: page };
    if (path === '/latest') return { headers: json, body: `${this.#options.ticker.text}\n` };
    if (path === '/comparison') return { headers: json, body: `${this.#options.state()}\n` };
    const body = `nothing is at ${path}; there is / and /latest and /comparison, and /ticker for a WebSocket\n`;
    return { status: 404, headers: text, body };
  }

  #accept(connection: Connection, path: string): void {
    const { ticker, state, measure } = this.#options;
    if (path === '/comparison') {
      this.#watchers.add(connection);
      connection.on('close', () => this.#watchers.delete(connection));
      connection.on('message', (message) => message === 'measure' && measure());
      connection.send(state());
      return;
    }
    connection.on('message', () => {}); // drops messages; unread, they would hide the Close behind them
    connection.on(
      'close',
      ticker.subscribe((text) => connection.send(text)),
    );
    connection.send(ticker.text);
  }
}

const text = { 'content-type': 'text/plain; charset=utf-8' };

/** Refuses another host (RFC 9110 7.4): a stranger's page whose name leads to this machine must not get in. */
function misdirected({ authority }: HttpRequest): HttpResponse {
  const host = authority.replace(/:\d*$/, '');
  const body = `${host} is not answered for here; if it should be: npm start -- --allow-host ${host}\n`;
  return { status: 421, headers: text, body };
}

function isUpgrade({ path, headers }: HttpRequest): boolean {
  return path === '/ticker' || (path === '/comparison' && headers.has('upgrade'));
}
