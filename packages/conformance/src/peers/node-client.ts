/** node:http as a client, which is an oracle. It keeps one connection, as the client under test does. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as nodeRequest } from 'node:http';
import type { Field, Information, RequestPlan } from '../arbitraries/http.ts';
import * as bound from '../arbitraries/http-bounds.ts';
import { type HttpClientPeer, pairs, readAll, streamOf } from './http-peer.ts';

export const nodeClient: HttpClientPeer = {
  name: 'node:http',
  bounds: [bound.noOldVersion, bound.upperCaseMethod, bound.asciiWhereFlushed],
  open(port) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return {
      async exchange(plan, body) {
        // An array of names and values in turn, which the types do not know.
        const headers = [['Host', `127.0.0.1:${port}`], ...plan.fields, ...steering(plan)].flat() as never;
        const { method, target: path, content, trailers } = plan;
        const request = nodeRequest({ host: '127.0.0.1', port, agent, method, path, headers });
        const informations: Information[] = [];
        request.on('information', ({ statusCode: status, rawHeaders }) => {
          informations.push({ status, fields: pairs(rawHeaders) });
        });
        // One that comes behind a response that is complete concerns nobody, and ends the process where nobody listens.
        request.on('error', () => {});
        const answer = once(request, 'response');
        answer.catch(() => {}); // it is waited for below
        // All that is told of a response to which the connection is lost, of a 101 that nobody asked for say.
        const closed = once(request, 'close').then(() => {
          throw new Error('closed without a response');
        });
        closed.catch(() => {});
        if (plan.expects) {
          request.flushHeaders();
          await once(request, 'continue');
        }
        if (plan.framing === 'chunked') {
          try {
            for await (const part of body ?? streamOf(plan)) request.write(part);
          } catch (error) {
            request.destroy(error as Error);
          }
          // By pairs, which the types do not know either.
          request.addTrailers(trailers as never);
        }
        request.end(plan.framing === 'length' ? content : undefined);
        const [response] = (await Promise.race([answer, closed])) as [IncomingMessage];
        return {
          status: response.statusCode!,
          reason: response.statusMessage!,
          fields: pairs(response.rawHeaders),
          content: await readAll(response),
          trailers: pairs(response.rawTrailers),
          informations,
        };
      },
      async close() {
        agent.destroy();
      },
    };
  },
};

/** Framing said outright: left to itself, node sends the content of a DELETE without any. */
function steering({ framing, content, expects, closes }: RequestPlan): Field[] {
  const fields: Field[] = [];
  if (framing === 'chunked') fields.push(['Transfer-Encoding', 'chunked']);
  else if (content !== undefined) fields.push(['Content-Length', `${content.length}`]);
  if (expects) fields.push(['Expect', '100-continue']);
  if (closes) fields.push(['Connection', 'close']);
  return fields;
}
