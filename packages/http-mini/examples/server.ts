// A server in its smallest useful form: it answers, reads what a client posts, and closes with grace.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/server.ts      PORT=0 before it: any free port
//   curl -d hello http://127.0.0.1:8080/echo                                     in another terminal
import { createServer } from 'http-mini';

const server = createServer(async (request) => {
  switch (`${request.method} ${request.path}`) {
    case 'GET /':
      return { headers: { 'Content-Type': 'text/plain' }, body: 'POST something to /echo\n' };
    case 'POST /echo':
      // Content over 1 MiB is answered 413 by itself; a client that breaks a rule gets its 400.
      return { headers: { 'Content-Type': 'text/plain' }, body: `you sent ${await request.text()}\n` };
    default:
      return { status: 404, body: 'nothing here\n' };
  }
});

const { port } = await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 8080) });
console.log(`listening on http://127.0.0.1:${port}/`);
process.once('SIGINT', () => server.close()); // answers what it has accepted
