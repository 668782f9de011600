// graphql-ws: GraphQL with subscriptions. Its server takes a server of `ws` and sets its subprotocols afterwards; its
// client takes a class as the browser has it, and reads the codes of closing.

import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import type * as graphql from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../src/properties/deferred.ts';
import { listening, PAIRS, TITLE } from './pairs.ts';

/** Not imported: that would be its other build here, and it refuses what is made by two. */
const { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } = createRequire(import.meta.url)(
  'graphql',
) as typeof graphql;

type Options = Parameters<typeof useServer<Record<string, unknown>, Partial<Extra>>>[0];
type Fields = graphql.GraphQLFieldConfigMap<unknown, unknown>;

const hello = {
  type: GraphQLString,
  args: { to: { type: GraphQLString } },
  resolve: (_: unknown, { to }: { to?: string }) => `hello ${to}`,
};

async function answersTo(client: Client, query: string, variables = {}): Promise<unknown[]> {
  const answers: unknown[] = [];
  for await (const answer of client.iterate({ query, variables })) answers.push(answer);
  return answers;
}

describe.each(PAIRS)(TITLE, ({ WebSocketServer, WebSocket }) => {
  async function serve(subscriptions: Fields = {}, options: Partial<Options> = {}) {
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { hello } }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields: { hello, ...subscriptions } }),
    });
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
    const { dispose } = useServer({ schema, ...options } as Options, sockets);
    return { dispose, url: `ws://127.0.0.1:${await listening(sockets)}/graphql` };
  }

  function connect(url: string, options: Partial<ClientOptions> = {}): Client {
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
    onTestFinished(() => void client.dispose());
    return client;
  }

  test('a query, and a subscription to its end', async () => {
    async function* count() {
      for (const count of [1, 2, 3]) yield { count };
    }
    const { url } = await serve({ count: { type: GraphQLInt, subscribe: count } });
    const client = connect(url);
    const asked = answersTo(client, 'query ($to: String) { hello(to: $to) }', { to: '세상' });
    expect(await asked).toEqual([{ data: { hello: 'hello 세상' } }]);
    const counted = [1, 2, 3].map((count) => ({ data: { count } }));
    expect(await answersTo(client, 'subscription { count }')).toEqual(counted);
  });

  test('the client completes a subscription: the server ends it', async () => {
    const ended = deferred();
    async function* forever() {
      try {
        for (let forever = 0; ; forever++) {
          yield { forever };
          await setImmediate();
        }
      } finally {
        ended.resolve();
      }
    }
    const { url } = await serve({ forever: { type: GraphQLInt, subscribe: forever } });
    for await (const { data } of connect(url).iterate({ query: 'subscription { forever }' }))
      if (data?.['forever'] === 3) break;
    await ended.promise;
  });

  test('who is not let in gets 4403', async () => {
    const { url } = await serve(
      {},
      { onConnect: ({ connectionParams }) => connectionParams?.['token'] === 'right' },
    );
    const refused = connect(url, { connectionParams: { token: 'x' } });
    await expect(answersTo(refused, '{ hello }')).rejects.toMatchObject({ code: 4403, reason: 'Forbidden' });
    expect(await answersTo(connect(url, { connectionParams: { token: 'right' } }), '{ hello }')).toHaveLength(
      1,
    );
  });

  test('what is no message of the protocol gets 4400; a client without the subprotocol, 4406', async () => {
    const { url } = await serve();
    const endOf = async (socket: globalThis.WebSocket): Promise<unknown[]> => {
      const closed = deferred<{ code: number; reason: string; wasClean: boolean }>();
      socket.onclose = closed.resolve;
      socket.onerror = () => {};
      socket.onopen = () => socket.send('{');
      const { code, reason, wasClean } = await closed.promise;
      return [code, reason, wasClean];
    };
    const garbled = new WebSocket(url, 'graphql-transport-ws');
    expect(await endOf(garbled)).toEqual([4400, 'Invalid message received', true]);
    expect(await endOf(new WebSocket(url))).toEqual([4406, 'Subprotocol not acceptable', true]);
    expect(await endOf(new WebSocket(url, 'other'))).toEqual([1006, '', false]);
  });

  test('the server goes away: 1001', async () => {
    const { url, dispose } = await serve();
    const closed = deferred<unknown>();
    const client = connect(url, { lazy: false, on: { closed: closed.resolve }, onNonLazyError: () => {} });
    await answersTo(client, '{ hello }');
    await dispose();
    expect(await closed.promise).toMatchObject({ code: 1001, reason: 'Going away', wasClean: true });
  });
});
