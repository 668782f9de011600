import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The tests of a wire folder alone, for `npm run test:coverage` and `npm run test:mutation`. What only a server's test reaches
// or kills does not count: the wire can be used alone, so its tests must hold it alone.
const ofWsMini = 'deflate-params,frame,handshake,mask,message,output,protocol,utf8,values,vectors';
// biome-ignore lint/suspicious/noUndeclaredEnvVars: Stryker sets it, and turbo has no part in mutation
const mutates = process.env['STRYKER_MUTATOR_WORKER'] !== undefined;
const config: ViteUserConfig = mergeConfig(base, {
  test: {
    // One worker for all files is twice as fast; http-mini's linear-cost test replaces a module, which the other
    // files must not see. Mutants do without it: what it alone would notice is speed.
    isolate: process.cwd().includes('http-mini') && !mutates,
    // Few inputs, and the same ones every time, so that two runs agree.
    env: { FC_RUNS: process.env['FC_RUNS'] ?? '20', FC_SEED: process.env['FC_SEED'] ?? '1' },
  },
});
// Set after merging, which would add to the lists of the base.
config.test!.include = ['test/wire/*.test.ts', `test/{${ofWsMini}}.test.ts`];
// Half of the time, and it measures what others reach.
config.test!.exclude = ['test/wire/memory.test.ts', ...(mutates ? ['test/wire/linear-cost.test.ts'] : [])];

export default config;
