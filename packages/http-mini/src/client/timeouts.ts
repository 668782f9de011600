/**
 * What a connection waits for at any moment, and what is said when it came to nothing. It never waits for the caller:
 * how long the caller takes to make content, or to read it, is the caller's own business.
 */
import { HttpError } from '../wire/errors.ts';
import type { ReceivedContent } from './content.ts';
import type { ClientSettings } from './options.ts';
import type { RequestSender } from './sender.ts';

/** By the name of the option that says how long. */
export type Timeout = 'connectTimeout' | 'responseTimeout' | 'contentTimeout' | 'idleTimeout';

/**
 * @param load requests that are not answered whole
 * @param content of the response that is being received
 * @param isPaused whether the reader of that content has to catch up
 */
export function awaited(
  load: number,
  content: ReceivedContent | undefined,
  isPaused: boolean,
  sender: RequestSender['state'],
): Timeout | undefined {
  if (load === 0) return 'idleTimeout';
  // That nobody has begun to read is not the pace of a reader.
  if (content !== undefined) return isPaused && content.hasReader ? undefined : 'contentTimeout';
  if (sender === 'blocked') return 'contentTimeout';
  return sender === 'expecting' || sender === 'sending' ? undefined : 'responseTimeout';
}

export function timeoutError(timeout: Exclude<Timeout, 'idleTimeout'>, settings: ClientSettings): HttpError {
  const [code, message] = ERRORS[timeout];
  return new HttpError(code, `${message} ${settings[timeout]} ms`);
}

const ERRORS = {
  connectTimeout: ['connect-timeout', 'no connection within'],
  responseTimeout: ['response-timeout', 'no response within'],
  contentTimeout: ['content-timeout', 'the content stood still for'],
} as const;
