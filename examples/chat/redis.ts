// A room that several processes share. A Redis stream holds what is said, in one order for all, and each process reads on
// from the last line it has, its own lines too. So a line that has come back to its speaker reaches every process that
// lives, even one that had just lost its connection to Redis. PUBLISH would be shorter, but that process would miss it.

import { setTimeout } from 'node:timers/promises';
import { createClient } from '@redis/client';

const STREAM = 'chat';
/** How many lines Redis keeps, about: a process that lags further behind misses some. */
const KEPT_LINES = 10_000;
/** In milliseconds. An answer to a read comes after that time at the latest, so a longer silence is a dead connection. */
const LONGEST_READ = 5_000;

export class RedisRoom {
  readonly #writer;
  readonly #reader;
  #last = '0';

  constructor(url: string) {
    // Both connect again by themselves. Lines wait meanwhile, but not without end.
    this.#writer = createClient({ url, commandsQueueMaxLength: KEPT_LINES }).on('error', complain);
    const socket = { socketTimeout: 3 * LONGEST_READ, reconnectStrategy: 500 };
    this.#reader = createClient({ url, socket }).on('error', complain);
  }

  /** Waits until Redis is there; what is said from now on will be among the `lines`. */
  async open(): Promise<void> {
    await Promise.all([this.#writer.connect(), this.#reader.connect()]);
    const newest = await this.#reader.xRevRange(STREAM, '+', '-', { COUNT: 1 });
    this.#last = newest?.[0]?.id ?? '0';
  }

  /** If Redis does not take the line, its speaker will not hear it. */
  add(line: string): void {
    const TRIM = { strategy: 'MAXLEN', strategyModifier: '~', threshold: KEPT_LINES } as const;
    this.#writer.xAdd(STREAM, '*', { line }, { TRIM }).catch(complain);
  }

  async *lines(): AsyncGenerator<string, void> {
    while (this.#reader.isOpen) {
      const from = { key: STREAM, id: this.#last };
      const read = this.#reader.xRead(from, { BLOCK: LONGEST_READ, COUNT: 100 });
      const streams = await read.catch(() => setTimeout(100)); // the connection broke, or Redis is still loading
      for (const { id, message } of streams?.[0]?.messages ?? []) {
        this.#last = id;
        yield message.line;
      }
    }
  }

  async close(): Promise<void> {
    this.#reader.destroy();
    await this.#writer.close(); // once Redis has what was added
  }
}

function complain(error: Error): void {
  console.error(`redis: ${error.message}`);
}
