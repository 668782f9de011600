// Each example runs as a reader would run it, and prints what it says it prints.

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx/cli');

const expected: Record<string, string> = {
  'bytes.ts': `client sends   818537fa213d7f9f4d5158
server gets    { type: 'message', data: 'Hello' }
server sends   810548656c6c6f
server refuses control-frame-fragmented by RFC 6455 5.5
server sends   880203ea
`,
  'chat.ts': `Ann comes in
Bob comes in
Ann: is anybody here?
Bob: I am
Bob leaves
`,
  'echo.ts': `the client got hello
the server saw 1000 thanks
`,
  'observe.ts': `in  text  masked 8+200 bytes
out text  plain  4+200 bytes
got 200
in  ping  masked 6+1 bytes
out pong  plain  2+1 bytes
in  close masked 6+6 bytes
out close plain  2+6 bytes
`,
  'with-http.ts': `tick 1
tick 2
tick 3
closed with 1000
`,
};

test.each(readdirSync(folder))('%s', async (name) => {
  const output = await new Promise<string>((resolve, reject) => {
    const args = [tsx, '--conditions=@minis/source', folder + name];
    execFile(process.execPath, args, { timeout: 25_000 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}`)),
    );
  });
  expect(output).toBe(expected[name]);
});
