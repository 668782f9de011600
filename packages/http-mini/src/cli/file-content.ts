/** The bytes of a file, a part at a time as they are wanted, and the file closed however that ends. */
import type { FileHandle } from 'node:fs/promises';

const PART = 64 * 1024;

export class FileContent implements AsyncIterableIterator<Uint8Array> {
  readonly #file: FileHandle;
  /** Told once how many bytes were read, when that is over. */
  onClose: ((bytes: number) => void) | undefined;
  readonly #start: number;
  #at: number;
  readonly #end: number;

  /** @param end one past the last byte: what the file gains in the meantime is not sent */
  constructor(file: FileHandle, start: number, end: number) {
    this.#file = file;
    this.#start = start;
    this.#at = start;
    this.#end = end;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const size = Math.min(PART, this.#end - this.#at);
    if (size === 0) return this.return();
    // New memory for each part: the last one may still wait in the socket.
    const bytes = Buffer.allocUnsafeSlow(size);
    try {
      const { bytesRead } = await this.#file.read(bytes, 0, size, this.#at);
      // A file that has become shorter: the server sees that content is missing, and cuts the connection.
      if (bytesRead === 0) return await this.return();
      this.#at += bytesRead;
      return { done: false, value: bytes.subarray(0, bytesRead) };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Closes the file; also called by whoever stops before the end, and by the server for an answer to HEAD. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.onClose?.(this.#at - this.#start);
    this.onClose = undefined;
    await this.#file.close(); // closed already is all right
    return { done: true, value: undefined };
  }
}
