// A tunnel through an HTTP proxy (CONNECT, RFC 9110 9.3.6): the option `connect` asks the proxy for it, and the client speaks
// HTTP or HTTPS through it. The proxy is a server of this package too.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/proxy.ts
import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { Client, type Connect, createServer, request, switchProtocols } from 'http-mini';

const server = createServer((request) => ({ body: `${request.authority} answers\n` }));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

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

const response = await request('http://behind.example/', { connect: overProxy });
console.log(response.status, (await response.text()).trim());

await toProxy.close();
await proxy.close();
await server.close();
