// The arithmetic of the benchmark, its parts, and how the command is called. That every scenario runs: `slow/`.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AIMS } from '../bench/aims.ts';
import { Child } from '../bench/child.ts';
import { share } from '../bench/cores.ts';
import { measureGrowth, slope, works } from '../bench/growth.ts';
import { httpScenarios } from '../bench/http-scenarios.ts';
import { emptySeries, measure } from '../bench/measure.ts';
import { measureMemory } from '../bench/memory.ts';
import { page } from '../bench/page.ts';
import { shares } from '../bench/profile.ts';
import { base64, type Scenario } from '../bench/scenario.ts';
import { PICTURES, speedPicture } from '../bench/speed-picture.ts';
import { importScenarios, measureImports } from '../bench/startup.ts';
import { median, ratio, rowsOf, spread } from '../bench/statistics.ts';
import { tcpScenarios } from '../bench/tcp-scenarios.ts';
import { webSocketScenarios } from '../bench/websocket-scenarios.ts';
import { run } from './command.ts';

const CLI = 'bench/cli.ts';

test('median, spread, ratio round by round', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(spread([90, 100, 110])).toBeCloseTo(0.2);
  // The machine got twice as slow from round to round: the ratio stays what it is.
  expect(ratio([400, 200, 100], [200, 100, 50])).toBe(2);
});

const series = (name: string, ...perSecond: number[]) => ({
  ...emptySeries(name),
  perSecond,
  perCpuSecond: perSecond,
});
const all = [series('a', 20, 20), series('b', 10, 10), series('c', 1, 9), series('ceiling', 30, 50)];

test('a row for each peer: ours beside it and the ceiling, and the widest spread of the three', () => {
  const common = { name: 'get', ours: { perSecond: 20 }, ceiling: { perSecond: 40 } };
  expect(rowsOf('get', 'requests', all)).toMatchObject([
    { ...common, peerName: 'b', peer: { perSecond: 10 }, toPeer: 2, spread: 0.5 },
    { ...common, peerName: 'c', peer: { perSecond: 5 }, spread: 1.6 },
  ]);
  expect(rowsOf('parse', 'heads', all.slice(0, 2))).toMatchObject([{ peerName: 'b', toCeiling: undefined }]);
});

const repository = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test.each(PICTURES)('$file shows what PERFORMANCE.md records; if not, npm run bench -- --draw', (picture) => {
  expect(repository(picture.file)).toBe(speedPicture(picture, repository('conformance/PERFORMANCE.md')));
});

test('the picture: no ratio that is closer to 1 than the rounds are to each other', () => {
  const row = (peer: string, ratio: string, spread: string) =>
    `| get | ${peer} | ${ratio} | 1 | 1 | unclear | 1,000 | 500 | ${spread} |`;
  const rows = [
    row('node-http', '2.00', '40 % !'),
    row('bun', '0.90', '12 %'),
    row('ceiling', '0.50', '1 %'),
  ];
  const record = ['2026-01-02: node v20.1.2, 2 x CPU', ...rows].join('\n');
  const picture = { file: '', title: 'a < b', works: { get: 'http-mini' } };
  const svg = speedPicture(picture, record);
  expect(
    svg
      .match(/>[^<>\n]+(?=<\/text>)/g)
      ?.map((text) => text.slice(1))
      .slice(0, -2),
  ).toEqual([
    'a &lt; b',
    '2026-01-02, Node 20',
    'get',
    'http-mini',
    '1,000',
    'node:http',
    '500, 2.00×',
    'bun',
    '500, unclear',
  ]);
  expect(svg.match(/rect class="\w+"/g)).toEqual(
    ['ours', 'peer', 'unclear'].map((kind) => `rect class="${kind}"`),
  );
  expect(() => speedPicture({ ...picture, works: { put: 'http-mini' } }, record)).toThrow(
    'no figure of: put',
  );
});

test('the page: each aim beside what was measured, and why it was not', () => {
  const measured = rowsOf('ws echo 16 B, 32 in flight', 'messages', [
    series('ws-mini', 31, 33),
    series('ws', 2, 2),
    series('ceiling', 50, 50),
  ]);
  const idle = rowsOf('idle WebSocket', 'bytes', [series('ws-mini', 85), series('ws', 100)]);
  const scenarios = new Set(['http get', ...measured.map(({ name }) => name), 'ws echo 64 KiB, 1 in flight']);
  const missing = new Set(['Node 24', 'bun-websocket']);
  const run = { date: new Date(0), about: 'a machine', loads: [3, 4] as const, isBusy: true };
  const text = page([...measured, ...idle], { ...run, scenarios, missing });
  expect(text).toContain(
    '1970-01-01: a machine. Load average 3.0 before the run and 4.0 after it. **The machine was busy',
  );
  for (const row of [
    '| WebSocket echo 16 B, 32 in flight | ws | 16.00 | 16.00 | 13 | yes | 32 | 2 | 6 % |',
    '| WebSocket echo 16 B, 32 in flight | bun-websocket | not run: the peer is not installed |  | 0.8 |  |  |  |  |',
    '| WebSocket echo 64 KiB, 1 in flight, Node 24 | ws+bufferutil | not run: Node 24 is not installed |  | 1 |  |  |  |  |',
    '| HTTP GET, small, keep-alive | node-http | not run: not asked for |  | 1.5 |  |  |  |  |',
    '| HTTP POST 1 KiB | node-http | not run: the bench has no such row |  | 1.7 |  |  |  |  |',
    '| memory of an idle WebSocket | ws | 0.85 | 0.85 | at most 0.8 | no | 85 | 100 | 0 % |',
  ])
    expect(text).toContain(row);
});

test('each aim names a scenario and one of its peers', () => {
  const all = [...tcpScenarios, ...httpScenarios, ...webSocketScenarios, ...importScenarios];
  const rows = new Set(
    all.flatMap(({ name, peers }) => [...peers, 'ceiling'].map((peer) => `${name}: ${peer}`)),
  );
  const unknown = AIMS.map(({ scenario, peer }) => `${scenario}: ${peer}`).filter((row) => !rows.has(row));
  expect(unknown).toEqual([]);
});

test('where the time of a process went, by its profile: of its rounds, in parts of its CPU time', () => {
  const frames = [
    ['(idle)', ''],
    ['(garbage collector)', ''],
    ['(program)', ''],
    ['latin1Slice', ''],
    ['writeLatin1String', ''],
    ['writev', ''],
    ['writeGeneric', 'node:internal/stream_base_commons'],
    ['parse', 'file:///minis/packages/http-mini/dist/wire/parser.js'],
    ['frame', 'file:///minis/packages/conformance/node_modules/ws/lib/sender.js'],
    ['llhttp', 'wasm://wasm/0011e8be'],
    ['answer', 'file:///minis/packages/conformance/dist/bench/http-mini.js'],
  ] as const;
  const nodes = frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } }));
  // Before the round, everybody once in it, after it.
  const samples = [7, ...frames.keys(), 7];
  const timeDeltas = [50, ...frames.map((_, id) => 2 ** id), 50];
  const [from, to] = [1051, 1050 + 2 ** frames.length];
  const parts = shares({ startTime: 1000, nodes, samples, timeDeltas }, [{ from, to, cpu: 4096 }]);
  const microseconds = Object.entries(parts).map(([place, part]) => [place, part * 4096]);
  expect(Object.fromEntries(microseconds)).toEqual({
    write: 16 + 32,
    unseen: 4096 - (2047 - 1),
    native: 4 + 8,
    collector: 2,
    node: 64,
    package: 128 + 256 + 512,
    bench: 1024,
  });
});

test('an import: what it costs over node alone, a figure for each round', () => {
  const names = { name: 'import', ours: 'node:http', peers: ['node:tls'] };
  const what: Scenario = { ...names, unit: 'microseconds', kind: 'import', task: {} };
  const measured = measureImports(what, 1, undefined);
  expect(measured.map(({ name, perSecond }) => [name, perSecond.length])).toEqual([
    ['node:http', 1],
    ['node:tls', 1],
  ]);
});

test.each([
  ["pid 7's current affinity list: 0-2,5\n", { measured: '5', load: '0,1,2' }],
  ["pid 7's current affinity list: 0,1\n", { measured: '1', load: '0' }],
  ["pid 7's current affinity list: 3\n", undefined],
  ['', undefined],
])('cores: %j', (affinity, cores) => {
  expect(share(affinity)).toEqual(cores);
});

describe('growth', () => {
  test('the exponent of a line and of a square', () => {
    const sizes = [1, 2, 4, 8];
    expect(
      slope(
        sizes.map(Math.log),
        sizes.map((size) => Math.log(7 * size)),
      ),
    ).toBeCloseTo(1);
    expect(
      slope(
        sizes.map(Math.log),
        sizes.map((size) => Math.log(size * size)),
      ),
    ).toBeCloseTo(2);
  });

  test.each(works.map((work) => [work.name, work] as const))('%s: all of it is done', async (_, work) => {
    const { run, expected } = work.prepare(16);
    expect(await run()).toBe(expected);
  });

  test('work that leaves something out is no work', async () => {
    const lazy = { name: 'lazy', from: 1, prepare: () => ({ run: () => 1, expected: 2 }) };
    await expect(measureGrowth(lazy)).rejects.toThrow('lazy: 1 events came where 2 were expected');
  });
});

test('the load goes on until the CPU time of the server has been read, and only then closes', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.pipe(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const load = new Child('load', [], { isSource: true });
  onTestFinished(async () => {
    await load.end();
    server.close();
  });
  const conversation = { opening: '', request: base64('x'), content: 1, header: 0, connections: 2, depth: 1 };
  const done = load.next('done');
  const { port } = server.address() as AddressInfo;
  load.send({ run: { ...conversation, port, warmUp: 0, seconds: 0.1 } });
  expect((await done).done.count).toBeGreaterThan(0);
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  // Not `once`, which an error rejects: who closes with an answer on its way sends a reset.
  const closed = sockets.map(
    (socket) => new Promise((resolve) => socket.on('error', () => {}).on('close', resolve)),
  );
  load.send({ close: true });
  await Promise.all(closed);
});

test('a server that never answers fails the round, which says where', async () => {
  const conversation = { opening: '', request: '', content: 1, header: 0, connections: 2, depth: 1 };
  const silent: Scenario = {
    name: 'silence',
    unit: 'blocks',
    kind: 'server',
    ours: 'pipe', // which was told nothing, and so has nothing to say
    peers: [],
    task: { ...conversation, openWithin: 1 },
  };
  const setting = { rounds: 1, seconds: 0.1, cores: undefined, isSource: true, profile: undefined };
  const message = 'silence, pipe: load: the server did not answer a new connection within 0.001 s';
  await expect(measure(silent, setting)).rejects.toThrow(message);
  await expect(measureMemory(silent, setting)).rejects.toThrow(message.replace('load', 'idle'));
});

describe('the command', () => {
  test('--list, with a name of several words', async () => {
    const { code, out } = await run(CLI, '--list', 'echo', '16', 'B');
    expect({ code, out }).toEqual({
      code: 0,
      out: 'ws echo 16 B, 1 in flight\nws echo 16 B, 32 in flight\nws echo 16 B by loop, 32 in flight\n',
    });
  });

  test('imports only as built', async () => {
    expect((await run(CLI, '--list', 'import')).out).toBe('import http-mini\nimport ws-mini\n');
    expect((await run(CLI, '--list', 'import', '--source')).code).toBe(2);
  });

  test('ten thousand connections only where they are asked for', async () => {
    expect((await run(CLI, '--list')).out).not.toContain('10,000');
    expect((await run(CLI, '--list', '10,000')).out.split('\n')).toHaveLength(3);
  });

  test.each([
    [['quic'], /no scenario has "quic" in its name: --list names them/],
    [['growth', 'quic'], /nothing that grows has "quic" in its name/],
    [['growth', '--json', 'x'], /--json, --write and --profile are for the table, not for growth/],
    [['--rounds', '0'], /--rounds must be a whole number from 1/],
    [['--seconds', 'x'], /--seconds must be a number from 0.1/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(CLI, ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('--help', async () => {
    const { code, out } = await run(CLI, '--help');
    expect(code).toBe(0);
    const named = ['--rounds', '--seconds', '--json', '--write', '--profile', '--source', '--list', 'growth'];
    for (const option of named) expect(out).toContain(option);
  });
});
