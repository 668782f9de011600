/**
 * One line for each request, when its answer has been sent or given up: method, target, status, bytes of content,
 * milliseconds. Method and target hold visible ASCII only, the parser has seen to that, so no line can be forged.
 */
import type { Handler } from '../server/exchange.ts';
import type { HttpResponse } from '../server/response.ts';

/** @param clock milliseconds */
export function withAccessLog(handler: Handler, print: (line: string) => void, clock: () => number): Handler {
  return async (request) => {
    const start = clock();
    const done = (status: number, bytes: number): void => {
      const duration = (clock() - start).toFixed(1);
      print(`${request.method} ${request.target} ${status} ${bytes} B ${duration} ms`);
    };
    try {
      return counted(await handler(request), request.method === 'HEAD', done);
    } catch (error) {
      done(500, 0);
      throw error;
    }
  };
}

function counted(
  response: HttpResponse,
  isHead: boolean,
  done: (status: number, bytes: number) => void,
): HttpResponse {
  const { status = 200, body } = response;
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) {
    done(status, isHead || body == null ? 0 : Buffer.byteLength(body as string | Uint8Array));
    return response;
  }
  return { ...response, body: new CountedContent(body, (bytes) => done(status, bytes)) };
}

class CountedContent implements AsyncIterableIterator<Uint8Array | string> {
  readonly #parts: AsyncIterator<Uint8Array | string>;
  #done: ((bytes: number) => void) | undefined;
  #bytes = 0;

  constructor(content: AsyncIterable<Uint8Array | string>, done: (bytes: number) => void) {
    this.#parts = content[Symbol.asyncIterator]();
    this.#done = done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array | string, undefined>> {
    try {
      const result = await this.#parts.next();
      if (result.done) this.#tell();
      else this.#bytes += Buffer.byteLength(result.value);
      return result;
    } catch (error) {
      this.#tell();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array | string, undefined>> {
    this.#tell();
    await this.#parts.return?.();
    return { done: true, value: undefined };
  }

  #tell(): void {
    this.#done?.(this.#bytes);
    this.#done = undefined;
  }
}
