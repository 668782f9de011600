/** For localhost: the certificate of this repository's tests, which stands outside of the packages. */
import type { TlsOptions } from 'node:tls';

const FILE = new URL('../../../../scripts/for-tests/certificate.ts', import.meta.url);

export async function certificate(): Promise<Pick<TlsOptions, 'key' | 'cert'>> {
  const { KEY, CERTIFICATE } = (await import(FILE.href)) as { KEY: string; CERTIFICATE: string };
  return { key: KEY, cert: CERTIFICATE };
}
