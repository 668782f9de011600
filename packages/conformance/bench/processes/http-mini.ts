import { createServer, type HttpRequest } from 'http-mini';
import { answerCommands, report } from './child.ts';
import { DOWNLOAD, LARGE, LATER, pieces, READ, SMALL, STREAM } from './work.ts';

const headers = { 'Content-Type': 'text/plain' };
const small = { headers, body: SMALL };
const large = { headers, body: LARGE };

const server = createServer((request) => {
  if (request.target === READ) return read(request);
  if (request.method === 'POST') return request.bytes().then(() => small);
  if (request.target === LATER) return later();
  if (request.target === STREAM) return { headers, body: pieces() };
  return request.target === DOWNLOAD ? large : small;
});

async function later(): Promise<typeof small> {
  await undefined;
  return small;
}

async function read(request: HttpRequest): Promise<typeof small> {
  let length = 0;
  for (const [name, value] of request.headers) length += name.length + value.length;
  const content = await request.bytes();
  return length + content.length > 0 ? small : large;
}

answerCommands();
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
report({ port });
