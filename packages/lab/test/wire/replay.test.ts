// What the real protocols make of a recording, whole, changed and cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exchangeOf } from '../../src/wire/catalogue.ts';
import { bytesOf, edited, type Recording, recut } from '../../src/wire/recording.ts';
import { answered, replay } from '../../src/wire/replay.ts';
import { cutTwice, recordings } from './arbitraries.ts';

const exchange = (id: string) => exchangeOf(id)!;
const utf8 = (text: string) => new TextEncoder().encode(text);
const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const said = (recording: Recording) => {
  const { server, client } = replay(recording);
  const of = ({ events }: typeof server) => events.map(({ kind, value }) => `${kind} ${value}`.trim());
  return { server: of(server), client: of(client) };
};
/** A client's or server's bytes alone. */
const only = (
  from: 'client' | 'server',
  text: string | Uint8Array,
  begins: Recording['begins'] = 'http',
) => ({
  begins,
  passages: [{ from, bytes: typeof text === 'string' ? utf8(text) : text }],
});

test('any cut gives the same events, answers and broken rule', () => {
  fc.assert(
    fc.property(cutTwice, ([one, other]) => {
      const [a, b] = [replay(one), replay(other)];
      for (const side of ['server', 'client'] as const) {
        expect(b[side].events.map(({ kind, value }) => [kind, value])).toEqual(
          a[side].events.map(({ kind, value }) => [kind, value]),
        );
        expect(hex(b[side].answer)).toBe(hex(a[side].answer));
        expect(b[side].broken).toEqual(a[side].broken);
      }
    }),
    { numRuns: 500 },
  );
});

test('an event comes with the piece that completes it', () => {
  const cut = recut(exchange('ws-text'), () => 5);
  expect(replay(cut).server.events).toEqual([{ kind: 'text', value: '안녕', after: 12 }]);
  const keep = recut(exchange('http-keep'), () => 10);
  expect(replay(keep).server.events.map(({ after }) => after)).toEqual([27, 57, 83]);
});

test('tells what passes in each exchange', () => {
  expect(said(exchange('http-continue'))).toEqual({
    server: ['request POST /', 'content 안녕'],
    client: ['interim 100 Continue', 'response 200 OK', 'content 안녕'],
  });
  expect(said(exchange('http-chunked')).client).toEqual([
    'response 200 OK',
    'content 안녕',
    'trailers Server-Timing: greet;dur=0.1',
  ]);
  expect(said(exchange('ws-open')).client).toEqual([
    'response 101 Switching Protocols',
    'switched websocket',
    'text hi',
  ]);
  expect(said(exchange('ws-fragments'))).toEqual({
    server: ['ping ?', 'text 안녕'],
    client: ['pong ?', 'text 안녕'],
  });
  expect(said(exchange('ws-close'))).toEqual({ server: ['close 1000 bye'], client: ['close 1000 bye'] });
});

test('a changed byte of a request: the rule that it breaks, where, and the refusal', () => {
  const { server } = replay(edited(exchange('http-close'), 'client', 20, 21, utf8(' :')));
  expect(server.broken).toMatchObject({ code: 'whitespace-before-colon', rule: 'RFC 9112 5.1', offset: 20 });
  expect(server.broken!.message).toMatch(/^[^()]*colon[^()]*$/); // what is wrong, without the rule
  expect(ascii(server.answer)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test('a changed bit of a frame: a Close says which rule', () => {
  const { server } = replay(edited(exchange('ws-text'), 'client', 1, 2, Uint8Array.of(0x06)));
  const message = 'a client must mask every frame';
  expect(server.broken).toMatchObject({ code: 'frame-not-masked', rule: 'RFC 6455 5.1', message });
  expect(hex(server.answer)).toMatch(/^88..03ea/);
});

test('the offset of a frame counts from the first byte of the connection', () => {
  const { passages } = exchange('ws-open');
  const recording: Recording = {
    begins: 'http',
    passages: [...passages, { from: 'client', bytes: Uint8Array.of(0x83, 0x80, 0, 0, 0, 0) }],
  };
  expect(replay(recording).server.broken).toMatchObject({ code: 'opcode-unknown', offset: 145 });
});

test('a handshake without its version gets 426 and the version', () => {
  const request = ascii(bytesOf(exchange('ws-open'), 'client')).replace('Version: 13', 'Version: 12');
  const { server } = replay(only('client', request));
  expect(server.broken).toMatchObject({ code: 'version-not-supported', rule: 'RFC 6455 4.2.2' });
  expect(ascii(server.answer)).toMatch(/^HTTP\/1\.1 426 [\s\S]*Sec-WebSocket-Version: 13/);
});

test('a client refuses an Accept that does not follow from the key', () => {
  const accept = ascii(bytesOf(exchange('ws-open'), 'server')).indexOf('s3pP');
  const { client } = replay(edited(exchange('ws-open'), 'server', accept, accept + 1, utf8('S')));
  expect(client.broken).toMatchObject({ code: 'accept-wrong', rule: 'RFC 6455 4.1' });
});

test('a client refuses a response that nobody asked for, and a change of protocol that nobody asked for', () => {
  const extra = edited(exchange('http-close'), 'server', 141, 141, utf8('HTTP/1.1 200 OK\r\n\r\n'));
  expect(replay(extra).client.broken).toMatchObject({ code: 'unsolicited-response', offset: 141 });
  const [asked] = exchange('http-keep').passages;
  const switching = { from: 'server' as const, bytes: bytesOf(exchange('ws-open'), 'server') };
  expect(replay({ begins: 'http', passages: [asked!, switching] }).client.broken).toMatchObject({
    code: 'unsolicited-response',
  });
});

test('a client reads what a server answers to half a request, or to none of ours', () => {
  const answer = {
    from: 'server' as const,
    bytes: utf8('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
  };
  for (const request of ['GET / HT', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n']) {
    const { client } = replay({
      begins: 'http',
      passages: [{ from: 'client', bytes: utf8(request) }, answer],
    });
    expect(client.events).toMatchObject([{ kind: 'response', value: '400 Bad Request' }]);
    expect(client.broken).toBeUndefined();
  }
});

test('without the client, each response is read as one to GET', () => {
  const two = 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  expect(said(only('server', two)).client).toEqual([
    'response 204 No Content',
    'response 200 OK',
    'content ok',
  ]);
  expect(said(only('server', bytesOf(exchange('ws-open'), 'server'))).client).toContain('text hi');
});

test('half a request is no fault, and gets no answer yet', () => {
  for (const half of ['GET / HT', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc']) {
    const { server } = replay(only('client', half));
    expect(server.broken).toBeUndefined();
    expect(server.answer.length).toBe(0);
  }
});

test('a wrong byte in an unfinished line breaks its rule', () => {
  expect(replay(only('client', 'G\x00')).server.broken).toMatchObject({ code: 'invalid-method' });
  expect(replay(recut(only('client', 'G\x00'), () => 1)).server.broken).toMatchObject({
    code: 'invalid-method',
  });
});

test('content until close ends with the server’s FIN', () => {
  const bytes = utf8('HTTP/1.1 200 OK\r\n\r\nall of it');
  const passages = [{ from: 'server' as const, bytes }];
  expect(said({ begins: 'http', passages }).client).toEqual(['response 200 OK']);
  expect(said({ begins: 'http', passages: [{ ...passages[0]!, ends: true }] }).client).toEqual([
    'response 200 OK',
    'content all of it',
  ]);
});

test('answers made anew are those of the catalogue', () => {
  for (const id of ['http-close', 'http-keep', 'http-continue', 'ws-open', 'ws-fragments', 'ws-close']) {
    const anew = answered(exchange(id));
    expect(anew.passages.map(({ from, bytes, ends }) => [from, hex(bytes), ends])).toEqual(
      exchange(id).passages.map(({ from, bytes, ends }) => [from, hex(bytes), ends]),
    );
  }
});

test('an edit changes the bytes between two places, and no others', () => {
  fc.assert(
    fc.property(
      recordings,
      fc.constantFrom('client' as const, 'server' as const),
      fc.nat(200),
      fc.nat(5),
      fc.uint8Array({ maxLength: 5 }),
      (recording, side, start, removed, by) => {
        const before = [...bytesOf(recording, side)];
        fc.pre(before.length > 0);
        const at = start % (before.length + 1);
        const end = Math.min(before.length, at + removed);
        const other = side === 'client' ? 'server' : 'client';
        const after = edited(recording, side, at, end, by);
        before.splice(at, end - at, ...by);
        expect([...bytesOf(after, side)]).toEqual(before);
        expect(bytesOf(after, other)).toEqual(bytesOf(recording, other));
        expect(after.passages.length).toBe(recording.passages.length);
      },
    ),
  );
});

test('a cut changes no byte and no order', () => {
  fc.assert(
    fc.property(cutTwice, ([one, other]) => {
      const order = ({ passages }: Recording) =>
        passages.flatMap(({ from, bytes }) => Array.from(bytes, (byte) => `${from} ${byte}`));
      expect(order(other)).toEqual(order(one));
    }),
  );
});

test('whatever comes, the protocols say so and throw nothing', () => {
  fc.assert(
    fc.property(recordings, (recording) => {
      replay(recording);
      answered(recording);
    }),
    { numRuns: 500 },
  );
});
