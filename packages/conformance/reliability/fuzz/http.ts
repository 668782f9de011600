/** Both parsers of http-mini and both sides of its connections, as the machines of the properties. */
import fc from 'fast-check';
import {
  ClientProtocol,
  encodeRequest,
  HttpError,
  type ParserOptions,
  RequestParser,
  type ResponseParser,
  ServerProtocol,
} from 'http-mini/wire';
import {
  clientsConnection,
  serversConnection,
  type Way,
} from '../../src/properties/http-connection-machines.ts';
import { requestMachine, responseMachine, responsesTo } from '../../src/properties/http-machines.ts';
import type { Machine } from '../../src/properties/machine.ts';
import { texts } from '../texts.ts';
import { inputOf, machineTarget, split, type Target } from './target.ts';

const LENIENCIES = [
  'bareLineFeed',
  'foldedLines',
  'whitespaceBeforeColon',
  'unescapedTarget',
  'missingReasonSpace',
] as const;

const none: ParserOptions = {};
const lenient: ParserOptions = { lenient: Object.fromEntries(LENIENCIES.map((name) => [name, true])) };
const strict: ParserOptions = { lenient: Object.fromEntries(LENIENCIES.map((name) => [name, false])) };
const small: ParserOptions = {
  maxHeadBytes: 120,
  maxFields: 3,
  maxTargetBytes: 10,
  maxChunkExtensionBytes: 10,
};
const PARSER_SETTINGS: readonly ParserOptions[] = [none, lenient, strict, small, { ...small, ...lenient }];

const WAYS: readonly Way[] = ['read', 'ignore', 'echo'];
const METHODS = [['GET', 'GET', 'GET'], ['HEAD', 'GET'], ['PUT', 'GET'], ['PUT'], []];

const FIELD_WORDS = texts(
  'Host: a\r\n|Host: [::1]:80\r\n|Content-Length: 5\r\n|Content-Length: 5, 5\r\n|Content-Length: ',
  'Transfer-Encoding: chunked\r\n|Transfer-Encoding: gzip, chunked\r\n|Transfer-Encoding: ',
  'Connection: close\r\n|Connection: keep-alive\r\n|Connection: upgrade\r\n|Upgrade: websocket\r\n',
  'Expect: 100-continue\r\n|Trailer: a\r\n|Set-Cookie: a=b\r\n|Cookie: a=b\r\n|TE: trailers\r\n',
  '\r\n|\r\n\r\n|\n|\r|: |,|;|"|\\|\t| |\0|\x7f|\x80|=|%2f|é',
  '0\r\n\r\n|5\r\nhello\r\n|5;a=b;c="d"\r\n|ffffffffffffffff|0000000000000000000005|1\r\na\r\n',
  '18446744073709551616|9007199254740991|9007199254740992|-1|+5|0x5|1e3',
);
const REQUEST_WORDS = [
  ...texts(
    'GET / HTTP/1.1\r\n|POST / HTTP/1.1\r\n|HEAD /a?b HTTP/1.0\r\n|OPTIONS * HTTP/1.1\r\n',
    'CONNECT a:80 HTTP/1.1\r\n|GET http://a/ HTTP/1.1\r\n|PRI * HTTP/2.0\r\n| HTTP/1.1|HTTP/0.9',
  ),
  ...FIELD_WORDS,
];
const RESPONSE_WORDS = [
  ...texts(
    'HTTP/1.1 200 OK\r\n|HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 103 Early Hints\r\n|HTTP/1.1 101 a\r\n',
    'HTTP/1.0 200 OK\r\n|HTTP/1.1 204 No Content\r\n|HTTP/1.1 304 a\r\n|HTTP/1.1 500 \r\n|HTTP/1.1 200\r\n',
  ),
  ...FIELD_WORDS,
];

const PARSER =
  /^http-mini\/src\/wire\/(characters|chunked|content|fields|framing|head|input|lines|parser|section|target)\.ts$/;
const SERVER = /^http-mini\/src\/wire\/(?!client-protocol|date|encoder|index|reasons|request\.)/;
const CLIENT = /^http-mini\/src\/wire\/(?!server-protocol|date|encoder|index|reasons|response\.)/;

/** What the arbitraries of the properties say, the same each time. */
export function samplesOf<Options>(machine: Machine<Options>, count: number): Uint8Array[] {
  const streams = fc.sample(machine.streams, { seed: 1, numRuns: count });
  return streams.map(({ bytes }, i) => inputOf(i, bytes));
}

function opens(
  settings: readonly ParserOptions[],
  parserFor: (options: ParserOptions) => RequestParser | ResponseParser,
): (input: Uint8Array) => object {
  return (input) => {
    const parser = parserFor(split(input, settings).setting);
    return readBy(input, (bytes) => {
      try {
        parser.receive(bytes);
        while (parser.next() !== undefined);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
      }
      return parser;
    });
  };
}

/** In two pieces, each with memory of its own as from a socket. */
export function readBy(input: Uint8Array, read: (bytes: Uint8Array) => object): object {
  const half = input.length >> 1;
  read(input.slice(1, half));
  return read(input.slice(half));
}

export const httpTargets: readonly Target[] = [
  machineTarget(requestMachine, PARSER_SETTINGS, {
    open: opens(PARSER_SETTINGS, (options) => new RequestParser(options)),
    name: 'requests',
    files: PARSER,
    words: REQUEST_WORDS,
    seeds: samplesOf(requestMachine, 100),
    mostSteps: 200,
  }),
  machineTarget(responseMachine, PARSER_SETTINGS, {
    open: opens(PARSER_SETTINGS, (options) => responsesTo(['GET', 'GET', 'GET'], options)),
    name: 'responses',
    files: PARSER,
    words: RESPONSE_WORDS,
    seeds: samplesOf(responseMachine, 100),
    mostSteps: 200,
  }),
  machineTarget(serversConnection, WAYS, {
    open(input) {
      const protocol = new ServerProtocol();
      return readBy(input, (bytes) => {
        protocol.receive(bytes);
        for (;;) {
          const event = protocol.nextRequest() ?? protocol.nextContent();
          if (event === undefined) break;
          if (event.type === 'end') protocol.answer({ status: 404 }, '');
        }
        protocol.output.take();
        return protocol;
      });
    },
    name: 'connections of servers',
    files: SERVER,
    words: REQUEST_WORDS,
    seeds: samplesOf(serversConnection, 100),
    mostSteps: 200,
  }),
  machineTarget(clientsConnection, METHODS, {
    open(input) {
      const protocol = new ClientProtocol();
      protocol.request(encodeRequest({}, null, 'a'));
      return readBy(input, (bytes) => {
        protocol.receive(bytes);
        while ((protocol.nextResponse() ?? protocol.nextContent()) !== undefined);
        protocol.output.take();
        return protocol;
      });
    },
    name: 'connections of clients',
    files: CLIENT,
    words: RESPONSE_WORDS,
    seeds: samplesOf(clientsConnection, 100),
    mostSteps: 200,
  }),
];
