// http 6: To whom is it addressed?
// One Host, which may be empty, and one of four forms of target (RFC 9112 3.2, RFC 9110 7.2).
// Breaks below: of two Host lines the router reads the first, and the application behind it the last.
// Goals: host/missing, host/repeated-other, target/asterisk-get
// Run: PORT=8080 npx tsx packages/learn/rungs/http/06-host.ts, then curl -i -H 'Host:' http://127.0.0.1:8080/
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

/** Becomes an answer, the last one of its connection. */
class Refusal extends Error {}

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~\w]+) ([!-~]+) (HTTP\/\d\.\d)$/;
/** Not `\s`, which is more than SP and HTAB, and no control within a value (RFC 9110 5.5). */
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~\w]+):(?=[^\0-\x08\x0a-\x1f\x7f]*$)[ \t]*(.*?)[ \t]*$/;

/** uri-host and port (RFC 3986 3.2.2). */
const AUTHORITY = /^(\[(v[\da-f]+\.)?[\da-f:.]+\]|([\w\-.~!$&'()*+,;=]|%[\da-f]{2})*)(:\d{0,5})?$/i;
const ORIGIN_FORM = /^\/([\w\-.~!$&'()*+,;=:@/?]|%[\da-f]{2})*$/i;

function isTarget(method: string, target: string): boolean {
  if (target === '*') return method === 'OPTIONS';
  const [, authority, path = target] = /^http:\/\/([^/?]*)(.*)$/i.exec(target) ?? [];
  if (authority === undefined) return ORIGIN_FORM.test(path);
  return authority !== '' && AUTHORITY.test(authority) && ORIGIN_FORM.test(path.replace(/^(?!\/)/, '/'));
}

/** Values by lower-case name; of several lines with one name, a list (RFC 9110 5.3). */
type Head = { readonly method: string; readonly version: string; readonly fields: Map<string, string> };

async function readHead(reader: Reader): Promise<Head> {
  let line = await reader.line();
  if (line === '') line = await reader.line(); // some clients send one too many (RFC 9112 2.2)
  const [, method = '', target = '', version = ''] = REQUEST_LINE.exec(line) ?? [];
  if (method === '') throw new Refusal('400 Bad Request');
  if (!version.startsWith('HTTP/1.')) throw new Refusal('505 HTTP Version Not Supported');
  const fields = new Map<string, string>();
  while ((line = await reader.line()) !== '') {
    const [, name = '', value = ''] = FIELD_LINE.exec(line) ?? [];
    if (name === '') throw new Refusal('400 Bad Request');
    const before = fields.get(name.toLowerCase());
    fields.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  const host = fields.get('host'); // of two lines, a list: no authority has a comma and a space in it
  const isWrong = host === undefined ? version !== 'HTTP/1.0' : !AUTHORITY.test(host);
  if (isWrong || !isTarget(method, target)) throw new Refusal('400 Bad Request');
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

const NOTHING = new Uint8Array();
/** What a refusal answers: nobody knows what was asked. */
const UNKNOWN: Head = { method: '', version: 'HTTP/1.0', fields: new Map() };

async function serve(socket: Socket): Promise<void> {
  const reader = new Reader(socket);
  let head: Head;
  do {
    head = await readHead(reader); // what the reader has left is the beginning of the next request
    const content = await readContent(reader, head);
    if (!['GET', 'HEAD', 'POST'].includes(head.method)) answer(socket, head, '501 Not Implemented', NOTHING);
    else answer(socket, head, '200 OK', head.method === 'POST' ? content : Buffer.from('hello\n'));
  } while (persists(head));
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  serve(socket)
    .catch((error) => error instanceof Refusal && answer(socket, UNKNOWN, error.message, NOTHING)) // else it is gone
    .finally(() => socket.end());
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
