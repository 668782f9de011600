/**
 * What every HTTP subject answers, as one pure function, so that no two of them can differ in it: 200 and the content
 * echoed byte for byte, or `OK` where there was none. `/echo` lists the fields and `/cookie` the cookies (RFC 6265 5.4)
 * as the implementation understood them, one a line: a suite sees there what a field that it sent was taken for.
 */

export interface SeenRequest {
  readonly path: string;
  /** Names and values in order, as received. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** All of it, decoded. */
  readonly content: Uint8Array;
}

/** Sent with every answer, beside Content-Length. */
export const ANSWER_FIELDS = { 'Content-Type': 'text/plain' } as const;

/** Bytes of the largest content that is echoed; 413 for more. */
export const LARGEST_CONTENT: number = 64 * 1024 * 1024;

export function answerTo({ path, fields, content }: SeenRequest): Uint8Array {
  if (path === '/echo') return lines(fields.map(([name, value]) => `${name}: ${value}`));
  if (path === '/cookie') return lines(cookiesIn(fields));
  return content.length > 0 ? content : Buffer.from('OK');
}

// latin1, since a field value is octets (RFC 9110 5.5): what came as 0xe9 goes back as 0xe9.
function lines(texts: readonly string[]): Uint8Array {
  return Buffer.from(texts.map((text) => `${text}\n`).join(''), 'latin1');
}

function cookiesIn(fields: SeenRequest['fields']): string[] {
  return fields
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.indexOf('=') > 0);
}
