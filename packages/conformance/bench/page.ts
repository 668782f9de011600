/**
 * PERFORMANCE.md: each aim beside what was measured, in the run that wrote the page. What was not measured says why, so that
 * no figure of an older run or another machine stands among the others.
 */
import { AIMS, type Aim, PROOFS } from './aims.ts';
import { CEILING } from './contenders.ts';
import { LESS_IS_BETTER } from './scenario.ts';
import type { Row } from './statistics.ts';
import { NOISY } from './table.ts';

export interface Run {
  readonly date: Date;
  /** The machine, and how it was measured, in one line. */
  readonly about: string;
  /** The load average of the last minute, before and after. */
  readonly loads: readonly [number, number];
  readonly isBusy: boolean;
  /** Names of all scenarios that there are, and of the peers and the versions of Node that are not installed. */
  readonly scenarios: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

const TITLE = `# How fast the minis are, beside what was aimed at

\`npm run bench -- --write\` measures all of this and writes this page; [bench/README.md](bench/README.md) says how it measures.
Why the packages are as fast as they are, and what was tried: [http-mini](../http-mini/PERFORMANCE.md),
[ws-mini](../ws-mini/PERFORMANCE.md).`;

const COLUMNS = `_x peer_ is how many times as fast as the peer we are, the median of the rounds' ratios; _per CPU_ is the same for each second
of CPU time. For memory and imports it is our share of what the peer takes, and less is better. _Spread_ is from the slowest
round to the fastest, marked \`!\` above ${NOISY * 100} %; a ratio that is closer to its aim than the spread is _unclear_. The _ceiling_ is a
\`node:net\` program that does no protocol work.

| work | beside | x peer | per CPU | aim | reached | ours/s | peer/s | spread |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

/** By the profile of `ws echo 16 B, 1 in flight` and by strace of both servers; the shares held although the machine was busy. */
const NATIVE = `## What a native server can do that JavaScript on \`node:net\` cannot

\`strace\` counts the same system calls for a 16-byte echo of ws-mini and of Bun, one read, one write, and a poll for 22 of them, so
Bun's lead lies between the calls: of ws-mini's 18 us in V8's profile, 62 % are Node's native write, reading and polling, 12 % are
Node's own JavaScript and 10 % are ws-mini, and the ceiling, without any protocol, still takes 14 us. A native server parses in the
buffer that it reads into and sends straight from native code; on \`node:net\` each read allocates memory and enters JavaScript
through a stream, each write goes back through a request object, and no program above can leave that out.`;

export function page(rows: readonly Row[], run: Run): string {
  const lines = [...AIMS.map((aim) => aimLine(aim, rows, run)), ...PROOFS.map(proofLine)];
  return `${[TITLE, head(run), `${COLUMNS}\n${lines.join('\n')}`, NATIVE].join('\n\n')}\n`;
}

function head({ date, about, loads, isBusy }: Run): string {
  const [before, after] = loads.map((load) => load.toFixed(1));
  const busy = isBusy
    ? ' **The machine was busy with something else: trust only large ratios. In rounds that got little CPU time, V8 ran code that it had not compiled yet, which counts most beside native peers.**'
    : '';
  return `${date.toISOString().slice(0, 10)}: ${about}. Load average ${before} before the run and ${after} after it.${busy}`;
}

function aimLine(aim: Aim, rows: readonly Row[], run: Run): string {
  const own = rows.filter(({ name }) => name === aim.scenario);
  const row = aim.peer === CEILING ? own[0] : own.find(({ peerName }) => peerName === aim.peer);
  const ratio = aim.peer === CEILING ? row?.toCeiling : row?.toPeer;
  if (row === undefined || ratio === undefined)
    return cells(aim.work, aim.peer, `not run: ${whyNot(aim, run)}`, '', aimed(aim), '', '', '', '');
  const theirs = aim.peer === CEILING ? row.ceiling! : row.peer;
  return cells(
    aim.work,
    aim.peer,
    ratio.toFixed(2),
    perCpu(aim, row),
    aimed(aim),
    reached(aim, row, ratio),
    whole(row.ours.perSecond),
    whole(theirs.perSecond),
    `${Math.round(row.spread * 100)} %${row.spread > NOISY ? ' !' : ''}`,
  );
}

function whyNot({ scenario, peer }: Aim, run: Run): string {
  const [node] = /Node \d+$/.exec(scenario) ?? [];
  if (node !== undefined && run.missing.has(node)) return `${node} is not installed`;
  if (!run.scenarios.has(scenario)) return 'the bench has no such row';
  return run.missing.has(peer) ? 'the peer is not installed' : 'not asked for';
}

function aimed({ times, scenario }: Aim): string {
  return `${isLess(scenario) ? 'at most ' : ''}${times}`;
}

const isLess = (scenario: string): boolean => /^(idle|import) /.test(scenario);

/** The rounds cannot tell a ratio from an aim that is closer to it than they are to each other. */
function reached({ times }: Aim, { unit, spread }: Row, ratio: number): string {
  if (Math.abs(ratio / times - 1) < spread) return 'unclear';
  return (unit in LESS_IS_BETTER ? ratio <= times : ratio >= times) ? 'yes' : 'no';
}

/** Memory and imports have none; nor has the ceiling. */
function perCpu({ peer }: Aim, { toPeerPerCpu }: Row): string {
  return peer === CEILING || Number.isNaN(toPeerPerCpu) ? '' : toPeerPerCpu.toFixed(2);
}

function proofLine({ work, aim, proof }: (typeof PROOFS)[number]): string {
  return cells(work, '', proof, '', aim, '', '', '', '');
}

function cells(...values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}
