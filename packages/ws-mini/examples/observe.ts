// The tap: every frame of a connection in both directions, as it was on the wire. It sees what the
// connection sends by itself, such as the Pong and the Close here, and costs nothing where it is not used.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/observe.ts

import { connect, type Observation, WebSocketServer } from 'ws-mini';
import { Opcode } from 'ws-mini/wire';

const names = Object.fromEntries(Object.entries(Opcode).map(([name, opcode]) => [opcode, name]));

function observe(observation: Observation): void {
  if (observation.type !== 'frame') return;
  const { direction, header, payload } = observation;
  const masked = header.maskKey === undefined ? 'plain' : 'masked';
  console.log(
    direction.padEnd(3),
    names[header.opcode]?.padEnd(5),
    masked.padEnd(6),
    `${header.size}+${payload.length} bytes`,
  );
}

const server = new WebSocketServer({ port: 0, observe });
server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));

const address = await server.listening;
const client = await connect(`ws://localhost:${address?.port}/`);
client.send('x'.repeat(200));
for await (const message of client) {
  console.log('got', message.length);
  await client.ping();
  client.close(1000, 'done');
}
await server.close();
