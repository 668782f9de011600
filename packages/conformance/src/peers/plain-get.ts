/** A plan of its own, without fast-check, which the prober must not need. */
import type { RequestPlan } from '../arbitraries/http.ts';

/** A request that says nothing but what it must. */
export const PLAIN_GET: RequestPlan = {
  method: 'GET',
  target: '/',
  version: '1.1',
  fields: [],
  content: undefined,
  framing: 'length',
  pieces: [],
  trailers: [],
  expects: false,
  closes: false,
};
