/** Messages over a slow link, and then an end: each arrives, or both ends know that it may not have. */
import { once } from 'node:events';
import { type Connection, connect, WebSocketServer } from 'ws-mini';
import { content } from '../content.ts';
import { type Case, type ConsumerName, consumers, fateOf, type Link, slowly } from './case.ts';
import { SlowLink } from './slow-link.ts';

const directions = ['client sends', 'server sends'] as const;
const ends = ['sender closes', 'receiver closes', 'server closes', 'reset', 'nothing more'] as const;
type End = (typeof ends)[number];

const MESSAGES = 5;
/** Of a link that hands nothing on any more: it is noticed when so many milliseconds have passed without progress. */
const PATIENCE = 1500;

/** @param sizes of all messages together, in bytes */
export function webSocketCases(links: readonly Link[], sizes: readonly number[]): Case[] {
  return links.flatMap((link) =>
    sizes.flatMap((size) =>
      directions.flatMap((direction) =>
        consumers.flatMap((consumer) =>
          ends
            // A server that closes drops what clients still send, as RFC 6455 1.4 lets it.
            .filter((end) => end !== 'server closes' || direction === 'server sends')
            .map(
              (end): Case => ({
                name: `WebSocket, ${end}: ${direction} ${size} bytes over ${link.name}, taken by ${consumer}`,
                row: end,
                isPeaceful: end.endsWith(' closes'),
                run: (signal) =>
                  conversation(link, size, direction === 'client sends', consumer, end, signal),
              }),
            ),
        ),
      ),
    ),
  );
}

async function conversation(
  link: Link,
  size: number,
  clientSends: boolean,
  consumer: ConsumerName,
  end: End,
  signal: AbortSignal,
) {
  const messages = Array.from({ length: MESSAGES }, (_, i) => content(Math.ceil(size / MESSAGES), i));
  const sent = Buffer.concat(messages);
  const limits = { maxMessage: 2 * size + 1000, maxQueued: Infinity };
  const patience = end === 'nothing more' ? { heartbeat: PATIENCE, closeTimeout: PATIENCE } : {};
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...limits, ...patience });
  const accepted = once(server, 'connection') as Promise<[Connection]>;
  const way = new SlowLink((await server.listening)!.port, link);
  const url = `ws://127.0.0.1:${await way.listen()}/`;
  const [client, [far]] = await Promise.all([connect(url, { ...limits, ...patience }), accepted]);
  const sender = clientSends ? client : far;
  const receiver = clientSends ? far : client;
  const stop = (): void => {
    client.terminate();
    way.close();
    void server.close();
    far.terminate();
  };
  signal.addEventListener('abort', stop);
  try {
    const closes = (): void => void receiver.close(1000, '', { keepsReceiving: true });
    const what = end === 'reset' || end === 'nothing more' ? end : closes;
    if (typeof what === 'string' || end === 'receiver closes')
      way.expect({ after: Math.ceil(sent.length / 2), what });
    const received = take(receiver, consumer);
    const promises = messages.map((bytes) => sender.send(bytes));
    if (end === 'sender closes') void sender.close(1000);
    if (end === 'server closes') void server.close();
    const [said, sentEnd, receivedEnd, parts] = await Promise.all([
      Promise.all(promises),
      sender.closed,
      receiver.closed,
      received,
    ]);
    // Both have to know: one whose end was clean believes that nothing is missing.
    const isReported =
      (!sentEnd.wasClean || said.includes(false)) && !(receivedEnd.wasClean && end !== 'receiver closes');
    const told = `accepted ${said.join()}; sender ${sentEnd.code} ${sentEnd.wasClean}; receiver ${receivedEnd.code} ${receivedEnd.wasClean}`;
    return { fate: fateOf(Buffer.concat(parts), sent, isReported), told };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function take(connection: Connection, consumer: ConsumerName): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  if (consumer === 'all at once') {
    connection.on('message', (message) => parts.push(Uint8Array.from(message as Uint8Array)));
    await connection.closed;
  } else
    for await (const message of connection) {
      parts.push(Uint8Array.from(message as Uint8Array));
      if (consumer === 'a slow loop') await slowly();
    }
  return parts;
}
