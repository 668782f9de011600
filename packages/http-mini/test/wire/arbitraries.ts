/** Messages for properties: well-formed ones with what a parser must make of them, and what breaks them. */
import fc, { type Arbitrary } from 'fast-check';
import { ChunkedEncoder, encodeRequestHead, encodeResponseHead, octets, type Version } from 'http-mini/wire';

function text(characters: string, minLength: number, maxLength: number): Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

const LETTERS = 'abcxyzABCXYZ019';
const VISIBLE = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, i) => 0x21 + i));
const OBS_TEXT = '\x80\x85\xa0\xe4\xff';

/** RFC 9110 5.6.2 */
export const token: Arbitrary<string> = text(`${LETTERS}!#$%&'*+-.^_\`|~`, 1, 12);

/** RFC 9110 5.5: no whitespace at either end, since that is no part of the value. */
export const fieldValue: Arbitrary<string> = text(`${VISIBLE}${OBS_TEXT} \t`, 0, 20).map((value) =>
  value.replace(/^[ \t]+|[ \t]+$/g, ''),
);

export type FieldLine = [name: string, value: string];

const DECIDES = new Set(['host', 'content-length', 'transfer-encoding']);

const fieldName = fc
  .oneof(
    token,
    fc.constantFrom(
      '__proto__',
      'constructor',
      'Accept',
      'ACCEPT',
      'Connection',
      'Upgrade',
      'Cookie',
      'Expect',
    ),
  )
  .filter((name) => !DECIDES.has(name.toLowerCase()));

/** Field lines that decide nothing about where a message ends. */
export const fieldLines: Arbitrary<FieldLine[]> = fc.array(fc.tuple(fieldName, fieldValue), { maxLength: 6 });

export const trailerLines: Arbitrary<FieldLine[]> = fc.array(
  fc.tuple(fc.constantFrom('Digest', 'x-trailer', 'X-TRAILER', '__proto__'), fieldValue),
  { maxLength: 3 },
);

export const host: Arbitrary<string> = fc.oneof(
  text(`${LETTERS}-._~`, 0, 10),
  fc.ipV6().map((address) => `[${address}]`),
  fc.tuple(fc.ipV4(), fc.nat(65535)).map(([address, port]) => `${address}:${port}`),
);

const pathCharacters = fc.oneof(
  fc.constantFrom(...`${LETTERS}-._~!$&'()*+,;=:@/`),
  fc.constantFrom('%00', '%2F', '%af'),
);
const path = fc.string({ unit: pathCharacters, maxLength: 20 }).map((rest) => `/${rest}`);
const query = fc.option(fc.string({ unit: fc.oneof(pathCharacters, fc.constant('?')), maxLength: 20 }), {
  nil: undefined,
});
const originForm = fc
  .tuple(path, query)
  .map(([path, query]) => (query === undefined ? path : `${path}?${query}`));

/** A method and a target of a form that the method may have (RFC 9112 3.2). */
export const methodAndTarget: Arbitrary<[method: string, target: string]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('GET', 'POST', 'get', 'PATCH', "M!'9"), originForm) },
  fc.tuple(
    fc.constantFrom('GET', 'PUT'),
    originForm.map((target) => `http://example.com:8080${target}`),
  ),
  fc.constantFrom<[string, string]>(['OPTIONS', '*'], ['CONNECT', 'a.example:443'], ['CONNECT', '[::1]:80']),
);

export type Extension = [name: string, value: string | undefined];

export interface Chunk {
  readonly content: Uint8Array;
  readonly extensions: readonly Extension[];
}

export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: Uint8Array }
  | { readonly kind: 'chunked'; readonly chunks: readonly Chunk[]; readonly trailers: FieldLine[] };

const extension = fc.tuple(token, fc.oneof(token, text('ab"\\ ;=,\t\xff', 0, 6), fc.constant(undefined)));
const chunk: Arbitrary<Chunk> = fc.record({
  content: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  extensions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(extension, { maxLength: 3 })),
});

export const content: Arbitrary<Content> = fc.oneof(
  fc.constant<Content>({ kind: 'none' }),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes): Content => ({ kind: 'length', bytes })),
  fc
    .record({ chunks: fc.array(chunk, { maxLength: 4 }), trailers: trailerLines })
    .map((parts): Content => ({ kind: 'chunked', ...parts })),
);

export interface Message {
  readonly fields: FieldLine[];
  readonly content: Content;
}

export interface Request extends Message {
  readonly method: string;
  readonly target: string;
  readonly version: Version;
}

export interface Response extends Message {
  readonly status: number;
  readonly reason: string;
  readonly version: Version;
}

function framed(content: Content, lines: readonly FieldLine[]): FieldLine[] {
  if (content.kind === 'length') return [...lines, ['Content-Length', String(content.bytes.length)]];
  return content.kind === 'chunked' ? [...lines, ['transfer-encoding', 'chunked']] : [...lines];
}

/** HTTP/1.0 knows no chunked. */
function versionOf(content: Content, isOld: boolean): Version {
  return isOld && content.kind !== 'chunked' ? '1.0' : '1.1';
}

export const request: Arbitrary<Request> = fc
  .tuple(methodAndTarget, host, fieldLines, content, fc.boolean())
  .map(([[method, target], host, lines, content, isOld]) => ({
    method,
    target,
    version: versionOf(content, isOld),
    fields: framed(content, [['Host', host], ...lines]),
    content,
  }));

/** Responses to GET whose length is known, so that another can follow. */
export const response: Arbitrary<Response> = fc
  .tuple(fc.integer({ min: 200, max: 999 }), fieldValue, fieldLines, content, fc.boolean())
  .map(([status, reason, lines, content, isOld]) => {
    const isEmpty = status === 204 || status === 304;
    const known: Content = isEmpty ? { kind: 'none' } : content;
    const fields = framed(known, lines);
    if (known.kind === 'none' && !isEmpty) fields.push(['Content-Length', '0']);
    return { status, reason, version: versionOf(known, isOld), fields, content: known };
  });

export function requestText(request: Request): string {
  const head = encodeRequestHead(request.method, request.target, request.fields, request.version);
  return head + contentText(request.content);
}

export function responseText(response: Response): string {
  const head = encodeResponseHead(response.status, response.reason, response.fields, response.version);
  return head + contentText(response.content);
}

function contentText(content: Content): string {
  if (content.kind === 'none') return '';
  if (content.kind === 'length') return String.fromCharCode(...content.bytes);
  const encoder = new ChunkedEncoder();
  const chunks = content.chunks.map(({ content, extensions }) => {
    const before = `${encoder.before(content.length).slice(0, -2)}${extensionsText(extensions)}\r\n`;
    return before + String.fromCharCode(...content) + encoder.after;
  });
  return chunks.join('') + encoder.end(content.trailers);
}

function extensionsText(extensions: readonly Extension[]): string {
  return extensions
    .map(([name, value]) => {
      if (value === undefined) return `;${name}`;
      const isToken = /^[\w!#$%&'*+.^`|~-]+$/.test(value);
      return `;${name}=${isToken ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
    })
    .join('');
}

/** Bytes that decide something somewhere in the grammar. */
const SPECIAL = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  '\0',
  ':',
  ';',
  ',',
  '"',
  '%',
  '[',
  '0',
  'f',
  '-',
  '\x7f',
  '\x80',
];
const SNIPPETS = [
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: a\r\n',
  ' folded\r\n',
  'HTTP/1.0',
  '0\r\n\r\n',
  'ffffffffffffffff',
  '%%',
];

type Mutation = readonly [kind: 'insert' | 'replace' | 'delete' | 'repeat', at: number, what: string];

const mutation: Arbitrary<Mutation> = fc.tuple(
  fc.constantFrom('insert' as const, 'replace' as const, 'delete' as const, 'repeat' as const),
  fc.nat(),
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...SPECIAL) }, fc.constantFrom(...SNIPPETS)),
);

function mutate(text: string, [kind, place, what]: Mutation): string {
  const at = place % (text.length + 1);
  const before = text.slice(0, at);
  if (kind === 'insert') return before + what + text.slice(at);
  if (kind === 'replace') return before + what + text.slice(at + what.length);
  if (kind === 'delete') return before + text.slice(at + 1);
  return before + text.slice(Math.max(0, at - 20), at) + text.slice(at);
}

/** A stream with a few faults in it, and perhaps cut short. */
export function mutated(stream: Arbitrary<string>): Arbitrary<Uint8Array> {
  const faults = fc.array(mutation, { minLength: 1, maxLength: 4 });
  return fc.tuple(stream, faults, fc.option(fc.nat(), { nil: undefined })).map(([text, faults, length]) => {
    const broken = faults.reduce(mutate, text);
    return octets(length === undefined ? broken : broken.slice(0, length % (broken.length + 1)));
  });
}

export const requests: Arbitrary<string> = fc
  .array(request, { minLength: 1, maxLength: 3 })
  .map((requests) => requests.map(requestText).join(''));

export const responses: Arbitrary<string> = fc
  .array(response, { minLength: 1, maxLength: 3 })
  .map((responses) => responses.map(responseText).join(''));

/** Numbers that become the places of cuts, once the length of the bytes is known: see `placesIn`. */
export const cuts: Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 12 });

export function placesIn(bytes: Uint8Array, cuts: readonly number[]): number[] {
  return cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
}
