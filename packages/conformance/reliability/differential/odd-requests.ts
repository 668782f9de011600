/**
 * Requests that are right and look odd: what the grammar allows and few clients send. A proxy hands nearly all of them on, so it is
 * here that a server behind it has to count as the proxy does; of what breaks a rule, it sees little.
 */
import type { Random } from '../random.ts';
import { texts } from '../texts.ts';

/** In the content: if anybody takes this for a request, it has been smuggled. */
export const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
/** A server that is wrong about a length, or that looks for an end, finds it before the hidden one. */
export const CONTENTS: readonly string[] = ['abcde', HIDDEN, `0\r\n\r\n${HIDDEN}`];

const METHODS = texts('GET|POST|POST|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|PURGE|M-SEARCH');
const TARGETS = texts(
  '/m#|/m#|/m#|http://a/m#|HTTP://a:80/m#|//a/m#|/a/../m#|/b/%2e%2e/m#|/m#?|/m#?/?a=b;c|/m#%0d%0aX:y',
  "/m#;a=b|/m#:80|/m#!$&'()*+,;=|/m#%2fGET%20/|/m#?%00",
);
/** Field lines that change no framing. */
const FIELDS = [
  ...texts(
    'Connection: keep-alive|Connection: X-Other|Connection: keep-alive, X-Other',
    'Connection: ,,keep-alive ,|Connection: Content-Length|Connection: Transfer-Encoding',
    'Keep-Alive: timeout=0|Proxy-Connection: close|Expect: 100-continue|TE: trailers',
    'TE: trailers, deflate;q=0.5|TE:|Trailer: X-After|Trailer: Content-Length|Upgrade: h2c',
    'Connection: Upgrade\r\nUpgrade: websocket|Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c|X:',
    'X: \t |X:a|X:\ta\t|X: a\tb|X: caf\xe9',
  ),
  "!#$%&'*+-.^_`|~: a",
  'X: "a\\"b, c"',
  `X: ${'a'.repeat(2000)}`,
  ...texts(
    'Content_Length: 3|Transfer_Encoding: chunked|X-Content-Length: 3|Content-Encoding: chunked',
    'Max-Forwards: 0|Transfer-Encodings: chunked|Content-Length-: 3|X: GET /hidden HTTP/1.1',
    'X-HTTP-Method-Override: PUT',
  ),
];
const HOSTS = texts('Host: a|Host: a|Host: a|Host: a|host:a|HOST:  a  |Host: A:80|Host: a:80|Host: [::1]:80');
const LENGTHS = texts(
  'Content-Length: %|Content-Length:%|content-length:   %  |Content-Length: 00%|CONTENT-LENGTH: %',
);
const CODINGS = ['chunked', 'chunked', 'Chunked', 'CHUNKED', '  chunked  '];
const EXTENSIONS = [
  ...texts('|||;a|;a=b|;a="b;c"|;a="\\""|; a = b| ;a|;a;b=c;d="e"'),
  `;a=${'b'.repeat(100)}`,
];
const TRAILERS = texts(
  'X-After: a|X-After:|Content-Length: 3|Transfer-Encoding: chunked|Host: b|X: GET /hidden HTTP/1.1',
);

/** Each character is one byte. @param id stands in the target */
export function oddRequest(random: Random, id: number): string {
  const isOld = random.once(12);
  const lines = [
    `${random.pick(METHODS)} ${random.pick(TARGETS).replace('#', `${id}`)} HTTP/1.${isOld ? 0 : 1}`,
  ];
  lines.push(random.pick(HOSTS));
  if (isOld) lines.push('Connection: keep-alive');
  for (let more = random.below(3); more > 0; more--) lines.push(random.pick(FIELDS));
  const content = random.pick(CONTENTS);
  const framing = random.pick(isOld ? ['none', 'length'] : ['none', 'length', 'chunks', 'chunks']);
  if (framing === 'length') lines.push(random.pick(LENGTHS).replace('%', `${content.length}`));
  if (framing === 'chunks') lines.push(`Transfer-Encoding: ${random.pick(CODINGS)}`);
  if (random.once(4)) lines.push(random.pick(FIELDS));
  const before = random.once(10) ? '\r\n' : '';
  const body = framing === 'none' ? '' : framing === 'length' ? content : chunksOf(random, content);
  return `${before}${lines.join('\r\n')}\r\n\r\n${body}`;
}

function chunksOf(random: Random, content: string): string {
  const cut = random.once(2) ? random.below(content.length) : 0;
  const parts = [content.slice(0, cut), content.slice(cut)].filter((part) => part !== '');
  const sizeOf = (length: number): string => {
    const digits = length.toString(16);
    return `${random.once(6) ? '000' : ''}${random.once(2) ? digits : digits.toUpperCase()}${random.pick(EXTENSIONS)}`;
  };
  const trailers = random.once(4) ? `${random.pick(TRAILERS)}\r\n` : '';
  return `${parts.map((part) => `${sizeOf(part.length)}\r\n${part}\r\n`).join('')}${sizeOf(0)}\r\n${trailers}\r\n`;
}
