/** What went wrong with a request, in one line: the code of the rule, what happened, and the way out. */
import { HttpError, type HttpErrorCode } from 'http-mini';
import { CommandError, UsageError } from '../usage.ts';

export interface FailureDetails {
  /** Whether the request has been sent. What the user asked for wrongly is found before that. */
  readonly isBegun: boolean;
  /** What is left behind, and must not be taken for the whole. */
  readonly remains: string | undefined;
}

export function requestFailure(error: unknown, { isBegun, remains }: FailureDetails): Error {
  const said = error instanceof HttpError ? describe(error) : (error as Error).message;
  const message = remains === undefined ? said : `${said}; ${remains}`;
  const isWrongUsage = error instanceof HttpError && error.by === 'user' && !isBegun;
  return isWrongUsage ? new UsageError(message) : new CommandError(message);
}

function describe(error: HttpError): string {
  const way = (error.code === 'connect-failed' && WAYS_TO_CONNECT[codeOf(error.cause)]) || WAYS[error.code];
  return `${error.code}: ${error.message}${way === undefined ? '' : `: ${way}`}`;
}

const LONGER = '--max-time SECONDS waits longer';
const NOT_HTTP = 'is it HTTP that the server speaks there? --explain shows the bytes';
const WITHOUT_L = 'without -L the redirect itself is shown';

const WAYS: Partial<Record<HttpErrorCode, string>> = {
  'connect-timeout': LONGER,
  'response-timeout': LONGER,
  'content-timeout': LONGER,
  'total-timeout': LONGER,
  'too-many-redirects': WITHOUT_L,
  'redirect-loop': WITHOUT_L,
  'content-already-read': WITHOUT_L,
  'connection-closed': 'is it the right port, and http: the right scheme?',
  'invalid-version': NOT_HTTP,
  'invalid-status-line': NOT_HTTP,
};

const OTHER_CERTIFICATE = 'trust it with --cacert FILE, or do not verify it with -k';
const NO_TLS = 'does the server speak TLS there? try http:';

/** By the code of what `net.connect` or `tls.connect` said. */
const WAYS_TO_CONNECT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is the server running, and is it the right port?',
  ENOTFOUND: 'there is no such host: is the name right?',
  EAI_AGAIN: 'the name could not be looked up: is the network up?',
  ECONNRESET: NO_TLS,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: OTHER_CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: OTHER_CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OTHER_CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OTHER_CERTIFICATE,
  CERT_HAS_EXPIRED: '-k does not verify it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'use a name that the certificate is for, or -k, which does not verify it',
};

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}
