// Breaks links in each way, and shows that those which lead somewhere pass.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { brokenLinks } from '../links.ts';

function broken(page: string): string[] {
  const root = mkdtempSync(join(tmpdir(), 'links-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'b.md'), "# 두 번째: the other page's\n## `Twice`\n## Twice\n");
  writeFileSync(join(root, 'a.md'), page);
  return brokenLinks(root, 'a.md');
}

test('leads nowhere: no such file, no such heading', () => {
  expect(broken('one\n[x](c.md) and [x](c/d.ts)')).toEqual([
    'a.md:2: c.md leads nowhere',
    'a.md:2: c/d.ts leads nowhere',
  ]);
  expect(broken('[x](b.md#once)\n[`x`](#here)')).toHaveLength(2);
  expect(broken('[x](b.md#twice-2) [x](c.md#L4) [x](b.md#Twice)')).toHaveLength(3);
});

test('leads somewhere, or is not ours to follow', () => {
  expect(broken('[x](b.md) ![x](./b.md) [x](.) [x](https://a.example/#none)')).toEqual([]);
  expect(
    broken('[x](b.md#twice-1) [x](b.md#L4) [x](b.md#두-번째-the-other-pages)\n# Here\n[x](#here)'),
  ).toEqual([]);
  expect(broken('`a[0](b)`\n```ts\na[0](b)\n# Code\n```\n')).toEqual([]);
});
