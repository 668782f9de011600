/** Runs each vector of vectors/*.md under many cuts: bytes in, the expected events or error out. */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { manyCuts } from './cuts.ts';
import { readVectors, run } from './vectors.ts';

const folder = new URL('./vectors/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');

for (const file of files) {
  describe(file, () => {
    for (const vector of readVectors(readFileSync(new URL(file, folder), 'utf8'))) {
      test(vector.name, () => {
        expect(vector.expected.length).toBeGreaterThan(0);
        for (const pieces of manyCuts(vector.bytes)) {
          const events = run(vector, pieces);
          // `expect` takes ten times as long, and there are a hundred thousand cuts.
          if (!isDeepStrictEqual(events, vector.expected)) expect(events).toEqual(vector.expected);
        }
      });
    }
  });
}
