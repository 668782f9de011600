// tRPC: procedures that are called by their types. Its adapter takes a server of `ws`; its client takes a class as the browser
// has it, and moves to another connection while the first is open.

import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../src/properties/deferred.ts';
import { listening, PAIRS, TITLE } from './pairs.ts';

const t = initTRPC.context<{ name: string | undefined }>().create();
/** A client that continues a subscription adds what it has received. */
const position = (input: unknown) => input as { lastEventId?: string };

let ended = deferred();
const router = t.router({
  hello: t.procedure.input(String).query(({ input, ctx }) => `hello ${input}, I am ${ctx.name}`),
  fail: t.procedure.mutation(() => {
    throw new TRPCError({ code: 'CONFLICT', message: 'twice' });
  }),
  /** Three numbers for each connection. */
  count: t.procedure.input(position).subscription(async function* ({ input, signal }) {
    const last = Number(input.lastEventId ?? 0);
    try {
      for (const next of [1, 2, 3].map((i) => last + i)) yield tracked(String(next), next);
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    } finally {
      ended.resolve();
    }
  }),
});

describe.each(PAIRS)(TITLE, ({ WebSocketServer, WebSocket }) => {
  async function serve(onError: (error: TRPCError) => void = () => {}) {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const handler = applyWSSHandler({
      wss,
      router,
      createContext: ({ info }) => {
        const name = info.connectionParams?.['name'];
        if (name === 'nobody') throw new TRPCError({ code: 'UNAUTHORIZED' });
        return { name };
      },
      onError: ({ error }) => onError(error),
    });
    return { handler, url: `ws://127.0.0.1:${await listening(wss)}/` };
  }

  function connect(url: string, name: string, onClose: () => void = () => {}) {
    const client = createWSClient({
      url,
      WebSocket,
      connectionParams: { name },
      retryDelayMs: () => 1,
      onClose,
    });
    onTestFinished(() => void client.close());
    return createTRPCClient<typeof router>({ links: [wsLink({ client })] });
  }

  test('queries, and a mutation that fails', async () => {
    const client = connect((await serve()).url, 'me');
    const names = ['a', '한글', 'x'.repeat(100_000)];
    const answers = await Promise.all(names.map((name) => client.hello.query(name)));
    expect(answers).toEqual(names.map((name) => `hello ${name}, I am me`));
    await expect(client.fail.mutate()).rejects.toThrow('twice');
  });

  test('a subscription is continued on another connection, until the client ends it', async () => {
    const { url, handler } = await serve();
    const received: number[] = [];
    const reached = { 3: deferred(), 6: deferred() };
    const subscription = connect(url, 'me').count.subscribe(
      {},
      {
        onData: ({ data }) => {
          received.push(data);
          if (data === 3 || data === 6) reached[data].resolve();
        },
      },
    );
    await reached[3].promise;
    handler.broadcastReconnectNotification();
    await reached[6].promise;
    expect(received).toEqual([1, 2, 3, 4, 5, 6]);
    ended = deferred();
    subscription.unsubscribe();
    await ended.promise;
  });

  test('who is not let in is closed', async () => {
    const [refused, closed] = [deferred<TRPCError>(), deferred()];
    const { url } = await serve(refused.resolve);
    await expect(connect(url, 'nobody', closed.resolve).hello.query('a')).rejects.toThrow();
    expect(await refused.promise).toMatchObject({ code: 'UNAUTHORIZED' });
    await closed.promise;
  });
});
