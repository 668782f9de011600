// The work of servers that run an app of the Fetch standard, written once with Hono, and each of these servers by its name.
// The names with `light` put an own Response in the place of the global one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { createServer as createMini } from 'http-mini';
import { toHandler, useLightObjects } from 'http-mini/fetch';
import { answerCommands, report } from './child.ts';
import { JSON_PATH, PIECE, PIECES, SMALL, STREAM, UPLOAD_PATH } from './work.ts';

const [name = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const text = `${SMALL}`;

const app = new Hono()
  .get('/', (c) => c.text(text))
  .get(STREAM, (c) => c.body(streamOfPieces()))
  .post(JSON_PATH, async (c) => c.json(await c.req.json()))
  .post(UPLOAD_PATH, async (c) => {
    let size = 0;
    for await (const part of c.req.raw.body!) size += part.length;
    return c.text(`${size}`);
  });

/** A part in each turn of the event loop: they are not there at once, as those of a file are not. */
function streamOfPieces(): ReadableStream<Uint8Array> {
  let left = PIECES;
  return new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate);
      controller.enqueue(new Uint8Array(PIECE));
      if (--left === 0) controller.close();
    },
  });
}

const SERVERS: Record<string, () => Promise<number>> = {
  async 'http-mini/fetch'() {
    const server = createMini(toHandler(app.fetch));
    return (await server.listen({ port: 0, host })).port;
  },

  'http-mini/fetch light'() {
    useLightObjects();
    return SERVERS['http-mini/fetch']!();
  },

  '@hono/node-server': () => serveByHono(false),

  '@hono/node-server light': () => serveByHono(true),

  async srvx() {
    const { serve } = await import('srvx');
    const server = serve({ fetch: app.fetch, port: 0, hostname: host, silent: true });
    await server.ready();
    return Number(new URL(server.url!).port);
  },

  /** The same answers without an app: what the frameworks cost is seen beside it. */
  'node:http'() {
    const server = createServer(async (request, response) => {
      const end = (type: string, body: string | Buffer) =>
        response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length }).end(body);
      if (request.url === STREAM) {
        response.writeHead(200, { 'Content-Type': 'text/plain' });
        for await (const piece of streamOfPieces()) response.write(piece);
        return void response.end();
      }
      if (request.method === 'GET') return void end('text/plain', text);
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of request) {
        size += (part as Buffer).length;
        if (request.url === JSON_PATH) parts.push(part as Buffer);
      }
      if (request.url === UPLOAD_PATH) return void end('text/plain', `${size}`);
      end('application/json', JSON.stringify(JSON.parse(`${Buffer.concat(parts)}`)));
    });
    return new Promise((resolve) =>
      server.listen(0, host, () => resolve((server.address() as AddressInfo).port)),
    );
  },
};

async function serveByHono(overrideGlobalObjects: boolean): Promise<number> {
  const { serve } = await import('@hono/node-server');
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: host, overrideGlobalObjects }, ({ port }) => resolve(port));
  });
}

answerCommands();
report({ port: await SERVERS[name]!() });
