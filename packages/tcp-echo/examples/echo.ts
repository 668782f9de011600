// One echo server, two clients, and every socket's life printed as it happens. Note that accept()
// returns a new socket for each client, while the listener goes on listening.
//   npx tsx --conditions=@minis/source packages/tcp-echo/examples/echo.ts
import { connect, createEchoServer, describe, type LifecycleEvent } from 'tcp-echo';

const start = performance.now();
const clock = () => performance.now() - start;
const observe = (event: LifecycleEvent) => console.log(describe(event));

const server = createEchoServer({ observe, clock });
const { port } = await server.listen();

let clients = 0;
async function say(text: string): Promise<string> {
  const socket = `client ${++clients}`; // each would be `client`, and the first closes while the second connects
  const client = await connect({
    port,
    signal: AbortSignal.timeout(5000),
    observe: (event) => observe({ ...event, socket }),
    clock,
  });
  await client.send(text);
  client.end(); // half-close: we send no more, but we still read
  let echo = '';
  for await (const chunk of client) echo += Buffer.from(chunk).toString();
  return echo;
}

console.log('echo:', await say('hello'));
console.log('echo:', await say('hello again'));
await server.close();
