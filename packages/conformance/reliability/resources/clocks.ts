/** The system's clock jumps: no deadline ends by it, since they all go by a clock that only goes forward. */
import { once } from 'node:events';
import { join } from 'node:path';
import { startProcess } from '../process.ts';
import type { Check, Finding } from './check.ts';

export const clocks: Check = {
  name: 'clocks',
  async run(signal) {
    const child = startProcess(join(import.meta.dirname, 'processes/clock.ts'), [], signal);
    try {
      const [told] = await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) => {
          signal.throwIfAborted();
          throw new Error(`the process with the clock ended (${code})`);
        }),
      ]);
      return told as Finding[];
    } finally {
      child.kill('SIGKILL');
    }
  },
};
