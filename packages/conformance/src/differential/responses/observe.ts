/**
 * What a client makes of bytes: a raw server answers its first request with them, and ends the connection after them where
 * they are no whole response. Where they are one, the client asks once more, and what becomes of that says whether it has
 * kept the connection, and whether it has taken surplus bytes for an answer. Nothing here waits for time to pass.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { HttpError, type HttpErrorCode } from 'http-mini';
import { ResponseParser } from 'http-mini/wire';
import type { Field, Information } from '../../arbitraries/http.ts';
import { cut, type Pieces } from '../../arbitraries/pieces.ts';
import { undiciRequest } from '../../peers/http-clients.ts';
import { httpMiniClient } from '../../peers/http-mini-client.ts';
import type { HttpClientPeer, SeenResponse } from '../../peers/http-peer.ts';
import { nodeClient } from '../../peers/node-client.ts';
import { PLAIN_GET } from '../../peers/plain-get.ts';
import { within } from '../../properties/within.ts';
import type { Observation } from '../difference.ts';

/** A response as its client told it; bytes are given one character for each. */
export interface ObservedResponse {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly content: string;
  /** By name in lower case, since undici hands out an object. */
  readonly trailers: Readonly<Record<string, readonly string[]>>;
  readonly informations: readonly Information[];
}

/** What is not there was not told: the exchange failed. */
export interface ClientExchange extends Partial<ObservedResponse> {
  /** Of the second: the connection that its request came over. */
  readonly connection?: 'kept' | 'new';
}

export interface ObservedClient {
  readonly name: 'http-mini' | 'node:http' | 'undici';
  /** @param pieces in which the response is sent, but for surplus bytes, which come with its end */
  observe(method: Method, bytes: Uint8Array, pieces?: Pieces): Promise<Observation<ClientExchange>>;
}

export type Method = 'GET' | 'HEAD';

const SECOND = 'HTTP/1.1 200 Second\r\nContent-Length: 0\r\n\r\n';
/** Milliseconds in which a client has told all; it takes one or two. Not a wait: a hang fails by it. */
const DEADLINE = 60_000;

export const observedMini: ObservedClient = observed('http-mini', httpMiniClient);
export const observedNode: ObservedClient = observed('node:http', nodeClient);
export const observedUndici: ObservedClient = observed('undici', undiciRequest);

/** @param peer a new one for each observation, which keeps one connection */
function observed(name: ObservedClient['name'], peer: HttpClientPeer): ObservedClient {
  return {
    name,
    async observe(method, bytes, pieces = []) {
      const { length, isWhole } = extent(method, bytes);
      const server = await startServer(
        [...cut(bytes.subarray(0, length), pieces), bytes.subarray(length)],
        isWhole,
      );
      const session = peer.open(server.port, false);
      const exchanges: ClientExchange[] = [];
      let code: HttpErrorCode | undefined;
      const ask = async (how: Method): Promise<void> => {
        try {
          exchanges.push(told(await within(DEADLINE, session.exchange({ ...PLAIN_GET, method: how }))));
        } catch (error) {
          exchanges.push({});
          if (error instanceof HttpError) code ??= error.code;
        }
      };
      await ask(method);
      if (isWhole && exchanges[0]!.status !== undefined) {
        await ask('GET');
        exchanges[1] = { ...exchanges[1], connection: server.opened === 1 ? 'kept' : 'new' };
      }
      await session.close();
      await server.close();
      return { exchanges, code };
    },
  };
}

/**
 * Where the response ends, and whether it does before the connection. Behind an empty element of Transfer-Encoding llhttp
 * reads until the connection ends, and so that does.
 */
function extent(method: Method, bytes: Uint8Array): { length: number; isWhole: boolean } {
  const parser = new ResponseParser().expect(method).receive(Uint8Array.from(bytes));
  try {
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.type === 'head' && /,[ \t]*$/.test(event.fields.get('transfer-encoding') ?? '')) break;
      if (event.type === 'end') return { length: bytes.length - parser.unread, isWhole: true };
    }
  } catch {
    // A client has to make something of these too.
  }
  return { length: bytes.length, isWhole: false };
}

/** @param isOpen whether the connection stays open after the first answer */
async function startServer(
  parts: readonly Uint8Array[],
  isOpen: boolean,
): Promise<{ port: number; opened: number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  let asked = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    let head = '';
    socket.on('error', () => {}); // a client may cut off what it does not want
    socket.on('end', () => socket.end());
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      head = '';
      if (asked++ === 0) void send(socket, parts, isOpen);
      else socket.write(SECOND);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return sockets.length;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The last two in one write: surplus bytes come with what they are too many for. */
async function send(socket: Socket, parts: readonly Uint8Array[], isOpen: boolean): Promise<void> {
  for (const part of parts.slice(0, -2)) {
    socket.write(part);
    // The client reads in the poll phase between two turns; it may share the first with what made this one write.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  const last = Buffer.concat(parts.slice(-2));
  if (isOpen) socket.write(last);
  else socket.end(last);
}

/** All that these clients see, in one order. */
function told({ status, reason, fields, content, trailers, informations }: SeenResponse): ObservedResponse {
  return {
    status,
    reason: reason!,
    fields,
    content: latin1(content),
    trailers: grouped(trailers!),
    informations: informations!,
  };
}

/** The values of each field, by its name in lower case. */
export function grouped(fields: readonly Field[]): Record<string, string[]> {
  const groups: Record<string, string[]> = Object.create(null);
  for (const [name, value] of fields) (groups[name.toLowerCase()] ??= []).push(value);
  return groups;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
