// The fuzzer itself: counters do not change what code does, coverage leads to what chance does not find, and each kind of
// fault is found. What it finds in the packages is for slow/reliability.test.ts to see.
import { describe, expect, test } from 'vitest';
import { cutFor, type Finding, Fuzzer } from '../reliability/fuzz/fuzzer.ts';
import { withCounters } from '../reliability/fuzz/instrument.ts';
import { Broken, type Target } from '../reliability/fuzz/target.ts';
import { Random } from '../reliability/random.ts';

type Code = (bytes: Uint8Array) => unknown;

/** A function of `bytes` as counted code, and the counters that it adds to. */
function counted(body: string): { code: Code; counters: Uint32Array; size: number } {
  let size = 0;
  const counters = new Uint32Array(100);
  const text = withCounters(`const code = (bytes) => {\n${body}\n};`, () => size++);
  const code = new Function('$count', `${text}\nreturn code;`)(counters) as Code;
  return { code, counters, size };
}

const bodies = [
  'if (bytes[0] > 1) if (bytes[0] > 2) return 3; else return 2; return 1;',
  'let n = 0; for (const byte of bytes) n += byte % 2 ? byte : -byte; return n;',
  'let n = 0; do n++; while (n < bytes.length && bytes[n]); return n || "none";',
  'switch (bytes[0]) { case 0: case 1: return "low"; case 2: { return "two"; } default: return "high"; }',
  'try { return bytes[9].length.x; } catch { return "thrown"; } finally { bytes.length; }',
  'class A { #n = bytes[0] ?? 7; get n() { return this.#n; } } return new A().n;',
  'const f = (x) => ({ x }); const g = async () => f(1); g(); return [...bytes].map((b) => f(b).x && b);',
  'let n; n ??= bytes[0] ? 1 : 2; outer: for (;;) { while (true) break outer; } return n;',
];

test.each(bodies)('with counters, the same: %s', (body) => {
  const { code, counters, size } = counted(body);
  const plain = new Function('bytes', body) as Code;
  for (const bytes of [[], [0], [1], [2], [3, 4, 5], [9, 9]].map((values) => Uint8Array.from(values)))
    expect(code(bytes)).toEqual(plain(bytes));
  expect(counters.filter((count) => count > 0).length).toBeGreaterThan(1);
  expect(size).toBeGreaterThan(1);
});

function fuzzerOf(body: string, more: Partial<Target> = {}, isLed = true): Fuzzer {
  const { code, counters, size } = counted(body);
  const target: Target = {
    ...{ name: 'code', files: /code/, words: ['a'], seeds: [], mostSteps: 100 },
    run: (input) => void code(input),
    ...more,
  };
  return new Fuzzer(
    target,
    { targets: [target], counters, ranges: new Map([[isLed ? 'code' : 'none', [0, size]]]) },
    new Random(1),
  );
}

function stepsUntilFound(fuzzer: Fuzzer): number {
  let steps = 0;
  for (; steps < 50_000 && fuzzer.findings.length === 0; steps++) fuzzer.step();
  return steps;
}

describe('the fuzzer', () => {
  const deep = [0xd, 3, 0xe, 9, 0xb]
    .map((nibble, i) => `if (bytes[${i + 1}] >> 4 === ${nibble})`)
    .concat("throw new TypeError('deep')")
    .join(' ');

  test('is led to what lies behind five branches, and makes it short', () => {
    const fuzzer = fuzzerOf(deep);
    expect(stepsUntilFound(fuzzer)).toBeLessThan(50_000);
    const [{ what, input }] = fuzzer.findings as readonly [Finding];
    expect(what).toBe('code: TypeError was thrown: deep');
    expect([...input.subarray(1)].map((byte) => byte >> 4)).toEqual([0xd, 3, 0xe, 9, 0xb]);
    expect(fuzzer.branches).toEqual({ reached: 10, all: 11 }); // all but the one that throws
  });

  test('does not find it by chance', () => {
    expect(stepsUntilFound(fuzzerOf(deep, {}, false))).toBe(50_000);
  });

  test('keeps few inputs, which take all the branches again', () => {
    const fuzzer = fuzzerOf('for (const byte of bytes) if (byte > 100) { if (byte > 200) byte; } else byte;');
    for (let i = 0; i < 2000; i++) fuzzer.step();
    const { reached } = fuzzer.branches;
    expect(fuzzer.smallCorpus().length).toBeLessThan(20);
    expect(fuzzer.branches.reached).toBe(reached);
  });

  test('sees what takes more than linear time', () => {
    const fuzzer = fuzzerOf('for (const one of bytes) for (const other of bytes) one + other;');
    fuzzer.try(Uint8Array.of(1, 2, 3));
    fuzzer.stretch(2000);
    expect(fuzzer.findings[0]?.what).toBe('code: more than 100 branches for each byte');
  });

  test('sees what does not end', () => {
    const fuzzer = fuzzerOf('for (;;) bytes.length;');
    fuzzer.try(Uint8Array.of(1, 2, 3));
    expect(fuzzer.findings[0]?.what).toBe('code: Error was thrown: it does not end');
  });

  test('sees a reader that keeps what it need not keep', () => {
    const hoards = fuzzerOf('', { open: () => new Uint8Array(200_000).fill(1) });
    hoards.try(Uint8Array.of(1, 2, 3));
    hoards.keep(2000);
    expect(hoards.findings[0]?.what).toMatch(/^code: a reader keeps 20\d{4} bytes$/);
  });

  test('tells two faults apart, and one of them once', () => {
    const fuzzer = fuzzerOf('', {
      run(input) {
        if (input.length % 2 === 0) throw new Broken(`even: ${input.length}`);
        throw new TypeError(`odd ${input.length}`);
      },
    });
    for (let i = 0; i < 100; i++) fuzzer.step();
    expect(fuzzer.findings.map(({ what }) => what.replace(/\d+/, 'n')).sort()).toEqual([
      'code: TypeError was thrown: odd n',
      'code: even: n',
    ]);
  });

  test('does not add up the runs, in no file: many that end are none that does not', () => {
    const fuzzer = fuzzerOf('for (let i = 0; i < 2000; i++) bytes.length;', {}, false);
    for (let steps = 0; steps < 2100; steps++) fuzzer.step();
    expect(fuzzer.findings).toEqual([]);
  });
});

test('any cut has all bytes, in order', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  const cuts = Array.from({ length: 200 }, (_, seed) => cutFor(seed * 977).pieces(bytes));
  for (const pieces of cuts) expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(new Set(cuts.map(({ length }) => length)).size).toBeGreaterThan(5);
});
