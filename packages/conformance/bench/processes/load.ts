// The load: prebuilt bytes out, counted bytes in. Every answer of a server is as long as its first one, so replies are
// counted by dividing; nothing is parsed while the clock runs. One connection of each audience sends `depth` requests in
// one write, and the next ones when all of these have been answered to all of the audience.
import { answerCommands, type Measured } from './child.ts';
import { measureFor, type Times } from './clock.ts';
import { Latencies } from './latencies.ts';
import { type Conversation, type Opened, openAll } from './open.ts';

export interface Load extends Conversation, Times {
  readonly depth: number;
  /** Connections that get each answer: all of them where the server broadcasts. Default 1. */
  readonly audience?: number;
  /** In each request, which is answered once. Default 1. */
  readonly messages?: number;
}

let opened: Opened[] = [];

async function run(load: Load): Promise<Measured> {
  const { audience = 1, messages = 1 } = load;
  const requests = Buffer.concat(Array<Buffer>(load.depth).fill(Buffer.from(load.request, 'base64')));
  opened = await openAll(load, load.connections, audience === 1);
  const latencies = new Latencies();
  let replies = 0;
  let fail!: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  for (let i = 0; i < opened.length; i += audience) {
    const { socket: asker, length } = opened[i]!;
    const wanted = length * load.depth * audience;
    let bytes = 0;
    let askedAt = performance.now();
    const count = (size: number): void => {
      const before = Math.floor(bytes / length);
      bytes += size;
      replies += Math.floor(bytes / length) - before;
      if (bytes < wanted) return;
      if (bytes > wanted) fail(new Error(`${bytes} bytes came where ${wanted} were expected`));
      bytes = 0;
      const now = performance.now();
      latencies.record(askedAt, now);
      askedAt = now;
      asker.write(requests);
    };
    for (const one of opened.slice(i, i + audience)) {
      one.take = ({ length: size }) => count(size);
      one.socket.on('close', () => fail(new Error('the server closed a connection')));
    }
    asker.write(requests);
  }
  return measureFor(load, () => replies * messages, latencies, failure);
}

function close(): void {
  for (const { socket } of opened) socket.removeAllListeners('close').destroy();
  opened = [];
}

answerCommands(run, close);
