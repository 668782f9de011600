/** `minis probe` in this process, which a child would take ten times as long for, and servers for it to ask. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createHttpServer, type Handler, type ServerOptions } from 'http-mini';
import { onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws-mini';
import { probes } from '../src/commands/probes.ts';

/** What says nothing is not waited for long; nothing else here is silent. */
export const HASTY: readonly string[] = ['--quiet', '30'];
export const PATIENT: readonly string[] = ['--quiet', '10000'];

export interface Told {
  readonly out: string;
  readonly err: string;
  readonly error?: Error;
  readonly code: number;
}

/** What the command writes, and what it fails with; in this process, which a child would take ten times as long for. */
export async function told(...args: string[]): Promise<Told> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    }),
  );
  const [error] = await probes(args, 'probe').then(
    () => [],
    (error: Error) => [error],
  );
  for (const spy of spies) spy.mockRestore();
  process.removeAllListeners('SIGINT');
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { out: written.stdout, err: written.stderr, code, ...(error && { error }) };
}

/** A server of bytes: `answer` is called with what a client sent, and with nothing when it has connected. */
export async function raw(answer: (socket: Socket, received?: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('data', (bytes) => answer(socket, bytes.toString('latin1')));
    answer(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function http(handler: Handler, options: ServerOptions = {}): Promise<string> {
  const server = createHttpServer(handler, { onError: () => {}, ...options });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return `127.0.0.1:${port}`;
}

export async function webSocket(
  options: ConstructorParameters<typeof WebSocketServer>[0] = {},
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  server.on('connection', async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  return `127.0.0.1:${(await server.listening)!.port}`;
}
