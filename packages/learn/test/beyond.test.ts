// From the ladder to the packages: pages are what is made of the source, and a walk is what happens when it is run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { made, pathOf, tracksWith } from '../src/beyond.ts';
import { TRACKS } from '../src/ladder.ts';
import { beyondOf, ideasOf } from '../src/last.ts';
import { ASKED } from '../src/probes.ts';
import { find } from '../src/saboteur.ts';
import { LAST } from '../src/tracks/last.ts';
import { WALKS } from '../src/tracks/walks.ts';
import { firstOfEach, follow, placeOf, sourceOf } from '../src/walk.ts';
import { test } from './support.ts';

const tracks = tracksWith('last');
const walks = Object.entries(WALKS);
const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));

// ── The last pages ──

test.each(tracks)('%s: each file of the package stands once, and has its idea in both languages', (track) => {
  const { package: name, homes, beyond } = LAST[track];
  expect(homes.length).toBe(TRACKS[track].rungs.length);
  const places = [...homes.flat(), ...beyond.flatMap(({ files }) => files)];
  const files = readdirSync(join(import.meta.dirname, '../..', name, 'src'), {
    recursive: true,
    encoding: 'utf8',
  }).filter((file) => file.endsWith('.ts'));
  expect(places.filter((place) => !place.includes(' ')).sort()).toEqual(
    files.map((file) => file.replaceAll('\\', '/')).sort(),
  );
  for (const language of ['en', 'ko'] as const)
    expect([...ideasOf(name, language).keys()].sort()).toEqual([...ideasOf(name, 'en').keys()].sort());
  for (const [file, within] of places.map((place) => place.split(' ')))
    if (within !== undefined)
      expect(declares(sourceOf(`${name}/src/${file}`), within), `${file} ${within}`).toBe(true);
});

/** At the top of the file, or as a member of a class, which the formatter indents by two. */
function declares(source: string, name: string): boolean {
  return new RegExp(`^((export )?(async )?(function|class) ${name}\\b|  (async |get )*${name}\\()`, 'm').test(
    source,
  );
}

test.each(['http', 'ws'] as const)('%s: the record names probes that there are, by their level', (track) => {
  const { more, last, package: whole } = beyondOf(track)!;
  for (const [level, names] of Object.entries(more))
    for (const name of names)
      expect(ASKED[track].probes.find((probe) => probe.name === name)?.level, name).toBe(level);
  expect(whole.must[0]).toBe(whole.must[1]);
  expect(whole.must[0] - last.must[0]).toBe(more.must.length);
});

// ── The walks ──

test.each(walks)(
  '%s: the code of each step is there once, is code, and stands in the function named',
  (_, walk) => {
    for (const { file, within, code } of walk.steps) {
      const source = sourceOf(file);
      expect(source.split(code).length - 1, code).toBe(1);
      const plain = withoutComments(source);
      expect(plain.split(code).length - 1, code).toBe(1);
      expect(enclosing(plain.slice(0, plain.indexOf(code))), code).toBe(within);
    }
  },
);

/** The last function of a file, member of a class, or call with a listener, that begins before its end. */
function enclosing(before: string): string | undefined {
  const begins =
    /^(?:export )?(?:async )?function (\w+)|^ {2}(?:readonly |async |\*)*(#?\w+)(?:\(.*\{$| = \(.*=> \{$|\($)|(?:= |on\(')(\w+)(?:\(|', ).*=> \{$/gm;
  const [, top, member, listener] = [...before.matchAll(begins)].at(-1) ?? [];
  return top ?? member ?? listener;
}

test.each(walks)('%s: when it is run, the byte comes by in just this order', async (_, walk) => {
  const seen = await follow(walk);
  expect(seen.slice(0, walk.steps.length).map(({ step }) => step)).toEqual(walk.steps.map((_, i) => i));
  for (const { step, value, state } of firstOfEach(seen)) {
    expect(value === undefined, walk.steps[step]!.code).toBe(walk.steps[step]!.sees === undefined);
    if (value !== undefined) expect(placeOf(value, walk)).toBeGreaterThanOrEqual(0);
    expect(state === undefined, walk.steps[step]!.code).toBe(walk.steps[step]!.state === undefined);
  }
});

// ── Both ──

test.each(tracksWith('walk'))(
  '%s: docs/ has what happens; if not, npm run learn -- http walk --write',
  async (track) => {
    for (const language of ['en', 'ko'] as const)
      expect(readFileSync(pathOf(track, 'walk', language), 'utf8')).toBe(await made(track, 'walk', language));
  },
);

test('the command prints them, with the lines of the source', async ({ learner: { learn } }) => {
  const { code, out } = await learn('ws', 'last', '--lang', 'ko');
  expect(out).toMatch(/^ws 8에서 ws-mini로\n/);
  expect(code).toBe(0);
  expect((await learn('ws', 'walk')).out).toMatch(
    /packages\/ws-mini\/src\/wire\/mask\.ts:\d+\]? mask\n[\s\S]*\[bf\]/,
  );
});

// ── The fault ──

/** What is printed, without a process of its own. */
async function said(track: string, ...words: string[]): Promise<{ isFound: boolean; out: string }> {
  const settings = { language: 'en', quiet: 150, jobs: 1, json: false, call: 'learn' } as const;
  let out = '';
  const print = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  try {
    return { isFound: await find(track, words, settings), out };
  } finally {
    print.mockRestore();
  }
}

test('a fault is told by hints: where to look, what keeps the rule in the source, the rule', async () => {
  expect((await said('http', 'first-host', 'hint')).out).toMatch(/belongs to: host\./);
  const { out } = await said('http', 'first-host', 'hint', '2');
  const [, file = '', line] = /(packages\/http-mini\/src\/[\w/.-]+\.ts):(\d+)/.exec(out) ?? [];
  expect(sourceOf(file.replace('packages/', '')).split('\n')[Number(line) - 1]).toContain(
    'rfc9112/3.2/host-repeated',
  );
  expect((await said('http', 'first-host', 'hint', '3')).out).toContain('more than one Host');
});

test('it is found by a probe that tells it from a healthy server, and by no other', async () => {
  const wrong = await said('http', 'first-host', 'answer', 'host/missing');
  expect(wrong).toMatchObject({ isFound: false, out: expect.stringContaining('Not yet') });
  const right = await said('http', 'first-host', 'answer', 'host/repeated-other');
  expect(right.out).toMatch(/broken {3}host\/repeated-other[\s\S]*Found: first-host/);
  expect(right.isFound).toBe(true);
});

test('one at random is served until its input ends', async ({ learner: { learn } }) => {
  const { code, out } = await learn('ws', 'mend');
  expect(out).toMatch(/^Fault \d+ of \d+ is served at ws:\/\/127\.0\.0\.1:\d+\/\n/);
  expect(code).toBe(0);
});

test.each([
  ['no track', 'udp', [], '"udp" is no track'],
  ['no fault', 'http', ['0'], 'which fault of http: 1 to'],
  ['no verb', 'http', ['1', 'answr'], '"answr" is none of hint, answer'],
  ['no answer', 'http', ['1', 'answer'], 'answer with a probe or a requirement'],
  ['no probe', 'http', ['1', 'answer', 'nothing'], '"nothing" is neither a probe nor a requirement'],
  ['no hint', 'http', ['1', 'hint', '4'], 'hint 1, 2 or 3'],
])('wrong usage: %s', async (_, track, words, message) => {
  await expect(said(track, ...words)).rejects.toThrow(message);
});
