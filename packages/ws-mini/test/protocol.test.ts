import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closeCodes,
  decodeClose,
  encodeClose,
  encodeFrame,
  isCloseCode,
  Protocol,
  WebSocketError,
} from '../src/wire/index.ts';
import {
  caught,
  character,
  concat,
  countingKeys,
  events,
  hex,
  payload,
  runs,
  toHex,
  utf8,
} from './support.ts';

const server = (options = {}): Protocol => new Protocol({ role: 'server', ...options });
const client = (options = {}): Protocol =>
  new Protocol({ role: 'client', maskKey: countingKeys(), ...options });
const masked = (opcode: number, body?: string | Uint8Array): Uint8Array =>
  encodeFrame({ opcode, maskKey: 0x12345678, ...(body === undefined ? {} : { payload: body }) });
const closing = (code: number, reason: string): string =>
  toHex(encodeFrame({ opcode: 8, payload: encodeClose(code, reason) }));

test.each([
  ['client', client, server],
  ['server', server, client],
] as const)('what a %s sends, the other side sees', (_, sender, receiver) => {
  const sending = sender();
  const expected: string[] = [];
  // On both sides of every length at which a header grows, or a payload is no longer copied.
  for (const length of [0, 1, 125, 126, 127, 4096, 4097, 65_535, 65_536, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i);
    for (const character of ['x', '한']) {
      sending.sendText(character.repeat(length));
      expected.push(`text: ${character.repeat(length)}`);
    }
    sending.sendBinary(bytes);
    sending.sendFragment(bytes, false);
    sending.ping(bytes.subarray(0, 125));
    sending.sendFragment(bytes, true);
    sending.pong(bytes.subarray(0, 125));
    const control = toHex(bytes.subarray(0, 125));
    expected.push(
      `message: ${toHex(bytes)}`,
      `ping: ${control}`,
      `message: ${toHex(bytes).repeat(2)}`,
      `pong: ${control}`,
    );
  }
  for (const [part, last] of [
    ['a', false],
    ['', false],
    ['b', true],
  ] as const)
    sending.sendFragment(part, last);
  const { pending } = sending;
  const written = concat(sending.takeOutput());
  expect([written.length, sending.pending]).toEqual([pending, 0]);
  expect(events([written], undefined, receiver()).slice(0, -1)).toEqual([...expected, 'text: ab']);
});

test('sending does not change what is sent', () => {
  fc.assert(
    fc.property(payload, (bytes) => {
      const before = bytes.slice();
      const sender = client();
      sender.sendBinary(bytes);
      sender.sendFragment(bytes, true);
      sender.takeOutput();
      expect(Buffer.compare(bytes, before)).toBe(0);
    }),
    runs,
  );
});

describe('closing (RFC 6455 7)', () => {
  test('a Close is answered with its own body, and nothing is read after it', () => {
    // rfc6455/5.5.1/answer-promptly
    const bytes = concat([masked(8, concat([hex('0fa0'), utf8('bye')])), masked(1, 'late'), hex('ffff')]);
    expect(events([bytes])).toEqual(['close: 4000 bye', `answered: 88050fa0${toHex(utf8('bye'))}`]);
  });

  test('a Close without a code counts as 1005 and is answered without one', () => {
    const protocol = server();
    expect(events([masked(8)], undefined, protocol)).toEqual(['close: 1005 ', 'answered: 8800']);
    expect([protocol.state, protocol.closeCode, protocol.closeReason]).toEqual(['closed', 1005, '']);
  });

  test('whoever closed first gets no second Close, and the code is the one received', () => {
    // rfc6455/7.1.2/send-close
    const protocol = server();
    protocol.close(1001, 'going');
    expect(protocol.state).toBe('closing');
    protocol.close(4000);
    expect(toHex(concat(protocol.takeOutput()))).toBe(`880703e9${toHex(utf8('going'))}`);
    const lines = events(
      [concat([masked(1, 'still'), masked(9), masked(8, hex('0bb8'))])],
      undefined,
      protocol,
    );
    expect(lines).toEqual(['text: still', 'ping: ', 'close: 3000 ', 'answered: ']);
    expect([protocol.state, protocol.closeCode]).toEqual(['closed', 3000]);
  });

  test('lost without a Close it is 1006', () => {
    expect(server().closeCode).toBe(1006);
  });

  test('a failure is answered with its code and in words, or not at all after our Close', () => {
    const close = closing(1002, 'a client must mask every frame');
    expect(events([hex('8100')])).toEqual(['failed: frame-not-masked at 1', `answered: ${close}`]);
    const protocol = server();
    protocol.close();
    expect(events([hex('8100')], undefined, protocol).at(-1)).toBe('answered: 8800');
  });

  test('a failure that has no code of its own is 1011', () => {
    const protocol = server();
    protocol.fail(new WebSocketError('aborted', 'stop'));
    expect(toHex(concat(protocol.takeOutput()))).toBe(closing(1011, 'stop'));
    expect(protocol.receive(masked(1, 'late')).next()).toBeUndefined();
  });

  test.each([
    ['one byte of body', '00', 'close-body-too-short at 6'],
    ['code 999', '03e7', 'close-code-not-allowed at 6'],
    ['code 1004', '03ec', 'close-code-not-allowed at 6'],
    ['code 1005', '03ed', 'close-code-not-allowed at 6'],
    ['code 1006', '03ee', 'close-code-not-allowed at 6'],
    ['code 1015', '03f7', 'close-code-not-allowed at 6'],
    ['code 1016', '03f8', 'close-code-not-allowed at 6'],
    ['code 2999', '0bb7', 'close-code-not-allowed at 6'],
    ['code 5000', '1388', 'close-code-not-allowed at 6'],
    ['a reason that is not UTF-8', '03e8ff', 'close-reason-not-utf8 at 8'],
  ])('refuses a Close with %s', (_, body, error) => {
    const code = error.startsWith('close-reason') ? '03ef' : '03ea';
    expect(events([masked(8, hex(body))])).toEqual([
      `failed: ${error}`,
      expect.stringMatching(`^answered: 88..${code}..`),
    ]);
  });

  test.each([
    ['x'.repeat(200), 'x'.repeat(123)],
    ['한'.repeat(50), '한'.repeat(41)],
    [`x${'😀'.repeat(40)}`, `x${'😀'.repeat(30)}`],
    ['', ''],
  ])('what was wrong is cut to what a Close has room for, between two characters', (message, reason) => {
    const protocol = server();
    protocol.fail(new WebSocketError('text-not-utf8', message));
    expect(toHex(concat(protocol.takeOutput()))).toBe(closing(1007, reason));
  });

  test('the codes that may be sent are 1000-1003, 1007-1014 and 3000-4999 (7.4)', () => {
    const sendable = Array.from({ length: 65_536 }, (_, code) => code).filter(isCloseCode);
    const range = (from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(sendable).toEqual([...range(1000, 1003), ...range(1007, 1014), ...range(3000, 4999)]);
  });

  test('each registered code has its name (IANA), those that are never sent as well; 1004 means nothing', () => {
    const names = Array.from({ length: 16 }, (_, i) => closeCodes[1000 + i] ?? 'none').join(', ');
    expect(names).toBe(
      'normal closure, going away, protocol error, unsupported data, none, no status received, ' +
        'abnormal closure, invalid payload data, policy violation, message too big, mandatory extension, ' +
        'internal error, service restart, try again later, bad gateway, TLS handshake',
    );
  });

  test('a Close body is read as it was written', () => {
    // rfc6455/7.1.6/reason
    fc.assert(
      fc.property(
        fc.constantFrom(1000, 1014, 3000, 4999),
        fc.string({ unit: character, maxLength: 30 }),
        (code, reason) => {
          expect(decodeClose(encodeClose(code, reason), 0)).toEqual({
            code,
            reason: Buffer.from(reason).toString(),
          });
        },
      ),
      runs,
    );
    expect(decodeClose(encodeClose(), 0)).toEqual({ code: 1005, reason: '' });
  });
});

describe('Ping and Pong (RFC 6455 5.5.2, 5.5.3)', () => {
  test('every Ping is answered with its data, in order', () => {
    expect(events([concat([masked(9, 'a'), masked(1, 'x'), masked(9, 'b')])])).toEqual([
      'ping: 61',
      'text: x',
      'ping: 62',
      'answered: 8a01618a0162',
    ]);
  });

  test('a peer that does not read gets the latest Pong only, once it reads', () => {
    const protocol = server();
    protocol.isCongested = true;
    const flood = concat(Array.from({ length: 1000 }, (_, i) => masked(9, `${i}`)));
    expect(events([flood], undefined, protocol).at(-1)).toBe('answered: ');
    protocol.isCongested = false;
    expect(toHex(concat(protocol.takeOutput()))).toBe(`8a03${toHex(utf8('999'))}`);
    expect(protocol.takeOutput()).toEqual([]);
  });

  test('pending counts what will be given: frames, a Ping that goes ahead, the Pong that waits', () => {
    const protocol = server();
    protocol.isCongested = true;
    protocol.sendText('a');
    protocol.ping(utf8('p'));
    protocol.receive(masked(9, 'xyz')).next();
    expect(protocol.pending).toBe(3 + 3 + 5);
    protocol.isCongested = false;
    expect(toHex(concat(protocol.takeOutput()))).toBe('890170' + '8a0378797a' + '810161');
    expect(protocol.pending).toBe(0);
  });

  test('no Pong after our Close', () => {
    const protocol = server();
    protocol.isCongested = true;
    events([masked(9)], undefined, protocol);
    protocol.close();
    protocol.isCongested = false;
    expect(events([masked(9)], undefined, protocol).at(-1)).toBe('answered: 8800');
  });
});

describe('output that is taken in pieces', () => {
  /** What is sent: text and bytes, small and large, whole and in fragments. */
  const sent = fc.array(
    fc.oneof(
      payload,
      fc.string(),
      fc.constantFrom(150_000, 65_537, 65_536).map((length) => new Uint8Array(length).fill(length)),
    ),
    { maxLength: 6 },
  );
  const send = (protocol: Protocol, messages: readonly (string | Uint8Array)[]): void => {
    for (const message of messages)
      if (typeof message === 'string') protocol.sendText(message);
      else protocol.sendBinary(message);
  };

  test('is the same bytes', () => {
    fc.assert(
      fc.property(
        sent,
        fc.array(fc.integer({ min: 1, max: 100_000 })),
        fc.boolean(),
        (messages, sizes, isClient) => {
          const [whole, cut] = isClient ? [client(), client()] : [server(), server()];
          send(whole, messages);
          send(cut, messages);
          const pieces = sizes.map((most) => concat(cut.takeOutput(most)));
          const rest = concat(cut.takeOutput());
          // Not toEqual, which looks at each byte as if it were an object.
          expect(Buffer.compare(concat([...pieces, rest]), concat(whole.takeOutput()))).toBe(0);
          expect(cut.pending).toBe(0);
        },
      ),
      runs,
    );
  });

  test('lets control frames go ahead, between two frames and never within one', () => {
    fc.assert(
      fc.property(sent, fc.array(fc.integer({ min: 1, max: 100_000 })), (messages, sizes) => {
        const protocol = server();
        protocol.isCongested = true;
        send(protocol, messages);
        const written = sizes.map((most) => {
          const taken = concat(protocol.takeOutput(most));
          protocol.ping(utf8('p'));
          return taken;
        });
        written.push(concat(protocol.takeOutput()), concat(protocol.takeOutput()));
        const seen = events([concat(written)], { role: 'client', maskKey: () => 0 });
        const data = messages.map((message) =>
          typeof message === 'string' ? `text: ${message}` : `binary: ${toHex(message)}`,
        );
        const isPing = (line: string): boolean => line === 'ping: 70';
        expect(seen.filter(isPing)).toHaveLength(sizes.length);
        expect(
          seen
            .slice(0, -1)
            .filter((line) => !isPing(line))
            .map((line) => line.replace('message', 'binary')),
        ).toEqual(data);
      }),
      runs,
    );
  });
});

describe('an answer that is held', () => {
  test.each([
    ["the peer's Close", masked(8, hex('03e8')), '880203e8', 'closed'],
    ['a broken rule', hex('8380 00000000'), /^88..03ea/, 'failed'],
  ] as const)('to %s: messages go before it, and nothing behind it', (_, bytes, close, state) => {
    const protocol = server();
    protocol.holdsClose = true;
    expect(
      events([concat([masked(1, utf8('a')), bytes, masked(1, utf8('b'))])], undefined, protocol),
    ).toHaveLength(3);
    expect(protocol.state).toBe('ending');
    expect(protocol.canSend).toBe(true);
    protocol.sendText('c');
    protocol.releaseClose();
    protocol.releaseClose();
    const written = toHex(concat(protocol.takeOutput()));
    expect(written.slice(0, 6)).toBe('810163');
    expect(written.slice(6)).toMatch(close);
    expect(protocol.state).toBe(state);
    expect(caught(() => protocol.sendText('d')).code).toBe('not-open');
  });

  test('is replaced by a Close of our own', () => {
    const protocol = server();
    protocol.holdsClose = true;
    events([masked(8, hex('03e8'))], undefined, protocol);
    protocol.close(1001);
    protocol.releaseClose();
    expect(toHex(concat(protocol.takeOutput()))).toBe('880203e9');
    expect(protocol.state).toBe('closed');
  });
});

describe('if we fail the connection while an answer is held', () => {
  const failure = (code: 'message-source-failed' | 'text-not-utf8'): WebSocketError =>
    new WebSocketError(code, 'why');

  test.each([
    ["the peer's Close", hex('8882 00000000 03e8'), '880503f3776879'], // why: 1011
    ['an earlier failure, which was first', hex('8380 00000000'), /^88..03ea/],
  ] as const)('after %s: the last frame says why, and the end is not clean', (_, bytes, close) => {
    const protocol = server();
    protocol.holdsClose = true;
    protocol.receive(bytes).next();
    protocol.sendFragment('half', false);
    protocol.fail(failure('message-source-failed'));
    expect(protocol.state).toBe('ending');
    protocol.releaseClose();
    const written = toHex(concat(protocol.takeOutput()));
    expect(written.slice(0, 12)).toBe('010468616c66');
    expect(written.slice(12)).toMatch(close);
    expect(protocol.state).toBe('failed');
    expect(protocol.pending).toBe(0);
  });

  test('after our own Close there is nothing to send any more', () => {
    const protocol = server();
    protocol.close(1001);
    protocol.fail(failure('text-not-utf8'));
    expect(protocol.state).toBe('failed');
    expect(toHex(concat(protocol.takeOutput()))).toBe('880203e9');
  });
});

describe('the user of Protocol', () => {
  const code = (run: () => void): string => {
    const error = caught(run);
    expect(error.by).toBe('user');
    return error.code;
  };
  const numbers = 100 as unknown as Uint8Array & string;

  test('refuses what is not bytes: a number has none, and must not become 100 bytes of somebody else', () => {
    for (const method of ['ping', 'pong', 'sendBinary', 'sendText'] as const)
      expect(code(() => server()[method](numbers))).toBe('data-not-supported');
    expect(code(() => server().sendFragment(numbers, true))).toBe('data-not-supported');
    expect(code(() => server().sendCompressed('text', numbers))).toBe('data-not-supported');
    expect(code(() => server().close(1000, hex('00') as unknown as string))).toBe('data-not-supported');
  });

  test('refuses what no frame may hold', () => {
    expect(code(() => server().ping(new Uint8Array(126)))).toBe('control-data-too-long');
    expect(code(() => server().close(1005))).toBe('close-code-not-sendable');
    expect(code(() => server().close(1000.5))).toBe('close-code-not-sendable');
    expect(code(() => server().close(undefined, 'why'))).toBe('close-code-not-sendable');
    const tooLong = caught(() => server().close(1000, 'x'.repeat(124)));
    expect(tooLong).toMatchObject({ code: 'control-data-too-long', by: 'user' });
    expect(tooLong.message).toContain('124 bytes');
    server().close(1000, 'x'.repeat(123)); // fits
    expect(code(() => new Protocol({ role: 'client' }))).toBe('option-invalid');
  });

  test('refuses a message inside a fragmented one, and anything after Close', () => {
    const protocol = server();
    protocol.sendFragment('a', false);
    expect(code(() => protocol.sendText('b'))).toBe('fragment-unexpected');
    expect(code(() => protocol.sendBinary(hex('00')))).toBe('fragment-unexpected');
    expect(code(() => protocol.sendFrame(hex('8100')))).toBe('fragment-unexpected');
    expect(code(() => protocol.sendCompressed('text', hex('00')))).toBe('fragment-unexpected');
    protocol.ping(hex(''));
    protocol.sendFragment('c', true);
    protocol.close();
    expect(code(() => protocol.sendText('d'))).toBe('not-open');
    expect(toHex(concat(protocol.takeOutput()))).toBe('010161' + '8900' + '800163' + '8800');
  });

  test('sends what was deflated with RSV1 (RFC 7692 7.2.1)', () => {
    const protocol = server();
    protocol.sendCompressed('text', hex('f248cdc9c90700'));
    protocol.sendCompressed('binary', hex('00'));
    expect(toHex(concat(protocol.takeOutput()))).toBe('c107f248cdc9c90700' + 'c20100');
  });

  test('an error that is not about the protocol is not swallowed', () => {
    const protocol = server();
    protocol.receive({
      length: 2,
      get 0(): never {
        throw new RangeError('broken');
      },
    } as unknown as Uint8Array);
    expect(() => protocol.next()).toThrow(RangeError);
  });
});

test('what a caller needs to know of memory: what is borrowed, and what is kept when it takes its own back', () => {
  const large = new Uint8Array(4097);
  expect([large, large.subarray(1), 'a'.repeat(5000)].map((data) => server().borrows(data))).toEqual([
    true,
    false,
    false,
  ]);
  expect(client().borrows(large)).toBe(false);
  const protocol = server();
  const bytes = masked(1, 'kept');
  protocol.receive(bytes);
  protocol.keep((waiting) => waiting.slice());
  bytes.fill(0);
  expect(protocol.next()).toMatchObject({ type: 'message', data: 'kept' });
  protocol.receive(masked(8)).next();
  protocol.keep(() => expect.unreachable());
});

test('from the next message on, parts are given as they come, unmasked', () => {
  const protocol = server();
  protocol.receive(masked(2, 'whole'));
  expect(protocol.next()).toMatchObject({ type: 'message' });
  protocol.receiveInParts();
  const [start, rest] = [masked(1, 'parts').subarray(0, 8), masked(1, 'parts').subarray(8)];
  const parts = [start, rest].map((piece) => protocol.receive(piece).next());
  expect(parts).toMatchObject([
    { type: 'part', of: 'text', last: false },
    { type: 'part', of: 'text', last: true },
  ]);
  expect(parts.map((part) => toHex((part as { data: Uint8Array }).data)).join('')).toBe(toHex(utf8('parts')));
});

test.each([
  ['string', 'text', 'a', 'a'],
  ['string', 'binary', 'a', utf8('a')],
  ['bytes', 'text', 'a', utf8('a')],
  ['bytes', 'binary', 'a', utf8('a')],
] as const)('what was inflated: text as %s, of %s', (textAs, type, inflated, data) => {
  const isText = type === 'text' && textAs === 'bytes' ? { isText: true } : {};
  expect(server({ textAs }).inflated(utf8(inflated), type)).toEqual({ type: 'message', data, ...isText });
  const bad = caught(() => server({ textAs }).inflated(hex('ff'), 'text'));
  expect(bad).toMatchObject({ code: 'text-not-utf8', closeCode: 1007 });
});

test('a compressed message is refused where nobody has asked for compression', () => {
  expect(events([hex('c1 80 00 00 00 00')])[0]).toBe('failed: reserved-bit-set at 0'); // rfc6455/5.2/rsv
});
