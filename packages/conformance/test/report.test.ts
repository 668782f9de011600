import { describe, expect, test } from 'vitest';
import type { Finding, Passage, ProbeLevel, Result } from '../src/probes/probe.ts';
import { sentIn, shown } from '../src/report/bytes.ts';
import { formatJson } from '../src/report/json.ts';
import { formatJunit } from '../src/report/junit.ts';
import { formatStanding } from '../src/report/standing.ts';
import { formatBroken, formatMatrix, formatSummary } from '../src/report/terminal.ts';

const sent = (text: string, connection = 0): Passage => ({
  at: 0.4,
  way: 'sent',
  bytes: Buffer.from(text, 'latin1'),
  connection,
});

function result(
  name: string,
  verdict: Finding['verdict'],
  { level = 'must' as ProbeLevel, implementation = 'mini', knownFault = '' } = {},
): Result {
  return {
    family: 'http-server',
    implementation,
    probe: { name, requirements: ['rfc9112/6.3/cl-zeros'], level, why: 'It matters.', expected: '200' },
    finding: { verdict, observed: '400 <and> close', transcript: [sent('GET / HTTP/1.1\r\n\r\n')] },
    ...(knownFault && { knownFault }),
  };
}

const RESULTS = [
  result('fields/a', 'held'),
  result('fields/b', 'broken', { level: 'may' }),
  result('framing/a', 'broken'),
  result('framing/b', 'broken', { level: 'should' }),
  result('framing/c', 'not asked'),
  result('fields/a', 'not asked', { implementation: 'peer 1.2' }),
  result('framing/a', 'broken', { implementation: 'peer 1.2', knownFault: 'It always did.' }),
  result('framing/b', 'held', { implementation: 'peer 1.2', level: 'should' }),
];

describe('the terminal', () => {
  test('the matrix: chapters by implementations, held of asked, a mark where something is broken', () => {
    expect(formatMatrix(RESULTS, false).split('\n')).toEqual([
      'HTTP servers  mini    peer 1.2',
      'fields         1/1           ·',
      'framing        0/2 !       1/2 *',
      '',
    ]);
  });

  test('what is broken: the clause, what was sent, expected, observed; known faults by their story; no may', () => {
    expect(formatBroken(RESULTS, false)).toBe(`
FAILED  mini: framing/a  RFC 9112 6.3 (rfc9112/6.3/cl-zeros)
  why       It matters.
  sent      GET / HTTP/1.1\\r\\n\\r\\n
  expected  200
  observed  400 <and> close

should  mini: framing/b  RFC 9112 6.3 (rfc9112/6.3/cl-zeros)
  why       It matters.
  sent      GET / HTTP/1.1\\r\\n\\r\\n
  expected  200
  observed  400 <and> close

known   peer 1.2: It always did.
  framing/a
`);
  });

  test('strict: a should that is not held has failed', () => {
    expect(formatBroken(RESULTS, true)).toContain('FAILED  mini: framing/b');
  });

  test('where much is broken: the first of each chapter at length, of the others a line', () => {
    const many = Array.from({ length: 24 }, (_, i) =>
      result(i < 20 ? `fields/${i}` : `framing/${i}`, 'broken'),
    );
    const told = formatBroken(many, false, false).split('\n');
    expect(told.filter((line) => line.startsWith('  sent '))).toHaveLength(2);
    for (const name of ['fields/0', 'framing/20'])
      expect(told).toContain(`FAILED  mini: ${name}  RFC 9112 6.3 (rfc9112/6.3/cl-zeros)`);
    for (const { probe } of many.filter((_, i) => i !== 0 && i !== 20))
      expect(told).toContain(`FAILED  ${probe.name}  RFC 9112 6.3: 400 <and> close; expected 200`);
    expect(told).toContain(
      'Of the others there is a line each: --verbose tells them at length, --only NAME asks one alone',
    );
    expect(formatBroken(many, false)).not.toContain('--verbose');
    expect(formatBroken(many.slice(0, 20), false, false)).toBe(formatBroken(many.slice(0, 20), false));
  });

  test('the summary has a line for each implementation', () => {
    expect(formatSummary(RESULTS, 1.25, false).split('\n')).toEqual([
      'held of asked           must  should  strictness  may  failed  known faults  not asked',
      'mini (http server)       1/2     0/1         0/0  0/1       1             0          1',
      'peer 1.2 (http server)   0/1     1/1         0/0  0/0       0             1          1',
      '',
      '6 questions asked in 1.3 s, 1 failed',
      '',
    ]);
  });
});

test('what a peer says steers no terminal and forges no line', () => {
  // A client names itself, and both peers are quoted.
  const name = 'mini\n\x1b[2J\u009b31m\x7f\u202e';
  const broken = result('framing/a', 'broken', { implementation: name });
  const finding = { ...broken.finding, observed: `401 ${name}` };
  const results = [
    { ...broken, finding },
    result('framing/a', 'broken', { implementation: name, knownFault: 'Old.' }),
  ];
  const printed =
    formatMatrix(results, false) + formatBroken(results, false) + formatSummary(results, 1, false);
  expect(printed).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u);
  expect(printed).toContain('  observed  401 mini..[2J.31m..\n');
  expect(printed).toMatch(/^mini\.\.\[2J\.31m\.\. \(http server\) /m);
  const json = formatJson(results, false);
  expect(json).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(json).results[0].observed).toBe(`401 ${name}`);
});

describe('JSON', () => {
  test('every passage, with one character for each octet', () => {
    const [first] = JSON.parse(formatJson(RESULTS, false)).results;
    expect(first).toMatchObject({
      name: 'fields/a',
      verdict: 'held',
      standing: 'held',
      implementation: 'mini',
    });
    expect(first.transcript).toEqual([
      { at: 0, connection: 0, way: 'sent', bytes: 'GET / HTTP/1.1\r\n\r\n' },
    ]);
  });

  test('a long passage is cut and says how long it was; an end has no bytes', () => {
    const end: Passage = { ...sent(''), end: 'reset' };
    const finding: Finding = { verdict: 'held', observed: '', transcript: [sent('x'.repeat(5000)), end] };
    const [{ transcript }] = JSON.parse(formatJson([{ ...result('a/b', 'held'), finding }], false)).results;
    expect(transcript).toEqual([
      { at: 0, connection: 0, way: 'sent', bytes: 'x'.repeat(4096), length: 5000 },
      { at: 0, connection: 0, way: 'sent', end: 'reset' },
    ]);
  });
});

test('JUnit: a suite for each implementation; only what failed is a failure; no character that XML forbids', () => {
  const xml = formatJunit([...RESULTS, result('odd/\x01"&', 'held')], false);
  expect(xml).toContain('<testsuite name="http-server: mini" tests="6" failures="1" skipped="1">');
  expect(xml).toContain('<testsuite name="http-server: peer 1.2" tests="3" failures="0" skipped="1">');
  expect(xml.match(/<failure message="400 &lt;and&gt; close">/g)).toHaveLength(1);
  expect(xml).toContain('known     It always did.');
  expect(xml).toContain('name="odd/\ufffd&quot;&amp; (rfc9112/6.3/cl-zeros)"');
});

describe('bytes', () => {
  test('printable ASCII as it is, the rest escaped', () => {
    expect(shown(Buffer.from('a\\ ~\r\n\0\x7f\xe9', 'latin1'))).toBe('a\\\\ ~\\r\\n\\x00\\x7f\\xe9');
  });

  test('of what is too long both ends are told, and its length', () => {
    expect(shown(Buffer.from('abcdefghijk'), 6)).toBe('abc ... ijk (11 bytes)');
    expect(shown(Buffer.from('\n\n\n'), 4)).toBe('\\n ... \\n (3 bytes)');
    expect(shown(Buffer.from('abcdef'), 6)).toBe('abcdef');
  });

  test('what was sent, connection by connection', () => {
    const received: Passage = { ...sent('no'), way: 'received' };
    expect(sentIn([sent('a'), sent('b', 1), received, sent('c')], 10)).toBe('ac | b');
  });
});

test('how programs stand, as Markdown: counts, then the clauses that are not held; nobody writes markup into it', () => {
  const standing = { name: 'mini', family: 'http-server', setUp: 'as it comes' } as const;
  const finding = { verdict: 'broken', observed: '400 | <b>\n# no', transcript: [] } as const;
  const results = [...RESULTS.slice(0, 4), { ...result('framing/x', 'broken'), finding }];
  const probes = {
    'http-server': [],
    'http-client': [],
    'websocket-server': [],
    'websocket-client': [],
    'tcp-server': [],
  };
  const text = formatStanding(
    [
      { ...standing, version: '1.2', results },
      { ...standing, name: 'maxi', version: undefined, results: [] },
      { ...standing, name: 'odd', version: '1\n# no <b>', results },
    ],
    probes,
    { date: new Date(0), node: '20.0.0' },
  );
  expect(text).toContain('on 1970-01-01, with Node 20.0.0');
  expect(text).toContain('Not installed there, and so not asked: maxi.');
  expect(text).toContain('| mini 1.2 | as it comes | 1/3 | 0/1 | 0/0 | 0/1 |');
  expect(text).toContain('| must | RFC 9112 6.3 | `framing/a`, `framing/x` | 200 | 400 \\<and\\> close |');
  expect(text).not.toMatch(/^# no/m);
  expect(text).not.toContain('<b>');
  expect(text).not.toContain('fields/b'); // a MAY
});
