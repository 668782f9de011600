/**
 * nginx and HAProxy in front of http-mini: they send the requests of many clients over few connections, so if both do not
 * count the same requests, one client gets what belongs to another. The proxy gives a field to each request that it counts,
 * and the server names in each answer what it has answered.
 */
import { once, setMaxListeners } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { Duplex } from 'node:stream';
import { createServer, type HttpServer } from 'http-mini';
import { startProcess, toldBy } from '../../src/programs/program.ts';
import { Random } from '../random.ts';
import type { Failure, NotRun } from '../trial.ts';
import { faultyRequest } from './framing-faults.ts';
import { oddRequest } from './odd-requests.ts';

export interface Proxy {
  readonly name: string;
  readonly version: () => string | undefined;
  readonly install: string;
  write(
    at: { readonly port: number; readonly folder: string },
    behind: number,
  ): ReturnType<Parameters<typeof startProcess>[0]>;
}

/** Put in by the proxy, once into each request that it counts. */
const COUNTED = 'X-Counted';

/** It hands on whatever it does not have to refuse: names with any characters, slashes as they are, content as it comes. */
const nginx: Proxy = {
  name: 'nginx',
  version: () => toldBy('nginx', ['-v'], /nginx\/(\S+)/),
  install: 'apt-get install nginx',
  write: ({ port, folder }, behind) => ({
    files: {
      'nginx.conf': `
daemon off; pid ${folder}/pid; error_log /dev/null crit; worker_processes 1;
events { worker_connections 1000; }
http {
  access_log off; keepalive_requests 1000000; ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  upstream behind { server 127.0.0.1:${behind} max_fails=0; keepalive 4; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=511;
    location / {
      proxy_pass http://behind; proxy_http_version 1.1; proxy_request_buffering off; proxy_next_upstream off;
      proxy_set_header Connection ""; proxy_set_header ${COUNTED} $request_id;
    }
  }
}`,
    },
    command: ['nginx', '-p', folder, '-c', `${folder}/nginx.conf`],
  }),
};

function haproxy(name: string, options: string): Proxy {
  return {
    name,
    version: () => toldBy('haproxy', ['-v'], /version (\d[\d.]*)/),
    install: 'apt-get install haproxy',
    write: ({ port, folder }, behind) => ({
      files: {
        'haproxy.cfg': `defaults
  mode http
  timeout connect 10s
  timeout client 10s
  timeout server 10s
  http-reuse always
  ${options}
frontend front
  bind 127.0.0.1:${port}
  http-request set-header ${COUNTED} %[uuid()]
  default_backend back
backend back
  ${options.replace('request', 'response')}
  server one 127.0.0.1:${behind} pool-max-conn 4
`,
      },
      command: ['haproxy', '-db', '-f', `${folder}/haproxy.cfg`],
    }),
  };
}

export const proxies: readonly Proxy[] = [
  nginx,
  haproxy('HAProxy', ''),
  haproxy('HAProxy that accepts invalid requests', 'option accept-invalid-http-request'),
];

/** What became of the requests behind one proxy. */
export interface Row {
  readonly pair: string;
  inputs: number;
  /** Mutated requests that the proxy handed on, and http-mini counted. */
  through: number;
  /** Requests that both counted, the marked ones among them. */
  counted: number;
  /** Answers that the proxy gave itself. */
  refusedByProxy: number;
  /** Broken rules that http-mini found in what the proxy had handed on. */
  refusedBehind: number;
  failures: number;
}

/** @param times mutated requests for each proxy */
export async function behindProxies(
  times: number,
  seed: number,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<{ rows: Row[]; failures: Failure[]; notRun: NotRun[] }> {
  const rows: Row[] = [];
  const failures: Failure[] = [];
  const notRun: NotRun[] = [];
  for (const [stream, proxy] of proxies.entries()) {
    if (proxy.version() === undefined) {
      notRun.push({ what: `behind ${proxy.name}`, why: `it is not installed: ${proxy.install}` });
      continue;
    }
    const told = (row: Row): void => progress(`${row.pair}: ${row.inputs} of ${times}`);
    const found = await behind(proxy, times, new Random(seed, stream), signal, told);
    rows.push(found.row);
    failures.push(...found.failures);
  }
  return { rows, failures, notRun };
}

/** @param sabotage of the server, which is to be found out */
export async function behind(
  proxy: Proxy,
  times: number,
  random: Random,
  signal: AbortSignal,
  progress: (row: Row) => void,
  sabotage?: Sabotage,
): Promise<{ row: Row; failures: Failure[] }> {
  setMaxListeners(AT_ONCE + 10, signal);
  const pair = `${proxy.name} ${proxy.version()} → http-mini`;
  const row = { pair, inputs: 0, through: 0, counted: 0, refusedByProxy: 0, refusedBehind: 0, failures: 0 };
  const failures: Failure[] = [];
  const server = new Behind(row, sabotage);
  const front = await startProcess(await server.listen((port) => (at) => proxy.write(at, port)));
  try {
    const worker = async (): Promise<void> => {
      while (row.inputs < times) {
        signal.throwIfAborted();
        await converse(front.peer.port, random, row, failures, signal);
        progress(row);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    await front.close();
    server.close();
  }
  row.failures += server.failures.length;
  return { row, failures: [...failures, ...server.failures] };
}

/** Connections at a time. Some wait for an answer that cannot come, so there are many. */
const AT_ONCE = 96;
/** Mutated requests for a connection, each with a marked one behind it. */
const PAIRS = 4;
/** Milliseconds without an answer after which a connection is given up. What it was still to bring decides nothing. */
const SILENCE = 250;

/** Milliseconds after which the rest of what is sent in two follows: more than a proxy takes to read the first. */
const LATER = 5;

// ── The server behind ──

/** What a server would do wrong, as a change of what it receives, or of what it sends, on one connection; one character a byte. */
export interface Sabotage {
  readonly name: string;
  readonly receives?: (text: string) => string;
  readonly sends?: () => (text: string) => string;
}

class Behind {
  readonly failures: Failure[] = [];
  readonly #server: HttpServer;
  readonly #tcp: Server;
  readonly #seen = new Set<string>();

  constructor(row: Row, sabotage: Sabotage | undefined) {
    this.#server = createServer(
      async (request) => {
        const of = request.headers.getAll(COUNTED);
        const about = `${request.method} ${request.target}`;
        row.counted++;
        if (!/^\/k\d+$/.test(request.target)) row.through++;
        if (of.length !== 1)
          this.#fail(`http-mini counted "${about}", which the proxy had not (${of.length} marks)`);
        else if (this.#seen.has(of[0]!)) this.#fail(`http-mini counted "${about}" twice`);
        this.#seen.add(of[0] ?? '');
        const content = Buffer.from(await request.bytes()).toString('latin1');
        if (content.includes(COUNTED))
          this.#fail(`http-mini read as content of "${about}" a request that the proxy counted`);
        return { headers: { 'X-Answers': request.target, 'Content-Length': '0' } };
      },
      {
        // CONNECT would be a tunnel, and is refused by both proxies.
        onError: ({ by }) => void (by === 'peer' && row.refusedBehind++),
      },
    );
    this.#tcp = createTcpServer({ noDelay: true }, (socket) => {
      this.#server.accept(sabotage === undefined ? socket : sabotaged(socket, sabotage));
    });
  }

  #fail(what: string): void {
    this.failures.push({ what });
  }

  async listen<Written>(write: (port: number) => Written): Promise<Written> {
    this.#tcp.listen(0, '127.0.0.1');
    await once(this.#tcp, 'listening');
    return write((this.#tcp.address() as AddressInfo).port);
  }

  close(): void {
    this.#tcp.close();
    this.#server.destroy();
  }
}

function sabotaged(
  socket: Socket,
  { receives = (text) => text, sends = () => (text) => text }: Sabotage,
): Duplex {
  const change = sends();
  const changed = new Duplex({
    read: () => void socket.resume(),
    write: (part: Buffer, _, done) => socket.write(change(part.toString('latin1')), 'latin1', done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket
    .on('data', (part) => changed.push(Buffer.from(receives(part.toString('latin1')), 'latin1')))
    .on('end', () => changed.push(null))
    .on('error', () => {})
    .on('close', () => changed.destroy());
  return changed;
}

// ── A client before the proxy ──

let numbers = 0;

/** One connection: each mutated request is followed by one that is sound and marked, and by no other client's. */
async function converse(
  port: number,
  random: Random,
  row: Row,
  failures: Failure[],
  signal: AbortSignal,
): Promise<void> {
  const least = numbers;
  const wishes: string[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const id = numbers++;
    const last = i === PAIRS - 1 ? 'Connection: close\r\n' : '';
    const mutated = random.once(3) ? faultyRequest(random, id) : oddRequest(random, id);
    wishes.push(`${mutated}GET /k${id} HTTP/1.1\r\nHost: a\r\n${last}\r\n`);
  }
  const sent = Buffer.from(wishes.join(''), 'latin1');
  // A proxy that has all of some content at hand may send it on otherwise than one that waits for the rest.
  const cut = random.once(2) ? random.below(sent.length) : sent.length;
  const received = await exchange(port, [sent.subarray(0, cut), sent.subarray(cut)], signal);
  // As many pairs as were read: from a refusal on, the proxy reads no more of the connection.
  const answered = [...received.matchAll(/^X-Answers: (.*)\r$/gim)].map(([, target]) => target!);
  const marks = answered.filter((target) => /^\/k\d+$/.test(target)).map((target) => Number(target.slice(2)));
  const isOwn = (id: number): boolean => id >= least && id < least + PAIRS;
  row.inputs += Math.min(PAIRS, (marks.filter(isOwn).at(-1) ?? least - 1) - least + 2);
  row.refusedByProxy += [...received.matchAll(/^HTTP\/1\.[01] [2-5]\d\d/gm)].length - answered.length;
  const foreign = marks.find((id) => !isOwn(id));
  const isInOrder = marks.every((id, i) => i === 0 || id > marks[i - 1]!);
  if (foreign === undefined && isInOrder) return;
  row.failures++;
  const what =
    foreign === undefined
      ? `answers came in another order: ${answered.join(' ')}`
      : `a client got the answer to /k${foreign}, which another had asked for`;
  failures.push({ what: `${row.pair}: ${what}`, input: sent.toString('base64') });
}

function exchange(
  port: number,
  [first, rest]: readonly [Uint8Array, Uint8Array],
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket: Socket = connect({ port, host: '127.0.0.1' });
    const stop = (): void => void socket.destroy();
    signal.addEventListener('abort', stop);
    socket.setTimeout(SILENCE, stop);
    socket.on('data', (part) => (received += part.toString('latin1')));
    socket.on('error', () => {}); // it may reset what it does not want to read
    socket.on('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(received);
    });
    socket.write(first, () => void setTimeout(() => socket.writable && socket.write(rest), LATER));
  });
}
