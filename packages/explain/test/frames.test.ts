// Frames, and the opening handshake before them: named cases. Laws 1, 3 and 4 are asked of it in packages/conformance/src/properties/explain.ts.

import { explain, formatExplanation } from 'explain-mini';
import { describe, expect, test } from 'vitest';
import { inflater } from 'ws-mini';
import { asBrowsersAsk, encodeFrame } from 'ws-mini/wire';
import {
  HELLO as hello,
  hex,
  join,
  REQUEST as request,
  RESPONSE as response,
  said,
  utf8,
} from './support.ts';

describe('what the bytes say', () => {
  test('a masked frame, bit by bit', () => {
    const explanation = explain(hello);
    expect(explanation).toMatchObject({ from: 'client', offset: 0, awaits: undefined, error: undefined });
    const shown = explanation.fields.map(({ start, end, bits, name, value, rule }) =>
      [start, end, bits ?? '-', name, value, rule].join(' '),
    );
    expect(shown).toEqual([
      '0 1 0,1 FIN 1, the end of the message RFC 6455 5.2',
      '0 1 1,4 RSV1-3 000 RFC 6455 5.2',
      '0 1 4,8 opcode 1, text RFC 6455 5.6',
      '1 2 0,1 MASK 1, masked RFC 6455 5.1',
      '1 2 1,8 Payload length 5 RFC 6455 5.2',
      '2 6 - Masking-key 37 fa 21 3d RFC 6455 5.3',
      '6 11 - Payload data Hello RFC 6455 5.6',
    ]);
    expect(explanation.fields.at(-1)).toMatchObject({ isText: true, unmasked: 'Hello' });
  });

  test('a Close: code, meaning and reason', () => {
    expect(said(explain(hex('88 05 03e9 627965'))).slice(-2)).toEqual([
      'status code: 1001, going away',
      'reason: bye',
    ]);
  });

  test('a length of 16 and one of 64 bits', () => {
    const lengths = [300, 70_000].map((length) =>
      explain(encodeFrame({ opcode: 2, payload: new Uint8Array(length) })).fields.find(
        ({ name }) => name === 'Extended payload length',
      ),
    );
    expect(lengths).toMatchObject([
      { start: 2, end: 4, value: '300' },
      { start: 2, end: 10, value: '70000' },
    ]);
  });

  test('an opening request, and the frames behind it', () => {
    const { fields, from } = explain(join(request, hello));
    expect(from).toBe('client');
    const key = fields.find(({ value }) => value === 'dGhlIHNhbXBsZSBub25jZQ==');
    expect(key).toMatchObject({ name: 'field-value', rule: 'RFC 6455 11.3.1' });
    const empty = fields.find(({ value }) => value.startsWith('then frames'));
    expect(empty).toMatchObject({ name: 'CRLF', end: request.length });
    expect(fields.at(-1)).toMatchObject({ start: request.length + 6, value: 'Hello' });
  });

  test('a target that browsers send and RFC 3986 does not know, as a server takes it', () => {
    const bytes = utf8(
      Buffer.from(request)
        .toString()
        .replace(/ \S+ HTTP/, ' /a?[b]|%zz HTTP'),
    );
    const { error, fields } = explain(join(bytes, hello), { lenient: asBrowsersAsk });
    expect(explain(bytes).error?.code).toBe('invalid-target');
    expect(error).toBeUndefined();
    expect(fields.find(({ name }) => name === 'request-target')?.value).toBe('/a?[b]|%zz');
  });

  test('a 101, and the frames behind it', () => {
    const explanation = explain(join(response, hex('81 02 6869 89 03 61')));
    expect(explanation).toMatchObject({ from: 'server', error: undefined });
    expect(explanation.awaits).toBe('2 more bytes of payload');
    expect(said(explanation)).toContain('Payload data: hi');
  });

  test('a refusal is HTTP to its end', () => {
    const bytes = utf8('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno');
    expect(said(explain(bytes)).slice(-1)).toEqual(['content: no']);
  });

  test('half a handshake waits as HTTP does', () => {
    expect(explain(request.subarray(0, 30)).awaits).toBe('a field-line, or the empty line');
  });

  test('a request for a WebSocket that is none: its head is shown, the rest is unread', () => {
    const bytes = utf8(
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\u0081',
    );
    const explanation = explain(bytes);
    expect(said(explanation).at(-1)).toEqual('error key-malformed at undefined');
    expect(explanation.fields.at(-1)).toMatchObject({ name: 'unread', end: bytes.length });
  });

  test('behind a request for a WebSocket, what can be no frame is another request', () => {
    const explanation = explain(join(request, utf8('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n')));
    expect(said(explanation)).toContain('method: HEAD');
    expect(explanation.error).toBeUndefined();
  });

  test('a 101 is held against what was asked', () => {
    const offer = { key: 'AAAAAAAAAAAAAAAAAAAAAA==', protocols: [], extensions: [] };
    expect(explain(response).error).toBe(undefined);
    expect(explain(response, { offer }).error?.code).toBe('accept-wrong');
  });

  test('RSV1 is fine where the handshake names permessage-deflate, or the caller does', () => {
    const line = utf8('Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
    const agreed = join(response.subarray(0, -2), line, hex('c1 07 f248cdc9c90700'));
    expect(said(explain(agreed))).toContain('RSV1-3: 100, compressed');
    const alone = hex('c1 07 f248cdc9c90700');
    expect(explain(alone).error?.code).toBe('reserved-bit-set');
    expect(explain(alone, { compression: true }).error).toBe(undefined);
    expect(explain(agreed, { compression: false }).error?.code).toBe('reserved-bit-set');
  });

  test('what follows a Close is discarded', () => {
    const { fields, error } = explain(hex('88 00 ff ff'));
    expect(error).toBe(undefined);
    expect(fields.at(-1)).toMatchObject({ name: 'discarded', start: 2, end: 4, rule: 'RFC 6455 1.4' });
  });

  test('the bytes of the caller are not unmasked', () => {
    const bytes = Uint8Array.from(hello);
    explain(bytes);
    expect(bytes).toEqual(hello);
  });

  test('a payload of a megabyte', () => {
    const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(1 << 20), maskKey: 1 });
    expect(explain(bytes).fields.at(-1)).toMatchObject({ end: bytes.length });
  });

  test('nothing at all', () => {
    expect(explain(new Uint8Array(0))).toMatchObject({ text: '', fields: [], awaits: undefined });
  });
});

describe('a compressed message, where it can be inflated', () => {
  const inflated = (bytes: Uint8Array) =>
    explain(bytes, { compression: true, inflater: () => inflater(100) }).fields.filter(
      ({ rule }) => rule === 'RFC 7692 7.2.2',
    );
  test('RFC 7692 7.2.3.1 and 7.2.3.2: fragments, and the window of the message before', () => {
    const fragments = hex('4103f248cd 8004c9c90700 c105f200110000');
    expect(inflated(fragments)).toMatchObject([
      { start: 7, value: 'inflates to 5 bytes: Hello' },
      { start: 13, value: 'inflates to 5 bytes: Hello' },
    ]);
    expect(inflated(hex('c207f248cdc9c90700'))[0]?.value).toBe('inflates to 5 bytes: Hello');
  });
  test('that cannot be: the place is its end', () => {
    const { error, fields } = explain(hex('c101ff8100'), {
      compression: true,
      inflater: () => inflater(100),
    });
    expect(error).toMatchObject({ code: 'message-not-deflate', offset: 3 });
    expect(fields.map(({ name }) => name).slice(-2)).toEqual(['Payload data', 'unread']);
  });
});

describe('half a frame says what it waits for', () => {
  test.each([
    ['81', 'frame header (begun)', 'the second byte of the frame header'],
    ['8185', 'Payload length', '4 more bytes of the frame header'],
    ['827e01', 'frame header (begun)', '1 more byte of the frame header'],
    ['818537fa213d', 'Masking-key', '5 more bytes of payload'],
    ['818537fa213d7f', 'Payload data', '4 more bytes of payload'],
    ['880503', 'status code (begun)', '4 more bytes of payload'],
    ['010161', 'Payload data', 'a continuation frame'],
    // A continuation of nothing is wrong and waits for nothing.
    ['8001', 'Payload length', undefined],
  ])('%s', (bytes, last, awaits) => {
    const { fields, awaits: next } = explain(hex(bytes));
    expect([fields.at(-1)?.name, next]).toEqual([last, awaits]);
  });
});

describe('a broken rule: what was read, the error, the rest unread', () => {
  test('in the first two bytes: their bits are shown', () => {
    expect(said(explain(hex('0901 61'), { from: 'server' }))).toEqual([
      'FIN: 0, more fragments follow',
      'RSV1-3: 000',
      'opcode: 9, Ping',
      'MASK: 0',
      'Payload length: 1',
      'unread: a',
      'error control-frame-fragmented at 0',
    ]);
  });

  test('in a payload: it is shown up to there', () => {
    expect(said(explain(hex('8104 61 c328 62'))).slice(-3)).toEqual([
      'Payload data: a\ufffd',
      'unread: (b',
      'error text-not-utf8 at 4',
    ]);
  });

  test('behind a handshake: the place is counted from the first byte of all', () => {
    expect(explain(join(request, hex('8100'))).error).toMatchObject({
      code: 'frame-not-masked',
      offset: request.length + 1,
    });
  });
});

describe('in print', () => {
  test('every bit and byte, and what a mask hides', () => {
    expect(formatExplanation(explain(hello)).split('\n')).toEqual([
      '       0  81                       1.......  FIN             RFC 6455 5.2     1, the end of the message',
      '                                   .000....  RSV1-3          RFC 6455 5.2     000',
      '                                   ....0001  opcode          RFC 6455 5.6     1, text',
      '       1  85                       1.......  MASK            RFC 6455 5.1     1, masked',
      '                                   .0000101  Payload length  RFC 6455 5.2     5',
      '       2  37 fa 21 3d              7.!=      Masking-key     RFC 6455 5.3     37 fa 21 3d',
      '       6  7f 9f 4d 51 58           ..MQX     Payload data    RFC 6455 5.6     Hello',
      '          48 65 6c 6c 6f           Hello     unmasked',
      '',
    ]);
  });

  test('a long field is cut short', () => {
    const printed = formatExplanation(explain(encodeFrame({ opcode: 2, payload: new Uint8Array(17) })), {
      maxRows: 2,
    });
    expect(printed).toMatch(/\n {6}18 {2}… 1 more byte\n$/);
  });

  test('text beyond ASCII as text', () => {
    expect(formatExplanation(explain(encodeFrame({ opcode: 1, payload: '안녕 😀' })))).toContain('안녕 😀');
  });

  test('no control characters, whatever a peer sent', () => {
    const payload = '\u001b[2J\u0007\u202ea\u2028\u0085\u00ad';
    const printed = formatExplanation(explain(encodeFrame({ opcode: 1, payload, maskKey: 0x1b1b1b1b })));
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(printed).toContain('.[2J..a...');
  });
});
