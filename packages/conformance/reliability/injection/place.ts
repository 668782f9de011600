/**
 * A place into which a program can put a value that then goes out on a wire, and the judgement of what went out: a typed
 * error, or, read back by http-mini and by llhttp, the message that went out for a harmless value, but for this one place.
 */
import { HttpError } from 'http-mini';
import type { ParserOptions } from 'http-mini/wire';
import { WebSocketError } from 'ws-mini';
import { KNOWN_METHODS, readByLlhttp } from '../llhttp.ts';
import { type Message, readByMini, type Side } from '../message.ts';
import type { Payload } from './payload.ts';

export interface Place {
  /** Who writes, and where. */
  readonly writer: string;
  readonly field: string;
  /** The value of which nothing is to be feared; its message is what all others are held to. */
  readonly harmless: unknown;
  /** Names, and places that take only text: they are asked with less. */
  readonly onlyText?: true;
  /** The most characters that a reader takes there, whatever its limits are. */
  readonly longest?: number;
  /** @param put gives a property of an object the value that is tried */
  write(put: Put): Promise<Written>;
  /** What stands at the place, and all the rest, in which nothing may differ. */
  at(messages: readonly Message[]): { readonly found: readonly string[]; readonly rest: unknown };
  /** What may be found, if it is not the text itself; undefined: any text, since it is encoded there. */
  readonly becomes?: ((text: string) => readonly string[]) | undefined;
  readonly side: Side;
}

export type Put = (object: object, key: string) => void;

/** What is tried, by itself. */
export function given(put: Put): unknown {
  const it: { value?: unknown } = {};
  put(it, 'value');
  return it.value;
}

export const HARMLESS = 'plain';
/** A value that no other field has, for the field whose name is tried. */
export const MARK = 'marked';

/** An error without bytes, or with those that went out in spite of it: the answer 500, for one. */
export interface Written {
  readonly bytes: Uint8Array;
  readonly error?: unknown;
}

export type Verdict = 'refused' | 'exact' | { readonly broken: string };

export function judge(place: Place, payload: Payload, harmless: Written, written: Written): Verdict {
  const before = read(place, harmless);
  const after = read(place, written);
  if (typeof before === 'string') throw new Error(`${place.writer}, ${place.field}, harmless: ${before}`);
  if (typeof after === 'string') return { broken: after };
  if (harmless.error !== undefined) throw new Error(`${place.writer}, ${place.field}: ${harmless.error}`);
  if (written.error !== undefined) {
    if (!isTyped(written.error)) return { broken: `it threw ${written.error}` };
    // What went out instead is one message at most, and nothing of the value is in it.
    const isForged = /forged|evil/.test(
      JSON.stringify(after.map(({ start, fields, trailers }) => [start, fields, trailers])),
    );
    if (isForged || after.length > before.length)
      return { broken: `refused, and sent ${shown(written.bytes)}` };
    return 'refused';
  }
  const [meant, seen] = [place.at(before), place.at(after)];
  if (after.length !== before.length)
    return { broken: `${after.length} messages went out, not ${before.length}` };
  if (JSON.stringify(seen.rest) !== JSON.stringify(meant.rest)) {
    return { broken: `beside its place it changed ${clip(JSON.stringify(seen.rest))}` };
  }
  if (place.becomes === undefined) return 'exact';
  const allowed = payload.meant.flatMap(place.becomes);
  const wrong = seen.found.find((text) => !allowed.includes(text));
  return wrong === undefined ? 'exact' : { broken: `what went out is ${clip(JSON.stringify(wrong))}` };
}

/** What is long is to be refused by who reads it. */
export const ANY_SIZE: ParserOptions = {
  maxHeadBytes: Infinity,
  maxTargetBytes: Infinity,
  maxFields: Infinity,
};

/** The messages, or what is wrong with them, or how the two parsers part on them. */
function read({ side }: Place, { bytes, error }: Written): readonly Message[] | string {
  const ours = readByMini(side, bytes, ANY_SIZE);
  // What is refused once its head has left is cut off, so that its reader knows.
  const isCutOff = ours.error === 'incomplete-message' || ours.messages.some(({ isComplete }) => !isComplete);
  if (isCutOff && error === undefined) return `what went out is cut off: ${shown(bytes)}`;
  if (!isCutOff && ours.error !== undefined)
    return `what went out is refused: ${ours.error}: ${shown(bytes)}`;
  return readsAlike(side, bytes, ours.messages)
    ? ours.messages
    : `llhttp reads it otherwise (${readByLlhttp(side, bytes).error ?? 'no error'}): ${shown(bytes)}`;
}

/** Whether llhttp reads the same in there, if it knows the methods. */
export function readsAlike(side: Side, bytes: Uint8Array, messages: readonly Message[]): boolean {
  const isKnown = side === 'response' || messages.every(({ start }) => KNOWN_METHODS.has(start[0]!));
  return !isKnown || JSON.stringify(readByLlhttp(side, bytes).messages) === JSON.stringify(messages);
}

function isTyped(error: unknown): boolean {
  return error instanceof HttpError || error instanceof WebSocketError || error instanceof DOMException;
}

export function shown(bytes: Uint8Array): string {
  return JSON.stringify(clip(Buffer.from(bytes).toString('latin1')));
}

export function clip(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

// ── Places in a message ──

type At = Place['at'];

/** Differ with every message, or with every value of another length. */
const IGNORED = new Set(['date', 'content-length', 'trailer']);
const isCompared = ([name]: readonly [string, string]): boolean => !IGNORED.has(name.toLowerCase());

const restOf = ({ start, fields, content, trailers }: Message): unknown[] => [
  start,
  fields.filter(isCompared),
  content,
  trailers,
];

/** The values of the fields of a name. */
export function valueIn(name: string): At {
  const isThis = ([one]: readonly [string, string]): boolean => one.toLowerCase() === name;
  return (messages) => ({
    found: messages.flatMap(({ fields, trailers }) =>
      [...fields, ...trailers].filter(isThis).map(([, value]) => value),
    ),
    rest: messages.map((message) =>
      restOf({
        ...message,
        fields: message.fields.filter((field) => !isThis(field)),
        trailers: message.trailers.filter((field) => !isThis(field)),
      }),
    ),
  });
}

/** The name of the field with a value that no other has. */
export function nameIn(value: string): At {
  const isThis = (field: readonly [string, string]): boolean => field[1] === value;
  return (messages) => ({
    found: messages.flatMap(({ fields, trailers }) =>
      [...fields, ...trailers].filter(isThis).map(([name]) => name),
    ),
    rest: messages.map((message) =>
      restOf({
        ...message,
        fields: message.fields.map((field) => (isThis(field) ? ['', value] : field)),
        trailers: message.trailers.map((field) => (isThis(field) ? ['', value] : field)),
      }),
    ),
  });
}

/** A part of the last message's start line. */
export function startOf(part: number): At {
  return (messages) => ({
    found: [messages.at(-1)?.start[part] ?? ''],
    rest: messages.map((message, i) =>
      restOf({
        ...message,
        start: message.start.map((text, at) => (at === part && i === messages.length - 1 ? '' : text)),
      }),
    ),
  });
}

/** The last message's content, one character for each octet. */
export const contentOf: At = (messages) => ({
  found: [messages.at(-1)?.content ?? ''],
  rest: messages.map((message) => restOf({ ...message, content: '' })),
});

// ── What becomes of text ──

export const asItIs = (text: string): string[] => [text];
/** Whitespace around a value is no part of it (RFC 9110 5.5). */
export const asValue = (text: string): string[] => [text.replace(/^[ \t]+|[ \t]+$/g, '')];
/** One character for each octet. */
export const asUtf8 = (text: string): string[] => [Buffer.from(text).toString('latin1')];
