/**
 * What can be seen of a client, and the conditions that an outcome is made of. A condition is true, false, or undefined
 * where what it asks for could not be seen: only the caller of a client knows what it was told.
 */
import type { Field } from '../../arbitraries/http.ts';
import type { SeenRequest } from './script.ts';

/** What the client told its caller: a response, an error, nothing in all the time it had; or nobody said. */
export type Told =
  | { readonly kind: 'response'; readonly response: ToldResponse }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'not told' };

export interface ToldResponse {
  readonly status: number;
  /** Undefined where nobody said. */
  readonly fields: readonly Field[] | undefined;
  readonly content: Uint8Array;
}

export interface Seen {
  /** For each exchange that the client was told to make. */
  readonly told: readonly Told[];
  /** In the order in which they came, over all connections. */
  readonly requests: readonly SeenRequest[];
}

export interface Condition {
  readonly says: string;
  readonly holds: (seen: Seen) => boolean | undefined;
  /** What was there instead, where the observation would not say so. */
  readonly saw?: (seen: Seen) => string;
}

/** All of its conditions hold. */
export type Outcome = readonly Condition[];

// ── What the caller is told ──

/** The first exchange is answered so. */
export function gives(content: string, status = 200): Condition {
  return {
    says: `${status} ${shown(content)}`,
    holds: ({ told }) => isResponse(told[0], status, content),
  };
}

export const fails: Condition = {
  says: 'an error',
  holds: ({ told }) => isError(told[0]),
};

/** The second exchange is answered by the server's second response, and not by what was left of the first. */
export const thenSecond: Condition = {
  says: 'then 200 "second"',
  holds: ({ told }) => isResponse(told[1], 200, 'second'),
};

export const thenFails: Condition = {
  says: 'then an error',
  holds: ({ told }) => isError(told[1]),
};

/** The first response has this field, or none of that name. Lines of one name count as one list. */
export function field(name: string, value: string | undefined): Condition {
  const says = (given: string | undefined): string =>
    given === undefined ? `no ${name}` : `${name}: ${shown(given)}`;
  return {
    says: says(value),
    holds: ({ told: [first] }) => {
      if (first?.kind === 'not told') return undefined;
      if (first?.kind !== 'response') return false;
      return first.response.fields && combined(first.response.fields, name) === value;
    },
    saw: ({ told: [first] }) =>
      first?.kind === 'response' && first.response.fields ? says(combined(first.response.fields, name)) : '',
  };
}

function combined(fields: readonly Field[], name: string): string | undefined {
  const values = fields.filter(([given]) => given.toLowerCase() === name).map(([, given]) => given);
  return values.length === 0 ? undefined : values.join(', ');
}

// ── What passes over the wire ──

/** The second request does not come where the first one came: on another connection, or not at all. */
export const elsewhere: Condition = {
  says: 'nothing more sent on the first connection',
  holds: ({ told, requests }) =>
    requests.length < 2 && told.some(({ kind }) => kind === 'not told')
      ? undefined
      : !requests.slice(1).some(({ connection }) => connection === requests[0]!.connection),
};

/** The second request comes where the first one came. */
export const reuses: Condition = {
  says: 'the same connection for both',
  holds: ({ requests }) =>
    requests.length < 2 ? undefined : requests[1]!.connection === requests[0]!.connection,
};

/** So many requests come, over all connections. */
export function asks(count: number): Condition {
  return {
    says: `${count} request${count === 1 ? '' : 's'}`,
    holds: ({ requests }) => requests.length === count,
  };
}

/** Of clients that go on by themselves. */
export function asksLessThan(count: number): Condition {
  return { says: `fewer than ${count} requests`, holds: ({ requests }) => requests.length < count };
}

/** @param says what the pattern looks for in the head of the request, counted from 0 */
export function sends(index: number, pattern: RegExp, says: string): Condition {
  return {
    says,
    holds: ({ requests }) => (requests[index] === undefined ? undefined : pattern.test(requests[index].head)),
    saw: ({ requests }) =>
      requests[index] === undefined ? '' : `sent ${JSON.stringify(requests[index].head)}`,
  };
}

/** What was announced with the first request comes before anything else does on its connection. */
export const sendsContent: Condition = {
  says: 'the content all the same',
  holds: ({ requests: [first] }) => first && first.content === CONTENT,
};

/** Of requests that have some. */
export const CONTENT = 'content';

// ── In words ──

export function expectation(allowed: readonly Outcome[]): string {
  return allowed.map((outcome) => outcome.map(({ says }) => says).join(', ')).join('; or ');
}

export function observation(seen: Seen, allowed: readonly Outcome[]): string {
  const { told, requests } = seen;
  const parts = told.map(toldInWords);
  const missed = allowed.flat().filter(({ holds }) => holds(seen) === false);
  parts.push(...new Set(missed.map(({ saw }) => saw?.(seen) ?? '').filter((text) => text !== '')));
  const connections = new Set(requests.map(({ connection }) => connection)).size;
  if (requests.length !== told.length || requests.length > 1) {
    parts.push(`${requests.length} requests on ${connections} connection${connections === 1 ? '' : 's'}`);
  }
  return parts.join('; ');
}

function toldInWords(told: Told): string {
  if (told.kind === 'response') {
    const { status, content } = told.response;
    return `${status} ${shown(Buffer.from(content).toString('latin1'))}`;
  }
  if (told.kind === 'error') return `an error: ${told.message}`;
  return told.kind === 'pending' ? 'no answer and no error' : 'what the client made of it was not told';
}

function isResponse(told: Told | undefined, status: number, content: string): boolean | undefined {
  if (told?.kind === 'not told') return undefined;
  if (told?.kind !== 'response') return false;
  return told.response.status === status && Buffer.from(told.response.content).toString('latin1') === content;
}

function isError(told: Told | undefined): boolean | undefined {
  return told?.kind === 'not told' ? undefined : told?.kind === 'error';
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
