/** The content of an answer, made part by part on demand. Its source is closed, however the answer ends. */
import type { FileHandle } from 'node:fs/promises';

const PART = 64 * 1024;

/** Not a generator: if one is closed before its first part, its `finally` does not run. */
export class Content implements AsyncIterableIterator<Uint8Array> {
  readonly #parts: AsyncIterator<Uint8Array>;
  readonly #close: () => Promise<void>;
  /** Called once, at the end, with the number of bytes that were made. */
  onClose: ((bytes: number) => void) | undefined;
  #bytes = 0;

  constructor(parts: AsyncIterator<Uint8Array>, close: () => Promise<void> = async () => {}) {
    this.#parts = parts;
    this.#close = close;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      const { done, value } = await this.#parts.next();
      if (done) return await this.return();
      this.#bytes += value.length;
      return { done: false, value };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Also called by a reader that stops before the end, and by the server for an answer to HEAD. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.onClose?.(this.#bytes);
    this.onClose = undefined;
    await this.#close(); // may be closed already
    return { done: true, value: undefined };
  }
}

/** @param end one past the last byte; what the file gains meanwhile is not sent */
export function fileContent(file: FileHandle, start: number, end: number): Content {
  return new Content(partsOf(file, start, end), () => file.close());
}

async function* partsOf(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const size = Math.min(PART, end - at);
    // New memory for each part: the last one may still wait in the socket.
    const bytes = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = await file.read(bytes, 0, size, at);
    // The file has become shorter: the server sees that content is missing, and cuts the connection.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
}
