// The ways to a server that are no TCP connection of ours: the option `connect` opens them, and the client speaks HTTP over
// whatever Duplex it gives. Here a Unix socket, a tunnel through an HTTP proxy (CONNECT, RFC 9110 9.3.6), and a program whose
// input and output lead to the server, as those of `ssh -W` do.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/connect.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, pipeline } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { Client, type Connect, createServer, request, switchProtocols } from 'http-mini';

const server = createServer((request) => ({ body: `${request.authority} answers\n` }));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// ── A Unix socket ──

const folder = await mkdtemp(join(tmpdir(), 'connect-'));
const path = join(folder, 'socket'); // on Windows a named pipe
const local = createTcpServer({ allowHalfOpen: true }, (socket) => server.accept(socket)).listen(path);
await once(local, 'listening');

const overUnix: Connect = () => connect(path);

// ── A proxy ──

const proxy = createServer(async (request) => {
  if (request.method !== 'CONNECT') return { status: 405, headers: { Allow: 'CONNECT' } };
  const there = connect(port, '127.0.0.1'); // an honest proxy goes to request.authority, if that is allowed
  await once(there, 'connect');
  return switchProtocols({}, (here, leftover) => {
    there.write(leftover);
    pipeline(here, there, here, () => {});
  });
});
const { port: proxyPort } = await proxy.listen({ host: '127.0.0.1', port: 0 });
const toProxy = new Client(`http://127.0.0.1:${proxyPort}`);

const overProxy: Connect = async ({ host, port, isSecure }, { signal }) => {
  const { socket, status, leftover } = await toProxy.request({
    method: 'CONNECT',
    target: `${host}:${port}`,
    // headers: { 'Proxy-Authorization': 'Basic ...' }
    signal, // the client aborts it if it does not want the connection any more
  });
  if (socket === undefined) throw new Error(`the proxy answered ${status}`);
  if (leftover!.length > 0) socket.unshift(leftover);
  return isSecure ? connectSecurely({ socket, servername: host }) : socket;
};

// ── A program ──

const program = `process.stdin.pipe(require('node:net').connect(${port}, '127.0.0.1')).pipe(process.stdout)`;

const overProgram: Connect = () => {
  const { stdin, stdout } = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  return Duplex.from({ readable: stdout, writable: stdin });
};

// ── All three ──

for (const [name, connect] of Object.entries({ overUnix, overProxy, overProgram })) {
  const response = await request(`http://${name.toLowerCase()}.example/`, { connect });
  console.log(response.status, (await response.text()).trim());
}

// The calls have closed their connections: a call with options about connections keeps none.
await toProxy.close();
await proxy.close();
local.close();
await server.close();
await rm(folder, { recursive: true });
