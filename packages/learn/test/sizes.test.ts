// A rung is read in ten minutes: how long each may be, how much it may add to the one below, and how it begins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const rungs = join(import.meta.dirname, '../rungs');
const tracks = readdirSync(rungs).map((track) => ({
  track,
  files: readdirSync(join(rungs, track)).filter((file) => /^\d\d-/.test(file)),
}));

/** Lines of code; a comment at the end of one does not change it. */
function codeOf(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .map((line) => line.replace(/(^| )\/\/ .*$/, '').trim())
    .filter((line) => line !== '');
}

/** How many lines the second has that the first does not have, in this order: what `diff` marks with a plus. */
function added(before: readonly string[], after: readonly string[]): number {
  let row = after.map(() => 0);
  let common = 0;
  for (const line of before) {
    const last = row;
    row = [];
    for (const [i, other] of after.entries()) {
      const left = i === 0 ? 0 : last[i - 1]!;
      row.push(line === other ? left + 1 : Math.max(last[i]!, i === 0 ? 0 : row[i - 1]!));
    }
    common = row.at(-1) ?? 0;
  }
  return after.length - common;
}

for (const { track, files } of tracks) {
  const codes = files.map((file) => codeOf(readFileSync(join(rungs, track, file), 'utf8')));
  test.each(files.map((file, i) => [file, i] as const))(`${track}: %s is short`, (_, i) => {
    expect(codes[i]!.length).toBeLessThanOrEqual(i === files.length - 1 ? 135 : 120);
    // The reader of http 2 has to be built at once.
    const most = track === 'http' && i === 1 ? 55 : 30;
    if (i > 0) expect(added(codes[i - 1]!, codes[i]!)).toBeLessThanOrEqual(most);
  });

  test.each(files)(
    `${track}: %s begins with its question, idea, what breaks below, goals, and how it is run`,
    (file) => {
      const [question, idea, breaks, goals, run, code] = readFileSync(join(rungs, track, file), 'utf8').split(
        '\n',
      );
      expect(question).toMatch(new RegExp(`^// ${track} ${Number(file.slice(0, 2))}: .*\\?$`));
      expect(idea).toMatch(/^\/\/ .*\.$/);
      expect(breaks).toMatch(/^\/\/ Breaks below: .*\.$/);
      expect(goals).toMatch(/^\/\/ Goals: [\w/.+-]+(, [\w/.+-]+)*$/);
      expect(run).toContain(`packages/learn/rungs/${track}/${file}`);
      expect(code).toMatch(/^import /);
    },
  );
}
