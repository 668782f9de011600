/**
 * Attacks on servers and clients, ours beside those of Node, undici and ws in the same run. The attackers sit in this
 * process, the victim in one of its own, and a client that means no harm asks it all the while.
 */
import { Random } from '../random.ts';
import { bySize, type Cell, type Failure, type Outcome, type Setting, type Trial } from '../trial.ts';
import type { Attack, Target } from './attack.ts';
import { onHttpClients, onHttpServers } from './http.ts';
import { type Course, type Suffering, suffer } from './suffering.ts';
import { onWebSocketServers } from './websocket.ts';

export const attacks: Trial = {
  name: 'attacks',
  title: 'Attacks, beside node:http, undici and ws',
  promise:
    'An attack costs no more memory than the limits allow. Whoever breaks a rule or misses a deadline is thrown out; whoever does only what is allowed, such as sending a body slowly, may stay. Meanwhile others are answered, and afterwards everybody is. An attacker that is thrown out comes again, so more may be thrown out than there are; "still there" counts the connections that were open when the attack ended, and the seconds are the median until one was thrown out.',
  run,
};

const MIB = 1024 * 1024;

interface Case {
  readonly target: Target;
  readonly attack: Attack;
  readonly implementation: string;
}

interface Result extends Case {
  readonly suffering: Suffering | Error;
}

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const course = bySize<Course>(size, {
    short: { lasts: 300, deadline: 800, bytes: MIB },
    usual: { lasts: 2200, deadline: 800, bytes: 64 * MIB },
    long: { lasts: 30_000, deadline: 10_000, bytes: 4096 * MIB },
  });
  const results: Result[] = [];
  const play = async (one: Case): Promise<void> => {
    signal.throwIfAborted();
    progress(`${one.attack.name} on ${one.implementation}`);
    const suffering = await suffer(one.target, one.attack, one.implementation, course, signal).catch(
      (error: Error) => error,
    );
    signal.throwIfAborted();
    results.push({ ...one, suffering });
  };
  // A test has no time for more than one of ours, and none for the others.
  if (size === 'short') await play(new Random(seed).pick(casesOf().filter(isOurs)));
  else for (const one of casesOf()) await play(one);
  const tables = (['HTTP', 'WebSocket'] as const).map((table) => ({
    caption: `${table}: attacks of ${course.lasts / 1000} s; deadlines are cut to ${course.deadline / 1000} s`,
    columns: COLUMNS,
    rows: results.filter(({ target }) => target.table === table).map(rowOf),
  }));
  const failures = results.filter(isOurs).flatMap((result) => failuresOf(result, size));
  return {
    tables: tables.filter(({ rows }) => rows.length > 0),
    figures: { attacks: results.length },
    failures,
    notRun: [],
  };
}

function casesOf(): Case[] {
  return [onHttpServers, onHttpClients, onWebSocketServers].flatMap((target) =>
    target.attacks.flatMap((attack) =>
      target.implementations.map((implementation) => ({ target, attack, implementation })),
    ),
  );
}

const isOurs = ({ target, implementation }: Case): boolean => target.implementations[0] === implementation;

const COLUMNS = [
  'attack',
  'on',
  'attackers',
  'memory before, MiB',
  'peak',
  'after',
  'heap kept, MiB',
  'event loop late by at most, ms',
  'another client waits, p50 ms',
  'p99',
  'a fresh one after it',
  'how the attackers ended',
];

function rowOf({ attack, implementation, suffering }: Result): Cell[] {
  const begin = [attack.name, implementation, attack.connections];
  if (suffering instanceof Error) return [...begin, ...Array(8).fill('-'), suffering.message];
  const { before, height, after, felt, fresh } = suffering;
  return [
    ...begin,
    Math.round(before.rss),
    Math.round(height.peak),
    Math.round(after.rss),
    tenth(after.heap - before.heap),
    Math.round(height.delay),
    tenth(felt[Math.floor(felt.length / 2)]!),
    tenth(felt[Math.floor(felt.length * 0.99)]!),
    fresh === 0 ? '-' : tenth(fresh),
    endingsText(suffering),
  ];
}

/** The most frequent two, since others are the ways of a socket to be late. */
function endingsText({ endings, life, left }: Suffering): string {
  const told = Object.entries(endings)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([ending, count]) => `${count} ${ending}`);
  const when = life === undefined ? '' : `, after ${tenth(life / 1000)} s`;
  const open = left > 0 ? [`${left} still there`] : [];
  return told.length + open.length === 0 ? 'all cut' : `${[...told, ...open].join(', ')}${when}`;
}

const tenth = (value: number): number => Math.round(value * 10) / 10 + 0; // no -0

/** MiB of heap that may be more after an attack than before it: caches, and code that was compiled. */
const KEPT = 32;

function failuresOf({ attack, implementation, suffering }: Result, size: Setting['size']): Failure[] {
  const on = `${attack.name}, on ${implementation}`;
  if (suffering instanceof Error) return [{ what: `${on}: ${suffering.message}` }];
  const { before, height, after } = suffering;
  const failures: Failure[] = [];
  const taken = Math.round(height.peak - before.rss);
  if (taken > attack.bound)
    failures.push({ what: `${on}: at most ${Math.round(attack.bound)} MiB expected, ${taken} taken` });
  const kept = Math.round(after.heap - before.heap);
  if (kept > KEPT && size !== 'short')
    failures.push({ what: `${on}: at most ${KEPT} MiB of heap expected to be kept, ${kept} are` });
  return failures;
}
