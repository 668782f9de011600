/**
 * What crosses the wire while a use runs: a page names its WebSocket, and asks on another one to be told of it: each read and
 * write as `observe` of the server sees it, with the frames that ended in it.
 */
import type { Connection, Observation } from 'ws-mini';
import { Opcode } from 'ws-mini/wire';
import { ignore } from '../messages.ts';

/** Bytes that crossed together. */
export interface Crossing {
  /** Over the WebSocket towards the server, over it towards the page, or in the HTTP response beside it. */
  readonly way: 'server' | 'page' | 'response';
  readonly size: number;
  /** The frames that ended in them, with the bytes of their payloads; of a response, the part. */
  readonly frames: readonly { readonly name: string; readonly size: number }[];
  /** The first of them, as hex. */
  readonly begin: string;
}

/** Bytes that are shown of each. */
const SHOWN = 24;

export class Crossings {
  readonly #askers = new Map<string, Connection>();
  readonly #names = new WeakMap<Connection, string>();
  /** What is being told: frames are added to it. */
  readonly #current = new WeakMap<Connection, { name: string; size: number }[]>();

  /** A page asks about the WebSocket that it calls so. What has no name is nobody's to ask about. */
  ask(connection: Connection, name: string): void {
    ignore(connection);
    if (name === '') return;
    this.#askers.set(name, connection);
    connection.on('close', () => {
      // Not if the page has come back meanwhile, on another connection.
      if (this.#askers.get(name) === connection) this.#askers.delete(name);
    });
  }

  /** A WebSocket that a page may ask about. */
  name(connection: Connection, name: string): void {
    this.#names.set(connection, name);
  }

  /** A part of an HTTP response, as a chunk (RFC 9112 7.1). @param size of what it is for, in bytes */
  sawPart(name: string, part: Uint8Array, size: number): void {
    const chunk = part.length + `${part.length.toString(16)}\r\n\r\n`.length;
    const frames = [{ name: 'part', size }];
    const crossing: Crossing = { way: 'response', size: chunk, frames, begin: beginOf(part) };
    void this.#askers.get(name)?.send(JSON.stringify(crossing));
  }

  /** For `observe` of the server. Bytes are told first, then the frames that end in them. */
  saw(seen: Observation, connection: Connection): void {
    const asker = this.#askers.get(this.#names.get(connection) ?? '');
    if (asker === undefined) return;
    if (seen.type === 'frame') {
      const name = NAMES[seen.header.opcode] ?? `opcode ${seen.header.opcode}`;
      this.#current.get(connection)?.push({ name, size: seen.payload.length });
    } else if (seen.type === 'bytes') {
      const frames: { name: string; size: number }[] = [];
      this.#current.set(connection, frames);
      const way = seen.direction === 'in' ? 'server' : 'page';
      const crossing: Crossing = { way, size: seen.bytes.length, frames, begin: beginOf(seen.bytes) };
      // Later in this turn, when the frames in it have been told too.
      queueMicrotask(() => void asker.send(JSON.stringify(crossing)));
    }
  }
}

/** As hex. */
function beginOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, SHOWN)).toString('hex');
}

const NAMES: Readonly<Record<number, string>> = {
  [Opcode.continuation]: 'continuation',
  [Opcode.text]: 'text',
  [Opcode.binary]: 'binary',
  [Opcode.close]: 'Close',
  [Opcode.ping]: 'Ping',
  [Opcode.pong]: 'Pong',
};
