// The clients, all of them driven by one loop: as many requests in flight as the task says, each followed by the next when
// the whole of its answer is there. The process runs the client that its argument names; the server is the ceiling.
import { Agent, request as nodeRequest } from 'node:http';
import { Client as MiniClient, request as miniRequest } from 'http-mini';
import {
  type Dispatcher,
  fetch,
  Pool,
  setGlobalDispatcher,
  Agent as UndiciAgent,
  request as undiciRequest,
} from 'undici';
import { answerCommands, type Measured } from './child.ts';
import { measureFor, type Times } from './clock.ts';
import { Latencies } from './latencies.ts';
import { Opened } from './open.ts';

export interface ClientTask extends Times {
  readonly port: number;
  /** Bytes of content in each request, and in each answer. */
  readonly upload: number;
  readonly download: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly depth: number;
}

// Otherwise the one of Node's own undici, which from Node 22 on comes with node:http and is another version.
setGlobalDispatcher(new UndiciAgent());

/** Makes one request, and answers how many bytes of content came back. */
type Ask = () => Promise<number>;

const CLIENTS: Record<string, (task: ClientTask, body: Buffer | undefined) => Ask> = {
  'http-mini client'({ port, connections, depth, download }, body) {
    const options = { connections, pipelining: depth, maxContentBytes: download };
    const client = new MiniClient(`http://127.0.0.1:${port}`, options);
    const request = { method: body ? 'PUT' : 'GET', target: '/', body };
    return async () => (await (await client.request(request)).bytes()).length;
  },

  'undici.request'({ port, connections, depth }, body) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: depth });
    const request = { method: body ? 'PUT' : 'GET', path: '/', body: body ?? null } as const;
    return async () => (await (await pool.request(request)).body.arrayBuffer()).byteLength;
  },

  /** Without the stream that undici.request makes of an answer. */
  'undici dispatch'({ port, connections, depth }, body) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: depth });
    const request = { method: body ? 'PUT' : 'GET', path: '/', body: body ?? null } as const;
    return () =>
      new Promise((resolve, reject) => {
        const parts: Buffer[] = [];
        pool.dispatch(request, {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_: Dispatcher.DispatchController, part: Buffer) => void parts.push(part),
          onResponseEnd: () => resolve(Buffer.concat(parts).length),
          onResponseError: (_: Dispatcher.DispatchController, error: Error) => reject(error),
        });
      });
  },

  fetch({ port, connections, depth }, body) {
    const dispatcher = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: depth });
    const url = `http://127.0.0.1:${port}/`;
    const request = { method: body ? 'PUT' : 'GET', body: body ?? null, dispatcher };
    return async () => (await (await fetch(url, request)).arrayBuffer()).byteLength;
  },

  'node:http Agent'({ port, connections }, body) {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const headers = body ? { 'Content-Length': body.length } : {};
    const options = { host: '127.0.0.1', port, agent, method: body ? 'PUT' : 'GET', headers };
    return () =>
      new Promise((resolve, reject) => {
        const request = nodeRequest(options, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () => resolve(Buffer.concat(parts).length));
        });
        request.on('error', reject).end(body);
      });
  },

  // One call and no more: whoever is asked keeps the connection. As many at once as each likes, so for one in flight only.

  'http-mini request(url)': askUrl(async (url) => (await (await miniRequest(url)).bytes()).length),

  'undici.request(url)': askUrl(
    async (url) => (await (await undiciRequest(url)).body.arrayBuffer()).byteLength,
  ),

  'fetch(url)': askUrl(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength),

  /** The ceiling of clients: prebuilt bytes out, counted bytes in, of which content is kept. */
  ceiling({ port, connections, depth, upload, download }, body) {
    const head = `${body ? 'PUT' : 'GET'} / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
    const request = Buffer.from(`${head}${body ? `Content-Length: ${upload}\r\n` : ''}\r\n`);
    const bytes = body ? Buffer.concat([request, body]) : request;
    const free: Ask[] = [];
    for (let i = 0; i < connections; i++) {
      const ask = openRaw(port, download, depth, bytes);
      for (let j = 0; j < depth; j++) free.push(ask);
    }
    return async () => {
      const ask = free.pop()!;
      const length = await ask();
      free.push(ask);
      return length;
    };
  },
};

function askUrl(ask: (url: string) => Promise<number>): (task: ClientTask) => Ask {
  return ({ port }) => {
    const url = `http://127.0.0.1:${port}/`;
    return () => ask(url);
  };
}

/**
 * Requests of one turn leave in one write, as the clients that can do so do it. Content is handed over whole, as all of them
 * do: fresh memory for a large one takes several times as long as to count it.
 */
function openRaw(port: number, download: number, depth: number, request: Buffer): Ask {
  const waiting: { resolve: (length: number) => void; reject: (error: Error) => void }[] = [];
  const several: Buffer[] = [];
  /** Of each answer: the first one, which comes in one piece, says how long. */
  let headLength = 0;
  /** So far, of the answer that is coming; and its content. */
  let bytes = 0;
  let parts: Buffer[] = [];
  let unsent = 0;
  const opened = new Opened(port);
  const { socket } = opened;
  opened.take = (chunk) => {
    headLength ||= chunk.indexOf('\r\n\r\n') + 4;
    for (let at = 0; at < chunk.length; ) {
      const end = Math.min(chunk.length, at + headLength + download - bytes);
      const start = Math.min(end, at + Math.max(0, headLength - bytes));
      if (start < end) parts.push(Buffer.from(chunk.subarray(start, end)));
      bytes += end - at;
      at = end;
      if (bytes < headLength + download) return;
      waiting.shift()!.resolve(Buffer.concat(parts).length);
      [bytes, parts] = [0, []];
    }
  };
  socket.on('close', () => {
    for (const { reject } of waiting) reject(new Error('the connection was closed'));
  });
  const flush = (): void => {
    several[unsent] ??= Buffer.concat(Array<Buffer>(unsent).fill(request));
    socket.write(several[unsent]!);
    unsent = 0;
  };
  return () => {
    if (depth === 1) socket.write(request);
    else if (unsent++ === 0) process.nextTick(flush);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
}

answerCommands(async (task: ClientTask): Promise<Measured> => {
  const ask = CLIENTS[process.argv[2]!]!(task, task.upload > 0 ? Buffer.alloc(task.upload, 'x') : undefined);
  const latencies = new Latencies();
  let count = 0;
  let isOver = false;
  const one = async (): Promise<void> => {
    while (!isOver) {
      const askedAt = performance.now();
      const length = await ask();
      latencies.record(askedAt, performance.now());
      if (length !== task.download) throw new Error(`${length} bytes of content came, not ${task.download}`);
      count++;
    }
  };
  const all = Promise.all(Array.from({ length: task.connections * task.depth }, one));
  const measured = await measureFor(task, () => count, latencies, all);
  isOver = true;
  await all;
  return measured;
});
