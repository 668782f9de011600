// WebSocket clients, all of them driven alike: each connection says `depth` messages in one turn, and the next ones when as
// many have come back. The process runs the client that its argument names; the server is the ceiling.
import { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocket as WsWebSocket } from 'ws';
import { connect, WebSocket as MiniWebSocket } from 'ws-mini';
import { encodeFrame, Opcode } from 'ws-mini/wire';
import { answerCommands, type Measured } from './child.ts';
import { measureFor, type Times } from './clock.ts';
import { Latencies } from './latencies.ts';
import { Opened } from './open.ts';
import { UPGRADE } from './work.ts';

interface Task extends Times {
  readonly port: number;
  /** Bytes of each message. */
  readonly content: number;
  readonly connections: number;
  /** Messages in flight on each connection. */
  readonly depth: number;
}

interface Ears {
  heard(length: number): void;
  closed(): void;
}
/** Opens a connection; what it answers says the message as often as it is told. */
type Open = (url: URL, message: Buffer, ears: Ears) => Promise<(times: number) => void>;

const CLIENTS: Record<string, Open> = {
  async 'ws-mini connect'(url, message, { heard, closed }) {
    const connection = await connect(url, { heartbeat: NEVER_DUE });
    connection.on('message', (answer) => heard(answer.length)).on('close', closed);
    return repeat(() => void connection.send(message));
  },

  'ws-mini WebSocket': (url, message, ears) =>
    open(new MiniWebSocket(url, [], { heartbeat: NEVER_DUE }), message, ears),

  'ws client': openWs,
  'ws client+bufferutil': openWs,

  'undici WebSocket': (url, message, ears) => open(new UndiciWebSocket(url), message, ears),

  /** The ceiling of clients: prebuilt bytes out, counted bytes in. */
  ceiling(url, message, { heard, closed }) {
    const payload = { opcode: Opcode.binary, payload: message };
    const request = encodeFrame({ ...payload, maskKey: 0x37fa213d });
    const answerLength = encodeFrame(payload).length;
    const several: Buffer[] = [];
    let bytes = 0;
    const opened = new Opened(Number(url.port));
    opened.socket.on('close', closed).write(UPGRADE);
    const say = (times: number): void => {
      several[times] ??= Buffer.concat(Array<Uint8Array>(times).fill(request));
      opened.socket.write(several[times]!);
    };
    return new Promise((resolve) => {
      // The head comes in one piece, and nothing behind it before a request.
      opened.take = () => {
        opened.take = ({ length }) => {
          for (bytes += length; bytes >= answerLength; bytes -= answerLength) heard(message.length);
        };
        resolve(say);
      };
    });
  },
};

/** The ceiling answers no Ping, and a long run must not end for that: the heartbeat is kept, and never due. */
const NEVER_DUE = 24 * 3600 * 1000;

async function openWs(url: URL, message: Buffer, { heard, closed }: Ears): ReturnType<Open> {
  const socket = new WsWebSocket(url, { perMessageDeflate: false });
  socket.on('message', (answer) => heard((answer as Buffer).length)).on('close', closed);
  await new Promise((resolve) => socket.on('open', resolve));
  return repeat(() => socket.send(message));
}

/** By the browser's interface. */
async function open(
  socket: MiniWebSocket | UndiciWebSocket,
  message: Buffer,
  { heard, closed }: Ears,
): ReturnType<Open> {
  const target: EventTarget = socket;
  socket.binaryType = 'arraybuffer';
  target.addEventListener('message', (event) =>
    heard((event as Event & { data: ArrayBuffer }).data.byteLength),
  );
  target.addEventListener('close', closed);
  await new Promise((resolve) => target.addEventListener('open', resolve));
  return repeat(() => socket.send(message));
}

function repeat(say: () => void): (times: number) => void {
  return (times) => {
    for (let i = 0; i < times; i++) say();
  };
}

answerCommands(async (task: Task): Promise<Measured> => {
  const { port, content, connections, depth } = task;
  const [url, message] = [new URL(`ws://127.0.0.1:${port}/`), Buffer.alloc(content, 'x')];
  const latencies = new Latencies();
  let count = 0;
  let isOver = false;
  let fail!: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const talk = async (): Promise<void> => {
    let [awaited, askedAt] = [depth, 0];
    const heard = (length: number): void => {
      if (length !== content) fail(new Error(`a message of ${length} bytes came, not of ${content}`));
      count++;
      if (--awaited > 0) return;
      const now = performance.now();
      latencies.record(askedAt, now);
      [awaited, askedAt] = [depth, now];
      if (!isOver) say(depth);
    };
    const closed = (): void => fail(new Error('the connection was closed'));
    const say = await CLIENTS[process.argv[2]!]!(url, message, { heard, closed });
    askedAt = performance.now();
    say(depth);
  };
  await Promise.race([failure, Promise.all(Array.from({ length: connections }, talk))]);
  const measured = await measureFor(task, () => count, latencies, failure);
  isOver = true;
  failure.catch(() => {}); // the connections stay until the process ends
  return measured;
});
