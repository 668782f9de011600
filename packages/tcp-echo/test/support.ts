// What the tests share: servers that clean up after themselves, raw peers.
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  createEchoServer,
  type EchoServer,
  type EchoServerOptions,
  type LifecycleEvent,
} from '../src/index.ts';

export interface Observed {
  events: LifecycleEvent[];
  /** Resolves with the first event that fits, past or future. */
  event(fits: (event: LifecycleEvent) => boolean): Promise<LifecycleEvent>;
  observe(event: LifecycleEvent): void;
}

export function observer(): Observed {
  const waiting = new Set<(event: LifecycleEvent) => void>();
  const events: LifecycleEvent[] = [];
  return {
    events,
    observe(event) {
      events.push(event);
      for (const look of waiting) look(event);
    },
    event(fits) {
      const past = events.find(fits);
      if (past) return Promise.resolve(past);
      return new Promise((resolve) => {
        waiting.add(function look(event) {
          if (!fits(event)) return;
          waiting.delete(look);
          resolve(event);
        });
      });
    },
  };
}

export async function startServer(
  options: EchoServerOptions = {},
): Promise<{ server: EchoServer; port: number; seen: Observed }> {
  const seen = observer();
  const server = createEchoServer({ observe: seen.observe, ...options });
  const { port } = await server.listen();
  onTestFinished(() => server.destroy());
  return { server, port, seen };
}

/** A bare socket: a peer that keeps none of our client's promises. */
export async function rawPeer(port: number): Promise<Socket> {
  const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Gone, by whatever way: `once` would reject for a reset. */
export function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
