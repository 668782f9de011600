/**
 * http-mini as an HTTP subject. The answer is given as whole bytes: so it has a Content-Length, and leaves with its head
 * in one write. It is made after `bytes()`, that is, after the content has been decoded to its end: bad chunked
 * content is answered 400, never first 200.
 */
import type { Socket } from 'node:net';
import { createServer, type HttpRequest, type HttpResponse, switchProtocols } from 'http-mini';
import { ANSWER_FIELDS, answerTo, LARGEST_CONTENT } from './http-answer.ts';
import type { Subject } from './subject.ts';

export const httpMini: Subject = {
  what: "http-mini's server",
  scheme: 'http',
  async start(options) {
    const server = createServer(answer);
    const { port } = await server.listen(options);
    return { port, close: () => server.close() };
  },
};

async function answer(request: HttpRequest): Promise<HttpResponse> {
  if (request.method === 'CONNECT') return switchProtocols({}, echo);
  const content = await request.bytes(LARGEST_CONTENT);
  return {
    headers: ANSWER_FIELDS,
    body: answerTo({ path: request.path, fields: [...request.headers], content }),
  };
}

/** A 2xx to CONNECT has no content (RFC 9110 9.3.6): what there is to echo comes through the tunnel. */
function echo(socket: Socket, leftover: Uint8Array): void {
  socket.on('error', () => socket.destroy());
  if (leftover.length > 0) socket.write(leftover);
  socket.pipe(socket);
}
