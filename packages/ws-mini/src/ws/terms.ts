// What the package `ws` calls options, errors, heads and data, and what each of them is in this package.

import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { type Fields, REASONS } from 'http-mini/wire';
import type { DeflateOptions } from '../connection/deflate.ts';
import type { ConnectionOptions } from '../connection/options.ts';
import type { UpgradeSource } from '../server/options.ts';
import { WebSocketError, type WebSocketErrorCode } from '../wire/index.ts';
import type { WebSocket } from './websocket.ts';

// ---- Options -------------------------------------------------------------------------------------

export interface CommonOptions {
  [ofOthers: string]: unknown;
  maxPayload?: number | undefined;
  /** Here fragments of 64 bytes and more do not count. */
  maxFragments?: number | undefined;
  closeTimeout?: number | undefined;
  /** False: at most one message in a turn. */
  allowSynchronousEvents?: boolean | undefined;
  perMessageDeflate?: boolean | Record<string, unknown> | undefined;
}

/** Beside these, the options of net.connect and tls.connect. */
export interface ClientOptions extends CommonOptions {
  protocols?: string | readonly string[] | undefined;
  headers?: Record<string, string | number | readonly string[] | undefined> | undefined;
  origin?: string | undefined;
  auth?: string | undefined;
  handshakeTimeout?: number | undefined;
  generateMask?: ((mask: Buffer) => void) | undefined;
  createConnection?: ((options: { host: string; port: number } & TlsOptions) => Duplex) | undefined;
}

type Answer = (isIn: boolean, status?: number, text?: string, headers?: Record<string, string>) => void;
type Info = { origin: string; secure: boolean; req: IncomingMessage };

export interface ServerOptions extends CommonOptions {
  port?: number | undefined;
  host?: string | undefined;
  backlog?: number | undefined;
  server?: (UpgradeSource & EventEmitter & Pick<NetServer, 'address'>) | undefined;
  noServer?: boolean | undefined;
  path?: string | undefined;
  clientTracking?: boolean | undefined;
  WebSocket?: typeof WebSocket | undefined;
  handleProtocols?: ((protocols: Set<string>, request: IncomingMessage) => string | false) | undefined;
  verifyClient?: ((info: Info, answer: Answer) => unknown) | undefined;
}

export const MAX_PAYLOAD = 104_857_600;

type Settings = Pick<
  ConnectionOptions,
  'maxMessage' | 'maxFragments' | 'textAs' | 'closeTimeout' | 'maxQueued' | 'heartbeat'
> & { perMessageDeflate: false | DeflateOptions };

/** @throws WebSocketError `option-invalid` for what this package has not */
export function settingsOf(options: CommonOptions): Settings {
  const { maxPayload = MAX_PAYLOAD, maxFragments = 16_384, closeTimeout } = options;
  const { perMessageDeflate = false } = options;
  const { agent, finishRequest, autoPong = true, protocolVersion = 13 } = options;
  const missing = { agent, finishRequest, autoPong: !autoPong, protocolVersion: protocolVersion !== 13 };
  for (const [name, isAsked] of Object.entries(missing))
    if (isAsked)
      throw new WebSocketError('option-invalid', `ws-mini/ws has no ${name}: see the head of ws.ts`);
  const never = Number.POSITIVE_INFINITY;
  return {
    maxMessage: maxPayload || never,
    maxFragments: maxFragments || never,
    textAs: 'bytes',
    closeTimeout,
    maxQueued: never,
    heartbeat: never,
    perMessageDeflate:
      perMessageDeflate && deflateOptions(perMessageDeflate === true ? {} : perMessageDeflate),
  };
}

function deflateOptions(given: Record<string, unknown>): DeflateOptions {
  const { zlibDeflateOptions, zlibInflateOptions, concurrencyLimit, ...options } = given;
  const { level = 0 } = (zlibDeflateOptions ?? {}) as { level?: number };
  // True and null leave the window to the peer.
  const known = Object.entries(options).filter(([, value]) => value !== true && value !== null);
  const takeover = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  return { ...takeover, ...Object.fromEntries(known), level: level > 0 ? level : undefined };
}

/** What the handshake sets itself. Programs that pass a request on give these too. */
const OF_THE_HANDSHAKE = /^(?:upgrade|connection|content-length|transfer-encoding|sec-websocket-.*)$/i;

/** The fields of the opening request that a program gives. `origin` goes before `headers`, and these before `auth`. */
export function fieldsOf({ headers, origin, auth }: ClientOptions): NonNullable<ClientOptions['headers']> {
  const given = Object.entries(headers ?? {}).filter(([name]) => !OF_THE_HANDSHAKE.test(name));
  const isGiven = (name: string): boolean => given.some(([other]) => other.toLowerCase() === name);
  const fields = given.filter(([name]) => !origin || name.toLowerCase() !== 'origin');
  if (origin) fields.push(['Origin', origin]);
  if (auth && !isGiven('authorization'))
    fields.push(['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`]);
  return Object.fromEntries(fields);
}

// ---- Errors --------------------------------------------------------------------------------------

type Messages = Readonly<Partial<Record<WebSocketErrorCode, string>>>;

/** Why a connection did not open. */
export const FAILURES: Messages = {
  aborted: 'WebSocket was closed before the connection was established',
  'handshake-timeout': 'Opening handshake has timed out',
  'subprotocol-missing': 'Server sent no subprotocol',
};

/** The server ended the connection before its answer: an error as node:http has it. */
export function hangUp(cause?: unknown): Error {
  return Object.assign(new Error('socket hang up', { cause }), { code: 'ECONNRESET' });
}

/** The rules that a peer can break. */
const CODES: Messages = {
  'reserved-bit-set': 'WS_ERR_UNEXPECTED_RSV_1',
  'opcode-unknown': 'WS_ERR_INVALID_OPCODE',
  'continuation-unexpected': 'WS_ERR_INVALID_OPCODE',
  'continuation-expected': 'WS_ERR_INVALID_OPCODE',
  'frame-not-masked': 'WS_ERR_EXPECTED_MASK',
  'frame-masked': 'WS_ERR_UNEXPECTED_MASK',
  'length-top-bit-set': 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'too-many-fragments': 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
  'message-too-big': 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'control-frame-fragmented': 'WS_ERR_EXPECTED_FIN',
  'control-frame-too-long': 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'close-body-too-short': 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'close-code-not-allowed': 'WS_ERR_INVALID_CLOSE_CODE',
  'text-not-utf8': 'WS_ERR_INVALID_UTF8',
  'close-reason-not-utf8': 'WS_ERR_INVALID_UTF8',
};

/** Undefined unless the peer broke a rule: no other end is an error in ws. */
export function brokenRule(cause: WebSocketError | undefined): Error | undefined {
  if (cause === undefined || cause.closeCode === null) return undefined;
  return Object.assign(new RangeError(cause.message, { cause }), { code: CODES[cause.code] });
}

/** What the program did wrong, by the classes of errors. */
const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  ERR_INVALID_URL: SyntaxError,
  'url-invalid': SyntaxError,
  'subprotocols-malformed': SyntaxError,
  'close-code-not-sendable': TypeError,
  'control-data-too-long': RangeError,
};

/** Runs it; what it throws is of the class that it has in ws. */
export function translating(run: () => unknown): void {
  try {
    run();
  } catch (cause) {
    const { code = '', message } = cause as { code?: string; message: string };
    const Thrown = CLASSES[code];
    if (Thrown === undefined) throw cause;
    throw new Thrown(message, { cause });
  }
}

/**
 * Runs a program's listeners within a promise of ours: what they throw is an `uncaughtException`, and no rejection.
 *
 * @returns undefined if they throw
 */
export function unguarded<Result>(listeners: () => Result): Result | undefined {
  try {
    return listeners();
  } catch (error) {
    raiseLater(error);
    return undefined;
  }
}

/** Throws it where nobody catches it. */
export function raiseLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

// ---- Heads and data ------------------------------------------------------------------------------

/** A head that node:http has not read, with as much of its class as that says. */
export function messageOf(
  fields: Fields,
  its: Partial<IncomingMessage>,
  socket?: Duplex,
  body?: Uint8Array,
): IncomingMessage {
  const content = body === undefined || body.length === 0 ? [] : [body];
  const message = Object.assign(Readable.from(content, { objectMode: false }), {
    socket,
    connection: socket,
    httpVersion: '1.1',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    ...headersOf(fields),
    rawHeaders: fields.lines().flat(),
    trailers: {},
    trailersDistinct: {},
    rawTrailers: [],
    complete: true,
    ...its,
    statusMessage: REASONS[its.statusCode ?? 0],
  });
  return message as object as IncomingMessage;
}

/** If one of these comes twice, node:http takes the first. */
const ONCE = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host'],
  ...['if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards'],
  ...['proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent'],
]);

function headersOf(fields: Fields): Pick<IncomingMessage, 'headers' | 'headersDistinct'> {
  const headersDistinct: NodeJS.Dict<string[]> = Object.create(null);
  for (const [name, value] of fields) (headersDistinct[name.toLowerCase()] ??= []).push(value);
  const headers: IncomingHttpHeaders = {};
  for (const name in headersDistinct)
    headers[name] = ONCE.has(name) ? headersDistinct[name]![0] : fields.get(name);
  if (fields.has('set-cookie')) headers['set-cookie'] = fields.getAll('set-cookie');
  return { headers, headersDistinct };
}

export type Data =
  | string
  | number
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | readonly number[]
  | readonly Buffer[];

export function bytesOf(data: Data | null | undefined): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (ArrayBuffer.isView(data))
    return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  if (data === undefined || data === null) return NOTHING;
  // Fragments, as a listener gets them with `binaryType` 'fragments'; of numbers, each is an octet.
  if (Array.isArray(data) && Buffer.isBuffer(data[0])) return Buffer.concat(data);
  return Buffer.from((typeof data === 'number' ? String(data) : data) as string);
}

export const NOTHING: Buffer = Buffer.alloc(0);
