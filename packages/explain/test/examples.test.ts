// Each example runs as a reader would run it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, finish } from '../../../scripts/for-tests/commands.ts';

const start = await bundled(join(import.meta.dirname, '..'), 'examples/*.ts');

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
