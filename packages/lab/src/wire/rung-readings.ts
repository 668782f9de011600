/**
 * Where rungs of the ladder end the requests in the same bytes. Each rung runs, and is sent beginnings of the bytes, every one
 * with a FIN behind it: a request ends at the first byte with which one answer more comes. So nobody has to look into the rung.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { TRACKS } from 'learn/ladder';
import { withRung } from 'learn/shown';

export interface RungReading {
  /** Of the http track. */
  readonly number: number;
  /** The first byte behind each request that was answered, or refused. */
  readonly ends: readonly number[];
  /** What each got. */
  readonly statuses: readonly string[];
}

/** Or why the rungs could not be run. */
export type RungReadings = readonly RungReading[] | { readonly failed: string };

/** One believes Content-Length, one the chunks, one neither. */
const READERS = [4, 7, 8];

/** @throws CannotRun */
export function readByRungs(bytes: Uint8Array, signal: AbortSignal): Promise<RungReading[]> {
  return Promise.all(READERS.map((number) => readBy(number, bytes, signal)));
}

function readBy(number: number, bytes: Uint8Array, signal: AbortSignal): Promise<RungReading> {
  const rung = TRACKS.http.rungs[number - 1]!;
  return withRung(rung, { language: 'en', signal }, async (server) => {
    const answersTo = (size: number) => answers(server, bytes.subarray(0, size));
    const statuses = await answersTo(bytes.length);
    const ends: number[] = [];
    for (const i of statuses.keys())
      ends.push(await least(bytes.length, async (size) => (await answersTo(size)).length > i));
    return { number, ends, statuses };
  });
}

/** The statuses that come back, until the server ends. */
async function answers(server: { host: string; port: number }, bytes: Uint8Array): Promise<string[]> {
  const socket = connect({ host: server.host, port: server.port, allowHalfOpen: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  socket.end(bytes);
  await once(socket, 'end');
  socket.destroy();
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d{3})/g), ([, status]) => status!);
}

/** The least size for which it is so, given that it is for `most`, and for all between. */
async function least(most: number, isSo: (size: number) => Promise<boolean>): Promise<number> {
  let [from, to] = [0, most];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await isSo(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}
