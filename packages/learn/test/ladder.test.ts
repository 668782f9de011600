// What is said of each rung is true of its file and of the probes, as far as that can be seen without running it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { difference } from '../src/difference.ts';
import { fileOf, heldBy, keptAt, recordOf, TRACKS, withFault } from '../src/ladder.ts';
import { ASKED } from '../src/probes.ts';
import { withTables } from '../src/scores.ts';
import { staircase } from '../src/staircase.ts';
import { REASONS } from '../src/tracks/reasons.ts';

const tracks = Object.entries(ASKED);
const rungs = tracks.flatMap(([name, track]) =>
  track.rungs.map((rung) => ({ title: `${name} ${rung.number}`, track, rung })),
);
const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('rungs are numbered from 1, in the order of their files', () => {
  for (const [name, { rungs }] of tracks) {
    expect(rungs.map(({ track, number }) => `${track} ${number}`)).toEqual(
      rungs.map((_, i) => `${name} ${i + 1}`),
    );
    expect(rungs.map(({ file }) => Number(file.slice(0, 2)))).toEqual(rungs.map((_, i) => i + 1));
  }
});

test.each(rungs)('$title: its file begins with its question, and has its goals', ({ rung }) => {
  const [question, , , goals] = readFileSync(fileOf(rung), 'utf8').split('\n');
  expect(question).toBe(`// ${rung.track} ${rung.number}: ${rung.question.en}`);
  expect(goals!.replace('// Goals: ', '').split(', ').sort()).toEqual(
    rung.goals.map(({ probe }) => probe).sort(),
  );
});

test.each(rungs)('$title: why each goal matters is said in Korean too', ({ rung }) => {
  for (const { probe } of rung.goals) expect(REASONS[probe], probe).toMatch(/[가-힣]/);
});

test.each(rungs)('$title: every probe that it names is there', ({ rung, track }) => {
  const named = [...rung.goals.map(({ probe }) => probe), ...Object.keys(rung.losses), ...rung.mend.fails];
  const names = track.probes.map(({ name }) => name);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test.each(rungs)(
  '$title: its fault is one change, and fails a goal that it or a rung below has',
  ({ rung, track }) => {
    const text = readFileSync(fileOf(rung), 'utf8');
    expect(withFault(rung, text)).not.toBe(text);
    const goals = track.rungs.slice(0, rung.number).flatMap((one) => one.goals.map(({ probe }) => probe));
    expect(rung.mend.fails.length).toBeGreaterThan(0);
    expect(rung.mend.fails.filter((probe) => !goals.includes(probe) && !heldBy(rung).has(probe))).toEqual([]);
  },
);

test.each(rungs)('$title: a later rung wins back what it loses', ({ rung, track }) => {
  for (const [probe, by] of Object.entries(rung.losses)) {
    expect(by).toBeGreaterThan(rung.number);
    if (track.isScored) expect(recordOf(rung.track)?.rungs[by - 1]?.won).toContain(probe);
  }
});

test('what is kept is what the rung below holds, but for the losses and the goals', () => {
  const http3 = TRACKS.http!.rungs[2]!;
  const kept = keptAt(http3);
  expect(kept.size).toBeGreaterThan(0);
  for (const probe of kept) expect(heldBy(TRACKS.http!.rungs[1]!)).toContain(probe);
  for (const probe of Object.keys(http3.losses)) expect(kept).not.toContain(probe);
});

test('the README and its picture show the record', () => {
  const records = JSON.parse(textOf('../scores.json'));
  expect(textOf('../scores.svg')).toBe(staircase(records));
  for (const [page, language] of [
    ['../README.md', 'en'],
    ['../README.ko.md', 'ko'],
  ] as const) {
    const rows = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.replace(/[ -]+/g, ' '));
    expect(rows(textOf(page))).toEqual(rows(withTables(textOf(page), records, language)));
  }
});

test('a difference shows what was added, what was taken away, and a little around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh';
  expect(difference(before, before)).toBe('');
  expect(difference(before, 'a\nB\nc\nd\ne\nf\ng\nh\ni')).toBe(
    '  a\n- b\n+ B\n  c\n  d\n  ...\n  g\n  h\n+ i\n',
  );
});
