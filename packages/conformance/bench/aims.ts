/**
 * What each piece of work should reach beside its peers. `npm run bench -- --write` puts each of these beside what it
 * measured, and says so where it measured nothing.
 */

export interface Aim {
  readonly work: string;
  /** The scenario's name. */
  readonly scenario: string;
  /** A peer of the scenario, or `ceiling`. */
  readonly peer: string;
  /** So many times the peer's figure: at least, or at most if less is better. */
  readonly times: number;
}

/** What proves it where a figure would not. */
export interface Proof {
  readonly work: string;
  readonly aim: string;
  readonly proof: string;
}

/** @param peers and how many times each of them */
function aims(work: string, scenario: string, peers: Readonly<Record<string, number>>): Aim[] {
  return Object.entries(peers).map(([peer, times]) => ({ work, scenario, peer, times }));
}

export const AIMS: readonly Aim[] = [
  ...aims('HTTP GET, small, keep-alive', 'http get', { 'node-http': 1.5, bun: 0.92, deno: 1 }),
  ...aims("HTTP GET, a browser's head", 'http get, 640-byte head', { 'node-http': 1.5, ceiling: 0.85 }),
  ...aims('HTTP GET, 16 pipelined', 'http get pipelined, 16 deep', { 'node-http': 10, ceiling: 0.5 }),
  ...aims('the same, as people write it', 'http get, reading all, 16 deep', { 'node-http': 6 }),
  ...aims('HTTP POST 1 KiB', 'http post 1 KiB', { 'node-http': 1.7 }),
  ...aims('HTTP POST 64 KiB', 'http post 64 KiB', { 'node-http': 2.4 }),
  ...aims('HTTP POST, chunked', 'http post chunked, 16 pieces of 1 KiB', { 'node-http': 2.5 }),
  ...aims('fetch app, global Response replaced', 'fetch app get, light', { '@hono/node-server light': 1.3 }),
  ...aims('fetch app, nothing replaced', 'fetch app get', { '@hono/node-server': 1.3 }),
  ...aims('HTTP client, 1 in flight', 'client get, 1 in flight', { 'undici.request': 1.4 }),
  ...aims('HTTP client, 64 in flight', 'client get, 64 in flight', { 'undici.request': 1.6 }),
  ...aims('HTTP client, pipelined', 'client get pipelined, 10 deep', { 'undici.request': 9 }),
  ...aims('WebSocket echo 16 B, 1 in flight', 'ws echo 16 B, 1 in flight', {
    ws: 1,
    'bun-websocket': 0.85,
    'deno-websocket': 1,
  }),
  ...aims('WebSocket echo 16 B, 32 in flight', 'ws echo 16 B, 32 in flight', {
    ws: 13,
    'bun-websocket': 0.8,
    'deno-websocket': 1,
  }),
  ...aims('the same by `for await`', 'ws echo 16 B by loop, 32 in flight', { ws: 12 }),
  ...aims('WebSocket echo 1 KiB, 4 in flight', 'ws echo 1 KiB, 4 in flight', {
    ws: 3.1,
    'bun-websocket': 0.85,
    'deno-websocket': 1,
  }),
  ...aims('WebSocket echo 64 KiB, 1 in flight', 'ws echo 64 KiB, 1 in flight', {
    ws: 3.1,
    'ws+bufferutil': 1.5,
    'bun-websocket': 1,
    'deno-websocket': 1,
  }),
  ...aims('WebSocket echo 64 KiB, 32 in flight', 'ws echo 64 KiB, 32 in flight', { 'ws+bufferutil': 1 }),
  ...aims('WebSocket echo 64 KiB, 1 in flight, Node 24', 'ws echo 64 KiB, 1 in flight, Node 24', {
    'ws+bufferutil': 1,
  }),
  ...aims('WebSocket echo 64 KiB, 32 in flight, Node 24', 'ws echo 64 KiB, 32 in flight, Node 24', {
    'ws+bufferutil': 1,
  }),
  ...aims('TCP echo, bulk', 'tcp echo bulk 64 KiB, 1 connection', { pipe: 1 }),
  ...aims('TCP echo, bulk, 16 connections', 'tcp echo bulk 64 KiB, 16 connections', { pipe: 1 }),
  ...aims('client, plain, 16 B, 1 in flight', 'client connect 16 B, 1 in flight', { 'ws client': 1 }),
  ...aims('client WebSocket 16 B, 1 in flight', 'client WebSocket 16 B, 1 in flight', {
    'undici WebSocket': 1,
  }),
  ...aims('memory of an idle HTTP connection', 'idle HTTP connection', { 'node-http': 0.59 }),
  ...aims('memory of an idle WebSocket', 'idle WebSocket', { ws: 0.8 }),
  ...aims('the same with deflate', 'idle WebSocket, deflate', { ws: 0.06 }),
  ...aims('the same with deflate and its context', 'idle WebSocket, with context', { ws: 0.06 }),
  ...aims('import of http-mini', 'import http-mini', { undici: 0.5 }),
  ...aims('import of ws-mini', 'import ws-mini', { ws: 0.5 }),
];

export const PROOFS: readonly Proof[] = [
  {
    work: 'large transfer over a slow link',
    aim: 'arrives, and no copy is kept twice',
    proof:
      'no figure: that it arrives is a test, `a slow link` in nothing-lost.test.ts of ws-mini; copies are not measured',
  },
];
