import { createServer } from 'http-mini';
import { answerCommands, report } from './child.ts';
import { DOWNLOAD, LARGE, SMALL } from './work.ts';

const headers = { 'Content-Type': 'text/plain' };
const small = { headers, body: SMALL };
const large = { headers, body: LARGE };

const server = createServer((request) => {
  if (request.method === 'POST') return request.bytes().then(() => small);
  return request.target === DOWNLOAD ? large : small;
});
answerCommands();
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
report({ port });
