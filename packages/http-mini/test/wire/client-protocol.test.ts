// Whole conversations of a client's connection, without a socket: what is sent, what comes, what is pulled, how it ends.
import fc from 'fast-check';
import {
  ClientProtocol,
  type ClientProtocolOptions,
  type EncodedRequest,
  encodeRequest,
  HttpError,
  latin1,
  type OutgoingRequest,
  octets,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { cutAt, every, manyCuts } from './cuts.ts';
import { errorOf } from './error-of.ts';
import { runs } from './runs.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n';
const UNTIL_CLOSE = 'HTTP/1.1 200 OK\r\n\r\nabc';
const ok = (body = 'ok', fields = '', version = '1.1'): string =>
  `HTTP/${version} 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

/** A request that is encoded, with content of `size` bytes, if there is any. */
const asked = (request: OutgoingRequest = {}, size: number | 'unknown' | null = null): EncodedRequest =>
  encodeRequest(request, size === 'unknown' ? undefined : size, 'a');
const get = asked();
const post = asked({ method: 'POST' }, 3);
const stream = asked({ method: 'POST' }, 'unknown');

function sent(protocol: ClientProtocol): string {
  const taken = protocol.output.take();
  const parts = typeof taken === 'string' ? [taken] : taken;
  return parts.map((part) => (typeof part === 'string' ? part : latin1(part, 0, part.length))).join('');
}

/** Pulls all that has come: a status for each head, content as it is, a full stop at its end, a code for a failure. */
function pulled(protocol: ClientProtocol): string {
  let text = '';
  for (;;) {
    const event = protocol.nextResponse() ?? protocol.nextContent();
    if (event === undefined) return text;
    if (event.type === 'failed') text += `!${event.error.code}`;
    else if (event.type === 'end') text += `${event.trailers?.get('x') ?? ''}.`;
    else if (event.type === 'content') text += latin1(event.bytes, 0, event.bytes.length);
    else if (event.type !== 'chunk-extensions') text += `${event.status} `;
  }
}

function receives(protocol: ClientProtocol, bytes: string): string {
  protocol.receive(octets(bytes));
  return pulled(protocol);
}

/** A protocol on which this many requests were answered. */
function warm(options: ClientProtocolOptions = {}, answered = 1): ClientProtocol {
  const protocol = new ClientProtocol(options);
  for (let i = 0; i < answered; i++) {
    protocol.request(get);
    expect(receives(protocol, ok(''))).toBe('200 .');
  }
  sent(protocol);
  return protocol;
}

describe('requests', () => {
  test('of text are as long as its bytes, not its characters (RFC 9110 8.6)', () => {
    const protocol = new ClientProtocol();
    protocol.request(asked({ method: 'POST' }, 5), 'ä한');
    expect(sent(protocol)).toBe(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\xc3\xa4\xed\x95\x9c',
    );
  });

  test('are sent whole, or begun and ended later', () => {
    const protocol = new ClientProtocol();
    protocol.request(post, 'abc');
    expect(sent(protocol)).toBe('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
    receives(protocol, ok());
    protocol.begin(asked({ method: 'PUT', trailers: 'later' }, 'unknown'));
    expect([protocol.sending, protocol.waitsFor, protocol.isIdle]).toEqual(['content', 'caller', false]);
    for (const part of ['abc', '', 'de']) protocol.send(octets(part));
    protocol.end({ x: 'y' });
    expect(sent(protocol)).toBe(
      'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n',
    );
    expect([protocol.sending, protocol.waitsFor]).toEqual(['idle', 'response']);
  });

  test('with trailers that are known are announced, and may be one call', () => {
    const request = asked({ method: 'PUT', trailers: { x: 'y' } }, 2);
    const once = new ClientProtocol();
    once.request(request, 'ä');
    const bytes = new ClientProtocol();
    bytes.request(request, octets('\xc3\xa4'));
    const later = new ClientProtocol();
    later.begin(request);
    later.send(octets('\xc3\xa4'));
    later.end();
    for (const protocol of [once, bytes, later])
      expect(sent(protocol)).toBe(
        'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n2\r\n\xc3\xa4\r\n0\r\nx: y\r\n\r\n',
      );
  });

  test('whose content is not what was announced throw, and nothing of them is sent', () => {
    const protocol = new ClientProtocol();
    for (const content of ['ab', 'abcd', 'äb ', undefined])
      expect(errorOf(() => protocol.request(post, content)).code).toBe('content-length-mismatch');
    expect([sent(protocol), protocol.isIdle]).toEqual(['', true]);
    protocol.begin(post);
    expect(errorOf(() => protocol.send(octets('abcd'))).code).toBe('content-length-mismatch');
    const short = new ClientProtocol();
    short.begin(post);
    short.send(octets('ab'));
    expect(errorOf(() => short.end()).code).toBe('content-length-mismatch');
  });

  test('that may not be sent now throw, and so does content without a request', () => {
    const busy = new ClientProtocol();
    busy.request(post, 'abc');
    for (const misuse of [
      () => busy.request(get),
      () => busy.begin(get),
      () => busy.send(octets('x')),
      () => busy.end(),
    ])
      expect(errorOf(misuse)).toMatchObject({ code: 'invalid-request', by: 'user' });
    expect(receives(busy, ok())).toBe('200 ok.');
  });
});

describe('pipelining (RFC 9112 9.3.2)', () => {
  test('answers come in the order of the requests, whose methods say how to read them', () => {
    const protocol = warm();
    for (const method of ['GET', 'HEAD', 'GET']) protocol.request(asked({ method }));
    expect(protocol.unanswered).toBe(3);
    expect(receives(protocol, ok('a') + ok('bc').slice(0, -2) + ok('d'))).toBe('200 a.200 .200 d.');
    expect([protocol.unanswered, protocol.isIdle]).toEqual([0, true]);
  });

  const put = (request: OutgoingRequest = {}): EncodedRequest => asked({ method: 'PUT', ...request }, 0);
  test.each<[takes: boolean, what: string, before: EncodedRequest, after: EncodedRequest, answered?: number]>(
    [
      [true, 'one that can be sent again behind another', get, put()],
      [false, 'on a connection that has not answered yet', get, get, 0],
      [false, 'behind a request that is not idempotent', post, get],
      [false, 'that is not idempotent', get, post],
      [false, 'behind content that can be had once', put({ isRepeatable: false }), get],
      [false, 'of content that can be had once', get, put({ isRepeatable: false })],
      [false, 'behind the last on the connection', asked({ connection: 'close' }), get],
      [true, 'that is the last on the connection', get, asked({ connection: 'close' })],
      [false, 'behind one after which the protocol may change', asked({ headers: { Upgrade: 'x' } }), get],
    ],
  )('%s: %s', (takes, _, before, after, answered = 1) => {
    const protocol = warm({}, answered);
    protocol.request(before, before === post ? 'abc' : undefined);
    expect([protocol.takes(after), protocol.isIdle]).toEqual([takes, false]);
  });

  test('nothing follows content that is still being sent, or a response that is the last', () => {
    const protocol = warm();
    protocol.begin(put());
    expect(protocol.takes(get)).toBe(false);
    protocol.end();
    expect(protocol.takes(get)).toBe(true);
    expect(receives(protocol, ok('ok', 'Connection: close\r\n').slice(0, -1))).toBe('200 o');
    expect(protocol.takes(get)).toBe(false);
  });
});

describe('persistence (RFC 9112 9.3, 9.6)', () => {
  test.each<[state: string, request: OutgoingRequest, response: string]>([
    ['open', {}, ok()],
    ['open', {}, CHUNKED],
    ['open', { method: 'HEAD' }, UNTIL_CLOSE.slice(0, -3)],
    ['open', {}, ok('ok', 'Connection: keep-alive\r\n', '1.0')],
    ['closed', {}, ok('ok', '', '1.0')],
    ['closed', {}, ok('ok', 'Connection: x, Close\r\n')],
    ['closed', { connection: 'close' }, ok()],
    ['closed', { httpVersion: '1.0' }, ok()],
    ['open', { httpVersion: '1.0', connection: 'keep-alive' }, ok()],
    ['closed', { headers: { Connection: 'close' } }, ok()],
  ])('%s after %o, %j', (state, request, response) => {
    const protocol = new ClientProtocol();
    protocol.request(asked(request));
    receives(protocol, response);
    expect([protocol.state, protocol.isIdle]).toEqual([state, state === 'open']);
  });

  test('content until close is complete with the end, and not with a loss', () => {
    const ended = new ClientProtocol();
    ended.request(get);
    expect([receives(ended, UNTIL_CLOSE), ended.waitsFor]).toEqual(['200 abc', 'content']);
    ended.receiveEnd();
    expect([pulled(ended), ended.state]).toEqual(['.', 'closed']);
    const lost = new ClientProtocol();
    lost.request(get);
    receives(lost, UNTIL_CLOSE);
    expect(lost.lost(new Error('reset'))).toMatchObject({
      type: 'failed',
      error: { code: 'incomplete-message', message: expect.stringContaining('reset') },
    });
    expect([lost.state, lost.nextContent()]).toEqual(['broken', undefined]);
  });

  test('close waits for what was sent, and takes nothing more', () => {
    const idle = new ClientProtocol();
    idle.close();
    expect([idle.state, idle.takes(get), idle.waitsFor]).toEqual(['closed', false, 'close']);
    const busy = warm();
    busy.request(get);
    busy.request(get);
    busy.close();
    expect([busy.takes(get), receives(busy, ok()), busy.state]).toEqual([false, '200 ok.', 'open']);
    expect([receives(busy, ok()), busy.state]).toEqual(['200 ok.', 'closed']);
  });
});

describe('interim responses (RFC 9110 15.2)', () => {
  test('come before the final one, as many as maxInformations', () => {
    const protocol = warm({ maxInformations: 2 });
    const early = 'HTTP/1.1 103 Early Hints\r\n\r\n';
    for (let i = 0; i < 2; i++) {
      protocol.request(get);
      expect(receives(protocol, early + early + ok())).toBe('103 103 200 ok.');
    }
    protocol.request(get);
    expect(receives(protocol, early.repeat(3))).toBe('103 103 !too-many-informations');
  });

  const expecting = asked({ method: 'PUT', expectContinue: true }, 3);

  test('100 lets content go on that waits for it, and only that', () => {
    const protocol = warm();
    protocol.request(get);
    protocol.begin(expecting);
    expect([protocol.sending, protocol.waitsFor]).toEqual(['expecting', 'continue']);
    expect([receives(protocol, CONTINUE), protocol.sending]).toEqual(['100 ', 'expecting']); // of the request before it
    const processing = 'HTTP/1.1 102 Processing\r\n\r\n';
    expect([receives(protocol, ok() + processing), protocol.sending]).toEqual(['200 ok.102 ', 'expecting']);
    expect([receives(protocol, CONTINUE), protocol.sending]).toEqual(['100 ', 'content']);
    sent(protocol);
    protocol.send(octets('abc'));
    protocol.end();
    expect([sent(protocol), receives(protocol, ok())]).toEqual(['abc', '200 ok.']);
  });

  test('content goes on as well when 100 took too long, or the caller does not care (RFC 9110 10.1.1)', () => {
    const late = new ClientProtocol();
    late.begin(expecting);
    expect([late.expire(), late.sending, late.state]).toEqual([undefined, 'content', 'open']);
    const bold = new ClientProtocol();
    bold.begin(expecting);
    bold.send(octets('abc'));
    expect(bold.sending).toBe('content');
  });

  test('a final response instead of 100 stops the content, and the connection ends with it', () => {
    for (const status of ['200 OK', '417 No']) {
      const protocol = warm();
      protocol.begin(expecting);
      sent(protocol);
      expect(receives(protocol, ok().replace('200 OK', status).slice(0, -1))).toMatch(/^\d+ o$/);
      expect([protocol.sending, protocol.state]).toEqual(['stopped', 'open']);
      protocol.send(octets('abc'));
      protocol.end();
      expect([sent(protocol), receives(protocol, 'k'), protocol.state]).toEqual(['', 'k.', 'closed']);
    }
  });
});

describe('responses that come before their request is complete (RFC 9110 7.5, RFC 9112 9.5)', () => {
  test.each([
    [299, 'content'],
    [300, 'stopped'],
  ])('%i: %s', (status, sending) => {
    const protocol = warm();
    protocol.begin(post);
    expect(receives(protocol, ok().replace('200', String(status)).slice(0, -1))).toMatch(/^\d+ o$/);
    expect(protocol.sending).toBe(sending);
  });

  test('an error stops the content, a success does not', () => {
    const refused = new ClientProtocol();
    refused.begin(stream);
    refused.send(octets('abc'));
    receives(refused, 'HTTP/1.1 413 Too Much\r\nContent-Length: 1\r\n\r\n');
    expect([refused.sending, refused.waitsFor, receives(refused, 'x'), refused.state]).toEqual([
      ...['stopped', 'content', 'x.', 'closed'],
    ]);
    const answered = new ClientProtocol();
    answered.begin(stream);
    expect([receives(answered, CHUNKED.slice(0, -5)), answered.sending]).toEqual(['200 abc', 'content']);
    answered.end();
    expect([receives(answered, CHUNKED.slice(-5)), answered.state]).toEqual(['y.', 'open']);
  });

  test('one that is complete stops the content, unless all that was announced is sent', () => {
    const half = new ClientProtocol();
    half.begin(post);
    half.send(octets('ab'));
    expect([receives(half, ok()), half.sending, half.state]).toEqual(['200 ok.', 'stopped', 'closed']);
    for (const status of ['200', '404']) {
      const whole = new ClientProtocol();
      whole.begin(post);
      whole.send(octets('abc'));
      receives(whole, ok().replace('200', status));
      expect([whole.sending, whole.isIdle, whole.waitsFor]).toEqual(['content', false, 'use']);
      whole.end();
      expect([whole.sending, whole.isIdle]).toEqual(['idle', true]);
    }
  });

  test('an error to the request before it stops nothing', () => {
    const protocol = warm();
    protocol.request(get);
    protocol.begin(asked({ method: 'PUT' }, 3));
    receives(protocol, ok().replace('200', '500'));
    expect(protocol.sending).toBe('content');
  });
});

describe('bytes that answer no request (RFC 9112 9.2)', () => {
  test.each([
    ['nothing was asked', '', ok()],
    ['a response is there already', ok(), ok()],
    ['there is more than Content-Length says', ok(), 'x'],
    ['a line end is left over', ok(), '\r\n'],
  ])('%s', (_, response, more) => {
    const protocol = new ClientProtocol();
    if (response !== '') protocol.request(get);
    expect(receives(protocol, response + more)).toMatch(/^(200 ok\.)?!unsolicited-response$/);
    expect([protocol.state, protocol.takes(get)]).toEqual(['broken', false]);
  });

  test('that are not pulled yet never pass for the next response', () => {
    const protocol = new ClientProtocol();
    protocol.receive(octets(ok()));
    expect([protocol.backlog > 0, protocol.isIdle, protocol.takes(get)]).toEqual([true, false, false]);
    expect(errorOf(() => protocol.request(get)).code).toBe('invalid-request');
  });
});

describe('switching (RFC 9110 7.8, 9.3.6)', () => {
  const upgrade = asked({ headers: { Upgrade: 'x' } });
  const connect = asked({ method: 'CONNECT', target: 'a:1' });
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n';
  const TUNNEL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

  test.each([
    ['101', upgrade, SWITCH, '101 .'],
    ['2xx to CONNECT', connect, TUNNEL, '200 .'],
  ])('%s: what follows belongs to the other protocol, in whatever pieces', (_, request, response, events) => {
    for (const pieces of manyCuts(octets(`${response}early`))) {
      const protocol = new ClientProtocol();
      protocol.request(request);
      let text = '';
      for (const piece of pieces) {
        if (protocol.state === 'open') protocol.receive(piece);
        text += pulled(protocol);
        if (protocol.state === 'switched') break;
      }
      expect([text, protocol.state, protocol.waitsFor]).toEqual([events, 'switched', 'close']);
      const leftover = protocol.leftover();
      expect('early'.startsWith(latin1(leftover, 0, leftover.length))).toBe(true);
    }
  });

  test('101 to a request that asked for nothing of the kind fails; without 101, HTTP goes on', () => {
    const protocol = new ClientProtocol();
    protocol.request(get);
    expect(receives(protocol, SWITCH)).toBe('!unsolicited-response');
    // "A client cannot begin using an upgraded protocol ... until it has completely sent the request message" (RFC 9110 7.8)
    const midway = new ClientProtocol();
    midway.begin(asked({ method: 'POST', headers: { Upgrade: 'x' } }, 3));
    midway.send(octets('ab'));
    expect(receives(midway, SWITCH)).toBe('!unsolicited-response');
    const multiple = new ClientProtocol();
    multiple.request(connect);
    expect(receives(multiple, ok().replace('200', '300'))).toBe('300 ok.');
    expect(multiple.state).toBe('open');
    for (const request of [upgrade, connect]) {
      const declined = new ClientProtocol();
      declined.request(request);
      expect(receives(declined, ok().replace('200', '403'))).toBe('403 ok.');
      expect(declined.isIdle).toBe(true);
    }
  });
});

describe('the end', () => {
  test('of the server at every byte: between responses it is fine, within one it is a failure', () => {
    const stream = ok('a') + CONTINUE + CHUNKED + ok('b');
    const bounds = [ok('a'), CONTINUE + CHUNKED, ok('b')];
    const places = bounds.map((_, i) => bounds.slice(0, i + 1).join('').length);
    for (let at = 0; at <= stream.length; at++)
      for (const isLost of [false, true]) {
        const protocol = warm();
        for (let i = 0; i < 3; i++) protocol.request(get);
        const complete = places.filter((place) => place <= at).length;
        let text = receives(protocol, stream.slice(0, at));
        if (isLost) text += `!${protocol.lost()?.error.code}`;
        else {
          protocol.receiveEnd();
          text += pulled(protocol);
        }
        const hasBegun = !places.includes(at) && at > 0;
        const code =
          complete === 3
            ? isLost
              ? '!undefined'
              : ''
            : hasBegun
              ? '!incomplete-message'
              : '!connection-closed';
        expect([at, text.split('.').length - 1, text.slice(text.indexOf('!') >>> 0)]).toEqual([
          at,
          complete,
          code,
        ]);
        expect(protocol.state).toBe(complete === 3 ? 'closed' : 'broken');
        // What of a response has come is not sent again; all the rest may be.
        expect(protocol.retriable.length).toBe(3 - complete - (hasBegun ? 1 : 0));
      }
  });

  test('a lost transport says why, if it knows', () => {
    for (const [begun, code, words] of [
      ['', 'connection-closed', 'the server closed the connection without a response'],
      ['HTTP', 'incomplete-message', 'the response broke off: the connection is gone'],
    ] as const)
      for (const cause of [undefined, new Error('ECONNRESET')]) {
        const protocol = new ClientProtocol();
        protocol.request(get);
        receives(protocol, begun);
        const { error } = protocol.lost(cause)!;
        expect([error.code, error.cause]).toEqual([code, cause]);
        const said =
          cause === undefined ? words : words.replace(/: the connection is gone$|$/, ': ECONNRESET');
        expect(error.message).toBe(`${said} (${error.rule})`);
      }
  });

  test('content is pulled from a response alone, and from an open connection', () => {
    const protocol = new ClientProtocol();
    protocol.request(get);
    expect(protocol.nextContent()).toBeUndefined();
    protocol.receive(octets(ok()));
    expect(protocol.nextContent()).toBeUndefined(); // its head was not pulled
    expect(protocol.nextResponse()).toMatchObject({ status: 200 });
    expect(protocol.fail(new HttpError('aborted', 'enough')).error.code).toBe('aborted');
    expect([protocol.nextContent(), protocol.nextResponse(), protocol.sending]).toEqual([
      undefined,
      undefined,
      'idle',
    ]);
    protocol.close();
    expect(protocol.fail(new HttpError('aborted', 'again')).error.message).toContain('again');
    expect(protocol.state).toBe('broken');
  });

  test('a failure comes once, and then nothing goes in or out', () => {
    const protocol = warm();
    protocol.begin(post);
    expect(receives(protocol, 'no HTTP\r\n')).toBe('!invalid-version');
    expect(protocol.sending).toBe('stopped');
    sent(protocol);
    protocol.send(octets('abc'));
    protocol.end();
    expect([receives(protocol, ok()), sent(protocol), protocol.backlog]).toEqual(['', '', 0]);
    expect([protocol.lost(), protocol.waitsFor]).toEqual([undefined, 'close']);
  });

  test.each<[retriable: number, what: string, end: (protocol: ClientProtocol) => unknown]>([
    [2, 'the connection is lost', (protocol) => protocol.lost()],
    [2, 'the server closes', (protocol) => [protocol.receiveEnd(), pulled(protocol)]],
    [1, 'the first is given up', (protocol) => protocol.fail(new HttpError('aborted', 'enough'))],
    [1, 'the first took too long', (protocol) => protocol.expire()],
    [1, 'of the first a byte has come', (protocol) => [receives(protocol, 'H'), protocol.lost()]],
    [1, 'the first has a response that is the last', (protocol) => receives(protocol, ok('', '', '1.0'))],
    [0, 'nothing has ended', () => {}],
  ])('%i of two may be sent again: %s (RFC 9112 9.3.1)', (retriable, _, end) => {
    const protocol = warm();
    const requests = [asked(), asked({ method: 'DELETE' })];
    for (const request of requests) protocol.request(request);
    end(protocol);
    expect(protocol.retriable).toEqual(requests.slice(2 - retriable));
  });

  test.each<[what: string, answered: number, request: EncodedRequest]>([
    ['on a connection that has never answered', 0, get],
    ['that is not idempotent', 1, post],
    ['of content that can be had once', 1, asked({ method: 'PUT', isRepeatable: false }, 3)],
  ])('a request %s is not sent again', (_, answered, request) => {
    const protocol = warm({}, answered);
    protocol.request(request, request === get ? undefined : 'abc');
    protocol.lost();
    expect(protocol.retriable).toEqual([]);
  });

  test.each<[waitsFor: string, error: string | undefined, state: string, begun: () => ClientProtocol]>([
    ['use', undefined, 'closed', () => warm()],
    ['response', 'response-timeout', 'broken', () => begun(get)],
    ['response', 'response-timeout', 'broken', () => begun(get, 'HTTP/1.1 2')],
    ['response', 'response-timeout', 'broken', () => begun(get, CONTINUE)],
    ['content', 'response-timeout', 'broken', () => begun(get, ok().slice(0, -1))],
  ])('when time is over for %s: %s, %s', (waitsFor, error, state, begun) => {
    const protocol = begun();
    expect(protocol.waitsFor).toBe(waitsFor);
    expect(protocol.expire()?.error.code).toBe(error);
    expect(protocol.state).toBe(state);
  });

  function begun(request: EncodedRequest, bytes = ''): ClientProtocol {
    const protocol = new ClientProtocol();
    protocol.request(request);
    receives(protocol, bytes);
    return protocol;
  }
});

// ── Law 1 ──

const responses = fc.constantFrom(
  ...[ok(), CHUNKED, CONTINUE + ok('abc'), 'HTTP/1.1 204 No Content\r\n\r\n', ok('ab', 'A: b\r\n c\r\n')],
  ...[ok('x', 'Connection: close\r\n'), UNTIL_CLOSE, ok('abc').slice(0, -1), 'no\r\n\r\n', 'HTTP/1.1 2', 'x'],
);

/** Requests that go out as soon as they may; then the server ends. */
function converse(pieces: readonly Uint8Array[], methods: readonly string[]): unknown {
  const protocol = warm();
  const waiting = methods.map((method) => asked({ method }));
  let told = '';
  while (waiting[0] !== undefined && protocol.takes(waiting[0])) protocol.request(waiting.shift()!);
  for (const piece of pieces) {
    protocol.receive(piece);
    told += pulled(protocol);
  }
  protocol.receiveEnd();
  told += pulled(protocol);
  return [
    told,
    protocol.state,
    protocol.waitsFor,
    protocol.unanswered,
    protocol.retriable.length,
    sent(protocol),
  ];
}

test('law 1: any cut of the same bytes gives the same responses and states', () => {
  fc.assert(
    fc.property(
      fc.array(responses, { maxLength: 4 }).map((parts) => octets(parts.join(''))),
      fc.array(fc.constantFrom('GET', 'GET', 'HEAD', 'POST'), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (bytes, methods, cuts) => {
        const whole = converse([bytes], methods);
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        expect(converse(cutAt(bytes, places), methods)).toEqual(whole);
        expect(converse(every(1, bytes), methods)).toEqual(whole);
      },
    ),
    runs(300),
  );
});
