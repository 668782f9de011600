/** A few bytes to a server, and all that comes back: for what breaks, and for the answer to a prediction. */
import { connect } from 'node:net';
import type { Breakage } from './rung.ts';

export interface Exchange {
  /** In the order in which it passed. */
  readonly passages: readonly { readonly way: 'sent' | 'received'; readonly bytes: Uint8Array }[];
  /** What the server did to the connection. */
  readonly end: 'open' | 'closed' | 'reset';
}

/** Milliseconds between two writes, so that the server gets them in two. */
const BETWEEN = 30;

/** Until the server has ended, or has been silent for `quiet` milliseconds after the last write. */
export async function exchange(
  { host, port }: { host: string; port: number },
  { sends, ends }: Pick<Breakage, 'sends' | 'ends'>,
  quiet: number,
): Promise<Exchange> {
  const passages: { way: 'sent' | 'received'; bytes: Uint8Array }[] = [];
  let end: Exchange['end'] = 'open';
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  let wake = (): void => {};
  socket.on('data', (bytes) => {
    passages.push({ way: 'received', bytes });
    wake();
  });
  socket.on('end', () => {
    end = 'closed';
    wake();
  });
  socket.on('error', () => {
    end = 'reset';
    wake();
  });
  /** Whether something happened within the time. */
  const arrival = (milliseconds: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds, false);
      wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  for (const text of sends) {
    if (!socket.writable) break;
    const bytes = Buffer.from(text, 'latin1');
    passages.push({ way: 'sent', bytes });
    socket.write(bytes);
    await arrival(BETWEEN);
  }
  if (ends) socket.end();
  while (end === 'open' && (await arrival(quiet)));
  socket.destroy();
  return { passages, end };
}

export function receivedIn({ passages }: Exchange): string {
  const received = passages.filter(({ way }) => way === 'received').map(({ bytes }) => bytes);
  return Buffer.concat(received).toString('latin1');
}
