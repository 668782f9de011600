import { HttpError } from 'http-mini/wire';

/** The HttpError that the call throws; anything else, or nothing, is a failure. */
export function errorOf(call: () => unknown): HttpError {
  try {
    call();
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
