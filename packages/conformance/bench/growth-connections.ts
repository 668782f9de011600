/**
 * What connections cost, which grows with nothing but their number: a server takes so many, all open at once, answers one
 * request on each, and closes when they have gone. The load is in the same process; its own cost is a straight line.
 */
import { createServer } from 'http-mini';
import { createEchoServer } from 'tcp-echo';
import { WebSocketServer } from 'ws-mini';
import type { Work } from './growth.ts';
import { httpScenarios } from './http-scenarios.ts';
import { type Conversation, openAll } from './processes/open.ts';
import type { Scenario } from './scenario.ts';
import { tcpScenarios } from './tcp-scenarios.ts';
import { webSocketScenarios } from './websocket-scenarios.ts';

interface Server {
  readonly port: number;
  close(): Promise<unknown>;
}

/** At the largest size, that is 1,024 connections, and two file descriptors for each. */
const FROM = 32;

/** @param scenarios the first of them says what is asked, and what the answer is */
function connections(protocol: string, [scenario]: readonly Scenario[], listen: () => Promise<Server>): Work {
  const conversation = scenario!.task as Conversation;
  const run = async (size: number): Promise<number> => {
    const { port, close } = await listen();
    const opened = await openAll({ ...conversation, port }, size, true);
    for (const { socket } of opened) socket.destroy();
    await close();
    return opened.length;
  };
  const name = `${protocol} connections`;
  return { name, from: FROM, prepare: (size) => ({ run: () => run(size), expected: size }) };
}

export const connectionWorks: readonly Work[] = [
  connections('tcp', tcpScenarios, async () => {
    const server = createEchoServer({ maxConnections: Infinity });
    const { port } = await server.listen();
    return { port, close: () => server.close() };
  }),
  connections('http', httpScenarios, async () => {
    const server = createServer(() => ({ headers: { 'Content-Type': 'text/plain' }, body: 'Hello, world!' }));
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    return { port, close: () => server.close() };
  }),
  connections('ws', webSocketScenarios, async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (connection) => {
      connection.on('message', (message) => void connection.send(message));
    });
    const address = await server.listening;
    return { port: address!.port, close: () => server.close() };
  }),
];
