/** What the tests of the HTML report show in it: results of every kind, and hostile ones. */
import type { Family, Finding, Passage, ProbeLevel, Result } from '../src/probes/probe.ts';
import { formatHtml } from '../src/report/html.ts';

export const passage = (way: Passage['way'], bytes: string, more: Partial<Passage> = {}): Passage => ({
  at: 0.4,
  way,
  bytes: Buffer.from(bytes, 'latin1'),
  connection: 0,
  ...more,
});

interface Plan {
  family?: Family;
  implementation?: string;
  requirement?: string;
  level?: ProbeLevel;
  observed?: string;
  transcript?: readonly Passage[];
  knownFault?: string;
}

export function result(name: string, verdict: Finding['verdict'], plan: Plan = {}): Result {
  const { family = 'http-server', implementation = 'mini', level = 'must', observed = '400' } = plan;
  const transcript = plan.transcript ?? [
    passage('sent', 'GET / HTTP/1.1\r\n\r\n'),
    passage('received', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'),
    passage('received', '', { end: 'closed' }),
  ];
  return {
    family,
    implementation,
    probe: {
      name,
      requirements: [plan.requirement ?? 'rfc9112/3.2/host-missing'],
      level,
      why: 'It matters.',
      expected: '400 and close',
    },
    finding: { verdict, observed, transcript },
    ...(plan.knownFault === undefined ? {} : { knownFault: plan.knownFault }),
  };
}

const PEER = { implementation: 'peer 1.2' };
export const WEBSOCKET: Plan = { family: 'websocket-server', requirement: 'rfc6455/8.1/bad-utf8' };

/** A WebSocket connection: the fields that were offered and answered, then a frame. */
export function opened(offered: string, answered: string, frame: string): Passage[] {
  return [
    passage('sent', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'),
    passage(
      'sent',
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${offered}\r\n`,
    ),
    passage('received', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'),
    passage('received', `Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n${answered}\r\n`),
    passage('sent', frame),
  ];
}

const RESULTS: readonly Result[] = [
  result('host/a', 'held'),
  result('host/b', 'held'),
  result('host/c', 'not asked'),
  result('host/a', 'held', PEER),
  result('host/b', 'broken', { ...PEER, knownFault: 'It always did.' }),
  result('host/c', 'not asked', PEER),
  result('framing/a', 'broken', { requirement: 'rfc9112/6.3/cl-zeros' }),
  result('framing/a', 'held', { ...PEER, requirement: 'rfc9112/6.3/cl-zeros' }),
  result('recover/a', 'held', { requirement: 'rfc9110/2.4/recover', level: 'may' }),
  result('recover/a', 'broken', { ...PEER, requirement: 'rfc9110/2.4/recover', level: 'may' }),
  result('utf8/a', 'held', { ...WEBSOCKET, transcript: opened('', '', '\x81\x81\0\0\0\0\xff') }),
  result('utf8/b', 'broken', { ...WEBSOCKET, level: 'should' }),
];

export const format = (results: readonly Result[]): string => formatHtml(results, false, new Date(0));
export const HTML: string = format(RESULTS);

/** In every place that a peer, or a user who names one, can write to. */
const HOSTILE =
  '</code></pre></script><script>document.title="owned"</script>" onclick=\'x\' <img src=x> \u202e\x1b';
export const hostile = (name: string, verdict: Finding['verdict']): Result =>
  result(name, verdict, {
    implementation: HOSTILE,
    observed: HOSTILE,
    knownFault: HOSTILE,
    transcript: [
      passage('sent', HOSTILE),
      passage('received', `HTTP/1.1 200 ${HOSTILE}\r\na: ${HOSTILE}\r\n\r\n`),
    ],
  });
