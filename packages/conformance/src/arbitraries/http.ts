/**
 * What one exchange over HTTP says: a request and the response to it, as values that every client and server here can be
 * told. The bounds are those of the peers, each with its reason; what a bound hides is for probes over raw sockets.
 */
import fc from 'fast-check';
import { anyContent } from './content.ts';

/** How the sender announces its content (RFC 9112 6.3). */
export type Framing = 'length' | 'chunked';
export type Field = readonly [name: string, value: string];

export interface RequestPlan {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
  /** Undefined for a request without content. */
  readonly content: Uint8Array | undefined;
  readonly framing: Framing;
}

export interface ResponsePlan {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
  readonly framing: Framing;
}

export interface ExchangePlan {
  readonly request: RequestPlan;
  readonly response: ResponsePlan;
}

/** Visible ASCII without those that a name may not hold (RFC 9110 5.6.2). */
const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** "x-" keeps a name apart from those that mean something, `connection` for one. */
const anyName = fc.string({ unit: fc.constantFrom(...TOKEN), maxLength: 20 }).map((name) => `x-${name}`);

/** VCHAR, SP, HTAB and obs-text (RFC 9110 5.5), trimmed, since whitespace around a value is not part of it. */
const anyValue = fc
  .string({
    unit: fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.constant(9), fc.integer({ min: 0xa1, max: 0xff }))
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ''));

// Each name once: fetch joins the lines of a name by ", ", and undici's answers hold arrays.
const anyFields = fc.uniqueArray(fc.tuple(anyName, anyValue), {
  maxLength: 8,
  selector: ([name]) => name.toLowerCase(),
});

/** pchar without "%", and "?" (RFC 3986 3.3): written so that no URL class rewrites it; hence no dots, which make dot-segments. */
const TARGET = 'abcxyzABC0189-_~!$&()*+,;=:@/';
const anyTarget = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...TARGET), maxLength: 40 }),
    fc.option(fc.string({ unit: fc.constantFrom(...TARGET, '?', '.'), maxLength: 40 })),
  )
  .map(([path, query]) => `/${path}${query === null ? '' : `?${query}`}`)
  // "//" at the start would name a host to a URL class (RFC 3986 4.2).
  .filter((target) => !target.startsWith('//'));

const framing = fc.constantFrom<Framing>('length', 'chunked');

const anyRequest: fc.Arbitrary<RequestPlan> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    target: anyTarget,
    fields: anyFields,
    content: fc.option(anyContent, { nil: undefined }),
    framing,
  })
  // fetch refuses content with GET and HEAD, and undici ends the connection after it: RFC 9110 9.3.1 gives it no meaning.
  .map((plan) => (plan.method === 'GET' || plan.method === 'HEAD' ? { ...plan, content: undefined } : plan));

const anyResponse: fc.Arbitrary<ResponsePlan> = fc
  .record({
    // fetch follows 3xx, and 401 and 407 can make it ask again.
    status: fc.oneof(
      fc.constant(200),
      fc.constantFrom(201, 203, 204, 206, 299, 400, 404, 410, 418, 429, 500, 503, 599),
    ),
    fields: anyFields,
    content: anyContent,
    framing,
  })
  .map((plan) => (plan.status === 204 ? { ...plan, content: new Uint8Array(0) } : plan)); // RFC 9110 15.3.5

/** One to three exchanges, to go over one connection one after the other. */
export const anyExchanges: fc.Arbitrary<ExchangePlan[]> = fc.array(
  fc.record({ request: anyRequest, response: anyResponse }),
  { minLength: 1, maxLength: 3 },
);
