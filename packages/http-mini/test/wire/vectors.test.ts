/** Runs each vector of vectors/*.md under many cuts: bytes in, the expected events or error out. */
import { readdirSync, readFileSync } from 'node:fs';
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
        for (const pieces of manyCuts(vector.bytes)) expect(run(vector, pieces)).toEqual(vector.expected);
      });
    }
  });
}
