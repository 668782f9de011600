// An app written for the Fetch standard, from Request to Response, as a handler of http-mini: what runs on fetch-style
// servers (Hono's `app.fetch`, say) runs here unchanged.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/fetch.ts
import { createServer } from 'http-mini';
import { toHandler } from 'http-mini/fetch';

async function app(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === '/time') {
    const ticks = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const tick of ['tick', 'tock'])
          controller.enqueue(new TextEncoder().encode(`data: ${tick}\n\n`));
        controller.close();
      },
    });
    return new Response(ticks, { headers: { 'Content-Type': 'text/event-stream' } });
  }
  const headers = new Headers({ 'Content-Type': 'application/json' });
  headers.append('Set-Cookie', 'a=1');
  headers.append('Set-Cookie', 'b=2');
  return new Response(JSON.stringify({ method: request.method, sent: await request.text() }), { headers });
}

const server = createServer(toHandler(app));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// Node's own fetch as the client: another implementation agrees.
const posted = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
console.log(posted.status, posted.headers.getSetCookie(), await posted.json());
const streamed = await fetch(`http://127.0.0.1:${port}/time`);
console.log(streamed.status, JSON.stringify(await streamed.text()));
await server.close();
