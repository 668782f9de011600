import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The tests that mutants of a wire folder are shown to. A mutant that only a server's test can kill
// counts as a survivor: the wire can be used alone, so its tests must hold it alone.
const ofWsMini = 'deflate-params,frame,handshake,mask,message,output,protocol,utf8,vectors';
const config: ViteUserConfig = mergeConfig(base, {
  // One worker for all files is twice as fast; http-mini's linear-cost test replaces a module, which the other
  // files must not see.
  test: { isolate: process.cwd().includes('http-mini') },
});
// Set after merging, which would add to the list of the base.
config.test!.include = ['test/wire/*.test.ts', `test/{${ofWsMini}}.test.ts`];

export default config;
