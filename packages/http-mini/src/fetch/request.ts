/**
 * The Request that a fetch app is given. To make a Request of the platform takes longer than all the rest of a small exchange,
 * and most apps ask it for its method, its URL, a header or its content. So the app gets an object that answers these by
 * itself, and makes the platform's Request only for what is left: `clone`, `formData`, a place where the platform wants its
 * own object. Then that Request answers everything.
 *
 * To the app it is a Request: `instanceof` says so, and `new Request(request)` and `fetch(request)` take it, if the platform
 * keeps the parts of a Request where this file can hand them on (Node 20 and 22), or once `useLightObjects` was called. Else
 * (`isTransparent`) the app gets the platform's own.
 */
import type { HttpRequest } from '../server/request.ts';
import { RequestContent } from './content.ts';
import { urlOf } from './url.ts';

/** The platform's, also if a program replaces the global one. */
const NativeRequest: typeof Request = globalThis.Request;

/** The keys under which the platform keeps what a Request is made of; none if it keeps that in private fields. */
const PARTS: (string | symbol)[] = Reflect.ownKeys(new NativeRequest('http://a'));

/** Whether the platform takes a lazy Request for its own. */
export const isTransparent: boolean = PARTS.length > 0;

const UTF_8 = new TextDecoder();

export class LazyRequest {
  readonly #received: HttpRequest;
  readonly #url: string;
  /** Undefined if there is none: a Request for GET or HEAD has no content, whatever came with it. */
  readonly #content: RequestContent | undefined;
  #headers: Headers | undefined;
  #native: Request | undefined;

  /** @throws HttpError if the authority cannot stand in a URL */
  constructor(received: HttpRequest, scheme: string, content: RequestContent | undefined) {
    this.#received = received;
    this.#url = urlOf(received, scheme);
    this.#content = content;
  }

  /** The platform's Request of a lazy one; anything else comes back as it is. */
  static unwrap<Value>(value: Value): Value | Request {
    return typeof value === 'object' && value !== null && #native in value
      ? (value as unknown as LazyRequest).#asNative()
      : value;
  }

  #asNative(): Request {
    if (this.#native !== undefined) {
      replaceHeaders(this.#native.headers, this.headers); // the app may have changed the ones it holds
      return this.#native;
    }
    const { signal } = this.#received;
    const init: RequestInit = { method: this.method, headers: this.headers, signal };
    const content = this.#content;
    this.#native = new NativeRequest(this.url, content ? withContent(init, content.stream) : init);
    KEPT.set(signal, this.#native);
    return this.#native;
  }

  // ── What needs no Request of the platform ──

  get method(): string {
    return normalMethod(this.#received.method);
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    return (this.#headers ??= new Headers(this.#received.headers.lines()));
  }

  get signal(): AbortSignal {
    return this.#received.signal;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#native !== undefined ? this.#native.body : (this.#content?.stream ?? null);
  }

  get bodyUsed(): boolean {
    return this.#native?.bodyUsed ?? this.#content?.isUsed ?? false;
  }

  async text(): Promise<string> {
    return this.#isAtHand ? UTF_8.decode(await this.#whole()) : this.#byNative().text();
  }

  async json(): Promise<unknown> {
    return this.#isAtHand ? JSON.parse(UTF_8.decode(await this.#whole())) : this.#byNative().json();
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    // Copy it: the app may change or give away what it gets, and the parser still reads there.
    return new Uint8Array(this.#isAtHand ? await this.#whole() : await this.#byNative().arrayBuffer());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#isAtHand ? new Uint8Array(await this.#whole()).buffer : this.#byNative().arrayBuffer();
  }

  get #isAtHand(): boolean {
    return this.#native === undefined && this.#content?.isStreamed !== true;
  }

  async #whole(): Promise<Uint8Array> {
    return this.#content?.whole() ?? NOTHING;
  }

  // ── What does ──

  async blob(): Promise<Blob> {
    return this.#byNative().blob();
  }

  async formData(): Promise<FormData> {
    return this.#byNative().formData();
  }

  clone(): Request {
    return this.#asNative().clone();
  }

  /** For what reads the whole content. */
  #byNative(): Request {
    this.#content?.willBeWhole();
    return this.#asNative();
  }

  static {
    const { prototype } = LazyRequest;
    const nativePrototype = NativeRequest.prototype;
    // The rest of the interface, and the parts where the platform looks for them.
    for (const key of [...Reflect.ownKeys(nativePrototype), ...PARTS]) {
      if (Object.hasOwn(prototype, key) || (typeof key === 'symbol' && key in nativePrototype)) continue;
      const get = function (this: LazyRequest): unknown {
        return Reflect.get(this.#asNative(), key);
      };
      Object.defineProperty(prototype, key, { configurable: true, get });
    }
    looksNative(prototype);
    Object.setPrototypeOf(prototype, nativePrototype);
  }
}

/** What a program finds out about its keys is what the platform's has. */
function looksNative(prototype: object): void {
  for (const key of Object.keys(NativeRequest.prototype)) {
    if (Object.hasOwn(prototype, key)) Object.defineProperty(prototype, key, { enumerable: true });
  }
  Reflect.deleteProperty(prototype, 'constructor'); // then it is the platform's
}

const NOTHING = new Uint8Array(0);

/**
 * The platform's own Request, with a limit for what is read whole. Its content is one stream for all: what reads all of it
 * says so first.
 */
class LimitedRequest extends NativeRequest {
  readonly #content: RequestContent | undefined;

  constructor(url: string, init: RequestInit, content: RequestContent | undefined) {
    super(url, content === undefined ? init : withContent(init, content.stream));
    this.#content = content;
  }

  static {
    for (const name of ['text', 'json', 'bytes', 'arrayBuffer', 'blob', 'formData'] as const) {
      const read = Reflect.get(NativeRequest.prototype, name);
      const limited = function (this: LimitedRequest): unknown {
        this.#content?.willBeWhole();
        return Reflect.apply(read, this, []);
      };
      Object.defineProperty(LimitedRequest.prototype, name, {
        value: limited,
        writable: true,
        configurable: true,
      });
    }
    looksNative(LimitedRequest.prototype);
  }
}

/** The platform's own Request of what was received. */
export function limitedRequest(
  received: HttpRequest,
  scheme: string,
  content: RequestContent | undefined,
): Request {
  const { method, headers, signal } = received;
  const request = new LimitedRequest(
    urlOf(received, scheme),
    { method, headers: headers.lines(), signal },
    content,
  );
  KEPT.set(signal, request);
  return request;
}

/**
 * Keeps each Request as long as its exchange. Node may collect a Request that nothing refers to, and with it the link between
 * the two signals: then an app that only waits for `abort` would wait for ever (test: `survives garbage collection`).
 */
const KEPT = new WeakMap<AbortSignal, Request>();

/** The content of a request that the app may read, if it has any. */
export function contentOf(received: HttpRequest, maxBytes: number): RequestContent | undefined {
  const { method, headers } = received;
  if (method === 'GET' || /^(GET|HEAD)$/i.test(method)) return undefined;
  const hasContent = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
  return hasContent ? new RequestContent(received, maxBytes) : undefined;
}

/** Makes the one the same as the other. */
export function replaceHeaders(headers: Headers, by: Headers): void {
  for (const name of [...headers.keys()]) headers.delete(name);
  for (const [name, value] of by) headers.append(name, value);
}

function withContent(init: RequestInit, body: ReadableStream<Uint8Array>): RequestInit {
  // The standard requires `duplex` and allows nothing else.
  return { ...init, body, duplex: 'half' };
}

/** The methods that the Fetch standard writes in upper case (2.2.1). */
const NORMAL = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

function normalMethod(method: string): string {
  if (NORMAL.has(method)) return method;
  const upper = method.toUpperCase();
  return NORMAL.has(upper) ? upper : method;
}
