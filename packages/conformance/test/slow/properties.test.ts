// All properties, four times as often as in `npm test`, and with inputs of their own. `npm run test:long` looks further.
import { expect, test } from 'vitest';
import { run } from '../command.ts';

const RUNS = process.env['FC_RUNS'] ?? '40';
const SEED = process.env['FC_SEED'] ?? '2';

test('all hold', async () => {
  const { code, out } = await run('src/cli.ts', 'properties', '--runs', RUNS, '--seed', SEED);
  expect(code, out).toBe(0);
}, 900_000);
