/** The two ways in which nothing can be checked: both end with exit code 2 and a message that names the way out. */

import type { Text } from './rung.ts';

/** What a user wrote cannot be meant. Told in the language that is asked for beside it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly text: Text;

  constructor(text: Text | string) {
    const both = typeof text === 'string' ? { en: text, ko: text } : text;
    super(both.en);
    this.text = both;
  }
}

/** The server that was to be asked did not start, or cannot be reached. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

export function tooMany(word: string): UsageError {
  return new UsageError({
    en: `"${word}" is one word too many`,
    ko: `"${word}"까지는 읽지 않습니다`,
  });
}
