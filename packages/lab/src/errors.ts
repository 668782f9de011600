/**
 * What can go wrong in the lab itself; what its protocols refuse comes as their own errors. No RFC governs a lab, so
 * there is a code and no section.
 */
import { type Endpoint, formatEndpoint } from 'tcp-echo';

export type LabErrorCode =
  | 'usage'
  | 'address-in-use'
  | 'cannot-listen'
  | 'ended-early'
  | 'stopped'
  | 'bad-message';

export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** From the system's or a package's error at listening: the address it is about, and the option that is the way out. */
export function listenError(error: unknown, where: Endpoint, option: string): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'address-in-use') {
    return new LabError(
      'cannot-listen',
      `cannot listen: ${message.includes(where.host) ? '' : `${formatEndpoint(where)}: `}${message}`,
      error,
    );
  }
  const way = `stop the program that holds it, or choose another with ${option} (0 takes any free one)`;
  return new LabError('address-in-use', `port ${where.port} on ${where.host} is in use: ${way}`, error);
}
