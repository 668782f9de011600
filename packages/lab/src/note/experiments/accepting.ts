/**
 * What listen() and accept() do. The server that is asleep is a thread of its own with an event loop of its own: while it
 * sleeps, no line of it can run, so whatever happens to its connections meanwhile the kernel has done.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { systemSockets } from '../../sockets.ts';
import { type Experiment, experiment, type Run } from '../experiment.ts';
import { dial, HOST, listen, Talker } from '../talker.ts';
import { requireProc, shown, socketsAt } from './kernel.ts';

/** A client with a process of its own, which connects and says its number. */
const CLIENT = `
  const socket = require('node:net').connect(Number(process.argv[1]), '${HOST}', () => socket.write('hello'));
  socket.on('error', () => process.exit(1)).resume().on('end', () => process.exit());
`;

/** accept(2): "returns a new file descriptor"; the listening socket "is unaffected by this call". */
export const twoProcesses: Experiment = experiment({
  title: {
    en: 'A client in a process of its own connects to a server in this one. The kernel is asked for the descriptors of both.',
    ko: '다른 프로세스의 클라이언트가 이 프로세스의 서버에 연결합니다. 두 프로세스의 파일 디스크립터를 커널에 묻습니다.',
  },
  async run(run) {
    requireProc();
    let accepted: () => void = () => {};
    const connected = new Promise<void>((resolve) => (accepted = resolve));
    const { port } = await listen(run, (socket) => {
      const server = new Talker(run, 'server', socket);
      void server.until(() => server.text === 'hello').then(accepted, () => {});
    });
    const child = spawn(process.execPath, ['-e', CLIENT, String(port)], { stdio: 'ignore' });
    run.after(() => ended(child));
    await Promise.race([connected, failed(child)]);
    const here = socketsAt(port);
    const listener = here.find(({ state }) => state === 'LISTEN');
    const connection = here.find(({ state }) => state === 'ESTABLISHED');
    const own = socketsAt(port, child.pid!).find(({ remote }) => remote.port === port);
    if (!listener || !connection || !own) throw new Error('the kernel does not list the sockets');
    run.step('listener', `${process.pid}: ${shown(listener)}`);
    run.step('server', `${process.pid}: ${shown(connection)}`, {
      en: 'what accept() returned',
      ko: 'accept()가 돌려준 것',
    });
    run.step('client', `${child.pid}: ${shown(own)}`, {
      en: 'what socket() returned',
      ko: 'socket()이 돌려준 것',
    });
    return {
      server: process.pid,
      client: child.pid!,
      listener: listener.descriptor!,
      accepted: connection.descriptor!,
      own: own.descriptor!,
      isPair: connection.remote.port === own.local.port && connection.inode !== own.inode,
    };
  },
  says: ({ server, client, listener, accepted, own }) => ({
    en: `In the server’s process ${server}: ${listener} listens, as before, and accept() returned ${accepted}, a new one. In the client’s process ${client}: ${own}, which the client had made itself.`,
    ko: `서버 프로세스 ${server}에서는 ${listener}번이 전처럼 연결을 기다리고, accept()는 새 디스크립터 ${accepted}번을 돌려주었습니다. 클라이언트 프로세스 ${client}에는 스스로 만든 ${own}번이 있습니다.`,
  }),
  bearsOut: ({ server, client, listener, accepted, isPair }) =>
    server !== client && accepted !== listener && isPair,
});

/** Rejects if the process cannot be begun, or ends. */
function failed(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error('the client’s process ended early')));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** A server that listens, and then sleeps until it is woken: it accepts nothing meanwhile. */
const SLEEPER = `
  const { parentPort, workerData: { awake, backlog } } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    parentPort.postMessage('accept');
    socket.on('data', (bytes) => parentPort.postMessage(bytes)).on('error', () => {});
  });
  server.listen({ host: '${HOST}', port: 0, backlog }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(awake, 0, 0, 8000);
  });
`;

class Sleeper {
  readonly worker: Worker;
  readonly #awake = new Int32Array(new SharedArrayBuffer(4));

  constructor(run: Run, backlog: number) {
    this.worker = new Worker(SLEEPER, { eval: true, workerData: { awake: this.#awake, backlog } });
    run.after(() => {
      this.wake();
      return this.worker.terminate();
    });
  }

  /** It listens now, and sleeps: it says its port in the turn of its loop in which it falls asleep. */
  async port(): Promise<number> {
    const [port] = (await once(this.worker, 'message')) as [number];
    return port;
  }

  get isAsleep(): boolean {
    return Atomics.load(this.#awake, 0) === 0;
  }

  wake(): void {
    Atomics.store(this.#awake, 0, 1);
    Atomics.notify(this.#awake, 0);
  }
}

/** accept(2): takes the first connection off the queue; RFC 9293 3.5: the handshake is TCP's, in the kernel. */
export const busyServer: Experiment = experiment({
  title: {
    en: 'A server listens and then sleeps. A client connects and writes; then the server is woken.',
    ko: '서버가 listen()을 부른 뒤 잠듭니다. 클라이언트가 연결하고 쓴 다음에 서버를 깨웁니다.',
  },
  async run(run) {
    const server = new Sleeper(run, 511);
    const port = await server.port();
    run.step('listener', `listen(${HOST}:${port})`, { en: 'then it sleeps', ko: '그리고 잠듭니다' });
    const client = await dial(run, port);
    const wasAsleep = server.isAsleep;
    client.write('hello');
    run.step('server', undefined, {
      en: 'is woken; only now can it call accept()',
      ko: '깨어나서, 이제야 accept()를 부를 수 있습니다',
    });
    const told: unknown[] = [];
    const heard = new Promise<void>((resolve) =>
      server.worker.on('message', (message) => told.push(message) === 2 && resolve()),
    );
    server.wake();
    await heard;
    run.step('server', 'accept()');
    const bytes = told[1] as Uint8Array;
    run.read('server', bytes);
    return { wasAsleep, accepted: told[0] === 'accept', received: Buffer.from(bytes).toString() };
  },
  says: ({ wasAsleep, received }) => ({
    en: `The client was connected and had written while the server ${wasAsleep ? 'slept' : 'was awake'}; the kernel had shaken hands. Once awake, the server called accept() and read “${received}”.`,
    ko: `서버가 ${wasAsleep ? '자는' : '깨어 있는'} 동안 클라이언트는 연결을 마치고 쓰기까지 했습니다. 핸드셰이크는 커널이 했습니다. 서버는 깨어난 뒤에 accept()를 부르고 “${received}”를 읽었습니다.`,
  }),
  bearsOut: ({ wasAsleep, accepted, received }) => wasAsleep && accepted && received === 'hello',
});

const BACKLOG = 2;
const CLIENTS = 5;
/** Milliseconds after which a client that is not connected counts as waiting. On this machine a handshake takes one. */
const PATIENCE = 150;

/** listen(2): since Linux 2.2 the backlog is of connections that are established and wait for accept(). */
export const backlog: Experiment = experiment({
  title: {
    en: `A server calls listen(${BACKLOG}) and sleeps, so it accepts none. ${CLIENTS} clients connect, one after the other.`,
    ko: `서버가 백로그 ${BACKLOG}로 listen()을 부르고 잠들어 아무도 받아들이지 않습니다. 클라이언트 ${CLIENTS}개가 차례로 연결합니다.`,
  },
  async run(run) {
    const server = new Sleeper(run, BACKLOG);
    const port = await server.port();
    run.step('listener', `listen(${HOST}:${port}, ${BACKLOG})`, {
      en: 'then it sleeps',
      ko: '그리고 잠듭니다',
    });
    let connected = 0;
    for (let number = 1; number <= CLIENTS; number++) {
      if (!(await connects(run, port, number))) break;
      connected++;
    }
    return {
      backlog: BACKLOG,
      connected,
      tried: Math.min(connected + 1, CLIENTS),
      accepted: server.isAsleep ? 0 : 1,
    };
  },
  says: ({ backlog, connected, tried, accepted }) => ({
    en: `With listen(${backlog}) and ${accepted} calls of accept(), ${connected} clients were connected and had sent; number ${tried} waits.`,
    ko: `백로그는 ${backlog}이고 accept()는 ${accepted}번 불렀는데, 클라이언트 ${connected}개가 연결되어 데이터까지 보냈고 ${tried}번째는 기다립니다.`,
  }),
  bearsOut: ({ backlog, connected, tried, accepted }) =>
    accepted === 0 && connected >= backlog && connected < tried,
});

async function connects(run: Run, port: number, number: number): Promise<boolean> {
  const socket = connect({ host: HOST, port, noDelay: true });
  run.after(() => socket.destroy());
  socket.on('error', () => {});
  const text = { en: `client ${number}`, ko: `클라이언트 ${number}` };
  const isConnected = await new Promise<boolean>((resolve) => {
    // One more turn of the loop: on a busy machine the connection may have come, and not been looked at.
    const timer = setTimeout(() => setImmediate(resolve, false), PATIENCE);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  if (isConnected) {
    run.step('client', 'connect() = 0', text);
    run.wrote('client', Buffer.from('hello'), text);
    socket.write('hello');
  } else
    run.step('client', `connect() … ${stateTo(port)}`, {
      en: `${text.en} waits`,
      ko: `${text.ko}: 기다립니다`,
    });
  return isConnected;
}

/** The state of a client's socket that is not connected yet, as the kernel says it. */
function stateTo(port: number): string {
  return (
    systemSockets().find(({ state, remote }) => state === 'SYN-SENT' && remote.port === port)?.state ?? ''
  );
}
