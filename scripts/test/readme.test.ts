// What the first page shows runs as a reader would run it; each package does the same for its own README.

import { expect, test } from 'vitest';
import { bundledBlocks, finish } from '../for-tests/commands.ts';
import { root } from '../sources.ts';

const blocks = await bundledBlocks(root, 'README.md');

test('README.md', async () => {
  expect(blocks.length).toBe(1);
  expect(await finish(blocks[0]!())).toEqual({ code: 0, out: 'head\nend\n', err: '' });
});
