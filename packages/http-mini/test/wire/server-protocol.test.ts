// Whole conversations of a server's connection, without a socket: what comes in, what is pulled, what goes out.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  Fields,
  HttpError,
  latin1,
  octets,
  type Refused,
  ServerProtocol,
  type ServerProtocolOptions,
  StatusLines,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { cutAt, every, manyCuts } from './cuts.ts';
import { errorOf } from './error-of.ts';
import { runs } from './runs.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const post = (content: string, ...lines: string[]): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: ${content.length}\r\n\r\n${content}`;
const ok = (body: string, ...lines: string[]): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;

function textOf(taken: ReturnType<ServerProtocol['output']['take']>): string {
  const parts = typeof taken === 'string' ? [taken] : taken;
  return parts.map((part) => (typeof part === 'string' ? part : latin1(part, 0, part.length))).join('');
}
const sent = (protocol: ServerProtocol): string => textOf(protocol.output.take());

/** A protocol that has received this. */
function received(bytes: string, options: ServerProtocolOptions = {}): ServerProtocol {
  const protocol = new ServerProtocol(options);
  protocol.receive(octets(bytes));
  return protocol;
}

/** One that has been asked by it as well. */
function asked(bytes: string, options?: ServerProtocolOptions): ServerProtocol {
  const protocol = received(bytes, options);
  expect(protocol.nextRequest()).toMatchObject({ type: 'head' });
  return protocol;
}

/** The content as far as it has come, then how it stands. */
function pulled(protocol: ServerProtocol): string {
  let text = '';
  for (;;) {
    const event = protocol.nextContent();
    if (event === undefined) return `${text}…`;
    if (event.type === 'refused') return `${text}!${event.error.code}`;
    if (event.type === 'end') return `${text}.`;
    if (event.type === 'content') text += latin1(event.bytes, 0, event.bytes.length);
  }
}

describe('answers', () => {
  test('come one after the other, however many requests wait (RFC 9112 9.3.2)', () => {
    const protocol = received(GET.repeat(3));
    for (let i = 0; i < 3; i++) {
      expect(protocol.nextRequest()).toMatchObject({ method: 'GET' });
      expect([protocol.nextRequest(), protocol.state, protocol.waitsFor]).toEqual([
        undefined,
        'asked',
        'answer',
      ]);
      protocol.answer({}, `${i}`);
    }
    expect(protocol.nextRequest()).toBe(undefined);
    expect([protocol.state, protocol.waitsFor, protocol.requests]).toEqual(['idle', 'request', 3]);
    expect(sent(protocol)).toBe(ok('0') + ok('1') + ok('2'));
  });

  test('may be begun, and be ended later', () => {
    const protocol = asked(GET + GET);
    protocol.begin({ trailers: { sum: '6' } });
    expect([protocol.state, protocol.wantsContent]).toEqual(['answering', true]);
    for (const part of ['abc', '', 'def']) protocol.send(octets(part));
    expect(protocol.nextRequest()).toBe(undefined);
    protocol.end();
    expect(sent(protocol)).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: sum\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\nsum: 6\r\n\r\n',
    );
    expect(protocol.nextRequest()).toMatchObject({ method: 'GET' });
  });

  test('with trailers at hand are one call, and later trailers come with the end', () => {
    const protocol = asked(GET + GET);
    protocol.answer({ trailers: { a: 'b' } }, 'ä');
    expect(sent(protocol)).toMatch(/Trailer: a\r\n\r\n2\r\n\xc3\xa4\r\n0\r\na: b\r\n\r\n$/);
    const bytes = asked(GET);
    bytes.answer({ trailers: { a: 'b' } }, octets('\xc3\xa4'));
    expect(sent(bytes)).toMatch(/Trailer: a\r\n\r\n2\r\n\xc3\xa4\r\n0\r\na: b\r\n\r\n$/);
    protocol.nextRequest();
    protocol.begin({ trailers: 'later' }, 1);
    protocol.send(octets('x'));
    protocol.end({ c: 'd' });
    expect(sent(protocol)).toMatch(/chunked\r\n\r\n1\r\nx\r\n0\r\nc: d\r\n\r\n$/);
  });

  test('of text are as long as its bytes, not its characters (RFC 9110 8.6)', () => {
    const protocol = asked(GET);
    protocol.answer({}, 'ä한');
    expect(sent(protocol)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xc3\xa4\xed\x95\x9c');
  });

  test('to HEAD have no content, at hand or begun (RFC 9110 9.3.2)', () => {
    const HEAD = GET.replace('GET', 'HEAD');
    const protocol = asked(HEAD + HEAD + HEAD);
    protocol.answer({}, 'abc');
    protocol.nextRequest();
    protocol.begin({});
    expect(protocol.wantsContent).toBe(false);
    protocol.send(octets('x'));
    protocol.end();
    protocol.nextRequest();
    protocol.answer({});
    expect(sent(protocol)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    );
  });

  test('to HTTP/1.0 are never chunked, and end with the connection unless it asked for more', () => {
    const begun = asked(`GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${GET}`);
    begun.begin({});
    begun.send(octets('abc'));
    begun.end();
    expect(sent(begun)).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc');
    expect([begun.state, begun.nextRequest()]).toEqual(['closed', undefined]);
    const kept = asked('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    kept.answer({}, 'x');
    expect([sent(kept), kept.state]).toEqual([ok('x', 'Connection: keep-alive'), 'idle']);
  });

  test('are the last after close, or if either side says so', () => {
    const protocol = asked(GET);
    protocol.close();
    protocol.answer({}, 'x');
    expect([sent(protocol), protocol.state]).toEqual([ok('x', 'Connection: close'), 'closed']);
    for (const [request, response] of [
      [GET.replace('Host', 'Connection: close\r\nHost'), {}],
      [GET, { headers: { Connection: 'close' } }],
    ] as const) {
      const other = asked(request + GET);
      other.answer(response, 'x');
      expect([sent(other), other.state]).toEqual([ok('x', 'Connection: close'), 'closed']);
    }
  });

  test('that must not be sent throw, and another can be given instead', () => {
    const protocol = asked(GET);
    const wrong: [() => void, code: string][] = [
      [() => protocol.answer({ status: 100 }), 'invalid-response'],
      [() => protocol.answer({ status: 1000 }), 'invalid-status'],
      [() => protocol.answer({ status: 204 }, 'x'), 'content-not-allowed'],
      [() => protocol.answer({ headers: { 'a\r\nb': 'c' } }), 'invalid-field-name'],
      [() => protocol.begin({ headers: { 'Content-Length': '5' } }, 4), 'content-length-mismatch'],
      [() => protocol.begin({ trailers: { Host: 'a' } }), 'field-not-allowed-in-trailers'],
      [() => protocol.inform(200), 'invalid-response'],
      [() => protocol.switchProtocols(new Fields({ Upgrade: 'x' })), 'invalid-response'],
      [() => protocol.send(octets('x')), 'invalid-response'],
      [() => protocol.end(), 'invalid-response'],
    ];
    for (const [act, code] of wrong) expect(errorOf(act)).toMatchObject({ code, by: 'user' });
    expect([protocol.state, sent(protocol)]).toEqual(['asked', '']);
    protocol.answer({}, 'x');
    for (const act of [() => protocol.answer({}), () => protocol.begin({})])
      expect(errorOf(act)).toMatchObject({ code: 'invalid-response', by: 'user' });
    protocol.abandon();
    expect(protocol.state).toBe('idle');
    expect(sent(protocol)).toBe(ok('x'));
  });

  test('whose content is not what was announced throw, and can be abandoned', () => {
    const protocol = asked(GET);
    protocol.begin({ headers: { 'Content-Length': '3' } });
    expect(errorOf(() => protocol.send(octets('abcd')))).toMatchObject({ code: 'content-length-mismatch' });
    protocol.abandon();
    expect([protocol.state, protocol.waitsFor]).toEqual(['broken', 'close']);
  });

  test('begin with a Date if there is a clock', () => {
    const protocol = new ServerProtocol({}, new StatusLines(() => 0));
    protocol.receive(octets(GET));
    protocol.nextRequest();
    protocol.answer({}, 'x');
    expect(sent(protocol)).toContain('\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n');
  });
});

describe('content', () => {
  test('is pulled as it comes; the first pull sends 100 (RFC 9110 10.1.1)', () => {
    const protocol = asked(post('abc', 'Expect: 100-continue').slice(0, -3));
    expect(sent(protocol)).toBe('');
    expect([pulled(protocol), sent(protocol), protocol.waitsFor]).toEqual(['…', CONTINUE, 'content']);
    protocol.receive(octets('ab'));
    expect(pulled(protocol)).toBe('ab…');
    protocol.receive(octets(`c${GET}`));
    expect([pulled(protocol), pulled(protocol), protocol.backlog]).toEqual(['c.', '.', GET.length]);
    protocol.answer({}, 'x');
    expect(sent(protocol)).toBe(ok('x'));
    expect(protocol.nextRequest()).toMatchObject({ method: 'GET' });
  });

  test('that was neither pulled nor invited ends the connection with the answer (RFC 9110 10.1.1)', () => {
    const protocol = asked(post('abc', 'Expect: 100-continue').slice(0, -3));
    protocol.answer({}, 'x');
    expect([sent(protocol), protocol.state]).toEqual([ok('x', 'Connection: close'), 'closed']);
    const invited = asked(post('abc', 'Expect: 100-continue').slice(0, -3));
    invited.invite();
    invited.answer({}, 'x');
    expect([sent(invited), invited.state]).toEqual([CONTINUE + ok('x'), 'dropping']);
  });

  test('nobody pulled is dropped, as far as maxDroppedBytes (RFC 9112 9.3)', () => {
    for (const [content, state, follows] of [
      ['x'.repeat(5), 'idle', true],
      ['x'.repeat(6), 'closed', false],
    ] as const) {
      const chunked = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const protocol = asked(chunked, { maxDroppedBytes: 5 });
      protocol.answer({}, 'x');
      expect([protocol.state, protocol.waitsFor, sent(protocol)]).toEqual(['dropping', 'content', ok('x')]);
      for (const letter of content) protocol.receive(octets(`1;extension\r\n${letter}\r\n`));
      protocol.receive(octets('0\r\n\r\n'));
      expect(protocol.nextRequest()).toBe(undefined);
      expect(protocol.state).toBe(state);
      protocol.receive(octets(GET));
      expect(protocol.nextRequest() !== undefined).toBe(follows);
    }
    const known = asked(post('x'.repeat(6)), { maxDroppedBytes: 5 });
    known.answer({}, 'x');
    expect(sent(known)).toBe(ok('x', 'Connection: close'));
    const inBounds = asked(post('x'.repeat(5)), { maxDroppedBytes: 5 });
    inBounds.answer({}, 'x');
    expect(sent(inBounds)).toBe(ok('x'));
  });

  test('that waits costs memory in proportion to its bytes: pieces of one byte that wait are joined', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const inUse = (): number => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const protocol = asked(GET);
    const content = 'x'.repeat(60_000);
    const before = inUse();
    for (const byte of octets(post(content))) protocol.receive(Uint8Array.of(byte));
    expect(inUse() - before).toBeLessThan(3_000_000); // an array for each takes 12 MB
    protocol.answer({});
    expect(protocol.nextRequest()).toMatchObject({ method: 'POST' });
    expect(pulled(protocol)).toBe(`${content}.`);
  });
});

describe('refusals', () => {
  const refusal =
    /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Length: \d+\r\nConnection: close\r\n\r\n/;

  test('a broken head is answered, and nothing after it is read', () => {
    const protocol = asked(`${GET}GET  /\r\n\r\n${GET}`);
    protocol.answer({}, 'x');
    expect(protocol.nextRequest()).toMatchObject({
      type: 'refused',
      isTold: true,
      error: { code: 'invalid-request-line', status: 400 },
    });
    const text = sent(protocol);
    expect(text.slice(0, ok('x').length)).toBe(ok('x'));
    expect(text.slice(ok('x').length)).toMatch(refusal);
    protocol.receive(octets(GET));
    expect([protocol.state, protocol.backlog, protocol.nextRequest()]).toEqual(['closed', 0, undefined]);
  });

  test('broken content is answered before an answer, and breaks one that has been begun', () => {
    const broken = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n';
    const before = asked(broken);
    expect(pulled(before)).toBe('!invalid-chunk-size');
    expect(sent(before)).toMatch(refusal);
    before.answer({}, 'late');
    before.inform(103);
    before.send(octets('x'));
    before.end();
    expect([before.state, sent(before)]).toEqual(['closed', '']);
    const within = asked(broken);
    within.begin({});
    expect(within.nextContent()).toMatchObject({ type: 'refused', isTold: false });
    expect(within.state).toBe('broken');
    const after = asked(broken);
    after.answer({}, 'x');
    expect(after.nextRequest()).toMatchObject({ type: 'refused', isTold: false });
    expect([after.state, sent(after)]).toEqual(['closed', ok('x')]);
  });

  test('HEAD that is broken is told without content, also behind another request in the same bytes', () => {
    const protocol = asked(`${GET}HEAD / x`);
    protocol.answer({}, 'x');
    expect(protocol.nextRequest()).toMatchObject({ type: 'refused', isTold: true });
    expect(sent(protocol)).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*xHTTP\/1\.1 400 [\s\S]*Connection: close\r\n\r\n$/,
    );
  });

  test.each(['READ', 'HAAD', 'HEID', 'HEAP', 'head', 'HEADS'])(
    '%s is not HEAD: that it is broken is told with content',
    (method) => {
      const protocol = received(`${method} / x`);
      expect(protocol.nextRequest()).toMatchObject({ type: 'refused', isTold: true });
      expect(sent(protocol)).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n./);
    },
  );

  test('what comes from above is told too, and HEAD is told without content', () => {
    const protocol = asked(GET.replace('GET', 'HEAD'));
    expect(protocol.refuse(new HttpError('misdirected-request', 'not here'))).toMatchObject({ isTold: true });
    expect(sent(protocol)).toMatch(/^HTTP\/1\.1 421 [\s\S]*Connection: close\r\n\r\n$/);
    expect(protocol.refuse(new HttpError('service-unavailable', 'late'))).toMatchObject({ isTold: false });
    expect([protocol.state, sent(protocol)]).toEqual(['closed', '']);
    const half = received('HEAD / HT');
    half.nextRequest();
    expect(half.expire()).toMatchObject({ error: { status: 408 } });
    expect(sent(half)).toMatch(/^HTTP\/1\.1 408 [\s\S]*Connection: close\r\n\r\n$/);
  });

  test.each<[waitsFor: string, code: string | undefined, state: string, begun: () => ServerProtocol]>([
    ['request', undefined, 'closed', () => received('\r\n')],
    ['head', 'request-timeout', 'closed', () => received('GET /')],
    ['content', 'request-timeout', 'closed', () => asked(post('abc').slice(0, -1))],
    ['answer', undefined, 'asked', () => asked(GET)],
  ])('when time is over: %s, %s, %s', (waitsFor, code, state, begun) => {
    const protocol = begun();
    protocol.nextRequest();
    expect(protocol.waitsFor).toBe(waitsFor);
    expect(protocol.expire()?.error.code).toBe(code);
    expect(protocol.state).toBe(state);
  });

  test('when time is over within an answer or after it, nothing is told', () => {
    const within = asked(post('abc').slice(0, -1));
    within.begin({});
    sent(within);
    expect(within.expire()).toMatchObject({ isTold: false });
    expect([within.state, sent(within)]).toEqual(['broken', '']);
    const after = asked(post('abc').slice(0, -1));
    after.answer({}, 'x');
    expect([after.expire(), after.state, sent(after)]).toEqual([undefined, 'closed', ok('x')]);
  });
});

describe('the end', () => {
  test('of the client at every byte: between requests it is fine, within one it is told, and every answer is sent', () => {
    const whole = GET + post('abc') + GET;
    const bounds = [0, GET.length, GET.length + post('abc').length, whole.length];
    for (let at = 0; at <= whole.length; at++) {
      const protocol = received(whole.slice(0, at));
      protocol.receiveEnd();
      let answers = 0;
      let refused: Refused | undefined;
      for (let next = protocol.nextRequest(); next !== undefined; next = protocol.nextRequest()) {
        if (next.type === 'refused') {
          refused = next;
          break;
        }
        const content = pulled(protocol);
        if (!content.endsWith('.')) {
          expect(content).toMatch(/!incomplete-message$/);
          refused = { type: 'refused', error: new HttpError('incomplete-message', ''), isTold: true };
          break;
        }
        protocol.answer({}, 'x');
        answers++;
      }
      const isBetween = bounds.includes(at);
      expect([at, protocol.state, refused?.error.code]).toEqual([
        at,
        'closed',
        isBetween ? undefined : 'incomplete-message',
      ]);
      const text = sent(protocol);
      expect(text.startsWith(ok('x').repeat(answers))).toBe(true);
      expect(answers).toBe(bounds.filter((bound) => bound > 0 && bound <= at).length);
      if (!isBetween) expect(text.slice(ok('x').length * answers)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test('close without a request, within a head, and while content is dropped', () => {
    const idle = new ServerProtocol();
    idle.close();
    expect([idle.nextRequest(), idle.state]).toEqual([undefined, 'closed']);
    const head = received(GET.slice(0, -2));
    head.close();
    expect([head.nextRequest(), head.state]).toEqual([undefined, 'idle']);
    head.receive(octets('\r\n'));
    head.nextRequest();
    head.answer({}, 'x');
    expect(sent(head)).toBe(ok('x', 'Connection: close'));
    const dropping = asked(post('abc').slice(0, -1));
    dropping.answer({}, 'x');
    dropping.close();
    expect([dropping.nextRequest(), dropping.state]).toEqual([undefined, 'dropping']);
    dropping.receive(octets('c'));
    expect([dropping.nextRequest(), dropping.state]).toEqual([undefined, 'closed']);
  });

  test('the transport is lost: nothing that is answered goes anywhere, and nothing throws', () => {
    const protocol = asked(post('abc').slice(0, -1));
    protocol.begin({});
    sent(protocol);
    protocol.lost();
    protocol.send(octets('x'));
    protocol.end();
    protocol.answer({});
    expect([protocol.switchProtocols(new Fields({})), pulled(protocol), sent(protocol)]).toEqual([
      true,
      '…',
      '',
    ]);
    expect([protocol.state, protocol.nextRequest()]).toEqual(['closed', undefined]);
  });
});

describe('switching', () => {
  const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
  const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

  test('hands over what was received and not read, in whatever pieces', () => {
    for (const pieces of manyCuts(octets(`${UPGRADE}${UPGRADE}early`))) {
      const protocol = new ServerProtocol();
      for (const piece of pieces) {
        protocol.receive(piece);
        protocol.nextRequest();
      }
      expect(protocol.switchProtocols(new Fields({ Upgrade: 'x' }))).toBe(true);
      const leftover = protocol.leftover();
      expect(latin1(leftover, 0, leftover.length)).toBe(`${UPGRADE}early`);
      expect([protocol.state, sent(protocol)]).toEqual(['switched', SWITCHING]);
    }
  });

  test('waits for the content, whose 100 comes first (RFC 9110 7.8)', () => {
    const request = UPGRADE.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
    const protocol = asked(request);
    const fields = new Fields({ Upgrade: 'x' });
    expect(protocol.switchProtocols(fields)).toBe(false);
    expect(pulled(protocol)).toBe('…');
    protocol.receive(octets('abcdef'));
    expect(pulled(protocol)).toBe('abc.');
    expect(protocol.switchProtocols(fields)).toBe(true);
    const leftover = protocol.leftover();
    expect([sent(protocol), latin1(leftover, 0, leftover.length)]).toEqual([CONTINUE + SWITCHING, 'def']);
  });
});

test('interim responses precede the answer, and HTTP/1.0 gets none (RFC 9110 15.2)', () => {
  const protocol = asked(GET);
  protocol.inform(103, { Link: '</a>' });
  protocol.answer({}, 'x');
  expect(sent(protocol)).toBe(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('x')}`);
  const old = asked('GET / HTTP/1.0\r\n\r\n');
  old.inform(103);
  expect(sent(old)).toBe('');
});

// ── Law 1 ──

const requests = fc.constantFrom(
  GET,
  `\r\n${GET}`,
  GET.replace('GET', 'HEAD'),
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  GET.replace('Host', 'Connection: close\r\nHost'),
  post('abc'),
  post('abcdefgh', 'Expect: 100-continue'),
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n',
  'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
  'bad\r\n\r\n',
  'GET / HT',
);
/** What is done with each request, over and over. */
const way = fc.constantFrom('read and answer', 'answer', 'begin, read, end');
const conversations = fc.record({
  bytes: fc.array(requests, { minLength: 1, maxLength: 5 }).map((parts) => octets(parts.join(''))),
  ways: fc.array(way, { minLength: 1, maxLength: 4 }),
});

/**
 * A server that does with each request what it is told, as soon as it can; then the client ends. Byte by byte, as where
 * content is cut is the one thing that cuts decide.
 */
function converse(pieces: readonly Uint8Array[], ways: readonly string[]): unknown {
  const protocol = new ServerProtocol({ maxDroppedBytes: 6 });
  const told: string[] = [];
  let way: string | undefined;
  const tell = (next: Refused): void => void told.push(`refused ${next.error.code} ${next.isTold}`);
  let content = '';
  /** Whether there may be more to do. */
  const step = (): boolean => {
    if (way === undefined) {
      const next = protocol.nextRequest();
      if (next === undefined) return false;
      if (next.type === 'refused') tell(next);
      else {
        told.push(`${next.method} ${next.version}`);
        way = ways[(protocol.requests - 1) % ways.length]!;
        content = '';
        if (way === 'answer') {
          protocol.answer({}, 'at once');
          way = undefined;
        } else if (way === 'begin, read, end') protocol.begin({});
      }
      return true;
    }
    const next = protocol.nextContent();
    if (next === undefined) return false;
    if (next.type === 'refused') {
      tell(next);
      way = undefined;
    } else if (next.type === 'content') {
      content += latin1(next.bytes, 0, next.bytes.length);
      if (protocol.state === 'answering') for (const byte of next.bytes) protocol.send(Uint8Array.of(byte));
    } else if (next.type === 'end') {
      told.push(`${content}, ${next.trailers?.get('x')}`);
      if (protocol.state === 'answering') protocol.end();
      else protocol.answer({}, content);
      way = undefined;
    }
    return true;
  };
  for (const piece of pieces) {
    protocol.receive(piece);
    while (step());
  }
  protocol.receiveEnd();
  while (step());
  return { told, sent: sent(protocol), state: protocol.state, waitsFor: protocol.waitsFor };
}

test('law 1: any cut of the same bytes gives the same requests, answers and states', () => {
  fc.assert(
    fc.property(conversations, fc.array(fc.nat(), { maxLength: 8 }), ({ bytes, ways }, cuts) => {
      const whole = converse([bytes], ways);
      const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
      expect(converse(cutAt(bytes, places), ways)).toEqual(whole);
      expect(converse(every(1, bytes), ways)).toEqual(whole);
    }),
    runs(300),
  );
});
