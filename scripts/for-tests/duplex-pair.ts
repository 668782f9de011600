/**
 * Two ends of a connection in memory: Node's `duplexPair`, which knows no resets. Here an end that is destroyed before both
 * sides have ended resets the other one, as a lost TCP connection does.
 */
import { type Duplex, type DuplexOptions, duplexPair } from 'node:stream';

export function connectedPair(options?: DuplexOptions): [Duplex, Duplex] {
  const [one, other] = duplexPair({ allowHalfOpen: true, ...options });
  resets(one, other);
  resets(other, one);
  return [one, other];
}

function resets(end: Duplex, other: Duplex): void {
  // In place of Node's own: from Node 24 on, it destroys the other end too, but says nothing of a reset.
  end._destroy = (error, done) => {
    const hasEnded = end.readableEnded && end.writableFinished;
    const reset = (): unknown =>
      other.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    if (!hasEnded) process.nextTick(reset);
    done(error);
  };
}
