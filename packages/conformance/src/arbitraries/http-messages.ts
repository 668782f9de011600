/**
 * Requests and responses as they stand in a stream, with what a parser has to make of them: for experiments with the bytes
 * alone. What two ends say to each other is in http.ts; here are also chunk extensions, every form of Host, and CONNECT.
 */
import fc from 'fast-check';
import { ChunkedEncoder, encodeRequestHead, encodeResponseHead, type Version } from 'http-mini/wire';
import { cutShort, withFaults } from './faults.ts';
import {
  anyFields,
  anyMethod,
  anyTarget,
  anyTrailers,
  anyValue,
  type Field,
  mayHaveContent,
  TOKEN,
  textOf,
} from './http.ts';

export type ChunkExtension = readonly [name: string, value: string | undefined];

export interface Chunk {
  readonly extensions: readonly ChunkExtension[];
  readonly content: Uint8Array;
}

export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: Uint8Array }
  | { readonly kind: 'chunked'; readonly chunks: readonly Chunk[]; readonly trailers: readonly Field[] };

export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly version: Version;
  readonly fields: readonly Field[];
  readonly content: Content;
}

export interface WireResponse {
  readonly status: number;
  readonly reason: string;
  readonly version: Version;
  readonly fields: readonly Field[];
  readonly content: Content;
}

const anyToken = fc.tuple(fc.constantFrom(...TOKEN), textOf(TOKEN, 9)).map((parts) => parts.join(''));
const anyExtension: fc.Arbitrary<ChunkExtension> = fc.tuple(
  anyToken,
  fc.oneof(anyToken, textOf('ab"\\ ;=,\t\xff', 6), fc.constant(undefined)),
);
const anyChunk: fc.Arbitrary<Chunk> = fc.record({
  extensions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(anyExtension, { maxLength: 3 })),
  content: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});
const anyContent: fc.Arbitrary<Content> = fc.oneof(
  fc.constant<Content>({ kind: 'none' }),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes): Content => ({ kind: 'length', bytes })),
  fc
    .record({ chunks: fc.array(anyChunk, { maxLength: 4 }), trailers: anyTrailers })
    .map((parts): Content => ({ kind: 'chunked', ...parts })),
);

/** Those that decide something about the connection, beside those that decide nothing. */
const someFields = fc
  .tuple(
    anyFields,
    fc.array(
      fc.constantFrom<Field>(
        ['Connection', 'close'],
        ['Connection', 'keep-alive, Upgrade'],
        ['Upgrade', 'x/1, websocket'],
        ['Expect', '100-continue'],
        ['Expect', 'x'],
      ),
      { maxLength: 1 },
    ),
  )
  .map(([fields, more]) => [...fields, ...more]);

/** RFC 9110 7.2, RFC 3986 3.2.2. */
const anyHost = fc.oneof(
  textOf("abcxyzABC019-._~!$&'()*+,;=", 10),
  fc
    .tuple(textOf('a,', 3), fc.nat(255))
    .map(([text, octet]) => `${text}%${octet.toString(16).padStart(2, '0')}`),
  fc.ipV6().map((address) => `[${address}]`),
  fc.tuple(fc.ipV4(), fc.nat(65535)).map(([address, port]) => `${address}:${port}`),
);

/** A method and a target of a form that the method may have (RFC 9112 3.2). */
const anyMethodAndTarget: fc.Arbitrary<[method: string, target: string]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyMethod, anyTarget)
      .map(([method, target]): [string, string] => [target === '*' ? 'OPTIONS' : method, target]),
  },
  fc.constantFrom<[string, string]>(['CONNECT', 'a.example:443'], ['CONNECT', '[::1]:80']),
);

function framed({ kind, ...content }: Content): Field[] {
  if (kind === 'chunked') return [['transfer-encoding', 'chunked']];
  return 'bytes' in content ? [['Content-Length', `${content.bytes.length}`]] : [];
}

/** HTTP/1.0 knows no chunked (RFC 9112 6.1). */
function versionOf({ kind }: Content, isOld: boolean): Version {
  return isOld && kind !== 'chunked' ? '1.0' : '1.1';
}

/** All but what says where the content ends. */
const anyRequestHead: fc.Arbitrary<Pick<WireRequest, 'method' | 'target' | 'fields'>> = fc
  .tuple(anyMethodAndTarget, anyHost, someFields)
  .map(([[method, target], host, fields]) => ({ method, target, fields: [['Host', host], ...fields] }));

export const anyRequest: fc.Arbitrary<WireRequest> = fc
  .tuple(anyRequestHead, anyContent, fc.boolean())
  .map(([{ method, target, fields }, content, isOld]) => ({
    method,
    target,
    version: versionOf(content, isOld),
    fields: [...fields, ...framed(content)],
    content,
  }));

/** To GET, and of a length that is known, so that another can follow. */
export const anyResponse: fc.Arbitrary<WireResponse> = fc
  .tuple(fc.integer({ min: 200, max: 999 }), anyValue, someFields, anyContent, fc.boolean())
  .map(([status, reason, fields, content, isOld]) => {
    const known: Content = mayHaveContent(status) ? content : { kind: 'none' };
    const framing = framed(known);
    if (known.kind === 'none' && status !== 204 && status !== 304) framing.push(['Content-Length', '0']);
    return {
      status,
      reason,
      version: versionOf(known, isOld),
      fields: [...fields, ...framing],
      content: known,
    };
  });

/** Each character is one byte. */
export function requestText({ method, target, version, fields, content }: WireRequest): string {
  return encodeRequestHead(method, target, fields, version) + contentText(content);
}

export function responseText({ status, reason, version, fields, content }: WireResponse): string {
  return encodeResponseHead(status, reason, fields, version) + contentText(content);
}

function contentText(content: Content): string {
  if (content.kind === 'none') return '';
  if (content.kind === 'length') return String.fromCharCode(...content.bytes);
  const encoder = new ChunkedEncoder();
  const chunks = content.chunks.map(({ content, extensions }) => {
    const line = `${encoder.before(content.length).slice(0, -2)}${extensions.map(extensionText).join('')}\r\n`;
    return line + String.fromCharCode(...content) + encoder.after;
  });
  return chunks.join('') + encoder.end(content.trailers);
}

function extensionText([name, value]: ChunkExtension): string {
  if (value === undefined) return `;${name}`;
  const isToken = /^[\w!#$%&'*+.^`|~-]+$/.test(value);
  return `;${name}=${isToken ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
}

/** One to three in a row. */
const inARow = <Message>(message: fc.Arbitrary<Message>, textOf: (message: Message) => string) =>
  fc.array(message, { minLength: 1, maxLength: 3 }).map((messages) => messages.map(textOf).join(''));

/** Sound ones, and such with a few faults in them, which may end too early. */
export const anyRequestBytes: fc.Arbitrary<Uint8Array> = cutShort(
  withFaults(inARow(anyRequest, requestText)),
);
export const anyResponseBytes: fc.Arbitrary<Uint8Array> = cutShort(
  withFaults(inARow(anyResponse, responseText)),
);

/** Nothing like a message, or words of one in any order. */
export const anyNoise: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('GET / HTTP/1.1', 'HTTP/1.1 200 OK', 'Host: a', '\r\n', ' ', ':', '5', ';', 'x', '\0'),
    )
    .map((words) => Buffer.from(words.join(''), 'latin1')),
  fc
    .uint8Array({ maxLength: 100 })
    .map((bytes) => Buffer.concat([Buffer.from('POST / HTTP/1.1\r\nHost: a\r\n'), bytes])),
);
