/** The chunked coding: RFC 9112 7.1. */
import type { Row } from './client-probe.ts';
import { fails, field, gives, thenSecond } from './outcome.ts';
import { chunked, close, slowly } from './script.ts';

const sound = (name: string, why: string, body: string, ...requirements: [string, ...string[]]): Row => ({
  name: `chunked/${name}`,
  requirements,
  why,
  answer: [chunked(body)],
  again: true,
  allowed: [[gives('hello'), thenSecond]],
});

/** The connection is closed after it, so that a client that goes on has nothing to wait for. */
const unsound = (name: string, why: string, body: string, ...requirements: [string, ...string[]]): Row => ({
  name: `chunked/${name}`,
  requirements,
  why,
  answer: [chunked(body), close],
  allowed: [[fails]],
});

const LAST = '0\r\n\r\n';

export const chunkedCoding: readonly Row[] = [
  sound('one-chunk', 'The plainest.', `5\r\nhello\r\n${LAST}`, 'rfc9112/6.1/chunked'),
  sound(
    'many-chunks',
    'Content is cut anywhere.',
    `1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n${LAST}`,
    'rfc9112/6.1/chunked',
  ),
  sound(
    'leading-zeros',
    '1*HEXDIG: zeros in front change nothing.',
    `0005\r\nhello\r\n000\r\n\r\n`,
    'rfc9112/7.1/chunk-size',
  ),
  sound(
    'many-leading-zeros',
    'A size is the number that it says: zeros in front are no overflow.',
    `${'0'.repeat(25)}5\r\nhello\r\n${'0'.repeat(26)}\r\n\r\n`,
    'rfc9112/7.1/chunk-size',
  ),
  sound(
    'seventeen-digits',
    'Sixteen digits fill 64 bits; a zero in front of them changes nothing.',
    `00000000000000005\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-size',
  ),
  {
    ...sound(
      'capital-digits',
      'A is 10, as a is.',
      `A\r\nhello hell\r\na\r\nhello hell\r\n${LAST}`,
      'rfc9112/7.1/chunk-size',
    ),
    allowed: [[gives('hello hellhello hell'), thenSecond]],
  },
  {
    ...sound('empty', 'No chunk but the last.', LAST, 'rfc9112/6.1/chunked'),
    allowed: [[gives(''), thenSecond]],
  },
  {
    ...sound(
      'content-like-framing',
      'Inside a chunk, CRLF and 0 are content.',
      `7\r\n\r\n0\r\n\r\n\r\n${LAST}`,
      'rfc9112/7.1/chunk-size',
    ),
    allowed: [[gives('\r\n0\r\n\r\n'), thenSecond]],
  },
  sound(
    'extension',
    'Extensions that the client does not know are ignored.',
    `5;a\r\nhello\r\n0;b=c\r\n\r\n`,
    'rfc9112/7.1.1/extensions',
  ),
  sound(
    'extension-quoted',
    'A quoted value may hold ";" and quoted pairs.',
    `5;a="b;c\\"d"\r\nhello\r\n${LAST}`,
    'rfc9112/7.1.1/extensions',
  ),
  sound(
    'extension-bad-space',
    'Whitespace around ";" and "=" is not to be sent, but must be read.',
    `5 ;a = b\r\nhello\r\n${LAST}`,
    'rfc9110/5.6.3/bad-space',
    'rfc9112/7.1.1/extensions',
  ),
  sound(
    'trailers',
    'A trailer section is read, used or not.',
    `5\r\nhello\r\n0\r\nX-T: u\r\n\r\n`,
    'rfc9112/7.1.2/trailers',
  ),
  {
    name: 'chunked/trailers-not-merged',
    requirements: ['rfc9112/7.1.2/merge'],
    why: 'A trailer that slips into the header section says things there that nobody checked.',
    answer: [chunked('5\r\nhello\r\n0\r\nX-A: evil\r\nX-B: c\r\n\r\n', 'X-A: b', 'Trailer: X-A, X-B')],
    again: true,
    allowed: [
      [gives('hello'), field('x-a', 'b'), field('x-b', undefined), thenSecond],
      [fails, thenSecond],
    ],
  },
  {
    name: 'chunked/trailers-with-framing',
    requirements: ['rfc9112/7.1.2/merge', 'rfc9110/6.5.1/ignore-trailers'],
    why: 'Framing fields come too late in a trailer section: ignored or refused, they move no end.',
    answer: [chunked('5\r\nhello\r\n0\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\n')],
    again: true,
    allowed: [
      [gives('hello'), thenSecond],
      [fails, thenSecond],
    ],
  },
  {
    name: 'chunked/byte-by-byte',
    requirements: ['rfc9112/6.1/chunked', 'rfc9112/2.2/octets'],
    why: 'A read may end anywhere: within a size, between CR and LF, before the last LF.',
    answer: [slowly(chunked('03;a\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: u\r\n\r\n'))],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  unsound('size-missing', 'No size, no chunk.', `\r\nhello\r\n${LAST}`, 'rfc9112/7.1/chunk-size-only'),
  unsound('size-not-hexadecimal', 'g is no digit.', `5g\r\nhello\r\n${LAST}`, 'rfc9112/7.1/chunk-size-only'),
  unsound(
    'size-prefixed',
    '0x is what number parsers take: here it is the last chunk, and then nonsense.',
    `0x5\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-size-only',
  ),
  unsound('size-plus', 'No sign.', `+5\r\nhello\r\n${LAST}`, 'rfc9112/7.1/chunk-size-only'),
  unsound(
    'size-minus',
    'No sign: a negative length has made memory overflow.',
    `-5\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-size-only',
  ),
  unsound(
    'size-underscore',
    'Some number parsers take it.',
    `0_5\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-size-only',
  ),
  unsound(
    'size-space-before',
    'Whitespace is not part of a size.',
    ` 5\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-size-only',
  ),
  {
    ...unsound(
      'size-space-after',
      'Only an extension may follow whitespace; old servers pad the size with it, and may be forgiven.',
      `5  \r\nhello\r\n${LAST}`,
      'rfc9110/2.4/recover',
      'rfc9112/7.1/chunk-size-only',
    ),
  },
  unsound(
    'size-past-32-bits',
    'A size that wraps around is 5.',
    `100000005\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-overflow',
  ),
  unsound(
    'size-past-64-bits',
    'A size that wraps around is 5.',
    `10000000000000005\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-overflow',
  ),
  unsound(
    'data-too-long',
    'After five octets comes CRLF, and nothing else.',
    `5\r\nhello!\r\n${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound(
    'data-too-short',
    'The CRLF is part of what is counted, and then nothing fits.',
    `7\r\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound(
    'data-without-crlf',
    'The next size does not follow at once.',
    `5\r\nhello${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound(
    'data-any-two-octets',
    'Two octets are skipped by some, whatever they are.',
    `5\r\nhelloXX${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound(
    'size-bare-lf',
    'Lone LFs end start lines and fields at most: readers that differ here split responses.',
    `5\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound('data-bare-lf', 'As after a size.', `5\r\nhello\n${LAST}`, 'rfc9112/7.1/chunk-crlf'),
  unsound(
    'extension-bare-cr',
    'A bare CR in an extension hides a line end from some.',
    `5;a\rb\r\nhello\r\n${LAST}`,
    'rfc9112/2.2/bare-cr',
  ),
  unsound(
    'extension-bare-lf',
    'For one reader the chunk begins here, for the other a line later.',
    `5;a\nhello\r\n${LAST}`,
    'rfc9112/7.1/chunk-crlf',
  ),
  unsound(
    'cut-in-size',
    'Incomplete without the last chunk.',
    '5\r\nhello\r\n',
    'rfc9112/7.1/incomplete',
    'rfc9112/8/incomplete-response',
  ),
  unsound(
    'cut-in-data',
    'Incomplete within a chunk.',
    'a\r\nhello',
    'rfc9112/7.1/incomplete',
    'rfc9112/8/incomplete-response',
  ),
  unsound(
    'cut-after-data',
    'Incomplete before the CRLF of a chunk.',
    '5\r\nhello',
    'rfc9112/7.1/incomplete',
    'rfc9112/8/incomplete-response',
  ),
  {
    ...unsound(
      'cut-before-the-end',
      'The last chunk has come, the empty line has not: "incomplete if the zero-sized chunk ... has not been received" leaves it open.',
      '5\r\nhello\r\n0\r\n',
      'rfc9110/2.4/recover',
      'rfc9112/7.1/incomplete',
    ),
  },
];
