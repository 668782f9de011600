/** How much a server takes, and what it says to more. RFC 9112 3, 9.6, RFC 9110 2.3, 5.4 */
import { answer, CLOSED, REFUSED, TAKEN, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

const HOST = 'Host: {host}';
const WITHIN = answer(
  'anything but 400, 414, 431 and 5xx',
  ({ status }) => status < 500 && ![400, 414, 431].includes(status),
);
/** A reset takes from the client what it has not read yet. */
const ARRIVES = answer(
  '4xx that no reset takes away',
  ({ status }, _, { end }) => status >= 400 && status < 500 && end !== 'reset',
);
const LONG = 'x'.repeat(100_000);
/** More than any reasonable head, and it has no end. */
const ENDLESS = `X-Endless: ${'x'.repeat(100)}\r\n`.repeat(10_000);
/** More than a socket and the system hold for a server that has stopped to read. */
const STILL_COMING = 'x'.repeat(12_000_000);
const MUCH = 'x'.repeat(100_000);

export const limits: Chapter = chapter('limits', [
  {
    name: 'line-8000',
    requirements: ['rfc9112/3/line-8000', 'rfc9110/4.1/uri-8000'],
    why: 'long queries are common: request lines of 8,000 octets should work everywhere',
    send: [head(`GET /?${'a'.repeat(8000 - 'GET /? HTTP/1.1'.length)} HTTP/1.1`, HOST)],
    asks: ['GET'],
    allow: [[WITHIN]],
  },
  {
    name: 'target-100000',
    requirements: ['rfc9112/3/target-too-long'],
    why: 'a target that is too long is 414, which tells the client what to shorten',
    send: [head(`GET /${LONG} HTTP/1.1`, HOST)],
    asks: ['GET'],
    allow: [[414], [WITHIN]],
  },
  {
    name: 'method-1000',
    requirements: ['rfc9112/3/method-too-long'],
    why: 'a method longer than all that the server knows is one that it does not know',
    send: [head(`${'A'.repeat(1000)} {path} HTTP/1.1`, HOST)],
    asks: ['GET'],
    allow: [[TAKEN]],
  },
  ...each({ value: `X-A: ${LONG}`, name: `X${LONG}: a` }, (name, line) => ({
    name: `field-${name}-100000`,
    requirements: ['rfc9110/5.4/too-large'],
    why: 'a field that is too large gets a 4xx, not a close and not a 5xx: or the client tries again',
    send: [get(line)],
    asks: ['GET'],
    allow: [[REFUSED], [USUAL]],
  })),
  {
    name: 'fields-10000',
    requirements: ['rfc9110/5.4/too-large'],
    why: 'fields without end fill a table that somebody has to look things up in',
    send: [get(...Array.from({ length: 10_000 }, (_, i) => `X-${i}: a`))],
    asks: ['GET'],
    allow: [[REFUSED], [USUAL]],
  },
  {
    name: 'field-repeated-1000',
    requirements: ['rfc9110/5.4/too-large'],
    why: 'the same field over and over is joined to one long value',
    send: [get(...Array.from({ length: 1000 }, () => 'X-A: b'))],
    asks: ['GET'],
    allow: [[REFUSED], [USUAL]],
  },
  {
    name: 'field-4000',
    requirements: ['rfc9110/2.3/lengths'],
    why: 'cookies are 4 KiB: a server that sets one has to take it back',
    send: [get(`Cookie: a=${'b'.repeat(4000)}`)],
    asks: ['GET'],
    allow: [[TAKEN]],
  },
  {
    name: 'content-100000',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'content larger than any buffer that a head is read into',
    send: [`${withContent(`Content-Length: ${MUCH.length}`)}${MUCH}${get()}`],
    asks: ['{method}', 'GET'],
    content: MUCH,
    allow: [[USUAL, USUAL], [413]],
  },
  {
    name: 'head-endless',
    // RFC 9110 2.3 is a SHOULD, 17.5 an "ought to"; and 5.4 asks for a 4xx of a server that has a limit, not for the limit.
    requirements: ['rfc9110/2.3/defensive'],
    why: 'a head without end is memory that each client can take: a megabyte of it is no reasonable buffer',
    send: [`GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}${ENDLESS}`],
    asks: ['GET'],
    allow: [[REFUSED], [CLOSED]],
  },
  {
    name: 'refusal-arrives',
    requirements: ['rfc9112/9.6/lingering'],
    why: 'most clients send all of their content before they read: if the server closes or stops to read, they never learn why',
    send: ['read late', { wholly: `${withContent('Content-Length: 5, 6')}${STILL_COMING}` }, 'read on'],
    allow: [[ARRIVES, CLOSED]],
  },
]);
