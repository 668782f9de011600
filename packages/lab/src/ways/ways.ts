/**
 * The four ways in which the same updates are delivered, each a program that a user of these packages could have
 * written: it connects, records every update as it arrives, and leaves after the last. None of them counts bytes;
 * that is done below them, on their sockets.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'http-mini';
import { connect as connectTcp, delimiterDecoder, type Endpoint, messages } from 'tcp-echo';
import { connect as connectWebSocket } from 'ws-mini';
import type { WayKey } from './names.ts';
import type { Record } from './record.ts';

export interface Delivery {
  readonly record: Record;
  /** The address of the raw TCP ticker. */
  readonly tcp: Endpoint;
  /** `http://host:port`; the WebSocket is on the same port. */
  readonly origin: string;
  /** Milliseconds between an answer and the next request, on average. */
  readonly pollInterval: number;
  readonly signal: AbortSignal;
}

export type Deliver = (delivery: Delivery) => Promise<void>;

export const deliver: { readonly [key in WayKey]: Deliver } = {
  tcp: byTcp,
  httpClose: (delivery) => byPolling(delivery, 'close'),
  httpKeepAlive: (delivery) => byPolling(delivery, 'keep-alive'),
  webSocket: byWebSocket,
};

async function byTcp({ record, tcp, signal }: Delivery): Promise<void> {
  const client = await connectTcp({ ...tcp, signal });
  try {
    for await (const line of messages(client, delimiterDecoder())) {
      // Read on to the server's end: an update that comes while this side closes is an update, not overhead.
      if (record.take(Buffer.from(line).toString())) client.end();
    }
  } finally {
    await client.close();
  }
}

/** The same client and the same request; only what becomes of the connection differs. */
async function byPolling(delivery: Delivery, connection: 'close' | 'keep-alive'): Promise<void> {
  const { record, origin, pollInterval, signal } = delivery;
  const client = new Client(origin, { connection });
  try {
    for (;;) {
      record.asked();
      const response = await client.request({ target: '/ways/latest', signal });
      // Without the line end, which is not part of the update, as with TCP.
      if (record.take((await response.text()).trimEnd())) break;
      // Half to one and a half times the interval: at a fixed one the requests fall into step with the ticker, and all
      // would find the same age, whatever it was at the start.
      await sleep(pollInterval * (0.5 + Math.random()), undefined, { signal });
    }
  } finally {
    await client.close();
  }
}

/** The opcode of a text frame (RFC 6455 5.2). */
const TEXT = 1;

async function byWebSocket({ record, origin, signal }: Delivery): Promise<void> {
  record.asked(); // the opening handshake is an HTTP request (RFC 6455 4.1)
  const unread: Uint8Array[] = [];
  const connection = await connectWebSocket(`${origin}/ways/ticker`, {
    signal,
    observe(seen) {
      if (seen.type === 'frame' && seen.direction === 'in' && seen.header.opcode === TEXT)
        unread.push(seen.payload);
    },
  });
  const stop = () => connection.terminate();
  signal.addEventListener('abort', stop);
  try {
    for await (const message of connection) {
      unread.shift();
      if (record.take(message as string)) break;
    }
  } finally {
    await connection.close(1000);
    // close() discards what crosses it, but an update is an update, not overhead (test: "crosses the Close").
    for (const payload of unread) record.take(Buffer.from(payload).toString());
    signal.removeEventListener('abort', stop);
  }
}
