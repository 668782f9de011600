// The work that the servers are given, said once, so that all of them do the same.

export const SMALL: Buffer = Buffer.from('Hello, world!');
export const LARGE: Buffer = Buffer.alloc(1024 * 1024, 'minis');
/** In chunks, as it is made. */
export async function* pieces(): AsyncGenerator<Buffer> {
  for (let i = 0; i < PIECES; i++) yield PIECE;
}
export const PIECES = 16;
export const PIECE: Buffer = Buffer.alloc(1024, 'x');

/** Bytes of messages for each answer of a WebSocket server that otherwise only receives. */
export const TAKEN: number = 256 * 1024;

/** Of the large answer. */
export const DOWNLOAD = '/download';
/** Of the small answer, by a handler that is asynchronous. */
export const LATER = '/later';
/** Of the small answer, by a handler as people write it: asynchronous, and it looks at all fields and at the content. */
export const READ = '/read';
/** Of the answer in chunks. */
export const STREAM = '/stream';
/** Of an app of the Fetch standard: JSON that comes back, and content of which the size does. */
export const JSON_PATH = '/json';
export const UPLOAD_PATH = '/upload';
/** The opening handshake, with the key that RFC 6455 has for an example. */
export const UPGRADE =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
