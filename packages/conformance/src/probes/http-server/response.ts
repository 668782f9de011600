/** What every answer has to look like, however simple the question. RFC 9112 4, 6; RFC 9110 5, 6.6.1, 8.6 */
import { type Answer, announcesClose, fieldValue } from './answers.ts';
import { answer, CLOSED, fieldIn } from './outcome.ts';
import { type Chapter, chapter, get, head, type Row } from './row.ts';

const BAD = head('GET {path} HTTP/1.1', 'Host: a', 'Host: b');
const OLD = head('GET {path} HTTP/1.0', 'Host: {host}');

/** Asks `request`, and looks at the answer. */
function look(
  name: string,
  id: string,
  why: string,
  words: string,
  meets: (it: Answer) => boolean,
  saw: (it: Answer) => string,
  request: string = get(),
): Row {
  return {
    name,
    requirements: [id],
    why,
    send: [request],
    asks: ['GET'],
    allow: [[answer(words, meets, saw)]],
  };
}

const field = (name: string) => (it: Answer) => fieldValue(it, name);
const [length, coding, date] = [field('content-length'), field('transfer-encoding'), field('date')];
const shows =
  (...names: readonly string[]) =>
  (it: Answer): string =>
    names.map((name) => fieldIn(it, name)).join(', ');
const FRAMING = shows('Content-Length', 'Transfer-Encoding');
const statusLine = ({ head }: Answer): string => JSON.stringify(head.split('\r\n')[0]);
const FIELD_LINE = /^[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*$/;
const IMF_FIXDATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
/** Fields that have one value. */
const SINGLE = [
  'content-length',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'location',
  'server',
  'age',
  'expires',
];
const isRepeated = ({ fields }: Answer, name: string): boolean =>
  fields.filter((one) => one[0].toLowerCase() === name).length > 1;

export const response: Chapter = chapter('response', [
  look(
    'status-line',
    'rfc9112/4/status-space',
    'version, SP, three digits, SP, even where the reason is empty',
    'HTTP/1.1 SP 3DIGIT SP',
    ({ head }) => /^HTTP\/1\.[01] \d{3} /.test(head),
    statusLine,
  ),
  look(
    'version',
    'rfc9110/6.2/send-version',
    'a client of 1.0 learns from it that the server can do more; how the message is framed is another matter',
    'HTTP/1.1',
    ({ version }) => version === 'HTTP/1.1',
    statusLine,
    OLD,
  ),
  look(
    'status-line-of-refusal',
    'rfc9112/4/status-space',
    'and so where the server itself answers',
    'HTTP/1.1 SP 3DIGIT SP',
    ({ head }) => /^HTTP\/1\.[01] \d{3} /.test(head),
    statusLine,
    BAD,
  ),
  {
    ...look(
      'field-lines',
      'rfc9110/2.2/abnf',
      'a server that writes what the grammar has not is misread by strict clients',
      'name ":" value in every line',
      ({ head }) =>
        head
          .split('\r\n')
          .slice(1)
          .every((line) => FIELD_LINE.test(line)),
      ({ head }) =>
        head
          .split('\r\n')
          .slice(1)
          .filter((line) => !FIELD_LINE.test(line))
          .map((line) => JSON.stringify(line))
          .join(', '),
    ),
    requirements: [
      'rfc9110/2.2/abnf',
      'rfc9112/2.2/send-bare-cr',
      'rfc9112/2.2/send-space-first',
      'rfc9112/5.2/send-fold',
    ],
  },
  look(
    'date',
    'rfc9110/6.6.1/date',
    'caches reckon age by it',
    'Date',
    (it) => date(it) !== undefined,
    shows('Date'),
  ),
  look(
    'date-form',
    'rfc9110/5.6.7/send-date',
    'one of three forms is written, the others are only read',
    'Date as IMF-fixdate, or none',
    (it) => date(it) === undefined || IMF_FIXDATE.test(date(it)!),
    shows('Date'),
  ),
  look(
    'date-of-refusal',
    'rfc9110/6.6.1/date',
    'a 4xx has a Date too, whoever writes it',
    'Date',
    (it) => date(it) !== undefined,
    shows('Date'),
    BAD,
  ),
  look(
    'framing-once',
    'rfc9112/6.2/send-both',
    'two ways to frame are two answers to where the next begins',
    'not both Content-Length and Transfer-Encoding',
    (it) => length(it) === undefined || coding(it) === undefined,
    FRAMING,
  ),
  look(
    'length-digits',
    'rfc9110/8.6/forward-invalid',
    'a length is digits',
    'digits in Content-Length, or none',
    (it) => /^\d+$/.test(length(it) ?? '0'),
    FRAMING,
  ),
  look(
    'delimited',
    'rfc9112/6.3/prefer-length',
    'an answer that ends with the connection cannot be told from one cut off',
    'Content-Length or chunked',
    (it) => length(it) !== undefined || coding(it) !== undefined || it.status === 204 || it.status === 304,
    FRAMING,
  ),
  look(
    'chunked-last',
    'rfc9112/6.1/response-chunked-last',
    'a client finds the end by chunked, or by the close',
    'chunked last, close, or no coding',
    (it) => /(^|[\s,])chunked$/i.test(coding(it) ?? 'chunked') || announcesClose(it),
    shows('Transfer-Encoding', 'Connection'),
  ),
  look(
    'no-coding-for-1.0',
    'rfc9112/6.1/respond-only-to-1.1',
    'a 1.0 client takes chunk sizes for content',
    'no Transfer-Encoding',
    (it) => coding(it) === undefined,
    FRAMING,
    OLD,
  ),
  look(
    'single-fields',
    'rfc9110/5.3/repeat',
    'a field with one value comes once',
    'none of them twice',
    (it) => !SINGLE.some((name) => isRepeated(it, name)),
    (it) =>
      SINGLE.filter((name) => isRepeated(it, name))
        .map((name) => `${name} twice`)
        .join(', '),
  ),
  look(
    'close-of-refusal',
    'rfc9112/9.6/send-close',
    'a refusal that is the last answer says so',
    'close, where the connection is closed',
    (it) => announcesClose(it),
    shows('Connection'),
    head('GET {path} HTTP/1.1', 'Host: {host}', 'Content-Length: x'),
  ),
  {
    name: 'not-modified',
    requirements: ['rfc9110/8.6/head-304'],
    why: 'a 304 has no content; a length in it is that of the 200, which a cache believes',
    send: [`${get()}${get('If-None-Match: *', 'Connection: close')}`],
    asks: ['GET', 'GET'],
    allow: [
      [
        answer('any', () => true),
        answer(
          '304 with the same Content-Length or none, or another',
          (it, _, { events }) => {
            const full = (events[0] as Answer).content.length;
            return it.status !== 304 || Number(length(it) ?? full) === full;
          },
          (it, _, { events }) =>
            it.status === 304
              ? `${fieldIn(it, 'Content-Length')} in the 304, ${(events[0] as Answer).content.length} octets of content in the 200`
              : '',
        ),
        CLOSED,
      ],
    ],
  },
]);
