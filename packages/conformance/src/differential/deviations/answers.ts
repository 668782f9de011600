/** Where the same requests are answered otherwise: in another order, later, or not at all. RFC 9112 9 */
import {
  closesAmongOptions,
  type Deviation,
  GET,
  hasExpectationFailed,
  isRefusal,
  isSameRequest,
  isUnansweredByNode,
  POST,
  values,
} from './deviation.ts';

export const ANSWERS: readonly Deviation[] = [
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
      (it.lastOfPeer?.status === 400 || it.lastOfPeer?.status === 431 || hasExpectationFailed(it.earlier)),
  },
  {
    id: 'answer-lost-to-connect',
    rule: 'RFC 9112 9.3.2',
    right: 'http-mini',
    why: 'answers go out in order; node:http hands the socket over for CONNECT while earlier requests wait for theirs',
    example: `${GET}\r\nCONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`,
    goesOn: true,
    isMet: (it) => isUnansweredByNode(it) && it.lastOfPeer?.request?.method === 'CONNECT',
  },
  {
    id: 'second-answer',
    rule: 'RFC 9112 9.2',
    right: 'http-mini',
    why: 'one request, one final answer: after its 417, node:http sends 400 where the content of that request is bad',
    example: `${POST}Expect: a\r\nContent-Length: 9\r\n\r\ncut off`,
    isMet: ({ earlier, mini, peer }) =>
      earlier.at(-1)?.status === 417 && mini === undefined && isRefusal(peer),
  },
  {
    id: 'refusal-unsaid',
    rule: 'RFC 9112 2.2',
    right: 'http-mini',
    why: 'bad bytes get 400; node:http cuts the connection off unsaid while an answer to what came before is being written',
    example: `${GET}Expect: a\r\n\r\n\x01\x02`,
    isMet: ({ earlier, mini, peer }) =>
      hasExpectationFailed(earlier) && mini !== undefined && peer === undefined,
  },
  {
    id: 'bytes-after-close',
    rule: 'RFC 9112 9.6',
    right: 'http-mini',
    why: 'what follows a request that ends the connection is not read; node:http refuses it with 400',
    example: `${GET}Connection: close\r\n\r\n${GET}\r\n`,
    isMet: ({ earlier, mini, peer }) =>
      earlier.at(-1)?.closes === true && mini === undefined && isRefusal(peer),
  },
  {
    id: 'bytes-after-upgrade',
    rule: 'RFC 9110 7.8',
    right: 'http-mini',
    why: 'Upgrade may be ignored, and HTTP goes on; node:http then drops what came in the same read',
    example: `${GET}Connection: upgrade\r\nUpgrade: a\r\n\r\n${GET}\r\n`,
    isMet: ({ earlier, mini, peer }) =>
      values(earlier.at(-1)?.request, 'upgrade').length > 0 && mini !== undefined && peer === undefined,
  },
  {
    id: 'close-among-options',
    rule: 'RFC 9112 9.3',
    right: 'http-mini',
    why: 'close wins over keep-alive; node:http heeds the first that it finds',
    example: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: a, close\r\n\r\n',
    isMet: (it) => {
      const last = it.earlier.at(-1);
      const isSameAnswer = isSameRequest(it) && it.mini?.status === it.peer?.status;
      if (isSameAnswer) return closesAmongOptions(it.mini) && it.peer?.closes === false;
      return closesAmongOptions(last) && it.mini === undefined && it.peer?.request !== undefined;
    },
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
      it.peer?.status !== 417 &&
      /100-continue/i.test(values(it.mini.request, 'expect').join()),
  },
  {
    id: 'expectation-of-bad-content',
    rule: 'RFC 9110 10.1.1',
    right: 'both',
    why: 'a request with an unknown expectation and bad content is wrong twice; node:http says 400 where the 417 has to wait its turn',
    example: `${GET}\r\n${POST}Expect: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`,
    isMet: (it) => isSameRequest(it) && it.mini?.status === 417 && it.peer?.status === 400,
  },
];
