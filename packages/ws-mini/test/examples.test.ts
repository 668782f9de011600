// Each example, and each block of the README, runs as a reader would run it, and prints what it says it prints.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, bundledBlocks, finish } from '../../../scripts/for-tests/commands.ts';

const root = join(import.meta.dirname, '..');
const start = await bundled(root, 'examples/*.ts');

const expected: Record<string, string> = {
  'bytes.ts': `client sends   818537fa213d7f9f4d5158
server gets    { type: 'message', data: 'Hello' }
server sends   810548656c6c6f
server refuses control-frame-fragmented by RFC 6455 5.5
server sends   882803ea6120636f6e74726f6c206672616d6520286f70636f646520392920776974686f75742046494e
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
  'in-memory.ts': `/room heard hello
{ code: 1000, reason: 'bye', wasClean: true, error: undefined }
`,
  'observe.ts': `in  text  masked 8+200 bytes
out text  plain  4+200 bytes
got 200
in  ping  masked 6+1 bytes
out pong  plain  2+1 bytes
in  close masked 6+6 bytes
out close plain  2+6 bytes
`,
  'parts.ts': `binary with the hash 7a724cff
the connection ended in the middle of a message
`,
  'stream.ts': `a
pair
of
streams
{ closeCode: 1005, reason: '' }
`,
  'with-http.ts': `tick 1
tick 2
tick 3
closed with 1000
`,
};

test.each(readdirSync(join(root, 'examples')))('%s', async (name) => {
  const outcome = await finish(start(`examples/${name}`));
  expect(outcome).toEqual({ code: 0, out: expected[name], err: '' });
});

const shown = [/^hello\n$/, /type: 'failed'[\s\S]*control-frame-fragmented[\s\S]*RFC 6455 5\.5/];
const blocks = await bundledBlocks(root, 'README.md');
test('the README shows as many blocks as are run here', () => expect(blocks.length).toBe(shown.length));
test.each([...shown.entries()])('the README, block %i', async (i, out) => {
  const outcome = await finish(blocks[i]!());
  expect(outcome).toEqual({ code: 0, out: expect.stringMatching(out), err: '' });
});
