// Bun's own server, which is native. `bun` runs this file, not node.
import { answerCommands, report } from './child.ts';
import { answer } from './native-handler.ts';

declare const Bun: {
  gc(isForced: boolean): void;
  serve(options: { port: number; hostname: string; fetch(request: Request): Response | Promise<Response> }): {
    port: number;
  };
};

Object.assign(globalThis, { gc: () => Bun.gc(true) });
answerCommands();
report({ port: Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer }).port });
