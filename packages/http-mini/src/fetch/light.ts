/**
 * useLightObjects: puts a light Response in the place of the global one. A Response of the platform makes a stream even of a
 * short text, and that costs more than the rest of a small exchange. A light one keeps what it was given, and makes the
 * platform's Response only if it is asked for more than status and headers.
 *
 * It changes objects that all of the program shares, so a program has to ask for it. `Response` and `Request` stay the
 * platform's in all that can be seen of them (`instanceof`, static methods, subclasses): what `new Response` makes of a text
 * or of nothing is light, all else is the platform's own. `new Request` and `fetch` also take the Request that an app is given.
 */
import type { HttpResponse } from '../server/exchange.ts';
import { LazyRequest, replaceHeaders } from './request.ts';

const NativeRequest: typeof Request = globalThis.Request;
const NativeResponse: typeof Response = globalThis.Response;
const nativeFetch: typeof fetch = globalThis.fetch;

type Lines = [name: string, value: string][];
type Init = NonNullable<ConstructorParameters<typeof Response>[1]>;

let isUsed = false;

/** Whether the program has called `useLightObjects`. */
export function usesLightObjects(): boolean {
  return isUsed;
}

/**
 * Makes `new Response` light for the whole process, and lets `new Request` and `fetch` take every Request that an app of
 * `toHandler` is given. Call it once, before the app is loaded.
 */
export function useLightObjects(): void {
  if (isUsed) return;
  isUsed = true;
  const LightRequest: typeof Request = new Proxy(NativeRequest, {
    construct: (target, [input, init], self) =>
      Reflect.construct(target, [LazyRequest.unwrap(input), LazyRequest.unwrap(init)], self),
  });
  const Light: typeof Response = new Proxy(NativeResponse, {
    construct: (target, args: [unknown, (Init | null)?], self) =>
      (self === Light && LightResponse.of(args[0], args[1])) || Reflect.construct(target, args, self),
  });
  setGlobal('Request', LightRequest);
  setGlobal('Response', Light);
  setGlobal('fetch', (input: Request, init?: RequestInit) => nativeFetch(LazyRequest.unwrap(input), init));
  NativeRequest.prototype.constructor = LightRequest;
  NativeResponse.prototype.constructor = Light;
}

function setGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

export class LightResponse {
  readonly #text: string | null;
  readonly #status: number;
  readonly #lines: Lines;
  #headers: Headers | undefined;
  #native: Response | undefined;
  #isSent = false;

  private constructor(text: string | null, status: number, lines: Lines) {
    this.#text = text;
    this.#status = status;
    this.#lines = lines;
  }

  /** Undefined if it takes the platform to say what becomes of this, which may be an error. */
  static of(body: unknown, init: Init | null = null): LightResponse | undefined {
    if (typeof body !== 'string' && body !== undefined && body !== null) return undefined;
    if (typeof init !== 'object') return undefined;
    const { status = 200, statusText = '', headers } = init ?? NO_INIT;
    if (!Number.isInteger(status) || status < 200 || status > 599 || statusText !== '') return undefined;
    if (typeof body === 'string' && (status === 204 || status === 205 || status === 304)) return undefined;
    const lines = linesOf(headers);
    if (lines === undefined) return undefined;
    if (typeof body === 'string' && !lines.some(([name]) => isContentType(name))) lines.push(TEXT);
    return new LightResponse(body ?? null, status, lines);
  }

  /** The answer that it stands for; undefined if it is no light Response, or has become one of the platform. */
  static answer(response: object): HttpResponse | undefined {
    if (!(#text in response) || response.bodyUsed || response.#native !== undefined) return undefined;
    response.#isSent = response.#text !== null;
    const headers = response.#headers === undefined ? response.#lines : sendable(response.#headers);
    return { status: response.#status, headers, body: response.#text };
  }

  #asNative(): Response {
    const headers = this.headers;
    if (this.#native === undefined) {
      this.#native = new NativeResponse(this.#text, { status: this.#status, headers });
      if (this.#isSent) void this.#native.body?.cancel();
    } else replaceHeaders(this.#native.headers, headers);
    return this.#native;
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status < 300;
  }

  get statusText(): string {
    return '';
  }

  get headers(): Headers {
    return (this.#headers ??= new Headers(this.#lines));
  }

  get bodyUsed(): boolean {
    return this.#native?.bodyUsed ?? this.#isSent;
  }

  // `Reflect.get` would give a method of the platform, which takes none but its own objects.
  clone(): Response {
    return this.#asNative().clone();
  }

  text(): Promise<string> {
    return this.#asNative().text();
  }

  json(): Promise<unknown> {
    return this.#asNative().json();
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#asNative().arrayBuffer();
  }

  bytes(): Promise<Uint8Array> {
    return Reflect.apply(Reflect.get(NativeResponse.prototype, 'bytes'), this.#asNative(), []);
  }

  blob(): Promise<Blob> {
    return this.#asNative().blob();
  }

  formData(): Promise<FormData> {
    return this.#asNative().formData();
  }

  static {
    const { prototype } = LightResponse;
    // The rest of the interface, and the parts of a Response where the platform keeps them under keys (Node 20 and 22).
    for (const key of [
      ...Reflect.ownKeys(NativeResponse.prototype),
      ...Reflect.ownKeys(new NativeResponse()),
    ]) {
      if (Object.hasOwn(prototype, key) || (typeof key === 'symbol' && key in NativeResponse.prototype))
        continue;
      const get = function (this: LightResponse): unknown {
        return Reflect.get(this.#asNative(), key);
      };
      Object.defineProperty(prototype, key, { configurable: true, get });
    }
    for (const key of Object.keys(NativeResponse.prototype)) {
      Object.defineProperty(prototype, key, { enumerable: true });
    }
    Reflect.deleteProperty(prototype, 'constructor');
    Object.setPrototypeOf(prototype, NativeResponse.prototype);
  }
}

const NO_INIT: Init = {};
const TEXT: Lines[number] = ['content-type', 'text/plain;charset=UTF-8'];

function isContentType(name: string): boolean {
  return name.length === TEXT[0].length && name.toLowerCase() === TEXT[0];
}

/** A copy; undefined if the platform would refuse or change a line, or if this is no plain notation. */
function linesOf(headers: unknown): Lines | undefined {
  if (headers === undefined) return [];
  if (headers instanceof Headers) return sendable(headers);
  if (typeof headers !== 'object' || headers === null || Object.getPrototypeOf(headers) !== Object.prototype)
    return undefined;
  const lines = Object.entries(headers);
  const isPlain = lines.every(
    ([name, value]) => typeof value === 'string' && PLAIN_NAME.test(name) && PLAIN_VALUE.test(value),
  );
  return isPlain && Object.getOwnPropertySymbols(headers).length === 0 ? lines : undefined;
}

/** Names that need no care, and values that the platform leaves as they are. */
const PLAIN_NAME = /^(?!transfer-encoding$)[\w-]+$/i;
const PLAIN_VALUE = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/** The lines of headers, without the one that the server decides. Iterating gives each Set-Cookie by itself. */
export function sendable(headers: Headers): Lines {
  const lines = [...headers];
  return headers.has('transfer-encoding') ? lines.filter(([name]) => name !== 'transfer-encoding') : lines;
}
