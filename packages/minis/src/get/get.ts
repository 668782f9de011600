/** `minis get URL`: one request; its response streamed to standard output or a file, or explained byte by byte. */
import { readFile } from 'node:fs/promises';
import { request } from 'http-mini';
import { CommandError, only, parse, systemError, UsageError } from '../usage.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { openContent } from './request-content.ts';
import { requestFailure } from './request-failure.ts';
import { Transcript } from './transcript.ts';

const REDIRECTS = 20;

export const help: string = `minis get: one request over HTTP/1.1; the content that comes back goes to standard output

  minis get [options] URL
    -X, --request METHOD    (GET; POST with -d)
    -H, --header FIELD      "Name: value", sent as written and in this order; repeat it for several
    -d, --data DATA         content: text, @FILE, or @- for standard input as it comes. Content-Type is a form's for
                            text and goes by the name of a FILE, unless a -H says it
    -o, --output FILE       where the content goes (- is standard output)
    -i, --include           the heads of the responses too, before the content
    -L, --location          follow up to ${REDIRECTS} redirects
    --explain               in place of the content, every byte of both directions: field, RFC section, value
    --http1.0               speak as an HTTP/1.0 client does
    --max-time SECONDS      for all of it, in place of the client's own deadlines (10 s to connect, 30 s of silence)
    --cacert FILE           trust the certificates in there (PEM) instead of the well-known ones
    -k, --insecure          do not verify the server's certificate

A response is a success, whatever its status. Exit code 1: it failed, or was stopped by Ctrl-C; 2: wrong usage.

Try: minis serve . , then: minis get --explain http://127.0.0.1:8080/
`;

const OPTIONS = {
  request: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd', multiple: true },
  output: { type: 'string', short: 'o' },
  include: { type: 'boolean', short: 'i' },
  location: { type: 'boolean', short: 'L' },
  explain: { type: 'boolean', default: false },
  'http1.0': { type: 'boolean' },
  'max-time': { type: 'string' },
  cacert: { type: 'string' },
  insecure: { type: 'boolean', short: 'k' },
} as const;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  const url = only(positionals, 'one URL');
  const [data, ...otherData] = values.data ?? [];
  if (otherData.length > 0) throw new UsageError('-d is given once: join what a form sends with "&"');
  const deadlines = deadlinesOf(values['max-time']);
  const fields = (values.header ?? []).map(fieldOf);
  const ca = values.cacert === undefined ? undefined : await readCertificates(values.cacert);

  const interruption = new AbortController();
  const { signal } = interruption;
  const fail = (error: unknown): void => interruption.abort(error);
  const progress = new Progress(process.stderr, () => performance.now());
  const transcript = new Transcript(values.explain);
  const output = new Output(values.output ?? (values.explain ? undefined : '-'), fail);
  const content = data === undefined ? undefined : await openContent(data, fields);
  // Once, so that a second Ctrl-C ends the process, whatever it waits for.
  const interrupt = (): void => fail(new CommandError('aborted: interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let isWhole = false;
  try {
    const response = await request(url, {
      method: values.request ?? (content === undefined ? 'GET' : 'POST'),
      headers: withUserAgent([...fields, ...(content?.fields ?? [])]),
      body: content && progress.watch('sent', content.body, content.length),
      httpVersion: values['http1.0'] ? '1.0' : '1.1',
      redirects: values.location ? REDIRECTS : 0,
      tls: { ca, rejectUnauthorized: values.insecure !== true },
      observe: transcript.observe,
      signal,
      ...deadlines,
    });
    await output.open();
    if (values.include) await output.write(transcript.heads, signal);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const parts = output.isTerminal ? response.body : progress.watch('received', response.body, length);
    for await (const part of parts) await output.write(part, signal);
    await output.close(true);
    signal.throwIfAborted(); // the last write may have failed
    isWhole = true;
    if (response.socket !== undefined) {
      response.socket.destroy();
      process.stderr.write('minis: the connection speaks another protocol now, and is closed\n');
    }
  } catch (error) {
    await output.close(false).catch(() => {}); // it has told `fail` why
    if (output.isGone) return;
    const reason: unknown = signal.aborted ? signal.reason : error;
    if ((reason as NodeJS.ErrnoException).code === 'EPIPE') return; // the reader of the FILE, a named pipe, has seen enough
    throw requestFailure(reason, { isBegun: transcript.isBegun, remains: output.remains });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    content?.close();
    if (values.explain) process.stdout.write(transcript.explained(isWhole));
  }
}

/** The one deadline that the user gives replaces all others. */
function deadlinesOf(text: string | undefined): Partial<Record<`${string}Timeout`, number>> {
  if (text === undefined) return {};
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MAX_SECONDS) {
    throw new UsageError(`--max-time must be a number of seconds, more than 0, not "${text}"`);
  }
  const totalTimeout = Math.ceil(seconds * 1000);
  return { totalTimeout, connectTimeout: Infinity, responseTimeout: Infinity, contentTimeout: Infinity };
}

/** A timer of Node can run no longer: 24 days. */
const MAX_SECONDS = 2_147_483;

type Field = readonly [name: string, value: string];

function fieldOf(text: string): Field {
  const colon = text.indexOf(':');
  if (colon < 1) throw new UsageError(`-H takes "Name: value", not ${JSON.stringify(text)}`);
  return [text.slice(0, colon), text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
}

/** "A user agent SHOULD send a User-Agent header field in each request" (rfc9110/10.1.5/user-agent). */
function withUserAgent(fields: readonly Field[]): readonly Field[] {
  const isGiven = fields.some(([name]) => name.toLowerCase() === 'user-agent');
  return isGiven ? fields : [['User-Agent', 'http-mini'], ...fields];
}

/** Node accepts a file without a certificate, says nothing, and then trusts no server. */
async function readCertificates(file: string): Promise<Buffer> {
  const pem = await readFile(file).catch((error: unknown) => {
    throw systemError(error, file);
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new CommandError(`${file}: there is no certificate in PEM in it`);
}
