/** What is known to be wrong of others' http servers; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

/** node:http on llhttp 8 and 9, as default options have it. */
function ofNode(fault: Omit<KnownFault, 'implementation' | 'seen'>): KnownFault {
  return { implementation: 'node:http', seen: '20.20.2', ...fault };
}

export const httpServerFaults: readonly KnownFault[] = [
  ofNode({
    probes: ['request-line/no-version', 'request-line/version-0.9', 'request-line/version-2.0'],
    clause: 'rfc9110/15.6.6/version',
    story:
      'llhttp lets 0.9 and 2.0 through, and takes a line without a version for 0.9; the handler is called as ever.',
  }),
  ofNode({
    probes: ['request-line/version-1.2', 'request-line/version-1.9'],
    clause: 'rfc9110/6.2/minor-version',
    story: 'llhttp knows the versions 0.9, 1.0, 1.1 and 2.0, and refuses 1.2.',
  }),
  ofNode({
    probes: ['target/asterisk-get', 'target/asterisk-post'],
    clause: 'rfc9112/3.2.4/asterisk',
    story: '"*" reaches the handler with any method; what to make of it is left to the application.',
  }),
  ofNode({
    probes: ['target/absolute-empty-host', 'target/absolute-userinfo'],
    clause: 'rfc9110/4.2.1/reject-empty-host',
    story: 'Hands any target on, also with userinfo in it, or without a host.',
  }),
  ofNode({
    probes: ['target/https-unsecured*'],
    clause: 'rfc9110/7.4/https-secured',
    story: 'Hands any target on, one of https over plain TCP too; to refuse is left to the application.',
  }),
  ofNode({
    probes: [
      'target/quotation-mark',
      'target/angle-bracket',
      'target/backslash',
      'target/caret',
      'target/backtick',
      'target/brace',
      'target/pipe',
      'target/fragment',
      'target/*-escape',
    ],
    clause: 'rfc9112/3/invalid-line',
    story: 'llhttp refuses controls and what is beyond ASCII in a target, and lets all else through.',
  }),
  ofNode({
    probes: ['target/connect-*'],
    clause: 'rfc9110/9.3.6/connect-port',
    story:
      'The "connect" listener is given any target, a path or no port at all; to refuse is left to the application.',
  }),
  ofNode({
    probes: ['host/repeated-*'],
    clause: 'rfc9112/3.2/host-repeated',
    story: 'Takes the first Host and drops the others; requireHostHeader asks only for one at least.',
  }),
  ofNode({
    probes: ['host/invalid-*'],
    clause: 'rfc9112/3.2/host-invalid',
    story: 'Host is a field like any other to it: any value is passed on.',
  }),
  ofNode({
    probes: ['fields/length-much-space'],
    until: '24',
    clause: 'rfc9112/5.1/trim',
    story: 'llhttp 8 refuses a tab after the digits of Content-Length.',
  }),
  ofNode({
    probes: ['transfer-encoding/tab', 'transfer-encoding/empty-last'],
    clause: 'rfc9112/5.1/trim',
    story:
      'llhttp takes "chunked" with a tab or a comma behind it for another coding, and answers 400 (nodejs/llhttp#876).',
  }),
  ofNode({
    probes: ['content-length/surplus-garbage', 'connection/close-and-*surplus'],
    clause: 'rfc9112/9.3.2/pipeline-order',
    story:
      'Where bad or surplus bytes come in the packet of a good request, 400 is sent and the answer to the good one, whose handler has been called, is not.',
  }),
  ofNode({
    probes: ['transfer-encoding/unknown-*'],
    clause: 'rfc9112/6.1/unknown-coding',
    story: 'Decodes chunked and hands on content that is still coded otherwise, as if it were the content.',
  }),
  ofNode({
    probes: ['transfer-encoding/in-1.0'],
    clause: 'rfc9112/6.1/te-1.0',
    story: 'Decodes the chunks of an HTTP/1.0 request, and takes another one on the same connection.',
  }),
  ofNode({
    probes: ['chunked/bad-space-*'],
    clause: 'rfc9110/5.6.3/bad-space',
    story:
      'llhttp refuses whitespace around the ";" and "=" of a chunk extension, which is not to be sent but must be read.',
  }),
  ofNode({
    probes: ['chunked-broken/extension-name-missing'],
    clause: 'rfc9112/7.1/chunked-grammar',
    story: 'llhttp reads a chunk extension that has a value and no name.',
  }),
  ofNode({
    probes: ['connection/close-among-tabs'],
    until: '24',
    clause: 'rfc9112/9.6/server-close',
    story:
      'llhttp looks for "close" between commas and spaces: with a tab beside it, it is not seen, and the connection goes on.',
  }),
  ofNode({
    probes: ['connection/1.0-keep-alive-and-close'],
    clause: 'rfc9112/9.3/persist',
    story: 'In HTTP/1.0, keep-alive wins over the close before it.',
  }),
  ofNode({
    probes: ['methods/token-*'],
    clause: 'rfc9110/9.1/unknown-method',
    story:
      'llhttp has a number for each method that it knows, and answers 400 to all others, as if they were no tokens.',
  }),
  ofNode({
    probes: ['limits/method-1000'],
    clause: 'rfc9112/3/method-too-long',
    story: 'A method that llhttp has no number for is 400, however long it is.',
  }),
  ofNode({
    probes: ['limits/target-100000'],
    clause: 'rfc9112/3/target-too-long',
    story: 'Counts the head as one: a target that is too long for it is 431, never 414.',
  }),
  ofNode({
    probes: ['limits/refusal-arrives'],
    clause: 'rfc9112/9.6/lingering',
    story:
      'What it refuses it answers and destroys in one go: while content still comes, that is a reset, and the answer is lost.',
  }),
  ofNode({
    probes: ['upgrade/goes-on'],
    clause: 'rfc9112/9.3/persist',
    story:
      'After a request with Upgrade that nobody listens for, which is answered as usual, the rest of its packet is dropped: a request there is never answered, and the next packet is read as if it had not been sent.',
  }),
];
