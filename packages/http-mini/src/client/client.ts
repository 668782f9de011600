/**
 * Client: requests to one origin, over connections that are kept and shared. What a user holds; the work is the pool's.
 */
import { Readable } from 'node:stream';
import { refuseUnknown } from '../wire/options.ts';
import { dueOf } from './deadline.ts';
import {
  type ClientOptions,
  optionError,
  repeatable,
  TARGET_OPTIONS,
  type TargetOptions,
} from './options.ts';
import { parseUrl } from './origin.ts';
import { isStream } from './outgoing.ts';
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
   * @throws HttpError (as a rejection, always): `by: 'user'` before a byte is written for what must not be sent
   */
  request(options: TargetOptions = {}): Promise<ClientResponse> {
    try {
      refuseUnknown(options, TARGET_OPTIONS);
      return send(this.#pool, options);
    } catch (cause) {
      return Promise.reject(optionError(cause));
    }
  }

  /** Takes no more requests; resolves when those under way and in line are over and every socket is closed. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Cuts everything off: requests under way and in line, and content that is being read, fail with `client-closed`. */
  destroy(): void {
    this.#pool.destroy();
  }
}

/** @param due when `totalTimeout` is over, where it began before this */
export function send(pool: Pool, options: TargetOptions, due?: number): Promise<ClientResponse> {
  if (options.expectContinue !== true) return pool.request(options, due);
  return sendExpecting(pool, repeatable(options), due);
}

/** "417 ... the client SHOULD repeat the request without the expectation" (rfc9110/10.1.1/expect-417), if its content is still whole. */
async function sendExpecting(pool: Pool, options: TargetOptions, until?: number): Promise<ClientResponse> {
  const due = until ?? dueOf(options);
  let { body } = options;
  let isBegun = false;
  if (isStream(body) && !(body instanceof Readable)) {
    const stream = body;
    body = (async function* () {
      isBegun = true;
      yield* stream;
    })();
  }
  const response = await pool.request({ ...options, body }, due);
  if (response.status !== 417 || isBegun || (body instanceof Readable && body.readableDidRead))
    return response;
  response.discard();
  return pool.request({ ...options, expectContinue: false }, due);
}
