// Bun's own WebSocket server, which is native. `bun` runs this file, not node.
import { answerCommands, report } from './child.ts';

interface Server {
  readonly port: number;
  upgrade(request: Request): boolean;
}
declare const Bun: {
  gc(isForced: boolean): void;
  serve(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: Server): Response | undefined;
    websocket: {
      message(socket: { send(message: string | Buffer): void }, message: string | Buffer): void;
    };
  }): Server;
};

Object.assign(globalThis, { gc: () => Bun.gc(true) });
answerCommands();
const { port } = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('', { status: 400 })),
  websocket: { message: (socket, message) => socket.send(message) },
});
report({ port });
