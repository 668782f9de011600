/**
 * What all commands do if their output does not arrive. A reader that is gone (`| head`) has seen enough, which is no
 * failure; a full disk is one. Node emits `error` for every failed write, and without a listener it ends the process.
 */
let isWatched = false;

/**
 * To be called first by a command; if one command calls another, the first call counts. A command that should end with its
 * reader adds a listener of its own, by `once`: then the exit code is set already.
 * @param name of the command, for its one line on standard error
 */
export function watchStandardStreams(name: string): void {
  if (isWatched) return;
  isWatched = true;
  process.stderr.on('error', () => {}); // there is nothing left to say it on
  let hasFailed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || hasFailed) return;
    hasFailed = true;
    const why = error.code === 'ENOSPC' ? 'no space is left' : error.message;
    process.stderr.write(`${name}: standard output: ${why}\n`);
    process.exitCode = 1;
  });
}
