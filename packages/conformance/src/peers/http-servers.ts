/** The HTTP servers: the one under test, and the oracle. */
import { once } from 'node:events';
import { createServer as createNodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'http-mini';
import type { ResponsePlan } from '../arbitraries/http.ts';
import { type HttpServerPeer, pairs, partsOf, readAll, streamOf } from './http-peer.ts';

export const httpMiniServer: HttpServerPeer = {
  name: 'http-mini',
  async start(answer) {
    const server = createServer(async (request) => {
      const content = await request.bytes();
      const { method, target } = request;
      const { status, fields, ...plan } = answer({ method, target, fields: [...request.headers], content });
      const body = plan.framing === 'length' ? plan.content : streamOf(plan.content);
      return { status, headers: fields, body: mayHaveContent(status) ? body : undefined };
    });
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    return {
      port,
      async close() {
        server.destroy();
      },
    };
  },
};

export const nodeServer: HttpServerPeer = {
  name: 'node:http',
  async start(answer) {
    const server = createNodeServer(async (request, response) => {
      const content = await readAll(request);
      const fields = pairs(request.rawHeaders);
      const plan = answer({ method: request.method!, target: request.url!, fields, content });
      response.writeHead(plan.status, headersOf(plan));
      if (plan.framing === 'chunked') for (const part of partsOf(plan.content)) response.write(part);
      response.end(plan.framing === 'length' ? plan.content : undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    };
  },
};

/** node takes names and values in turn; without a length it sends chunked content. */
function headersOf({ fields, framing, content, status }: ResponsePlan): string[] {
  const length =
    framing === 'length' && mayHaveContent(status) ? ['Content-Length', `${content.length}`] : [];
  return [...fields.flat(), ...length];
}

/** RFC 9110 15.3.5. */
function mayHaveContent(status: number): boolean {
  return status !== 204;
}
