/**
 * The same updates, delivered in five ways at once: asked for again and again, answered late (long poll), as an event stream,
 * as one endless answer in chunks, and over a WebSocket. Counted: requests, updates, and the bytes around each update.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createServer, type HttpRequest, type HttpResponse, switchProtocols } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import type { Text } from '../../text.ts';
import { type Experiment, experiment, type Run } from '../experiment.ts';
import { httpClient, openWebSocket } from '../servers.ts';
import { HOST } from '../talker.ts';

const UPDATES = 15;
/** Milliseconds between two updates. */
const INTERVAL = 30;
/** Milliseconds between an answer and the next question of the client that polls. */
const POLL = 20;

/** Makes the updates, and wakes those who wait for the next. */
class Source {
  made = 0;
  readonly #madeAt: number[] = [];
  #waiting: (() => void)[] = [];

  make(): void {
    this.made++;
    this.#madeAt[this.made] = performance.now();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  ageOf(update: number): number {
    return performance.now() - this.#madeAt[update]!;
  }

  /** How many wait for the next update. */
  get waiting(): number {
    return this.#waiting.length;
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** All of one length, so that the bytes around them can be told. */
const textOf = (update: number): string => JSON.stringify({ update: String(update).padStart(2, '0') });

/** What one way brought. */
class Received {
  readonly name: Text;
  requests = 0;
  updates = 0;
  inVain = 0;
  last = 0;
  readonly ages: number[] = [];
  bytes = 0;
  readonly #source: Source;
  readonly #run: Run;
  #shown = 0;

  constructor(name: Text, source: Source, run: Run) {
    this.name = name;
    this.#source = source;
    this.#run = run;
  }

  /** Writes down what came first, with the head if there is one, and what came next; the others look like that. */
  came(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (++this.#shown <= 2) this.#run.read('client', bytes, this.name);
  }

  take(text: string): void {
    const { update } = JSON.parse(text) as { update: string };
    const number = Number(update);
    if (number <= this.last) this.inVain++;
    else {
      this.last = number;
      this.updates++;
      this.ages.push(this.#source.ageOf(number));
    }
  }

  /** Bytes received for each update that are not its text. */
  around(text: number): number {
    return Math.round(this.bytes / this.updates - text);
  }

  get isComplete(): boolean {
    return this.last === UPDATES;
  }

  get medianAge(): number {
    return Math.round([...this.ages].sort((a, b) => a - b)[Math.floor(this.ages.length / 2)] ?? 0);
  }
}

type Deliver = (run: Run, port: number, received: Received) => Promise<void>;

/** A client whose incoming bytes are counted. */
function watched(run: Run, port: number, received: Received): Client {
  return httpClient(run, port, {
    observe: (event) => event.type === 'received' && received.came(event.bytes),
  });
}

const poll: Deliver = async (run, port, received) => {
  const client = watched(run, port, received);
  while (!received.isComplete) {
    received.requests++;
    received.take(await (await client.request({ target: '/latest' })).text());
    await sleep(POLL);
  }
};

const longPoll: Deliver = async (run, port, received) => {
  const client = watched(run, port, received);
  while (!received.isComplete) {
    received.requests++;
    received.take(await (await client.request({ target: `/after?${received.last}` })).text());
  }
};

/** An answer that does not end; `unwrap` takes the update out of what is between two line feeds. */
const endless =
  (target: string, unwrap: (line: string) => string): Deliver =>
  async (run, port, received) => {
    const client = watched(run, port, received);
    received.requests++;
    let rest = '';
    const { body } = await client.request({ target });
    received.bytes = 0; // the head is sent once, not for each update; no update has been made yet
    for await (const part of body) {
      const lines = `${rest}${Buffer.from(part)}`.split(/\n+/);
      rest = lines.pop()!;
      for (const line of lines) received.take(unwrap(line));
      if (received.isComplete) break;
    }
  };

const webSocket: Deliver = async (run, port, received) => {
  received.requests++;
  const connection = await openWebSocket(run, port, {
    observe: (seen) => {
      if (seen.type === 'bytes' && seen.direction === 'in') received.came(seen.bytes);
    },
  });
  for await (const message of connection) {
    received.take(String(message));
    if (received.isComplete) break;
  }
};

const ways: readonly (readonly [Text, Deliver])[] = [
  [{ en: 'polling', ko: '폴링' }, poll],
  [{ en: 'long poll', ko: '롱 폴링' }, longPoll],
  [{ en: 'event stream', ko: '이벤트 스트림' }, endless('/events', (line) => line.slice('data: '.length))],
  [{ en: 'endless answer', ko: '끝나지 않는 응답' }, endless('/endless', (line) => line)],
  [{ en: 'WebSocket', ko: 'WebSocket' }, webSocket],
];

/** RFC 9112 7.1 (chunks); the event stream is HTML's, section 9.2. */
export const freshness: Experiment = experiment({
  title: {
    en: `${UPDATES} updates, one every ${INTERVAL} ms, to five clients at once: one asks every ${POLL} ms, one by long poll, one reads an event stream, one an endless answer, one a WebSocket. Of what each reads, the first two are shown.`,
    ko: `업데이트 ${UPDATES}개를 ${INTERVAL} ms마다 하나씩 다섯 클라이언트에게 동시에 보냅니다. 하나는 ${POLL} ms마다 묻고(폴링), 하나는 롱 폴링, 하나는 이벤트 스트림, 하나는 끝나지 않는 응답, 하나는 WebSocket을 씁니다. 단계에는 저마다 읽은 것 가운데 처음 둘만 적습니다.`,
  },
  async run(run) {
    const source = new Source();
    const port = await serve(run, source);
    const received = ways.map(([name]) => new Received(name, source, run));
    const delivered = Promise.all(ways.map(([, deliver], index) => deliver(run, port, received[index]!)));
    delivered.catch(() => {}); // the run may end before we wait for it
    // All must be connected before the first update is made; the one that polls may come when it likes.
    while (source.waiting < ways.length - 1) await run.turn();
    while (source.made < UPDATES) {
      await sleep(INTERVAL);
      source.make();
    }
    await delivered;
    const text = textOf(0).length;
    return {
      made: source.made,
      requests: received.map(({ requests }) => requests),
      updates: received.map(({ updates }) => updates),
      inVain: received.map(({ inVain }) => inVain),
      ages: received.map(({ medianAge }) => medianAge),
      around: received.map((way) => way.around(text)),
    };
  },
  says: ({ made, requests, updates, ages }) => ({
    en: `Of ${made} updates, polling saw ${updates[0]} with ${requests[0]} requests, half of them older than ${ages[0]} ms. The endless answer brought ${updates[3]} with ${requests[3]} request, as the WebSocket did.`,
    ko: `업데이트 ${made}개 가운데 폴링은 요청 ${requests[0]}개로 ${updates[0]}개를 보았고, 그 절반은 나이가 ${ages[0]} ms를 넘었습니다. 끝나지 않는 응답은 WebSocket과 마찬가지로 요청 ${requests[3]}개로 ${updates[3]}개를 받았습니다.`,
  }),
  table: ({ requests, updates, inVain, ages, around }) => ({
    head: [
      { en: '', ko: '' },
      { en: 'requests', ko: '요청' },
      { en: 'updates', ko: '업데이트' },
      { en: 'in vain', ko: '헛된 응답' },
      { en: 'median age, ms', ko: '나이의 중앙값(ms)' },
      { en: 'bytes around an update', ko: '업데이트에 덧붙는 바이트' },
    ],
    rows: ways.map(([name], way) => [
      name,
      requests[way]!,
      updates[way]!,
      inVain[way]!,
      ages[way]!,
      around[way]!,
    ]),
  }),
  // Not the ages: a busy machine makes old what it pushes. But who has to ask is no matter of speed.
  bearsOut: ({ made, requests, updates, around }) =>
    requests[0]! > 1 &&
    requests[1]! > 1 &&
    [2, 3, 4].every((pushed) => requests[pushed] === 1 && updates[pushed] === made) &&
    around[3]! > around[4]!,
});

async function serve(run: Run, source: Source): Promise<number> {
  const sockets = new WebSocketServer({ noServer: true });
  const upgrade = sockets.handler(switchProtocols);
  const server = createServer((request) => {
    if (request.headers.has('upgrade')) return upgrade(request);
    if (request.path === '/after') return late(request, source);
    const [before, after] = request.path === '/events' ? ['data: ', '\n\n'] : ['', '\n'];
    if (request.path === '/latest') return { body: textOf(source.made) };
    return { body: each(source, request.signal, before, after) };
  });
  sockets.on('connection', async (connection) => {
    const gone = new AbortController();
    connection.on('close', () => gone.abort());
    for await (const text of each(source, gone.signal, '', '')) connection.send(text);
  });
  run.after(() => {
    for (const connection of sockets.connections) connection.terminate();
    server.destroy();
  });
  return (await server.listen({ host: HOST, port: 0 })).port;
}

/** Long poll: the answer waits until there is something new. */
async function late({ query, signal }: HttpRequest, source: Source): Promise<HttpResponse> {
  while (source.made <= Number(query) && !signal.aborted) await source.next();
  return { body: textOf(source.made) };
}

/** Every update from now on, until the client leaves. */
async function* each(
  source: Source,
  signal: AbortSignal,
  before: string,
  after: string,
): AsyncGenerator<string> {
  const gone = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  for (let sent = source.made; !signal.aborted; ) {
    // Not only the latest: more may have been made while the client took the last.
    if (sent < source.made) yield `${before}${textOf(++sent)}${after}`;
    else await Promise.race([source.next(), gone]);
  }
}
