// The load: prebuilt bytes out, counted bytes in. Every answer of a server is as long as its first one, so replies are
// counted by dividing; nothing is parsed while the clock runs. One connection of each audience sends `depth` requests in
// one write, and the next ones when all of these have been answered to all of the audience.
import { answerCommands, type Measured, report } from './child.ts';
import { Latencies } from './latencies.ts';
import { type Conversation, openAll } from './open.ts';

export interface Load extends Conversation {
  readonly depth: number;
  /** Connections that get each answer: all of them where the server broadcasts. Default 1. */
  readonly audience?: number;
  readonly warmUp: number;
  readonly seconds: number;
}

answerCommands(async (load: Load): Promise<Measured> => {
  const { audience = 1 } = load;
  const requests = Buffer.concat(Array<Buffer>(load.depth).fill(Buffer.from(load.request, 'base64')));
  const sockets = await openAll(load, load.connections, audience === 1);
  const latencies = new Latencies();
  let replies = 0;
  let failure: Error | undefined;
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
      if (bytes > wanted) failure ??= new Error(`${bytes} bytes came where ${wanted} were expected`);
      bytes = 0;
      const now = performance.now();
      latencies.record(askedAt, now);
      askedAt = now;
      asker.write(requests);
    };
    for (const { socket } of sockets.slice(i, i + audience)) {
      socket.on('data', count).on('close', () => {
        failure ??= new Error('the server closed a connection');
      });
    }
    asker.write(requests);
  }
  await pause(load.warmUp);
  const started = performance.now();
  const first = replies;
  latencies.reset();
  report({ began: true });
  await pause(load.seconds);
  const seconds = (performance.now() - started) / 1000;
  const measured = { count: replies - first, seconds, ...latencies.percentiles };
  for (const { socket } of sockets) socket.removeAllListeners('close').destroy();
  if (failure) throw failure;
  if (measured.count === 0) throw new Error('no reply came');
  return measured;
});

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
