/**
 * The conversations that can be watched: raw bytes, HTTP with and without a kept connection, and a WebSocket from its request to
 * its end. Each is a short program with the packages of this repository, on both sides.
 */
import type { Duplex } from 'node:stream';
import { Client, createServer } from 'http-mini';
import { connect, WebSocketServer } from 'ws-mini';
import type { Text } from '../text.ts';
import { type Ends, recordConversation, type Step } from './recorder.ts';

export interface Conversation {
  readonly title: Text;
  /** What to look for. */
  readonly summary: Text;
  readonly record: () => Promise<readonly Step[]>;
}

export type ConversationName = 'tcp' | 'httpClosed' | 'httpKept' | 'webSocket';

export const conversations: { readonly [name in ConversationName]: Conversation } = {
  tcp: {
    title: { en: 'Bytes over TCP', ko: 'TCP로 보내는 바이트' },
    summary: {
      en: 'The client says hello and ends its direction; the server can still answer, and does. Each direction ends by itself.',
      ko: '클라이언트는 hello를 보내고 자기 방향만 닫습니다. 서버는 그 뒤에도 보낼 수 있고, 실제로 보냅니다. 두 방향은 따로 끝납니다.',
    },
    record: () => recordConversation(countBytes, sendHello),
  },
  httpClosed: {
    title: { en: 'HTTP, closed after the response', ko: '응답하고 닫는 HTTP' },
    summary: {
      en: 'One request with Connection: close. The server sends its FIN right behind the response.',
      ko: 'Connection: close를 담은 요청 하나입니다. 서버는 응답 바로 뒤에 FIN을 보냅니다.',
    },
    record: () => recordConversation(serveHttp(), (ends) => ask(ends, 'close', 1)),
  },
  httpKept: {
    title: { en: 'HTTP on a kept connection', ko: '연결을 유지하는 HTTP' },
    summary: {
      en: 'Two requests, one connection: between them nobody opens and nobody closes. In the end it is the client that goes.',
      ko: '요청 둘을 연결 하나로 보냅니다. 그 사이에는 어느 쪽도 연결을 열거나 닫지 않습니다. 마지막에는 클라이언트가 닫습니다.',
    },
    record: () => recordConversation(serveHttp(), (ends) => ask(ends, 'keep-alive', 2)),
  },
  webSocket: {
    title: { en: 'A WebSocket, from its request to its end', ko: 'WebSocket, 요청부터 끝까지' },
    summary: {
      en: 'The 101 ends HTTP on this connection. The server speaks first, and its greeting may come in the same read as the 101: those bytes are left over from HTTP and belong to the WebSocket already.',
      ko: '이 연결의 HTTP는 101에서 끝납니다. 서버가 먼저 보내며, 그 인사말이 101과 같은 read()에 올 수도 있습니다. HTTP를 읽고 남은 그 바이트는 이미 WebSocket의 것입니다.',
    },
    record: () => recordConversation(serveWebSocket(), talkWebSocket),
  },
};

/** Says how many bytes came, once the client has ended its direction. */
function countBytes(end: Duplex): void {
  let count = 0;
  end.on('data', (bytes: Buffer) => {
    count += bytes.length;
  });
  end.on('end', () => end.end(`${count} bytes\n`));
}

async function sendHello({ connect: open }: Ends): Promise<void> {
  const end = await open();
  end.end('hello\n');
  for await (const _ of end);
}

function serveHttp(): (end: Duplex) => void {
  const server = createServer(({ path }) => ({
    headers: { 'content-type': 'text/plain' },
    body: `this is ${path}\n`,
  }));
  return (end) => server.accept(end);
}

async function ask(
  { connect: open, port }: Ends,
  connection: 'close' | 'keep-alive',
  times: number,
): Promise<void> {
  const client = new Client(`http://127.0.0.1:${port}`, { connection, connect: open });
  try {
    for (let i = 1; i <= times; i++) await (await client.request({ target: `/${i}` })).text();
  } finally {
    await client.close();
  }
}

function serveWebSocket(): (end: Duplex) => void {
  const server = new WebSocketServer({ noServer: true });
  server.on('connection', (connection) => {
    void connection.send('hello');
    connection.on('message', async (message) => {
      await connection.send(message);
      await connection.ping();
    });
  });
  return (end) => server.accept(end);
}

async function talkWebSocket({ connect: open, port }: Ends): Promise<void> {
  const connection = await connect(`ws://127.0.0.1:${port}/`, { transport: open });
  const pinged = new Promise<void>((resolve) => connection.on('ping', () => resolve()));
  for await (const message of connection) {
    if (message === 'hello') await connection.send('안녕');
    else break;
  }
  await pinged;
  await connection.close(1000, 'bye');
}
