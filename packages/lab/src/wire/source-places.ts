/**
 * Where the bytes are read: for each term of explain-mini the file, and in it a piece of code that occurs once. Line numbers
 * are found when the page is built, so they are never stale; a test holds that each piece is there, once, and in code.
 */

export interface SourcePlace {
  /** Below `packages/`. */
  readonly file: string;
  /** Whole lines or a part of one, as it is written there. */
  readonly code: string;
}

const LINES = 'http-mini/src/wire/lines.ts';
const HEAD = 'http-mini/src/wire/head.ts';
const SECTION = 'http-mini/src/wire/section.ts';
const FRAMING = 'http-mini/src/wire/framing.ts';
const CHUNKED = 'http-mini/src/wire/chunked.ts';
const CONTENT = 'http-mini/src/wire/content.ts';
const PARSER = 'http-mini/src/wire/parser.ts';
const CLIENT_PROTOCOL = 'http-mini/src/wire/client-protocol.ts';
const BODY = 'http-mini/src/io/body.ts';
const REDIRECT = 'http-mini/src/client/redirect.ts';
const FRAME = 'ws-mini/src/wire/frame.ts';
const MESSAGE = 'ws-mini/src/wire/message.ts';
const CLOSE = 'ws-mini/src/wire/close.ts';
const PROTOCOL = 'ws-mini/src/wire/protocol.ts';
const HANDSHAKE = 'ws-mini/src/wire/handshake.ts';
const CLIENT = 'ws-mini/src/client.ts';
const INFLATE = 'ws-mini/src/connection/inflate.ts';
const DIRECTION = 'explain/src/direction.ts';

/** By term. The value of a field that is not here is read as `field-value` says, and handed to the program as it is. */
export const SOURCE_PLACES: Readonly<Record<string, SourcePlace>> = {
  // ── Start line and field lines ──
  method: {
    file: LINES,
    code: 'const method = at;\n  while (at < end && TOKEN[bytes[at]!] === 1) at++;',
  },
  'SP/request-line': {
    file: LINES,
    code: 'if (bytes[at] !== SP || at === method) throw methodError(bytes, method, at, section);',
  },
  'request-target': { file: LINES, code: 'while (at < end && TARGET[bytes[at]!] === 1) at++;' },
  'HTTP-version': {
    file: LINES,
    code: 'const isSound = i < 5 ? byte === HTTP_NAME[i] : i === 6 ? byte === 0x2e : HEX_VALUE[byte]! < 10;',
  },
  'status-code': {
    file: LINES,
    code: 'while (at < end && at - status < 3 && HEX_VALUE[bytes[at]!]! < 10) at++;',
  },
  'status-code/interim': {
    file: HEAD,
    code: "this.type = this.status < 200 && this.status !== 101 ? 'information' : 'head';",
  },
  'status-code/switching': { file: HANDSHAKE, code: 'if (status !== 101)' },
  'SP/status-line': { file: LINES, code: 'if (at - status < 3 || (bytes[at] !== SP && !lacksSpace)) {' },
  'reason-phrase': {
    file: LINES,
    code: 'const reason = at;\n  while (at < end && isFieldValueByte(bytes[at]!)) at++;',
  },
  'field-name': {
    file: LINES,
    code: 'const nameStart = at;\n    while (at < end && TOKEN[bytes[at]!] === 1) at++;',
  },
  colon: { file: LINES, code: 'if (bytes[at] !== COLON) {' },
  OWS: {
    file: LINES,
    code: 'while (at < end && isWhitespace(bytes[at]!)) at++;\n    const valueStart = at;',
  },
  'line-end': { file: LINES, code: 'if (bytes[at + 1] === LF) return at + 2;' },
  'trailer-name': { file: CHUNKED, code: 'if (!this.#trailers.read(input)) return undefined;' },

  // ── Content ──
  content: { file: CONTENT, code: 'const bytes = input.take(this.#left);' },
  'chunk-size': { file: CHUNKED, code: 'this.#left = this.#left * 16 + value;' },
  'chunk-size/last': { file: CHUNKED, code: "this.#state = this.#left === 0 ? 'trailers' : 'data';" },
  'chunk-ext': { file: CHUNKED, code: 'const [, name, written] = match;' },
  'chunk-line-end': {
    file: CHUNKED,
    code: "this.#expect(input, LF, 'invalid-chunk-size', 'a chunk line');",
  },
  'chunk-data': { file: CHUNKED, code: 'const bytes = input.take(this.#left);' },
  'chunk-end': {
    file: CHUNKED,
    code: "this.#expect(input, CR, 'invalid-chunk-end', \"a chunk's content\");",
  },

  // ── The empty line ──
  'empty-line/no-content': { file: LINES, code: 'if (next !== NO_LINE_END) return next;' },
  'empty-line/length-follows': {
    file: FRAMING,
    code: "return length === 0 ? NO_CONTENT : { kind: 'length', length };",
  },
  'empty-line/chunks-follow': { file: FRAMING, code: "if (value === 'chunked') return true;" },
  'empty-line/close-follows': { file: FRAMING, code: 'return UNTIL_CLOSE;' },
  'empty-line/final-follows': { file: PARSER, code: "if (head.type === 'information') return head;" },
  'empty-line/trailers-end': {
    file: CHUNKED,
    code: "type: 'end',\n            trailers: this.#trailers.marks.length > 0 ? this.#trailers.fields : undefined,",
  },
  'empty-line/frames-follow': {
    file: CLIENT,
    code: 'if (event.status === 101) return this.#succeed(event, kept(this.#parser.leftover()));',
  },
  'empty-line/frames-may-follow': {
    file: HANDSHAKE,
    code: "if (!hasMember(fields, 'upgrade', 'websocket'))",
  },
  'empty-line/switch-follows': { file: CLIENT_PROTOCOL, code: 'this.#switches = status === 101 ||' },
  'empty-line/tunnel-follows': {
    file: FRAMING,
    code: "if (method === 'CONNECT' && status < 300) return NO_CONTENT;",
  },

  // ── Field values that a package acts on ──
  'field-value': {
    file: LINES,
    code: 'marks.push(nameStart - base, nameEnd - base, valueStart - base, trimEnd(bytes, valueStart, at) - base);',
  },
  'field-value/host': { file: HEAD, code: 'const host = section.value(HOST);' },
  'field-value/content-length': {
    file: FRAMING,
    code: 'const length = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;',
  },
  'field-value/transfer-encoding': {
    file: FRAMING,
    code: 'const codings = splitList(value).map((coding) => coding.toLowerCase());',
  },
  'field-value/connection': { file: HEAD, code: "if (hasOption(section, 'close')) return false;" },
  'field-value/expect': {
    file: HEAD,
    code: "this.expectsContinue = expect?.toLowerCase() === '100-continue';",
  },
  'field-value/upgrade': { file: HEAD, code: 'const protocols = this.section.value(UPGRADE);' },
  'field-value/content-type': { file: BODY, code: "fields.has('content-type')" },
  'field-value/location': {
    file: REDIRECT,
    code: "const url = follow(hop.url, headers.getAll('location'));",
  },
  'field-value/origin': { file: HANDSHAKE, code: "origin: fields.get('origin')," },
  'field-value/sec-websocket-key': { file: HANDSHAKE, code: 'if (!/^[A-Za-z0-9+/]{22}==$/.test(key))' },
  'field-value/sec-websocket-version': {
    file: HANDSHAKE,
    code: "if (fields.get('sec-websocket-version') !== '13')",
  },
  'field-value/sec-websocket-accept': {
    file: HANDSHAKE,
    code: "if (fields.get('sec-websocket-accept') !== acceptFor(handshake.key))",
  },
  'field-value/sec-websocket-protocol': {
    file: HANDSHAKE,
    code: "protocols: readProtocols(fields.get('sec-websocket-protocol')),",
  },
  'field-value/sec-websocket-extensions': {
    file: HANDSHAKE,
    code: 'extensions: extensions === undefined ? [] : parseExtensions(extensions),',
  },

  // ── Frames ──
  FIN: { file: FRAME, code: 'return { fin: first > 0x7f,' },
  'RSV1-3': { file: FRAME, code: 'if ((rsv & ~allowed) !== 0)' },
  'RSV1-3/compressed': { file: MESSAGE, code: 'this.#compressed = (header.rsv & RSV1) !== 0;' },
  MASK: { file: FRAME, code: 'if (this.#masked === true && !isMasked)' },
  'Payload length': { file: FRAME, code: 'let length = second & 0x7f;' },
  'Extended payload length': { file: FRAME, code: 'length = (bytes[at + 2]! << 8) | bytes[at + 3]!;' },
  'Masking-key': {
    file: FRAME,
    code: 'const maskKey = second > 0x7f ? uint32(bytes, at + size - 4) : undefined;',
  },
  'opcode/continuation': { file: MESSAGE, code: 'if (opcode === Opcode.continuation) {' },
  'opcode/text': { file: MESSAGE, code: 'if (this.#opcode !== Opcode.text || this.#compressed) return;' },
  'opcode/binary': { file: MESSAGE, code: 'this.#opcode = opcode;' },
  'opcode/Close': { file: PROTOCOL, code: 'return this.#receiveClose(data, header.offset + header.size);' },
  'opcode/Ping': { file: PROTOCOL, code: 'if (header.opcode === Opcode.ping) {' },
  'opcode/Pong': {
    file: PROTOCOL,
    code: "if (header.opcode === Opcode.pong) return { type: 'pong', data };",
  },
  'opcode/reserved': { file: FRAME, code: 'if ((opcode > 2 && opcode < 8) || opcode > 10)' },
  'payload/continuation': {
    file: MESSAGE,
    code: "throw new WebSocketError('continuation-unexpected', 'a continuation, but no message has begun', {",
  },
  'payload/text': { file: MESSAGE, code: 'const bad = this.#validator.push(bytes, start, end);' },
  'payload/binary': { file: FRAME, code: 'const end = Math.min(start + this.#remaining, bytes.length);' },
  'payload/Close': { file: CLOSE, code: 'if (body.length === 0) return' },
  'payload/Ping': { file: PROTOCOL, code: 'else this.#output.addBytes(FIN | Opcode.pong, data);' },
  'payload/Pong': {
    file: PROTOCOL,
    code: 'this.#control.set(bytes.subarray(start, end), piece.offset - header.offset - header.size);',
  },
  'payload/reserved': { file: FRAME, code: "fail('opcode-unknown'," },
  'payload/inflated': {
    file: INFLATE,
    code: 'const { buffer, engine } = inflateRawSync(rest, {',
  },
  'close-code': { file: CLOSE, code: 'const code = (body[0]! << 8) | body[1]!;' },
  'close-code/begun': { file: CLOSE, code: 'if (body.length === 1)' },
  'close-reason': { file: CLOSE, code: 'const reason = decodeUtf8(body, 2, body.length);' },
  'frame-header/begun': { file: FRAME, code: 'if (end - at < size) return undefined;' },

  // ── What is no field ──
  begun: { file: SECTION, code: 'news.includes(LF) || news.length === room' },
  'another-protocol': { file: PARSER, code: 'return this.#input.takeRest();' },
  discarded: { file: PROTOCOL, code: 'this.#decoder = undefined;' },
  unread: { file: DIRECTION, code: 'ledger.extend(unread(error.rule), ledger.end);' },
};
