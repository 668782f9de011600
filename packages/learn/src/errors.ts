/** The two ways in which nothing can be checked: both end with exit code 2 and a message that names the way out. */

/** What a user wrote cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server that was to be asked did not start, or cannot be reached. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
