import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { WaitingReporter } from './scripts/for-tests/waiting-reporter.ts';

// One configuration for every package: `vitest run --config ../../vitest.config.ts` inside it.
// The list of conditions replaces Vite's own, hence the spread; with the source condition
// first, tests import each package's TypeScript and need no build.
export default defineConfig({
  ssr: { resolve: { conditions: ['@minis/source', ...defaultServerConditions] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'], // vitest.slow.config.ts
    // No test asserts how long something takes: this ends what hangs, on a machine with much else to do.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // In CI a test that fails is run again, twice at most. A machine that is busy with other work can hold a process up for
    // seconds, and what was measured as silence was none. A fault of ours fails all three runs; one that fails by chance is
    // printed as `retried:`, with its first failure, and is to be mended. Where one works, each failure counts at once.
    retry: process.env['CI'] ? 2 : 0,
    // Vitest would leave one core alone; of two, that is half.
    maxWorkers: '100%',
    slowTestThreshold: 2000, // which are named with their times; most tests of a command take half a second
    reporters: ['default', new WaitingReporter()],
    coverage: {
      provider: 'v8',
      include: ['src/wire/**'],
      reporter: ['text'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
});
