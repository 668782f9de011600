/**
 * llhttp as a parser to compare with. It is fed a stream as a whole; its callbacks cut the strings out of the bytes that it was
 * given.
 */
import { constants, ERROR_OF, type Latin1, type Llhttp, loadLlhttp, METHOD_OF } from '../src/peers/llhttp.ts';
import type { Message, Reading, Side } from './message.ts';

/** What llhttp has a number for; it refuses every other method. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set(METHOD_OF.values());

// One stream is read at a time, from its first byte to its last, so what the callbacks fill stands here.
let bytes: Latin1;
let base = 0;
let parser = 0;
let messages: Message[] = [];
let isResponse = false;
let isInTrailers = false;
let url = '';
let status = '';
let section: [name: string, value: string][] = [];
/** What the last piece of a field was: a name and a value may both come in several. */
let lastPiece: 'none' | 'name' | 'value' = 'none';

const text = (at: number, length: number): string => bytes.latin1Slice(at - base, at - base + length);

const llhttp: Llhttp = loadLlhttp({
  wasm_on_message_begin() {
    [url, status, section, lastPiece, isInTrailers] = ['', '', [], 'none', false];
    return 0;
  },
  wasm_on_status(_: number, at: number, length: number) {
    status += text(at, length);
    return 0;
  },
  wasm_on_url(_: number, at: number, length: number) {
    url += text(at, length);
    return 0;
  },
  wasm_on_header_field(_: number, at: number, length: number) {
    if (lastPiece === 'name') section.at(-1)![0] += text(at, length);
    else section.push([text(at, length), '']);
    lastPiece = 'name';
    return 0;
  },
  wasm_on_header_value(_: number, at: number, length: number) {
    section.at(-1)![1] += text(at, length);
    lastPiece = 'value';
    return 0;
  },
  wasm_on_headers_complete() {
    const version = `${llhttp.llhttp_get_http_major(parser)}.${llhttp.llhttp_get_http_minor(parser)}`;
    const start = isResponse
      ? [version, `${llhttp.llhttp_get_status_code(parser)}`, status]
      : [METHOD_OF.get(llhttp.llhttp_get_method(parser))!, url, version];
    messages.push({ start, fields: trimmed(), content: '', trailers: [], isComplete: false });
    [section, lastPiece, isInTrailers] = [[], 'none', true];
    return 0;
  },
  wasm_on_body(_: number, at: number, length: number) {
    messages.at(-1)!.content += text(at, length);
    return 0;
  },
  wasm_on_message_complete() {
    Object.assign(messages.at(-1)!, { isComplete: true, trailers: isInTrailers ? trimmed() : [] });
    return 0;
  },
});

/** Whitespace around a value is no part of it; llhttp leaves the one behind it to the caller. */
function trimmed(): Message['fields'] {
  return section.map(([name, value]) => [name, value.replace(/[ \t]+$/, '')]);
}

export function readByLlhttp(side: Side, given: Uint8Array): Reading {
  isResponse = side === 'response';
  messages = [];
  parser = llhttp.llhttp_alloc(constants.TYPE[isResponse ? 'RESPONSE' : 'REQUEST']);
  bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength) as Latin1;
  base = llhttp.malloc(Math.max(1, given.length));
  new Uint8Array(llhttp.memory.buffer, base, given.length).set(given);
  const error = llhttp.llhttp_execute(parser, base, given.length) || llhttp.llhttp_finish(parser);
  llhttp.free(base);
  llhttp.llhttp_free(parser);
  // It pauses behind a change of protocol, which breaks no rule.
  const isBroken = error !== 0 && error !== constants.ERROR.PAUSED_UPGRADE;
  return { messages, error: isBroken ? ERROR_OF.get(error) : undefined };
}
