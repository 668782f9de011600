// ws 7: Does any request become a WebSocket?
// The opening is checked field by field: 400, or 426 with the version that we speak (RFC 6455 4.2.1, 4.4).
// Breaks below: `Sec-WebSocket-Version: 12` gets a 101 from rung 6, to a protocol that it does not speak.
// Goals: opening/no-key, opening/connection-longer, opening/version-12-is-told-13
// Run: PORT=8080 npx tsx packages/learn/rungs/ws/07-checked.ts, then npx minis ws --explain ws://127.0.0.1:8080/
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

/** The bytes of one client that nobody has taken yet. All methods reject if the client ends before there are enough. */
class Reader {
  bytes: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(socket: Socket) {
    // Not `for await (… of socket)`: at the client's end it would destroy the socket, and our answer with it.
    this.#chunks = socket.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    let end = -1;
    // We look at all of it again, since the end of the line may itself be cut.
    while ((end = this.bytes.indexOf('\r\n')) < 0) await this.#more();
    return (await this.take(end + 2)).toString('latin1', 0, end);
  }

  async take(size: number): Promise<Buffer> {
    while (this.bytes.length < size) await this.#more();
    const taken = this.bytes.subarray(0, size);
    this.bytes = this.bytes.subarray(size);
    return taken;
  }

  /** To the client's end: if we ended TCP before it, a reset might take our Close away (RFC 6455 7.1.1). */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done) throw new Error('the client has ended');
    this.bytes = Buffer.concat([this.bytes, value]);
  }
}

const [CONTINUATION, CLOSE, PING, PONG] = [0, 8, 9, 10];

/** Becomes the answer to a request, or a Close, our last frame: its message is the code and the reason. */
class Refusal extends Error {}

/** Values by lower-case name; of several lines with one name, a list (RFC 9110 5.3). */
type Head = { readonly method: string; readonly version: string; readonly fields: Map<string, string> };

async function readHead(reader: Reader): Promise<Head> {
  const [method = '', , version = ''] = (await reader.line()).split(' ');
  const fields = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const [name = '', value = ''] = line.split(/:(.*)/s);
    const before = fields.get(name.toLowerCase());
    fields.set(name.toLowerCase(), before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return { method, version, fields };
}

/** Of each field, all lines: two keys or two versions are a list, which does not match. */
const RULES: Readonly<Record<string, RegExp>> = {
  host: /./,
  upgrade: /(^|,)[ \t]*websocket[ \t]*(,|$)/i,
  connection: /(^|,)[ \t]*upgrade[ \t]*(,|$)/i, // a word of a list: Firefox says keep-alive, Upgrade
  'sec-websocket-key': /^[A-Za-z0-9+/]{22}==$/, // base64 of 16 bytes
  'sec-websocket-protocol': /^$|^[!#$%&'*+\-.^_`|~\w]+([ \t]*,[ \t]*[!#$%&'*+\-.^_`|~\w]+)*$/,
};

function accept(socket: Socket, { method, version, fields }: Head): void {
  if (fields.get('sec-websocket-version') !== '13') throw new Refusal('426 Upgrade Required');
  const isFit = Object.entries(RULES).every(([name, rule]) => rule.test(fields.get(name) ?? ''));
  if (method !== 'GET' || version !== 'HTTP/1.1' || !isFit) throw new Refusal('400 Bad Request');
  // The key as it was sent, 24 letters, and not the 16 bytes that they stand for.
  const key = fields.get('sec-websocket-key') ?? '';
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${proof}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
}

type Frame = { readonly fin: boolean; readonly opcode: number; readonly payload: Buffer };

async function readFrame(reader: Reader): Promise<Frame> {
  const [first = 0, second = 0] = await reader.take(2);
  const [fin, opcode, short] = [first >= 128, first & 15, second & 127];
  // Three bits that no extension has given a meaning, and opcodes 3 to 7 and 11 to 15.
  if ((first & 0x70) !== 0 || (opcode & 7) > 2) throw new Refusal('1002 a reserved bit or opcode');
  if (second < 128) throw new Refusal('1002 not masked');
  if (opcode >= CLOSE && (!fin || short > 125)) throw new Refusal('1002 not one short frame');
  const length = await readLength(reader, short);
  const key = await reader.take(4);
  const masked = await reader.take(length);
  const payload = Buffer.from(masked.map((byte, i) => byte ^ key[i % 4]!));
  return { fin, opcode, payload };
}

/** In the fewest bytes that hold it, high byte first (RFC 6455 5.2). */
async function readLength(reader: Reader, short: number): Promise<number> {
  if (short < 126) return short;
  if (short === 126) return (await reader.take(2)).readUInt16BE();
  const length = Number((await reader.take(8)).readBigUInt64BE());
  if (!Number.isSafeInteger(length)) throw new Refusal('1002 a length that cannot be'); // also 2^63 and up
  return length;
}

function writeLength(length: number): Buffer {
  if (length < 126) return Buffer.of(length);
  if (length < 65_536) return Buffer.of(126, length >> 8, length & 255);
  const bytes = Buffer.alloc(9, 127);
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** A message in one frame. A server does not mask: a client must fail if it does (RFC 6455 5.1). */
function send(socket: Socket, opcode: number, payload: Uint8Array): void {
  socket.write(Buffer.concat([Buffer.of(128 | opcode), writeLength(payload.length), payload]));
}

function refuse(socket: Socket, { message }: Refusal): void {
  const code = Number.parseInt(message, 10);
  const fields = 'Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13';
  if (code < 1000) socket.write(`HTTP/1.1 ${message}\r\n${fields}\r\nContent-Length: 0\r\n\r\n`);
  else send(socket, CLOSE, Buffer.from([code >> 8, code & 255, ...Buffer.from(message.slice(5))]));
}

async function serve(socket: Socket, reader: Reader): Promise<void> {
  accept(socket, await readHead(reader));
  let message: Frame[] = [];
  for (;;) {
    const frame = await readFrame(reader);
    if (frame.opcode === CLOSE) return send(socket, CLOSE, frame.payload); // nothing follows a Close (RFC 6455 5.5.1)
    if (frame.opcode === PING) send(socket, PONG, frame.payload);
    if (frame.opcode >= CLOSE) continue; // no part of the message that it comes within
    // A message begins only if none is open; a continuation continues one.
    if ((frame.opcode === CONTINUATION) !== message.length > 0) throw new Refusal('1002 out of order');
    message.push(frame);
    if (!frame.fin) continue;
    const payload = Buffer.concat(message.map((part) => part.payload));
    send(socket, message[0]!.opcode, payload); // the first one has the type
    message = [];
  }
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  const reader = new Reader(socket);
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket, reader)
    .catch((error) => error instanceof Refusal && refuse(socket, error)) // else the client is gone
    .finally(() => socket.end())
    .finally(() => reader.drain())
    .catch(() => {}); // it was reset
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
