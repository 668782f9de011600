// Mutation testing of a package's wire folder: `npm run test:mutation` starts it inside each package.

import { basename, join } from 'node:path';

const report = join(import.meta.dirname, '.cache/mutation', basename(process.cwd()));

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not `related`: every test of a server is related to the wire, and takes longer than all that are here.
  vitest: { configFile: join(import.meta.dirname, 'vitest.wire.config.ts'), related: false },
  mutate: ['src/wire/*.ts'],
  // Without a tsconfig of its own the copy that is mutated finds the package's, which is above it.
  ignorePatterns: ['tsconfig*.json', 'dist', 'examples'],
  tempDirName: '.cache/stryker',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  reporters: ['progress', 'clear-text', 'html', 'json'],
  clearTextReporter: { reportTests: false, logTests: false },
  htmlReporter: { fileName: `${report}.html` },
  jsonReporter: { fileName: `${report}.json` },
  thresholds: { high: 95, low: 90, break: 90 },
  timeoutMS: 5000, // beyond one and a half times what the tests take: a busy machine must not pass for an endless loop
  warnings: { slow: false },
};
