import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCommands, report } from './child.ts';
import { DOWNLOAD, LARGE, LATER, pieces, READ, SMALL, STREAM } from './work.ts';

const server = createServer((request, response) => {
  if (request.url === LATER) return void later(response);
  if (request.url === READ) return void read(request, response);
  if (request.url === STREAM) return void stream(response);
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

async function later(response: ServerResponse): Promise<void> {
  await undefined;
  answer(response, SMALL);
}

async function read(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let length = 0;
  for (const [name, value] of Object.entries(request.headers)) length += name.length + value!.length;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const content = Buffer.concat(parts);
  answer(response, length + content.length > 0 ? SMALL : LARGE);
}

async function stream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  for await (const piece of pieces()) {
    if (!response.write(piece)) await once(response, 'drain');
  }
  response.end();
}
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
