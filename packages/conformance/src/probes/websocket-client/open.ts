/** Answers a client's opening handshake as a server would, field by field, so that each of them can be wrong. */
import type { Terms } from '../probe.ts';
import type { Opened } from '../websocket/frame-probe.ts';
import { fieldOf, type Head } from '../websocket/head.ts';
import { acceptFor, receiveHead } from '../websocket-server/open.ts';
import type { WebSocketClientPeer } from './client-peer.ts';

export interface Response {
  /** In the place of `HTTP/1.1 101 Switching Protocols`. */
  readonly start?: string;
  /** In the place of the fields of that name; undefined leaves them out, a list gives several lines. */
  readonly fields?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export function encodeResponse(request: Head, { start, fields: wrong }: Response = {}): string {
  const fields: Record<string, string | readonly string[] | undefined> = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptFor(fieldOf(request, 'sec-websocket-key') ?? ''),
    ...wrong,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `${start ?? 'HTTP/1.1 101 Switching Protocols'}\r\n${lines.join('')}\r\n`;
}

export async function openClient(
  peer: WebSocketClientPeer,
  terms: Terms,
  extension: string | undefined,
): Promise<Opened> {
  const line = await peer.open(terms);
  if (line === undefined) return { line, notOpen: 'the client did not come' };
  const request = await receiveHead(line);
  if (request === undefined) return { line, notOpen: 'the client asked for nothing' };
  if (extension !== undefined && !isOffered(request, extension))
    return { line, notOpen: `it does not offer what allows ${extension}` };
  line.send(encodeResponse(request, { fields: { 'Sec-WebSocket-Extensions': extension } }));
  return { line, start: request.length, agreed: extension };
}

/** Whether a server may answer this: client_max_window_bits only to one who offers it (RFC 7692 7.1.2.2). */
function isOffered(request: Head, answer: string): boolean {
  const offers = (fieldOf(request, 'sec-websocket-extensions') ?? '').split(',');
  return offers.some(
    (offer) =>
      offer.trim().startsWith('permessage-deflate') &&
      (!answer.includes('client_max_window_bits') || offer.includes('client_max_window_bits')),
  );
}
