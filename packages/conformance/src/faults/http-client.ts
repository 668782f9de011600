/** What is known to be wrong of others' http clients; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

const UNDICI = '7.30.2';
const NODE = '20.20.2';

/** llhttp, which both are made of, and what both do with it. */
function ofBoth(implementation: string, seen: string): KnownFault[] {
  return [
    {
      implementation,
      seen,
      probes: ['chunked/extension-bad-space'],
      clause: 'rfc9110/5.6.3/bad-space',
      story:
        'llhttp refuses whitespace before the ";" of a chunk extension, which is not to be sent but must be read.',
    },
    {
      implementation,
      seen,
      probes: ['framing/chunked-before-tab'],
      clause: 'rfc9112/5.1/trim',
      story:
        'llhttp takes "chunked" with a tab behind it for another coding: the response lasts until the close and its chunks are given as content (nodejs/llhttp#876).',
    },
    {
      implementation,
      seen,
      probes: ['framing/1.0-with-chunked'],
      clause: 'rfc9112/6.1/te-1.0',
      story: 'Decodes the chunks of an HTTP/1.0 response, and sends the next request on the same connection.',
    },
    {
      implementation,
      seen,
      probes: ['length/until-reset'],
      clause: 'rfc9112/8/incomplete-response',
      story:
        'Takes a reset for the end of a response that lasts until the close, so that a broken one passes for whole.',
    },
    {
      implementation,
      seen,
      probes: ['framing/chunked-with-parameter'],
      clause: 'rfc9112/7.1/parameters',
      story: 'Takes "chunked;q=1" for another coding and gives the chunks as content, until the close.',
    },
    {
      implementation,
      seen,
      probes: ['status-line/version-1.2'],
      clause: 'rfc9110/6.2/minor-version',
      story: 'llhttp knows the versions 0.9, 1.0, 1.1 and 2.0, and refuses 1.2.',
    },
    {
      implementation,
      seen,
      probes: ['interim/flood'],
      clause: 'rfc9110/2.3/defensive',
      story: 'Reads interim responses without a limit.',
    },
  ];
}

function ofUndici(implementation: string): KnownFault[] {
  return [
    ...ofBoth(implementation, UNDICI),
    {
      implementation,
      seen: UNDICI,
      probes: ['interim/100', 'interim/several'],
      clause: 'rfc9110/15.2/parse-1xx',
      story:
        'Ends the connection with "bad response" on a 100 (Continue), which it never asks for; other 1xx it goes past.',
    },
    {
      implementation,
      seen: UNDICI,
      probes: ['fields/space-around-value', 'fields/byte-by-byte'],
      clause: 'rfc9112/5.1/trim',
      story:
        'Gives values with the whitespace behind them: llhttp leaves it to its user to take that off (nodejs/http-parser#393).',
    },
  ];
}

export const httpClientFaults: readonly KnownFault[] = [
  ...ofUndici('undici.request'),
  ...ofUndici('fetch'),
  ...ofBoth('node:http', NODE),
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['connection/client-says-close'],
    clause: 'rfc9112/9.6/client-sent-close',
    story:
      'With an Agent that keeps connections, a request told to say Connection: close says it, and the next request follows on the same connection, where the server has not said it too.',
  },
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['request/expect-not-with-get'],
    clause: 'rfc9110/10.1.1/expect-without',
    story: 'Sends the Expect that its caller gives with a request that has no content.',
  },
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['request/expect-417'],
    clause: 'rfc9110/10.1.1/expect-417',
    story: 'Leaves it to its caller to ask again after a 417.',
  },
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['request/post-empty-length'],
    clause: 'rfc9110/8.6/send-where-expected',
    story:
      'Where fields are given as an array, an empty POST is sent chunked: they are written before the content is known.',
  },
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['connection/unsolicited-closes'],
    clause: 'rfc9112/9.2/unsolicited-close',
    story: 'An Agent drops what comes on an idle connection, and uses the connection again.',
  },
  {
    implementation: 'node:http',
    seen: NODE,
    probes: ['status-line/status-099'],
    clause: 'rfc9110/15/invalid-status',
    story: 'Gives 099 as the status 99.',
  },
];
