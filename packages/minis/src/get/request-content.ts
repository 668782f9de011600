/** What `-d` sends: text, or a file or standard input, which are read while they are sent and never whole in memory. */
import { open } from 'node:fs/promises';
import { mediaType } from '../serve/media-types.ts';
import { CommandError, systemError } from '../usage.ts';

export interface RequestContent {
  /** For a file a function, since a redirect may ask for it again. */
  readonly body: string | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);
  /** Bytes; undefined if that is not known: the content is sent chunked. */
  readonly length: number | undefined;
  /** Fields that describe the content: its type, and its length if the client cannot see it. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Stops reading: a server may answer before it has everything, and an open input would keep the process alive. */
  close(): void;
}

/**
 * @param data text, `@FILE`, or `@-` for standard input
 * @param given fields that the user gives: they take precedence over those of the content
 * @throws CommandError if the file cannot be read
 */
export async function openContent(
  data: string,
  given: readonly (readonly [name: string, value: string])[],
): Promise<RequestContent> {
  const names = given.map(([name]) => name.toLowerCase());
  const isSaid = (...these: string[]): boolean => these.some((name) => names.includes(name));
  const type = (value: string) => (isSaid('content-type') ? [] : [['Content-Type', value] as const]);

  if (!data.startsWith('@')) {
    return { body: data, length: undefined, fields: type('application/x-www-form-urlencoded'), close() {} };
  }
  const name = data.slice(1);
  if (name === '-') {
    const { stdin } = process; // "Content-Type ... unless the intended media type is unknown" (RFC 9110 8.3)
    return { body: stdin, length: undefined, fields: [], close: () => void stdin.destroy() };
  }
  const file = await open(name).catch((error: unknown) => {
    throw systemError(error, name);
  });
  const stats = await file.stat();
  if (stats.isDirectory()) {
    await file.close();
    throw new CommandError(`${name}: that is a folder and not a file`);
  }
  if (!stats.isFile()) {
    const stream = file.createReadStream(); // a pipe, say: as long as it lasts
    const close = (): void => void stream.destroy();
    return { body: stream, length: undefined, fields: type(mediaType(name)), close };
  }
  // Without its length it would be sent chunked, which some servers refuse, and HTTP/1.0 does not have.
  const length = isSaid('content-length', 'transfer-encoding')
    ? []
    : [['Content-Length', `${stats.size}`] as const];
  const fields = [...type(mediaType(name)), ...length];
  // What the file gains meanwhile is not sent: its length has been announced.
  const part = { start: 0, end: stats.size - 1, autoClose: false };
  const body = stats.size === 0 ? '' : () => file.createReadStream(part);
  return { body, length: stats.size, fields, close: () => void file.close() };
}
