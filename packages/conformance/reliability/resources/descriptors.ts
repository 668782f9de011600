/** No file descriptor is left: those that came are served, the others are turned away, and afterwards all is as before. */
import { connect, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { becomes, type Check, type Finding } from './check.ts';
import { withFolder } from './folder.ts';
import { cpuOf, end, hasProc, minis, type Program, portOf } from './program.ts';

/** Few, but enough for the program to start. */
const LIMIT = 64;
const CLIENTS = 200;
/** Milliseconds for which we look whether it spins, and how much of that may be work. */
const LOOK = 1000;
const BUSY = 0.8;

export const descriptors: Check = {
  name: 'descriptors',
  unable: () => (hasProc ? undefined : 'it looks into /proc, which only Linux has'),
  run: async (signal) => {
    const served = await withFolder((folder) =>
      crowded(['serve', '--port', '0', folder], 'minis serve (http-mini)', get('/hello.txt'), signal),
    );
    const listened = await crowded(['listen', '--port', '0'], 'minis listen (ws-mini)', OPENING, signal);
    return [served, listened];
  },
};

const get = (target: string): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
const OPENING =
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

async function crowded(
  args: readonly string[],
  name: string,
  request: string,
  signal: AbortSignal,
): Promise<Finding> {
  const program = minis(args, signal, `ulimit -n ${LIMIT}; %`);
  const clients: Client[] = [];
  try {
    const port = await portOf(program, signal);
    for (let i = 0; i < CLIENTS; i++) clients.push(new Client(port));
    await becomes(() => clients.some(({ fate }) => fate === 'turned away'), signal);
    const spun = await busyness(program, signal);
    for (const client of clients) client.ask(request);
    const nobodyHangs = await becomes(() => clients.every(({ fate }) => fate !== undefined), signal);
    for (const client of clients) client.end();
    const fresh = async (): Promise<boolean> => {
      const client = new Client(port);
      clients.push(client);
      client.ask(request);
      return (await becomes(() => client.fate !== undefined, signal)) && client.fate === 'answered';
    };
    const goesOn = await becomes(fresh, signal);
    const count = (fate: Fate): number => clients.slice(0, CLIENTS).filter((one) => one.fate === fate).length;
    const isAlive = program.child.exitCode === null && program.child.signalCode === null;
    return {
      what: `${name}, ${LIMIT} descriptors, ${CLIENTS} clients`,
      expected: 'all are answered or turned away, it does not spin, it goes on',
      told: `${count('answered')} answered, ${count('turned away')} turned away, ${clients.slice(0, CLIENTS).filter(({ fate }) => fate === undefined).length} hang; ${Math.round(spun * 100)} % of a processor while it was full; afterwards ${goesOn ? 'it answers' : 'IT DOES NOT ANSWER'}`,
      held: nobodyHangs && goesOn && isAlive && spun < BUSY,
    };
  } finally {
    for (const client of clients) client.end();
    await end(program);
  }
}

/** From 0 to 1: how much of a processor it takes, though there is nothing to do. */
async function busyness(program: Program, signal: AbortSignal): Promise<number> {
  const before = cpuOf(program);
  const began = performance.now();
  await after(LOOK, undefined, { signal });
  return (cpuOf(program) - before) / (performance.now() - began);
}

type Fate = 'answered' | 'turned away';

class Client {
  fate: Fate | undefined;
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1' })
      .on('error', () => {})
      .on('data', () => (this.fate = 'answered'))
      .on('close', () => (this.fate ??= 'turned away'));
  }

  ask(request: string): void {
    this.#socket.write(request);
  }

  end(): void {
    this.#socket.destroy();
  }
}
