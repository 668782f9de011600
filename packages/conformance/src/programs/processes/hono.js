// Hono on @hono/node-server as they come: / is answered with what it is sent, or OK. The port is the argument.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono().all('/', async (c) => {
  const content = await c.req.arrayBuffer().catch(() => new ArrayBuffer(0));
  return content.byteLength > 0 ? c.body(content) : c.text('OK');
});
serve({ fetch: app.fetch, port: Number(process.argv[2]), hostname: '127.0.0.1' });
