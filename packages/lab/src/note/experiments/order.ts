/** One late update, on TCP and as datagrams: what "real time" costs on a transport that keeps the order (RFC 9293 3.4). */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Text } from '../../text.ts';
import { type Experiment, experiment, type Run } from '../experiment.ts';
import { openWebSocket, serveWebSocket } from '../servers.ts';
import { bound, HOST, listen } from '../talker.ts';

const UPDATES = 10;
const LATE = 5;
/** Milliseconds between two updates. */
const INTERVAL = 10;
/** Milliseconds that the late one is held, at least: until the last one has passed, too. */
const HELD = 200;
const HOLDS: Text = { en: 'holds it', ko: '붙잡음' };

export const lateUpdate: Experiment = experiment({
  title: {
    en: `${UPDATES} updates, one every ${INTERVAL} ms, over a WebSocket and as UDP datagrams. A proxy on the way holds number ${LATE} for ${HELD} ms: on TCP, what is behind it has to wait, as it would for a lost packet.`,
    ko: `업데이트 ${UPDATES}개를 ${INTERVAL} ms마다 하나씩 WebSocket과 UDP 데이터그램으로 보냅니다. 중간의 프록시가 ${LATE}번을 ${HELD} ms 동안 붙잡습니다. TCP에서는 패킷을 잃었을 때처럼 뒤의 것도 모두 기다립니다.`,
  },
  async run(run) {
    const madeAt: number[] = [];
    const hold = new Hold();
    const streamed = new Arrivals(run, madeAt, 'WebSocket');
    const datagrams = new Arrivals(run, madeAt, 'UDP');
    const overTcp = await tcpSender(run, hold, streamed);
    const overUdp = await udpSender(run, hold, datagrams);
    for (let update = 1; update <= UPDATES; update++) {
      madeAt[update] = performance.now();
      overTcp(`update ${update}`);
      overUdp(`update ${update}`);
      await sleep(INTERVAL);
    }
    await Promise.all([streamed.all, datagrams.all]);
    return {
      late: LATE,
      tcpOrder: streamed.order,
      udpOrder: datagrams.order,
      tcpAges: streamed.ages,
      udpAges: datagrams.ages,
      overtook: datagrams.order.indexOf(LATE) - (LATE - 1),
    };
  },
  says: ({ late, overtook, tcpAges }) => ({
    en: `As datagrams, ${overtook} updates overtook number ${late}. On TCP none did: the one behind it came ${tcpAges[late]} ms old, although nothing held it.`,
    ko: `데이터그램으로는 업데이트 ${overtook}개가 ${late}번을 앞질렀습니다. TCP에서는 하나도 앞지르지 못해, 아무도 붙잡지 않은 바로 다음 것도 도착했을 때 나이가 ${tcpAges[late]} ms였습니다.`,
  }),
  table: ({ tcpOrder, udpOrder, tcpAges, udpAges }) => ({
    head: [
      { en: 'the n-th to arrive', ko: '도착한 순서' },
      ...tcpOrder.map((_, index) => ({ en: `${index + 1}`, ko: `${index + 1}` })),
    ],
    rows: [
      [{ en: 'WebSocket: update', ko: 'WebSocket: 업데이트' }, ...tcpOrder],
      [{ en: 'its age, ms', ko: '그 나이(ms)' }, ...tcpAges],
      [{ en: 'UDP: update', ko: 'UDP: 업데이트' }, ...udpOrder],
      [{ en: 'its age, ms', ko: '그 나이(ms)' }, ...udpAges],
    ],
  }),
  bearsOut: ({ tcpOrder, overtook }) =>
    tcpOrder.every((update, index) => update === index + 1) && overtook === UPDATES - LATE,
});

/** When the late update may go on: after its time, and once both proxies have met the last one. */
class Hold {
  #passed = 0;
  #open: () => void = () => {};
  readonly #lastPassed = new Promise<void>((resolve) => (this.#open = resolve));

  passed(text: string): void {
    if (text.includes(`update ${UPDATES}`) && ++this.#passed === 2) this.#open();
  }

  async over(): Promise<void> {
    await Promise.all([sleep(HELD), this.#lastPassed]);
  }
}

class Arrivals {
  readonly order: number[] = [];
  readonly ages: number[] = [];
  readonly all: Promise<void>;
  readonly #run: Run;
  readonly #madeAt: readonly number[];
  readonly #over: string;
  #done: () => void = () => {};

  constructor(run: Run, madeAt: readonly number[], over: string) {
    this.#run = run;
    this.#madeAt = madeAt;
    this.#over = over;
    this.all = new Promise((resolve) => (this.#done = resolve));
  }

  take(text: string): void {
    const update = Number(text.replace('update ', ''));
    const age = Math.round(performance.now() - this.#madeAt[update]!);
    this.order.push(update);
    this.ages.push(age);
    const late = { en: `${age} ms old`, ko: `나이 ${age} ms` };
    this.#run.step('client', `${this.#over}: ${text}`, late);
    if (this.order.length === UPDATES) this.#done();
  }
}

/** A WebSocket through a proxy that holds a chunk of the stream, and therefore all that follows. */
async function tcpSender(run: Run, hold: Hold, arrivals: Arrivals): Promise<(text: string) => void> {
  let send: (text: string) => void = () => {};
  const { port: origin } = await serveWebSocket(
    run,
    (connection) => (send = (text) => void connection.send(text)),
    { observe: undefined },
  );
  const { port } = await listen(run, (near) => {
    const far = connect({ host: HOST, port: origin, noDelay: true });
    run.after(() => far.destroy());
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far);
    let before = Promise.resolve();
    far.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      hold.passed(text);
      const isLate = text.includes(`update ${LATE}`);
      if (isLate) run.step('proxy', `WebSocket: update ${LATE}`, HOLDS);
      before = before.then(async () => {
        if (isLate) await hold.over();
        near.write(bytes);
      });
    });
  });
  const connection = await openWebSocket(run, port);
  connection.on('message', (message) => arrivals.take(String(message)));
  return (text) => send(text);
}

/** Datagrams through a proxy that holds one of them, and no other. */
async function udpSender(run: Run, hold: Hold, arrivals: Arrivals): Promise<(text: string) => void> {
  const [sender, proxy, receiver] = [await bound(run), await bound(run), await bound(run)];
  receiver.on('message', (bytes) => arrivals.take(bytes.toString()));
  proxy.on('message', async (bytes) => {
    const text = bytes.toString();
    const isLate = text === `update ${LATE}`;
    if (isLate) {
      run.step('proxy', `UDP: update ${LATE}`, HOLDS);
      await hold.over();
    }
    proxy.send(bytes, receiver.address().port, HOST, () => hold.passed(text));
  });
  return (text) => sender.send(text, proxy.address().port, HOST);
}
