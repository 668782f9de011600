/**
 * The answers in what a server sent: RFC 9112 6.3 once more, in few lines and forgiving, since a bench must not judge
 * http-mini by http-mini's own parser, and must be able to look at an answer that is wrong.
 */

export interface Answer {
  readonly status: number;
  /** `HTTP/1.1`, or whatever stands there. */
  readonly version: string;
  /** Status line and fields, without the empty line; one character for each octet. */
  readonly head: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Decoded. */
  readonly content: Buffer;
  /** Whether its end has come. */
  readonly isComplete: boolean;
}

export interface Answers {
  /** In order, 1xx among them. */
  readonly all: readonly Answer[];
  /** What follows the last that is complete: nothing, a part of an answer, or what is none. */
  readonly rest: Buffer;
}

/** @param methods of the requests, in order: the answer to HEAD has no content, and after a 2xx to CONNECT comes no HTTP */
export function readAnswers(received: Buffer, methods: readonly string[], hasEnded: boolean): Answers {
  const all: Answer[] = [];
  let at = 0;
  for (let asked = 0; at < received.length; ) {
    const end = received.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const head = received.toString('latin1', at, end);
    const [, version, code] = /^(HTTP\/\S*) (\d{3})/.exec(head) ?? [];
    if (version === undefined) break;
    const status = Number(code);
    const fields = fieldsOf(head);
    const method = methods[asked] ?? 'GET';
    const content = contentOf(received, end + 4, contentKind(method, status, fields), hasEnded);
    all.push({ status, version, head, fields, content: content.bytes, isComplete: content.isComplete });
    if (!content.isComplete) break;
    at = content.end;
    // What comes now is another protocol, and nothing to be judged here.
    if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300))
      return { all, rest: received.subarray(received.length) };
    if (status >= 200) asked++;
  }
  return { all, rest: received.subarray(at) };
}

/** The values of all fields of this name, as one list; undefined where there is none. */
export function fieldValue({ fields }: Pick<Answer, 'fields'>, name: string): string | undefined {
  const values = fields.filter((field) => field[0].toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Whether the server said that nothing follows this answer. RFC 9112 9.3 */
export function announcesClose(answer: Answer): boolean {
  const options = (fieldValue(answer, 'connection') ?? '').toLowerCase().split(/[\s,]+/);
  return options.includes('close') || (answer.version === 'HTTP/1.0' && !options.includes('keep-alive'));
}

function fieldsOf(head: string): [string, string][] {
  return head
    .split('\r\n')
    .slice(1)
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
}

/** `length` is NaN where what was said is no number: nothing that comes is the end of that. */
type ContentKind = { readonly length: number } | 'chunked' | 'until-close';

function contentKind(method: string, status: number, fields: Answer['fields']): ContentKind {
  const isTunnel = method === 'CONNECT' && status >= 200 && status < 300;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304 || isTunnel) return { length: 0 };
  if (/\bchunked\s*$/i.test(fieldValue({ fields }, 'transfer-encoding') ?? '')) return 'chunked';
  const length = fieldValue({ fields }, 'content-length');
  return length === undefined ? 'until-close' : { length: lengthIn(length, 10) };
}

/** As much of it as is a number. Below nothing it would lead back, and round and round: then NaN, as where there is none. */
function lengthIn(text: string, radix: 10 | 16): number {
  const length = Number.parseInt(text, radix);
  return length < 0 ? Number.NaN : length;
}

interface Content {
  readonly bytes: Buffer;
  /** Where it ends in what was received. */
  readonly end: number;
  readonly isComplete: boolean;
}

function contentOf(received: Buffer, start: number, kind: ContentKind, hasEnded: boolean): Content {
  if (kind === 'until-close') {
    return { bytes: received.subarray(start), end: received.length, isComplete: hasEnded };
  }
  if (kind === 'chunked') return dechunked(received, start);
  const end = start + kind.length;
  return { bytes: received.subarray(start, end), end, isComplete: end <= received.length };
}

function dechunked(received: Buffer, start: number): Content {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const incomplete = { bytes: Buffer.concat(parts), end: at, isComplete: false };
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return incomplete;
    const size = lengthIn(received.toString('latin1', at, lineEnd), 16);
    const dataEnd = lineEnd + 2 + size;
    if (size === 0) {
      // The trailer section ends in an empty line, which the line before may be.
      const end = received.indexOf('\r\n\r\n', lineEnd);
      return end < 0 ? incomplete : { ...incomplete, end: end + 4, isComplete: true };
    }
    if (!(dataEnd + 2 <= received.length)) return incomplete; // NaN among them
    parts.push(received.subarray(lineEnd + 2, dataEnd));
    at = dataEnd + 2;
  }
}
