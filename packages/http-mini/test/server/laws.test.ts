// Laws 1, 4 and 8 over real sockets: any cut gives the same bytes back; garbage ends in responses and a closed
// connection; what goes in comes out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HttpRequest } from '../../src/index.ts';
import {
  CLOSE,
  chunkedPost,
  deferred,
  get,
  post,
  runs,
  type Served,
  serve,
  statuses,
  turns,
} from './support.ts';

/** FC_RUNS in the thousands takes its time. */
const patience = { timeout: 600_000 };

const fixed = { clock: () => 784111777000 };

/** Sends the pieces, each in a read of its own as far as TCP lets them, and answers all that comes back. */
async function askInPieces({ connect }: Served, pieces: readonly Uint8Array[]): Promise<string> {
  const client = await connect();
  for (const piece of pieces) {
    client.send(piece);
    await turns(1);
  }
  return client.closed();
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i, all) => bytes.subarray(i === 0 ? 0 : all[i - 1], end));
}

async function handler(request: HttpRequest) {
  if (request.path === '/ignore') return { body: request.method };
  if (request.path === '/stream') return { body: ['<', await request.bytes(), '>'] };
  return { status: 201, body: await request.bytes() };
}

const tokens = fc.stringMatching(/^[A-Za-z]{1,10}$/);
const values = fc.stringMatching(/^[!-~]([ !-~]{0,20}[!-~])?$/);
const contents = fc.string({ unit: 'binary-ascii', maxLength: 200 });
const request = fc.oneof(
  tokens.map((path) => get(`/${path}`)),
  fc.tuple(tokens, values).map(([name, value]) => get('/', `X-${name}: ${value}`)),
  contents.map((content) => post(content)),
  contents.map((content) => post(content).replace('/', '/ignore')),
  fc.array(contents.filter((content) => content !== '')).map((chunks) => {
    const lines = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    return chunkedPost(`${lines.join('')}0\r\n\r\n`).replace('/', '/stream');
  }),
  fc.constantFrom(
    'bad\r\n\r\n',
    'GET / HTTP/2.0\r\n\r\n',
    chunkedPost('zz\r\n'),
    'GET / HTTP/1.0\r\n\r\n',
    'GET / HT',
  ),
);
const requests = fc
  .array(request, { minLength: 1, maxLength: 5 })
  .map((all) => Buffer.from(all.join('') + get('/last', CLOSE), 'latin1'));

test('law 1: any cut of the same requests gives the same responses', patience, async () => {
  const served = await serve(handler, fixed);
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.nat(), { maxLength: 8 }), async (bytes, places) => {
      const whole = await askInPieces(served, [bytes]);
      expect(statuses(whole).length).toBeGreaterThan(0);
      expect(await askInPieces(served, cut(bytes, places))).toBe(whole);
    }),
    runs(0.5),
  );
});

test('law 1: byte by byte', patience, async () => {
  const served = await serve(handler, fixed);
  const all =
    get('/a') +
    post('abc') +
    post('abc').replace('/', '/ignore') +
    chunkedPost('3;x=y\r\nabc\r\n0\r\nz: 1\r\n\r\n');
  for (const end of [get('/last', CLOSE), 'bad\r\n\r\n']) {
    const bytes = Buffer.from(all + end);
    expect(
      await askInPieces(
        served,
        Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)),
      ),
    ).toBe(await askInPieces(served, [bytes]));
  }
});

test('law 4: garbage ends in responses or none, and a closed connection', patience, async () => {
  const served = await serve(handler, { lingerTimeout: 20 });
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    // Truncated and mutated requests come further than noise.
    fc.tuple(requests, fc.nat()).map(([bytes, end]) => bytes.subarray(0, end % bytes.length)),
    fc.tuple(requests, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      const mutated = Buffer.from(bytes);
      mutated[at % mutated.length] = value;
      return mutated;
    }),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (bytes) => {
      const client = await served.connect();
      client.socket.end(bytes);
      expect(await client.closed()).toMatch(/^(HTTP\/1\.1 |$)/);
    }),
    runs(),
  );
  while (served.server.connections > 0) await turns(1);
  for (const error of served.errors) expect(error).toMatchObject({ name: 'HttpError', by: 'peer' });
});

test(
  'law 4: a client that goes away at any byte of the exchange leaves nothing behind',
  patience,
  async () => {
    const served = await serve(handler);
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), fc.nat(3), async (bytes, end, wait) => {
        const client = await served.connect();
        client.send(bytes.subarray(0, end % bytes.length));
        await turns(wait);
        client.socket.resetAndDestroy();
      }),
      runs(),
    );
    while (served.server.connections > 0) await turns(1);
  },
);

test('law 8: out is in, of any size, by length and chunked, each way', patience, async () => {
  const served = await serve((request: HttpRequest) =>
    request.path === '/stream' ? { body: request.body } : handler(request),
  );
  const sizes = fc.oneof(fc.nat(100), fc.nat(70_000), fc.constantFrom(4096, 4097, 65_536, 300_000));
  await fc.assert(
    fc.asyncProperty(
      fc.array(sizes, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      async (parts, isChunked, isStreamed) => {
        const contents = parts.map((size, i) => Buffer.alloc(size, 97 + i));
        const expected = Buffer.concat(contents).toString('latin1');
        const client = await served.connect();
        const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${expected.length}`;
        client.send(
          `POST ${isStreamed ? '/stream' : '/'} HTTP/1.1\r\nHost: a\r\n${length}\r\nConnection: close\r\n\r\n`,
        );
        for (const content of contents) {
          if (isChunked && content.length > 0) client.send(`${content.length.toString(16)}\r\n`);
          client.send(content);
          if (isChunked && content.length > 0) client.send('\r\n');
          await turns(1);
        }
        if (isChunked) client.send('0\r\n\r\n');
        const received = await client.closed();
        const at = received.indexOf('\r\n\r\n') + 4;
        expect(isStreamed ? unchunked(received.slice(at)) : received.slice(at)).toBe(expected);
      },
    ),
    runs(0.3),
  );
});

/** A second, simpler reading of the chunked coding, so that the server's own is not its judge. */
function unchunked(text: string): string {
  let content = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) return content;
    content += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

test(
  'law 9: any interleaving of sending, answering, closing and going away ends with every connection closed',
  patience,
  async () => {
    const steps = fc.array(
      fc.constantFrom('send', 'half', 'content', 'answer', 'end', 'reset', 'turn', 'close'),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (commands, reads) => {
        const waiting: (() => void)[] = [];
        const served = await serve(
          async (request) => {
            const go = deferred();
            waiting.push(go.resolve);
            await go.promise;
            return { body: reads ? await request.bytes() : ['x'] };
          },
          { lingerTimeout: 20, closeTimeout: 30 },
        );
        const client = await served.connect();
        for (const command of commands) {
          if (command === 'send') client.send(get());
          else if (command === 'half') client.send(post('abcdef').slice(0, -3));
          else if (command === 'content') client.send('def');
          else if (command === 'answer') waiting.shift()?.();
          else if (command === 'end') client.socket.end();
          // Node forgets to tell of a reset after an end, so a client that has ended just goes.
          else if (command === 'reset' && commands.includes('end')) client.socket.destroy();
          else if (command === 'reset') client.socket.resetAndDestroy();
          else if (command === 'close') void served.server.close();
          else await turns(1);
        }
        const closing = served.server.close();
        while (served.server.connections > 0) {
          waiting.shift()?.();
          await turns(1);
        }
        await closing;
        await client.closed();
        expect(client.received).toMatch(/^(HTTP\/1\.1 [1-5]\d\d |$)/);
      }),
      runs(0.5),
    );
  },
);
