/**
 * A permalink holds a recording in the query of an address, so that the server can show it without JavaScript:
 *
 *     ?exchange=ws-text                                  one of the catalogue
 *     ?begins=frames&client=gYY3-iE9&server=gQY&fin=server    bytes in base64url (RFC 4648 5), in the order in which they passed
 *
 * Anything can stand in an address, so what is wrong becomes a fault that says so.
 */
import { CATALOGUE, type Exchange, exchangeOf } from './catalogue.ts';
import { type Fault, FaultFound, orFault } from './fault.ts';
import type { Passage, Recording } from './recording.ts';

/** Bytes of a recording that fit in a link: with them the target stays below the 8,000 bytes that RFC 9112 3 asks of servers. */
export const MAX_LINK_BYTES = 4096;
/** Passages of a recording that fit in a link. */
export const MAX_LINK_PASSAGES = 64;

export type Opened =
  | { readonly exchange: Exchange }
  | { readonly recording: Recording }
  | { readonly fault: Fault };

/** The query, without "?", or why there is none. */
export function linkTo({
  begins,
  passages,
}: Recording): { readonly query: string } | { readonly fault: Fault } {
  const size = passages.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > MAX_LINK_BYTES || passages.length > MAX_LINK_PASSAGES)
    return { fault: tooLarge(size, passages.length) };
  const pairs = [`begins=${begins}`];
  for (const { from, bytes, ends } of passages) {
    if (bytes.length > 0) pairs.push(`${from}=${toBase64Url(bytes)}`);
    if (ends) pairs.push(`fin=${from}`);
  }
  return { query: pairs.join('&') };
}

/** What a query asks to be shown: the first of the catalogue if it asks for nothing. */
export function openLink(query: URLSearchParams): Opened {
  return orFault(() => {
    const id = query.get('exchange');
    if (id === null)
      return query.has('client') || query.has('server') ? recordingOf(query) : { exchange: CATALOGUE[0]! };
    const exchange = exchangeOf(id);
    if (exchange === undefined) throw new FaultFound(unknownExchange(id));
    return { exchange };
  });
}

function recordingOf(query: URLSearchParams): { readonly recording: Recording } {
  const begins = query.get('begins') ?? 'http';
  if (begins !== 'http' && begins !== 'frames') throw new FaultFound(unknownBeginning(begins));
  const passages: Passage[] = [];
  let size = 0;
  for (const [name, value] of query) {
    if (name === 'client' || name === 'server') {
      const bytes = fromBase64Url(name, value);
      size += bytes.length;
      passages.push({ from: name, bytes });
    } else if (name === 'fin' && (value === 'client' || value === 'server')) endWith(passages, value);
    if (size > MAX_LINK_BYTES || passages.length > MAX_LINK_PASSAGES)
      throw new FaultFound(tooLarge(size, passages.length));
  }
  return { recording: { begins, passages } };
}

/** The end belongs to the last bytes of that side, if nothing has come since. */
function endWith(passages: Passage[], from: Passage['from']): void {
  const last = passages.at(-1);
  if (last?.from === from) passages[passages.length - 1] = { ...last, ends: true };
  else passages.push({ from, bytes: new Uint8Array(0), ends: true });
}

function toBase64Url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(name: string, value: string): Uint8Array {
  const wrong = /[^A-Za-z0-9_-]/.exec(value);
  // One character of base64 is six bits, so four of them make three bytes, and a single one is left over from nothing.
  if (wrong !== null || value.length % 4 === 1)
    throw new FaultFound(notBase64(name, wrong?.index ?? value.length - 1));
  const text = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function tooLarge(size: number, passages: number): Fault {
  return {
    code: 'link-too-large',
    says: {
      en: `A link holds at most ${MAX_LINK_BYTES} bytes in ${MAX_LINK_PASSAGES} passages; these are ${size} in ${passages}.`,
      ko: `링크에는 최대 ${MAX_LINK_BYTES}바이트, 조각 ${MAX_LINK_PASSAGES}개가 들어갑니다. 지금은 ${size}바이트, 조각 ${passages}개입니다.`,
    },
  };
}

function unknownExchange(id: string): Fault {
  const ids = CATALOGUE.map((one) => one.id).join(', ');
  const shown = id.slice(0, 40);
  return {
    code: 'unknown-exchange',
    says: {
      en: `The catalogue has no exchange “${shown}”. It has ${ids}.`,
      ko: `목록에 없는 이름입니다: ‘${shown}’. 목록에 있는 것: ${ids}.`,
    },
  };
}

function unknownBeginning(begins: string): Fault {
  const shown = begins.slice(0, 40);
  return {
    code: 'unknown-beginning',
    says: {
      en: `The link says begins=${shown}; bytes begin with http or frames.`,
      ko: `링크의 begins 값이 ‘${shown}’입니다. begins에는 http나 frames를 씁니다.`,
    },
  };
}

function notBase64(name: string, at: number): Fault {
  return {
    code: 'not-base64url',
    says: {
      en: `The bytes in ${name}= are not base64url, from character ${at + 1} on. Was the link cut?`,
      ko: `${name}=의 바이트가 ${at + 1}번째 글자부터 base64url이 아닙니다. 링크가 잘리지 않았는지 보십시오.`,
    },
    at,
  };
}
