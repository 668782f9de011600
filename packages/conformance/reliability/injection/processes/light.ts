/**
 * A process of its own, since `useLightObjects` changes the globals for good. What a fetch app answers with a light Response is what
 * it answers with the platform's, or both are refused.
 */
import { toHandler, useLightObjects } from 'http-mini/fetch';
import { readByMini } from '../../message.ts';
import { answerOf } from '../http.ts';
import { getter, type Payload, payloads, textPayloads } from '../payload.ts';
import { ANY_SIZE, given, type Put, shown, type Verdict, type Written } from '../place.ts';

export interface LightFinding {
  readonly field: string;
  readonly payload: string;
  readonly verdict: Verdict;
}

type Make = (put: Put, Made: typeof Response) => Response;

const ofAnything: readonly (readonly [field: string, make: Make])[] = [
  ['headers, an object', (put, Made) => new Made('content', { headers: objectOf(put) })],
  ['headers, pairs', (put, Made) => new Made('content', { headers: [['x-place', given(put) as string]] })],
  ['status', (put, Made) => new Made('content', withOne(put, 'status'))],
  ['status, without content', (put, Made) => new Made(null, withOne(put, 'status'))],
  ['statusText', (put, Made) => new Made('content', withOne(put, 'statusText'))],
  ['headers', (put, Made) => new Made('content', withOne(put, 'headers'))],
  ['content', (put, Made) => new Made(given(put) as string)],
];
const text = (put: Put): string => given(put) as string;
const ofText: readonly (readonly [field: string, make: Make])[] = [
  ['headers, a name', (put, Made) => new Made('content', { headers: { [text(put)]: 'marked' } })],
  [
    'headers, made before',
    (put, Made) => new Made('content', { headers: new Headers({ 'x-place': text(put) }) }),
  ],
  [
    'headers, of another',
    (put, Made) =>
      new Made('content', { headers: new Made('', { headers: { 'x-place': text(put) } }).headers }),
  ],
  ['headers, content-type', (put, Made) => new Made('content', { headers: { 'content-type': text(put) } })],
  ['headers, set-cookie', (put, Made) => new Made('content', { headers: { 'set-cookie': text(put) } })],
  [
    'headers, transfer-encoding',
    (put, Made) => new Made('content', { headers: { 'Transfer-Encoding': text(put) } }),
  ],
  [
    'headers, content-length',
    (put, Made) => new Made('content', { headers: { 'content-length': text(put) } }),
  ],
  [
    'headers.set, later',
    (put, Made) =>
      changed(new Made('content', { headers: { 'x-place': 'a' } }), (headers) =>
        headers.set('x-place', text(put)),
      ),
  ],
  [
    'headers.append, later',
    (put, Made) =>
      changed(new Made('content', { headers: { 'x-place': 'a' } }), (headers) =>
        headers.append('x-place', text(put)),
      ),
  ],
  [
    'headers.append, a name, later',
    (put, Made) => changed(new Made('content'), (headers) => headers.append(text(put), 'marked')),
  ],
  ['redirect', (put, Made) => Made.redirect(text(put), 302)],
  ['redirect, a path', (put, Made) => Made.redirect(`http://a/${text(put)}`, 302)],
  ['json', (put, Made) => Made.json(text(put), { headers: { 'x-place': text(put) } })],
  ['clone', (put, Made) => new Made(text(put), { headers: { 'x-place': text(put) } }).clone()],
];

function objectOf(put: Put): Record<string, string> {
  const headers = { 'x-before': '1' };
  put(headers, 'x-place');
  return headers;
}

function withOne(put: Put, name: string): Record<string, unknown> {
  const init = {};
  put(init, name);
  return init;
}

function changed(response: Response, change: (headers: Headers) => void): Response {
  change(response.headers);
  return response;
}

async function findings(): Promise<LightFinding[]> {
  const Native = globalThis.Response;
  useLightObjects();
  const both = [Native, globalThis.Response];
  const found: LightFinding[] = [];
  for (const [all, tried] of [
    [ofAnything, payloads],
    [ofText, textPayloads],
  ] as const)
    for (const [field, make] of all)
      for (const payload of tried) {
        const [meant, light] = await Promise.all(
          both.map((Made) => answerOf(toHandler(() => make(payload.put, Made)))),
        );
        found.push({ field, payload: payload.name, verdict: compare(payload, meant!, light!) });
      }
  return found;
}

function compare(payload: Payload, meant: Written, light: Written): Verdict {
  // It may be asked once more if it takes the platform to say what becomes of it, which then sees another answer.
  if (light.error !== undefined && (meant.error !== undefined || payload === getter)) return 'refused';
  if (meant.error === undefined && light.error === undefined && fieldsOf(meant) === fieldsOf(light))
    return 'exact';
  return { broken: `it is ${told(light)}, and the platform's ${told(meant)}` };
}

function told({ bytes, error }: Written): string {
  return error === undefined ? shown(bytes) : `refused: ${error}`;
}

/** The platform sorts the names, and a light one keeps their order: it means nothing (RFC 9110 5.3). */
function fieldsOf({ bytes }: Written): string {
  const { messages, error } = readByMini('response', bytes, ANY_SIZE);
  const lines = messages.map(({ fields, ...rest }) => ({
    ...rest,
    fields: fields
      .filter(([name]) => name !== 'Date')
      .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
  }));
  return JSON.stringify([error, lines]);
}

process.send!(await findings());
