/**
 * Progress: how far long content has come, on one line of a terminal, which is overwritten and erased in the end. It shows
 * nothing in the first second, and nothing without a terminal.
 */
import type { RequestContent } from './request-content.ts';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const FIRST = 1000;
const NEXT = 200;
const ERASE = '\r\x1b[K';

export class Progress {
  readonly #terminal: Terminal;
  readonly #clock: () => number;

  /** @param clock milliseconds */
  constructor(terminal: Terminal, clock: () => number) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /**
   * The same content, watched while it passes. A string leaves in one piece, so there is nothing to watch.
   * @param verb what becomes of the bytes: `sent`, `received`
   * @param total bytes, if known
   */
  watch(verb: string, content: AsyncIterable<Uint8Array>, total?: number): AsyncIterable<Uint8Array>;
  watch(verb: string, content: RequestContent['body'], total?: number): RequestContent['body'];
  watch(verb: string, content: RequestContent['body'], total?: number): RequestContent['body'] {
    if (typeof content === 'string' || !this.#terminal.isTTY) return content;
    if (typeof content === 'function') return () => this.#watched(verb, content(), total);
    return this.#watched(verb, content, total);
  }

  async *#watched(
    verb: string,
    content: AsyncIterable<Uint8Array>,
    total?: number,
  ): AsyncGenerator<Uint8Array> {
    const start = this.#clock();
    let bytes = 0;
    let due = start + FIRST;
    try {
      for await (const part of content) {
        yield part; // goes on when the part has been taken
        bytes += part.length;
        const now = this.#clock();
        if (now < due) continue;
        due = now + NEXT;
        // A line that is wrapped cannot be erased. A terminal that does not know its width says 0.
        const columns = (this.#terminal.columns || 80) - 1;
        this.#terminal.write(ERASE + progressLine(verb, bytes, total, now - start).slice(0, columns));
      }
    } finally {
      if (due > start + FIRST) this.#terminal.write(ERASE);
    }
  }
}

export function progressLine(verb: string, bytes: number, total: number | undefined, time: number): string {
  const ofTotal = total ? ` of ${mebibytes(total)} (${Math.floor((100 * bytes) / total)} %)` : '';
  return `${verb} ${mebibytes(bytes)}${ofTotal}, ${mebibytes((1000 * bytes) / time)}/s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
