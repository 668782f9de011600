/**
 * What one exchange over HTTP says: a request and the response to it, as values that clients and servers can be told. All
 * that RFC 9112 lets two ends say is here; what one peer cannot say or see is left out for that peer alone, by the bounds
 * in http-bounds.ts. CONNECT and Upgrade are left out for all: what follows them is no exchange.
 */
import fc from 'fast-check';
import { anyContent } from './content.ts';
import type { Bound } from './http-bounds.ts';
import { anyPieces, type Pieces } from './pieces.ts';

/** How the sender announces its content (RFC 9112 6.3). */
export type Framing = 'length' | 'chunked';
export type Field = readonly [name: string, value: string];

interface MessagePlan {
  readonly fields: readonly Field[];
  readonly framing: Framing;
  /** Sizes of the chunks. */
  readonly pieces: Pieces;
  /** None unless it is chunked. */
  readonly trailers: readonly Field[];
  /** Whether the sender says `Connection: close` (RFC 9112 9.6). */
  readonly closes: boolean;
}

export interface RequestPlan extends MessagePlan {
  readonly method: string;
  readonly target: string;
  readonly version: '1.1' | '1.0';
  /** Undefined for a request without content. */
  readonly content: Uint8Array | undefined;
  /** Whether the content waits for 100 (Continue): RFC 9110 10.1.1. */
  readonly expects: boolean;
}

export interface ResponsePlan extends MessagePlan {
  readonly status: number;
  readonly reason: string;
  readonly content: Uint8Array;
  /** Interim responses before it (RFC 9110 15.2). */
  readonly informations: readonly Information[];
}

export interface Information {
  readonly status: number;
  readonly fields: readonly Field[];
}

export interface ExchangePlan {
  readonly request: RequestPlan;
  readonly response: ResponsePlan;
}

/** Visible ASCII without those that a name may not hold (RFC 9110 5.6.2). */
export const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Up to `maxLength` of these. */
export const textOf = (units: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), maxLength });
/** "x-" keeps a name apart from those that mean something, `connection` for one; the others mean nothing to a client or server. */
const anyName = fc.oneof(
  { weight: 4, arbitrary: textOf(TOKEN, 20).map((name) => `x-${name}`) },
  fc.constantFrom('accept', 'ETag', '__proto__', 'constructor'),
);

/** VCHAR, SP, HTAB and obs-text (RFC 9110 5.5), trimmed, since whitespace around a value is not part of it. */
export const anyValue: fc.Arbitrary<string> = fc
  .string({
    unit: fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.constant(9), fc.integer({ min: 0x80, max: 0xff }))
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ''));

const someFields = fc.array(fc.tuple(anyName, anyValue), { maxLength: 8 });
/** Half of them with a line whose name was there before, in another case. */
export const anyFields: fc.Arbitrary<Field[]> = fc
  .tuple(someFields, fc.boolean(), anyValue)
  .map(([fields, repeats, value]) =>
    repeats && fields[0] !== undefined ? [...fields, [fields[0][0].toUpperCase(), value]] : fields,
  );
export const anyTrailers: fc.Arbitrary<Field[]> = fc.oneof(
  fc.constant<Field[]>([]),
  fc.array(
    fc.tuple(
      textOf(TOKEN, 9).map((name) => `x-${name}`),
      anyValue,
    ),
    { maxLength: 3 },
  ),
);

/** All of pchar, "/" and "?" (RFC 3986 3.3): "%" only in an escape. */
const PATH = ["abcxyzABC0189-._~!$&'()*+,;=:@/", '%2F', '%41', '%e9'].flatMap((units) =>
  units[0] === '%' ? [units] : [...units],
);
const anyPath = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...PATH), maxLength: 40 }),
    fc.option(fc.string({ unit: fc.constantFrom(...PATH, '?'), maxLength: 40 })),
  )
  .map(([path, query]) => `/${path}${query === null ? '' : `?${query}`}`);
/** In three of the four forms (RFC 9112 3.2); the fourth is CONNECT's. */
export const anyTarget: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: anyPath },
  anyPath.map((path) => `http://a.example:8080${path}`),
  fc.constant('*'),
);

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'get'];
/** Methods are tokens, and any token is one (RFC 9110 9.1). */
export const anyMethod: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...METHODS) },
  textOf(TOKEN, 12).map((method) => `X${method}`),
);

const message = {
  fields: anyFields,
  framing: fc.constantFrom<Framing>('length', 'chunked'),
  pieces: anyPieces,
  trailers: anyTrailers,
};
const seldom = fc.constantFrom(true, false, false, false);

const anyRequest: fc.Arbitrary<RequestPlan> = fc.record({
  ...message,
  method: anyMethod,
  target: anyTarget,
  version: fc.constantFrom<'1.0' | '1.1'>('1.1', '1.1', '1.1', '1.0'),
  content: fc.option(anyContent, { nil: undefined }),
  expects: seldom,
  closes: seldom,
});

/** Not 100, which the request asks for, nor 101, which ends the exchanges. */
const anyInformation: fc.Arbitrary<Information> = fc.record({
  status: fc.oneof(fc.constantFrom(102, 103), fc.integer({ min: 104, max: 199 })),
  fields: anyFields,
});

const anyResponse: fc.Arbitrary<ResponsePlan> = fc.record({
  ...message,
  status: fc.oneof(
    fc.constantFrom(200, 201, 204, 205, 206, 301, 304, 404, 407, 500),
    fc.integer({ min: 200, max: 999 }),
  ),
  reason: anyValue,
  content: anyContent,
  informations: fc.oneof(fc.constant([]), fc.array(anyInformation, { maxLength: 3 })),
  closes: seldom,
});

/**
 * One to three exchanges, to go over one connection one after the other.
 * @param bounds of the two peers, in which only they are kept
 */
export function anyExchanges(bounds: readonly Bound[] = []): fc.Arbitrary<ExchangePlan[]> {
  const exchange = fc.record({ request: anyRequest, response: anyResponse });
  return fc
    .array(exchange, { minLength: 1, maxLength: 3 })
    .map((plans) => plans.map((plan) => sound(bounds.reduce((inner, bound) => bound(inner), sound(plan)))));
}

/** What RFC 9110 and RFC 9112 rule out for everybody. */
function sound({ request, response }: ExchangePlan): ExchangePlan {
  return { request: soundRequest(request), response: soundResponse(response, request) };
}

function soundRequest(plan: RequestPlan): RequestPlan {
  const isModern = plan.version === '1.1';
  const content = plan.method === 'TRACE' ? undefined : plan.content; // RFC 9110 9.3.8
  const framing = isModern && content !== undefined ? plan.framing : 'length'; // RFC 9112 6.1
  return {
    ...plan,
    method: plan.target === '*' ? 'OPTIONS' : plan.method, // RFC 9112 3.2.4
    content,
    framing,
    trailers: framing === 'chunked' ? plan.trailers : [],
    // Without content there is nothing to wait for, and HTTP/1.0 knows no 100 (RFC 9110 10.1.1).
    expects: plan.expects && isModern && content !== undefined && content.length > 0,
  };
}

function soundResponse(plan: ResponsePlan, { method, version }: RequestPlan): ResponsePlan {
  const isModern = version === '1.1';
  const hasContent = mayHaveContent(plan.status);
  const framing = hasContent ? plan.framing : 'length';
  // The response to HEAD ends with its head (RFC 9112 6.3); HTTP/1.0 knows no chunks to put trailers behind (7.1.2).
  const hasTrailers = framing === 'chunked' && method !== 'HEAD' && isModern;
  return {
    ...plan,
    content: hasContent ? plan.content : new Uint8Array(0),
    framing,
    trailers: hasTrailers ? plan.trailers : [],
    informations: isModern ? plan.informations : [], // RFC 9110 15.2
  };
}

/** RFC 9110 15.3.5, 15.3.6, 15.4.5. */
export function mayHaveContent(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}
