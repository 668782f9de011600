/** The laws of the wire as properties: chunking, round trip, garbage. Linear cost has a file of its own. */
import fc, { type Arbitrary } from 'fast-check';
import {
  encodeRequestHead,
  encodeResponseHead,
  latin1,
  octets,
  type ParserOptions,
  RequestHead,
  RequestParser,
  ResponseParser,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import {
  type Content,
  cuts,
  mutated,
  placesIn,
  type Request,
  type Response,
  request,
  requests,
  requestText,
  response,
  responses,
  responseText,
} from './arbitraries.ts';
import { cutAt, every } from './cuts.ts';
import { runs } from './runs.ts';
import { run, type Vector } from './vectors.ts';

const GETS = Array.from({ length: 3 }, () => 'GET');

/** Every detail is mentioned, so that every detail is compared. */
const DETAILS = ['field', 'trailer', 'target', 'persistent', 'expects', 'upgrade'];

/** Small limits, so that they are met; leniency, so that all of its branches are. */
const options: Arbitrary<ParserOptions> = fc.record(
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
    }),
  },
  { requiredKeys: [] },
);

function vector(bytes: Uint8Array, methods: string[] | undefined, options: ParserOptions = {}): Vector {
  return { name: '', methods, options, bytes, expected: DETAILS };
}

describe('law 1: any cut of the same bytes gives the same events and the same error', () => {
  const asBytes = (stream: Arbitrary<string>) => stream.map(octets);
  const cases: [string, Arbitrary<Uint8Array>, string[] | undefined][] = [
    ['requests', asBytes(requests), undefined],
    ['responses', asBytes(responses), GETS],
    ['broken requests', mutated(requests), undefined],
    ['broken responses', mutated(responses), GETS],
    ['noise', fc.uint8Array({ maxLength: 100 }), undefined],
  ];
  test.each(cases)('%s', (_, stream, methods) => {
    fc.assert(
      fc.property(stream, cuts, fc.option(options, { nil: {} }), (bytes, cuts, options) => {
        const sample = vector(bytes, methods, options);
        const whole = run(sample, [bytes]);
        expect(run(sample, cutAt(bytes, placesIn(bytes, cuts)))).toEqual(whole);
        expect(run(sample, every(1, bytes))).toEqual(whole);
      }),
      runs(300),
    );
  });
});

describe('law 2: parse(encode(x)) = x, and encode(parse(b)) = b', () => {
  test('requests', () => {
    fc.assert(
      fc.property(request, (request) => {
        const parser = new RequestParser().receive(octets(requestText(request)));
        const head = parser.next() as RequestHead;
        expect(head).toBeInstanceOf(RequestHead);
        const { method, target, version } = head;
        const fields = [...head.fields];
        const content = contentOf(parser, head.framing.kind);
        expect({ method, target, version, fields, content } satisfies Request).toEqual(request);
        expect(encodeRequestHead(method, target, head.fields, version)).toBe(head.section.text);
        expect(parser.isBetweenRequests).toBe(true);
      }),
      runs(300),
    );
  });

  test('responses', () => {
    fc.assert(
      fc.property(response, (response) => {
        const parser = new ResponseParser().expect('GET').receive(octets(responseText(response)));
        const head = parser.next();
        if (head?.type !== 'head') throw new Error('no head');
        const { status, reason, version } = head;
        const fields = [...head.fields];
        const content = contentOf(parser, head.framing.kind);
        expect({ status, reason, version, fields, content } satisfies Response).toEqual(response);
        expect(encodeResponseHead(status, reason, head.fields, version)).toBe(head.section.text);
      }),
      runs(300),
    );
  });

  /** The content as it was sent: each chunk comes as one part, since it was received at once. */
  function contentOf(parser: RequestParser | ResponseParser, kind: string): Content {
    const parts: Uint8Array[] = [];
    const extensions: (readonly (readonly [string, string | undefined])[])[] = [];
    for (;;) {
      const event = parser.next();
      if (event?.type === 'content') {
        parts.push(new Uint8Array(event.bytes));
        extensions[parts.length - 1] ??= [];
      } else if (event?.type === 'chunk-extensions') extensions[parts.length] = event.extensions;
      else if (event?.type !== 'end') throw new Error(`${event?.type} within content`);
      else if (kind === 'none') return { kind };
      else if (kind === 'length') return { kind, bytes: parts[0]! };
      else {
        const chunks = parts.map((content, i) => ({
          content,
          extensions: extensions[i] as [string, string][],
        }));
        return { kind: 'chunked', chunks, trailers: [...(event.trailers ?? [])] };
      }
    }
  }
});

describe('law 4: any bytes end in events or in one HttpError', () => {
  const noise = fc.uint8Array({ maxLength: 300 });
  const lines = fc
    .array(
      fc.constantFrom('GET / HTTP/1.1', 'HTTP/1.1 200 OK', 'Host: a', '\r\n', ' ', ':', '5', ';', 'x', '\0'),
    )
    .map((words) => octets(words.join('')));
  const cases: [string, Arbitrary<Uint8Array>][] = [
    ['noise', noise],
    ['words', lines],
    [
      'noise after a head',
      noise.map((bytes) => octets(`POST / HTTP/1.1\r\nHost: a\r\n${latin1(bytes, 0, bytes.length)}`)),
    ],
    ['broken requests', mutated(requests)],
    ['broken responses', mutated(responses)],
  ];
  test.each(cases)('%s', (_, stream) => {
    fc.assert(
      fc.property(
        stream,
        fc.constantFrom(undefined, GETS),
        fc.option(options, { nil: {} }),
        (bytes, methods, options) => {
          const lines = run(vector(bytes, methods, options), [bytes]); // lets nothing but an HttpError by the peer pass
          const errors = lines.filter((line) => line.startsWith('error '));
          expect(errors.length).toBeLessThanOrEqual(1);
          if (errors.length === 0) return;
          expect(lines.at(-1)).toBe(errors[0]);
          expect(Number(/ at (\d+)$/.exec(errors[0]!)?.[1])).toBeLessThanOrEqual(bytes.length); // each names its byte
        },
      ),
      runs(300),
    );
  });
});
