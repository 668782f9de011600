import { HttpError } from 'http-mini/wire';
import { expect } from 'vitest';
import { SAYS_WHAT_IS_WRONG } from './vectors.ts';

/** The HttpError that the call throws; anything else, or nothing, is a failure. */
export function errorOf(call: () => unknown): HttpError {
  try {
    call();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    expect(error.message).toMatch(SAYS_WHAT_IS_WRONG);
    return error;
  }
  throw new Error('nothing was thrown');
}
