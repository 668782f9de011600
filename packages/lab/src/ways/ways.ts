/**
 * The seven ways in which the same updates are delivered, each a program that a user of these packages could have
 * written: it connects, records every update as it arrives, and leaves after the last. None of them counts bytes;
 * that is done below them, on their sockets.
 */
import { createSocket } from 'node:dgram';
import { on } from 'node:events';
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
  /** That of the UDP ticker. */
  readonly udp: Endpoint;
  /** `http://host:port`; the WebSocket is on the same port. */
  readonly origin: string;
  /** For those that poll: milliseconds between an answer and the next request, on average. */
  readonly pollInterval: number;
  readonly signal: AbortSignal;
}

export const deliver: { readonly [key in WayKey]: (delivery: Delivery) => Promise<void> } = {
  tcp: byTcp,
  udp: byUdp,
  httpClose: (delivery) => byPolling(delivery, 'close'),
  httpKeepAlive: (delivery) => byPolling(delivery, 'keep-alive'),
  longPoll: byLongPoll,
  serverSentEvents: byServerSentEvents,
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

/** Milliseconds between two requests to go on: no connection says that somebody is still there. */
const RENEWAL = 1000;

async function byUdp({ record, udp, signal }: Delivery): Promise<void> {
  const socket = createSocket('udp4');
  const subscribe = () => socket.send('go on', udp.port, udp.host);
  // The first may be lost as any other, and only what comes back says that it was not.
  const renewal = setInterval(subscribe, RENEWAL);
  try {
    subscribe();
    for await (const [datagram] of on(socket, 'message', { signal })) {
      if (record.take(`${datagram}`)) break;
    }
  } finally {
    clearInterval(renewal);
    socket.close();
  }
}

/** The same client and the same request; only what becomes of the connection differs. */
async function byPolling(delivery: Delivery, connection: 'close' | 'keep-alive'): Promise<void> {
  const { record, origin, pollInterval, signal } = delivery;
  const client = new Client(origin, { connection });
  try {
    for (;;) {
      record.asked();
      const response = await client.request({ target: '/latest', signal });
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

/** Asks at once for what comes after the newest; the server answers when there is something. */
async function byLongPoll({ record, origin, signal }: Delivery): Promise<void> {
  const client = new Client(origin);
  try {
    for (;;) {
      record.asked();
      const response = await client.request({ target: `/next?after=${record.newest}`, signal });
      if (record.take((await response.text()).trimEnd())) break;
    }
  } finally {
    await client.close();
  }
}

/** One answer that does not end. Of an event stream's fields there is only `data`, on one line (HTML 9.2.6). */
async function byServerSentEvents({ record, origin, signal }: Delivery): Promise<void> {
  const client = new Client(origin);
  try {
    record.asked();
    const response = await client.request({ target: '/events', signal });
    const lines = delimiterDecoder();
    for await (const chunk of response.body) {
      lines.receive(chunk);
      for (let line = lines.next(); line; line = lines.next())
        if (line.length > 0) record.take(Buffer.from(line).toString().slice('data: '.length));
      if (record.isComplete) break;
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
  const connection = await connectWebSocket(`${origin}/ticker`, {
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
