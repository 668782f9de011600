/** What the tests share: bytes to explain, and an explanation written down. */
import type { Explanation } from 'explain-mini';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
export const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** name: value of the fields that say something, and what follows them. */
export function said({ fields, error, awaits }: Explanation): string[] {
  const lines = fields.filter(({ value }) => value !== '').map(({ name, value }) => `${name}: ${value}`);
  if (error !== undefined) lines.push(`error ${error.code} at ${error.offset}`);
  if (awaits !== undefined) lines.push(`awaits ${awaits}`);
  return lines;
}

/** The opening handshake of RFC 6455 1.3, without its subprotocols. */
export const REQUEST: Uint8Array = utf8(
  'GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\nSec-WebSocket-Version: 13\r\n\r\n',
);
export const RESPONSE: Uint8Array = utf8(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
);
/** RFC 6455 5.7: a masked frame with "Hello". */
export const HELLO: Uint8Array = hex('81 85 37fa213d 7f9f4d5158');
