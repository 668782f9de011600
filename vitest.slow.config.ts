import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import base from './vitest.config.ts';

// What `npm run test:all` adds to `npm test`: tests that take long, or that need a browser or another program.
const config: ViteUserConfig = mergeConfig(base, {
  test: { testTimeout: 600_000, hookTimeout: 600_000 },
});
// Set after merging, which would add to the lists of the base.
config.test!.include = ['test/slow/**/*.test.ts'];
config.test!.exclude = [];

export default config;
