/** `minis serve DIR`: a folder over HTTP, until Ctrl-C. */
import type { AddressInfo } from 'node:net';
import { printable } from 'explain-mini';
import { answersFor, createServer, type Handler, type HttpError } from 'http-mini';
import { closeOnSignal, hostOf, only, parse, systemError, wholeNumber } from '../usage.ts';
import { Content } from './content.ts';
import { serveFolder } from './folder.ts';

export const help: string = `minis serve: a folder over HTTP/1.1, until Ctrl-C (a second one cuts what is left)

  minis serve [options] DIR
    --host HOST          (127.0.0.1: this machine only)
    --port PORT          (8080; 0 for any free one)
    --allow-host NAME    answer for this host too; repeat it for several. On a loopback address localhost and loopback
                         addresses are answered (421 for others), elsewhere every host until one is named

Files with ranges, ETag and Last-Modified; index.html or a listing for folders. Names that begin with a dot
are not served, nor is what a link leads to outside DIR. One line for each request: method, target, status,
bytes of content, milliseconds.

Try: minis serve . , then: curl -i http://127.0.0.1:8080/
`;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  const directory = only(positionals, 'one DIR');
  const host = hostOf(values.host);
  const port = wholeNumber('--port', values.port, 0, 65535);
  const folder = await serveFolder(directory).catch((error: unknown) => {
    throw systemError(error, directory);
  });
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const isOwn = (authority: string): boolean =>
    answersFor(authority, server.address?.address, values['allow-host']);
  const handler = withAccessLog(forOwnHosts(folder, isOwn), print, () => performance.now());
  const server = createServer(handler, { onError: report });
  const address = await server.listen({ host, port }).catch((error: unknown) => {
    throw systemError(error, `${host}:${port}`);
  });
  print(`serving ${directory} on ${urlOf(address)}`);
  closeOnSignal(
    () => server.close(),
    () => server.destroy(),
  );
}

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8080' },
  'allow-host': { type: 'string', multiple: true },
} as const;

/** 421 for any other host (RFC 9110 7.4), with the option that allows it. */
function forOwnHosts(handler: Handler, isOwn: (authority: string) => boolean): Handler {
  return (request) => {
    if (isOwn(request.authority)) return handler(request);
    const host = request.authority.replace(/:\d*$/, '');
    return {
      status: 421,
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
      body: `421 Misdirected Request: ${host} is not answered for here. If it should be: --allow-host ${host}\n`,
    };
  };
}

/**
 * One line for each request, when its answer has been sent or given up: method, target, status, bytes of content,
 * milliseconds. The parser lets only visible ASCII into method and target, so no line can be forged.
 * @param handler answers with text or `Content`
 * @param clock milliseconds
 */
export function withAccessLog(handler: Handler, print: (line: string) => void, clock: () => number): Handler {
  return async (request) => {
    const start = clock();
    const done = (status: number, bytes: number): void => {
      const duration = (clock() - start).toFixed(1);
      print(`${request.method} ${request.target} ${status} ${bytes} B ${duration} ms`);
    };
    try {
      const response = await handler(request);
      const { status = 200, body = '' } = response;
      if (body instanceof Content) body.onClose = (bytes) => done(status, bytes);
      else done(status, request.method === 'HEAD' ? 0 : Buffer.byteLength(body as string));
      return response;
    } catch (error) {
      done(500, 0);
      throw error;
    }
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}

/** Reports what no handler sees, and what a handler did wrong. */
function report(error: HttpError): void {
  process.stderr.write(`minis: ${error.code}: ${printable(error.message)}\n`);
}
