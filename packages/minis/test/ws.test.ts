// `minis ws` and `minis listen` as a user runs them: child processes, their output and exit codes.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type CloseInfo,
  type Connection,
  connect,
  WebSocketServer,
  type WebSocketServerOptions,
} from 'ws-mini';
import { acceptFor } from 'ws-mini/wire';
import { finish, ON_A_FULL_DISK, ON_A_TERMINAL, run, start } from './support.ts';

/** Fulfilled when the stream has said this, with all that it said. */
function heard(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    const look = (chunk: Buffer) => {
      text += chunk;
      if (!pattern.test(text)) return;
      stream.off('data', look);
      resolve(text);
    };
    stream.on('data', look);
  });
}

async function listening(...args: string[]) {
  const child = start(['listen', '--port', '0', ...args]);
  const line = await heard(child.stdout, /\n/);
  return { child, url: /ws:\S+/.exec(line)![0] };
}

async function serving(options: Partial<WebSocketServerOptions> = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  const address = await server.listening;
  onTestFinished(() => void server.close());
  return { server, url: `ws://127.0.0.1:${address!.port}/` };
}

/** A server that opens connections and never says anything again. */
async function silent(field = 'X-Silent: yes') {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', (head: Buffer) => {
      const key = /Sec-WebSocket-Key: (\S+)/.exec(`${head}`)![1]!;
      const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n${field}`;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

describe('ws', () => {
  test('a pipe: its lines are sent, the answers are all that standard output has', async () => {
    const { server, url } = await serving();
    server.on('connection', async (socket) => {
      for await (const message of socket) await socket.send(message);
    });
    const { code, out, err } = await run(['ws', url], 'hello\n안녕\n//slash\nlast');
    expect({ code, out }).toEqual({ code: 0, out: 'hello\n안녕\n/slash\nlast\n' });
    expect(err).toBe(`connected to ${url}\nclosed: 1000\n`);
  });

  test('--protocol and --header arrive; binary messages are shown in hexadecimal', async () => {
    const { server, url } = await serving({ protocols: ['b'] });
    server.on('connection', (socket, request) => {
      socket.send(request.fields.get('x-test') ?? '');
      socket.send(Uint8Array.of(0, 255));
    });
    const args = ['--protocol', 'a', '--protocol', 'b', '--header', 'X-Test: it is'];
    const { out, err } = await run(['ws', ...args, url]);
    expect(out).toBe('it is\n<2 bytes> 00 ff\n');
    expect(err).toContain(', subprotocol b\n');
  });

  test('/ping, /close with code and reason, and what is no command', async () => {
    const { server, url } = await serving();
    const closed = new Promise((resolve) =>
      server.on('connection', (socket) => socket.on('close', ({ code, reason }) => resolve([code, reason]))),
    );
    const { code, err } = await run(['ws', url], '/ping\n/nope\n/close 99\n/close 4000 so long\nx\n');
    expect(code).toBe(0);
    expect(err).toMatch(/pong after [\d.]+ ms\nthere is no \/nope.*\nclose code 99 may not be sent\n/);
    expect(err).toMatch(/closed: 4000 "so long"\n$/);
    expect(await closed).toEqual([4000, 'so long']);
  });

  test('--wait listens on at the end of the input, until the server closes', async () => {
    const { server, url } = await serving();
    server.on('connection', (socket) => {
      let pings = 0;
      // The second Ping is the last thing that is sent before the waiting.
      socket.on('ping', () => {
        if (++pings === 2) setImmediate(() => socket.send('late').then(() => socket.close(1001, 'enough')));
      });
    });
    const { code, out, err } = await run(['ws', '--wait', '60', url]);
    expect({ code, out }).toEqual({ code: 0, out: 'late\n' });
    expect(err).toMatch(/closed: 1001 "enough"\n$/);
  });

  test('--explain shows handshake and frames of both directions', async () => {
    const { url } = await listening();
    const { out } = await run(['ws', '--explain', url], 'hi\n');
    expect(out).toMatch(/^sent:\n +0 +47 45 54 +GET +method[\s\S]*field-value +RFC 6455 11\.3\.1/);
    expect(out).toMatch(
      /received:\n +0 .*HTTP-version[\s\S]*status-code +RFC 9110 15\.2\.2 +101[\s\S]*then frames/,
    );
    const payload = 'Payload data    RFC 6455 5.6     hi';
    expect(out).toMatch(new RegExp(`sent:\\n +\\d+  81[\\s\\S]*${payload}\\n +68 69 +hi +unmasked`));
    // One frame of what was received, and not at 0: a Pong may come in the same read, before it.
    const received = out.split(/^(?=sent:|received:)/m).filter((block) => block.startsWith('received:'));
    const echo = new RegExp(`^ +\\d+  81 (?:(?!\\d+  8)[\\s\\S])*68 69 +hi +${payload}\\n`, 'm');
    expect(received.filter((block) => echo.test(block))).toHaveLength(1);
    expect(out).toMatch(/status code {5}RFC 6455 7\.4 {5}1000, normal closure\n$/);
  });

  test('--explain shows what compressed messages hold', async () => {
    const { url } = await listening('--deflate');
    const { out } = await run(['ws', '--explain', '--deflate', url], `${'hi '.repeat(20)}\n`);
    const inflated = `Payload data +RFC 7692 7.2.2 +inflates to 60 bytes: ${'hi '.repeat(12)}`;
    expect(out).toMatch(new RegExp(`sent:[\\s\\S]*${inflated}[\\s\\S]*received:[\\s\\S]*${inflated}`));
  });

  test('a server that refuses: its status and the first line of what it says', async () => {
    const { url } = await serving({ verify: () => ({ status: 401, body: 'who are you?\n' }) });
    expect(await run(['ws', url])).toMatchObject({
      code: 1,
      err: `minis: ${url}: the server answered 401, and not 101: "who are you?"\n`,
    });
  });

  test('nobody listens', async () => {
    // rfc6455/4.1/cannot-connect
    const holder = createTcpServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await new Promise((resolve) => holder.close(resolve));
    expect(await run(['ws', `ws://127.0.0.1:${port}/`])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^minis: ws:\S+: nobody listens there: .*\n$/),
    });
  });

  test('a connection that is lost is exit code 1', async () => {
    const { server, url } = await serving();
    server.on('connection', (socket) => socket.terminate());
    const { code, err } = await finish(start(['ws', url]));
    expect(code).toBe(1);
    expect(err).toMatch(/minis: ws:\S+: the connection /);
  });

  test('Ctrl-C closes with 1001', async () => {
    const { server, url } = await serving();
    const closed = new Promise((resolve) =>
      server.on('connection', (socket) => socket.on('close', ({ code }) => resolve(code))),
    );
    const child = start(['ws', url]);
    const connected = heard(child.stderr, /connected/);
    const end = finish(child);
    await connected;
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 0, err: expect.stringMatching(/closing.*\nclosed: 1001\n$/) });
    expect(await closed).toBe(1001);
  });

  test('a reader that is gone (`| head`) counts as one Ctrl-C, however many messages come', async () => {
    const { server, url } = await serving();
    const opened = new Promise<Connection>((resolve) => server.on('connection', resolve));
    const child = start(['ws', url]);
    const end = finish(child);
    const connection = await opened;
    child.stdout.destroy();
    for (let i = 0; i < 5; i++) void connection.send(`${i}`);
    expect(await end).toMatchObject({ code: 0, err: expect.stringMatching(/closing.*\nclosed: 1001\n$/) });
  });

  test.runIf(existsSync('/dev/full'))('a disk that is full is a failure', async () => {
    const { server, url } = await serving();
    server.on('connection', (connection) => void connection.send('hello'));
    const { code, err } = await finish(start(['ws', url], ON_A_FULL_DISK));
    expect(code).toBe(1);
    expect(err).toMatch(/^minis: standard output: no space is left\nclosing.*\nclosed: 1001\n$/m);
  });

  test('piped bytes that are not UTF-8: said which line, and not sent', async () => {
    const { server, url } = await serving();
    const received: unknown[] = [];
    const closed = new Promise<CloseInfo>((resolve) =>
      server.on('connection', (connection) => {
        connection.on('message', (message) => received.push(message));
        connection.on('close', resolve);
      }),
    );
    const input = Buffer.concat([
      Buffer.from('안녕\u2028\u0085\r\n'),
      Buffer.of(0x61, 0xff),
      Buffer.from('\nnever'),
    ]);
    const { code, err } = await run(['ws', url], input);
    expect(code).toBe(1);
    expect(err).toMatch(/\nminis: line 2 of standard input is not UTF-8, and cannot be a text message\n$/);
    expect((await closed).code).toBe(1001);
    expect(received).toEqual(['안녕\u2028\u0085']);
  });

  test('a second Ctrl-C cuts the connection', async () => {
    const child = start(['ws', await silent()]);
    const connected = heard(child.stderr, /connected/);
    const closing = heard(child.stderr, /once more/);
    const end = finish(child);
    await connected;
    child.kill('SIGINT');
    await closing;
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 1, err: expect.stringMatching(/terminated on this side\n$/) });
  });
});

/** To steer a terminal or to forge what it shows: ESC, CSI in one character, DEL, BEL, a bidi override. */
const HOSTILE = 'a\x1b[2J\u009b31m\x7f\x07\u202eb';

describe('text of a peer that would steer a terminal', () => {
  test('a refusal, a reason and an error say it without control characters', async () => {
    const refusing = await serving({ verify: () => ({ status: 401, body: HOSTILE }) });
    expect((await run(['ws', refusing.url])).err).toBe(
      `minis: ${refusing.url}: the server answered 401, and not 101: "a\\u001b[2J.31m.\\u0007.b"\n`,
    );
    const closing = await serving();
    closing.server.on('connection', (socket) => socket.close(4000, HOSTILE));
    expect((await finish(start(['ws', closing.url]))).err).toMatch(
      /\nclosed: 4000 "a\\u001b\[2J\.31m\.\\u0007\.b"\n$/,
    );
    const choosing = await silent('Sec-WebSocket-Protocol: \u009b31m\x7f');
    expect((await run(['ws', choosing])).err).toMatch(/^[\n -~]+$/);
  });

  test('messages: on a terminal without them, in a pipe as they came', async () => {
    const { server, url } = await serving();
    server.on('connection', (socket) => void socket.send(HOSTILE).then(() => socket.close(1000)));
    const show = (env = {}) => finish(start(['ws', url], env));
    expect((await show(ON_A_TERMINAL)).out).toBe('a.[2J.31m...b\n');
    expect((await show()).out).toBe(`${HOSTILE}\n`);
  });

  test('listen: a line for each, without them', async () => {
    const { child, url } = await listening();
    const log = heard(child.stdout, /closed/);
    const client = await connect(url);
    await client.send(HOSTILE);
    await client.close(4000, HOSTILE);
    expect(await log).toMatch(/#1 a\.\[2J\.31m\.\.\.b\n#1 closed 4000 a\.\[2J\.31m\.\.\.b\n$/);
  });
});

describe('listen', () => {
  test('echoes, and a line for each connection, message and end', async () => {
    const { child, url } = await listening();
    const log = heard(child.stdout, /closed/);
    expect((await run(['ws', `${url}chat?a`], 'hello\n')).out).toBe('hello\n');
    expect(await log).toMatch(/^#1 open \/chat\?a from 127\.0\.0\.1\n#1 hello\n#1 closed 1000\n$/);
  });

  test('--broadcast reaches everybody, --explain shows it', async () => {
    const { child, url } = await listening('--broadcast', '--explain');
    const hasBoth = heard(child.stdout, /#2 open/);
    const one = start(['ws', url]);
    const two = start(['ws', url]);
    const got = [heard(one.stdout, /hi\n/), heard(two.stdout, /hi\n/)];
    await hasBoth;
    const log = heard(child.stdout, /sent:[\s\S]*sent:[\s\S]*Payload data/);
    one.stdin.write('hi\n');
    expect(await Promise.all(got)).toEqual(['hi\n', 'hi\n']);
    expect(await log).toMatch(/#\d received:\n +\d+ {2}81/);
  });

  test('Ctrl-C says 1001 to all and ends', async () => {
    const { child, url } = await listening();
    const client = start(['ws', url]);
    const connected = heard(client.stderr, /connected/);
    const end = finish(client);
    await connected;
    const stopped = once(child, 'close');
    child.kill('SIGINT');
    expect(await stopped).toEqual([0, null]);
    expect(await end).toMatchObject({ code: 0, err: expect.stringMatching(/closed: 1001\n$/) });
  });

  test('a second Ctrl-C does not wait for who does not answer', async () => {
    const { child, url } = await listening();
    const deaf = connectTcp(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void deaf.destroy());
    deaf.on('error', () => {});
    const fields = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
    deaf.write(
      `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    await heard(child.stdout, /#1 open/);
    const closing = heard(child.stderr, /once more/);
    const end = finish(child);
    child.kill('SIGINT');
    await closing;
    child.kill('SIGINT');
    expect(await end).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^#1 closed 1006: .* terminated/),
    });
  });

  test('a busy port: which, and the way out', async () => {
    const holder = createTcpServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    expect(await run(['listen', '--port', `${port}`])).toMatchObject({
      code: 1,
      err: `minis: 127.0.0.1:${port}: the port is in use: stop the program that holds it, or use another port (0 takes any free one)\n`,
    });
  });
});
