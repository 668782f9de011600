// Runs each vector of vectors/*.md under many cuts: bytes in, the expected events or error out.

import { HttpError, RequestParser, ResponseParser } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import {
  acceptFields,
  type ClientHandshake,
  parseExtensions,
  parseWebSocketUrl,
  readOpeningRequest,
  readOpeningResponse,
  WebSocketError,
} from 'ws-mini/wire';
import { frameVectors, type HandshakeVector, handshakeVectors, manyCuts, runFrames } from './vectors.ts';

for (const [file, vectors] of Object.entries(frameVectors))
  describe(file, () => {
    test.each(vectors)('$name', (vector) => {
      for (const pieces of manyCuts(vector.bytes)) {
        const { lines, answer } = runFrames(vector, pieces);
        expect(lines).toEqual(vector.expected);
        if (vector.answer !== undefined) expect(answer).toBe(vector.answer);
      }
    });
  });

describe('handshake.md', () => {
  test.each(handshakeVectors)('$kind: $name', (vector) => {
    for (const pieces of manyCuts(vector.bytes))
      expect([runHandshake(vector, pieces)]).toEqual(vector.expected);
  });
});

test('there are more than eighty', () => {
  const all = [...Object.values(frameVectors).flat(), ...handshakeVectors];
  expect(all.length).toBeGreaterThan(80);
  for (const { expected, bytes } of all) expect(expected.length > 0 || bytes.length === 0).toBe(true);
});

function runHandshake(vector: HandshakeVector, pieces: readonly Uint8Array[]): string {
  try {
    return vector.kind === 'request' ? readRequest(pieces) : readResponse(vector, pieces);
  } catch (error) {
    if (error instanceof HttpError) return 'refused 400 request-malformed';
    if (!(error instanceof WebSocketError)) throw error;
    return vector.kind === 'request' ? `refused ${error.status} ${error.code}` : `refused ${error.code}`;
  }
}

function readRequest(pieces: readonly Uint8Array[]): string {
  const parser = new RequestParser();
  for (const piece of pieces) {
    const head = parser.receive(piece).next();
    if (head?.type !== 'head') continue;
    const fields = acceptFields(readOpeningRequest(head), undefined, []);
    return `accept ${fields.find(([name]) => name === 'Sec-WebSocket-Accept')?.[1]}`;
  }
  return 'incomplete';
}

function readResponse({ options }: HandshakeVector, pieces: readonly Uint8Array[]): string {
  const { key = '', protocols, extensions } = options;
  const handshake: ClientHandshake = {
    url: parseWebSocketUrl('ws://server.example.com/chat'),
    key,
    protocols: protocols?.split(',') ?? [],
    extensions: extensions === undefined ? [] : parseExtensions(extensions),
  };
  const parser = new ResponseParser().expect('GET');
  for (const piece of pieces) {
    parser.receive(piece);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.type !== 'head') continue;
      const opened = readOpeningResponse(event, handshake);
      const names = opened.extensions.map(({ name }) => name).join(', ');
      return `opened ${opened.protocol}${names === '' ? '' : `with ${names}`}`.trimEnd();
    }
  }
  return 'incomplete';
}
