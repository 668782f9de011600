/** The commands, to be run as a user does. */
import { join } from 'node:path';
import { bundled, finish, type Outcome, type Start } from '../../../scripts/for-tests/commands.ts';

export { finish };

export const start: Start = await bundled(
  join(import.meta.dirname, '..'),
  'src/cli.ts',
  'src/subjects/cli.ts',
  'bench/cli.ts',
);

export const run = (file: string, ...args: string[]): Promise<Outcome> => finish(start(file, args));
