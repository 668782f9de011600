// Puts the probes of HTTP servers to Express, Fastify and Python's http.server, as far as they are installed, side by side:
//   npx tsx --conditions=@minis/source packages/conformance/examples/frameworks.ts [PATTERN]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { formatMatrix, httpServerProbes, patternOf, type Result, runProbes } from '../src/index.ts';

// Each answers / with what it is sent, says on its first line which port it took, and is otherwise as it comes.
const SERVERS: Record<string, readonly [program: string, ...args: string[]]> = {
  Express: [
    process.execPath,
    '-e',
    `const express = require('express'), app = express().use(express.raw({ type: () => true }));
     app.all('/', (request, response) => response.send(Buffer.isBuffer(request.body) ? request.body : 'OK'));
     const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))`,
  ],
  Fastify: [
    process.execPath,
    '-e',
    `const app = require('fastify')();
     app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request, content) => content);
     app.all('/', async (request) => request.body ?? 'OK');
     app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(app.server.address().port))`,
  ],
  Python: [
    'python3',
    '-uc',
    `
from http.server import ThreadingHTTPServer, BaseHTTPRequestHandler
class Echo(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        content = self.rfile.read(int(self.headers.get('Content-Length') or 0)) or b'OK'
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    do_POST = do_GET
server = ThreadingHTTPServer(('127.0.0.1', 0), Echo)
print(server.server_port)
server.serve_forever()`,
  ],
};

const chosen = httpServerProbes.filter(({ name }) => patternOf(process.argv[2] ?? '')(name));
const results: Result[] = [];
for (const [implementation, [program, ...args]] of Object.entries(SERVERS)) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const over = Promise.race([once(child, 'exit'), once(child, 'error')]);
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), over]);
  const peer = { host: '127.0.0.1', port: Number(line), path: '/' };
  const asked = { family: 'http-server', implementation, peer } as const;
  if (peer.port > 0 && child.exitCode === null)
    results.push(...(await runProbes(asked, chosen, { jobs: 8, quiet: 500, timeout: 20_000 })));
  else console.log(`${implementation} is not installed here`);
  child.kill();
}
if (results.length > 0) console.log(`\n${formatMatrix(results, false)}`);
