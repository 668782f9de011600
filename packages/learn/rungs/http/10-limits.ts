// http 10: When is what never ends cut off?
// Limits for a line, a head and content, a deadline for a request, and an end that does not lose the answer (RFC 9110 5.4, 17.5; RFC 9112 9.6).
// Breaks below: a head without end grows rung 9's memory; it reads no content that it has refused, so a client that sends all of it first waits for ever.
// Goals: limits/head-endless, chunked/extension-endless, limits/refusal-arrives
// Run: PORT=8080 npx tsx packages/learn/rungs/http/10-limits.ts, then yes 'X-A: b' | curl -i -H @- http://127.0.0.1:8080/
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
  async line(tooLong = '431 Request Header Fields Too Large'): Promise<string> {
    let end = -1;
    // We look at all of it again, since the end of the line may itself be cut.
    while ((end = this.bytes.indexOf('\r\n')) < 0) {
      if (this.bytes.length > MOST_LINE) throw new Refusal(tooLong);
      await this.#more();
    }
    return (await this.take(end + 2)).toString('latin1', 0, end);
  }

  async take(size: number): Promise<Buffer> {
    while (this.bytes.length < size) await this.#more();
    const taken = this.bytes.subarray(0, size);
    this.bytes = this.bytes.subarray(size);
    return taken;
  }

  /** To the client's end: if we close before it, a reset may take our answer away (RFC 9112 9.6). */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done) throw new Error('the client has ended');
    this.bytes = Buffer.concat([this.bytes, value]);
  }
}

const NOTHING = new Uint8Array();

/** Bytes of a line, of a head, of content; milliseconds for a request, and for the client to read a last answer. */
const [MOST_LINE, MOST_HEAD, MOST_CONTENT] = [10_000, 64_000, 1_000_000];
const [REQUEST_TIME, LINGER_TIME] = [10_000, 1000];

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
  let line = await reader.line('414 URI Too Long');
  if (line === '') line = await reader.line('414 URI Too Long'); // some clients send one too many (RFC 9112 2.2)
  const [, method = '', target = '', version = ''] = REQUEST_LINE.exec(line) ?? [];
  if (method === '') throw new Refusal('400 Bad Request');
  if (!version.startsWith('HTTP/1.')) throw new Refusal('505 HTTP Version Not Supported');
  const fields = new Map<string, string>();
  let size = line.length;
  while ((line = await reader.line()) !== '') {
    const [, name = '', value = ''] = FIELD_LINE.exec(line) ?? [];
    if (name === '') throw new Refusal('400 Bad Request');
    if ((size += line.length) > MOST_HEAD) throw new Refusal('431 Request Header Fields Too Large');
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

async function readContent(reader: Reader, { version, fields }: Head): Promise<Uint8Array> {
  const [length, coding] = [fields.get('content-length'), fields.get('transfer-encoding')];
  if (coding !== undefined) {
    // Not trim(): it would take a no-break space, a0, for nothing, and another reader would not.
    const [one, ...others] = coding.split(/[ \t]*,[ \t]*/).filter((word) => word !== '');
    if (one?.toLowerCase() !== 'chunked' || others.length > 0) throw new Refusal('501 Not Implemented');
    if (length !== undefined || version === 'HTTP/1.0') throw new Refusal('400 Bad Request');
    return readChunks(reader);
  }
  if (length === undefined) return NOTHING;
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(Number(length))) throw new Refusal('400 Bad Request');
  if (Number(length) > MOST_CONTENT) throw new Refusal('413 Content Too Large');
  return reader.take(Number(length)); // bytes, and not characters
}

/** chunk-size and chunk-ext, which nobody here knows and everybody ignores (RFC 9112 7.1.1). */
const SIZE_LINE = /^([\da-f]+)[ \t]*(;[ \t]*[\t -~\x80-\xff]*)?$/i;

async function readChunks(reader: Reader): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    // parseInt alone would take 5x for 5.
    const size = Number.parseInt(SIZE_LINE.exec(await reader.line())?.[1] ?? 'none', 16);
    if (!Number.isSafeInteger(size)) throw new Refusal('400 Bad Request');
    if ((total += size) > MOST_CONTENT) throw new Refusal('413 Content Too Large');
    if (size === 0) break;
    chunks.push(await reader.take(size));
    if ((await reader.line()) !== '') throw new Refusal('400 Bad Request'); // we have counted, so this ends the chunk
  }
  for (let line = ''; (line = await reader.line()) !== ''; )
    if (!FIELD_LINE.test(line)) throw new Refusal('400 Bad Request');
  return Buffer.concat(chunks);
}

/** A client of HTTP/1.0 would take 100 for the answer; who has begun to send does not wait for it. */
function invite(socket: Socket, reader: Reader, { version, fields }: Head): void {
  const expectation = fields.get('expect')?.toLowerCase();
  if (expectation === undefined || version === 'HTTP/1.0' || reader.bytes.length > 0) return;
  if (expectation !== '100-continue') throw new Refusal('417 Expectation Failed');
  if (Number(fields.get('content-length')) > MOST_CONTENT) return; // to be refused
  socket.write('HTTP/1.1 100 Continue\r\n\r\n');
}

function answer(socket: Socket, head: Head, status: string, content: Uint8Array): void {
  const fields = [`Date: ${new Date().toUTCString()}`, `Content-Length: ${content.length}`];
  if (!persists(head)) fields.push('Connection: close');
  socket.write(`HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n`);
  if (head.method !== 'HEAD') socket.write(content); // HEAD asks for the head alone (RFC 9110 9.3.2)
}

/** What a refusal answers: nobody knows what was asked. */
const UNKNOWN: Head = { method: '', version: 'HTTP/1.0', fields: new Map() };

async function serve(socket: Socket, reader: Reader): Promise<void> {
  let head: Head;
  do {
    // In all, and not since the last byte: one byte now and then would hold the connection for ever.
    const deadline = setTimeout(() => socket.destroy(), REQUEST_TIME);
    head = await readHead(reader); // what the reader has left is the beginning of the next request
    invite(socket, reader, head);
    const content = await readContent(reader, head);
    if (!['GET', 'HEAD', 'POST'].includes(head.method)) answer(socket, head, '501 Not Implemented', NOTHING);
    else answer(socket, head, '200 OK', head.method === 'POST' ? content : Buffer.from('hello\n'));
    // Who reads no answers gets no more of them.
    if (socket.writableNeedDrain) await new Promise((resolve) => socket.once('drain', resolve));
    clearTimeout(deadline);
  } while (persists(head));
}

// Half open: a client that has sent all it has to say may still be waiting for the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  const reader = new Reader(socket);
  socket.on('error', () => {});
  serve(socket, reader)
    .catch((error) => error instanceof Refusal && answer(socket, UNKNOWN, error.message, NOTHING)) // else it is gone
    .finally(() => socket.end() && setTimeout(() => socket.destroy(), LINGER_TIME))
    .finally(() => reader.drain())
    .catch(() => {}); // it was reset, or has taken longer than that
});
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
