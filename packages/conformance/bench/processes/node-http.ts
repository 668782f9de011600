import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCommands, report } from './child.ts';
import { DOWNLOAD, LARGE, SMALL } from './work.ts';

const server = createServer((request, response) => {
  if (request.method !== 'POST') return answer(response, request.url === DOWNLOAD ? LARGE : SMALL);
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    Buffer.concat(parts);
    answer(response, SMALL);
  });
});

function answer(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length }).end(body);
}
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
