// One of the examples by itself, without the lab: a WebSocket server of a few lines, to talk to with any client.
//   npx tsx --conditions=@minis/source packages/lab/examples/alone.ts chat|ticker|video|game [PORT]
// and in two other terminals: npx minis ws ws://127.0.0.1:8080/
import { WebSocketServer } from 'ws-mini';
import { chat } from './chat.ts';
import { game } from './game.ts';
import { ticker } from './ticker.ts';
import { video } from './video.ts';

const examples = { chat, ticker, video, game };
const [, , name = 'chat', port = '8080'] = process.argv;
const example = Object.entries(examples).find(([known]) => known === name)?.[1];
if (example === undefined)
  throw new Error(`there is no ${name}; there is ${Object.keys(examples).join(', ')}`);

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), slowConsumer: 'drop' });
example(server);
const { port: bound } = (await server.listening)!;
console.log(`${name} on ws://127.0.0.1:${bound}/; Ctrl-C ends it`);
process.once('SIGINT', () => void server.close());
