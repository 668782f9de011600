// What a program hands over may throw at any moment, and anything: the client gets its answer or a cut, and the process lives.
import { describe, expect, test } from 'vitest';
import { createServer, type HttpResponse, type ServerOptions, switchProtocols } from '../../src/index.ts';
import { CLOSE, deferred, get, post, serve, statuses, turns } from './support.ts';

/** A Proxy that throws when it is looked at in any way. */
function revoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

/** Looks like an object, and cannot be asked what it is. */
const opaque = (): HttpResponse =>
  new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('ask me nothing');
      },
    },
  );

function fail(): never {
  throw new Error('no');
}

function failWithProxy(): never {
  throw revoked();
}

const withGetter = (name: string, getter: () => never): HttpResponse =>
  Object.defineProperty({}, name, { get: getter, enumerable: true });

describe('a handler', () => {
  const answers: Record<string, () => HttpResponse | Promise<HttpResponse>> = {
    'throws a revoked Proxy': failWithProxy,
    'rejects with a revoked Proxy': () => Promise.reject(revoked()),
    'answers a revoked Proxy': revoked,
    'answers a revoked Proxy later': async () => revoked(),
    'answers later with what cannot be asked what it is': async () => opaque(),
    'answers a symbol': () => Symbol('x') as never,
  };
  for (const name of ['status', 'reason', 'headers', 'body', 'trailers']) {
    for (const getter of [fail, failWithProxy]) {
      answers[`answers with a getter of ${name} that throws (${getter.name})`] = () =>
        withGetter(name, getter);
      answers[`answers later with a getter of ${name} that throws (${getter.name})`] = async () =>
        withGetter(name, getter);
    }
    answers[`answers with ${name} that is a revoked Proxy`] = () => ({ [name]: revoked() }) as never;
  }
  for (const [name, handler] of Object.entries(answers)) {
    test(`that ${name} is answered 500, and reported`, async () => {
      const { ask, errors } = await serve(({ path }) => (path === '/' ? handler() : { body: 'well' }));
      expect(statuses(await ask(get()))).toEqual([500]);
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
      expect(await ask(get('/other', CLOSE))).toMatch(/well$/);
    });
  }

  const contents: Record<string, () => HttpResponse> = {
    'a part that is a revoked Proxy': () => ({ body: [revoked()] }),
    'a part that is a promise of nothing good': () => ({ body: [Promise.reject(revoked()) as never] }),
    'a generator that throws a revoked Proxy': () => ({
      body: (function* () {
        yield 'x';
        failWithProxy();
      })(),
    }),
    'an iterator that answers a revoked Proxy': () => ({
      body: { [Symbol.asyncIterator]: () => ({ next: async () => revoked() }) },
    }),
    'trailers that throw a revoked Proxy': () => ({ body: 'x', trailers: failWithProxy }),
    'trailers that reject': () => ({ body: 'x', trailers: () => Promise.reject(revoked()) }),
    'trailers that answer a revoked Proxy': () => ({ body: 'x', trailers: () => revoked() }),
  };
  for (const [name, response] of Object.entries(contents)) {
    test(`whose content has ${name}: the connection is cut, and it is reported`, async () => {
      const { ask, errors } = await serve(async () => response());
      expect(await ask(get())).not.toContain('\r\n0\r\n\r\n');
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user' }]);
    });
  }

  test.each(Object.entries({ fail, failWithProxy, rejects: () => Promise.reject(revoked()) }))(
    'whose content does not let itself be let go (%s), when the client goes away, does no harm',
    async (_, letGo) => {
      const called = deferred();
      const body = {
        [Symbol.asyncIterator]: () => {
          const parts = ['begun'];
          return {
            next: () => {
              const value = parts.shift();
              return value === undefined
                ? new Promise<never>(() => {})
                : Promise.resolve({ done: false, value });
            },
            return: () => {
              called.resolve();
              return letGo() as never;
            },
          };
        },
      };
      const { connect, errors } = await serve(() => ({ body }));
      const client = await connect();
      client.send(get());
      await client.until('begun');
      client.socket.resetAndDestroy();
      await called.promise;
      await turns();
      expect(errors).toEqual([]);
    },
  );

  test.each([
    ['at once', failWithProxy],
    ['later', async () => failWithProxy()],
  ])('that takes over the socket and fails %s: it is closed, and reported', async (_, takeOver) => {
    const { ask, errors } = await serve(() => switchProtocols({ Upgrade: 'x' }, takeOver));
    await ask(get('/', 'Connection: upgrade', 'Upgrade: x'));
    expect(errors).toMatchObject([{ code: 'handler-failed' }]);
  });
});

describe('a callback', () => {
  const ways: Record<string, () => never> = {
    'that throws': fail,
    'that throws a revoked Proxy': failWithProxy,
    'that rejects': (async () => failWithProxy()) as never,
  };
  for (const [name, callback] of Object.entries(ways)) {
    test(`observe ${name} is reported`, async () => {
      const { ask, errors } = await serve(async (request) => ({ body: await request.text() }), {
        observe: callback,
      });
      expect(statuses(await ask(post('abc') + get('/', CLOSE)))).toEqual([200, 200]);
      await turns();
      expect(errors[0]).toMatchObject({ code: 'handler-failed', by: 'user' });
      expect(errors[0]!.message).toMatch(/^observe failed: (no|what was thrown says nothing) /);
    });

    test(`onError ${name} does no harm`, async () => {
      const { ask } = await serve(fail, { onError: callback, observe: callback });
      expect(statuses(await ask(get()))).toEqual([500]);
      expect(statuses(await ask('bad\r\n\r\n'))).toEqual([400]);
      await turns();
    });
  }

  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['throws a revoked Proxy', failWithProxy],
    ['tells no time', () => Number.NaN],
    ['tells nothing', () => undefined],
    ['tells a symbol', () => Symbol('x')],
  ])('for the time that %s is reported, and the real time goes on', async (_, time) => {
    const { ask, connect, errors } = await serve(() => ({}), {
      clock: time as () => number,
      date: time as () => number,
      idleTimeout: 20,
    });
    expect(await ask(get('/', CLOSE))).toMatch(/\r\nDate: \w{3}, \d\d \w{3} 20\d\d /);
    await (await connect()).closed();
    const names = new Set(errors.map(({ message }) => message.split(' ')[0]));
    expect(names).toEqual(new Set(['clock', 'date']));
  });
});

test('the reason stands in the message of what is reported, and the cause beside it', async () => {
  const cause = new Error('the disk is full');
  async function* failing(): AsyncGenerator<string> {
    yield 'x';
    throw cause;
  }
  const { ask, errors } = await serve(({ path }) => {
    if (path === '/content') return { body: failing() };
    throw cause;
  });
  const received = await ask(get());
  expect(received).not.toContain('disk'); // nobody else's affair
  await ask(get('/content'));
  expect(errors).toMatchObject([
    { message: 'the handler failed: the disk is full (RFC 9110 15.6.1)', cause },
    { message: "the handler's content failed: the disk is full (RFC 9110 15.6.1)", cause },
  ]);
});

test.each<[string, unknown]>([
  ['observe', 5],
  ['onError', {}],
  ['clock', 0],
  ['date', 'now'],
  ['allowMethods', 'GET'],
  ['allowMethods', ['GET', 5]],
  ['tls', 5],
])('%s as %j is refused before it can fail', (name, value) => {
  expect(() => createServer(() => ({}), { [name]: value } as ServerOptions)).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(`^${name} is `) }),
  );
});

test('a handler that is no function is refused', () => {
  const code = 'invalid-option';
  expect(() => createServer({ fetch() {} } as never)).toThrow(expect.objectContaining({ code }));
});
