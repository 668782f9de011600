/** Output: writes content to standard output, a file, or nowhere, no faster than it is taken there. */
import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { printableLines } from 'explain-mini';
import { systemError } from '../usage.ts';

export class Output {
  /** A file's name, `-`, or undefined for nowhere. */
  readonly #place: string | undefined;
  readonly #failed: (error: unknown) => void;
  #file: WriteStream | undefined;
  /** For a terminal: a character may come in two parts. */
  readonly #decoder = new TextDecoder();
  #isComplete = false;
  /** Standard output takes no more: its reader has seen enough, or `watchStandardStreams` has said what is wrong. */
  isGone = false;

  /** @param failed is called if nothing more can be written, even if no write is under way */
  constructor(place: string | undefined, failed: (error: unknown) => void) {
    this.#place = place;
    this.#failed = failed;
    process.stdout.once('error', (error) => {
      this.isGone = true;
      failed(error);
    });
  }

  get isTerminal(): boolean {
    return this.#place === '-' && process.stdout.isTTY;
  }

  /** Makes the file, or empties it. Called only when there is something to put there. */
  async open(): Promise<void> {
    const place = this.#place;
    if (place === undefined || place === '-') return;
    const handle = await open(place, 'w').catch((error: unknown) => {
      throw systemError(error, place);
    });
    this.#file = handle.createWriteStream().on('error', (error) => this.#failed(systemError(error, place)));
  }

  /**
   * Writes content as it is into a file or a pipe; on a terminal, as text that cannot steer it.
   * @param content a string has one character for each octet
   */
  async write(content: Uint8Array | string, signal: AbortSignal): Promise<void> {
    const stream: Writable | undefined = this.#place === '-' ? process.stdout : this.#file;
    const octets = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const shown = this.isTerminal ? printableLines(this.#decoder.decode(octets, { stream: true })) : octets;
    if (stream === undefined || shown.length === 0 || stream.write(shown)) return;
    await once(stream, 'drain', { signal });
  }

  /** Resolves when all has been taken. */
  async close(isComplete: boolean): Promise<void> {
    if (this.#place === '-') {
      const rest = this.#decoder.decode(); // half a character
      await new Promise((resolve) => process.stdout.write(rest, resolve));
    }
    if (this.#file === undefined) return;
    this.#file.end();
    await finished(this.#file);
    this.#isComplete = isComplete;
  }

  /** What the user should know of the file if it does not hold everything. */
  get remains(): string | undefined {
    if (this.#file === undefined || this.#isComplete) return undefined;
    return `${this.#place} holds the first ${this.#file.bytesWritten} bytes only`;
  }
}
