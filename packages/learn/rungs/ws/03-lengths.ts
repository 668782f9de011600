// ws 3: Why is 126 not a length?
// 126 and 127 say that the length follows, in 16 or 64 bits: a short message spends nothing on long ones (RFC 6455 5.2).
// Breaks below: rung 2 reads `fe 00 7e` as 126 bytes that begin at `00`: the key, the payload and every frame after are shifted.
// Goals: sizes/text-of-126, sizes/binary-of-65536
// Run: PORT=8080 npx tsx packages/learn/rungs/ws/03-lengths.ts, then npx minis ws --explain ws://127.0.0.1:8080/
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

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done) throw new Error('the client has ended');
    this.bytes = Buffer.concat([this.bytes, value]);
  }
}

/** Values by lower-case name; of several lines with one name, a list (RFC 9110 5.3). */
type Head = { readonly fields: Map<string, string> };

async function readHead(reader: Reader): Promise<Head> {
  await reader.line();
  const fields = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const [name = '', value = ''] = line.split(/:(.*)/s);
    const before = fields.get(name.toLowerCase());
    fields.set(name.toLowerCase(), before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return { fields };
}

function accept(socket: Socket, { fields }: Head): void {
  // The key as it was sent, 24 letters, and not the 16 bytes that they stand for.
  const key = fields.get('sec-websocket-key') ?? '';
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${proof}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
}

type Frame = { readonly opcode: number; readonly payload: Buffer };

async function readFrame(reader: Reader): Promise<Frame> {
  const [first = 0, second = 0] = await reader.take(2);
  const length = await readLength(reader, second & 127); // the top bit says that a key follows
  const key = await reader.take(4);
  const masked = await reader.take(length);
  const payload = Buffer.from(masked.map((byte, i) => byte ^ key[i % 4]!));
  return { opcode: first & 15, payload };
}

/** In the fewest bytes that hold it, high byte first (RFC 6455 5.2). */
async function readLength(reader: Reader, short: number): Promise<number> {
  if (short < 126) return short;
  if (short === 126) return (await reader.take(2)).readUInt16BE();
  return Number((await reader.take(8)).readBigUInt64BE());
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

async function serve(socket: Socket): Promise<void> {
  const reader = new Reader(socket);
  accept(socket, await readHead(reader));
  for (;;) {
    const { opcode, payload } = await readFrame(reader);
    send(socket, opcode, payload);
  }
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket)
    .catch(() => {}) // the client is gone, and nobody is there to be answered
    .finally(() => socket.end());
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
