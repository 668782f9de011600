// A folder as a handler, on real sockets: what is served, what never is, and conditions and ranges by RFC 9110 13 and 14.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namesIn } from '../src/serve/file-path.ts';
import { serveFolder } from '../src/serve/folder.ts';
import { parseRange } from '../src/serve/selection.ts';
import { withAccessLog } from '../src/serve/serve.ts';
import { type Served, serve } from './support.ts';

let base: string;
let root: string;
const big = Buffer.alloc(3_000_000, 'abcdefghijk');
const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT';

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'http-mini-')));
  root = join(base, 'root');
  await mkdir(join(root, 'sub', 'dir'), { recursive: true });
  await mkdir(join(root, 'site'));
  await mkdir(join(base, 'root-beside'));
  await writeFile(join(base, 'secret'), 'secret');
  await writeFile(join(base, 'root-beside', 'secret'), 'secret');
  await writeFile(join(root, 'ten.txt'), '0123456789');
  await utimes(join(root, 'ten.txt'), 784111777.25, 784111777.25); // 1994-11-06 08:49:37 and a quarter
  await writeFile(join(root, 'empty'), '');
  await writeFile(join(root, 'big.bin'), big);
  await writeFile(join(root, '.env'), 'secret');
  await writeFile(join(root, 'site', 'index.html'), '<h1>index</h1>');
  await writeFile(join(root, 'sub', 'a b<&>.txt'), 'odd');
  await writeFile(join(root, 'sub', 'javascript:alert(1)'), 'odd');
  await symlink(join(base, 'secret'), join(root, 'link'));
  await symlink(base, join(root, 'out'));
  await symlink(join(base, 'root-beside'), join(root, 'beside'));
  await symlink(join(root, 'ten.txt'), join(root, 'inner'));
  await symlink('loop', join(root, 'loop'));
  await symlink('.env', join(root, 'env'));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'config'), 'secret');
  await symlink('.git', join(root, 'history'));
  await symlink(join('.git', 'config'), join(root, 'config'));
  await mkdir(join(root, 'hidden-index'));
  await symlink(join('..', '.env'), join(root, 'hidden-index', 'index.html'));
});
afterAll(() => rm(base, { recursive: true }));

const start = async (): Promise<Served> => serve(await serveFolder(root));

/** Status, head and content of the answer to a request of one's own making. */
async function ask(target: string, lines: string[] = [], method = 'GET', served?: Served) {
  const { ask } = served ?? (await start());
  const fields = ['Host: a', 'Connection: close', ...lines].join('\r\n');
  const received = await ask(`${method} ${target} HTTP/1.1\r\n${fields}\r\n\r\n`);
  const at = received.indexOf('\r\n\r\n');
  const head = received.slice(0, at);
  const field = (name: string) => new RegExp(`^${name}: (.*)\r?$`, 'im').exec(head)?.[1]?.trimEnd();
  return { status: Number(head.slice(9, 12)), field, content: received.slice(at + 4) };
}

describe('what is served', () => {
  test('a file, with its type, length and validators', async () => {
    // rfc9110/8.3/content-type, rfc9110/8.8.2.1/last-modified, rfc9110/8.8.3.1/etag
    const { status, field, content } = await ask('/ten.txt?query');
    expect([status, content]).toEqual([200, '0123456789']);
    expect(field('content-type')).toBe('text/plain; charset=utf-8');
    expect(field('content-length')).toBe('10');
    expect(field('accept-ranges')).toBe('bytes');
    expect(field('last-modified')).toBe(MODIFIED);
    expect(field('etag')).toMatch(/^"[\w-]+"$/);
  });

  test('a large file, byte for byte; a file behind a link within the folder', async () => {
    expect((await ask('/big.bin')).content === big.toString()).toBe(true);
    expect((await ask('/inner')).content).toBe('0123456789');
    expect((await ask('/empty')).content).toBe('');
  });

  test('HEAD: the same head, no content', async () => {
    const [get, head] = [await ask('/ten.txt'), await ask('/ten.txt', [], 'HEAD')];
    for (const name of ['content-length', 'content-type', 'etag'])
      expect(head.field(name)).toBe(get.field(name));
    expect([head.status, head.content]).toEqual([200, '']);
  });

  test('a folder: redirected to its slash, then its index or a listing', async () => {
    const redirect = await ask('/sub?q');
    expect([redirect.status, redirect.field('location')]).toEqual([308, '/sub/?q']);
    const index = await ask('/site/');
    expect([index.content, index.field('content-type')]).toEqual([
      '<h1>index</h1>',
      'text/html; charset=utf-8',
    ]);
    const { content } = await ask('/sub/');
    expect(content).toContain('<a href="../">../</a>\n<li><a href="dir/">dir/</a>');
    expect(content).toContain('<a href="a%20b%3C%26%3E.txt">a b&#60;&#38;&#62;.txt</a>');
    expect(content).toContain('<a href="javascript%3Aalert(1)">');
    expect((await ask('/sub/a%20b%3c%26%3e.txt')).content).toBe('odd');
    expect((await ask('/')).content).not.toMatch(/\.env|href="\.\.\//);
  });

  test('a folder of thousands: its listing is made in parts, and others have their turn between any two', async () => {
    const many = join(base, 'many');
    await mkdir(many);
    const names = Array.from({ length: 3000 }, (_, i) => `file-${String(i).padStart(4, '0')}`);
    await Promise.all(names.map((name) => writeFile(join(many, name), '')));
    const handler = await serveFolder(many);
    let parts = 0;
    let turns = 0;
    const served = await serve(async (request) => {
      const { body, ...head } = await handler(request);
      let isOver = false;
      const count = () => {
        turns++;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const watched = async function* () {
        for await (const part of body as AsyncIterable<Uint8Array>) {
          parts++;
          yield part;
        }
        isOver = true;
      };
      return { ...head, body: watched() };
    });
    const { content } = await ask('/', [], 'GET', served);
    expect(content.match(/(?<=">)file-\d+(?=<)/g)).toEqual(names);
    expect(parts).toBeGreaterThan(3);
    expect(turns).toBeGreaterThanOrEqual(parts - 1);
  });

  test.runIf(process.platform === 'linux')('a listing has what is served, and nothing else', async () => {
    const folder = join(root, 'listed');
    await mkdir(folder);
    await mkdir(join(folder, 'folder'));
    for (const name of ['file', Buffer.of(0x61, 0xe9)])
      await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]), '');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const links = {
      outside: join(base, 'secret'),
      hidden: join('..', '.env'),
      nowhere: 'nothing',
      loop: 'loop',
      'to-file': join('..', 'ten.txt'),
      'to-folder': join('..', 'sub'),
      'to-pipe': 'pipe',
      'to-root': '..',
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(folder, name));
    const { content } = await ask('/listed/');
    const names = [...content.matchAll(/<a href="([^"]*)">/g)].map(([, name]) => name);
    expect(names).toEqual(['../', 'folder/', 'to-folder/', 'to-root/', 'file', 'to-file']);
    for (const name of names.slice(1)) expect((await ask(`/listed/${name}`)).status).toBe(200);
  });

  test('other methods: 405 with Allow', async () => {
    const { status, field } = await ask('/ten.txt', ['Content-Length: 0'], 'POST');
    expect([status, field('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await ask('*', [], 'OPTIONS')).status).toBe(405);
  });
});

describe('what is never served', () => {
  const targets =
    `/../secret /%2e%2e/secret /sub/../../secret /sub/..%2f..%2f..%2fsecret /..%5csecret /.%2e/secret
    /sub%2f..%2f..%2fsecret /%2e%2e%2fsecret //etc/passwd /sub//dir/ /./ten.txt /.env /%2eenv /ten.txt%00 /ten.txt%00.html
    /%ff /%c0%ae%c0%ae/secret /link /out/secret /out/ /beside/secret /beside/ /loop /ten.txt/ /ten.txt/x /nothing
    /../root-beside/secret /env /history /history/ /history/config /config /hidden-index/index.html
    /${'a'.repeat(300)}`.split(/\s+/);
  test.each(targets)('%s', async (target) => {
    const { status, content } = await ask(target);
    expect(status).toBe(404);
    expect(content).not.toContain('secret');
  });

  test('a path that begins with // is no way to another host', async () => {
    const { status, field } = await ask('//evil.example/%2e%2e');
    expect([status, field('location')]).toEqual([404, undefined]);
  });

  test.runIf(process.platform !== 'win32')('what is no file: a pipe without a writer, a socket', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await ask('/pipe')).status).toBe(404);
    const socket = createServer();
    await new Promise<void>((resolve) => void socket.listen(join(root, 'socket'), resolve));
    expect((await ask('/socket')).status).toBe(404);
    socket.close();
  });

  test('names are decoded once', () => {
    expect(namesIn('/a%252fb')).toEqual(['a%2fb']);
    expect(namesIn('/a/b/')).toEqual(['a', 'b']);
    expect(namesIn('/')).toEqual([]);
    expect(namesIn('*')).toBeUndefined();
    expect(namesIn('')).toBeUndefined();
  });
});

describe('conditions (RFC 9110 13)', () => {
  // rfc9110/13.1.1/strong, rfc9110/13.1.1/if-match, rfc9110/13.1.2/weak, rfc9110/13.1.2/if-none-match,
  // rfc9110/13.1.3/ignored, rfc9110/13.1.3/if-modified-since, rfc9110/13.1.4/ignored,
  // rfc9110/13.1.4/if-unmodified-since, rfc9110/13.1.5/if-range, rfc9110/13.2.2/order
  const LATER = 'Mon, 07 Nov 1994 08:49:37 GMT';
  const EARLIER = 'Sat, 05 Nov 1994 08:49:37 GMT';
  test.each<[number, string[]]>([
    [304, ['If-None-Match: ETAG']],
    [304, ['If-None-Match: W/ETAG']],
    [304, ['If-None-Match: "a,b", ETAG']],
    [304, ['If-None-Match: "a"', 'If-None-Match: ETAG']],
    [304, ['If-None-Match: *']],
    [200, ['If-None-Match: "a"']],
    [200, ['If-None-Match: "a"', `If-Modified-Since: ${LATER}`]], // step 3 before step 4
    [304, [`If-Modified-Since: ${MODIFIED}`]],
    [304, [`If-Modified-Since: ${LATER}`]],
    [304, ['If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT']],
    [200, [`If-Modified-Since: ${EARLIER}`]],
    [200, ['If-Modified-Since: yesterday']],
    [412, ['If-Match: "a"']],
    [412, ['If-Match: W/ETAG']],
    [200, ['If-Match: "a", ETAG']],
    [200, ['If-Match: *']],
    [200, ['If-Match: ETAG', `If-Unmodified-Since: ${EARLIER}`]], // step 1 before step 2
    [412, [`If-Unmodified-Since: ${EARLIER}`]],
    [200, ['If-Unmodified-Since: yesterday']],
    [200, [`If-Unmodified-Since: ${MODIFIED}`]],
    [412, ['If-Match: "a"', 'If-None-Match: ETAG']],
    [412, [`If-Unmodified-Since: ${EARLIER}`, 'If-None-Match: ETAG']],
    [304, ['If-None-Match: ETAG', 'Range: bytes=0-1']],
    [206, ['Range: bytes=0-1', 'If-Range: ETAG']],
    [200, ['Range: bytes=0-1', 'If-Range: W/ETAG']],
    [200, ['Range: bytes=0-1', 'If-Range: "a"']],
    [206, ['Range: bytes=0-1', `If-Range: ${MODIFIED}`]],
    [200, ['Range: bytes=0-1', `If-Range: ${LATER}`]],
    [200, ['Range: bytes=99-', 'If-Range: "a"']],
    [200, ['If-Range: "a"']],
  ])('%i %j', async (status, lines) => {
    const served = await start();
    const etag = (await ask('/ten.txt', [], 'HEAD', served)).field('etag')!;
    const answer = await ask(
      '/ten.txt',
      lines.map((line) => line.replace('ETAG', etag)),
      'GET',
      served,
    );
    expect(answer.status).toBe(status);
    if (status === 304) expect([answer.content, answer.field('etag')]).toEqual(['', etag]);
  });

  test('count only where the file would be sent: not for what is not there, nor for another method', async () => {
    // rfc9110/13.2.1/ignored
    const conditions = ['If-Match: "a"', 'If-Unmodified-Since: Sat, 05 Nov 1994 08:49:37 GMT'];
    expect((await ask('/nothing', conditions)).status).toBe(404);
    expect((await ask('/sub', conditions)).status).toBe(308);
    expect((await ask('/ten.txt', [...conditions, 'Content-Length: 0'], 'POST')).status).toBe(405);
  });

  test('a 304 and a 206 have the fields that a cache needs of a 200', async () => {
    // rfc9110/15.4.5/fields, rfc9110/15.3.7/fields
    const whole = await ask('/ten.txt');
    const part = await ask('/ten.txt', ['Range: bytes=0-1']);
    const none = await ask('/ten.txt', [`If-None-Match: ${whole.field('etag')}`]);
    expect([whole.status, part.status, none.status]).toEqual([200, 206, 304]);
    for (const name of ['etag', 'cache-control', 'last-modified']) {
      expect(whole.field(name)).toBeDefined();
      expect([part.field(name), none.field(name)]).toEqual([whole.field(name), whole.field(name)]);
    }
    for (const { field } of [part, none]) expect(field('date')).toBeDefined();
  });

  test('a file from the future was modified now, and not later than Date', async () => {
    // rfc9110/8.8.2.1/future
    const ahead = new Date(Date.now() + 1e9);
    await utimes(join(root, 'empty'), ahead, ahead);
    const { field } = await ask('/empty');
    expect(Date.parse(field('last-modified')!)).toBeLessThanOrEqual(Date.parse(field('date')!));
  });
});

describe('ranges (RFC 9110 14)', () => {
  // rfc9110/14.1.2/overflow, rfc9110/14.2/unit, rfc9110/15.3.7.2/one-range
  test.each<[string | undefined, number, ReturnType<typeof parseRange>]>([
    ['bytes=0-0', 10, { start: 0, end: 1 }],
    ['bytes=2-4', 10, { start: 2, end: 5 }],
    ['BYTES= 2-4 ', 10, { start: 2, end: 5 }],
    ['bytes=5-', 10, { start: 5, end: 10 }],
    ['bytes=5-99999999999999999999999', 10, { start: 5, end: 10 }],
    ['bytes=-3', 10, { start: 7, end: 10 }],
    ['bytes=-30', 10, { start: 0, end: 10 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, undefined],
    ['bytes=4-2', 10, undefined],
    ['bytes=-', 10, undefined],
    ['bytes=0-1,4-5', 10, undefined],
    ['bytes=+1-2', 10, undefined],
    ['lines=1-2', 10, undefined],
    [undefined, 10, undefined],
  ])('%s of %i bytes', (value, size, expected) => expect(parseRange(value, size)).toEqual(expected));

  test('206, 416, and no range for HEAD', async () => {
    // rfc9110/14.2/method, rfc9110/14.2/partial, rfc9110/14.4/complete-length, rfc9110/15.3.7.1/content-range
    const part = await ask('/ten.txt', ['Range: bytes=2-4']);
    expect([part.status, part.field('content-range'), part.content]).toEqual([206, 'bytes 2-4/10', '234']);
    const beyond = await ask('/ten.txt', ['Range: bytes=10-']);
    expect([beyond.status, beyond.field('content-range')]).toEqual([416, 'bytes */10']);
    const head = await ask('/ten.txt', ['Range: bytes=2-4'], 'HEAD');
    expect([head.status, head.field('content-length')]).toEqual([200, '10']);
    const middle = await ask('/big.bin', ['Range: bytes=1000000-1999999']);
    expect(middle.content === big.subarray(1_000_000, 2_000_000).toString()).toBe(true);
  });
});

describe('files are streamed, and closed', () => {
  test.runIf(process.platform === 'linux')(
    'whether read, refused, asked for by HEAD, or abandoned',
    async () => {
      const { readdir, readlink } = await import('node:fs/promises');
      const isOpen = async () => {
        const links = (await readdir('/proc/self/fd')).map((fd) =>
          readlink(`/proc/self/fd/${fd}`).catch(() => ''),
        );
        return (await Promise.all(links)).some((link) => link.startsWith(root));
      };
      const served = await start();
      await ask('/big.bin', [], 'GET', served);
      await ask('/big.bin', [], 'HEAD', served);
      await ask('/big.bin', ['If-None-Match: *'], 'GET', served);
      await ask('/big.bin', ['Range: bytes=9999999-'], 'GET', served);
      expect(await isOpen()).toBe(false);

      const client = await served.connect();
      client.send('GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
      await client.until('abc');
      client.socket.pause();
      client.socket.resetAndDestroy();
      while (await isOpen()) await new Promise(setImmediate);
    },
  );

  test('a file that becomes shorter cuts the connection; one that grows is sent as it was', async () => {
    const file = join(root, 'changing');
    await writeFile(file, big);
    const handler = await serveFolder(root);
    const served = await serve(async (request) => {
      const response = await handler(request);
      await truncate(file, request.query === 'shorter' ? 1000 : 4_000_000);
      return response;
    });
    const cut = await ask('/changing?shorter', [], 'GET', served);
    expect([cut.field('content-length'), cut.content.length]).toEqual(['3000000', 1000]);
    await writeFile(file, big);
    expect((await ask('/changing?longer', [], 'GET', served)).content.length).toBe(big.length);
  });

  test('one line for each request, when its content is sent or given up', async () => {
    const lines: string[] = [];
    const handler = withAccessLog(
      await serveFolder(root),
      (line) => lines.push(line),
      () => 0,
    );
    const served = await serve(handler);
    await ask('/ten.txt', [], 'GET', served);
    await ask('/ten.txt', [], 'HEAD', served);
    await ask('/nothing', [], 'HEAD', served);
    await ask('/nothing', [], 'GET', served);
    await ask('/big.bin', [], 'GET', served);
    expect(lines).toEqual([
      'GET /ten.txt 200 10 B 0.0 ms',
      'HEAD /ten.txt 200 0 B 0.0 ms',
      'HEAD /nothing 404 0 B 0.0 ms',
      'GET /nothing 404 14 B 0.0 ms',
      'GET /big.bin 200 3000000 B 0.0 ms',
    ]);
    const failing = await serve(
      withAccessLog(
        () => Promise.reject(new Error('oops')),
        (line) => lines.push(line),
        () => 0,
      ),
    );
    expect((await ask('/', [], 'GET', failing)).status).toBe(500);
    expect(lines.at(-1)).toBe('GET / 500 0 B 0.0 ms');
  });
});
