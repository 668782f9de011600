import { describe, expect, test } from 'vitest';
import { knownFault } from '../src/faults/fault.ts';
import { patternOf } from '../src/pattern.ts';
import type { Finding, Passage, Probe, ProbeLevel, Terms } from '../src/probes/probe.ts';
import { runProbes, standingOf } from '../src/probes/run.ts';

const TERMS = { jobs: 2, timeout: 20_000, quiet: 10 };
const HELD: Finding = { verdict: 'held', observed: 'as it should', transcript: [] };

type Ask = (peer: string, terms: Terms) => Promise<Finding>;

function probe(name: string, ask: Ask, level: ProbeLevel = 'must'): Probe<string> {
  return { name, requirements: ['rfc9112/2.2/octets'], level, why: '', expected: '200', ask };
}

const asked = { family: 'http-server', implementation: 'fake', peer: 'there' } as const;

/** Ends when it is told. */
const untilTold: Ask = (_, { signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('the runner', () => {
  test('asks every probe, no more than --jobs at once, and keeps their order', async () => {
    let running = 0;
    let most = 0;
    const slow: Ask = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return HELD;
    };
    const names = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'];
    const done: string[] = [];
    const results = await runProbes(
      asked,
      names.map((name) => probe(name, slow)),
      { ...TERMS, onResult: ({ probe }) => done.push(probe.name) },
    );
    expect(results.map((result) => result.probe.name)).toEqual(names);
    expect(done.toSorted()).toEqual(names);
    expect(most).toBe(2);
  });

  const failing = (message: string, code: string): Ask => {
    return () => Promise.reject(Object.assign(new Error(message), { code }));
  };

  test('a peer that cannot be reached is a break, and the others are asked all the same', async () => {
    const results = await runProbes(
      asked,
      [
        probe('a/refused', failing('connect ECONNREFUSED', 'ECONNREFUSED')),
        probe('a/no-name', failing('getaddrinfo EAI_AGAIN', 'EAI_AGAIN')),
        probe('a/no-tls', failing('wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER')),
        probe('a/holds', async () => HELD),
      ],
      TERMS,
    );
    expect(results.map(({ finding }) => [finding.verdict, finding.observed])).toEqual([
      ['broken', 'could not be reached: connect ECONNREFUSED'],
      ['broken', 'could not be reached: getaddrinfo EAI_AGAIN'],
      ['broken', 'could not be reached: wrong version number'],
      ['held', 'as it should'],
    ]);
  });

  test.each<[what: string, ask: Ask]>([
    ['rejects', () => Promise.reject(new TypeError('no such method'))],
    [
      'throws',
      () => {
        throw new TypeError('no such method');
      },
    ],
    ['names no port', failing('no such method', 'ERR_SOCKET_BAD_PORT')],
  ])('a probe that %s by a fault of its own says nothing of the peer, and ends the run', async (_, ask) => {
    const running = runProbes(asked, [probe('a/1', ask), probe('a/2', async () => HELD)], TERMS);
    await expect(running).rejects.toThrow(/^a\/1 fails by itself, and not by its peer: .*no such method/);
  });

  test('a secret is told as asterisks, even one that came in two reads', async () => {
    const passage = (at: number, way: Passage['way'], text: string): Passage => {
      return { at, way, bytes: Buffer.from(text), connection: 0 };
    };
    const transcript = [
      passage(0, 'sent', 'X-Key: hunter2!'),
      passage(1, 'received', 'you said hun'),
      passage(2, 'sent', 'so?'),
      passage(3, 'received', 'ter2, and hunter'),
    ];
    const finding: Finding = { verdict: 'held', observed: '200 "hunter2"', transcript };
    const [result] = await runProbes(
      { ...asked, secrets: ['hunter2', '2'] },
      [probe('a/1', async () => finding)],
      TERMS,
    );
    expect(result!.finding.observed).toBe('200 "*******"');
    expect(result!.finding.transcript.map(({ at, bytes }) => `${at} ${Buffer.from(bytes)}`)).toEqual([
      '0 X-Key: *******!',
      '1 you said ***',
      '2 so?',
      '3 ****, and hunter',
    ]);
  });

  test('a probe that does not end is ended, even one that does not listen', async () => {
    const deaf: Ask = () => new Promise(() => {});
    const results = await runProbes(asked, [probe('a/told', untilTold), probe('a/deaf', deaf)], {
      ...TERMS,
      timeout: 20,
    });
    for (const { finding } of results)
      expect(finding).toMatchObject({ verdict: 'broken', observed: 'no end of it after 0.02 s' });
  });

  test('a stopped run ends at once; what was not over counts as not asked', async () => {
    const stop = new AbortController();
    const probes = [probe('a/1', untilTold), probe('a/2', untilTold), probe('a/3', async () => HELD)];
    const running = runProbes(asked, probes, { ...TERMS, signal: stop.signal });
    stop.abort();
    expect((await running).map(({ finding }) => finding.verdict)).toEqual(Array(3).fill('not asked'));
  });

  test('a break that is known of the implementation carries its story', async () => {
    const broken: Finding = { ...HELD, verdict: 'broken' };
    const [result] = await runProbes(
      { ...asked, knownFault: (name) => (name === 'a/1' ? 'the story' : undefined) },
      [probe('a/1', async () => broken)],
      TERMS,
    );
    expect(result?.knownFault).toBe('the story');
  });
});

test.each([
  ['held', 'must', undefined, 'held', 'held'],
  ['broken', 'must', undefined, 'failed', 'failed'],
  ['broken', 'must', 'a story', 'known fault', 'known fault'],
  ['broken', 'should', undefined, 'tolerated', 'failed'],
  ['broken', 'should', 'a story', 'tolerated', 'known fault'],
  ['broken', 'strictness', undefined, 'tolerated', 'failed'],
  ['broken', 'may', undefined, 'tolerated', 'tolerated'],
  ['not asked', 'must', undefined, 'not asked', 'not asked'],
] as const)('%s, %s, known: %s: %s; strict: %s', (verdict, level, story, standing, strict) => {
  const result = {
    ...asked,
    probe: probe('a/1', async () => HELD, level),
    finding: { ...HELD, verdict },
    ...(story && { knownFault: story }),
  };
  expect([standingOf(result), standingOf(result, true)]).toEqual([standing, strict]);
});

describe('known faults', () => {
  const faults = [
    {
      implementation: 'ws',
      seen: '8.23.0',
      until: '9.10',
      probes: ['closing/*', 'framing/length'],
      clause: 'rfc6455/5.2/length-minimal',
      story: 'it does',
    },
  ] as const;

  test.each([
    ['ws', '8.23.0', 'framing/length', true],
    ['ws', '9.9.1', 'closing/code-1005', true],
    ['ws', '9.10', 'framing/length', false],
    ['ws', '8.23.0', 'framing/length-2', false],
    ['undici', '8.23.0', 'framing/length', false],
  ])('%s %s, %s: %s', (implementation, version, name, isKnown) => {
    expect(knownFault(faults, implementation, version, name) !== undefined).toBe(isKnown);
  });
});

test('a pattern has * for anything and takes all else as it stands', () => {
  expect(patternOf('A*c')('xx aBBc xx')).toBe(true);
  expect(patternOf('a.c')('abc')).toBe(false);
  expect(patternOf('a*c', 'whole')('abcd')).toBe(false);
});
