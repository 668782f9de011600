/**
 * A conforming HTTP server seen through a bad pair of glasses: http-mini behind a go-between that rewrites what passes. To
 * rewrite a bad request into the good one that it resembles is to be lenient in just this; to rewrite a good one into a bad
 * one is to refuse it; and what is rewritten on the way back is an answer that no conforming server gives.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import {
  createServer as createHttpServer,
  type HttpRequest,
  type HttpResponse,
  type ServerOptions,
} from 'http-mini';
import type { ServerAddress } from '../probes/wire-line.ts';
import { answerTo, LARGEST_CONTENT } from '../subjects/http-answer.ts';
import type { Saboteur } from './saboteur.ts';

/** What is looked for in each packet, one character for each octet, and what stands there instead. */
export type Rewriting = readonly (readonly [RegExp, string])[];

export interface Distortion {
  readonly requests?: Rewriting;
  readonly answers?: Rewriting;
  /** What is done when the client has closed its half: handed on where nothing is said; or this is sent before it is. */
  readonly halfClose?: 'ignored' | 'cut' | '\r\n\r\n' | '\n';
  readonly options?: ServerOptions;
}

export function saboteur(name: string, breaks: string, distortion: Distortion): Saboteur<ServerAddress> {
  return { name, breaks, start: () => start(distortion) };
}

async function start({
  requests = [],
  answers = [],
  halfClose,
  options,
}: Distortion): ReturnType<Saboteur<ServerAddress>['start']> {
  const server = createHttpServer(answer, { onError: () => {}, ...options });
  const behind = await server.listen({ port: 0, host: '127.0.0.1' });
  const sockets = new Set<Socket>();
  const front = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port: behind.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes: Buffer) => upstream.write(rewritten(bytes, requests)));
    upstream.on('data', (bytes: Buffer) => client.write(rewritten(bytes, answers)));
    upstream.on('end', () => client.end());
    client.on('end', () => {
      if (halfClose === 'cut') client.destroy();
      else if (halfClose !== 'ignored') upstream.end(halfClose ?? '');
    });
    client.on('close', () => upstream.destroy());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return {
    peer: { host: '127.0.0.1', port, path: '/' },
    async close() {
      front.close();
      for (const socket of sockets) socket.destroy();
      server.destroy();
    },
  };
}

/** As the subjects answer; and `/500` and `/upgraded` for a rewriting to send a request to. */
async function answer(request: HttpRequest): Promise<HttpResponse> {
  const { path, method } = request;
  if (path === '/500') return { status: 500 };
  if (method === 'CONNECT') return { status: 501 };
  const body = answerTo({
    path,
    fields: [...request.headers],
    content: await request.bytes(LARGEST_CONTENT),
  });
  const marked = path === '/upgraded' ? { 'X-Upgraded': 'yes' } : {};
  return { headers: { 'Content-Type': 'text/plain', ...marked }, body };
}

function rewritten(bytes: Buffer, rewriting: Rewriting): Buffer {
  let text = bytes.toString('latin1');
  for (const [pattern, replacement] of rewriting) text = text.replace(pattern, replacement);
  return Buffer.from(text, 'latin1');
}
