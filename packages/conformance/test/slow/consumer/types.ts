// What a program in TypeScript does with the packages; it is compiled, by the strictest rules, and never run.
import { explain } from 'explain-mini';
import { createServer, type Handler, HttpError, type HttpServer, request, switchProtocols } from 'http-mini';
import { toHandler } from 'http-mini/fetch';
import { RequestParser } from 'http-mini/wire';
import { connect, createEchoServer } from 'tcp-echo';
import { WebSocket, WebSocketServer } from 'ws-mini';
import { Protocol } from 'ws-mini/wire';

const handler: Handler = async (req) => ({ status: 200, body: await req.text() });
export const server: HttpServer = createServer(handler);
export const app: HttpServer = createServer(toHandler((request) => new Response(request.url)));

export async function ask(url: URL): Promise<string> {
  const answer = await request(url, { method: 'POST', body: 'hello', signal: AbortSignal.timeout(1000) });
  const status: number = answer.status;
  return `${status} ${await answer.text()}`;
}

export const codeOf = (error: unknown): string => (error instanceof HttpError ? error.code : 'unknown');

export const socket: globalThis.WebSocket = new WebSocket('ws://localhost/', { headers: { a: 'b' } });
export async function echo(sockets: WebSocketServer): Promise<void> {
  for await (const connection of sockets) {
    for await (const message of connection) await connection.send(message);
  }
}
const sockets = new WebSocketServer({ noServer: true, path: '/chat', perMessageDeflate: true });
export const upgrading: HttpServer = createServer(sockets.handler(switchProtocols));

export async function say(text: string): Promise<void> {
  const { port } = await createEchoServer().listen();
  await (await connect({ port })).send(text);
}

export const state: string = new Protocol({ role: 'server' }).state;
export const event: string | undefined = new RequestParser().next()?.type;
export const names: string[] = explain(new Uint8Array()).fields.map(({ name }) => name);
