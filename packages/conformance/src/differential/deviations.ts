/**
 * Where http-mini and node:http part on the same bytes, and which of them is right. Each deviation knows itself by as little
 * as it can: the rule that http-mini names, and what node:http made of the bytes.
 */
import { METHODS } from 'node:http';
import type { HttpErrorCode } from 'http-mini';
import type { Difference } from './difference.ts';
import type { Exchange, ObservedRequest } from './observe.ts';

export interface Deviation {
  readonly id: string;
  /** The section that decides. */
  readonly rule: string;
  /** Who keeps it; both where it leaves a choice. */
  readonly right: 'http-mini' | 'node:http' | 'both';
  readonly why: string;
  /** Bytes that meet it, one character for each. */
  readonly example: string;
  /** What follows is still read alike by both. */
  readonly goesOn?: true;
  isMet(difference: Difference): boolean;
}

type Test = Deviation['isMet'];

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

export const DEVIATIONS: readonly Deviation[] = [
  // ── Answers ──
  {
    id: 'answer-lost',
    rule: 'RFC 9112 9.3.2',
    right: 'http-mini',
    why: 'a good request is answered whatever follows it; node:http forgets those under way when it refuses what follows',
    example: `${GET}\r\n\x01\x02`,
    goesOn: true,
    // After a 417 the refusal may be unsaid, see below.
    isMet: (it) =>
      isUnansweredByNode(it) &&
      (it.lastOfNode?.status === 400 || it.lastOfNode?.status === 431 || hasExpectationFailed(it.earlier)),
  },
  {
    id: 'answer-lost-to-connect',
    rule: 'RFC 9112 9.3.2',
    right: 'http-mini',
    why: 'answers go out in order; node:http hands the socket over for CONNECT while earlier requests wait for theirs',
    example: `${GET}\r\nCONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`,
    goesOn: true,
    isMet: (it) => isUnansweredByNode(it) && it.lastOfNode?.request?.method === 'CONNECT',
  },
  {
    id: 'second-answer',
    rule: 'RFC 9112 9.2',
    right: 'http-mini',
    why: 'one request, one final answer: after its 417, node:http sends 400 where the content of that request is bad',
    example: `${POST}Expect: a\r\nContent-Length: 9\r\n\r\ncut off`,
    isMet: ({ earlier, mini, node }) =>
      earlier.at(-1)?.status === 417 && mini === undefined && isRefusal(node),
  },
  {
    id: 'refusal-unsaid',
    rule: 'RFC 9112 2.2',
    right: 'http-mini',
    why: 'bad bytes get 400; node:http cuts the connection off unsaid while an answer to what came before is being written',
    example: `${GET}Expect: a\r\n\r\n\x01\x02`,
    isMet: ({ earlier, mini, node }) =>
      hasExpectationFailed(earlier) && mini !== undefined && node === undefined,
  },
  {
    id: 'bytes-after-close',
    rule: 'RFC 9112 9.6',
    right: 'http-mini',
    why: 'what follows a request that ends the connection is not read; node:http refuses it with 400',
    example: `${GET}Connection: close\r\n\r\n${GET}\r\n`,
    isMet: ({ earlier, mini, node }) =>
      earlier.at(-1)?.closes === true && mini === undefined && isRefusal(node),
  },
  {
    id: 'bytes-after-upgrade',
    rule: 'RFC 9110 7.8',
    right: 'http-mini',
    why: 'Upgrade may be ignored, and HTTP goes on; node:http then drops what came in the same read',
    example: `${GET}Connection: upgrade\r\nUpgrade: a\r\n\r\n${GET}\r\n`,
    isMet: ({ earlier, mini, node }) =>
      values(earlier.at(-1)?.request, 'upgrade').length > 0 && mini !== undefined && node === undefined,
  },
  {
    id: 'close-among-options',
    rule: 'RFC 9112 9.3',
    right: 'http-mini',
    why: 'close wins over keep-alive; node:http heeds the first that it finds',
    example: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: a, close\r\n\r\n',
    isMet: (it) => {
      const last = it.earlier.at(-1);
      const isSameAnswer = isSameRequest(it) && it.mini?.status === it.node?.status;
      if (isSameAnswer) return closesAmongOptions(it.mini) && it.node?.closes === false;
      return closesAmongOptions(last) && it.mini === undefined && it.node?.request !== undefined;
    },
  },
  {
    id: 'close-behind-quotation-mark',
    rule: 'RFC 9110 7.6.1',
    right: 'node:http',
    why: 'no option holds a quotation mark, so it hides no comma; http-mini reads Connection as a list with quoted strings',
    example: `${GET}Connection: a"b\r\nConnection: close\r\n\r\n`,
    isMet: (it) =>
      isSameRequest(it) &&
      it.mini?.closes === false &&
      it.node?.closes === true &&
      /".*,\s*close/i.test(values(it.mini.request, 'connection').join()),
  },
  {
    id: 'expectation-of-connect',
    rule: 'RFC 9110 10.1.1',
    right: 'both',
    why: 'an unknown expectation may be answered 417; node:http does not look for one in CONNECT',
    example: 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nExpect: a\r\n\r\n',
    isMet: (it) => isSameRequest(it) && it.mini?.status === 417 && it.mini.request?.method === 'CONNECT',
  },

  {
    id: 'expectation-among-others',
    rule: 'RFC 9110 10.1.1',
    right: 'both',
    why: '417 may answer any expectation but 100-continue; node:http overlooks the others beside that one',
    example: `${GET}Expect: x\r\nExpect: 100-continue\r\n\r\n`,
    isMet: (it) =>
      isSameRequest(it) &&
      it.mini?.status === 417 &&
      it.node?.status !== 417 &&
      /100-continue/i.test(values(it.mini.request, 'expect').join()),
  },
  {
    id: 'expectation-of-bad-content',
    rule: 'RFC 9110 10.1.1',
    right: 'both',
    why: 'a request with an unknown expectation and bad content is wrong twice; node:http says 400 where the 417 has to wait its turn',
    example: `${GET}\r\n${POST}Expect: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`,
    isMet: (it) => isSameRequest(it) && it.mini?.status === 417 && it.node?.status === 400,
  },

  // ── The request line ──
  {
    id: 'method-unknown',
    rule: 'RFC 9110 9.1',
    right: 'http-mini',
    why: 'any token is a method, in its own case, and the handler says which it knows; node:http refuses what it has no number for',
    example: 'BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ method }) => !METHODS.includes(method)),
  },
  {
    id: 'method-too-long',
    rule: 'RFC 9112 3',
    right: 'both',
    why: '501 for a method longer than any that is known; node:http says 400, as to every other unknown one',
    example: `${'A'.repeat(65)} / HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: bothRefuse('method-too-long', 501, 400),
  },
  {
    id: 'minor-version',
    rule: 'RFC 9110 2.5',
    right: 'http-mini',
    why: 'a higher minor version is processed as 1.1; node:http refuses it',
    example: 'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ version }, { text }) => version === '1.1' && /HTTP\/1\.[2-9]\r\n/.test(text)),
  },
  {
    id: 'major-version-taken',
    rule: 'RFC 9110 15.6.6',
    right: 'http-mini',
    why: 'another major version is 505; node:http serves 0.9 and 2.0 as if they were 1.x',
    example: 'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    isMet: nodeTakes('unsupported-version', ({ version }) => version === '0.9' || version === '2.0'),
  },
  {
    id: 'major-version-refused',
    rule: 'RFC 9110 15.6.6',
    right: 'http-mini',
    why: 'another major version is 505; node:http says 400',
    example: 'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
    isMet: bothRefuse('unsupported-version', 505, 400),
  },
  {
    id: 'request-line-without-version',
    rule: 'RFC 9112 3',
    right: 'http-mini',
    why: 'a request line ends in a version; node:http serves one without as HTTP/0.9',
    example: 'GET /\r\n\r\n',
    isMet: nodeTakes('invalid-request-line', ({ version }) => version === '0.9'),
  },
  {
    id: 'request-line-spaces',
    rule: 'RFC 9112 3',
    right: 'both',
    why: 'one SP stands between method and target; node:http takes more, as a lenient recipient may',
    example: 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: (it) =>
      nodeTakes(
        it.code === 'invalid-version' ? it.code : 'invalid-request-line',
        ({ method, target }) => it.text.includes(`${method}  `) || it.text.includes(`${target}  `),
      )(it),
  },
  {
    id: 'line-feed-before-request',
    rule: 'RFC 9112 2.2',
    right: 'both',
    why: 'an empty line may end in LF alone, or must not; node:http skips it before a method',
    example: `\n${GET}\r\n`,
    isMet: ({ code, text, mini, node }) =>
      code === 'bare-line-feed' && /(^|[^\r])\n/.test(text) && isRefusal(mini) && !isRefusal(node),
  },
  {
    id: 'scheme-characters',
    rule: 'RFC 9112 3.2.2',
    right: 'http-mini',
    why: 'a scheme may hold digits and "+-." after its first letter; node:http refuses them',
    example: 'GET h2+x://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ target }) => /^[a-z]+[\d+.-][a-z\d+.-]*:\/\//i.test(target)),
  },
  {
    id: 'carriage-return-before-request',
    rule: 'RFC 9112 2.2',
    right: 'http-mini',
    why: 'a CR without LF is no empty line; node:http skips it before a method',
    example: `\r${GET}\r\n`,
    isMet: ({ code, text, mini, node }) =>
      code === 'bare-carriage-return' &&
      isRefusal(mini) &&
      (node === undefined ? /\r$/.test(text) : text.includes(`\r${node.request?.method}`)),
  },
  {
    id: 'target-characters',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'a target is a URI’s, with an authority that is one; node:http passes on quotation marks, broken escapes and userinfo',
    example: 'GET /"<> HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeTakes('invalid-target', ({ target }) => !/^\/[\w\-.~!$&'()*+,;=:@/?]*$/.test(target)),
  },
  {
    id: 'target-form',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: '* belongs to OPTIONS, host:port to CONNECT, and nothing else there; node:http takes either from anyone',
    example: 'GET * HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeTakes(
      'invalid-target-form',
      ({ target, method }) => method === 'CONNECT' || target[0] !== '/',
    ),
  },
  {
    id: 'target-too-long-taken',
    rule: 'RFC 9112 3',
    right: 'both',
    why: 'a limit for targets, 8 KiB here; node:http has one for the whole head only',
    example: `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: nodeTakes('target-too-long', ({ target }) => target.length > 8192),
  },
  {
    id: 'target-too-long-refused',
    rule: 'RFC 9112 3',
    right: 'http-mini',
    why: 'a target too long is 414; node:http says 431, since it counts the head as one',
    example: `GET /${'a'.repeat(17000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: bothRefuse('target-too-long', 414, 431),
  },

  // ── Fields ──
  {
    id: 'host-missing-in-connect',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'every request of HTTP/1.1 has a Host; node:http does not look for it in CONNECT',
    example: 'CONNECT a:1 HTTP/1.1\r\n\r\n',
    isMet: nodeTakes(
      'host-missing',
      (request) => request.method === 'CONNECT' && values(request, 'host').length === 0,
    ),
  },
  {
    id: 'request-after-missing-host',
    rule: 'RFC 9112 9.6',
    right: 'http-mini',
    why: 'after a refusal that closes, nothing is read; node:http refuses a missing Host, and its handler gets what follows',
    example: `GET / HTTP/1.1\r\n\r\n${GET}\r\n`,
    // A target that is wrong too is what http-mini finds first.
    isMet: (it) => nodeTakes('host-missing', () => true)(it) || nodeTakes('invalid-target', () => true)(it),
  },
  {
    id: 'host-repeated',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'two Hosts are two answers to who is asked; node:http takes the first',
    example: `${GET}Host: b\r\n\r\n`,
    isMet: nodeTakes('host-repeated', (request) => values(request, 'host').length > 1),
  },
  {
    id: 'host-invalid',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'Host is host[:port]; node:http passes on anything',
    example: 'GET / HTTP/1.1\r\nHost: user@a/b,c\r\n\r\n',
    isMet: nodeTakes('invalid-host', (request) => values(request, 'host').length === 1),
  },
  {
    id: 'fields-too-many',
    rule: 'RFC 9110 5.4',
    right: 'both',
    why: 'a limit for field lines, 100 here; node:http keeps 2,000 and drops the rest unsaid',
    example: `${GET}${'A: b\r\n'.repeat(100)}\r\n`,
    isMet: nodeTakes('too-many-fields', ({ fields }) => fields.length > 100),
  },
  {
    id: 'head-too-large',
    rule: 'RFC 9110 5.4',
    right: 'both',
    why: 'a head over 16 KiB is 431; node:http does not count everything in it, and finds it cut off instead: 400',
    example: `${GET}A: ${'a'.repeat(16_360)}`,
    isMet: bothRefuse('head-too-large', 431, 400),
  },

  // ── Framing ──
  {
    id: 'transfer-encoding-in-1.0',
    rule: 'RFC 9112 6.1',
    right: 'http-mini',
    why: 'HTTP/1.0 knows no Transfer-Encoding, so its framing is in doubt; node:http decodes it',
    example: 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    isMet: nodeTakes(
      'transfer-encoding-in-http-1.0',
      (request) => request.version === '1.0' && values(request, 'transfer-encoding').length > 0,
    ),
  },
  {
    id: 'transfer-coding-unknown',
    rule: 'RFC 9112 6.1',
    right: 'http-mini',
    why: 'a coding that is not decoded is 501; node:http hands the coded bytes on as if they were the content',
    example: `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    isMet: nodeTakes('unknown-transfer-coding', hasTransferEncoding),
  },
  {
    id: 'transfer-encoding-in-doubt',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    why: 'a Transfer-Encoding that does not end in one plain chunked is refused with its head; node:http calls the handler first, or serves it',
    example: `${POST}Transfer-Encoding: chunked;a="\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    isMet: (it) => TRANSFER_ENCODING.some((code) => nodeTakes(code, hasTransferEncoding)(it)),
  },
  {
    id: 'transfer-encoding-empty-elements',
    rule: 'RFC 9110 5.6.1.2',
    right: 'http-mini',
    why: 'empty elements of a list are ignored; node:http refuses ", chunked ,"',
    example: `${POST}Transfer-Encoding: , chunked ,\r\n\r\n0\r\n\r\n`,
    isMet: nodeRefuses((request) =>
      /^[ \t,]*,|,[ \t,]*$/.test(values(request, 'transfer-encoding').join(', ')),
    ),
  },
  {
    id: 'content-length-imprecise',
    rule: 'RFC 9110 8.6',
    right: 'http-mini',
    why: 'a length beyond 2^53 loses precision, and is refused with its head; node:http waits for the content',
    example: `${POST}Content-Length: ${2 ** 53}\r\n\r\n`,
    isMet: nodeTakes(
      'invalid-content-length',
      (request) => Number(values(request, 'content-length')[0]) > Number.MAX_SAFE_INTEGER,
    ),
  },
  {
    id: 'chunk-line-whitespace',
    rule: 'RFC 9112 7.1.1',
    right: 'http-mini',
    why: 'whitespace around ";" and "=" is bad and must be read; node:http refuses it',
    example: `${CHUNKED}1 ; a=b\r\nx\r\n0\r\n\r\n`,
    isMet: (it) =>
      isCutOffByNode(it) && /^[\da-f]+[ \t]+;|^[\da-f]+(?=;)[^\r\n]*([;=][ \t]|[ \t][;=])/im.test(it.text),
  },
  {
    id: 'chunk-extension-nameless',
    rule: 'RFC 9112 7.1.1',
    right: 'http-mini',
    why: 'a chunk extension has a name, and a value after "="; node:http reads on without',
    example: `${CHUNKED}1;=b\r\nx\r\n0\r\n\r\n`,
    isMet: (it) =>
      it.code === 'invalid-chunk-extension' &&
      (it.mini === undefined ? hasExpectationFailed(it.earlier) : isSameRequest(it)) &&
      it.node?.request !== undefined,
  },
  {
    id: 'content-length-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    why: 'whitespace after a value is no part of it, and a tab is whitespace; node:http refuses it after Content-Length',
    example: `${POST}Content-Length: 1\t\r\n\r\nx`,
    isMet: nodeRefuses((_, { text }) => /^Content-Length:[^\r\n]*\t/im.test(text)),
  },
  {
    id: 'chunk-size-zeros',
    rule: 'RFC 9112 7.1',
    right: 'both',
    why: 'zeros without end before a chunk size are nobody’s; node:http reads as many as come',
    example: `${CHUNKED}${'0'.repeat(40)}1\r\nx\r\n0\r\n\r\n`,
    isMet: (it) => it.code === 'chunk-size-too-large' && isSameRequest(it) && it.node?.content !== undefined,
  },
  {
    id: 'framing-in-trailers',
    rule: 'RFC 9110 6.5.1',
    right: 'both',
    why: 'Content-Length and Transfer-Encoding among the trailers frame nothing and are never merged; node:http refuses the message',
    example: `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`,
    isMet: (it) =>
      isCutOffByNode(it) &&
      (it.mini?.trailers ?? []).some(([name]) => /^(content-length|transfer-encoding)$/i.test(name)),
  },
  {
    id: 'line-end-cut-off',
    rule: 'RFC 9112 8',
    right: 'both',
    why: 'a CR alone before the close is half an empty line; node:http overlooks it',
    example: `${GET}\r\n\r`,
    isMet: ({ code, text, mini, node }) =>
      code === 'incomplete-message' && /\r$/.test(text) && isRefusal(mini) && node === undefined,
  },
];

const TRANSFER_ENCODING = [
  'invalid-transfer-encoding',
  'chunked-not-last',
  'chunked-repeated',
  'chunked-with-parameters',
] as const;

// ── What predicates are made of ──

/** http-mini refuses, for this reason, what node:http takes for such a request. */
function nodeTakes(code: HttpErrorCode, is: (request: ObservedRequest) => boolean): Test {
  return (it) =>
    it.code === code && isRefusal(it.mini) && it.node?.request !== undefined && is(it.node.request);
}

/** http-mini takes for such a request what node:http refuses with its head. */
function nodeRefuses(is: (request: ObservedRequest, difference: Difference) => boolean): Test {
  return (it) =>
    it.mini?.request !== undefined &&
    isRefusal(it.node) &&
    it.node?.status === 400 &&
    is(it.mini.request, it);
}

/** Both refuse, and say so with another status. */
function bothRefuse(code: HttpErrorCode, ours: number, theirs: number): Test {
  return ({ mini, node, ...it }) =>
    it.code === code &&
    isRefusal(mini) &&
    isRefusal(node) &&
    mini?.status === ours &&
    node?.status === theirs;
}

function isRefusal(exchange: Exchange | undefined): boolean {
  return exchange !== undefined && exchange.request === undefined;
}

function isSameRequest({ mini, node }: Difference): boolean {
  return mini?.request !== undefined && JSON.stringify(mini.request) === JSON.stringify(node?.request);
}

function isUnansweredByNode(it: Difference): boolean {
  return isSameRequest(it) && it.mini?.status !== undefined && it.node?.status === undefined;
}

/** An answer to a request that says both: "close" wins. */
function closesAmongOptions(exchange: Exchange | undefined): boolean {
  const options = values(exchange?.request, 'connection').join();
  return exchange?.closes === true && /keep-alive.*close|close.*keep-alive/i.test(options);
}

/** After an answer that node:http gives at once, it may end the connection without another. */
function hasExpectationFailed(earlier: readonly Exchange[]): boolean {
  return earlier.some(({ status }) => status === 417);
}

/** http-mini has read the content that node:http refuses. */
function isCutOffByNode(it: Difference): boolean {
  return isSameRequest(it) && it.mini?.content !== undefined && it.node?.status === 400;
}

function hasTransferEncoding(request: ObservedRequest): boolean {
  return values(request, 'transfer-encoding').length > 0;
}

function values(request: ObservedRequest | undefined, name: string): string[] {
  return (request?.fields ?? []).filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}
