/** ws-mini's Protocol and ws's Receiver on the same frames, without a socket: the same messages, or the difference has a name. */

import type { Writable } from 'node:stream';
import fc from 'fast-check';
import * as ws from 'ws';
import { Protocol } from 'ws-mini/wire';
import { cut } from '../../src/arbitraries/pieces.ts';
import { FRAME_DEVIATIONS } from '../../src/differential/websocket/deviations.ts';
import { differenceOf } from '../../src/differential/websocket/difference.ts';
import {
  anyStream,
  FILLER,
  MAX_MESSAGE,
  type Role,
  type Stream,
} from '../../src/differential/websocket/frames.ts';
import type { Observation } from '../../src/differential/websocket/observe.ts';
import type { Compared } from './compared.ts';

const BATCH = 500;

/** It is exported, and its types are not. */
const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
};

/** Without compression, which ws leaves to the system's threads: the properties compare that over sockets. */
export async function* compareFrames(role: Role, times: number, seed: number): AsyncGenerator<Compared> {
  const streams = anyStream(role).map(
    (stream): Stream => ({ ...stream, compression: 'none', ending: 'filler' }),
  );
  for (let done = 0; done < times; done += BATCH) {
    for (const stream of fc.sample(streams, { seed: seed + done, numRuns: BATCH })) {
      const difference = differenceOf(stream, seenByMini(stream), await seenByWs(stream));
      const name = difference && FRAME_DEVIATIONS.find(({ isMet }) => isMet(difference))?.id;
      const names = name === undefined ? [] : [name];
      yield { bytes: stream.bytes, names, unnamed: name === undefined ? difference : undefined };
    }
  }
}

/** What ends every stream stands behind it, so that no end waits for more. */
function piecesOf({ bytes, pieces }: Stream): Uint8Array[] {
  return cut(Buffer.concat([bytes, FILLER]), pieces);
}

const hex = (data: string | Uint8Array): string => Buffer.from(data as Uint8Array).toString('hex');

function seenByMini(stream: Stream): Observation {
  const seen: string[] = [];
  let code: string | undefined;
  const protocol = new Protocol({ role: stream.role, maxMessage: MAX_MESSAGE, maskKey: () => 0 });
  for (const piece of piecesOf(stream)) {
    protocol.receive(piece);
    for (let event = protocol.next(); event !== undefined; event = protocol.next()) {
      if (event.type === 'ping' || event.type === 'pong') seen.push(`${event.type} ${hex(event.data)}`);
      else if (event.type === 'failed') code = event.error.code;
      else if (event.type === 'message')
        seen.push(`${typeof event.data === 'string' ? 'text' : 'binary'} ${hex(event.data)}`);
      else if (event.type === 'close') seen.push(`close ${event.code} ${event.reason}`);
    }
    if (protocol.state !== 'open') break;
  }
  return ended(seen, code);
}

async function seenByWs(stream: Stream): Promise<Observation> {
  const seen: string[] = [];
  let code: string | undefined;
  let isOver = false;
  const receiver = new Receiver({ isServer: stream.role === 'server', maxPayload: MAX_MESSAGE });
  receiver.on('ping', (data: Buffer) => seen.push(`ping ${hex(data)}`));
  receiver.on('pong', (data: Buffer) => seen.push(`pong ${hex(data)}`));
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    seen.push(`${isBinary ? 'binary' : 'text'} ${hex(data)}`),
  );
  const over = new Promise<void>((resolve) => {
    const end = (): void => {
      isOver = true;
      resolve();
    };
    receiver.on('conclude', (closeCode: number, reason: Buffer) => {
      seen.push(`close ${closeCode} ${reason}`);
      end();
    });
    receiver.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code;
      end();
    });
  });
  for (const piece of piecesOf(stream)) {
    if (isOver) break;
    receiver.write(piece);
  }
  await over;
  return ended(seen, code);
}

/** As an observation of a connection is: its last line is how it closed. Why it failed each says in its own words. */
function ended(seen: string[], code: string | undefined): Observation {
  return { seen: code === undefined ? seen : [...seen, 'failed'], sent: [], code };
}
