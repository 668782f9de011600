/** The rows for a terminal: speed first, row by row as it is measured; latency and memory at the end. */
import { PLACES, type Places } from './profile.ts';
import type { Row } from './statistics.ts';

/** Of the median, from which on a row is said to be noisy. */
export const NOISY = 0.15;

const NAME = 38;
const SPEED = ['ours/s', 'peer/s', 'ceiling/s', 'x peer', 'x peer/CPU', 'x ceiling', 'spread'];
const THREE = ['ours', 'peer', 'ceiling'];

export const speedHeader: string = header(SPEED);

export function speedLine(row: Row): string {
  return lineOf(row, [
    whole(row.ours.perSecond),
    whole(row.peer.perSecond),
    whole(row.ceiling?.perSecond),
    ratio(row.toPeer),
    ratio(row.toPeerPerCpu),
    ratio(row.toCeiling),
    `${Math.round(row.spread * 100)} %${row.spread > NOISY ? ' !' : '  '}`,
  ]);
}

/** How long answers took, and what the processes held; nothing of rows that have neither. */
export function detailTable(rows: readonly Row[]): string {
  const seen = rows.filter(({ ours }) => !Number.isNaN(ours.memory));
  if (seen.length === 0) return '';
  const groups = ['half answered within, us', '99 of 100 within, us', 'MiB after a round'];
  const title = groups.map((group) => group.padStart(12 * THREE.length)).join('');
  const lines = seen.map((row) => {
    const three = [row.ours, row.peer, row.ceiling];
    return lineOf(row, [
      ...three.map((of) => whole(of?.p50)),
      ...three.map((of) => whole(of?.p99)),
      ...three.map((of) => whole(of && of.memory / 2 ** 20)),
    ]);
  });
  return `\n${' '.repeat(NAME)}${title}\n${header([...THREE, ...THREE, ...THREE])}${lines.join('')}`;
}

/** Where the time of each implementation went: see profile.ts. */
export function placesTable(all: readonly Places[]): string {
  if (all.length === 0) return '';
  const title = '\nwhere the CPU time goes, in % (unseen: reading, polling, other threads)\n';
  const lines = all.map(({ scenario, name, each, shares }) => {
    const parts = PLACES.map((place) => whole(100 * shares[place]));
    return line(scenario, [each.toFixed(each < 10 ? 2 : 1), ...parts], name);
  });
  return title + line('', ['us each', ...PLACES], 'of') + lines.join('');
}

function header(columns: readonly string[]): string {
  return line('', columns, 'peer');
}

function lineOf({ name, peerName }: Row, cells: readonly string[]): string {
  return line(name, cells, peerName);
}

function line(name: string, cells: readonly string[], who: string): string {
  return `${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(12)).join('')}  ${who}\n`;
}

const NOTHING = '·';

function whole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? NOTHING : Math.round(value).toLocaleString('en-GB');
}

function ratio(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? NOTHING : value.toFixed(2);
}

export function verdict(rows: readonly Row[], rounds: number): string {
  if (rounds < 2) return ''; // one round says nothing about the next
  const noisy = rows.filter((row) => row.spread > NOISY).length;
  return noisy === 0
    ? '\nThe rounds agree with each other.\n'
    : `\n! ${noisy} of ${rows.length} rows: rounds differ by more than ${NOISY * 100} %. The machine was busy; only large ratios mean something there.\n`;
}
