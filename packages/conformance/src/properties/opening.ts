/** The opening handshake without a socket (RFC 6455 4), as a machine for laws 1 and 4, and its round trip (law 2). */
import fc from 'fast-check';
import { HttpError, octets, RequestParser, ResponseParser } from 'http-mini/wire';
import {
  acceptFor,
  type ClientHandshake,
  type Extension,
  encodeOpeningRequest,
  formatExtensions,
  parseExtensions,
  parseWebSocketUrl,
  readOpeningRequest,
  readOpeningResponse,
  WebSocketError,
} from 'ws-mini/wire';
import { withFaults } from '../arbitraries/faults.ts';
import { TOKEN, textOf } from '../arbitraries/http.ts';
import { ACCEPT, anyAnswer, anyRequest, KEY } from '../differential/websocket/opening.ts';
import { expectSame } from './expect.ts';
import { errorLine, type Machine } from './machine.ts';
import { type Property, pureProperty } from './property.ts';

type Side = 'request' | 'answer';
const anyAnswerText = anyAnswer.map(({ text }) => text.replaceAll(ACCEPT, acceptFor(KEY)));
/** Lists of extensions that may be anything. */
const anyList = textOf('a;,= "\\\té', 30).map((list) =>
  ['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${KEY}`]
    .concat('Sec-WebSocket-Version: 13', `Sec-WebSocket-Extensions: ${list}`, '', '')
    .join('\r\n'),
);

const url = parseWebSocketUrl('ws://a/');
const offered: ClientHandshake = {
  url,
  key: KEY,
  protocols: ['a', 'b'],
  extensions: parseExtensions('permessage-deflate'),
};

export const openingMachine: Machine<Side> = {
  name: 'ws-mini opening',
  streams: fc.oneof(
    fc.record({
      bytes: withFaults(fc.oneof(anyRequest, anyList)),
      options: fc.constant('request' as const),
    }),
    fc.record({ bytes: withFaults(anyAnswerText), options: fc.constant('answer' as const) }),
  ),
  events(pieces, side) {
    const parser = side === 'request' ? new RequestParser() : new ResponseParser().expect('GET');
    try {
      for (const piece of pieces) {
        parser.receive(piece);
        for (let event = parser.next(); event !== undefined; event = parser.next()) {
          if (event.type !== 'head') continue;
          const read = 'method' in event ? readOpeningRequest(event) : readOpeningResponse(event, offered);
          return [JSON.stringify({ ...read, fields: undefined })];
        }
      }
      parser.end(); // a head in pieces is not read on before its line has ended
      return [];
    } catch (error) {
      if (error instanceof HttpError || error instanceof WebSocketError) return [errorLine(error.code)];
      throw error;
    }
  },
};

const anyToken = fc.tuple(fc.constantFrom(...TOKEN), textOf(TOKEN, 7)).map((parts) => parts.join(''));
const anyExtension: fc.Arbitrary<Extension> = fc.record({
  name: anyToken,
  parameters: fc.array(fc.tuple(anyToken, fc.option(anyToken, { nil: undefined })), { maxLength: 4 }),
});

export function openingsComeBack(encode: typeof encodeOpeningRequest = encodeOpeningRequest): Property {
  return pureProperty(
    2,
    'what is encoded is parsed, and encoded again',
    openingMachine.name,
    fc.record({
      protocols: fc.uniqueArray(anyToken, { maxLength: 3 }),
      extensions: fc.array(anyExtension, { maxLength: 4 }),
    }),
    ({ protocols, extensions }) => {
      const text = encode({ url, key: KEY, protocols, extensions });
      const head = new RequestParser().receive(octets(text)).next();
      if (head?.type !== 'head') throw new Error(`no head, but ${head?.type}`);
      const read = readOpeningRequest(head);
      const { key } = read;
      expectSame(
        'request',
        { key, protocols: read.protocols, extensions: read.extensions },
        { key: KEY, protocols, extensions },
      );
      expectSame('list', formatExtensions(read.extensions), formatExtensions(extensions));
    },
  );
}
