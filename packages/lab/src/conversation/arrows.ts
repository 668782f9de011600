/**
 * Which call received what another one sent: a line of the drawing. A write ends in the read that took its last byte, a FIN in the
 * read() that returned 0, and the handshake of the kernels in accept().
 */
import type { Side, Step } from './recorder.ts';

export interface Arrow {
  /** Places of the two steps. */
  readonly from: number;
  readonly to: number;
  readonly towards: Side;
  readonly kind: 'handshake' | 'bytes' | 'fin';
}

export function arrowsOf(steps: readonly Step[]): readonly Arrow[] {
  const connect = steps.findIndex(({ call }) => call === 'connect');
  const accept = steps.findIndex(({ call }) => call === 'accept');
  const handshake: Arrow[] =
    connect >= 0 && accept >= 0 ? [{ from: connect, to: accept, towards: 'server', kind: 'handshake' }] : [];
  return [...handshake, ...arrowsTo('server', steps), ...arrowsTo('client', steps)];
}

function arrowsTo(towards: Side, steps: readonly Step[]): Arrow[] {
  const arrows: Arrow[] = [];
  const onTheWay: { from: number; end: number }[] = [];
  let sent = 0;
  let read = 0;
  for (const [at, { by, call, bytes }] of steps.entries()) {
    if (by !== towards && call === 'write') {
      sent += bytes!.length / 2;
      onTheWay.push({ from: at, end: sent });
    } else if (by !== towards && call === 'shutdown') {
      onTheWay.push({ from: at, end: Number.POSITIVE_INFINITY });
    } else if (by === towards && call === 'read') {
      if (bytes === undefined) read = Number.POSITIVE_INFINITY;
      else read += bytes.length / 2;
      while (onTheWay[0] !== undefined && onTheWay[0].end <= read) {
        const { from, end } = onTheWay.shift()!;
        arrows.push({ from, to: at, towards, kind: end === Number.POSITIVE_INFINITY ? 'fin' : 'bytes' });
      }
    }
  }
  return arrows;
}
