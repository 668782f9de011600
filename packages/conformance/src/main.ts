/**
 * The command, for `npm run conformance` and `minis probe`: the probes, or the properties if the first word says so. Exit
 * codes: 0 all held, 1 a MUST is broken or a property failed, 2 wrong usage, 3 there is nobody who can be asked.
 */
import { CannotRun, runCommand } from './usage.ts';

/**
 * @param name what it was called by, for its errors
 * @param command how it is called again
 */
export function conformance(args: string[], name: string, command: string = name): Promise<void> {
  const [first, ...rest] = args;
  // Loaded only when asked for: the probes need no fast-check, and --help should not wait for either.
  return runCommand(name, async () => {
    if (first === 'properties')
      return (await import('./commands/properties.ts').catch(wantsPeers)).properties(rest);
    if (args.includes('--listen'))
      return (await import('./commands/listen.ts')).listen(without(args, '--listen'), command);
    return (await import('./commands/probes.ts')).probes(args, command);
  });
}

/** Many of the properties compare with the peers, which `minis` comes without. */
function wantsPeers(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new CannotRun(new Error('ws and undici: not installed here; npm install ws undici, and ask again'));
}

function without(args: readonly string[], option: string): string[] {
  return args.filter((arg) => arg !== option);
}
