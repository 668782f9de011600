/**
 * A folder as a handler: files with their type, validators and ranges, an index or a listing for folders, GET and HEAD
 * only. RFC 9110 8.3, 8.8, 13, 14. No path gets out of the folder: see `file-path.ts`.
 */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath, stat } from 'node:fs/promises';
import type { Handler, HttpRequest, HttpResponse } from 'http-mini';
import { formatDate, REASONS } from 'http-mini/wire';
import { Content, fileContent } from './content.ts';
import { locate, namesIn } from './file-path.ts';
import { listing, namesOf } from './listing.ts';
import { mediaType } from './media-types.ts';
import { evaluatePreconditions, isRangeWanted, parseRange, type Validators } from './selection.ts';

/** @throws the file system's error if there is no such folder */
export async function serveFolder(directory: string): Promise<Handler> {
  const root = await realpath(directory);
  await (await opendir(root)).close(); // fails now, not at the first request
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, { Allow: 'GET, HEAD' }); // rfc9110/13.2.1/ignored
    const names = namesIn(request.path);
    if (names === undefined) return plain(404);
    try {
      return await answer(request, root, names);
    } catch (error) {
      const status = STATUS_OF[(error as NodeJS.ErrnoException).code ?? ''];
      if (status === undefined) throw error;
      return plain(status);
    }
  };
}

/** Errors of the file system as status codes. If the system is out of file descriptors, that is not the client's fault. */
const STATUS_OF: Readonly<Record<string, number>> = {
  ENOENT: 404,
  ENOTDIR: 404,
  ENAMETOOLONG: 404,
  ELOOP: 404,
  ENXIO: 404, // a socket
  EACCES: 403,
  EPERM: 403,
  EMFILE: 503,
  ENFILE: 503,
};

async function answer(request: HttpRequest, root: string, names: readonly string[]): Promise<HttpResponse> {
  const place = await locate(root, names);
  if (place === undefined) return plain(404);
  const isFolderPath = request.path.endsWith('/');
  if (!(await stat(place)).isDirectory()) return isFolderPath ? plain(404) : answerFile(request, place);
  // Relative links on the page need the slash. No name in the path is empty, so this never begins with "//".
  if (!isFolderPath) return plain(308, { Location: `${request.path}/${query(request)}` });
  try {
    const index = await locate(root, [...names, 'index.html']);
    if (index !== undefined) return await answerFile(request, index);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const body = new Content(listing(request.path, await namesOf(root, place)));
  return { headers: { ...PAGE, 'Content-Type': 'text/html; charset=utf-8' }, body };
}

// O_NOFOLLOW, since `locate` has followed every link already. O_NONBLOCK, since opening a pipe would wait for its writer.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function answerFile(request: HttpRequest, place: string): Promise<HttpResponse> {
  const file = await open(place, FLAGS);
  let response: HttpResponse | undefined;
  try {
    const stats = await file.stat({ bigint: true });
    return (response = stats.isFile() ? respond(request, file, stats, mediaType(place)) : plain(404));
  } finally {
    if (!(response?.body instanceof Content)) await file.close();
  }
}

function respond(request: HttpRequest, file: FileHandle, stats: BigIntStats, type: string): HttpResponse {
  const now = Date.now();
  const size = Number(stats.size);
  const current = validatorsOf(stats, now);
  // rfc9110/8.8.3.1/etag, rfc9110/8.8.2.1/last-modified, rfc9110/15.3.7/fields
  const headers = { ...FILE, ETag: current.etag, 'Last-Modified': formatDate(current.lastModified) };
  const decision = evaluatePreconditions(request.headers, current, now);
  if (decision === 304) return { status: 304, headers }; // rfc9110/15.4.5/fields
  if (decision === 412) return plain(412);

  // rfc9110/14.2/method
  const isRanged = request.method === 'GET' && isRangeWanted(request.headers, current, now);
  const range = isRanged ? parseRange(request.headers.get('range'), size) : undefined;
  if (range === 'unsatisfiable') return plain(416, { 'Content-Range': `bytes */${size}` }); // rfc9110/14.4/complete-length
  const { start, end } = range ?? { start: 0, end: size };
  return {
    status: range === undefined ? 200 : 206, // rfc9110/14.2/partial
    headers: {
      ...headers,
      'Content-Type': type,
      'Content-Length': end - start,
      'Content-Range': range && `bytes ${start}-${end - 1}/${size}`, // rfc9110/15.3.7.1/content-range
    },
    body: fileContent(file, start, end),
  };
}

/** As strong as a file system allows: the size, and the time of the last change in nanoseconds (RFC 9110 8.8.1). */
function validatorsOf({ size, mtimeNs, mtimeMs }: BigIntStats, now: number): Validators {
  const etag = `"${size.toString(36)}-${mtimeNs.toString(36)}"`;
  // Never later than Date, even if the file's clock is ahead (rfc9110/8.8.2.1/future).
  const lastModified = Math.floor(Math.min(Number(mtimeMs), now) / 1000) * 1000;
  return { etag, lastModified };
}

/** Files may change at any time: a browser may keep a copy, but asks each time whether it is still right. */
const PAGE = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
const FILE = { ...PAGE, 'Accept-Ranges': 'bytes' };

function plain(status: number, headers: Record<string, string> = {}): HttpResponse {
  const type = 'text/plain; charset=utf-8';
  return { status, headers: { 'Content-Type': type, ...headers }, body: `${status} ${REASONS[status]}\n` };
}

function query(request: HttpRequest): string {
  return request.query === undefined ? '' : `?${request.query}`;
}
