/**
 * The notation of the test vectors, read and run: see vectors/README.md. A run answers lines in the same notation, so
 * that a vector that fails shows what it should have said.
 */
import {
  HttpError,
  type HttpErrorCode,
  latin1,
  octets,
  type ParserOptions,
  type RequestEvent,
  RequestHead,
  RequestParser,
  type ResponseEvent,
  ResponseParser,
} from 'http-mini/wire';

export interface Vector {
  readonly name: string;
  /** undefined for a request */
  readonly methods: readonly string[] | undefined;
  readonly options: ParserOptions;
  readonly bytes: Uint8Array;
  readonly expected: readonly string[];
}

/** All vectors of a file; a `##` without exactly one block of bytes is a mistake in the file. */
export function readVectors(markdown: string): Vector[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const name = part.slice(0, part.indexOf('\n'));
      const blocks = [...part.matchAll(/^```(request|response)([^\n]*)\n(.*?)^```$/gms)];
      if (blocks.length !== 1) throw new Error(`the vector "${name}" has ${blocks.length} blocks of bytes`);
      const [, kind, words, body] = blocks[0] as unknown as [string, string, string, string];
      return { name, ...readInfo(kind, words), ...readBody(body) };
    });
}

function readInfo(kind: string, words: string): Pick<Vector, 'methods' | 'options'> {
  const methods: string[] = [];
  const options: Record<string, unknown> = {};
  for (const word of words.split(' ').filter((word) => word !== '')) {
    const [key, value] = word.split('=') as [string, string | undefined];
    if (value === undefined) methods.push(key);
    else if (key === 'lenient')
      options[key] = Object.fromEntries(value.split(',').map((rule) => [rule, true]));
    else options[key] = Number(value);
  }
  return { methods: kind === 'request' ? undefined : methods, options };
}

const MARK = '▶';

function readBody(body: string): Pick<Vector, 'bytes' | 'expected'> {
  const lines = body.split('\n');
  const raw = lines.filter((line) => !line.startsWith('=> ')).join('');
  const marked = unescaped(raw);
  const offset = marked.indexOf(MARK);
  const bytes = octets(marked.replace(MARK, ''));
  const expected = lines.filter((line) => line.startsWith('=> ')).map((line) => unescaped(line.slice(3)));
  const last = expected.at(-1);
  if (last?.startsWith('error ')) {
    const place = offset < 0 && last === 'error incomplete-message' ? bytes.length : offset;
    expected[expected.length - 1] = withOffset(last, place < 0 ? undefined : place);
  }
  return { bytes, expected };
}

function withOffset(line: string, offset: number | undefined): string {
  return offset === undefined ? line : `${line} at ${offset}`;
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|\{(\d+) ([^}]+)\}|(.))/g, (_, hex, count, repeated, letter) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (count !== undefined) return unescaped(repeated).repeat(Number(count));
    const escapes: Record<string, string> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };
    const byte = escapes[letter];
    if (byte === undefined) throw new Error(`no such escape: \\${letter}`);
    return byte;
  });
}

/** Words, not the section alone, and the words of one line: a person reads them in a log. */
export const SAYS_WHAT_IS_WRONG: RegExp = /^.{8,} \(RFC \d+ [\d.]+\)$/;

const DETAILS = ['field', 'trailer', 'target', 'persistent', 'expects', 'upgrade'];

/** Runs the vector's bytes, cut into these pieces, and answers what happened in the vector's notation. */
export function run(vector: Vector, pieces: readonly Uint8Array[]): string[] {
  const wanted = new Set(DETAILS.filter((kind) => vector.expected.some((line) => kindOf(line) === kind)));
  const leaves = vector.expected.some((line) => line.startsWith('leftover '));
  const lines: string[] = [];
  let content = '';
  const say = (line: string): void => {
    if (content !== '') lines.push(`content "${content}"`);
    content = '';
    lines.push(line);
  };
  const parser = parserFor(vector);
  let hasLeft = false;
  let leftover = '';
  try {
    for (const piece of pieces) {
      if (hasLeft) leftover += text(piece);
      else parser.receive(piece);
      for (let event: RequestEvent | ResponseEvent | undefined; !hasLeft && (event = parser.next()); ) {
        if (event.type === 'content') content += text(event.bytes);
        else for (const line of describe(event, wanted)) say(line);
        hasLeft = leaves && event.type === 'end';
        if (hasLeft) leftover = text(parser.leftover());
      }
    }
    if (hasLeft) say(`leftover "${leftover}"`);
    else if (parser.end() !== undefined) say('end');
  } catch (error) {
    if (!(error instanceof HttpError) || error.by !== 'peer') throw error;
    say(withOffset(`error ${error.code satisfies HttpErrorCode}`, error.offset));
    if (!SAYS_WHAT_IS_WRONG.test(error.message)) say('an error that says nothing');
    // After an error nothing comes any more, whatever is received.
    if (parser.receive(octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).next() !== undefined)
      say('an event after an error');
    if (parser.end() !== undefined) say('an end after an error');
  }
  if (content !== '') lines.push(`content "${content}"`);
  return lines;
}

function parserFor({ methods, options }: Vector): RequestParser | ResponseParser {
  if (methods === undefined) return new RequestParser(options);
  const parser = new ResponseParser(options);
  for (const method of methods) parser.expect(method);
  return parser;
}

function kindOf(line: string): string {
  return line.replace(/^not /, '').split(' ')[0]!;
}

function* describe(event: RequestEvent | ResponseEvent, wanted: ReadonlySet<string>): Generator<string> {
  switch (event.type) {
    case 'content':
      return;
    case 'chunk-extensions': {
      const extensions = event.extensions.map(([name, value]) =>
        value === undefined ? name : `${name}=${value}`,
      );
      return yield `chunk-extensions ${extensions.join('; ')}`;
    }
    case 'end':
      if (wanted.has('trailer'))
        for (const [name, value] of event.trailers ?? []) yield `trailer ${name}: ${value}`;
      return yield 'end';
    case 'information':
      yield `information ${event.status} ${event.reason} ${event.version}`;
      break;
    case 'head': {
      const { framing } = event;
      const length = framing.kind === 'length' ? ` ${framing.length}` : '';
      const start =
        event instanceof RequestHead ? `${event.method} ${event.target}` : `${event.status} ${event.reason}`;
      yield `head ${start} ${event.version} ${framing.kind}${length}`;
    }
  }
  if (wanted.has('field'))
    for (const [name, value] of event.fields)
      yield value === '' ? `field ${name}:` : `field ${name}: ${value}`;
  if (wanted.has('persistent')) yield event.isPersistent ? 'persistent' : 'not persistent';
  if (event instanceof RequestHead) yield* describeRequest(event, wanted);
}

function* describeRequest(head: RequestHead, wanted: ReadonlySet<string>): Generator<string> {
  if (wanted.has('target')) {
    const { form, path, query, scheme } = head.form;
    const parts = Object.entries({ path, query, scheme, authority: head.authority });
    const shown = parts.filter(([, value]) => value !== undefined).map(([part, value]) => `${part}=${value}`);
    yield `target ${form} ${shown.join(' ')}`;
  }
  if (wanted.has('expects'))
    yield `expects ${head.expectsContinue ? 'continue' : head.hasUnknownExpectation ? 'unknown' : 'nothing'}`;
  if (wanted.has('upgrade')) yield `upgrade ${head.upgrade.join(', ')}`.trimEnd();
}

function text(bytes: Uint8Array): string {
  return latin1(bytes, 0, bytes.length);
}
