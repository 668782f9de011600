/**
 * Opening handshakes to compare servers and clients on (RFC 6455 4): the fields that decide, most of them as they should
 * be. HTTP itself is compared elsewhere, so nothing here breaks its grammar.
 */
import fc from 'fast-check';

/** The right value as often as all the wrong ones together; undefined: not there. */
function mostly(
  right: string | undefined,
  ...others: (string | undefined)[]
): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** Each of them alone, or several as a list (RFC 7692 5, 7.1). */
const extension = fc.oneof(
  fc.constantFrom(
    ...['permessage-deflate', 'x-unknown', 'permessage-deflate; server_no_context_takeover'],
    ...['permessage-deflate; client_no_context_takeover', 'permessage-deflate; client_max_window_bits'],
    'permessage-deflate; server_no_context_takeover; server_no_context_takeover',
    ...['permessage-deflate; unknown', 'permessage-deflate; __proto__', 'permessage-deflate; unknown=1'],
    'permessage-deflate; server_no_context_takeover=1',
    ...['permessage-deflate;', 'permessage-deflate; =', ';', '"permessage-deflate"', 'PerMessage-Deflate'],
  ),
  fc
    .tuple(
      fc.constantFrom('server_max_window_bits', 'client_max_window_bits'),
      fc.constantFrom(
        '=8',
        '=9',
        '=15',
        '=16',
        '=7',
        '=08',
        '=1e1',
        '',
        '=',
        '="10"',
        '="1\\0"',
        '= 10',
        '=+9',
      ),
    )
    .map(([name, value]) => `permessage-deflate; ${name}${value}`),
);
const extensions = fc.option(
  fc.oneof(
    { weight: 3, arbitrary: extension },
    {
      weight: 1,
      arbitrary: fc.array(extension, { minLength: 2, maxLength: 3 }).map((list) => list.join(', ')),
    },
  ),
  { nil: undefined },
);

type Values = Readonly<Record<string, string | undefined>>;

export function head(startLine: string, fields: Values): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  return [startLine, ...lines, '', ''].join('\r\n');
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A request that is right in everything, and what may be otherwise. */
export const REQUEST: Values = {
  Host: 'a',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

export const anyRequest: fc.Arbitrary<string> = fc
  .tuple(
    mostly(
      'GET / HTTP/1.1',
      'GET / HTTP/1.0',
      'POST / HTTP/1.1',
      'HEAD / HTTP/1.1',
      'GET http://a/ HTTP/1.1',
    ),
    fc.record({
      Host: mostly('a', undefined),
      Upgrade: mostly(
        'websocket',
        'WebSocket',
        'websocket, x',
        'x, websocket',
        'x',
        'websocket/13',
        undefined,
      ),
      Connection: mostly('Upgrade', 'upgrade', 'keep-alive, Upgrade', 'keep-alive', 'x-Upgrade', undefined),
      'Sec-WebSocket-Key': mostly(
        KEY,
        `${KEY}=`,
        KEY.slice(1),
        'AAAAAAAAAAAAAAAAAAAAAA',
        '',
        `${KEY}, ${KEY}`,
        undefined,
      ),
      'Sec-WebSocket-Version': mostly('13', '12', '8', '13.0', '013', '0x0d', '13, 8', '', undefined),
      'Sec-WebSocket-Protocol': mostly(undefined, 'a', 'a, b', 'a,,b', 'a, a', 'a b', ',', '', 'a, "b"'),
      'Sec-WebSocket-Extensions': extensions,
      Origin: mostly(undefined, 'http://a', 'null'),
      'Content-Length': mostly(undefined, '0'),
    }),
  )
  .map(([startLine, fields]) => head(startLine!, fields));

/** What stands for the value that follows from the client's key. */
export const ACCEPT = '{accept}';

export interface Answer {
  readonly text: string;
  /** What the client asks for. */
  readonly protocols: readonly string[];
}

/** An answer that is right in everything. */
export const RESPONSE: Values = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Accept': ACCEPT,
};

export const anyAnswer: fc.Arbitrary<Answer> = fc
  .record({
    interim: mostly('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'),
    // No 401: undici's WebSocket never says what became of it.
    status: mostly(
      '101 Switching Protocols',
      '101 ',
      '200 OK',
      '204 No Content',
      '301 Moved',
      '403 No',
      '503 Later',
    ),
    fields: fc.record({
      Upgrade: mostly('websocket', 'WebSocket', 'websocket, x', 'x', '', undefined),
      Connection: mostly('Upgrade', 'upgrade', 'keep-alive, Upgrade', 'close', undefined),
      'Sec-WebSocket-Accept': mostly(ACCEPT, `x${ACCEPT}`, `${ACCEPT}, ${ACCEPT}`, '', undefined),
      'Sec-WebSocket-Protocol': mostly(undefined, 'a', 'b', 'A', 'c', 'a, b', ''),
      'Sec-WebSocket-Extensions': extensions,
      Location: mostly(undefined, 'http://127.0.0.1:1/'),
    }),
    protocols: fc.constantFrom([], ['a', 'b']),
  })
  .map(({ interim, status, fields, protocols }) => ({
    text: interim + head(`HTTP/1.1 ${status}`, fields),
    protocols,
  }));
