/**
 * Messages from a page. A page is a stranger: anything may come, so each message is parsed here and checked by the part
 * that takes it, and what is wrong ends that one connection with 1008 (RFC 6455 7.4.1).
 */
import type { Connection } from 'ws-mini';
import { LabError } from './errors.ts';

/** Bytes of the largest message that a page may send. */
export const MAX_MESSAGE: number = 64 * 1024;

/** Milliseconds that the lab waits, when it ends, for one who does not answer its goodbye: a tab may be asleep. */
export const CLOSE_TIMEOUT: number = 1000;

/**
 * Gives each message, parsed as JSON, to `take`.
 * @param take throws LabError `bad-message` for what it does not know; the page shows its text, which is the reason of the Close
 */
export function receive(connection: Connection, take: (message: unknown) => void): void {
  connection.on('message', (message) => {
    try {
      take(parse(message));
    } catch (error) {
      if (!(error instanceof LabError && error.code === 'bad-message')) throw error;
      void connection.close(1008, error.message.slice(0, MOST_REASON));
    }
  });
}

/** For a WebSocket that only pushes. Unread, what the page sends would hide the Close behind it. */
export function ignore(connection: Connection): void {
  connection.on('message', () => {});
}

/** A reason has 123 bytes at most (RFC 6455 5.5); ours are ASCII. */
const MOST_REASON = 123;

function parse(message: string | Uint8Array): unknown {
  if (typeof message !== 'string') throw new LabError('bad-message', 'a message here is text, not binary');
  try {
    return JSON.parse(message);
  } catch {
    throw new LabError('bad-message', 'a message here is JSON');
  }
}
