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

test.each(Object.entries(probesOf))(
  '%s: a probe has a name of its own, says why and what is expected, and names requirements that there are, each once',
  (_, probes) => {
    expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
    for (const { name, why, expected, requirements: ids } of probes) {
      expect(why, name).toMatch(/\S/);
      expect(expected, name).not.toBe('');
      expect(new Set(ids).size, name).toBe(ids.length);
      for (const id of ids) expect(requirements.has(id), `${name}: ${id}`).toBe(true);
    }
  },
);
