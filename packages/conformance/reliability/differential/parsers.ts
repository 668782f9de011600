/** http-mini's parsers and llhttp on the same bytes: both make the same of them, or the difference has a name. */
import fc from 'fast-check';
import { type Deviation, nodeTakes, values } from '../../src/differential/deviations/deviation.ts';
import { DEVIATIONS } from '../../src/differential/deviations/index.ts';
import { judge, type Observation } from '../../src/differential/difference.ts';
import type { ServerExchange } from '../../src/differential/observe.ts';
import { faultyRequests } from '../../src/differential/requests.ts';
import { peerTakes, type ResponseDeviation } from '../../src/differential/responses/deviations/deviation.ts';
import { DEVIATIONS as RESPONSE_DEVIATIONS } from '../../src/differential/responses/deviations/index.ts';
import { type ClientExchange, grouped } from '../../src/differential/responses/observe.ts';
import { faultyAnswers } from '../../src/differential/responses/responses.ts';
import { readByLlhttp } from '../llhttp.ts';
import { type Reading, readByMini } from '../message.ts';
import { Random } from '../random.ts';
import type { Compared } from './compared.ts';
import { faultyRequest } from './framing-faults.ts';

/** A million samples at once would be a gigabyte. */
const BATCH = 500;

export function* compareRequests(times: number, seed: number): Generator<Compared> {
  const random = new Random(seed, 1);
  for (let done = 0; done < times; done += BATCH) {
    const inputs = fc.sample(faultyRequests, { seed: seed + done, numRuns: BATCH / 5 });
    // The others are such as proxies are tried with.
    while (inputs.length < BATCH) inputs.push(Buffer.from(faultyRequest(random, inputs.length), 'latin1'));
    for (const given of inputs) {
      yield compareRequest(given);
    }
  }
}

export function compareRequest(bytes: Uint8Array): Compared {
  const mini = readByMini('request', bytes);
  const ours = { exchanges: serverExchanges(mini), code: mini.error };
  const verdict = judge(
    bytes,
    ours,
    { exchanges: serverExchanges(readByLlhttp('request', bytes)) },
    REQUESTS,
  );
  return { bytes, names: verdict.deviations.map(({ id }) => id), unnamed: verdict.unnamed };
}

/** As a server tells of them; the parsers answer nothing, but that they refuse. */
function serverExchanges({ messages, error }: Reading): ServerExchange[] {
  const exchanges: ServerExchange[] = [];
  for (const { start, fields, content, trailers, isComplete } of messages) {
    const [method = '', target = '', version = ''] = start;
    const request = { method, target, version, fields };
    // Its content has no meaning (RFC 9110 9.3.6): llhttp leaves it to the tunnel, http-mini to who answers.
    if (method === 'CONNECT') return [...exchanges, { request }];
    // A request that is cut off is as far as both can come, unless it is refused.
    exchanges.push(isComplete ? { request, content, trailers } : { request, ...(error && { status: 400 }) });
    if (isLast(exchanges.at(-1)!)) return exchanges;
  }
  if (error !== undefined && messages.at(-1)?.isComplete !== false) exchanges.push({ status: 400 });
  return exchanges;
}

/** What follows is another protocol's, or is not read; the parsers leave that to others, each in its own way. */
function isLast({ request }: ServerExchange): boolean {
  const options = values(request, 'connection').join();
  return (
    request!.version !== '1.1' || /close|upgrade/i.test(options) || values(request, 'upgrade').join() !== ''
  );
}

export function* compareResponses(times: number, seed: number): Generator<Compared> {
  for (let done = 0; done < times; done += BATCH) {
    for (const { bytes } of fc.sample(faultyAnswers, { seed: seed + done, numRuns: BATCH })) {
      yield compareResponse(bytes);
    }
  }
}

export function compareResponse(bytes: Uint8Array): Compared {
  const mini = readByMini('response', bytes);
  const ours = { ...clientExchanges(mini), code: mini.error };
  const verdict = judge(bytes, ours, clientExchanges(readByLlhttp('response', bytes)), RESPONSES);
  return { bytes, names: verdict.deviations.map(({ id }) => id), unnamed: verdict.unnamed };
}

/** The first final response, with the interim ones before it, or nothing if it was refused. */
function clientExchanges({ messages, error }: Reading): Observation<ClientExchange> {
  const at = messages.findIndex(({ start }) => !(start[1]!.length === 3 && start[1]![0] === '1'));
  if (at === -1) return { exchanges: [{}] };
  const { start, fields, content, trailers, isComplete } = messages[at]!;
  if (!isComplete && error !== undefined) return { exchanges: [{}] };
  const informations = messages
    .slice(0, at)
    .map((one) => ({ status: Number(one.start[1]), fields: one.fields }));
  const response = { status: Number(start[1]), reason: start[2]!, fields, informations };
  return {
    exchanges: [
      isComplete ? { ...response, content, trailers: grouped(trailers) } : { ...response, trailers: {} },
    ],
  };
}

// ── What is known of llhttp, without the server or client that holds it ──

/** Beside those that servers and clients are held to. */
export const OF_REQUESTS: readonly Deviation[] = [
  {
    id: 'transfer-encoding-empty',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    why: 'a request with Transfer-Encoding and Content-Length ought to be an error; llhttp overlooks a Transfer-Encoding without a value',
    example: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\nContent-Length: 0\r\n\r\n',
    isMet: nodeTakes(
      'transfer-encoding-with-content-length',
      (request) => values(request, 'transfer-encoding').join('').trim() === '',
    ),
  },
  {
    id: 'transfer-encoding-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    why: 'whitespace after a value is no part of it, and a tab is whitespace; llhttp does not see that chunked is the last coding',
    example: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n',
    isMet: (it) =>
      it.mini?.request !== undefined &&
      it.peer?.status === 400 &&
      /^Transfer-Encoding[^\r\n]*\t[ \t]*\r$/im.test(it.text),
  },
];
export const OF_RESPONSES: readonly ResponseDeviation[] = [
  {
    id: 'chunked-repeated',
    rule: 'RFC 9112 6.1',
    right: 'http-mini',
    peers: ['node:http', 'undici'],
    why: 'a sender must not apply chunked twice, so such a response is an error; llhttp takes it for once',
    example: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    isMet: (it) => peerTakes(it, 'chunked-repeated', 'chunked-not-last'),
  },
  {
    id: 'transfer-encoding-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    peers: ['node:http', 'undici'],
    why: 'whitespace after a value is no part of it, and a tab is whitespace; llhttp does not see that chunked is the last coding, and reads until close',
    example: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n',
    isMet: ({ text, mini, peer }) =>
      (mini === undefined || peer?.status === mini.status || mini.status === undefined) &&
      /^Transfer-Encoding[^\r\n]*\t[ \t]*\r$/im.test(text),
  },
  {
    id: 'interim-response-with-content',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    peers: ['node:http', 'undici'],
    why: 'an interim response ends with its head; of a status that it does not know, llhttp reads the content that the fields speak of',
    example: 'HTTP/1.1 199 x\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 204 x\r\n\r\n',
    isMet: ({ mini, peer }) =>
      peer?.status === undefined &&
      mini?.informations?.some(({ fields }) =>
        fields.some(([name]) => /^(transfer-encoding|content-length)$/i.test(name)),
      ) === true,
  },
];

const REQUESTS = [...DEVIATIONS, ...OF_REQUESTS];
const RESPONSES = [...RESPONSE_DEVIATIONS, ...OF_RESPONSES];
