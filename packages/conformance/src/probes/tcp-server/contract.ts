/**
 * What a TCP server has said that it does, since bytes alone ask for nothing. The path of its address names one of these:
 * `tcp://127.0.0.1:7000/lengths`; without a name, it is an echo.
 */
export const CONTRACTS = {
  echo: 'what comes goes back, until the client ends (RFC 862)',
  lengths: 'each line is answered with its length in bytes and LF; one over 65,536 bytes ends the connection',
  total:
    'the end is answered with the number of bytes, and FIN; over 1,000,000 with "too many", at once, and FIN; 2 s of silence end it',
} as const;

export type Contract = keyof typeof CONTRACTS;

/** @param path of the address: `/`, `/lengths`; undefined if it names none */
export function contractOf(path: string): Contract | undefined {
  const name = path.replace(/^\//, '') || 'echo';
  return Object.hasOwn(CONTRACTS, name) ? (name as Contract) : undefined;
}
