/** Whatever the caller does, and from wherever he does it: every promise settles, every socket is closed, nothing is thrown. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { ClientEvent, TargetOptions } from '../../src/client/options.ts';
import { HttpError } from '../../src/wire/errors.ts';
import { answerAll, ok, type PeerServer, serve } from './peer.ts';

/** What can be done from within a call of the client's. */
interface Stage {
  readonly client: Client;
  readonly abort: AbortController;
}

const DEEDS: Record<string, (stage: Stage) => unknown> = {
  'the client is destroyed': ({ client }) => client.destroy(),
  'the client is closed': ({ client }) => void client.close(),
  'the request is aborted': ({ abort }) => abort.abort(),
  'another request is made': ({ client }) =>
    void client.request().then(
      (response) => response.text(),
      () => {},
    ),
};

const INTERIM = 'HTTP/1.1 103 Early Hints\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';

/** Answers everything, the content of which it does not wait for. */
const server = (): Promise<PeerServer> => serve((peer) => answerAll(peer, () => INTERIM + CHUNKED));

/** Goes wrong if anything was thrown past the client. */
function watchProcess(): () => void {
  const unhandled: unknown[] = [];
  const note = (thrown: unknown): unknown => unhandled.push(thrown);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtException', note));
  return () => expect(unhandled).toEqual([]);
}

/**
 * Plays one request during which the deed is done at the moment, once.
 * @param moment makes the request such that it calls back
 */
async function play(
  deed: (stage: Stage) => unknown,
  moment: (doIt: () => void) => {
    options?: TargetOptions;
    observe?: (event: ClientEvent) => void;
    early?: boolean;
  },
): Promise<void> {
  const nothingUnhandled = watchProcess();
  const { url, peers } = await server();
  const abort = new AbortController();
  let isDone = false;
  let doIt = (): void => {};
  const { options, observe } = moment(() => doIt());
  const client = new Client(url, { connections: 1, ...(observe && { observe }) });
  doIt = () => {
    if (isDone) return;
    isDone = true;
    deed({ client, abort });
  };
  const asked = [
    client.request({ ...options, signal: abort.signal }),
    client.request(), // waits in line
  ];
  const ends = await Promise.allSettled(asked.map(async (answered) => (await answered).text()));
  for (const end of ends) {
    if (end.status === 'fulfilled') expect(end.value).toBe('ok');
    else {
      expect(end.reason).toBeInstanceOf(HttpError);
      expect(end.reason.code).toMatch(/^(aborted|client-closed)$/);
    }
  }
  await client.close();
  expect(isDone).toBe(true);
  for (const peer of peers) await peer.closed();
  nothingUnhandled();
}

const EVENTS = ['opened', 'request', 'sent', 'received', 'response', 'closed'] as const;

describe.each(Object.entries(DEEDS))('%s', (_, deed) => {
  test.each(EVENTS)('while observe is told of "%s"', (event) =>
    play(deed, (doIt) => ({
      observe({ type }) {
        if (type === event) doIt();
      },
    })),
  );

  test('while onInformation is called', () => play(deed, (doIt) => ({ options: { onInformation: doIt } })));

  test('while a body is asked for its first part', () =>
    play(deed, (doIt) => {
      async function* body(): AsyncGenerator<string> {
        doIt();
        yield 'x';
      }
      return { options: { method: 'POST', body: body() } };
    }));

  test('while a body is made', () =>
    play(deed, (doIt) => {
      const body = (): AsyncIterable<Uint8Array> => {
        doIt();
        return new Blob(['x']).stream();
      };
      return { options: { method: 'POST', body } };
    }));

  test('while trailers are made', () =>
    play(deed, (doIt) => {
      const trailers = (): Record<string, string> => {
        doIt();
        return { A: 'b' };
      };
      return { options: { method: 'PUT', body: 'x', trailers } };
    }));

  test('while a body is let go', () =>
    play(deed, (doIt) => {
      const never = new Promise<never>(() => {});
      const end = { done: true, value: undefined };
      const iterator = {
        next: () => never,
        async return() {
          doIt();
          return end;
        },
      };
      return { options: { method: 'POST', body: { [Symbol.asyncIterator]: () => iterator as never } } };
    }));

  test('while headers are read', () =>
    play(deed, (doIt) => {
      function* headers(): Generator<[string, string]> {
        doIt();
        yield ['A', 'b'];
      }
      return { options: { headers: headers() } };
    }));
});

test.each(EVENTS)('destroyed at "%s" of a request that may be pipelined', async (event) => {
  const nothingUnhandled = watchProcess();
  const { url } = await serve((peer) => answerAll(peer));
  let count = 0;
  const client: Client = new Client(url, {
    connections: 1,
    pipelining: 3,
    observe({ type }) {
      if (type === event && ++count === (event === 'opened' || event === 'closed' ? 1 : 2)) client.destroy();
    },
  });
  await client.request().then(
    (response) => response.text(),
    () => {},
  );
  const more = [1, 2, 3].map(async () => (await client.request()).text());
  const ends = Promise.allSettled(more);
  if (event === 'closed') client.close();
  for (const end of await ends)
    if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'client-closed' });
  await client.close();
  nothingUnhandled();
});

test.each(['opened', 'request'] as const)(
  'destroyed at "%s", a body is not begun any more',
  async (event) => {
    const { url } = await serve((peer) => answerAll(peer));
    const client: Client = new Client(url, {
      observe({ type }) {
        if (type === event) client.destroy();
      },
    });
    let made = 0;
    async function* body(): AsyncGenerator<string> {
      for (; made < 1000; made++) yield 'part'; // what goes on for ever would never let the event loop turn
    }
    await expect(client.request({ method: 'POST', body })).rejects.toMatchObject({ code: 'client-closed' });
    await client.close();
    expect(made).toBe(0);
  },
);

test('destroyed while content is read, in each turn of the event loop', async () => {
  const nothingUnhandled = watchProcess();
  const { url } = await serve((peer) => answerAll(peer, () => ok('x'.repeat(300_000))));
  for (let turns = 0; turns < 12; turns++) {
    const client = new Client(url);
    const reading = client.request().then((response) => response.text());
    const end = reading.then(
      () => 'whole',
      ({ code }) => code,
    );
    for (let i = 0; i < turns; i++) await new Promise(setImmediate);
    client.destroy();
    expect(['whole', 'client-closed']).toContain(await end);
    await client.close();
  }
  nothingUnhandled();
});
