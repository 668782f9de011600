/**
 * The time that a peer may be silent. It is taken in slices, each begun when the last is over: a process that a busy machine
 * did not run for a while looks at its sockets again before it calls that the peer's silence.
 */
const SLICES = 10;

/** Calls back when the time is over. @returns stops it */
export function afterSilence(milliseconds: number, then: () => void): () => void {
  let left = SLICES;
  const wait = (): NodeJS.Timeout => setTimeout(next, milliseconds / SLICES);
  const next = (): void => {
    if (--left === 0) then();
    else timer = wait();
  };
  let timer = wait();
  return () => clearTimeout(timer);
}
