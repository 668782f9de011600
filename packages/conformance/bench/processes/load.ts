// The load: prebuilt bytes out, counted bytes in. Every answer of a server is as long as its first one, so replies are
// counted by dividing; nothing is parsed while the clock runs. One connection of each audience sends `depth` requests in
// one write, and the next ones when all of these have been answered to all of the audience.
import { answerCommands, type Measured } from './child.ts';
import { measureFor, type Times } from './clock.ts';
import { Latencies } from './latencies.ts';
import { type Conversation, openAll } from './open.ts';

export interface Load extends Conversation, Times {
  readonly depth: number;
  /** Connections that get each answer: all of them where the server broadcasts. Default 1. */
  readonly audience?: number;
  /** In each request, which is answered once. Default 1. */
  readonly messages?: number;
}

answerCommands(async (load: Load): Promise<Measured> => {
  const { audience = 1, messages = 1 } = load;
  const requests = Buffer.concat(Array<Buffer>(load.depth).fill(Buffer.from(load.request, 'base64')));
  const sockets = await openAll(load, load.connections, audience === 1);
  const latencies = new Latencies();
  let replies = 0;
  let fail!: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  for (let i = 0; i < sockets.length; i += audience) {
    const { socket: asker, length } = sockets[i]!;
    const wanted = length * load.depth * audience;
    let bytes = 0;
    let askedAt = performance.now();
    const count = (chunk: Buffer): void => {
      const before = Math.floor(bytes / length);
      bytes += chunk.length;
      replies += Math.floor(bytes / length) - before;
      if (bytes < wanted) return;
      if (bytes > wanted) fail(new Error(`${bytes} bytes came where ${wanted} were expected`));
      bytes = 0;
      const now = performance.now();
      latencies.record(askedAt, now);
      askedAt = now;
      asker.write(requests);
    };
    for (const { socket } of sockets.slice(i, i + audience)) {
      socket.on('data', count).on('close', () => fail(new Error('the server closed a connection')));
    }
    asker.write(requests);
  }
  const measured = await measureFor(load, () => replies * messages, latencies, failure);
  for (const { socket } of sockets) socket.removeAllListeners('close').destroy();
  return measured;
});
