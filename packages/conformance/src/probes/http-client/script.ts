/**
 * What the server of a probe does, in steps: text is sent as it is, one character for each octet; a function does anything
 * else that a raw connection can. Beside it, the little that the server has to understand of the client: where its request ends.
 */
import type { RawConnection } from '../raw-server.ts';
import { afterSilence } from '../silence.ts';

export type Step = string | ((connection: RawConnection, at: Moment) => Promise<void> | void);

export interface Moment {
  /** Milliseconds without a byte after which a client counts as silent. */
  readonly quiet: number;
  /** Resolves when all content of the request that is being answered has come. */
  readonly content: Promise<void>;
}

/** What came from the client. */
export interface SeenRequest {
  /** Of the connection that it came on. */
  readonly connection: number;
  /** One character for each octet. */
  readonly head: string;
  /** Undefined until all of it has come. */
  content: string | undefined;
}

export async function play(steps: readonly Step[], connection: RawConnection, at: Moment): Promise<void> {
  for (const step of steps) await (typeof step === 'string' ? connection.send(step) : step(connection, at));
}

/** Half-closes: all that was sent arrives first. */
export function close(connection: RawConnection): void {
  connection.halfClose();
}

export function reset(connection: RawConnection): void {
  connection.reset();
}

/** Gives the client time to take in what was sent, or to close. */
export async function settle(connection: RawConnection, { quiet }: Moment): Promise<void> {
  let stop = (): void => {};
  const time = new Promise<void>((resolve) => {
    stop = afterSilence(quiet, resolve);
  });
  await Promise.race([connection.ended, time]);
  stop();
}

/** Where a row answers early: until the content is there. */
export function wholeRequest(_: RawConnection, { content }: Moment): Promise<void> {
  return content;
}

/** Each octet in a packet of its own. */
export function slowly(bytes: string): Step {
  return (connection) => connection.sendByteByByte(bytes);
}

/** Takes the content of a request; RFC 9112 6.3 as far as clients that mean well go. */
export async function takeContent(connection: RawConnection, head: string): Promise<string> {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return (await connection.take(Number(length))).toString('latin1');
  return /^transfer-encoding:.*chunked/im.test(head) ? takeChunks(connection) : '';
}

async function takeChunks(connection: RawConnection): Promise<string> {
  let content = '';
  for (;;) {
    const size = Number.parseInt((await connection.takeThrough('\r\n')).toString('latin1'), 16);
    if (!(size > 0)) break; // nor a number
    content += (await connection.take(size + 2)).toString('latin1', 0, size);
  }
  while ((await connection.takeThrough('\r\n')).length > 2); // trailers
  return content;
}

/** A whole response that says "hello", on a connection that stays open. */
export function hello(...lines: string[]): string {
  return `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: 5\r\n\r\nhello`;
}

/** A response with chunked content, as it is written. */
export function chunked(body: string, ...lines: string[]): string {
  return `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}Transfer-Encoding: chunked\r\n\r\n${body}`;
}

/** The answer to all requests but the first, unless a row says otherwise. */
export const SECOND = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond';

/** What no exchange may be answered with: nobody asked for it. */
export const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
