/**
 * The ways in which a program takes ws-mini's messages and answers them, some at once, some after a promise or a few turns
 * of the event loop. Each notes what it heard, and which of its answers were accepted. Messages are text here.
 */
import { once } from 'node:events';
import type { Connection, WebSocket, WebSocketStream } from 'ws-mini';
import { nextTurn } from './cutting-proxy.ts';

/** How long it takes to answer: no time, a promise, or turns in which other things happen. */
export type Pace = 'at once' | 'after a promise' | 'after turns';

export interface Consumer {
  /** It asks for a message when it is done with the one before. */
  readonly asks: boolean;
  /** An error drops what waits for it, as the Streams standard has it. */
  readonly drops: boolean;
  /** Messages, in order. */
  readonly heard: readonly string[];
  /** Answers that it was told will go. */
  readonly accepted: readonly string[];
  /** Fulfilled when the connection is over and whatever was begun has settled. */
  readonly over: Promise<{ readonly code: number; readonly wasClean: boolean }>;
}

export function answerTo(message: string): string {
  return `answer to ${message}`;
}

async function wait(pace: Pace): Promise<void> {
  if (pace === 'after turns') for (let turn = 0; turn < 3; turn++) await nextTurn();
}

export type Style = 'listener' | 'loop' | 'streams';

export const consume: Record<Style, (connection: Connection, pace: Pace) => Consumer> = {
  listener(connection, pace) {
    const { notes, begun, answer } = notesOf(connection);
    connection.on('message', (message) => {
      notes.heard.push(message as string);
      if (pace === 'at once') begun.push(answer(message as string));
      else begun.push(wait(pace).then(() => answer(message as string)));
    });
    return { asks: false, drops: false, ...notes, over: overOf(connection, begun) };
  },
  loop(connection, pace) {
    const { notes, begun, answer } = notesOf(connection);
    const looping = async (): Promise<void> => {
      for await (const message of connection) {
        notes.heard.push(message as string);
        if (pace !== 'at once') await wait(pace);
        await answer(message as string);
      }
    };
    begun.push(looping());
    return { asks: true, drops: false, ...notes, over: overOf(connection, begun) };
  },
  streams(connection, pace) {
    const { notes, begun, answer } = notesOf(connection);
    const looping = async (): Promise<void> => {
      for await (const parts of connection.streams()) {
        let message = '';
        for await (const part of parts) message += part;
        notes.heard.push(message);
        if (pace !== 'at once') await wait(pace);
        await answer(message);
      }
    };
    begun.push(looping().catch(() => {})); // a message that has no end, because the connection broke
    return { asks: true, drops: false, ...notes, over: overOf(connection, begun) };
  },
};

function notesOf(connection: Connection) {
  const notes = { heard: [] as string[], accepted: [] as string[] };
  const answer = async (message: string): Promise<void> => {
    if (await connection.send(answerTo(message))) notes.accepted.push(answerTo(message));
  };
  return { notes, begun: [] as Promise<void>[], answer };
}

async function overOf(connection: Connection, begun: readonly Promise<void>[]): Consumer['over'] {
  const { code, wasClean } = await connection.closed;
  for (const promise of begun) await promise; // what is begun meanwhile, too
  return { code, wasClean };
}

/** The browser's interface tells of no message whether it will go. */
export function consumeWebSocket(socket: WebSocket, pace: Pace): Consumer {
  const heard: string[] = [];
  const begun: Promise<void>[] = [];
  socket.addEventListener('message', (event) => {
    const { data } = event as MessageEvent;
    heard.push(data);
    if (pace === 'at once') socket.send(answerTo(data));
    else begun.push(wait(pace).then(() => socket.send(answerTo(data))));
  });
  const over = async (): Consumer['over'] => {
    const [{ code, wasClean }] = await once(socket, 'close');
    await Promise.all(begun);
    return { code, wasClean };
  };
  return { asks: false, drops: false, heard, accepted: [], over: over() };
}

/** As `readable.pipeThrough(...).pipeTo(writable)` does it. */
export async function consumeStream(stream: WebSocketStream, pace: Pace): Promise<Consumer> {
  const { readable, writable } = await stream.opened;
  const heard: string[] = [];
  const accepted: string[] = [];
  const writer = writable.getWriter();
  writer.closed.catch(() => {}); // `write` says so, too
  const looping = async (): Promise<void> => {
    for await (const message of readable) {
      heard.push(message as string);
      if (pace !== 'at once') await wait(pace);
      await writer.write(answerTo(message as string));
      accepted.push(answerTo(message as string));
    }
  };
  const looped = looping().catch(() => {}); // the connection broke, as `closed` says
  const over = async (): Consumer['over'] => {
    const { code, wasClean } = await stream.closed.then(
      ({ closeCode }) => ({ code: closeCode, wasClean: true }),
      ({ closeCode }) => ({ code: closeCode ?? 1006, wasClean: false }),
    );
    await looped;
    return { code, wasClean };
  };
  return { asks: true, drops: true, heard, accepted, over: over() };
}
