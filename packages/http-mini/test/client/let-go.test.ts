/**
 * A body that the client was given is let go, whatever becomes of its request: a file is closed, a stream is cancelled. At
 * once, also while its next part is asked for and does not come, and also if it was never begun.
 */
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Client, request } from '../../src/client/client.ts';
import type { TargetOptions } from '../../src/client/options.ts';
import { HttpError } from '../../src/wire/errors.ts';
import { clientOf, ok, type Peer, serve } from './peer.ts';

interface Held {
  readonly body: AsyncIterable<Uint8Array | string>;
  /** Resolves when it is let go. */
  readonly letGo: Promise<unknown>;
}

/** Each gives one part, and then never another. */
const KINDS: Record<string, () => Held> = {
  'a Readable': () => {
    const body = new Readable({ read() {} });
    const letGo = new Promise((resolve) => body.on('close', resolve));
    body.push('part');
    return { body, letGo };
  },
  'a ReadableStream': () => {
    let cancel!: (reason: unknown) => void;
    const letGo = new Promise((resolve) => (cancel = resolve));
    const start = (controller: ReadableStreamDefaultController): void =>
      controller.enqueue(Buffer.from('part'));
    return { body: new ReadableStream({ start, cancel }), letGo };
  },
  'an iterator': () => {
    let tell!: (value: unknown) => void;
    const letGo = new Promise((resolve) => (tell = resolve));
    let given = 0;
    const iterator: AsyncIterator<string> = {
      next: () => (given++ === 0 ? Promise.resolve({ value: 'part' }) : new Promise(() => {})),
      async return() {
        tell(undefined);
        return { done: true, value: undefined };
      },
    };
    return { body: { [Symbol.asyncIterator]: () => iterator }, letGo };
  },
};

/** What a test needs to bring a request to its end. */
interface Scene {
  readonly client: Client;
  readonly peer: Peer;
  readonly abort: AbortController;
}

const EARLY = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno';

/** Each when the first part has come, and the second does not. */
const ENDS: [name: string, end: (scene: Scene) => void, options?: TargetOptions][] = [
  ['the request is aborted', ({ abort }) => abort.abort()],
  ['the client is destroyed', ({ client }) => client.destroy()],
  ['the connection is reset', ({ peer }) => void peer.socket.resetAndDestroy()],
  ['the server closes', ({ peer }) => void peer.socket.end()],
  ['the server refuses it early', ({ peer }) => peer.says(EARLY)],
  ['the server refuses it early and closes', ({ peer }) => void peer.socket.end(EARLY)],
  ['the server refuses it in a head alone', ({ peer }) => peer.says(EARLY.slice(0, -2))],
  ['the response is whole before it', ({ peer }) => peer.says(ok())],
  ['the server breaks a rule', ({ peer }) => peer.says('HTTP/1.1 nonsense\r\n\r\n')],
  ['time is over', () => void vi.advanceTimersByTime(60_000), { totalTimeout: 60_000 }],
];

describe.each(Object.entries(KINDS))('%s', (_, make) => {
  test.each(ENDS)(
    'is let go at once when %s, though its next part does not come',
    async (_, end, options) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const server = await serve(() => {});
      const client = clientOf(server.url);
      const abort = new AbortController();
      const { body, letGo } = make();
      const answered = client.request({ method: 'POST', body, signal: abort.signal, ...options });
      answered.catch(() => {});
      while (server.peers.length === 0) await new Promise(setImmediate);
      const peer = server.peers[0]!;
      await peer.hears('part');
      end({ client, peer, abort });
      await letGo;
    },
  );

  test('is let go when a response is aborted that came before the request had left', async () => {
    const server = await serve(async (peer) => {
      await peer.hears('part');
      peer.says('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    });
    const abort = new AbortController();
    const { body, letGo } = make();
    const answered = clientOf(server.url).request({ method: 'POST', body, signal: abort.signal });
    const response = await answered;
    abort.abort();
    await letGo;
    await expect(response.text()).rejects.toMatchObject({ code: 'aborted' });
  });

  // ── Never begun ──

  const asked = (body: Held['body']): TargetOptions => ({ method: 'POST', body });
  const REFUSED: [name: string, ask: (body: Held['body'], client: Client) => Promise<unknown>][] = [
    [
      'a field that must not be sent',
      (body, client) => client.request({ ...asked(body), headers: { A: '\n' } }),
    ],
    ['an unknown option', (body, client) => client.request({ ...asked(body), timeout: 5 } as TargetOptions)],
    [
      'a signal that was aborted before',
      (body, client) => client.request({ ...asked(body), signal: AbortSignal.abort() }),
    ],
    ['a method that has no content', (body, client) => client.request({ ...asked(body), method: 'TRACE' })],
    ['a deadline that is none', (body, client) => client.request({ ...asked(body), totalTimeout: -1 })],
    ['HTTP/1.0', (body, client) => client.request({ ...asked(body), httpVersion: '1.0' })],
    ['a URL that is none', (body) => request('nonsense', { method: 'POST', body })],
    ['an unknown option of request', (body) => request('http://a', { body, timeout: 5 } as object)],
    ['an option that is none', (body) => request('http://a', { body, connections: -1 })],
    [
      'a client that is closed',
      async (body, client) => {
        await client.close();
        return client.request(asked(body));
      },
    ],
  ];

  test.each(REFUSED)('is let go, though never begun, when refused for %s', async (_, ask) => {
    const { body, letGo } = make();
    await expect(ask(body, clientOf('http://127.0.0.1:1'))).rejects.toBeInstanceOf(HttpError);
    await letGo;
  });

  test('is let go, though never begun, when there is no connection', async () => {
    const server = await serve(() => {});
    await server.stop();
    const { body, letGo } = make();
    const refused = clientOf(server.url).request(asked(body));
    await expect(refused).rejects.toMatchObject({ code: 'connect-failed' });
    await letGo;
  });

  test.each([
    ['aborted', (_: Client, abort: AbortController) => abort.abort()],
    ['cut off', (client: Client) => client.destroy()],
  ])(
    'is let go, though never begun, when its request is %s: in line, and while connecting',
    async (_, end) => {
      const server = await serve(() => {});
      const client = clientOf(server.url, { connections: 1 });
      const abort = new AbortController();
      const bodies = [make(), make()];
      const requests = bodies.map(({ body }) => client.request({ ...asked(body), signal: abort.signal }));
      for (const answered of requests) answered.catch(() => {});
      end(client, abort);
      for (const { letGo } of bodies) await letGo;
    },
  );

  const EXPECTING = { expectContinue: true } as const;
  const refusal = (status: number): string => `HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\n`;

  test.each([
    ['403', EXPECTING, 403],
    ['200', EXPECTING, 200],
    ['417 to an expectation that the caller wrote', { headers: { Expect: '100-continue' } }, 417],
  ])(
    'is let go, though never begun, when the answer to its expectation is %s',
    async (_, options, status) => {
      const server = await serve(async (peer) => {
        await peer.request();
        peer.says(refusal(status));
      });
      const { body, letGo } = make();
      const client = clientOf(server.url, { continueTimeout: Infinity });
      await client.request({ ...asked(body), ...options });
      await letGo; // its own end has not come yet
    },
  );

  test('is not let go after 417, but sent', async () => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      if (index === 0) peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
      await peer.hears('part');
      peer.says(ok());
    });
    const { body, letGo } = make();
    const response = await clientOf(server.url).request({ ...asked(body), ...EXPECTING });
    expect(response.status).toBe(200);
    await letGo;
  });

  // The client learns that it may send, and what the answer is, before the content that waited could begin.
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

  test.each(['as it is', 'made by a function'])(
    'is not let go after 100 and 200 in one read, but sent: %s',
    async (how) => {
      const server = await serve(async (peer) => {
        await peer.request();
        peer.says(`${CONTINUE}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`);
        await peer.hears('part');
        peer.says('2\r\nok\r\n0\r\n\r\n');
      });
      const { body, letGo } = make();
      const given = how === 'as it is' ? body : () => body;
      const response = await clientOf(server.url).request({ method: 'POST', body: given, ...EXPECTING });
      expect(await response.text()).toBe('ok');
      await letGo; // a response that is whole before the request ends it
    },
  );

  test.each(['413', '417'])('is let go, though never begun, after 100 and %s in one read', async (status) => {
    const server = await serve(async (peer, index) => {
      await peer.request();
      peer.says(index === 0 ? `${CONTINUE}${refusal(Number(status))}no` : ok());
    });
    const { body, letGo } = make();
    const response = await clientOf(server.url).request({ ...asked(body), ...EXPECTING });
    expect(response.status).toBe(status === '417' ? 200 : 413);
    await letGo;
  });

  test('is let go when the second request after 417 is refused', async () => {
    const server = await serve(async (peer) => {
      await peer.request();
      peer.says('HTTP/1.0 417 No\r\n\r\n'); // to HTTP/1.0 nothing is sent chunked
      peer.socket.end();
    });
    const { body, letGo } = make();
    const answered = clientOf(server.url).request({ ...asked(body), ...EXPECTING });
    await expect(answered).rejects.toMatchObject({ code: 'transfer-encoding-in-http-1.0' });
    await letGo;
  });
});

test('a body that was sent to its end is not touched again', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('0\r\n\r\n');
    peer.says(ok());
  });
  const calls: string[] = [];
  let given = 0;
  const body = {
    [Symbol.asyncIterator]() {
      calls.push('iterator');
      return {
        async next() {
          return given++ === 0 ? { done: false, value: 'x' } : { done: true, value: undefined };
        },
        async return() {
          calls.push('return');
          return { done: true, value: undefined };
        },
      };
    },
  } as AsyncIterable<string>;
  const client = clientOf(server.url);
  expect(await (await client.request({ method: 'POST', body })).text()).toBe('ok');
  await client.close();
  expect(calls).toEqual(['iterator']);
});

test('what a function makes is let go as well, though its request ended while it was being made', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    abort.abort();
  });
  const abort = new AbortController();
  const { body, letGo } = KINDS['a ReadableStream']!();
  let make!: () => void;
  const made = new Promise<void>((resolve) => (make = resolve)).then(() => body);
  const answered = clientOf(server.url).request({ method: 'POST', body: () => made, signal: abort.signal });
  await expect(answered).rejects.toMatchObject({ code: 'aborted' });
  make();
  await letGo;
});

test('content that a second try made is let go, though what the first try made comes after it', async () => {
  const server = await serve(async (peer, index) => {
    if (index > 0) return;
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    peer.socket.destroy();
  });
  const client = clientOf(server.url, { connections: 1 });
  await (await client.request()).text();
  const abort = new AbortController();
  const [first, second] = [KINDS['a Readable']!(), KINDS['a Readable']!()];
  let makeFirst!: () => void;
  const firstMade = new Promise<void>((resolve) => (makeFirst = resolve)).then(() => first.body);
  let tries = 0;
  const body = () => (++tries === 1 ? firstMade : second.body);
  const answered = client.request({ method: 'PUT', body, signal: abort.signal });
  const failed = expect(answered).rejects.toMatchObject({ code: 'aborted' });
  await expect.poll(() => server.peers[1]?.heard).toContain('part');
  makeFirst();
  await first.letGo;
  abort.abort();
  await failed;
  await second.letGo;
});
