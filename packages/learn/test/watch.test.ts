// What `watch` sees of a folder that changes while it looks.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newestBelow } from '../src/watch.ts';

test('a folder that is gone by the time it is read has nothing new', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'server.py');
  writeFileSync(file, '');
  expect(newestBelow(folder)).toBe(statSync(file).mtimeMs);
  expect(newestBelow(join(folder, 'gone'))).toBe(0);
});
