/**
 * Shows a page the bytes of its own connections, as `observe` of the lab's servers sees them. A page that asks for it gets a
 * token; whatever names the token in its query is shown to that page, and nothing else: of an HTTP connection, which a browser
 * may share between tabs, only the requests with the token and the answers to them.
 */
import type { ServerEvent } from 'http-mini';
import type { Connection, Observation } from 'ws-mini';
import { ignore } from '../messages.ts';
import { type PassageState, passageState } from './state.ts';

/** What a page is told. */
export type WatchMessage =
  | { readonly type: 'token'; readonly token: string }
  /** @param connection tells the page's connections apart */
  | { readonly type: 'passage'; readonly connection: string; readonly passage: PassageState }
  /** It has seen as much as it may; the page can connect again. */
  | { readonly type: 'full' };

/** Bytes that one page may be shown; a connection that goes on longer is not shown to its end. */
const MOST_BYTES = 64 * 1024;

interface Watcher {
  readonly connection: Connection;
  readonly began: number;
  bytes: number;
}

export class Watch {
  readonly #watchers = new Map<string, Watcher>();
  /** HTTP connections whose current request has a token. */
  readonly #http = new Map<number, string>();
  /** The bytes that came last: the request in them is told after them. */
  #came: { readonly connection: number; readonly bytes: Uint8Array } | undefined;
  /** By token: the HTTP connection that asked for the latest upgrade. */
  readonly #upgrades = new Map<string, number>();
  readonly #sockets = new WeakMap<Connection, { readonly token: string; readonly name: string }>();

  /** A page asks to see its connections. */
  accept(connection: Connection): void {
    ignore(connection);
    const token = crypto.randomUUID();
    this.#watchers.set(token, { connection, began: performance.now(), bytes: 0 });
    connection.on('close', () => {
      this.#watchers.delete(token);
      this.#upgrades.delete(token);
    });
    this.#tell(connection, { type: 'token', token });
  }

  /** A WebSocket to be shown: from here on its bytes are. */
  join(connection: Connection, token: string | null): void {
    if (token === null || !this.#watchers.has(token)) return;
    this.#sockets.set(connection, { token, name: nameOf(this.#upgrades.get(token)) });
  }

  /** For `observe` of the HTTP server. */
  sawHttp(event: ServerEvent): void {
    if (this.#watchers.size === 0) return;
    const { connection } = event;
    if (event.type === 'received') {
      this.#http.delete(connection); // until its request says otherwise
      this.#came = { connection, bytes: event.bytes };
    } else if (event.type === 'request') {
      const token = new URLSearchParams(event.head.form.query).get('token');
      if (token === null || !this.#watchers.has(token) || this.#came?.connection !== connection) return;
      this.#http.set(connection, token);
      if (event.head.upgrade.length > 0) this.#upgrades.set(token, connection);
      this.#show(token, nameOf(connection), 'client', this.#came.bytes);
    } else if (event.type === 'sent') {
      const token = this.#http.get(connection);
      if (token !== undefined) this.#show(token, nameOf(connection), 'server', event.bytes);
    } else if (event.type === 'closed') this.#http.delete(connection);
  }

  /** For `observe` of the WebSocket server. */
  sawSocket(observation: Observation, connection: Connection): void {
    const known = this.#sockets.get(connection);
    if (known === undefined || observation.type !== 'bytes') return;
    const from = observation.direction === 'in' ? 'client' : 'server';
    this.#show(known.token, known.name, from, observation.bytes);
  }

  #show(token: string, connection: string, from: 'client' | 'server', bytes: Uint8Array): void {
    const watcher = this.#watchers.get(token);
    if (watcher === undefined || watcher.bytes > MOST_BYTES) return;
    watcher.bytes += bytes.length;
    if (watcher.bytes > MOST_BYTES) return this.#tell(watcher.connection, { type: 'full' });
    const passage = passageState({ from, bytes, at: performance.now() - watcher.began });
    this.#tell(watcher.connection, { type: 'passage', connection, passage });
  }

  #tell(connection: Connection, message: WatchMessage): void {
    void connection.send(JSON.stringify(message));
  }
}

function nameOf(connection: number | undefined): string {
  return `${connection ?? 0}`;
}
