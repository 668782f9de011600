/** http-mini's server alone, by a raw socket that sends what no client would: laws 1, 4 and 9. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { createServer, type Handler, type HttpError, type HttpServer, type ServerOptions } from 'http-mini';
import { anyNoise, anyRequestBytes } from '../arbitraries/http-messages.ts';
import { anyPieces, cut } from '../arbitraries/pieces.ts';
import { nextTurn } from '../peers/cutting-proxy.ts';
import { expectSame } from './expect.ts';
import { type Property, property } from './property.ts';

const NAME = 'http-mini server';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

export interface Served {
  readonly server: Pick<HttpServer, 'connections' | 'close' | 'destroy'>;
  readonly port: number;
  /** What `onError` was told. */
  readonly errors: HttpError[];
}

export async function serve(handler: Handler, options: ServerOptions = {}): Promise<Served> {
  const errors: HttpError[] = [];
  const onError = (error: HttpError): void => void errors.push(error);
  const server = createServer(handler, { onError, lingerTimeout: 20, date: () => 784111777000, ...options });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, port, errors };
}

/** Content comes back chunked, or with its length, or is not read, as the path says. */
const handler: Handler = async (request) => {
  if (request.method === 'CONNECT') return { status: 501, headers: { Connection: 'close' } }; // no tunnel
  const kind = request.path.length % 3;
  if (kind === 0) return { body: request.method };
  return kind === 1
    ? { body: ['<', await request.bytes(), '>'] }
    : { status: 201, body: await request.bytes() };
};

interface Client {
  readonly socket: Socket;
  /** Resolves with all that was received when the connection is over, however it ended. */
  readonly closed: Promise<string>;
}

async function open(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let received = '';
  socket.on('error', () => {}); // a reset after bytes that were not wanted
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  socket.on('end', () => socket.end());
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  await once(socket, 'connect');
  return { socket, closed };
}

async function ask(port: number, pieces: readonly Uint8Array[]): Promise<string> {
  const { socket, closed } = await open(port);
  for (const piece of pieces) {
    socket.write(piece);
    await nextTurn();
  }
  socket.end();
  return closed;
}

export function cutRequestsAnswered(start: typeof serve = serve): Property {
  return property(
    1,
    'any cut gives the same answers',
    NAME,
    fc.record({ bytes: anyRequestBytes, pieces: anyPieces }),
    async () => {
      const { server, port } = await start(handler);
      return {
        async check({ bytes, pieces }) {
          expectSame('answers', await ask(port, cut(bytes, pieces)), await ask(port, [bytes]));
        },
        stop: async () => server.destroy(),
      };
    },
  );
}

export function garbageIsAnswered(start: typeof serve = serve): Property {
  return property(
    4,
    'garbage ends in answers or errors, and the end',
    NAME,
    fc.oneof(anyRequestBytes, anyNoise),
    async () => {
      const { server, port, errors } = await start(handler);
      return {
        async check(bytes) {
          const answers = await ask(port, [bytes]);
          expectSame(
            'whether these are answers',
            /^(HTTP\/1\.1 [2-5]\d\d |HTTP\/1\.1 100 |$)/.test(answers),
            true,
          );
          for (const { name, by } of errors.splice(0)) expectSame('error', [name, by], ['HttpError', 'peer']);
          await until(() => server.connections === 0);
        },
        stop: async () => server.destroy(),
      };
    },
  );
}

export function goingAwayLeavesNothing(start: typeof serve = serve): Property {
  return property(
    4,
    'who goes away at any byte leaves nothing behind',
    NAME,
    fc.record({ bytes: anyRequestBytes, turns: fc.nat(3) }),
    async () => {
      const { server, port } = await start(handler);
      return {
        async check({ bytes, turns }) {
          const { socket, closed } = await open(port);
          socket.write(bytes);
          for (let i = 0; i < turns; i++) await nextTurn();
          socket.resetAndDestroy();
          await closed;
          await until(() => server.connections === 0);
          expectSame(
            'what the next gets',
            (await ask(port, [Buffer.from(GET)])).slice(0, 12),
            'HTTP/1.1 200',
          );
        },
        stop: async () => server.destroy(),
      };
    },
  );
}

const HALF = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc';
const anySteps = fc.array(
  fc.constantFrom('send', 'half', 'content', 'answer', 'end', 'reset', 'turn', 'close'),
  { minLength: 1, maxLength: 12 },
);

/** Sending, answering, closing and going away, in any order. */
export function serverComesToAnEnd(start: typeof serve = serve): Property {
  return property(
    9,
    'both sides end, and agree on it',
    NAME,
    fc.record({ steps: anySteps, reads: fc.boolean() }),
    async () => ({
      async check({ steps, reads }) {
        const waiting: (() => void)[] = [];
        const { server, port } = await start(
          async (request) => {
            await new Promise<void>((resolve) => waiting.push(resolve));
            return { body: reads ? await request.bytes() : ['x'] };
          },
          { closeTimeout: 30 },
        );
        const { socket, closed } = await open(port);
        for (const step of steps) {
          if (step === 'send') socket.write(GET);
          else if (step === 'half') socket.write(HALF);
          else if (step === 'content') socket.write('def');
          else if (step === 'answer') waiting.shift()?.();
          else if (step === 'end') socket.end();
          // Node forgets to tell of a reset after an end, so a client that has ended just goes.
          else if (step === 'reset' && steps.includes('end')) socket.destroy();
          else if (step === 'reset') socket.resetAndDestroy();
          else if (step === 'close') void server.close();
          else await nextTurn();
        }
        const closing = server.close();
        await until(() => {
          waiting.shift()?.();
          return server.connections === 0;
        });
        await closing;
        expectSame('whether these are answers', /^(HTTP\/1\.1 [1-5]\d\d |$)/.test(await closed), true);
      },
    }),
  );
}

/** Turn by turn; a run that never gets there fails by its deadline. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}
