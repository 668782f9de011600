// Deno's own server, which is native. `deno` runs this file, not node.
import { answerCommands, report } from './child.ts';
import { answer } from './native-handler.ts';

declare const Deno: {
  serve(
    options: {
      port: number;
      hostname: string;
      onListen(address: { port: number }): void;
      onError(): Response;
    },
    handler: (request: Request) => Response | Promise<Response>,
  ): void;
};

answerCommands();
Deno.serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    onListen: ({ port }) => report({ port }),
    // At the end of a round the load closes in the middle of a request; Deno would print that.
    onError: () => new Response(null, { status: 500 }),
  },
  answer,
);
