/** The status line: RFC 9112 4, RFC 9110 15. What is not `must` here may be mended: "a recipient MAY attempt to recover" (9110 2.4). */
import type { Row } from './client-probe.ts';
import { fails, gives, reuses, thenSecond } from './outcome.ts';
import { close, hello, slowly } from './script.ts';

const BODY = '\r\nContent-Length: 5\r\n\r\nhello';
const line = (statusLine: string): string[] => [statusLine + BODY];

export const statusLine: readonly Row[] = [
  {
    name: 'status-line/ordinary',
    requirements: ['rfc9112/4/status-line', 'rfc9112/6.3/cl-body'],
    why: 'The plainest response there is; what fails here says something about the set-up and not about the client.',
    answer: [hello()],
    allowed: [[gives('hello')]],
  },
  {
    name: 'status-line/byte-by-byte',
    requirements: ['rfc9112/2.2/octets', 'rfc9112/4/status-line'],
    why: 'TCP keeps no boundaries: a client that takes what one read brings for a line fails on a slow network.',
    answer: [slowly(hello('X-A: b'))],
    allowed: [[gives('hello')]],
  },
  {
    name: 'status-line/reason-empty',
    requirements: ['rfc9112/4/status-line', 'rfc9112/4/reason'],
    why: 'The reason is optional; its space is not, so this line is in order.',
    answer: line('HTTP/1.1 200 '),
    allowed: [[gives('hello')]],
  },
  {
    name: 'status-line/reason-without-space',
    requirements: ['rfc9110/2.4/recover', 'rfc9112/4/status-line'],
    why: 'A server that leaves out the space breaks the grammar, but there is no doubt about what it means.',
    answer: line('HTTP/1.1 200'),
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'status-line/reason-of-any-text',
    requirements: ['rfc9112/2.2/octets', 'rfc9112/4/reason'],
    why: 'A reason may hold tabs and octets above 0x7F, which are no valid UTF-8 here.',
    answer: line('HTTP/1.1 200 in \xd6rdnung\t\xff'),
    allowed: [[gives('hello')]],
  },
  {
    name: 'status-line/reason-contradicts',
    requirements: ['rfc9112/4/reason'],
    why: 'Only the code counts: the phrase may be translated, replaced or a joke.',
    answer: line('HTTP/1.1 200 404 Not Found'),
    allowed: [[gives('hello')]],
  },
  {
    name: 'status-line/reason-with-nul',
    requirements: ['rfc9110/2.4/recover', 'rfc9112/4/status-line'],
    why: 'NUL is outside the grammar of a reason.',
    answer: line('HTTP/1.1 200 O\0K'),
    allowed: [[fails]],
  },
  ...(['299', '499', '599'] as const).map(
    (status): Row => ({
      name: `status-line/status-${status}`,
      requirements: ['rfc9110/15/unknown-class', 'rfc9112/4/status-line'],
      why: 'A client knows every status by its class, even one that nobody has registered: it reads on as usual.',
      answer: line(`HTTP/1.1 ${status} Whatever`),
      again: true,
      allowed: [[gives('hello', Number(status)), thenSecond]],
    }),
  ),
  {
    name: 'status-line/status-399',
    requirements: ['rfc9110/15/unknown-class'],
    why: 'As 300: a redirection with nowhere to go is told to the caller.',
    answer: line('HTTP/1.1 399 Elsewhere'),
    allowed: [[gives('hello', 399)], [gives('hello', 300)]],
  },
  {
    name: 'status-line/status-600',
    requirements: ['rfc9110/15/invalid-status'],
    why: 'Outside 100 to 599: as an error of the server, under any number that says so.',
    answer: line('HTTP/1.1 600 Beyond'),
    allowed: [[gives('hello', 600)], [gives('hello', 500)], [fails]],
  },
  {
    name: 'status-line/status-099',
    requirements: ['rfc9110/15/invalid-status', 'rfc9112/4/status-line'],
    why: 'Three digits, and no class: taken for the number 99 it would be neither an error nor a success.',
    answer: line('HTTP/1.1 099 Below'),
    allowed: [[gives('hello', 500)], [fails]],
  },
  ...(
    [
      ['two-digits', '20'],
      ['four-digits', '2000'],
      ['letters', '2OO'],
      ['signed', '+200'],
      ['missing', ''],
    ] as const
  ).map(
    ([name, status]): Row => ({
      name: `status-line/status-${name}`,
      requirements: ['rfc9110/2.4/recover', 'rfc9112/4/status-line'],
      why: 'A status code is three digits. Whoever guesses what was meant guesses otherwise than the next one.',
      answer: [...line(`HTTP/1.1 ${status} OK`), close],
      allowed: [[fails]],
    }),
  ),
  {
    name: 'status-line/version-1.2',
    requirements: ['rfc9110/6.2/minor-version'],
    why: 'A minor version may add, but not change how a message is read: so 1.2 reads as 1.1, and persists.',
    answer: ['HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    again: true,
    allowed: [[gives('hello'), thenSecond, reuses]],
  },
  ...(
    [
      ['2.0', 'HTTP/2.0'],
      ['0.9', 'HTTP/0.9'],
      ['lower-case', 'http/1.1'],
      ['other-protocol', 'ICY'],
      ['two-digits', 'HTTP/1.10'],
      ['without-minor', 'HTTP/1'],
    ] as const
  ).map(
    ([name, version]): Row => ({
      name: `status-line/version-${name}`,
      requirements: ['rfc9110/2.4/recover', 'rfc9112/2.3/version'],
      why: 'Not a version of HTTP/1: nothing says how what follows is to be read.',
      answer: [...line(`${version} 200 OK`), close],
      allowed: [[fails]],
    }),
  ),
  {
    name: 'status-line/no-status-line',
    requirements: ['rfc9110/2.4/recover', 'rfc9112/4/status-line'],
    why: 'HTTP/0.9 answered so. A client that still takes it can be made to show what any other protocol on any port says.',
    answer: ['hello', close],
    allowed: [[fails]],
  },
  {
    name: 'status-line/cut-off',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'There is no response before its header section has come to its end.',
    answer: ['HTTP/1.1 200 O', close],
    allowed: [[fails]],
  },
  {
    name: 'status-line/nothing',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'The server closes without a word on a fresh connection: an error, since nothing says that it may be asked again.',
    answer: [close],
    answerAgain: [close],
    allowed: [[fails]],
  },
];
