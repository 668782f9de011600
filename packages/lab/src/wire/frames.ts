/** What both sides do with frames that have come: ws-mini's Protocol reads them, and each event is noted. */
import type { Message, Protocol } from 'ws-mini/wire';
import { hexOf } from '../page/hex.ts';
import { type Findings, shownBytes } from './outcome.ts';

/**
 * @param base where the frames begin among all bytes of this side
 * @param onMessage called with each message, before the next event is read
 */
export function readFrames(
  frames: Protocol,
  found: Findings,
  base: number,
  onMessage: (data: Message['data']) => void,
): void {
  for (let event = frames.next(); event !== undefined; event = frames.next()) {
    if (event.type === 'failed') found.fail(event.error, base);
    else if (event.type === 'close') found.add('close', `${event.code} ${event.reason}`.trimEnd());
    else if (event.type === 'ping' || event.type === 'pong') found.add(event.type, shownBytes(event.data));
    else if (event.type === 'message') {
      if (typeof event.data === 'string') found.add('text', event.data);
      else found.add('binary', hexOf(event.data));
      onMessage(event.data);
    }
  }
}
