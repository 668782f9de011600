/** http-mini's parsers without a socket, as machines for laws 1, 4 and 5, and their round trip (law 2). */
import fc from 'fast-check';
import {
  encodeRequestHead,
  encodeResponseHead,
  HttpError,
  latin1,
  octets,
  type ParserOptions,
  type RequestEvent,
  RequestHead,
  RequestParser,
  type ResponseEvent,
  ResponseParser,
} from 'http-mini/wire';
import {
  anyNoise,
  anyRequest,
  anyRequestBytes,
  anyResponse,
  anyResponseBytes,
  type Content,
  requestText,
  responseText,
} from '../arbitraries/http-messages.ts';
import { expectSame } from './expect.ts';
import { errorLine, type Machine } from './machine.ts';
import { type Property, pureProperty } from './property.ts';

/** Small limits, so that they are met; leniency, so that all of its branches are. */
const anyOptions: fc.Arbitrary<ParserOptions> = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      maxHeadBytes: fc.integer({ min: 0, max: 200 }),
      maxFields: fc.nat(6),
      maxTargetBytes: fc.nat(20),
      maxChunkExtensionBytes: fc.nat(20),
      lenient: fc.record({
        bareLineFeed: fc.boolean(),
        foldedLines: fc.boolean(),
        whitespaceBeforeColon: fc.boolean(),
        unescapedTarget: fc.boolean(),
        missingReasonSpace: fc.boolean(),
      }),
    },
    { requiredKeys: [] },
  ),
);

const UNLIMITED: ParserOptions = {
  maxHeadBytes: Infinity,
  maxFields: Infinity,
  maxTargetBytes: Infinity,
  maxChunkExtensionBytes: Infinity,
};

/** Each is long in another way. */
const LONG: Record<string, (start: string, length: number) => string> = {
  value: (start, length) => `${start}a:${' '.repeat(length / 2)}${'b'.repeat(length / 2)}\r\n\r\n`,
  name: (start, length) => `${start}${'a'.repeat(length)}: b\r\n\r\n`,
  fields: (start, length) => `${start}${'a: b\r\n'.repeat(length / 6)}\r\n`,
  content: (start, length) => `${start}Content-Length: ${length}\r\n\r\n${'a'.repeat(length)}`,
  chunks: (start, length) =>
    `${start}Transfer-Encoding: chunked\r\n\r\n${'1;a\r\nb\r\n'.repeat(length / 8)}0\r\n\r\n`,
  extension: (start, length) => `${start}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(length)}\r\nb\r\n`,
  trailers: (start, length) =>
    `${start}Transfer-Encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(length / 6)}\r\n`,
};
const longStreams = (start: string) =>
  fc
    .record({ kind: fc.constantFrom(...Object.values(LONG)), length: fc.integer({ min: 1000, max: 4000 }) })
    .map(({ kind, length }) => ({ bytes: octets(kind(start, length)), options: UNLIMITED }));

type Parser = RequestParser | ResponseParser;

/** A line for each event, and the broken rule last; `receive` and `next` are all that is asked of the parser, and `end`. */
export function eventsOf(parser: Parser, pieces: readonly Uint8Array[], isLate = false): string[] {
  const lines: string[] = [];
  let content = '';
  const say = (...said: string[]): void => {
    if (content !== '') lines.push(`content ${JSON.stringify(content)}`);
    content = '';
    lines.push(...said);
  };
  try {
    for (const piece of pieces) {
      parser.receive(piece);
      if (isLate && piece !== pieces.at(-1)) continue;
      for (let event: RequestEvent | ResponseEvent | undefined; (event = parser.next()); ) {
        if (event.type === 'content') content += latin1(event.bytes, 0, event.bytes.length);
        else say(describe(event));
      }
    }
    say(...(parser.end() === undefined ? [] : ['end at the close']));
  } catch (error) {
    if (!(error instanceof HttpError) || error.by !== 'peer') throw error;
    say(errorLine(error.code, error.offset ?? Number.NaN));
    if (parser.receive(octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).next() !== undefined)
      say('an event after the error');
  }
  return lines;
}

function describe(event: Exclude<RequestEvent | ResponseEvent, { type: 'content' }>): string {
  if (event.type === 'chunk-extensions') return `extensions ${JSON.stringify(event.extensions)}`;
  if (event.type === 'end') return `end ${JSON.stringify([...(event.trailers ?? [])])}`;
  const { type, version, framing, isPersistent, fields } = event;
  const shared = { version, framing, isPersistent, fields: [...fields] };
  if (!(event instanceof RequestHead))
    return `${type} ${JSON.stringify({ ...shared, status: event.status, reason: event.reason })}`;
  const { method, target, form, authority, expectsContinue, hasUnknownExpectation, upgrade } = event;
  const own = { method, target, form, authority, expectsContinue, hasUnknownExpectation, upgrade };
  return `head ${JSON.stringify({ ...own, ...shared })}`;
}

function exceeds(line: string, { maxFields = 100, maxTargetBytes = 8192 }: ParserOptions): boolean {
  if (!line.startsWith('head ')) return false;
  const { target = '', fields } = JSON.parse(line.slice(5)) as { target?: string; fields: unknown[] };
  return fields.length > maxFields || target.length > maxTargetBytes;
}

const GETS = ['GET', 'GET', 'GET'];
export const responsesTo = (methods: readonly string[], options?: ParserOptions): ResponseParser =>
  methods.reduce((parser, method) => parser.expect(method), new ResponseParser(options));

export const requestMachine: Machine<ParserOptions> = {
  name: 'http-mini requests',
  streams: fc.record({ bytes: fc.oneof(anyRequestBytes, anyRequestBytes, anyNoise), options: anyOptions }),
  longStreams: longStreams('POST / HTTP/1.1\r\nHost: a\r\n'),
  events: (pieces, options, isLate) => eventsOf(new RequestParser(options), pieces, isLate),
  exceeds,
};

export const responseMachine: Machine<ParserOptions> = {
  name: 'http-mini responses',
  streams: fc.record({ bytes: fc.oneof(anyResponseBytes, anyResponseBytes, anyNoise), options: anyOptions }),
  longStreams: longStreams('HTTP/1.1 200 OK\r\n'),
  events: (pieces, options, isLate) => eventsOf(responsesTo(GETS, options), pieces, isLate),
  exceeds,
};

/** Law 2. */
export function requestsComeBack(textOf: typeof requestText = requestText): Property {
  return pureProperty(
    2,
    'what is encoded is parsed, and encoded again',
    requestMachine.name,
    anyRequest,
    (request) => {
      const parser = new RequestParser().receive(octets(textOf(request)));
      const head = parser.next() as RequestHead;
      const { method, target, version } = head;
      const content = contentOf(parser, head.framing.kind);
      expectSame('request', { method, target, version, fields: [...head.fields], content }, request);
      expectSame('text', encodeRequestHead(method, target, head.fields, version), head.section.text);
      expectSame('that all was read', parser.isBetweenRequests, true);
    },
  );
}

export function responsesComeBack(textOf: typeof responseText = responseText): Property {
  return pureProperty(
    2,
    'what is encoded is parsed, and encoded again',
    responseMachine.name,
    anyResponse,
    (response) => {
      const parser = responsesTo(['GET']).receive(octets(textOf(response)));
      const head = parser.next();
      if (head?.type !== 'head') throw new Error(`no head, but ${head?.type}`);
      const { status, reason, version } = head;
      const content = contentOf(parser, head.framing.kind);
      expectSame('response', { status, reason, version, fields: [...head.fields], content }, response);
      expectSame('text', encodeResponseHead(status, reason, head.fields, version), head.section.text);
      expectSame('unread bytes', parser.unread, 0);
    },
  );
}

/** As it was sent: each chunk comes as one part, since all was received at once. */
function contentOf(parser: Parser, kind: string): Content {
  const parts: Uint8Array[] = [];
  const extensions: (readonly (readonly [string, string | undefined])[])[] = [];
  for (;;) {
    const event = parser.next();
    if (event?.type === 'content') parts.push(Uint8Array.from(event.bytes));
    else if (event?.type === 'chunk-extensions') extensions[parts.length] = event.extensions;
    else if (event?.type !== 'end') throw new Error(`${event?.type} within content`);
    else if (kind === 'none') return { kind };
    else if (kind === 'length') return { kind, bytes: parts[0]! };
    else {
      const chunks = parts.map((content, i) => ({ extensions: extensions[i] ?? [], content }));
      return { kind: 'chunked', chunks, trailers: [...(event.trailers ?? [])] };
    }
  }
}
