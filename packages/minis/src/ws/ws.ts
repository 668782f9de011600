/** `minis ws URL`: a terminal client. Lines are messages, except those that begin with a slash. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloseInfo, type Connection, connect, HandshakeError, WebSocketError } from 'ws-mini';
import { CommandError, only, parse, systemError, UsageError, usage, wholeNumber } from '../usage.ts';
import { explainLive } from './live.ts';
import { Screen } from './screen.ts';

export const help: string = `minis ws: a terminal client; each line is sent as a message, each message printed as a line

  minis ws [options] URL           ws://, wss://, http:// or https://
    --protocol NAME                a subprotocol; repeat it for several, the preferred one first
    --header 'NAME: VALUE'         a field of the opening request, such as Origin or Cookie; repeatable
    --deflate                      offers to compress messages (permessage-deflate)
    --explain                      every byte and bit of handshake and frames, and what compressed messages hold
    --wait SECONDS                 how long to listen on at the end of a piped input (0)

  /ping                the round trip
  /close CODE REASON   the closing handshake; both may be left out
  //text               sends /text
  Ctrl-D, Ctrl-C       the closing handshake; a second Ctrl-C cuts the connection

With a pipe as input, its lines are sent, and the connection is closed at its end. Messages go to standard
output, all else to standard error. Exit code 1 where there was no connection, or no closing handshake.

Try: minis listen, and in another terminal: minis ws --explain ws://127.0.0.1:8080/
`;

const OPTIONS = {
  protocol: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  deflate: { type: 'boolean' },
  explain: { type: 'boolean' },
  wait: { type: 'string', default: '0' },
} as const;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  const url = only(positionals, 'one URL');
  const seconds = wholeNumber('--wait', values.wait, 0, 86_400);
  let screen: Screen | undefined;
  const print = (text: string): void =>
    screen === undefined ? void process.stdout.write(text) : screen.print(text);

  const opening = new AbortController();
  const abort = (): void => opening.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  let connection: Connection;
  try {
    // It throws only for wrong arguments; anything else is a rejection.
    connection = await usage(() =>
      connect(url, {
        protocols: values.protocol,
        headers: fieldsOf(values.header ?? []),
        perMessageDeflate: values.deflate && { threshold: 0 },
        observe: values.explain ? explainLive('client', print) : undefined,
        signal: opening.signal,
      }),
    );
  } catch (error) {
    throw refusal(error, url);
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
  screen = new Screen();
  await converse(connection, screen, url, seconds);
}

/** From the open connection to its end. */
async function converse(connection: Connection, screen: Screen, url: string, seconds: number): Promise<void> {
  connection.on('message', (message) => {
    if (typeof message === 'string') screen.show(message);
    else screen.show(`<${message.length} bytes> ${hex(message)}`);
  });
  const { leave, stop } = leaving(connection, screen);
  screen.lines.on('SIGINT', stop);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // After the listeners for Ctrl-C: a test sends it as soon as this is printed (`ws.test.ts`, "Ctrl-C closes").
  const protocol = connection.protocol === '' ? '' : `, subprotocol ${connection.protocol}`;
  screen.note(`connected to ${url}${protocol}`);
  process.stdout.once('error', leave); // no one reads the messages
  const isOver = connection.closed.then(() => screen.close());
  try {
    await sendLines(connection, screen);
  } catch (error) {
    await connection.close(1001);
    await isOver;
    throw error;
  }
  if (process.stdin.isTTY !== true && connection.readyState === 'open') await settle(connection, seconds);
  const info = await connection.close(connection.readyState === 'open' ? 1000 : undefined);
  await isOver;
  process.off('SIGINT', stop).off('SIGTERM', stop);
  report(info, screen, url);
}

/** `leave` starts the closing handshake; `stop` does so too, and its second call cuts the connection. */
function leaving(connection: Connection, screen: Screen): { leave: () => void; stop: () => void } {
  let isClosing = false;
  const leave = (): void => {
    if (isClosing) return;
    isClosing = true;
    screen.note('closing; once more to cut the connection');
    void connection.close(1001);
  };
  return { leave, stop: () => (isClosing ? connection.terminate() : leave()) };
}

async function sendLines(connection: Connection, screen: Screen): Promise<void> {
  for await (const line of screen.typed()) {
    if (line.startsWith('/') && !line.startsWith('//')) await command(line, connection, screen);
    // Waits for a server that reads slowly; what is typed or piped waits with it.
    else await connection.send(line.replace(/^\/\//, '/'));
    if (connection.readyState !== 'open') return;
    screen.prompt();
  }
}

async function command(line: string, connection: Connection, screen: Screen): Promise<void> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  try {
    if (name === 'ping') await ping(connection, screen);
    else if (name === 'close') close(connection, rest);
    else screen.note(`there is no /${name}: /ping, /close CODE REASON, or //${name} to send it as it is`);
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    screen.note(error.message);
  }
}

async function ping(connection: Connection, screen: Screen): Promise<void> {
  const milliseconds = await connection.ping();
  screen.note(milliseconds === undefined ? 'no pong' : `pong after ${milliseconds.toFixed(1)} ms`);
}

function close(connection: Connection, words: string): void {
  const [, code = '', reason = ''] = /^(\S*)\s*(.*)$/.exec(words) ?? [];
  void connection.close(code === '' ? undefined : Number(code), reason);
}

/** Waits for the server's answer to the last line. */
async function settle(connection: Connection, seconds: number): Promise<void> {
  // A library may answer a Ping before its program answers the message in front of it. By the second Pong, a server that
  // answers at once has answered (`ws.test.ts`, "a pipe").
  await connection.ping();
  await connection.ping();
  if (seconds === 0) return;
  const isOver = new AbortController();
  const time = sleep(seconds * 1000, undefined, { signal: isOver.signal }).catch(() => {});
  await Promise.race([time, connection.closed]);
  isOver.abort();
}

function report({ code, reason, wasClean, error }: CloseInfo, screen: Screen, url: string): void {
  if (!wasClean) throw new CommandError(`${url}: ${error?.message ?? 'the connection was lost'}`);
  screen.note(`closed: ${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}`);
}

function fieldsOf(headers: readonly string[]): [name: string, value: string][] {
  return headers.map((header) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(header) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--header takes 'NAME: VALUE', not "${header}"`);
    return [name, value];
  });
}

/** A server that refuses often says why, in the first line of its content. */
function refusal(error: unknown, url: string): unknown {
  if (!(error instanceof HandshakeError)) return systemError(error, url);
  const { status, body } = error.response;
  const [line = ''] = Buffer.from(body).toString().split('\n');
  const words = line === '' ? '' : `: ${JSON.stringify(line.slice(0, 200))}`;
  return new CommandError(`${url}: the server answered ${status}, and not 101${words}`);
}

function hex(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, 64))
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
  return bytes.length > 64 ? `${shown} ...` : shown;
}
