/** The HTTP servers: the one under test, and the oracle. */
import { once } from 'node:events';
import { createServer as createNodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'http-mini';
import { type Field, mayHaveContent, type ResponsePlan } from '../arbitraries/http.ts';
import * as bound from '../arbitraries/http-bounds.ts';
import { cut } from '../arbitraries/pieces.ts';
import { bodyOf, type HttpServerPeer, pairs, readAll, streamOf } from './http-peer.ts';

export const httpMiniServer: HttpServerPeer = {
  name: 'http-mini',
  bounds: [],
  async start({ begun, answer, brokenOff }) {
    const server = createServer(async (request) => {
      begun?.();
      const content = await request.bytes().catch((error) => {
        brokenOff?.();
        throw error;
      });
      const { method, target, version, headers } = request;
      const seen = { method, target, version, fields: [...headers], content };
      const plan = answer({ ...seen, trailers: [...(request.trailers ?? [])] });
      for (const { status, fields } of plan.informations) request.inform(status, fields);
      const { status, reason } = plan;
      const body = plan.breaksOff ? breaking(plan) : mayHaveContent(status) ? bodyOf(plan) : undefined;
      const trailers = plan.trailers.length > 0 ? plan.trailers : undefined;
      return { status, reason, headers: [...plan.fields, ...closing(plan)], body, trailers };
    }, silent);
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    return {
      port,
      async close() {
        server.destroy();
      },
    };
  },
};

/** Content that breaks off is reported, unless somebody listens. */
const silent = { onError: () => {} };

async function* breaking(plan: ResponsePlan): AsyncGenerator<Uint8Array> {
  yield* streamOf(plan);
  throw new Error('broken off');
}

export const nodeServer: HttpServerPeer = {
  name: 'node:http',
  bounds: [bound.knownMethod, bound.nodeInformation],
  async start({ begun, answer, brokenOff }) {
    const server = createNodeServer(async (request, response) => {
      begun?.();
      let content: Uint8Array;
      try {
        content = await readAll(request);
      } catch {
        brokenOff?.();
        return;
      }
      const { method, url, httpVersion: version } = request;
      const [fields, trailers] = [pairs(request.rawHeaders), pairs(request.rawTrailers)];
      const plan = answer({ method: method!, target: url!, version, fields, content, trailers });
      for (const { status, fields } of plan.informations) {
        if (status === 102) response.writeProcessing();
        else response.writeEarlyHints({ link: fields[0]![1], ...Object.fromEntries(fields.slice(1)) });
      }
      response.writeHead(plan.status, plan.reason, headersOf(plan, version));
      // node puts a head that leaves with content in front of all that waits for its turn behind a pipelined exchange, the
      // interim responses too. Alone it goes behind them; 'latin1', or it goes as UTF-8.
      if (plan.informations.length > 0) response.write('', 'latin1');
      if (plan.framing === 'chunked') for (const part of cut(plan.content, plan.pieces)) response.write(part);
      if (plan.breaksOff) {
        response.write('', () => response.destroy());
        return;
      }
      response.addTrailers(plan.trailers as never); // by pairs, which the types do not know
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

/** node takes names and values in turn. */
function headersOf(plan: ResponsePlan, version: string): string[] {
  const fields = [...plan.fields, ...closing(plan)];
  if (plan.framing === 'length' && plan.status !== 204 && plan.status !== 304)
    fields.push(['Content-Length', `${plan.content.length}`]);
  // Said outright: left to itself, node sends the length where there is no content, and then no trailers.
  if (plan.framing === 'chunked' && version === '1.1') fields.push(['Transfer-Encoding', 'chunked']);
  return fields.flat();
}

function closing({ closes }: ResponsePlan): Field[] {
  return closes ? [['Connection', 'close']] : [];
}
