// Deno's own WebSocket server, which is native. `deno` runs this file, not node.
import { answerCommands, report } from './child.ts';

interface Socket {
  binaryType: string;
  onmessage: (event: { data: string | ArrayBuffer }) => void;
  send(data: string | ArrayBuffer): void;
}
declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(address: { port: number }): void },
    handler: (request: Request) => Response,
  ): void;
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { socket: Socket; response: Response };
};

answerCommands();
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => report({ port }) }, (request) => {
  // The load answers no Ping, and a long run must not end for that.
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
