/**
 * `--listen` for WebSocket: a fuzzing server for any client, driven as other suites have it. The client asks
 * `/getCaseCount`, echoes in `/runCase?case=N&agent=NAME` for each case, and opens `/updateReports?agent=NAME`; a loop of
 * ten lines in a browser does it. Each case is a probe, which plays the server on the connection that has come.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Listening, ListenOptions } from '../listening.ts';
import type { Finding, Result } from '../probe.ts';
import { Conversation } from '../websocket/conversation.ts';
import { close, text } from '../websocket/frame.ts';
import type { Head } from '../websocket/head.ts';
import { readHead } from '../websocket/head.ts';
import { hostOf, type WireLine } from '../wire-line.ts';
import { lineOf } from './client-peer.ts';
import { probes } from './index.ts';
import { encodeResponse } from './open.ts';

/** Milliseconds for a request to come, and for one case: a client of which neither is true is let go. */
const PATIENCE = 30_000;

export async function listenWebSocket(options: ListenOptions): Promise<Listening> {
  const cases = probes.filter((probe) => options.chosen(probe, 'websocket-client'));
  /** By agent; those of one agent by the place of the case. */
  const results = new Map<string, Result[]>();
  const closing = new AbortController();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void serve(socket));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function serve(socket: Socket): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(PATIENCE)]);
    const line = lineOf(socket, { quiet: options.quiet, signal });
    try {
      await line.receive(() => readHead(line.received) !== undefined, PATIENCE);
      const head = readHead(line.received);
      if (head !== undefined) await answer(head, line, signal);
    } catch {
      // The time was up, or the server is closed.
    } finally {
      line.close();
    }
  }

  async function answer(head: Head, line: WireLine, signal: AbortSignal): Promise<void> {
    const target = head.start.split(' ')[1] ?? '';
    const { pathname, searchParams } = new URL(target, 'ws://localhost');
    const index = Number(searchParams.get('case')) - 1;
    const agent = searchParams.get('agent') ?? 'a client';
    const probe = cases[index];
    if (pathname === '/getCaseCount') return tell(line, head, String(cases.length));
    if (pathname === '/updateReports') return tell(line, head);
    if (pathname !== '/runCase' || probe === undefined) return line.send(NOT_FOUND);
    const { ask, ...about } = probe;
    const result = (finding: Finding): void => {
      const one = { family: 'websocket-client', implementation: agent, probe: about, finding } as const;
      const ofAgent = results.get(agent) ?? [];
      ofAgent[index] = one;
      results.set(agent, ofAgent);
    };
    let hasCome = false;
    const open = async (): Promise<WireLine | undefined> => {
      if (hasCome) return undefined; // it comes once for a case
      hasCome = true;
      return line;
    };
    try {
      result(await ask({ open }, { quiet: options.quiet, signal }));
    } catch {
      if (closing.signal.aborted) return;
      const observed = `no end of it after ${PATIENCE / 1000} s`;
      result({ verdict: 'broken', observed, transcript: line.transcript });
    }
  }

  return {
    port,
    howTo: [
      `node --input-type=module -e '${echoingClient(`ws://${hostOf({ host: options.host, port })}`)}'   # Node 22's; what stands between the quotes, a browser's`,
      `any client: /getCaseCount, then echo in /runCase?case=N&agent=NAME for N from 1, then /updateReports?agent=NAME`,
    ],
    results: () => [...results.values()].flatMap((ofAgent) => ofAgent.filter((one) => one !== undefined)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      closing.abort();
      await closed;
    },
  };
}

/** JavaScript that drives the WebSocket of whatever runs it through all cases. */
function echoingClient(base: string): string {
  const visit = `const v = (path, take) => new Promise((done) => { const s = new WebSocket("${base}" + path); s.binaryType = "arraybuffer"; s.onmessage = ({ data }) => take(s, data); s.onclose = done; });`;
  const run = `for (let i = 1; i <= n; i++) await v("/runCase?agent=me&case=" + i, (s, data) => s.send(data));`;
  return `${visit} let n = 0; await v("/getCaseCount", (_, count) => (n = Number(count))); ${run}`;
}

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Opens a WebSocket, says this, and closes it. */
async function tell(line: WireLine, head: Head, message?: string): Promise<void> {
  const conversation = new Conversation(line, 'client', head.length);
  line.send(encodeResponse(head));
  if (message !== undefined) line.send(conversation.encode(text(message)));
  line.send(conversation.encode(close(1000)));
  await conversation.until(() => conversation.closeBody !== undefined);
}
