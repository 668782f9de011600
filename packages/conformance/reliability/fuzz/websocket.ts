/**
 * WebSocket: the protocol in both roles, with compressed messages inflated, text beside the platform's decoder, and both sides of the
 * opening handshake.
 */
import { constants, deflateRawSync } from 'node:zlib';
import { encodeResponseHead, HttpError, RequestParser, ResponseParser } from 'http-mini/wire';
import { inflater } from 'ws-mini';
import {
  acceptFor,
  agreeOnDeflate,
  asBrowsersAsk,
  decodeClose,
  decodeUtf8,
  encodeClose,
  encodeUtf8,
  type HandshakeHead,
  isUtf8,
  Protocol,
  parseExtensions,
  parseWebSocketUrl,
  readOpeningResponse,
  Utf8Validator,
  WebSocketError,
} from 'ws-mini/wire';
import { KEY } from '../../src/differential/websocket/opening.ts';
import { openingMachine } from '../../src/properties/opening.ts';
import { protocolMachine } from '../../src/properties/websocket-machines.ts';
import { texts } from '../texts.ts';
import { readBy, samplesOf } from './http.ts';
import type { Internals, NegotiationSettings } from './internals.ts';
import {
  bytesOf,
  expect,
  expectEqual,
  expectSameLines,
  inputOf,
  machineTarget,
  split,
  type Target,
} from './target.ts';

const FILES =
  /^ws-mini\/src\/(wire\/(bytes|close|errors|frame|mask|mask-words|message|output|protocol|utf\w+(-whole)?)|connection\/inflate)\.ts$/;
const MAX_MESSAGE = 1000;

/** Headers of frames, masked by a key of zero or not, and what is at the edges of lengths. */
const FRAME_WORDS = texts(
  '\x81\x80\0\0\0\0|\x82\x80\0\0\0\0|\x80\x80\0\0\0\0|\x88\x80\0\0\0\0|\x89\x80\0\0\0\0|\x8a\x80\0\0\0\0',
  '\x01\x81\0\0\0\0a|\x00\x81\0\0\0\0a|\xc1\x80\0\0\0\0|\xc2\x83\0\0\0\0|\x81\xfe\0\x7e',
  '\x82\xff\0\0\0\0\0\x01\0\0|\x81\0|\x82\x01a|\x80\0|\x88\0|\x89\0|\x8a\x01a|\x88\x02\x03\xe8',
  '\x88\x02\x03\xed|\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0|\x01\x01a|\x00\x01a',
  '\x7e\0\x7e|\x7f\0\0\0\0\0\x01\0\0|\x7f\xff\xff\xff\xff\xff\xff\xff\xff',
  '\xc3\xa9|\xe2\x82\xac|\xf0\x9f\x98\x80|\xed\xa0\x80|\xc0\x80|\xf4\x90\x80\x80|\xef\xbb\xbf|\xef\xbf\xbd',
  '\xf2\x48\xcd\xc9\xc9\x07\0|\x01\0\0\xff\xff|\0\0\0\xff\xff|\x03\0|\x4a\x05\0',
);

interface Setting {
  readonly compression: boolean;
  readonly inParts: boolean;
  readonly maxMessage: number;
}
const SETTINGS: readonly Setting[] = [false, true].flatMap((compression) => [
  { compression, inParts: false, maxMessage: MAX_MESSAGE },
  { compression, inParts: true, maxMessage: MAX_MESSAGE },
  { compression, inParts: false, maxMessage: 10 },
]);

function frames(role: 'client' | 'server'): Target {
  const settings = SETTINGS.map((setting) => ({ ...setting, role }));
  // Control frames, and what is answered to them, have limits of their own.
  const exceeds: typeof protocolMachine.exceeds = (line, setting) =>
    /^(text|message|begun)/.test(line) && protocolMachine.exceeds!(line, setting);
  return machineTarget({ ...protocolMachine, exceeds }, settings, {
    open(input) {
      const { inParts, ...options } = split(input, settings).setting;
      const protocol = new Protocol({ ...options, maskKey: () => 0 });
      if (inParts) protocol.receiveInParts();
      return readBy(input, (bytes) => {
        protocol.receive(bytes);
        while (protocol.next() !== undefined);
        protocol.takeOutput();
        return protocol;
      });
    },
    name: `WebSocket protocol, ${role}`,
    files: FILES,
    words: FRAME_WORDS,
    seeds: samplesOf(protocolMachine, 150),
    mostSteps: 200,
  });
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text as the platform reads it; undefined if it refuses the bytes. */
function platformText(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Compressed messages as a connection reads them, and texts twice: as a string, and as bytes for the platform's decoder. */
const messages: Target = {
  name: 'WebSocket messages, inflated',
  files: FILES,
  words: FRAME_WORDS,
  seeds: samplesOf(protocolMachine, 150),
  mostSteps: 400,
  share: 0.3,
  run(input, cut) {
    const { setting: role, bytes } = split(input, ['client', 'server'] as const);
    const whole = linesOf([Uint8Array.from(bytes)], role, 'string');
    expectSameLines(linesOf(cut.pieces(Uint8Array.from(bytes)), role, 'string'), whole);
    expectSameLines(linesOf([Uint8Array.from(bytes)], role, 'bytes'), whole);
  },
};

function linesOf(
  pieces: readonly Uint8Array[],
  role: 'client' | 'server',
  textAs: 'string' | 'bytes',
): string[] {
  const protocol = new Protocol({
    role,
    textAs,
    maskKey: () => 0,
    maxMessage: MAX_MESSAGE,
    compression: true,
  });
  const inflate = inflater(MAX_MESSAGE);
  const lines: string[] = [];
  for (const piece of pieces) {
    protocol.receive(piece);
    for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
      if (event.type !== 'message') {
        lines.push(event.type === 'failed' ? `failed ${event.error.code}` : event.type);
        continue;
      }
      let message = event;
      if (event.compressed !== undefined) {
        try {
          const inflated = inflate(event.data as Uint8Array);
          expect('inflated beyond the limit', inflated.length <= MAX_MESSAGE);
          const isWrong = event.compressed === 'text' && platformText(inflated) === undefined;
          message = protocol.inflated(inflated, event.compressed);
          expect('a text that the platform refuses', !isWrong);
        } catch (error) {
          if (!(error instanceof WebSocketError)) throw error;
          return [...lines, `failed ${error.code}`]; // a connection fails here
        }
      }
      const { data, isText } = message;
      if (typeof data === 'string') lines.push(`text ${data}`);
      else if (!isText) lines.push(`binary ${Buffer.from(data).toString('hex')}`);
      else lines.push(`text ${platformText(data)}`);
    }
  }
  return lines;
}

const utf8: Target = {
  name: 'UTF-8 and Close bodies',
  files: /^ws-mini\/src\/wire\/(bytes|close|utf\w+(-whole)?)\.ts$/,
  words: FRAME_WORDS.filter((word) => word >= '\xc0').concat(
    '\x03\xe8',
    '\x03\xed',
    '\x0b\xb8',
    'aaaaaaaaaaaaaaaa',
  ),
  seeds: ['', 'a', 'é€😀', `${'a'.repeat(40)}é`, '\x03\xe8bye'].map((text, i) =>
    inputOf(i, Buffer.from(text)),
  ),
  mostSteps: 100,
  run(input, cut) {
    const bytes = input.slice(1);
    const text = decodeUtf8(bytes, 0, bytes.length);
    expectEqual('the text', text, platformText(bytes));
    expectEqual('the check', isUtf8(bytes, 0, bytes.length), text !== undefined);
    const validator = new Utf8Validator();
    const isSound = cut.pieces(bytes).every((piece) => validator.push(piece, 0, piece.length) < 0);
    expectEqual('the check in pieces', isSound && validator.isComplete, text !== undefined);
    if (text !== undefined) expect('encoded, other bytes', Buffer.from(encodeUtf8(text)).equals(bytes));
    closeBody(bytes);
  },
};

function closeBody(bytes: Uint8Array): void {
  if (bytes.length > 125) return;
  try {
    const { code, reason } = decodeClose(bytes, 0);
    expectEqual('a code without bytes', code === 1005, bytes.length === 0);
    if (code !== 1005)
      expect('a Close that is other bytes', Buffer.from(encodeClose(code, reason)).equals(bytes));
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
  }
}

const WINDOW_BITS = [9, 10, 12, 15];
const LEVELS = [0, 1, 6, 9];

/** Half of the inputs are deflated first, in one of the ways that zlib has, and must come back; the rest are any bytes. */
const inflation: Target = {
  name: 'inflate',
  files: /^ws-mini\/src\/connection\/inflate\.ts$/,
  words: FRAME_WORDS.slice(-5).concat('aaaaaaaaaaaaaaaaaaaaaaaa'),
  seeds: ['', 'hello', 'a'.repeat(300), '\x03\0\x03\0'].flatMap((text) =>
    [0, 1, 3, 90].map((i) => inputOf(i, text)),
  ),
  mostSteps: 200,
  share: 0.3,
  run(input) {
    const inflate = inflater(2000);
    const bytes = input.slice(1);
    const how = input[0]!;
    if (how % 2 === 0) {
      const half = bytes.length >> 1;
      for (const message of [bytes.subarray(0, half), bytes.subarray(half)]) {
        try {
          expect('inflated beyond the limit', inflate(message).length <= 2000);
        } catch (error) {
          if (!(error instanceof WebSocketError)) throw error;
          return;
        }
      }
      return;
    }
    if (bytes.length > 2000) return;
    const options = {
      windowBits: WINDOW_BITS[(how >> 1) & 3]!,
      level: LEVELS[(how >> 3) & 3]!,
      memLevel: 1 + ((how >> 5) & 7),
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    for (let again = 0; again < 2; again++) {
      const deflated = deflateRawSync(bytes, options).subarray(0, -4);
      expect('what zlib deflated comes back otherwise', Buffer.from(inflate(deflated)).equals(bytes));
    }
  },
};

// ── Opening handshakes ──

const HANDSHAKE_WORDS = [
  ...texts(
    'GET / HTTP/1.1\r\n|Host: a\r\n|Upgrade: websocket\r\n|Connection: Upgrade\r\n|Origin: http://a\r\n',
  ),
  `Sec-WebSocket-Key: ${KEY}\r\n`,
  ...texts(
    'Sec-WebSocket-Version: 13\r\n|Sec-WebSocket-Protocol: a, b\r\n',
    'Sec-WebSocket-Extensions: permessage-deflate\r\n|permessage-deflate|; client_max_window_bits|=8|="15"',
    '; server_no_context_takeover|; client_no_context_takeover|; server_max_window_bits=10|, |\r\n|\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n',
  ),
  `Sec-WebSocket-Accept: ${acceptFor(KEY)}\r\n`,
  ...texts('"|\\|\t|Content-Length: 5\r\n|Transfer-Encoding: chunked\r\n|https://a/| HTTP/1.0|POST |/chat?a'),
  '|{}',
];
const HANDSHAKE_FILES =
  /^(ws-mini\/src\/(wire\/(handshake|extensions|deflate-params|sha1|errors)|server\/negotiation)|http-mini\/src\/wire\/(fields|response|encoder|target))\.ts$/;

const NEGOTIATIONS: readonly NegotiationSettings[] = [
  { deflate: undefined },
  { deflate: {}, protocols: ['a', 'b'] },
  {
    deflate: { serverMaxWindowBits: 9, clientMaxWindowBits: 10, serverNoContextTakeover: false },
    protocols: ['b'],
  },
  {
    deflate: { clientMaxWindowBits: 8, clientNoContextTakeover: false },
    path: '/chat',
    origins: ['http://a'],
  },
  { deflate: undefined, verify: () => false, scheme: 'https' },
  { deflate: {}, verify: () => ({ status: 401, headers: { 'WWW-Authenticate': 'Basic' } }) },
  { deflate: {}, headers: { 'Set-Cookie': 'a=b' }, verify: () => true },
];

/** The answer to a handshake is a refusal that a client can read, or a 101 that the client which asked so takes. */
function serversOpening({ negotiate, encodeRefusal }: Internals): Target {
  return {
    name: 'handshakes, server',
    files: HANDSHAKE_FILES,
    words: HANDSHAKE_WORDS,
    seeds: samplesOf(openingMachine, 150),
    mostSteps: 400,
    run(input, cut) {
      const { setting, bytes } = split(input, NEGOTIATIONS);
      const head = headIn(new RequestParser({ lenient: asBrowsersAsk }), [bytes]) as
        | HandshakeHead
        | undefined;
      const again = headIn(new RequestParser({ lenient: asBrowsersAsk }), cut.pieces(bytes));
      expectEqual('a head when cut', again === undefined, head === undefined);
      if (head === undefined) return;
      const outcome = negotiate(head, setting, false);
      if (outcome instanceof WebSocketError) return expectRefusal(encodeRefusal(outcome, false));
      expect('no agreement, and no error', 'fields' in outcome, () => String(outcome));
      const { request, fields, protocol, extensions } = outcome;
      const answer = new ResponseParser()
        .expect('GET')
        .receive(bytesOf(encodeResponseHead(101, undefined, fields)));
      const asked = { ...request, url: parseWebSocketUrl('ws://a/') };
      const read = readOpeningResponse(answer.next() as never, asked);
      expectEqual('the subprotocol', read.protocol, protocol);
      expectEqual('the extensions', read.extensions, extensions);
    },
  };
}

function headIn(parser: RequestParser | ResponseParser, pieces: readonly Uint8Array[]): unknown {
  try {
    for (const piece of pieces) {
      const event = parser.receive(piece).next();
      if (event !== undefined) return event;
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
  }
  return undefined;
}

function expectRefusal(answer: Uint8Array): void {
  const parser = new ResponseParser().expect('GET').receive(answer);
  const head = parser.next();
  expect('a refusal without a status', head?.type === 'head' && head.status >= 400);
  for (let event = parser.next(); event?.type !== 'end'; event = parser.next())
    expect('a refusal that does not end', event !== undefined);
  expectEqual('bytes behind a refusal', parser.unread, 0);
}

const OFFERS = [
  'permessage-deflate',
  'permessage-deflate; client_max_window_bits=10; server_max_window_bits=9',
  'x',
];

const clientsOpening: Target = {
  name: 'handshakes, client',
  files: HANDSHAKE_FILES,
  words: HANDSHAKE_WORDS,
  seeds: samplesOf(openingMachine, 150),
  mostSteps: 400,
  run(input, cut) {
    const { setting, bytes } = split(input, OFFERS);
    expectSameLines(
      openingMachine.events(cut.pieces(bytes), 'answer'),
      openingMachine.events([bytes], 'answer'),
    );
    const head = headIn(new ResponseParser().expect('GET'), [bytes]);
    if (head === undefined) return;
    const handshake = {
      ...{ url: parseWebSocketUrl('ws://a/'), key: KEY, protocols: ['a', 'b'] },
      extensions: parseExtensions(setting),
    };
    try {
      const { extensions, protocol } = readOpeningResponse(head as never, handshake);
      expect('a subprotocol that nobody asked for', ['', 'a', 'b'].includes(protocol));
      for (const extension of extensions) {
        const agreement = agreeOnDeflate(extension, {});
        expect(
          'window bits that there are not',
          isBits(agreement.serverMaxWindowBits) && isBits(agreement.clientMaxWindowBits),
        );
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
    }
  },
};

const isBits = (bits: number): boolean => bits >= 8 && bits <= 15;

export function webSocketTargets(internals: Internals): readonly Target[] {
  return [
    frames('server'),
    frames('client'),
    messages,
    utf8,
    inflation,
    serversOpening(internals),
    clientsOpening,
  ];
}
