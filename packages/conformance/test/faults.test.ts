import { expect, test } from 'vitest';
import { builtIns, probesOf } from '../src/families.ts';
import { faults } from '../src/faults/index.ts';
import { patternOf } from '../src/pattern.ts';
import type { Family } from '../src/probes/probe.ts';
import { requirements } from '../src/requirements/index.ts';

const OURS = ['http-mini', 'ws-mini'];

test.each(Object.keys(probesOf) as Family[])(
  "%s: a fault is somebody else's, of a clause that there is, on probes that there are",
  (family) => {
    const names = builtIns.filter((one) => one.family === family).map(({ name }) => name);
    for (const { implementation, probes, clause, story } of faults[family]) {
      expect(names).toContain(implementation);
      expect(OURS).not.toContain(implementation);
      expect(requirements.has(clause), clause).toBe(true);
      expect(story).toMatch(/\.$/);
      for (const pattern of probes)
        expect(
          probesOf[family].some(({ name }) => patternOf(pattern, 'whole')(name)),
          `${implementation}: ${pattern}`,
        ).toBe(true);
    }
  },
);

test('no probe names a requirement twice', () => {
  const twice = Object.values(probesOf)
    .flat()
    .filter(({ requirements: ids }) => new Set(ids).size < ids.length);
  expect(twice.map(({ name }) => name)).toEqual([]);
});
