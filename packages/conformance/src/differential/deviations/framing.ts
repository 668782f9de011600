/** Where the end of the content is found otherwise, or looked for at all: what request smuggling lives on. RFC 9112 6, 7 */
import {
  CHUNKED,
  type Deviation,
  GET,
  hasExpectationFailed,
  hasTransferEncoding,
  isCutOffByNode,
  isRefusal,
  isSameRequest,
  nodeRefuses,
  nodeTakes,
  POST,
  values,
} from './deviation.ts';

const TRANSFER_ENCODING = [
  'invalid-transfer-encoding',
  'chunked-not-last',
  'chunked-repeated',
  'chunked-with-parameters',
] as const;

export const FRAMING: readonly Deviation[] = [
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
      it.peer?.request !== undefined,
  },
  {
    id: 'content-length-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    why: 'whitespace after a value is no part of it, and a tab is whitespace; node:http refuses it after Content-Length',
    example: `${POST}Content-Length: 1\t\r\n\r\nx`,
    upToNode: 20, // 24 takes it
    isMet: nodeRefuses((_, { text }) => /^Content-Length:[^\r\n]*\t/im.test(text)),
  },
  {
    id: 'transfer-encoding-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    why: 'whitespace after a value is no part of it, and a tab is whitespace; node:http does not see the chunked before it',
    example: `${POST}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`,
    isMet: (it) => isCutOffByNode(it) && /^Transfer-Encoding:[^\r\n]*\t/im.test(it.text),
  },
  {
    id: 'chunk-size-zeros',
    rule: 'RFC 9112 7.1',
    right: 'both',
    why: 'a limit for zeros before chunk sizes, 4 KiB here; node:http reads as many as come',
    example: `${CHUNKED}${'0'.repeat(5000)}1\r\nx\r\n0\r\n\r\n`,
    isMet: (it) =>
      it.code === 'chunk-extensions-too-large' && isSameRequest(it) && it.peer?.content !== undefined,
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
    isMet: ({ code, text, mini, peer }) =>
      code === 'incomplete-message' && /\r$/.test(text) && isRefusal(mini) && peer === undefined,
  },
];
