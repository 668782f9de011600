// Each example runs as a reader would run it, and prints what it says it prints.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, finish } from '../../../scripts/for-tests/commands.ts';

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
  'explain.ts': `       0  81                       1.......  FIN                      RFC 6455 5.2     1, the end of the message
                                   .000....  RSV1-3                   RFC 6455 5.2     000
                                   ....0001  opcode                   RFC 6455 5.6     1, text
       1  85                       1.......  MASK                     RFC 6455 5.1     1, masked
                                   .0000101  Payload length           RFC 6455 5.2     5
       2  37 fa 21 3d              7.!=      Masking-key              RFC 6455 5.3     37 fa 21 3d
       6  7f 9f 4d 51 58           ..MQX     Payload data             RFC 6455 5.6     Hello
          48 65 6c 6c 6f           Hello     unmasked

       0  88                       1.......  FIN                      RFC 6455 5.2     1
                                   .000....  RSV1-3                   RFC 6455 5.2     000
                                   ....1000  opcode                   RFC 6455 5.5.1   8, Close
       1  05                       0.......  MASK                     RFC 6455 5.1     0
                                   .0000101  Payload length           RFC 6455 5.2     5
       2  03 e8                    ..        status code              RFC 6455 7.4     1000, normal closure
       4  62 79 65                 bye       reason                   RFC 6455 5.5.1   bye

       0  82                       1.......  FIN                      RFC 6455 5.2     1, the end of the message
                                   .000....  RSV1-3                   RFC 6455 5.2     000
                                   ....0010  opcode                   RFC 6455 5.6     2, binary
       1  7e                       0.......  MASK                     RFC 6455 5.1     0
                                   .1111110  Payload length           RFC 6455 5.2     126, the next 2 bytes tell
       2  01 2c                    .,        Extended payload length  RFC 6455 5.2     300
       4  01 02                    ..        Payload data             RFC 6455 5.6     ..
       6  … waits for 298 more bytes of payload

       0  09                       0.......  FIN                      RFC 6455 5.2     0, more fragments follow
                                   .000....  RSV1-3                   RFC 6455 5.2     000
                                   ....1001  opcode                   RFC 6455 5.5.2   9, Ping
       1  00                       0.......  MASK                     RFC 6455 5.1     0
                                   .0000000  Payload length           RFC 6455 5.2     0
       0  ✗ control-frame-fragmented: a control frame (opcode 9) without FIN

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
