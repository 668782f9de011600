/**
 * Client: sends requests to one origin, over connections that it keeps and shares. This is the user's interface; the Pool does
 * the work.
 */
import { refuseUnknown } from '../wire/options.ts';
import { type ClientOptions, optionError, refusal, TARGET_OPTIONS, type TargetOptions } from './options.ts';
import { parseUrl } from './origin.ts';
import { Pool } from './pool.ts';
import type { ClientResponse } from './response.ts';

export class Client {
  readonly #pool: Pool;

  /**
   * @param origin `http://host[:port]` or `https://host[:port]`
   * @throws HttpError `invalid-url`, `invalid-option`
   */
  constructor(origin: string | URL, options: ClientOptions = {}) {
    try {
      this.#pool = new Pool(parseUrl(origin), options);
    } catch (cause) {
      throw optionError(cause);
    }
  }

  /**
   * Sends a request; resolves when the head of its final response has come.
   * @throws HttpError, always as a rejection; for a request that must not be sent, `by: 'user'` before a byte is written
   */
  request(options: TargetOptions = {}): Promise<ClientResponse> {
    try {
      refuseUnknown(options, TARGET_OPTIONS);
    } catch (cause) {
      return Promise.reject(refusal(cause, options));
    }
    return this.#pool.request(options);
  }

  /** Takes no more requests; resolves when all requests under way and in line are over and every socket is closed. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Cuts everything off: requests under way and in line, and content that is being read, fail with `client-closed`. */
  destroy(): void {
    this.#pool.destroy();
  }
}
