/** Opens a WebSocket as a client would, field by field, so that each of them can be wrong. */
import { createHash } from 'node:crypto';
import type { Terms } from '../probe.ts';
import type { Opened } from '../websocket/frame-probe.ts';
import { fieldOf, type Head, hasMember, readHead, statusOf } from '../websocket/head.ts';
import { hostOf, type ServerAddress, WireLine } from '../wire-line.ts';

/** The key of RFC 6455 1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export interface Request {
  readonly method?: string;
  /** In the place of the path. */
  readonly target?: string;
  readonly version?: string;
  /** In the place of the fields of that name; undefined leaves them out, a list gives several lines. */
  readonly fields?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export function encodeRequest(server: ServerAddress, request: Request = {}): string {
  const { method = 'GET', target = server.path, version = 'HTTP/1.1' } = request;
  const fields: Record<string, string | readonly string[] | undefined> = {
    Host: hostOf(server),
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...ownFields(server),
    ...request.fields,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `${method} ${target} ${version}\r\n${lines.join('')}\r\n`;
}

/** A name may come several times. */
function ownFields({ fields = [] }: ServerAddress): Record<string, readonly string[]> {
  const names = new Set(fields.map(([name]) => name));
  return Object.fromEntries(
    [...names].map((name) => [name, fields.filter((one) => one[0] === name).map(([, value]) => value)]),
  );
}

/** Waits for a head; `undefined` where none came. */
export async function receiveHead(line: WireLine): Promise<Head | undefined> {
  await line.receive(() => readHead(line.received) !== undefined);
  return readHead(line.received);
}

/** RFC 6455 4.2.2; of node:crypto and not of ws-mini, which may be the one who is asked. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** What keeps a response from opening a WebSocket (4.2.2); undefined: nothing. */
export function faultOf(head: Head, key: string = KEY): string | undefined {
  if (statusOf(head) !== 101) return `status ${statusOf(head) || JSON.stringify(head.start)}`;
  if (fieldOf(head, 'upgrade')?.toLowerCase() !== 'websocket') return '101 without Upgrade: websocket';
  if (!hasMember(head, 'connection', 'upgrade')) return '101 without Connection: Upgrade';
  if (fieldOf(head, 'sec-websocket-accept') !== acceptFor(key)) return '101 with a wrong Accept';
  return undefined;
}

export async function openServer(
  address: ServerAddress,
  terms: Terms,
  extension: string | undefined,
): Promise<Opened> {
  const line = await WireLine.open(address, terms);
  line.send(encodeRequest(address, { fields: { 'Sec-WebSocket-Extensions': extension } }));
  const head = await receiveHead(line);
  const fault = head === undefined ? 'no response' : faultOf(head);
  if (head === undefined || fault !== undefined) return { line, notOpen: `no WebSocket is there: ${fault}` };
  return { line, start: head.length, agreed: fieldOf(head, 'sec-websocket-extensions') };
}
