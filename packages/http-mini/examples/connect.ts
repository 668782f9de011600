// Ways to a server that are no TCP connection of ours: the option `connect` opens them, and the client speaks HTTP over
// whatever Duplex it gives. Here a Unix socket, and a program whose input and output lead to the server, as `ssh -W` does.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/connect.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { type Connect, createServer, request } from 'http-mini';

const server = createServer((request) => ({ body: `${request.authority} answers\n` }));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// ── A Unix socket ──

const folder = await mkdtemp(join(tmpdir(), 'connect-'));
const path = join(folder, 'socket'); // on Windows a named pipe
const local = createTcpServer({ allowHalfOpen: true }, (socket) => server.accept(socket)).listen(path);
await once(local, 'listening');

const overUnix: Connect = () => connect(path);

// ── A program ──

const program = `process.stdin.pipe(require('node:net').connect(${port}, '127.0.0.1')).pipe(process.stdout)`;

const overProgram: Connect = () => {
  const { stdin, stdout } = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  return Duplex.from({ readable: stdout, writable: stdin });
};

// ── Both ──

for (const [name, connect] of Object.entries({ overUnix, overProgram })) {
  const response = await request(`http://${name.toLowerCase()}.example/`, { connect });
  console.log(response.status, (await response.text()).trim());
}

local.close();
await server.close();
await rm(folder, { recursive: true });
