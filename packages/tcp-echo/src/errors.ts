/**
 * Everything that can go wrong, by name: one class, one code per rule. The table says which text has the rule
 * and whose fault the error is, so that a caller can tell "the other side did it" from "I did it" without
 * parsing messages. RFC 9293 is TCP; its 3.9.1 describes the calls that a program makes.
 */
const rules = {
  'invalid-option': ['RFC 9293 3.9.1', 'user'],
  'address-in-use': ['RFC 9293 3.9.1.1', 'user'],
  'address-not-available': ['RFC 9293 3.9.1.1', 'user'],
  'permission-denied': ['RFC 9293 3.9.1.1', 'user'],
  'host-not-found': ['RFC 1035 4.1.1', 'user'],
  'connection-refused': ['RFC 9293 3.5.2', 'peer'],
  'connection-reset': ['RFC 9293 3.5.3', 'peer'],
  'connection-failed': ['RFC 9293 3.8.3', 'peer'],
  'connect-deadline': ['RFC 9293 3.10.8', 'peer'],
  'idle-deadline': ['RFC 9293 3.10.8', 'peer'],
  'close-deadline': ['RFC 9293 3.10.8', 'peer'],
  'send-after-end': ['RFC 9293 3.9.1.4', 'user'],
  aborted: ['RFC 9293 3.9.1.6', 'user'],
  'message-over-limit': ['RFC 9293 2.2', 'peer'],
  'message-incomplete': ['RFC 9293 2.2', 'peer'],
  'message-over-prefix': ['RFC 1035 4.2.2', 'user'],
  'delimiter-in-message': ['RFC 9293 2.2', 'user'],
} as const;

export type EchoErrorCode = keyof typeof rules;

export class EchoError extends Error {
  override readonly name = 'EchoError';
  readonly code: EchoErrorCode;
  /** The text that has the rule, as in `RFC 9293 3.5.3`. */
  readonly rule: string;
  readonly by: 'peer' | 'user';

  constructor(code: EchoErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    [this.rule, this.by] = rules[code];
  }
}

/** The system's error codes (errno) as our codes, with the way out if there is one. */
const systemErrors: Record<string, readonly [EchoErrorCode, string]> = {
  EADDRINUSE: ['address-in-use', 'the port is in use: stop its program, or use another port (0: any free)'],
  EADDRNOTAVAIL: ['address-not-available', 'this machine has no such address'],
  EACCES: ['permission-denied', 'not permitted: ports below 1024 usually need root, so use a higher one'],
  ENOTFOUND: ['host-not-found', 'no address is known for this name'],
  EAI_AGAIN: ['host-not-found', 'the name could not be looked up'],
  ECONNREFUSED: ['connection-refused', 'refused: no program listens there'],
  ECONNRESET: ['connection-reset', 'the peer reset the connection'],
  EPIPE: ['connection-reset', 'the peer no longer takes bytes'],
};

/** Turns an error of node:net into an EchoError. Its ERR_ codes are about the call: a wrong port or host, a second listen(). */
export function fromSystemError(error: unknown, where: string): EchoError {
  if (error instanceof EchoError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const otherwise = code.startsWith('ERR_') ? 'invalid-option' : 'connection-failed';
  const [ours, why] = systemErrors[code] ?? [otherwise, message || eachOf(error) || code];
  return new EchoError(ours, `${where}: ${why}`, error);
}

/** A name may have several addresses. If none answers, node:net's error has one error for each, and no message itself. */
function eachOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(({ message }) => message).join('; ') : '';
}
