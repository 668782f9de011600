/** The system's clock jumps: no deadline ends by it, since they all go by a clock that only goes forward. */
import { join } from 'node:path';
import { messageOf } from '../process.ts';
import type { Check, Finding } from './check.ts';

export const clocks: Check = {
  name: 'clocks',
  run: async (signal) =>
    (await messageOf(join(import.meta.dirname, 'processes/clock.ts'), signal)) as Finding[],
};
