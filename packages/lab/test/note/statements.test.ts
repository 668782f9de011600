// Every line of the note, and what its experiment says: run here, on the sockets of this machine. An experiment's figures are
// compared with the page's claim by `bearsOut`; that `bearsOut` can also say no is shown with figures of the contrary.
import { expect, test } from 'vitest';
import { ladderIn } from '../../src/learn/rungs.ts';
import { type Experiment, type Figures, perform } from '../../src/note/experiment.ts';
import { backlog, busyServer, twoProcesses } from '../../src/note/experiments/accepting.ts';
import { calls, listenByUdp, pair, receiveOnListener } from '../../src/note/experiments/calls.ts';
import { freshness } from '../../src/note/experiments/freshness.ts';
import {
  bothWays,
  questionAndAnswer,
  twoInOneWrite,
  unasked,
  whoCloses,
} from '../../src/note/experiments/http.ts';
import { lateUpdate } from '../../src/note/experiments/order.ts';
import {
  descriptors,
  emptyPort,
  halfClose,
  socketOnEachSide,
  threeServers,
  writeTwice,
} from '../../src/note/experiments/sockets.ts';
import {
  anyProgram,
  during,
  frameFirst,
  heartbeat,
  oneConnection,
  onePort,
  push,
} from '../../src/note/experiments/websocket.ts';
import { statements } from '../../src/note/statements.ts';
import { showsSockets, systemSockets } from '../../src/sockets.ts';

/** What each experiment would find if the page were wrong. */
const contraries = new Map<Experiment, readonly Figures[]>([
  [oneConnection, [{ status: '200' }, { frames: ['out 1', 'out 8'] }]],
  [frameFirst, [{ status: '101', opened: 1 }]],
  [unasked, [{ second: 'nobody asked' }, { connections: 1 }, { informations: 0 }, { updates: 1 }]],
  [whoCloses, [{ kept: 3 }, { closed: 1 }, { oldIsClosed: false }, { webSocket: 3 }]],
  [bothWays, [{ content: 0 }, { answer: 0 }]],
  [twoInOneWrite, [{ order: ['answer to /2', 'answer to /1'] }, { wasOpen: false }, { isClosed: false }]],
  [freshness, [{ requests: [15, 15, 15, 15, 15] }, { updates: [14, 15, 14, 14, 14] }]],
  [questionAndAnswer, [{ matching: 2 }]],
  [onePort, [{ listening: 2 }, { message: '' }]],
  [lateUpdate, [{ overtook: 0 }, { tcpOrder: [1, 2, 3, 4, 6, 7, 8, 9, 10, 5] }]],
  [heartbeat, [{ pings: 0 }, { code: 1000 }]],
  [push, [{ requests: 100 }, { asked: 100 }, { updates: 1 }]],
  [socketOnEachSide, [{ descriptors: [20] }, { areOpposite: false }]],
  [emptyPort, [{ tcp: 'connected' }, { sent: 0 }]],
  [descriptors, [{ isGone: false }, { fd: -1 }]],
  [pair, [{ received: '' }]],
  [twoProcesses, [{ accepted: 20, listener: 20 }, { isPair: false }]],
  [calls, [{ clientAfter: '0.0.0.0:0' }, { bound: '0.0.0.0:0' }, { accepted: 3, listener: 3 }]],
  [backlog, [{ connected: 4, tried: 4 }, { connected: 0 }, { accepted: 1 }]],
  [busyServer, [{ wasAsleep: false }, { received: '' }]],
  [receiveOnListener, [{ onListener: 'hello' }, { onAccepted: 'ENOTCONN' }]],
  [writeTwice, [{ reads: ['one', 'two'] }, { datagrams: ['onetwo'] }]],
  [threeServers, [{ listening: 1 }, { connected: 3 }]],
  [halfClose, [{ answer: '' }, { afterEnd: false }]],
  [listenByUdp, [{ listen: '' }, { received: '' }]],
  [anyProgram, [{ status: '400' }, { isDigest: false }, { echo: '' }]],
  [during, [{ between: 0 }, { fragments: 1 }]],
]);

const experiments = [...new Set(statements.flatMap(({ experiment }) => experiment ?? []))];
const linesOf = (wanted: Experiment): string =>
  statements.flatMap(({ id, experiment }) => (experiment === wanted ? id : [])).join(', ');

for (const experiment of experiments) {
  test.runIf(showsSockets)(
    `the experiment of ${linesOf(experiment)} bears out what the page says`,
    async () => {
      const before = held();
      const { figures, says, steps, table, bearsOut } = await perform(experiment);
      expect(bearsOut, JSON.stringify(figures)).toBe(true);
      for (const contrary of contraries.get(experiment)!) {
        expect(experiment.bearsOut({ ...figures, ...contrary }), JSON.stringify(contrary)).toBe(false);
      }
      expect(steps.length).toBeGreaterThan(0);
      expect(steps.some(({ bytes }) => bytes !== undefined && /^([0-9a-f]{2})+$/.test(bytes))).toBe(
        !withoutBytes.includes(experiment),
      );
      for (const row of table?.rows ?? []) expect(row).toHaveLength(table!.head.length);
      for (const text of [says.en, says.ko]) expect(text).not.toMatch(/undefined|NaN|\[object/);
      expect(says.ko).toMatch(/[가-힣]/);
      expect(held(), 'no socket is left behind').toEqual(before);
    },
  );
}

/** What they show is in the kernel's tables, or in an order. */
const withoutBytes: readonly Experiment[] = [descriptors, threeServers, lateUpdate];

/** The sockets that this process holds, TCP and UDP. */
function held(): string[] {
  return [...systemSockets('tcp'), ...systemSockets('udp')]
    .flatMap(({ descriptor, inode }) => (descriptor === undefined ? [] : inode))
    .sort();
}

test('each line has a place, words in both languages, a verdict and what it rests on', () => {
  const ids = statements.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, note, precisely, verdict, rests } of statements) {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(['holds', 'holds-if', 'imprecise']).toContain(verdict);
    for (const text of [note, precisely]) expect(text.en && text.ko).not.toBe('');
    // A sentence of the page ends as one; a quotation is as short as the note has it.
    expect(precisely.en).toMatch(/[.)]$/);
    expect(precisely.ko).toMatch(/니다\.$/);
    expect(rests.length).toBeGreaterThan(0);
    for (const rest of rests) expect(rest).toMatch(/^RFC \d+( \d+(\.\d+)*)?$|^\w+\(\d\)$/);
  }
});

test('only a slip of the pen and a piece of history have nothing to run', () => {
  expect(statements.filter(({ experiment }) => !experiment).map(({ id }) => id)).toEqual(['title', 'html5']);
});

test('a line that names a rung leads to one that is on the page of the ladder', () => {
  const named = statements.flatMap(({ rung }) => rung ?? []);
  expect(named).toEqual(expect.arrayContaining(['http-3', 'tcp-4']));
  const known = ladderIn('en').flatMap(({ rungs }) => rungs.map(({ id }) => id));
  expect(named.filter((rung) => !known.includes(rung))).toEqual([]);
});
