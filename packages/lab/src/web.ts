/**
 * HTTP and WebSocket on one port. Who may ask is decided here, for all parts; then a request goes to the part whose path
 * it has: /en/PATH and /ko/PATH are its page, /PATH/… is what else it serves.
 */
import {
  answersFor,
  createServer,
  type HttpRequest,
  type HttpResponse,
  type HttpServer,
  switchProtocols,
} from 'http-mini';
import { isLanguage } from 'learn/text';
import type { Endpoint } from 'tcp-echo';
import { WebSocketServer, type WebSocketServerOptions } from 'ws-mini';
import { CLOSE_TIMEOUT, MAX_MESSAGE } from './messages.ts';
import { loadAssets } from './page/assets.ts';
import { renderPage } from './page/document.tsx';
import type { Accept, Part } from './part.ts';
import { acceptedLanguage } from './text.ts';

export interface WebOptions {
  /** How the lab is called, with options behind it. */
  readonly call: string;
  /** The front page first. */
  readonly parts: readonly Part[];
  /** Names that are answered for, besides those of `answersFor`. */
  readonly allowHosts: readonly string[] | undefined;
}

/** Bytes that may wait for a WebSocket. Beyond this it misses messages, which for live data is better than getting them late. */
const MOST_PENDING = 256 * 1024;

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // Nothing comes from elsewhere, and no script or style stands in a page. `ws:` because not every browser counts a
  // WebSocket of the same origin as 'self'.
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self' ws:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
};

export class Web {
  readonly #options: WebOptions;
  readonly #http: HttpServer;
  readonly #sockets: WebSocketServer;

  constructor(options: WebOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({ ...FOR_PAGES, maxQueued: MOST_PENDING, slowConsumer: 'drop' });
    const upgrade = this.#sockets.handler(switchProtocols);
    this.#sockets.on('connection', (connection, request) =>
      this.#acceptorOf(request.path)!(connection, request),
    );
    const answer = (request: HttpRequest) => {
      if (!answersFor(request.authority, this.#http.address?.address, options.allowHosts))
        return misdirected(request, options.call);
      return this.#acceptorOf(request.path) ? upgrade(request) : this.#answer(request);
    };
    const observers = options.parts.flatMap((part) => part.observe ?? []);
    this.#http = createServer(answer, {
      allowMethods: ['GET', 'HEAD'],
      observe: (event) => {
        for (const observe of observers) observe(event);
      },
    });
  }

  async listen(where: Endpoint): Promise<Endpoint> {
    const { address, port } = await this.#http.listen(where);
    return { host: address, port };
  }

  async close(): Promise<void> {
    await Promise.all([this.#sockets.close(1001, 'the lab closes'), this.#http.close()]);
  }

  destroy(): void {
    for (const connection of this.#sockets.connections) connection.terminate();
    this.#http.destroy();
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const [first = '', ...rest] = request.path.slice(1).split('/');
    if (isLanguage(first) && rest.length === 1) {
      const part = this.#part(rest[0]!);
      if (part !== undefined) {
        const { call, parts } = this.#options;
        const page = { call, part, parts, language: first, query: request.query };
        return { headers: pageHeaders, body: await renderPage(page, await loadAssets()) };
      }
    } else if (rest.length === 0 && (isLanguage(first) || this.#part(first) !== undefined)) {
      return toLanguage(request, first);
    } else if (first === 'assets') {
      const asset = (await loadAssets()).get(rest.join('/'));
      if (asset !== undefined)
        return { headers: { 'content-type': asset.type, 'cache-control': 'no-store' }, body: asset.body };
    } else {
      const response = await this.#part(first)?.get?.(request);
      if (response !== undefined) return response;
    }
    return this.#nothingAt(request.path);
  }

  /** What takes a WebSocket at this path. */
  #acceptorOf(path: string): Accept | undefined {
    const [part, name] = /^\/(?:(.*)\/)?([^/]+)$/.exec(path)?.slice(1) ?? [];
    const { sockets } = this.#part(part ?? '') ?? {};
    return sockets && name !== undefined && Object.hasOwn(sockets, name) ? sockets[name] : undefined;
  }

  #part(path: string): Part | undefined {
    return this.#options.parts.find((part) => part.path === path);
  }

  #nothingAt(path: string): HttpResponse {
    const pages = this.#options.parts.map((part) => `/en/${part.path}`).join(', ');
    return { status: 404, headers: text, body: `nothing is at ${path}; the pages are ${pages}\n` };
  }
}

/** What each server of WebSockets for a page is told: this one's, and those that a part has for itself. */
export const FOR_PAGES: WebSocketServerOptions = {
  noServer: true,
  maxMessage: MAX_MESSAGE,
  closeTimeout: CLOSE_TIMEOUT,
  /** Any page in a browser could open a WebSocket here (RFC 6455 10.2); only ours may, and programs. */
  verify: ({ origin, fields }) => origin === undefined || origin === `http://${fields.get('host')}`,
};

const text = { 'content-type': 'text/plain; charset=utf-8' };

/** /en or /ko without its slash, or a page without its language: `/`, `/ways`. */
function toLanguage({ headers, query }: HttpRequest, name: string): HttpResponse {
  const path = isLanguage(name) ? `${name}/` : `${acceptedLanguage(headers.get('accept-language'))}/${name}`;
  const location = `/${path}${query === undefined ? '' : `?${query}`}`;
  return { status: 303, headers: { location, vary: 'accept-language', 'cache-control': 'no-store' } };
}

/** Refuses another host (RFC 9110 7.4): a stranger's page whose name leads to this machine must not get in. */
function misdirected({ authority }: HttpRequest, call: string): HttpResponse {
  const host = authority.replace(/:\d*$/, '');
  const body = `${host} is not answered for here; if it should be: ${call} --allow-host ${host}\n`;
  return { status: 421, headers: text, body };
}
