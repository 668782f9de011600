/**
 * node:http as an HTTP subject, on default options: the oracle for http-mini. It answers exactly as the other subjects do,
 * and what it gets wrong is left as it is: a suite's findings on it tell its faults from the suite's.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ANSWER_FIELDS, answerTo, LARGEST_CONTENT } from './http-answer.ts';
import type { Subject } from './subject.ts';

export const nodeHttp: Subject = {
  what: "Node's own node:http, the oracle for http-mini",
  scheme: 'http',
  async start(options) {
    const server = createServer(answer);
    server.on('connect', (_request, socket, head) => {
      socket.on('error', () => socket.destroy());
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.write(head);
      socket.pipe(socket);
    });
    server.listen(options);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
  },
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = [];
  let size = 0;
  request.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= LARGEST_CONTENT) parts.push(part);
  });
  request.on('end', () => {
    if (size > LARGEST_CONTENT) {
      response.writeHead(413, { ...ANSWER_FIELDS, 'Content-Length': 0 }).end();
      return;
    }
    const fields = pairs(request.rawHeaders);
    const body = answerTo({ path: pathOf(request.url!), fields, content: Buffer.concat(parts) });
    response.writeHead(200, { ...ANSWER_FIELDS, 'Content-Length': body.length }).end(body);
  });
  request.on('error', () => {}); // the client broke off: node has closed the connection
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i]!, raw[2 * i + 1]!]);
}

/** The path of a target in origin-form or absolute-form (RFC 9112 3.2). */
function pathOf(target: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?]*)?([^?]*)/i.exec(target)![1]!;
}
