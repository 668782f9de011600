/**
 * What can go wrong in the lab itself; what its protocols refuse comes as their own errors. No RFC governs a lab, so
 * there is a code and no section.
 */
import { type Endpoint, formatEndpoint } from 'tcp-echo';
import type { Text } from './text.ts';

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

  /** The message in both languages, for who reads it in a terminal. */
  readonly text: Text;

  constructor(code: LabErrorCode, text: Text | string, cause?: unknown) {
    const both = typeof text === 'string' ? { en: text, ko: text } : text;
    super(both.en, cause === undefined ? undefined : { cause });
    this.code = code;
    this.text = both;
  }
}

/** From the system's or a package's error at listening: the address it is about, and the option that is the way out. */
export function listenError(error: unknown, where: Endpoint, option: string): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'address-in-use') {
    const reason = `${message.includes(where.host) ? '' : `${formatEndpoint(where)}: `}${message}`;
    return new LabError(
      'cannot-listen',
      { en: `cannot listen: ${reason}`, ko: `연결을 기다릴 수 없습니다: ${reason}` },
      error,
    );
  }
  const { host, port } = where;
  return new LabError(
    'address-in-use',
    {
      en: `port ${port} on ${host} is in use: stop the program that holds it, or choose another with ${option} (0 takes any free one)`,
      ko: `${host}의 포트 ${port}번은 사용 중입니다. 쓰고 있는 프로그램을 끝내거나 ${option}로 다른 포트를 고르십시오(0이면 빈 포트)`,
    },
    error,
  );
}
