// Deno's own server, which is native. `deno` runs this file, not node.
import { answerCommands, report } from './child.ts';
import { answer } from './native-handler.ts';

declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(address: { port: number }): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): void;
};

answerCommands();
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => report({ port }) }, answer);
