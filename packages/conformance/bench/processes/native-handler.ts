// What Bun's server and Deno's answer: both take a function from Request to Response.
import { LATER, READ, SMALL } from './work.ts';

const init: ResponseInit = { headers: { 'Content-Type': 'text/plain' } };

export function answer(request: Request): Response | Promise<Response> {
  const { method, url } = request;
  if (url.endsWith(READ)) return read(request);
  if (method === 'POST') return request.arrayBuffer().then(() => new Response(SMALL, init));
  return url.endsWith(LATER) ? later() : new Response(SMALL, init);
}

async function read(request: Request): Promise<Response> {
  let length = 0;
  for (const [name, value] of request.headers) length += name.length + value.length;
  const content = await request.arrayBuffer();
  return new Response(SMALL, length + content.byteLength > 0 ? init : { status: 400 });
}

async function later(): Promise<Response> {
  await undefined;
  return new Response(SMALL, init);
}
