// The tap sees every byte in both directions, and events in their order; it cannot do harm.
import { expect, test } from 'vitest';
import type { ServerEvent } from '../../src/index.ts';
import { CLOSE, chunkedPost, deferred, get, post, serve, statuses } from './support.ts';

test('its bytes are the bytes of the socket', async () => {
  const seen = { received: '', sent: '' };
  const { ask } = await serve(
    async (request) => {
      request.inform(103, { a: 'b' });
      if (request.path === '/large') return { body: ['x'.repeat(10_000), Buffer.alloc(100_000), 'y'] };
      return { body: await request.bytes() };
    },
    {
      observe: (event) => {
        if (event.type === 'received' || event.type === 'sent')
          seen[event.type] += Buffer.from(event.bytes).toString('latin1');
      },
    },
  );
  const requests =
    get('/large') +
    post('\xff'.repeat(50_000)) +
    chunkedPost('1\r\nx\r\n0\r\n\r\n', 'Expect: 100-continue') +
    get('/', CLOSE);
  const received = await ask(requests);
  expect(seen).toEqual({ received: requests, sent: received });
  seen.received = seen.sent = '';
  const refusal = await ask('bad\r\n\r\nand more');
  expect(seen).toEqual({ received: 'bad\r\n\r\nand more', sent: refusal });
});

test('its events tell connections apart and come in order', async () => {
  const all: string[] = [];
  const over = deferred();
  const note = (event: ServerEvent): void => {
    const { type, connection } = event;
    if (type === 'request') all.push(`${connection} ${type} ${event.head.target}`);
    else if (type === 'response') all.push(`${connection} ${type} ${event.status}`);
    else if (type === 'error') all.push(`${connection} ${type} ${event.error.code}`);
    else all.push(`${connection} ${type}`);
    if (all.filter((line) => line.endsWith('closed')).length === 2) over.resolve();
  };
  const { ask } = await serve(({ path }) => (path === '/' ? {} : Promise.reject('no')), { observe: note });
  await ask(get() + get('/x'));
  await ask('bad\r\n\r\n');
  await over.promise;
  const events = [
    ...all.filter((line) => line.startsWith('1')),
    ...all.filter((line) => line.startsWith('2')),
  ];
  expect(events).toEqual([
    '1 opened',
    '1 received',
    '1 request /',
    '1 response 200',
    '1 request /x',
    '1 sent',
    '1 error handler-failed',
    '1 response 500',
    '1 sent',
    '1 closed',
    '2 opened',
    '2 received',
    '2 error invalid-request-line',
    '2 response 400',
    '2 sent',
    '2 closed',
  ]);
});

test('a tap that throws is reported, and the requests are answered all the same', async () => {
  const observe = () => {
    throw new Error('no');
  };
  const { ask, errors } = await serve(async (request) => ({ body: await request.text() }), { observe });
  expect(statuses(await ask(post('abc') + get('/', CLOSE)))).toEqual([200, 200]);
  expect(new Set(errors.map(({ code, by }) => `${code} ${by}`))).toEqual(new Set(['handler-failed user']));
});

test('where the report throws as well, the requests are still answered', async () => {
  const fail = () => {
    throw new Error('no');
  };
  const { ask } = await serve(() => ({}), { observe: fail, onError: fail });
  expect(statuses(await ask(get('/', CLOSE)))).toEqual([200]);
});
