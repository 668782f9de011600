// `minis get` as a user runs it, against http-mini's own server.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { type Handler, type HttpRequest, type ServerOptions, switchProtocols } from 'http-mini';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';
import { Progress, progressLine } from '../src/get/progress.ts';
import { Transcript } from '../src/get/transcript.ts';
import { finish, folderWith, ON_A_FULL_DISK, ON_A_TERMINAL, run, serve, start } from './support.ts';

const folder = folderWith({ 'data.json': '{"a":1}', 'certificate.pem': CERTIFICATE });
const place = (name: string): string => join(folder, name);

/** The URL of a server, which is told what it was asked. */
async function serverOf(handler: Handler, options?: ServerOptions): Promise<string> {
  const { port } = await serve(handler, options);
  return `http://127.0.0.1:${port}/`;
}

/** What a request was, seen by the server. */
const mirror = async (request: HttpRequest) => ({
  body: JSON.stringify({
    line: `${request.method} ${request.target} ${request.version}`,
    fields: [...request.headers].map((field) => field.join(': ')),
    content: await request.text(),
  }),
});

async function mirrored(args: string[], input?: string) {
  const url = await serverOf(mirror);
  const { code, out, err } = await run(['get', ...args, `${url}a?b`], input);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as { line: string; fields: string[]; content: string };
}

/** A server of bare bytes: it answers so, and closes. */
async function raw(answer: string | Uint8Array): Promise<string> {
  const server = createTcpServer(
    (socket) => void socket.on('error', () => {}).once('data', () => socket.end(answer)),
  );
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

describe('what is sent', () => {
  test('GET, with the fields given, in their order and case', async () => {
    // rfc9110/10.1.5/user-agent
    const { line, fields } = await mirrored(['-H', 'X-ONE: 1', '-H', 'x-two:a: b ']);
    expect(line).toBe('GET /a?b 1.1');
    expect(fields.slice(1)).toEqual(['User-Agent: http-mini', 'X-ONE: 1', 'x-two: a: b']);
  });

  test('-d text: POST, as a form; -X, -H and --http1.0 have the last word', async () => {
    const posted = await mirrored(['-d', 'a=b&c=é']);
    expect([posted.line, posted.content]).toEqual(['POST /a?b 1.1', 'a=b&c=é']);
    expect(posted.fields).toContain('Content-Type: application/x-www-form-urlencoded');
    const put = await mirrored([
      '-X',
      'PUT',
      '--http1.0',
      '-d',
      'x',
      '-H',
      'content-type: a/b',
      '-H',
      'user-agent: me',
    ]);
    expect(put.line).toBe('PUT /a?b 1.0');
    expect(put.fields.slice(1)).toEqual(['content-type: a/b', 'user-agent: me', 'Content-Length: 1']);
  });

  test('-d @FILE: its length and its type; -d @-: standard input, chunked', async () => {
    const file = await mirrored(['-d', `@${place('data.json')}`]);
    expect(file.content).toBe('{"a":1}');
    expect(file.fields.slice(2)).toEqual(['Content-Type: application/json', 'Content-Length: 7']);
    const stdin = await mirrored(['-d', '@-'], 'from a pipe');
    expect(stdin.content).toBe('from a pipe');
    expect(stdin.fields.slice(2)).toEqual(['Transfer-Encoding: chunked']);
  });

  test('-L: a 307 is sent the file again, but not what came through standard input', async () => {
    const url = await serverOf(async (request) => {
      const content = await request.text();
      if (request.path === '/there') return { body: content };
      return { status: 307, headers: { Location: '/there' } };
    });
    const file = await run(['get', '-L', '-d', `@${place('data.json')}`, url]);
    expect(file).toEqual({ code: 0, out: '{"a":1}', err: '' });
    const stdin = await run(['get', '-L', '-d', '@-', url], 'from a pipe');
    expect([stdin.code, stdin.out]).toEqual([1, '']);
    expect(stdin.err).toMatch(/^minis: content-already-read: .*: without -L the redirect itself is shown\n$/);
  });

  test('an empty file', async () => {
    await writeFile(place('empty'), '');
    expect((await mirrored(['-d', `@${place('empty')}`])).content).toBe('');
  });

  test('a server that answers before standard input has ended: nobody waits for the rest', async () => {
    const url = await serverOf(() => ({ status: 403, body: 'no' }));
    const child = start(['get', '-d', '@-', url]);
    child.stdin.on('error', () => {}).write('begun');
    const [[code], out] = await Promise.all([
      once(child, 'close'),
      child.stdout.setEncoding('utf8').toArray(),
    ]);
    expect([code, out.join('')]).toEqual([0, 'no']);
  });
});

describe('what comes back', () => {
  test('-i: the heads, interim ones and redirects too', async () => {
    const url = await serverOf((request) => {
      if (request.path === '/') return { status: 302, headers: { Location: '/there' } };
      request.inform(103, { Link: '</a>' });
      return { headers: { 'X-A': '1' }, body: 'there\n' };
    });
    const { code, out } = await run(['get', '-i', '-L', url]);
    expect(code).toBe(0);
    const lines = out.split('\r\n').filter((line) => !/^(Date|Server|Content-Length)/i.test(line));
    expect(lines).toEqual(
      ['HTTP/1.1 302 Found', 'Location: /there', '', 'HTTP/1.1 103 Early Hints', 'Link: </a>', ''].concat([
        'HTTP/1.1 200 OK',
        'X-A: 1',
        '',
        'there\n',
      ]),
    );
  });

  test('-o: large content, byte for byte, and what was in the file before is gone', async () => {
    const large = Buffer.alloc(5_000_000, 'abcdefghijk');
    const url = await serverOf((request) => ({ body: request.path === '/' ? large : 'short' }));
    expect(await run(['get', '-o', place('large'), url])).toEqual({ code: 0, out: '', err: '' });
    expect((await readFile(place('large'))).equals(large)).toBe(true);
    await run(['get', '-o', place('large'), `${url}short`]);
    expect(await readFile(place('large'), 'utf8')).toBe('short');
  });

  test('back-pressure: a reader who waits stops the server', async () => {
    let made = 0;
    const MOST = 1000;
    let tellOver = () => {};
    const over = new Promise<void>((resolve) => (tellOver = resolve));
    async function* parts() {
      try {
        for (; made < MOST; made++) yield Buffer.alloc(64 * 1024);
      } finally {
        tellOver();
      }
    }
    const url = await serverOf(() => ({ body: parts() }), { stallTimeout: 2000 });
    const child = start(['get', url]);
    await once(child.stdout, 'data');
    child.stdout.pause();
    await over; // the server has given up: nothing was taken for so long
    expect(made).toBeLessThan(MOST);
    child.stdout.resume();
    const { code, err } = await finish(child);
    expect([code, err]).toEqual([1, expect.stringMatching(/^minis: incomplete-message: /)]);
  });

  test('a reader who leaves (`| head`) ends it in silence', async () => {
    async function* ticks() {
      for (;;) {
        yield 'tick\n';
        await new Promise(setImmediate);
      }
    }
    const child = start(['get', await serverOf(() => ({ body: ticks() }))]);
    const err = child.stderr.setEncoding('utf8').toArray();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, (await err).join('')]).toEqual([0, '']);
  });

  test.runIf(existsSync('/dev/full'))('a disk that is full is a failure, with --explain too', async () => {
    const url = await serverOf(() => ({ body: 'hello' }));
    for (const option of ['--include', '--explain'])
      expect(await finish(start(['get', option, url], ON_A_FULL_DISK))).toMatchObject({
        code: 1,
        err: 'minis: standard output: no space is left\n',
      });
  });

  test('another protocol: said, and the connection closed', async () => {
    const url = await serverOf(() => switchProtocols({ Upgrade: 'echo' }, (socket) => void socket.resume()));
    const { code, out, err } = await run(['get', '-i', '-H', 'Upgrade: echo', url]);
    expect(out).toMatch(/^HTTP\/1\.1 101 /);
    expect([code, err]).toEqual([0, 'minis: the connection speaks another protocol now, and is closed\n']);
  });
});

/** To steer a terminal or to forge what it shows: ESC, CSI as UTF-8 and as one byte, DEL, BEL, a bidi override. */
const HOSTILE = Buffer.concat([
  Buffer.from('a\x1b[2J\u009b31m'),
  Buffer.of(0x9b),
  Buffer.from('\x7f\x07\u202eb'),
]);

describe('bytes that would steer a terminal', () => {
  const content = Buffer.concat([HOSTILE, Buffer.from('\r\n\t안녕\n')]);
  const head = Buffer.concat([
    Buffer.from('HTTP/1.1 200 '),
    Buffer.of(0x9b),
    Buffer.from('31m\r\nX: \u009b31m\r\n\r\n'),
  ]);

  test('on a terminal, heads and content are text without control characters', async () => {
    const url = await raw(Buffer.concat([head, content]));
    const child = start(['get', '-i', url], ON_A_TERMINAL);
    expect(await finish(child, '')).toEqual({
      code: 0,
      out: 'HTTP/1.1 200 \ufffd31m\nX: .31m\n\na.[2J.31m\ufffd...b\n\t안녕\n',
      err: '',
    });
  });

  test('in a pipe they pass as they came', async () => {
    const url = await raw(Buffer.concat([head, content]));
    const { out } = await finish(start(['get', '-i', url]), '', 'latin1');
    expect(out).toBe(Buffer.concat([head, content]).toString('latin1'));
  });

  test('an error that quotes them is one line of text', async () => {
    expect((await run(['get', 'no-url:\u009b31m\u202e'])).err).toMatch(/"no-url:\\u009b31m\\u202e"/);
    expect((await run(['get', '-X', '\n\u009b', 'http://a/'])).err.trimEnd()).not.toMatch(/[\n\u009b]/);
  });
});

describe('--explain', () => {
  test('every byte of both directions, in place of the content', async () => {
    const url = await serverOf(() => ({ headers: { Date: 'x' }, body: 'hello' }));
    const { code, out } = await run([
      'get',
      '--explain',
      '--http1.0',
      '-d',
      'hi',
      '-o',
      place('explained'),
      url,
    ]);
    expect(code).toBe(0);
    const [, sent, received] = /^→ \d+ bytes sent\n([\s\S]*)← \d+ bytes received\n([\s\S]*)$/.exec(out)!;
    expect(sent).toMatch(/50 4f 53 54 +POST +method +RFC 9110 9\.1 +POST\n/);
    expect(sent).toMatch(/68 69 +hi +content +RFC 9112 6 +hi\n$/);
    expect(received).toMatch(/32 30 30 +200 +status-code +RFC 9110 15 +200\n/);
    expect(received).toMatch(/68 65 6c 6c 6f +hello +content +RFC 9112 6 +hello\n$/);
    expect(await readFile(place('explained'), 'utf8')).toBe('hello');
  });

  test('a broken response: at which byte, and by which rule', async () => {
    const { code, out, err } = await run(['get', '--explain', await raw('HTTP/1.1 200 OK\r\nA b\r\n\r\n')]);
    expect(code).toBe(1);
    expect(out).toContain('← 24 bytes received\n');
    expect(out).toMatch(/✗ \S+: /);
    expect(err).toMatch(/^minis: \S+: .*\n$/);
  });

  test('each connection by itself, HEAD as HEAD, and what is too long is left out', () => {
    const transcript = new Transcript(true);
    const { observe } = transcript;
    for (const [connection, method] of [
      [7, 'HEAD'],
      [9, 'GET'],
    ] as const) {
      observe({ type: 'request', connection, method, target: '/' });
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${3 * 1024 * 1024}\r\n\r\n`;
      observe({ type: 'received', connection, bytes: Buffer.from(head) });
    }
    for (let i = 0; i < 3; i++)
      observe({ type: 'received', connection: 9, bytes: Buffer.alloc(1024 * 1024) });
    const [, first, second] = /^([\s\S]*)→ 0 bytes sent \(connection 2\)\n([\s\S]*)$/.exec(
      transcript.explained(false),
    )!;
    expect(first).toMatch(/no content\n$/);
    expect(second).toMatch(/\n +… 2097196 more bytes, not explained\n$/);
    expect(second).not.toContain('waits for');
  });
});

describe('what fails', () => {
  test('nobody listens: exit code 1, one line, and the way out', async () => {
    const holder = createTcpServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await new Promise((resolve) => holder.close(resolve));
    expect(await run(['get', `http://127.0.0.1:${port}/`])).toEqual({
      code: 1,
      out: '',
      err: `minis: connect-failed: no connection to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port} (RFC 9112 9.1): is the server running, and is it the right port?\n`,
    });
  });

  test('a certificate that nobody vouches for: --cacert or -k', async () => {
    const { port } = await serve(() => ({ body: 'secret' }), { tls: { key: KEY, cert: CERTIFICATE } });
    const url = `https://localhost:${port}/`;
    expect(await run(['get', url])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^minis: connect-failed: .*self-signed.*--cacert FILE, .* with -k\n$/),
    });
    for (const trust of [['--cacert', place('certificate.pem')], ['-k']])
      expect(await run(['get', ...trust, url])).toEqual({ code: 0, out: 'secret', err: '' });
    const { code, err } = await run(['get', '--cacert', place('data.json'), url]);
    expect([code, err]).toEqual([1, `minis: ${place('data.json')}: there is no certificate in PEM in it\n`]);
  });

  test('a server of something else', async () => {
    const { code, err } = await run(['get', await raw('SSH-2.0-x\r\n')]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^minis: invalid-version: .*: is it HTTP .*\n$/)]);
  });

  test('--max-time', async () => {
    const url = await serverOf(() => new Promise(() => {}));
    expect(await run(['get', '--max-time', '0.05', url])).toEqual({
      code: 1,
      out: '',
      err: 'minis: total-timeout: the exchange took longer than totalTimeout, 50 ms (RFC 9112 9.5): --max-time SECONDS waits longer\n',
    });
  });

  test('half a file is said to be half', async () => {
    const url = await raw('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    const { code, err } = await run(['get', '-o', place('half'), url]);
    expect(code).toBe(1);
    expect(err).toMatch(/^minis: incomplete-message: /);
    expect(err).toContain(`; ${place('half')} holds the first 3 bytes only\n`);
    expect(await readFile(place('half'), 'utf8')).toBe('abc');
  });

  test('Ctrl-C aborts: the server sees it, and the half file is said', async () => {
    let tellWritten = () => {};
    let tellGone = () => {};
    const written = new Promise<void>((resolve) => (tellWritten = resolve));
    const gone = new Promise<void>((resolve) => (tellGone = resolve));
    const url = await serverOf((request) => {
      request.signal.addEventListener('abort', () => tellGone());
      async function* endless() {
        for (let i = 0; ; i++) {
          yield Buffer.alloc(64 * 1024);
          if (i === 100) tellWritten(); // more than sockets and buffers hold: the file is begun
        }
      }
      return { body: endless() };
    });
    const child = start(['get', '-o', place('stopped'), url]);
    await written;
    child.kill('SIGINT');
    const { code, err } = await finish(child);
    const { length } = await readFile(place('stopped'));
    expect([code, err]).toEqual([
      1,
      `minis: aborted: interrupted; ${place('stopped')} holds the first ${length} bytes only\n`,
    ]);
    await gone;
  });

  test('a file that cannot be written, or read', async () => {
    const url = await serverOf(() => ({ body: 'x' }));
    const nowhere = join(folder, 'no', 'such');
    const err = `minis: ${nowhere}: there is no such file or folder\n`;
    expect(await run(['get', '-o', nowhere, url])).toEqual({ code: 1, out: '', err });
    expect(await run(['get', '-d', `@${nowhere}`, url])).toEqual({ code: 1, out: '', err });
  });
});

describe('usage: exit code 2, one line, and nothing is sent', () => {
  test.each([
    [[], /one URL/],
    [['http://a/', 'http://b/'], /one URL/],
    [['localhost:8080'], /invalid-url: "localhost:8080" is neither http: nor https:/],
    [['-X', 'B AD', 'URL'], /invalid-method/],
    [['-H', 'none', 'URL'], /-H takes "Name: value", not "none"/],
    [['-H', 'A: b\r\nC: d', 'URL'], /invalid-field-value/],
    [['-H', 'Content-Length: 5', '-d', 'abc', 'URL'], /content-length-mismatch/],
    [['-d', 'a', '-d', 'b', 'URL'], /-d is given once/],
    [['-d', '-a', 'URL'], /ambiguous/],
    [['--max-time', 'soon', 'URL'], /--max-time must be .* not "soon"/],
  ])('%j', async (args, message) => {
    let asked = 0;
    const url = await serverOf(() => ({ body: `${++asked}` }));
    const { code, err } = await run(['get', ...args.map((arg) => (arg === 'URL' ? url : arg))]);
    expect({ code, asked, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, asked: 0, lines: 1 });
    expect(err).toMatch(message);
  });

  test('--help', async () => {
    expect(await run(['get', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--cacert FILE/),
    });
  });
});

describe('progress', () => {
  async function* parts(count: number) {
    for (let i = 0; i < count; i++) yield Buffer.alloc(1024 * 1024);
  }
  async function watch(isTTY: boolean, milliseconds: number, count: number, columns?: number) {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress(
      { isTTY, ...(columns !== undefined && { columns }), write: (text) => written.push(text) },
      () => (now += milliseconds),
    );
    for await (const _ of progress.watch('received', parts(count), 4 * 1024 * 1024));
    return written;
  }

  test('after a second, at most five times a second, and taken away in the end', async () => {
    expect(await watch(true, 500, 4)).toEqual([
      '\r\x1b[Kreceived 2.0 MiB of 4.0 MiB (50 %), 2.0 MiB/s',
      '\r\x1b[Kreceived 3.0 MiB of 4.0 MiB (75 %), 2.0 MiB/s',
      '\r\x1b[Kreceived 4.0 MiB of 4.0 MiB (100 %), 2.0 MiB/s',
      '\r\x1b[K',
    ]);
    expect(await watch(true, 50, 30)).toHaveLength(4); // at 1000, 1200 and 1400 ms
  });

  test('no longer than the terminal is wide, for a line that is wrapped cannot be erased', async () => {
    expect((await watch(true, 500, 4, 20))[0]).toBe('\r\x1b[Kreceived 2.0 MiB of');
    expect((await watch(true, 500, 4, 0))[0]).toMatch(/MiB\/s$/); // not known
  });

  test('none for what is short, nor where there is no terminal', async () => {
    expect(await watch(true, 100, 4)).toEqual([]);
    expect(await watch(false, 500, 4)).toEqual([]);
  });

  test('without a total', () => {
    expect(progressLine('sent', 3 * 1024 * 1024, undefined, 1500)).toBe('sent 3.0 MiB, 2.0 MiB/s');
    expect(progressLine('sent', 0, Number.NaN, 1500)).toBe('sent 0.0 MiB, 0.0 MiB/s');
  });
});
