// Each example, and what the README shows, runs as a reader would run it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, bundledBlocks, finish } from '../../../scripts/for-tests/commands.ts';

const root = join(import.meta.dirname, '..');
const start = await bundled(root, 'examples/*.ts');
const blocks = await bundledBlocks(root, 'README.md');

test('messages', async () => {
  const { code, out } = await finish(start('examples/messages.ts'));
  expect(code).toBe(0);
  expect(out).toMatch(/chunk-ext[\s\S]*waits for a field-line[\s\S]*✗ transfer-encoding-with-content-length/);
});

test('connection', async () => {
  const { code, out } = await finish(start('examples/connection.ts'));
  expect(code).toBe(0);
  expect(out).toMatch(
    /then frames[\s\S]*Hello +unmasked[\s\S]*1000, normal closure[\s\S]*✗ control-frame-fragmented/,
  );
});

test('the README shows what its block prints', async () => {
  expect(blocks.length).toBe(1);
  const { out } = await finish(blocks[0]!());
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`\`\`\`\n${out}\`\`\`\n`);
});
