/** Where the end of the content is found otherwise, or looked for at all. RFC 9112 6, 7 */
import { BOTH, CHUNKED, hasField, OK, peerRefuses, peerTakes, type ResponseDeviation } from './deviation.ts';

export const CONTENT: readonly ResponseDeviation[] = [
  {
    id: 'length-without-content',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    peers: ['undici'],
    why: 'a 204 or 304 has no content, whatever its Content-Length says; undici waits for some, and fails',
    example: 'HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n',
    isMet: (it) =>
      peerRefuses(it) &&
      (it.mini!.status === 204 || it.mini!.status === 304) &&
      /^Content-Length/im.test(it.text),
  },
  {
    id: 'length-invalid-and-unused',
    rule: 'RFC 9112 6.3',
    right: 'both',
    peers: BOTH,
    why: 'where there is no content, after HEAD for one, nobody needs its length; llhttp refuses the response for it',
    example: `${OK}Content-Length: 1x\r\n\r\n`,
    method: 'HEAD',
    isMet: (it) => peerRefuses(it) && hasField(it.mini!, /^content-length$/i, /\D|^$/),
  },
  {
    id: 'two-lengths-unused',
    rule: 'RFC 9112 6.3',
    right: 'both',
    peers: BOTH,
    why: 'where there is no content, after HEAD for one, nobody needs its length; llhttp refuses a response with two of them',
    example: `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`,
    method: 'HEAD',
    isMet: (it) =>
      peerRefuses(it) && it.mini!.fields!.filter(([name]) => /^content-length$/i.test(name)).length > 1,
  },
  {
    id: 'two-framings-unused',
    rule: 'RFC 9112 6.3',
    right: 'both',
    peers: BOTH,
    why: 'where there is no content, after HEAD for one, nobody needs its framing; llhttp refuses a response with both fields',
    example: `${CHUNKED.slice(0, -2)}Content-Length: 1\r\n\r\n`,
    method: 'HEAD',
    isMet: (it) =>
      peerRefuses(it) &&
      hasField(it.mini!, /^transfer-encoding$/i, /^/) &&
      hasField(it.mini!, /^content-length$/i, /^/),
  },
  {
    id: 'transfer-encoding-in-doubt',
    rule: 'RFC 9112 7',
    right: 'http-mini',
    peers: BOTH,
    why: 'a Transfer-Encoding that is no list of codings, or gives chunked a parameter, is an error; llhttp reads until close',
    example: `${OK}Transfer-Encoding: chunked;a\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'chunked-with-parameters', 'invalid-transfer-encoding'),
  },
  {
    id: 'transfer-encoding-empty-elements',
    rule: 'RFC 9110 5.6.1.2',
    right: 'http-mini',
    peers: BOTH,
    why: 'empty elements of a list are ignored; behind one, llhttp does not see that chunked is the last, and reads until close',
    example: `${OK}Transfer-Encoding: , chunked ,\r\n\r\n0\r\n\r\n`,
    isMet: (it) =>
      it.mini?.status !== undefined &&
      it.peer?.status === it.mini.status &&
      hasField(it.mini, /^transfer-encoding$/i, /,[ \t]*$/),
  },
  {
    id: 'transfer-coding-unknown',
    rule: 'RFC 9112 7',
    right: 'http-mini',
    peers: BOTH,
    why: 'a coding that is not decoded is an error; llhttp hands the coded bytes on as if they were the content',
    example: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'unknown-transfer-coding'),
  },
  {
    id: 'chunked-repeated',
    rule: 'RFC 9112 6.1',
    right: 'http-mini',
    peers: BOTH,
    why: 'chunked is applied once at most, so its framing is in doubt; llhttp decodes it once, and hands on what is left',
    example: `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'chunked-repeated'),
  },
  {
    id: 'transfer-encoding-in-1.0',
    rule: 'RFC 9112 6.1',
    right: 'http-mini',
    peers: BOTH,
    why: 'HTTP/1.0 knows no Transfer-Encoding, so its framing is in doubt; llhttp decodes it',
    example: 'HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    isMet: (it) => peerTakes(it, 'transfer-encoding-in-http-1.0'),
  },
  {
    id: 'content-length-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    peers: BOTH,
    why: 'whitespace after a value is no part of it, and a tab is whitespace; llhttp refuses it after Content-Length',
    example: `${OK}Content-Length: 1\t\r\n\r\nx`,
    upToNode: 20, // 24 takes it
    isMet: (it) => peerRefuses(it) && /^Content-Length:[^\r\n]*\t/im.test(it.text),
  },
  {
    id: 'chunk-line-whitespace',
    rule: 'RFC 9112 7.1.1',
    right: 'http-mini',
    peers: BOTH,
    why: 'whitespace around ";" and "=" is bad and must be read; llhttp refuses it',
    example: `${CHUNKED}1 ; a=b\r\nx\r\n0\r\n\r\n`,
    isMet: (it) =>
      peerRefuses(it) && /^[\da-f]+[ \t]+;|^[\da-f]+(?=;)[^\r\n]*([;=][ \t]|[ \t][;=])/im.test(it.text),
  },
  {
    id: 'chunk-extension-nameless',
    rule: 'RFC 9112 7.1.1',
    right: 'http-mini',
    peers: BOTH,
    why: 'a chunk extension has a name, and a value after "="; llhttp reads on without',
    example: `${CHUNKED}1;=b\r\nx\r\n0\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'invalid-chunk-extension'),
  },
  {
    id: 'chunk-size-zeros',
    rule: 'RFC 9112 7.1',
    right: 'both',
    peers: BOTH,
    why: 'a limit for zeros before chunk sizes, 4 KiB here; llhttp reads as many as come',
    example: `${CHUNKED}${'0'.repeat(5000)}1\r\nx\r\n0\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'chunk-extensions-too-large'),
  },
  {
    id: 'coding-in-trailers',
    rule: 'RFC 9110 6.5.1',
    right: 'http-mini',
    peers: ['undici'],
    why: 'Transfer-Encoding among the trailers frames nothing; undici fails the next response of the connection',
    example: `${CHUNKED}0\r\nTransfer-Encoding: x\r\n\r\n`,
    isMet: (it) => peerRefuses(it) && it.earlier[0]?.trailers?.['transfer-encoding'] !== undefined,
  },
  {
    id: 'framing-in-trailers',
    rule: 'RFC 9110 6.5.1',
    right: 'both',
    peers: BOTH,
    why: 'Content-Length and Transfer-Encoding among the trailers frame nothing and are never merged; llhttp refuses the message',
    example: `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`,
    isMet: (it) =>
      peerRefuses(it) &&
      Object.keys(it.mini!.trailers!).some((name) => /^(content-length|transfer-encoding)$/.test(name)),
  },
];
