// What the subjects promise to outside suites, shown on each of them: over raw sockets where the bytes matter.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { subjects } from '../src/subjects/index.ts';
import type { RunningSubject } from '../src/subjects/subject.ts';
import { runFuzzingClient } from '../src/subjects/ws-mini-client.ts';
import { finish, run, start } from './command.ts';

const namesOf = (scheme: string) => Object.keys(subjects).filter((name) => subjects[name]!.scheme === scheme);
const CLI = 'src/subjects/cli.ts';

describe.each(namesOf('http'))('%s', (name) => {
  let subject: RunningSubject;
  beforeAll(async () => {
    subject = await subjects[name]!.start({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => subject.close());

  /** What comes back for these bytes, up to the end of the connection: one string for each read. */
  async function exchange(...writes: string[]): Promise<string[]> {
    const socket = connect(subject.port, '127.0.0.1').setEncoding('latin1').setNoDelay();
    const reads: string[] = [];
    socket.on('data', (text: string) => reads.push(text));
    for (const text of writes) await new Promise((resolve) => socket.write(text, 'latin1', resolve));
    await once(socket, 'close');
    return reads;
  }
  const head = (line: string, ...fields: string[]) =>
    `${[line, 'Host: a', 'Connection: close', ...fields].join('\r\n')}\r\n\r\n`;
  const contentOf = (reads: string[]) => reads.join('').split('\r\n\r\n').slice(1).join('\r\n\r\n');

  test.each(['GET', 'POST', 'DELETE', 'PROPFIND'])(
    '%s without content: 200, text/plain, OK',
    async (method) => {
      const [answer] = await exchange(head(`${method} /any/path?q HTTP/1.1`));
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toMatch(/\r\nContent-Type: text\/plain\r\n/);
      expect(answer).toMatch(/\r\nContent-Length: 2\r\n[\s\S]*\r\n\r\nOK$/);
    },
  );

  test('the content comes back byte for byte, head and content in one write', async () => {
    const reads = await exchange(`${head('POST / HTTP/1.1', 'Content-Length: 6')}a\xe9\0\r\nb`);
    expect(reads).toHaveLength(1);
    expect(contentOf(reads)).toBe('a\xe9\0\r\nb');
  });

  test('chunked content comes back decoded, with a Content-Length', async () => {
    const reads = await exchange(
      `${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`,
    );
    expect(reads.join('')).toMatch(/\r\nContent-Length: 5\r\n[\s\S]*\r\n\r\nabcde$/);
  });

  test('no answer before the content is decoded to its end: bad chunks are answered 400 alone', async () => {
    const reads = await exchange(`${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}3\r\nabc\r\nX\r\n`);
    expect(reads.join('').match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  test('/echo lists the fields received', async () => {
    const reads = await exchange(head('GET /echo?x HTTP/1.1', 'X-One: 1', 'x-one:\t two \xe9 ', 'X-None:'));
    expect(contentOf(reads)).toBe('Host: a\nConnection: close\nX-One: 1\nx-one: two \xe9\nX-None: \n');
  });

  test('/cookie lists the cookies', async () => {
    const reads = await exchange(head('GET /cookie HTTP/1.1', 'Cookie: a=1; b="two"; c=d=e', 'Cookie: f='));
    expect(contentOf(reads)).toBe('a=1\nb="two"\nc=d=e\nf=\n');
  });

  test('OPTIONS *: 200', async () => {
    expect((await exchange(head('OPTIONS * HTTP/1.1')))[0]).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('HEAD: the length and no content', async () => {
    expect((await exchange(head('HEAD / HTTP/1.1'))).join('')).toMatch(
      /Content-Length: 2\r\n[\s\S]*\r\n\r\n$/,
    );
  });

  test('CONNECT: a tunnel that echoes', async () => {
    const socket = connect(subject.port, '127.0.0.1').setEncoding('latin1');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
      if (received.endsWith('\r\n\r\nhello')) socket.end();
    });
    socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nhello');
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhello$/);
  });

  test('16 MiB come back whole', async () => {
    const body = Buffer.alloc(16 * 1024 * 1024, 'minis');
    const response = await fetch(`http://127.0.0.1:${subject.port}/`, { method: 'POST', body });
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });
});

describe.each(namesOf('ws'))('%s', (name) => {
  let subject: RunningSubject;
  beforeAll(async () => {
    subject = await subjects[name]!.start({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => subject.close());

  async function echoed(message: string | Buffer): Promise<{ data: Buffer; isBinary: boolean }> {
    const socket = new WebSocket(`ws://127.0.0.1:${subject.port}/any?path`);
    socket.on('open', () => socket.send(message));
    const [data, isBinary] = await once(socket, 'message');
    socket.close();
    await once(socket, 'close');
    return { data, isBinary };
  }

  test('text comes back as text, binary as binary', async () => {
    expect(await echoed('héllo')).toEqual({ data: Buffer.from('héllo'), isBinary: false });
    expect(await echoed(Buffer.of(0, 255, 128))).toEqual({ data: Buffer.of(0, 255, 128), isBinary: true });
  });

  test('a message of 16 MiB comes back whole', async () => {
    const message = Buffer.alloc(16 * 1024 * 1024, 'minis');
    expect((await echoed(message)).data.equals(message)).toBe(true);
  });

  test('closing tells the clients that it is going away', async () => {
    const other = await subjects[name]!.start({ host: '127.0.0.1', port: 0 });
    const socket = new WebSocket(`ws://127.0.0.1:${other.port}`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await other.close();
    expect((await closed)[0]).toBe(1001);
  });
});

describe('ws-mini-client', () => {
  /** A fuzzing server with as many cases as actions; it notes what it is asked. */
  async function fuzzingServer(...actions: ((socket: WebSocket) => void)[]) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const asked: string[] = [];
    const echoes: unknown[] = [];
    server.on('connection', (socket, { url }) => {
      asked.push(url!);
      socket.on('error', () => {});
      socket.on('message', (data, isBinary) => {
        echoes.push(isBinary ? data : `${data}`);
        socket.close(1000);
      });
      const number = /^\/runCase\?case=(\d+)/.exec(url!)?.[1];
      if (number !== undefined) actions[Number(number) - 1]!(socket);
      else if (url === '/getCaseCount') socket.send(`${actions.length}`, () => socket.close());
      else socket.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    return { url: `ws://127.0.0.1:${port}`, asked, echoes, stop: () => server.close() };
  }
  /** Past ws, to the socket under it: for bytes that break rules. */
  const raw = (socket: WebSocket, bytes: Uint8Array) =>
    (socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(bytes);

  test('asks for the count, echoes in each case whatever comes of it, then has the report written', async () => {
    const { url, asked, echoes, stop } = await fuzzingServer(
      (socket) => socket.send('text'),
      (socket) => socket.send(Buffer.of(1, 2, 3)),
      (socket) => raw(socket, Buffer.of(0xff, 0)), // reserved bits, unknown opcode
      (socket) => socket.terminate(),
      (socket) => socket.close(4000, 'bye'),
      (socket) => socket.send('last'),
    );
    expect(await runFuzzingClient(`${url}/`, 'a b')).toBe(6);
    stop();
    const cases = Array.from({ length: 6 }, (_, i) => `/runCase?case=${i + 1}&agent=a%20b`);
    expect(asked).toEqual(['/getCaseCount', ...cases, '/updateReports?agent=a%20b']);
    expect(echoes).toEqual(['text', Buffer.of(1, 2, 3), 'last']);
  });

  test('as a command', async () => {
    const { url, stop } = await fuzzingServer((socket) => socket.send('x'));
    const { code, out } = await run(CLI, 'ws-mini-client', url);
    stop();
    expect({ code, out }).toEqual({
      code: 0,
      out: "1 cases run as ws-mini; the verdicts are in the server's report\n",
    });
  });

  test('says so where no fuzzing server answers', async () => {
    const { code, err } = await run(CLI, 'ws-mini-client', 'ws://127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toMatch(/127\.0\.0\.1:1\/getCaseCount: no answer, closed with 1006/);
  });
});

describe('the command', () => {
  test.each(Object.keys(subjects))('%s: says where it listens, and ends on Ctrl-C with 0', async (name) => {
    const child = start(CLI, [name, '--port', '0']);
    const [line] = await once(child.stdout, 'data');
    const [, scheme, port] = /listens on (\w+):\/\/127\.0\.0\.1:(\d+)\n$/.exec(line)!;
    expect(scheme).toBe(subjects[name]!.scheme);
    const busy = await run(CLI, name, '--port', port!);
    expect(busy.code).toBe(1);
    expect(busy.err).toContain(`127.0.0.1:${port}: the port is in use: stop the program that holds it, or`);
    const ended = finish(child);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test.each([
    [[], /which subject\? http-mini, node-http, ws-mini, ws, ws-mini-client/],
    [['nginx'], /no subject "nginx": http-mini, node-http, ws-mini, ws, ws-mini-client/],
    [['constructor'], /no subject "constructor"/],
    [['http-mini', 'ws'], /"ws" is one word too many/],
    [['http-mini', '--port', '65536'], /--port must be a whole number from 0 to 65535, not "65536"/],
    [['http-mini', '--frobnicate'], /--frobnicate/],
    [['ws-mini-client'], /needs one address/],
    [['ws-mini-client', 'http://127.0.0.1'], /needs one address/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(CLI, ...args);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test('--help', async () => {
    const { code, out } = await run(CLI, '--help');
    expect(code).toBe(0);
    for (const name of [...Object.keys(subjects), 'ws-mini-client']) expect(out).toContain(name);
  });
});
