import { describe, expect, test } from 'vitest';
import type { Requirement } from '../src/requirements/requirement.ts';
import { citationsIn } from '../src/traceability/citations.ts';
import { formatTraceability, stableParts } from '../src/traceability/markdown.ts';
import { type Found, problemsIn, tracesOf } from '../src/traceability/trace.ts';

// Spelled in two parts, so that the check of the repository does not take them for ids.
const RFC = 'rfc1';
const id = (name: string): string => `${RFC}/2.3/${name}`;
const requirement = (name: string, more: Partial<Requirement> = {}): Requirement => ({
  id: id(name),
  level: 'must',
  actor: 'server',
  text: 'does it',
  ...more,
});
const citation = (name: string, file = 'packages/x/src/a.ts', line = 7) => ({ id: id(name), file, line });

const FOUND: Found = {
  requirements: new Map([requirement('a')].map((one) => [one.id, one])),
  sources: [citation('a')],
  tests: [],
  others: [],
  probes: {
    'http-server': [{ name: 'chapter/one', requirements: [id('a')] }],
    'http-client': [],
    'websocket-server': [],
    'websocket-client': [],
    'tcp-server': [],
  },
};
const requirements = (...all: Requirement[]): Found['requirements'] =>
  new Map(all.map((one) => [one.id, one]));

describe('citations', () => {
  test('ids with their lines, several on a line, without the stop after them', () => {
    const text = `// ${id('one')}, ${id('1.x')}.\nrun(); // see ${id('two-b')}; not rfc1/none or RFC 1 2.3`;
    expect(citationsIn('a.ts', text)).toEqual([
      { id: id('one'), file: 'a.ts', line: 1 },
      { id: id('1.x'), file: 'a.ts', line: 1 },
      { id: id('two-b'), file: 'a.ts', line: 2 },
    ]);
  });
});

describe('problems', () => {
  test('none where code keeps it and a probe or a test shows it', () => {
    expect(problemsIn(FOUND)).toEqual([]);
    expect(
      problemsIn({ ...FOUND, probes: { ...FOUND.probes, 'http-server': [] }, tests: [citation('a')] }),
    ).toEqual([]);
  });

  test('no code, nothing that shows it', () => {
    const found = { ...FOUND, requirements: requirements(requirement('a'), requirement('b')) };
    expect(problemsIn(found)).toEqual([
      `${id('b')}: no source line keeps it; name it where it is kept, or say in requirements/ why not`,
      `${id('b')}: no test and no probe shows it`,
    ]);
  });

  test('a may and what does not apply need neither; but a reason that is no longer true is told', () => {
    const may = requirement('b', { level: 'may' });
    const excused = requirement('c', { notApplicable: 'proxies' });
    expect(problemsIn({ ...FOUND, requirements: requirements(requirement('a'), may, excused) })).toEqual([]);
    const stale = requirement('a', { notApplicable: 'proxies' });
    expect(problemsIn({ ...FOUND, requirements: requirements(stale) })).toEqual([
      `${id('a')}: is kept and shown, but is said not to apply: proxies`,
    ]);
  });

  test('an id that is none, in any file and in a probe', () => {
    const found = {
      ...FOUND,
      others: [citation('x', 'packages/x/src/b.ts', 3)],
      probes: { ...FOUND.probes, 'http-client': [{ name: 'chapter/two', requirements: [id('y')] as const }] },
    };
    expect(problemsIn(found)).toEqual([
      `packages/x/src/b.ts:3: there is no requirement ${id('x')}`,
      `http-client/chapter/two: there is no requirement ${id('y')}`,
    ]);
  });
});

describe('the file', () => {
  const result = (implementation: string, verdict: 'held' | 'broken') => ({
    family: 'http-server' as const,
    implementation,
    probe: {
      name: 'chapter/one',
      requirements: [id('a')] as const,
      level: 'must' as const,
      why: '',
      expected: '',
    },
    finding: { verdict, observed: '', transcript: [] },
  });
  const traces = tracesOf(FOUND);

  test('a row has links, probes and who held it', () => {
    const markdown = formatTraceability(
      traces,
      [result('mini', 'held'), result('peer 1.2', 'broken')],
      'packages/home',
    );
    expect(markdown).toContain(
      `| \`${id('a')}\` | RFC 1 2.3, server **must**: does it | [x/a.ts](../x/src/a.ts#L7) | \`http-server/chapter/one\` | not peer (http-server): 1 of 1 broken |\n`,
    );
    expect(markdown).toContain('\nAsked: mini, peer 1.2.\n');
  });

  test('is not old for another line number or another result, but for another file', () => {
    const written = formatTraceability(traces, [result('mini', 'held')], 'packages/home');
    const moved = tracesOf({ ...FOUND, sources: [citation('a', 'packages/x/src/a.ts', 8)] });
    expect(stableParts(formatTraceability(moved, [], 'packages/home'))).toBe(stableParts(written));
    const elsewhere = tracesOf({ ...FOUND, sources: [citation('a', 'packages/x/src/b.ts')] });
    expect(stableParts(formatTraceability(elsewhere, [], 'packages/home'))).not.toBe(stableParts(written));
  });
});
