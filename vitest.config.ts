import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// One configuration for every package: `vitest run --config ../../vitest.config.ts` inside it.
// The list of conditions replaces Vite's own, hence the spread; with the source condition
// first, tests import each package's TypeScript and need no build.
export default defineConfig({
  ssr: { resolve: { conditions: ['@minis/source', ...defaultServerConditions] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/wire/**'],
      reporter: ['text'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
});
