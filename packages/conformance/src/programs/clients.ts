/** HTTP and WebSocket clients that others have written: each is sent through the cases of `--listen`, as anybody would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { listenHttp } from '../probes/http-client/listen.ts';
import type { Listening } from '../probes/listening.ts';
import type { Result } from '../probes/probe.ts';
import { listenWebSocket } from '../probes/websocket-client/listen.ts';
import { toldBy } from './program.ts';

/** A client to be probed. */
export interface ClientProgram {
  readonly name: string;
  readonly family: 'http-client' | 'websocket-client';
  readonly setUp: string;
  /** Undefined: it is not installed here. */
  version(): string | undefined;
  /** @param quiet milliseconds without a byte after which it counts as silent */
  run(quiet: number): Promise<readonly Result[]>;
}

const ALL = { host: '127.0.0.1', port: 0, chosen: () => true } as const;

const curl: ClientProgram = {
  name: 'curl',
  family: 'http-client',
  setUp: 'one process for each case',
  version: () => toldBy('curl', ['--version'], /^curl (\S+)/),
  run: (quiet) =>
    withListening(listenHttp({ ...ALL, quiet }), async ({ port }) => {
      const child = spawn('sh', ['-c', `curl -s http://127.0.0.1:${port}/curl.sh | sh`], { stdio: 'ignore' });
      await once(child, 'close');
    }),
};

const CANDIDATES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

function browser(): string | undefined {
  return CANDIDATES.find((path) => path !== undefined && existsSync(path));
}

const chromiumVersion = (): string | undefined =>
  browser() && toldBy(browser()!, ['--version', '--no-sandbox'], /(\d+(?:\.\d+)+)/);

/** Headless, and talking to nobody but the loopback; every page may read what it is answered, whoever answers. */
const ARGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-web-security';

async function inChromium<Value>(use: (page: Page) => Promise<Value>): Promise<Value> {
  const { chromium } = await import('playwright-core');
  const running = await chromium.launch({ executablePath: browser()!, args: ARGS.split(' ') });
  try {
    return await use(await running.newPage());
  } finally {
    await running.close();
  }
}

/** In the page, as source text, since the types here are Node's: asks for one URL after the other, and says what it was given. */
const FETCH = `async (urls) => {
  const told = [];
  for (const url of urls) {
    try {
      const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
      const content = [...new Uint8Array(await response.arrayBuffer())];
      told.push({ url, status: response.status, fields: [...response.headers], content });
    } catch (error) {
      told.push({ url, error: String(error) });
    }
  }
  return told;
}`;

interface Told {
  readonly url: string;
  readonly status?: number;
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly content?: readonly number[];
  readonly error?: string;
}

const chromiumFetch: ClientProgram = {
  name: 'Chromium, fetch',
  family: 'http-client',
  setUp: 'fetch() in a page',
  version: chromiumVersion,
  run: (quiet) =>
    withListening(listenHttp({ ...ALL, quiet }), async ({ port }) => {
      const base = `http://127.0.0.1:${port}`;
      const cases = (await (await fetch(`${base}/cases`)).text()).trim().split('\n');
      await inChromium(async (page) => {
        await page.goto(`${base}/report`);
        for (const line of cases) {
          const told = (await page.evaluate(`(${FETCH})(${JSON.stringify(line.split(' '))})`)) as Told[];
          for (const one of told) await tell(base, one);
        }
      });
    }),
};

async function tell(base: string, { url, status, fields = [], content = [], error }: Told): Promise<void> {
  const said = new URLSearchParams({ url });
  if (error !== undefined) said.set('error', error);
  else said.set('status', `${status}`);
  for (const [name, value] of fields) said.append('field', `${name}: ${value}`);
  await fetch(`${base}/told?${said}`, { method: 'POST', body: Uint8Array.from(content) });
}

/** In the page: a client of a fuzzing server, which echoes in each case. */
const ECHO = `async (base) => {
  const visit = (path, onMessage) => new Promise((resolve) => {
    const socket = new WebSocket(base + path);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => onMessage(socket, data);
    socket.onclose = resolve;
  });
  let count = 0;
  await visit('/getCaseCount', (_, data) => (count = Number(data)));
  for (let i = 1; i <= count; i++)
    await visit('/runCase?agent=Chromium&case=' + i, (socket, data) => socket.send(data));
}`;

const chromiumWebSocket: ClientProgram = {
  name: 'Chromium, WebSocket',
  family: 'websocket-client',
  setUp: 'a page that echoes each message',
  version: chromiumVersion,
  run: (quiet) =>
    withListening(listenWebSocket({ ...ALL, quiet }), async ({ port }) => {
      await inChromium((page) => page.evaluate(`(${ECHO})('ws://127.0.0.1:${port}')`));
    }),
};

async function withListening(
  opened: Promise<Listening>,
  drive: (listening: Listening) => Promise<void>,
): Promise<readonly Result[]> {
  const listening = await opened;
  try {
    await drive(listening);
    return listening.results();
  } finally {
    await listening.close();
  }
}

export const clientPrograms: readonly ClientProgram[] = [curl, chromiumFetch, chromiumWebSocket];
