/** Conversations of WebSocket: messages come as they were sent, and an end is clean only if all of them have. */
import { type Connection, connect, WebSocketError, WebSocketServer } from 'ws-mini';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { type Conversation, PATIENCE, PATIENT, type Result, type Stage } from './conversation.ts';

interface Plan {
  readonly name: string;
  /** Whoever speaks first says all of it, hears it again from the other, and closes. */
  readonly first: 'client' | 'server';
  readonly messages: readonly (string | readonly string[])[];
  readonly compressed?: boolean;
  readonly tls?: boolean;
}

const CODE = 3000;
const long = 'over and over '.repeat(20);

const plans: readonly Plan[] = [
  { name: 'WebSocket: two messages, echoed', first: 'client', messages: ['one', '안녕'] },
  {
    name: 'WebSocket: the server speaks first, and closes',
    first: 'server',
    messages: ['one', 'two', 'three'],
  },
  {
    name: 'WebSocket: fragments with a Ping between',
    first: 'client',
    messages: [['안', '', '녕'], 'behind'],
  },
  { name: 'WebSocket: compressed', first: 'client', messages: [long, `${long}again`], compressed: true },
  { name: 'WebSocket over TLS', first: 'client', messages: ['a secret'], tls: true },
];

export const webSocketConversations: readonly Conversation[] = plans.map((plan) => ({
  name: plan.name,
  start: (isImpatient) => start(plan, isImpatient),
}));

async function start(
  { first, messages, compressed = false, tls = false }: Plan,
  isImpatient: boolean,
): Promise<Stage> {
  const patience = isImpatient ? PATIENCE : PATIENT;
  const deadlines = { heartbeat: patience, closeTimeout: patience, handshakeTimeout: patience };
  const wrongs: string[] = [];
  const ends: Promise<unknown>[] = [];
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    perMessageDeflate: compressed ? { threshold: 0 } : false,
    ...deadlines,
    ...(tls ? { tls: { key: KEY, cert: CERTIFICATE } } : {}),
  });
  server.on('connection', (connection) => {
    const part = first === 'server' ? speak : echo;
    ends.push(part(connection, messages).then((seen) => wrongs.push(...seen.wrongs)));
  });
  const { port } = (await server.listening)!;

  const hold = async (through: number): Promise<Result> => {
    const url = `${tls ? 'wss' : 'ws'}://localhost:${through}/`;
    const socket = { family: 4 as const, ...(tls ? { ca: CERTIFICATE } : {}) };
    try {
      const connection = await connect(url, {
        perMessageDeflate: compressed ? { threshold: 0 } : false,
        socket,
        ...deadlines,
      });
      return await (first === 'client' ? speak : echo)(connection, messages);
    } catch (error) {
      const isTold = error instanceof WebSocketError;
      return { isWhole: false, wrongs: isTold ? [] : [`connect threw ${String(error)}`] };
    }
  };

  const close = async (): Promise<readonly string[]> => {
    await server.close();
    await Promise.all(ends);
    return wrongs;
  };
  return { port, hold, close };
}

/** Says everything, closes when it has heard it again. */
async function speak(connection: Connection, messages: Plan['messages']): Promise<Result> {
  const heard = listen(connection, (count) => {
    if (count === messages.length) void connection.close(CODE, 'all heard');
  });
  for (const message of messages) {
    if (typeof message === 'string') void connection.send(message);
    else void connection.send(inParts(message, connection));
  }
  return judge(await heard, messages, connection);
}

/** Sends back what it hears. */
async function echo(connection: Connection, messages: Plan['messages']): Promise<Result> {
  return judge(await listen(connection, (_, message) => void connection.send(message)), messages, connection);
}

interface Heard {
  readonly messages: readonly string[];
  readonly closeEvents: number;
}

/** @returns when the connection is closed */
async function listen(
  connection: Connection,
  hear: (count: number, message: string) => void,
): Promise<Heard> {
  const messages: string[] = [];
  let closeEvents = 0;
  connection.on('error', () => {}); // 'close' has it, too
  connection.on('close', () => closeEvents++);
  connection.on('message', (message) => {
    messages.push(message as string);
    hear(messages.length, message as string);
  });
  await connection.closed;
  return { messages, closeEvents };
}

async function judge(
  { messages, closeEvents }: Heard,
  sent: Plan['messages'],
  { closed }: Connection,
): Promise<Result> {
  const { code, wasClean } = await closed;
  const wanted = sent.map((message) => (typeof message === 'string' ? message : message.join('')));
  const wrongs: string[] = [];
  for (const [i, message] of messages.entries())
    if (message !== wanted[i])
      wrongs.push(`message ${i} was ${JSON.stringify(message)} in place of ${wanted[i]}`);
  const isWhole = messages.length === wanted.length && wasClean;
  if (wasClean && messages.length < wanted.length)
    wrongs.push(`a clean end after ${messages.length} messages`);
  if (wasClean && code !== CODE) wrongs.push(`a clean end with ${code}`);
  if (closeEvents !== 1) wrongs.push(`'close' came ${closeEvents} times`);
  return { isWhole, wrongs };
}

async function* inParts(parts: readonly string[], connection: Connection): AsyncGenerator<string> {
  for (const part of parts) {
    yield part;
    void connection.ping();
  }
}
