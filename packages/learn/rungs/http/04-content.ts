// http 4: Where does the content end?
// After exactly as many bytes as Content-Length says (RFC 9112 6.2, 6.3).
// Breaks below: rung 3 takes content for a request: two requests, the first with `DELETE / HTTP/1.1` as its content, get three answers.
// Goals: content-length/exact, content-length/binary, connection/persists-after-content, limits/content-100000
// Run: PORT=8080 npx tsx packages/learn/rungs/http/04-content.ts, then curl -d 'a=b' http://127.0.0.1:8080/
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

/** HTTP/1.1 keeps a connection unless one side says close; HTTP/1.0 did not know the question (RFC 9112 9.3). */
function persists({ version, fields }: Head): boolean {
  const options = (fields.get('connection') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/);
  return version !== 'HTTP/1.0' && !options.includes('close');
}

async function readContent(reader: Reader, { fields }: Head): Promise<Uint8Array> {
  return reader.take(Number(fields.get('content-length') ?? 0)); // bytes, and not characters
}

function answer(socket: Socket, head: Head, status: string, content: Uint8Array): void {
  const fields = [`Date: ${new Date().toUTCString()}`, `Content-Length: ${content.length}`];
  if (!persists(head)) fields.push('Connection: close');
  socket.write(`HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n`);
  if (head.method !== 'HEAD') socket.write(content); // HEAD asks for the head alone (RFC 9110 9.3.2)
}

async function serve(socket: Socket): Promise<void> {
  const reader = new Reader(socket);
  let head: Head;
  do {
    head = await readHead(reader); // what the reader has left is the beginning of the next request
    const content = await readContent(reader, head);
    answer(socket, head, '200 OK', head.method === 'POST' ? content : Buffer.from('hello\n'));
  } while (persists(head));
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  serve(socket)
    .catch(() => {}) // the client is gone, and nobody is there to be answered
    .finally(() => socket.end());
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
