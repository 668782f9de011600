// The last pages of learn say of each file what the reading path of its package says, and so follow it: `npm run fix` writes them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastPage } from '../../packages/learn/src/last.ts';
import { root } from '../sources.ts';

for (const track of ['tcp', 'http', 'ws'] as const)
  for (const language of ['en', 'ko'] as const) {
    const path = `packages/learn/docs/${track}-last${language === 'en' ? '' : '.ko'}.md`;
    test(`${path} has what the source has; if not, npm run fix`, () =>
      expect(readFileSync(join(root, path), 'utf8')).toBe(lastPage(track, language)));
  }
