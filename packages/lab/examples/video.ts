// Video: pictures that are drawn here, ten a second, over two ways: each one a binary message of a WebSocket, or each one a part
// of an HTTP response that does not end (multipart/x-mixed-replace, RFC 2046 5.1). Both send without being asked; only the
// WebSocket could hear something back. Who is slow misses pictures, and does not get them late.
//   npx tsx --conditions=@minis/source packages/lab/examples/alone.ts video
import type { HttpResponse } from 'http-mini';
import type { WebSocketServer } from 'ws-mini';
import { png } from './png.ts';
import { whileWatched } from './ticker.ts';

const WIDTH = 160;
const HEIGHT = 90;
/** Milliseconds. */
const INTERVAL = 100;

export function video(server: WebSocketServer): void {
  whileWatched(server, INTERVAL, () => server.broadcast(picture()));
}

const BOUNDARY = 'picture';

/**
 * The same pictures as one response. Each part begins with its head; the boundary behind it says that it is whole.
 * @param told of each part, and how much of it is picture
 */
export function multipart(
  signal: AbortSignal,
  told?: (part: Uint8Array, size: number) => void,
): HttpResponse {
  async function* parts(): AsyncGenerator<Uint8Array> {
    while (!signal.aborted) {
      const bytes = picture();
      const head = `Content-Type: image/png\r\nContent-Length: ${bytes.length}\r\n\r\n`;
      const part = Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head}`), bytes, Buffer.from('\r\n')]);
      told?.(part, bytes.length);
      yield part;
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }
  return { headers: { 'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` }, body: parts() };
}

/** A ball on its way, as it is now. */
function picture(): Uint8Array {
  const [ballX, ballY] = [fold(Date.now() / 11, WIDTH), fold(Date.now() / 17, HEIGHT)];
  return png(WIDTH, HEIGHT, (x, y) => (Math.hypot(x - ballX, y - ballY) < 9 ? 0x40 : 0xf4));
}

/** To and fro between 0 and `most`. */
function fold(way: number, most: number): number {
  return most - Math.abs((way % (2 * most)) - most);
}
