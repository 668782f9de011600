// A victim: an HTTP server of one implementation, with short deadlines.
import { createServer as createNodeServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createServer, type HttpRequest } from 'http-mini';
import { CERTIFICATE, KEY } from '../../../../../scripts/for-tests/certificate.ts';
import { answerQuestions } from '../../measured.ts';

const [implementation, deadline, secure] = process.argv.slice(2) as [string, string, string];
const DEADLINE = Number(deadline);
const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 'a');
const tls = secure === 'tls' ? { key: KEY, cert: CERTIFICATE } : undefined;

/** 16 MiB. */
function* large(): Generator<Uint8Array> {
  for (let i = 0; i < 256; i++) yield PIECE;
}

if (implementation === 'http-mini') {
  const answer = async (request: HttpRequest) => {
    if (request.method === 'POST') await request.bytes(); // 413 beyond 1 MiB
    return { body: request.target === '/large' ? Readable.from(large()) : 'hello\n' };
  };
  const server = createServer(answer, {
    ...(tls && { tls }),
    headTimeout: DEADLINE,
    requestTimeout: DEADLINE,
    idleTimeout: DEADLINE,
    stallTimeout: DEADLINE,
    onError() {},
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  answerQuestions({ port, connections: () => server.connections });
} else {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === 'POST') return take(request, response);
    if (request.url !== '/large') return void response.writeHead(200, { 'Content-Length': 6 }).end('hello\n');
    const source = Readable.from(large());
    response.on('close', () => source.destroy());
    source.pipe(response);
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('error', () => {});
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= MIB) parts.push(part);
      else if (!response.headersSent)
        response.writeHead(413, { Connection: 'close' }).end(() => request.destroy());
    });
    request.on('end', () => response.headersSent || response.writeHead(200).end('hello\n'));
  };
  const options = {
    headersTimeout: DEADLINE,
    requestTimeout: DEADLINE,
    keepAliveTimeout: DEADLINE,
    connectionsCheckingInterval: 100,
  };
  const server = tls
    ? createHttpsServer({ ...options, ...tls, handshakeTimeout: DEADLINE }, answer)
    : createNodeServer(options, answer);
  server.timeout = DEADLINE;
  server.listen(0, '127.0.0.1', () =>
    answerQuestions({
      port: (server.address() as AddressInfo).port,
      connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    }),
  );
}
