// http 2: Where does a request end?
// At the first empty line, however TCP has cut the bytes (RFC 9112 2.1, 2.2).
// Breaks below: rung 1 answers a client that has asked nothing, and sends content to HEAD.
// Goals: fields/whole-section, methods/head, response/date
// Run: PORT=8080 npx tsx packages/learn/rungs/http/02-head.ts, then curl -I http://127.0.0.1:8080/
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

type Head = { readonly method: string };

async function readHead(reader: Reader): Promise<Head> {
  const [method = ''] = (await reader.line()).split(' ');
  while ((await reader.line()) !== '');
  return { method };
}

function answer(socket: Socket, head: Head, status: string, content: string): void {
  const fields = [`Date: ${new Date().toUTCString()}`];
  socket.write(`HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n`);
  if (head.method !== 'HEAD') socket.write(content); // HEAD asks for the head alone (RFC 9110 9.3.2)
}

async function serve(socket: Socket): Promise<void> {
  const head = await readHead(new Reader(socket));
  answer(socket, head, '200 OK', 'hello\n');
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  serve(socket)
    .catch(() => {}) // the client is gone, and nobody is there to be answered
    .finally(() => socket.end());
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
