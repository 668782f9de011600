/**
 * What a peer cannot be made to say, or cannot see, taken out of an exchange before that peer is asked. Each bound is one
 * such thing and has its reason; a peer in ../peers names those that it needs. http-mini needs none.
 */
import type { ExchangePlan, Field, RequestPlan, ResponsePlan } from './http.ts';

export type Bound = (plan: ExchangePlan) => ExchangePlan;

const ofRequest =
  (change: (request: RequestPlan) => Partial<RequestPlan>): Bound =>
  ({ request, response }) => ({ request: { ...request, ...change(request) }, response });
const ofResponse =
  (change: (response: ResponsePlan) => Partial<ResponsePlan>): Bound =>
  ({ request, response }) => ({ request, response: { ...response, ...change(response) } });

// ── Requests ──

/** Only http-mini's client speaks HTTP/1.0. */
export const noOldVersion: Bound = ofRequest(() => ({ version: '1.1' }));

/** undici refuses the field: "expect header not supported". */
export const noExpectation: Bound = ofRequest(() => ({ expects: false }));

/** undici and fetch have no way to send trailers. */
export const noRequestTrailers: Bound = ofRequest(() => ({ trailers: [] }));

/** fetch refuses content with GET and HEAD, and undici ends the connection after it: RFC 9110 9.3.1 gives it no meaning. */
export const noContentOfGet: Bound = ofRequest(({ method, content }) => ({
  content: /^(get|head)$/i.test(method) ? undefined : content,
}));

/**
 * fetch does not let its caller say `Connection`, a forbidden request-header. undici, left to itself, ends the connection
 * after HEAD, "to interop with misbehaving servers", and after content whose method does not ask for any.
 */
export const closesByItself: Bound = ofRequest(({ method, content }) => {
  const hasContent = content !== undefined && content.length > 0;
  return { closes: method === 'HEAD' || (hasContent && !/^(PATCH|POST|PUT|PROPFIND)$/.test(method)) };
});

/** undici sends no `*`: "path must be an absolute URL or start with a slash". */
export const noAsterisk: Bound = ofRequest(({ target }) => ({ target: target === '*' ? '/' : target }));

/** fetch takes a URL, whose class rewrites dot segments, "'" in a query, and "//" at the start, which would name a host. */
export const urlTarget: Bound = ofRequest(({ target }) => ({
  target: `/${target.replace(/^http:\/\/[^/]*|^\*$|[.']/g, '').replace(/^\/+/, '')}`,
}));

/** fetch changes the case of these methods, and refuses TRACE. */
export const fetchMethod: Bound = ofRequest(({ method }) => ({
  method: method === 'get' ? 'GET' : method === 'TRACE' ? 'OPTIONS' : method,
}));

/** node:http's client writes every method in upper case, though methods are case-sensitive (RFC 9110 9.1). */
export const upperCaseMethod: Bound = ofRequest(({ method }) => ({ method: method.toUpperCase() }));

/** node:http's client writes a head that it flushes before the content as UTF-8, not as octets. */
export const asciiWhereFlushed: Bound = ofRequest(({ fields, expects }) => ({
  fields: expects ? fields.map(([name, value]): Field => [name, ascii(value)]) : fields,
}));

/** llhttp, which node:http's server is made of, refuses what it does not know: a limit of that server. */
export const knownMethod: Bound = ofRequest(({ method }) => ({
  method: /^(X|get)/.test(method) ? 'POST' : method,
}));

// ── Responses ──

/** fetch can ask again after 401, 407 and 421, and its Response is made for 200 to 599. */
export const fetchStatus: Bound = ofResponse(({ status }) => ({
  status: status > 599 || [401, 407, 421].includes(status) ? 500 : status,
}));

/** Of a reason phrase that comes in pieces, undici keeps the last. */
export const noReason: Bound = ofResponse(() => ({ reason: '' }));

/** undici hands trailers out as an object of lower-case names and UTF-8 values. */
export const plainTrailers: Bound = ofResponse(({ trailers }) => ({
  trailers: once(trailers).map(([name, value]): Field => [name.toLowerCase(), ascii(value)]),
}));

/**
 * node:http's server sends 102 without fields, and 103 with those of an object and a Link that it has checked; nothing else.
 */
export const nodeInformation: Bound = ofResponse(({ informations }) => ({
  informations: informations.map(({ status, fields }) =>
    status === 102
      ? { status, fields: [] }
      : { status: 103, fields: [['Link', '</a>; rel=preload'], ...once(fields).filter(isOwn)] },
  ),
}));

/** Where fields are copied from object to object, it is lost. */
function isOwn([name]: Field): boolean {
  return name.toLowerCase() !== '__proto__';
}

// ── Fields ──

/** fetch's Headers sorts the names, in lower case, and joins the lines of one; `__proto__` it loses. */
export const sortedFields: Bound = ({ request, response }) => ({
  request: { ...request, fields: sorted(request.fields) },
  response: { ...response, fields: sorted(response.fields) },
});

function sorted(fields: readonly Field[]): Field[] {
  const lower = once(fields)
    .filter(isOwn)
    .map(([name, value]): Field => [name.toLowerCase(), value]);
  return lower.sort(([a], [b]) => (a < b ? -1 : 1));
}

function once(fields: readonly Field[]): Field[] {
  return [...new Map(fields.map((field) => [field[0].toLowerCase(), field])).values()];
}

function ascii(text: string): string {
  return text.replace(/[\x80-\xff]/g, '').trim();
}
