/**
 * Requests that two programs in a row may cut differently: what request smuggling is made of (RFC 9112 11.2). Each is one
 * request, more or less, with a fault or two in what says where it ends; in its content stands another request.
 */
import type { Random } from '../random.ts';
import { texts } from '../texts.ts';
import { CONTENTS, HIDDEN } from './odd-requests.ts';

const LENGTHS = texts(
  '%|%|+%|0%| %|% |%\t|\t%|\x0b%|%\x0b|0x%|%, %|%,%|%;|%.0|-%||1e1',
  '0|99999999999999999999|18446744073709551616|9007199254740993|%\0|\xa0%|"%"|%_|٣',
);
const CODINGS = texts(
  'chunked|chunked|Chunked| chunked|chunked |\tchunked|chunked\t|\x0bchunked|chunked\x0b',
  'xchunked|chunkedx|chunked, identity|identity, chunked|identity|gzip, chunked|chunked, gzip',
  'chunked;a=b|"chunked"|chunked, chunked|,chunked|chunked,||chunked\0|chun\x00ked|cow',
  "\xa0chunked|'chunked'|chunked\r|\r\n chunked|chunked\r\n , identity",
);
/** How a field's name and colon are written. */
const COLONS = texts(': |: |: |:| : |\t: |\0: |\x0b: |:\t|:\r\n |\r\n : |\xa0: |_: |:: ');
const ENDS = texts('\r\n|\r\n|\r\n|\r\n|\r\n|\n|\r|\r\r\n|\n\r|\r\n\t|\r\n \r\n|\x0b\r\n|\0\r\n');
const SIZES = texts(
  '%|%|%|0%|+%|0x%|% | %|%;a=b|%;|% ;a|%;a="\r\n"|%;\n|%\r|%_|-%|%,0',
  '0000000000000000000%|ffffffffffffffff%|1%|%;a\0|%\t|\x0b%|%;a="|%;\r|%G',
);
const METHODS = texts('POST|POST|POST|GET|PUT|HEAD|OPTIONS|DELETE|TRACE|PATCH|post|P\tOST');
const VERSIONS = texts(
  'HTTP/1.1|HTTP/1.1|HTTP/1.1|HTTP/1.1|HTTP/1.1|HTTP/1.0|HTTP/1.2|HTTP/2.0|HTTP/0.9|http/1.1',
  'HTTP/1.1 |HTTP/01.1|HTTP/1.01||HTTP/1.1 x|HTTP/ 1.1|HTTP/1,1|HTTP/1.',
);
const TARGETS = texts(
  '/m%|/m%|/m%|/m%|http://a/m%|http://b/m%|//a/m%|/a/../m%|/m%#x|/m% x|/m%\t|\\m%',
  '/m%\x80|/m%?a=\x01|*|m%|/m%%0d%0aX:y|/m%"|https://a/m%|/m%\x7f|HTTP://a:80/m%|/%2e%2e/m%',
);
const FIELDS = texts(
  'Connection: close|Connection: keep-alive|Connection: Content-Length|Connection: Transfer-Encoding',
  'Connection: close, Host|Upgrade: h2c|Connection: Upgrade\r\nUpgrade: websocket|Expect: 100-continue',
  'Expect: x|Keep-Alive: timeout=0|TE: trailers|Trailer: Content-Length|X: a\r\n folded| X: leading',
  'X : a|X\0: a|: nameless|nocolon|X: a\nContent-Length: 3|X: a\rTransfer-Encoding: chunked|X: \0',
  'Host: b|Host:|Host: a, b|Host: a/b|Host: a:x|Content_Length: 3|Transfer_Encoding: chunked',
  'Proxy-Connection: keep-alive|X-HTTP-Method-Override: PUT|Content-Encoding: chunked|Max-Forwards: 0',
);
/** What means something to HTTP, at any place. */
const PIECES = [...texts('\r\n|\n|\r| |\t|\0|:|;|,|0|\x80|\r\n\r\n|0\r\n\r\n|HTTP/1.1'), HIDDEN];

/** Each character is one byte. @param id stands in the target, if the target was not hit */
export function faultyRequest(random: Random, id: number): string {
  const put = (text: string, value: string): string => text.replaceAll('%', value);
  // A fault here and there: with more of them, all that is left to see is 400.
  const one = (values: readonly string[], plain: string): string =>
    random.once(8) ? random.pick(values) : plain;
  const end = (): string => (random.once(80) ? random.pick(ENDS) : '\r\n');
  const content = random.pick(CONTENTS);
  const method = random.pick(METHODS);
  let text = `${random.once(60) ? random.pick(ENDS) : ''}${method}${random.once(40) ? '  ' : ' '}`;
  text += `${one(TARGETS, '/m%').replace('%', `${id}`)}${random.once(40) ? '\t' : ' '}`;
  text += `${random.once(8) ? random.pick(VERSIONS) : 'HTTP/1.1'}${end()}`;
  if (!random.once(20)) text += `Host${random.once(20) ? random.pick(COLONS) : ': '}a${end()}`;
  if (random.once(5)) text += `${random.pick(FIELDS)}${end()}`;
  const framing = random.below(8);
  const isChunked = framing >= 3;
  const body = isChunked ? chunks(random, content, put, end) : content;
  // None; a length; chunks; both, in either order; one of them twice.
  if ([1, 2, 4, 6].includes(framing)) {
    const length = isChunked
      ? body.length
      : random.once(8)
        ? random.pick([0, 3, content.length + 9])
        : content.length;
    text += field(random, 'Content-Length', put(one(LENGTHS, '%'), `${length}`), end);
    if (random.once(8))
      text += field(random, 'Content-Length', put(one(LENGTHS, '%'), `${content.length}`), end);
  }
  if (isChunked) {
    text += field(random, 'Transfer-Encoding', one(CODINGS, 'chunked'), end);
    if (framing === 5 && random.once(2))
      text += field(random, 'Transfer-Encoding', random.pick(CODINGS), end);
    if (framing === 7) text += field(random, 'Content-Length', `${content.length}`, end);
  }
  if (random.once(10)) text += `${random.pick(FIELDS)}${end()}`;
  text += end() + (framing === 0 ? '' : body);
  for (let faults = random.once(5) ? 1 : 0; faults > 0; faults--) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + (random.once(3) ? '' : random.pick(PIECES)) + text.slice(at + random.below(3));
  }
  return text;
}

function field(random: Random, name: string, value: string, end: () => string): string {
  return `${name}${random.once(24) ? random.pick(COLONS) : ': '}${value}${end()}`;
}

function chunks(
  random: Random,
  content: string,
  put: (text: string, value: string) => string,
  end: () => string,
): string {
  const parts = random.once(2) ? [content] : [content.slice(0, 3), content.slice(3)];
  let text = '';
  for (const part of parts) {
    const size = random.once(5) ? random.pick(SIZES) : '%';
    text += `${put(size, part.length.toString(16))}${end()}${part}${end()}`;
  }
  const last = random.once(6) ? random.pick(SIZES) : '%';
  const trailers = random.once(8) ? `${random.pick(FIELDS)}${end()}` : '';
  return `${put(last, '0')}${end()}${trailers}${end()}`.replace(/^/, () => text);
}
