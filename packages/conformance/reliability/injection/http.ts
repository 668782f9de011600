/** What programs give http-mini to write: its server's answers, its client's requests, and what a fetch app answers. */
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import {
  Client,
  type Connect,
  createServer,
  type FieldsInit,
  type Handler,
  type HttpResponse,
  type Origin,
  request,
  switchProtocols,
} from 'http-mini';
import { toHandler } from 'http-mini/fetch';
import { RequestParser } from 'http-mini/wire';
import {
  ANY_SIZE,
  asItIs,
  asUtf8,
  asValue,
  contentOf,
  given,
  HARMLESS,
  MARK,
  nameIn,
  type Place,
  type Put,
  startOf,
  valueIn,
  type Written,
} from './place.ts';

// ── The notations of fields, each of which is read by code of its own ──

type Notation = readonly [how: string, of: (put: Put) => FieldsInit, at: Place['at'], more: Partial<Place>];

const notations = (name: string): readonly Notation[] => [
  [
    `${name}, of an object`,
    (put) => {
      const fields = { 'x-before': '1' };
      put(fields, name);
      return Object.assign(fields, { 'x-after': '2' });
    },
    valueIn(name),
    {},
  ],
  [
    `${name}, of pairs`,
    (put) => {
      const pair: [string, string] = [name, ''];
      put(pair, '1');
      return [['x-before', '1'], pair, ['x-after', '2']];
    },
    valueIn(name),
    {},
  ],
  [
    `${name}, one of several`,
    (put) => {
      const values = ['first'];
      put(values, '0');
      return { 'x-before': '1', [name]: values, 'x-after': '2' };
    },
    valueIn(name),
    {},
  ],
  [
    'a name, of pairs',
    (put) => {
      const pair: [string, string] = ['', MARK];
      put(pair, '0');
      return [['x-before', '1'], pair, ['x-after', '2']];
    },
    nameIn(MARK),
    { becomes: asItIs },
  ],
  [
    'a name, of an object',
    (put) => {
      const name = given(put) as string;
      return { 'x-before': '1', [name]: MARK, 'x-after': '2' };
    },
    nameIn(MARK),
    { becomes: asItIs, onlyText: true }, // any key of an object is one
  ],
];

// ── The server ──

function served(
  field: string,
  at: Place['at'],
  handler: (put: Put) => Handler,
  more: Partial<Place> = {},
): Place {
  return {
    writer: 'http-mini server',
    field,
    side: 'response',
    harmless: HARMLESS,
    becomes: asValue,
    at,
    write: (put) => answerOf(handler(put)),
    ...more,
  };
}

/** All that a server sends for one request, on a transport in memory. */
export async function answerOf(handler: Handler, asked: string | Uint8Array = ASKED): Promise<Written> {
  let error: unknown;
  const server = createServer(handler, { onError: (reported) => (error ??= reported) });
  const [ours, theirs] = duplexPair();
  const parts: Uint8Array[] = [];
  theirs.on('data', (part) => parts.push(part)).on('error', () => {});
  ours.once('close', () => theirs.destroy()); // a pair in memory carries no reset
  const closed = new Promise((resolve) => theirs.once('end', resolve).once('close', resolve));
  server.accept(ours);
  theirs.end(asked);
  await closed;
  server.destroy();
  return { bytes: Buffer.concat(parts), error };
}

const ASKED = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: plain\r\nConnection: upgrade, close\r\n\r\n';

function answer(put: Put, key: keyof HttpResponse): HttpResponse {
  const response: HttpResponse = { status: 200, reason: 'x', body: 'content' };
  put(response, key);
  return response;
}

const answers: readonly Place[] = [
  served('status', startOf(1), (put) => () => answer(put, 'status'), { harmless: 201 }),
  served('reason', startOf(2), (put) => () => answer(put, 'reason'), { becomes: asItIs }),
  served('body', contentOf, (put) => () => answer(put, 'body'), { becomes: asUtf8, onlyText: true }),
  ...['x-place', 'set-cookie', 'location', 'content-type', 'etag', 'server'].flatMap((name) =>
    notations(name).map(([how, fields, at, more]) =>
      served(`headers: ${how}`, at, (put) => () => ({ headers: fields(put) }), more),
    ),
  ),
  ...notations('x-place').flatMap(([how, fields, at, more]) => [
    served(`trailers: ${how}`, at, (put) => () => ({ trailers: fields(put), body: 'content' }), more),
    served(
      `trailers, later: ${how}`,
      at,
      // What is refused once the head has left can only cut the message off, which says so.
      (put) => () => ({ trailers: () => fields(put), body: 'content' }),
      more,
    ),
    served(
      `1xx: ${how}`,
      at,
      (put) => (received) => {
        received.inform(103, fields(put));
        return {};
      },
      more,
    ),
    served(
      `101: ${how}`,
      at,
      (put) => () => {
        const fieldsOf = [...pairsOf(fields(put)), ['Upgrade', 'plain'] as const];
        return switchProtocols(fieldsOf as [string, string][], (transport) => transport.end());
      },
      more,
    ),
  ]),
];

/** As a program would add one: without a look at what is in there. */
function pairsOf(fields: FieldsInit): (readonly [string, unknown])[] {
  if (Symbol.iterator in fields) return [...(fields as Iterable<[string, string]>)];
  return Object.entries(fields).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one) => [name, one] as const) : [[name, value] as const],
  );
}

// ── A fetch app ──

/** A Response as a polyfill may make it, which checks nothing. */
function unchecked(
  put: Put,
  key: 'statusText' | 'status' | undefined,
  fields: readonly (readonly [string, unknown])[],
): Response {
  const headers = Object.assign([...fields], { has: () => false, get: () => null });
  const response = { status: 200, statusText: 'x', headers, body: null, bodyUsed: false };
  if (key !== undefined) put(response, key);
  return response as unknown as Response;
}

const apps: readonly Place[] = [
  served('statusText', startOf(2), (put) => toHandler(() => unchecked(put, 'statusText', [])), {
    // Without one, and for what is none, the usual one.
    becomes: (text) => (['', 'NaN', 'null'].includes(text) ? ['OK'] : [text]),
  }),
  served('status', startOf(1), (put) => toHandler(() => unchecked(put, 'status', [])), { harmless: 201 }),
  ...notations('x-place').map(([how, fields, at, more]) =>
    served(
      `headers: ${how}`,
      at,
      (put) => toHandler(() => unchecked(() => {}, undefined, pairsOf(fields(put)))),
      more,
    ),
  ),
  served(
    'headers of the platform',
    valueIn('x-place'),
    (put) => toHandler(() => new Response('content', { headers: { 'x-place': given(put) as string } })),
    { becomes: (text) => [...asValue(text), text.trim()], onlyText: true },
  ),
].map((place) => ({ ...place, writer: 'http-mini/fetch' }));

// ── The client ──

type Ask = (put: Put, connect: Connect) => Promise<unknown>;

function asked(field: string, at: Place['at'], ask: Ask, more: Partial<Place> = {}): Place {
  return {
    writer: 'http-mini client',
    field,
    side: 'request',
    harmless: HARMLESS,
    becomes: asValue,
    at,
    write: (put) => requestOf((connect) => ask(put, connect)),
    ...more,
  };
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** What went out on one connection, and where it led. */
export interface Sent {
  readonly origin: Origin;
  bytes: Uint8Array;
}

/**
 * All that a client sends, by connections: each is answered as soon as one request has come on it, and closed.
 * @param answer to the connection with this number, from 0
 */
export async function conversationsOf(
  ask: (connect: Connect) => Promise<unknown>,
  answer: (number: number) => string | Uint8Array = () => ANSWER,
): Promise<{ readonly sent: readonly Sent[]; readonly error: unknown }> {
  const sent: Sent[] = [];
  const opened: Duplex[] = [];
  const connect: Connect = (origin) => {
    const [ours, theirs] = duplexPair();
    opened.push(ours, theirs);
    const number = sent.length;
    const one: Sent = { origin, bytes: new Uint8Array(0) };
    sent.push(one);
    const parser = new RequestParser(ANY_SIZE);
    theirs
      .on('error', () => {})
      .on('data', (part: Uint8Array) => {
        one.bytes = Buffer.concat([one.bytes, part]);
        parser.receive(part);
        try {
          for (let event = parser.next(); event !== undefined; event = parser.next())
            if (event.type === 'end' && !theirs.writableEnded) theirs.end(answer(number));
        } catch {
          theirs.end();
        }
      });
    return ours;
  };
  let error: unknown;
  try {
    await ask(connect);
  } catch (thrown) {
    error = thrown;
  }
  await turn(); // what was written behind the request comes, too
  for (const one of opened) one.destroy();
  return { sent, error };
}

async function requestOf(ask: (connect: Connect) => Promise<unknown>): Promise<Written> {
  const { sent, error } = await conversationsOf(ask);
  return { bytes: Buffer.concat(sent.map(({ bytes }) => bytes)), error };
}

function send(key: string, more: Record<string, unknown> = {}): Ask {
  return async (put, connect) => {
    const options = { ...more };
    put(options, key);
    return (await new Client('http://a', { connect }).request(options)).bytes();
  };
}

function sendBody(body: (put: Put) => FormData | URLSearchParams): Ask {
  return async (put, connect) =>
    (await new Client('http://a', { connect }).request({ method: 'POST', body: body(put) })).bytes();
}

/** Through the platform's own URL, which encodes. */
function sendUrl(url: (text: string) => string): Ask {
  return async (put, connect) => (await request(url(text(put)), { connect })).bytes();
}

/** Its boundary is drawn anew each time, so it is the parts that are counted. */
const parts: Place['at'] = (messages) => ({
  found: [],
  rest: messages.map(({ start, fields, content }) => {
    const boundary = /boundary="?([^";]+)/.exec(
      fields.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '',
    )?.[1];
    const lines = content.split(`--${boundary}`).map((part) => part.split('\r\n\r\n')[0]!.split('\r\n'));
    return [
      start,
      fields.length,
      lines.map((names) => names.map((line) => line.slice(0, line.indexOf(':') + 1))),
    ];
  }),
});

const text = (put: Put): string => given(put) as string;

const ENCODED: Partial<Place> = { becomes: undefined, onlyText: true };

const requests: readonly Place[] = [
  asked('method', startOf(0), send('method'), { becomes: asItIs, harmless: 'PUT', longest: 64 }),
  asked('target', startOf(1), send('target'), { becomes: asItIs, harmless: '/plain' }),
  asked('httpVersion', startOf(2), send('httpVersion'), { becomes: asItIs, harmless: '1.1' }),
  asked('connection', valueIn('connection'), send('connection'), { harmless: 'close' }),
  asked('body', contentOf, send('body', { method: 'POST' }), { becomes: asUtf8, onlyText: true }),
  ...['x-place', 'host', 'cookie', 'user-agent', 'authorization'].flatMap((name) =>
    notations(name).map(([how, fields, at, more]) =>
      asked(
        `headers: ${how}`,
        at,
        async (put, connect) =>
          (await new Client('http://a', { connect }).request({ headers: fields(put) })).bytes(),
        more,
      ),
    ),
  ),
  ...notations('x-place').map(([how, fields, at, more]) =>
    asked(
      `trailers: ${how}`,
      at,
      async (put, connect) =>
        (
          await new Client('http://a', { connect }).request({
            method: 'POST',
            body: 'a',
            trailers: fields(put),
          })
        ).bytes(),
      more,
    ),
  ),
  asked(
    'URL: path',
    startOf(1),
    sendUrl((part) => `http://a/${part}`),
    ENCODED,
  ),
  asked(
    'URL: query',
    startOf(1),
    sendUrl((part) => `http://a/?${part}`),
    ENCODED,
  ),
  asked(
    'multipart: a name',
    parts,
    sendBody((put) => {
      const form = new FormData();
      form.append(text(put), 'value');
      return form;
    }),
    ENCODED,
  ),
  asked(
    'multipart: a file name',
    parts,
    sendBody((put) => {
      const form = new FormData();
      form.append('name', new Blob(['value']), text(put));
      return form;
    }),
    ENCODED,
  ),
  asked(
    'multipart: a type',
    parts,
    sendBody((put) => {
      const form = new FormData();
      const blob = new Blob(['value']);
      const type = text(put);
      Object.defineProperty(blob, 'type', { get: () => type }); // a polyfill's may hold anything
      form.append('name', blob, 'file');
      return form;
    }),
    ENCODED,
  ),
  asked(
    'a form: a name and a value',
    contentOf,
    sendBody((put) => new URLSearchParams([[text(put), text(put)]])),
    ENCODED,
  ),
];

export const httpPlaces: readonly Place[] = [...answers, ...apps, ...requests];
