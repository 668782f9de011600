/** tcp-echo's two ways to find messages in a stream, as machines for laws 1, 4 and 5, and their round trips (law 2). */
import fc from 'fast-check';
import {
  delimiterDecoder,
  EchoError,
  encodeDelimited,
  encodeLengthPrefixed,
  lengthPrefixDecoder,
  type MessageDecoder,
} from 'tcp-echo';
import { anyPieces, cut } from '../arbitraries/pieces.ts';
import { expectSame } from './expect.ts';
import { errorLine, type Machine } from './machine.ts';
import { type Property, pureProperty } from './property.ts';

/** Of few letters, so that delimiters, halves of them and overlaps turn up all the time. */
const anyLetters = fc.uint8Array({ max: 2, maxLength: 60 });
const anyBytes = fc.oneof({ weight: 3, arbitrary: anyLetters }, fc.uint8Array({ maxLength: 100 }));
const anyDelimiter = fc.uint8Array({ max: 2, minLength: 1, maxLength: 4 });
const anyPrefix = fc.integer({ min: 1, max: 4 });
const anyLimit = fc.integer({ min: 1, max: 20 });
const anyLength = fc.integer({ min: 1000, max: 4000 });

interface Setting {
  readonly delimiter?: Uint8Array;
  readonly prefixBytes?: number;
  readonly maxMessageBytes?: number;
}

function decoderOf({ delimiter, ...options }: Setting): MessageDecoder {
  return delimiter === undefined ? lengthPrefixDecoder(options) : delimiterDecoder({ delimiter, ...options });
}

function events(pieces: readonly Uint8Array[], setting: Setting): string[] {
  const decoder = decoderOf(setting);
  const lines: string[] = [];
  try {
    for (const piece of pieces) {
      decoder.receive(piece);
      for (let message = decoder.next(); message; message = decoder.next()) lines.push(hex(message));
    }
    decoder.end();
    return [...lines, 'end'];
  } catch (error) {
    if (!(error instanceof EchoError)) throw error;
    lines.push(errorLine(error.code));
    // A decoder that has failed stays so: what follows cannot be trusted.
    if (error.code === 'message-over-limit' && takesMore(decoder)) lines.push('more after the error');
    return lines;
  }
}

function takesMore(decoder: MessageDecoder): boolean {
  try {
    decoder.receive(Uint8Array.of(1));
    return true;
  } catch {
    return false;
  }
}

const exceeds = (line: string, { maxMessageBytes }: Setting): boolean =>
  /^[0-9a-f]+$/.test(line) && line.length > 2 * maxMessageBytes!;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const delimiterMachine: Machine<Setting> = {
  name: 'tcp-echo delimiter',
  streams: fc.record({
    bytes: anyBytes,
    options: fc.record({ delimiter: anyDelimiter, maxMessageBytes: anyLimit }),
  }),
  longStreams: fc.record({
    bytes: anyLength.map((length) => encodeDelimited(Buffer.alloc(length, 97), '\r\n')),
    options: fc.constant({ delimiter: Buffer.from('\r\n') }),
  }),
  events,
  exceeds,
};

export const lengthMachine: Machine<Setting> = {
  name: 'tcp-echo length',
  streams: fc.record({
    bytes: anyBytes,
    options: fc.record({ prefixBytes: anyPrefix, maxMessageBytes: anyLimit }),
  }),
  longStreams: fc.record({
    bytes: anyLength.map((length) => encodeLengthPrefixed(Buffer.alloc(length, 97))),
    options: fc.constant({}),
  }),
  events,
  exceeds,
};

const WHAT = 'what is encoded is parsed, and encoded again';

/** What cannot be encoded is refused, and would have come back as something else. */
export function delimitedComeBack(encode: typeof encodeDelimited = encodeDelimited): Property {
  return pureProperty(
    2,
    WHAT,
    delimiterMachine.name,
    fc.record({ list: fc.array(anyLetters), delimiter: anyDelimiter, pieces: anyPieces }),
    ({ list, delimiter, pieces }) => {
      const sent = list.filter((message) => {
        try {
          return encode(message, delimiter);
        } catch (error) {
          expectSame('code', (error as EchoError).code, 'delimiter-in-message');
          const bytes = Uint8Array.from([...message, ...delimiter]);
          if (`${events([bytes], { delimiter })}` === `${hex(message)},end`)
            throw new Error('refused wrongly');
          return false;
        }
      });
      const bytes = Buffer.concat(sent.map((message) => encode(message, delimiter)));
      expectSame('messages', events(cut(bytes, pieces), { delimiter }), [...sent.map(hex), 'end']);
    },
  );
}

export function prefixedComeBack(encode: typeof encodeLengthPrefixed = encodeLengthPrefixed): Property {
  return pureProperty(
    2,
    WHAT,
    lengthMachine.name,
    fc.record({ list: fc.array(anyLetters), prefixBytes: anyPrefix, pieces: anyPieces }),
    ({ list, prefixBytes, pieces }) => {
      const bytes = Buffer.concat(list.map((message) => encode(message, prefixBytes)));
      expectSame('messages', events(cut(bytes, pieces), { prefixBytes }), [...list.map(hex), 'end']);
    },
  );
}
