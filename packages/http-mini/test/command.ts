/** The command line and the examples, to be run as a user does. */
import { join } from 'node:path';
import {
  bundled,
  finish,
  ON_A_TERMINAL,
  type Outcome,
  type Start,
} from '../../../scripts/for-tests/commands.ts';

export { finish, ON_A_TERMINAL };

export const start: Start = await bundled(join(import.meta.dirname, '..'), 'src/cli.ts', 'examples/*.ts');

/** Runs `http-mini` with these arguments. */
export function run(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  return finish(start('src/cli.ts', args), input);
}
